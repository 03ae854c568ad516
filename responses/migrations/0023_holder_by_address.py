import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('responses', '0022_digest'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='linkholder',
            index=models.Index(django.db.models.functions.text.Upper('email'), name='linkholder_by_address'),
        ),
    ]
