from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('responses', '0022_digest'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='case',
            options={'ordering': ['pk'], 'permissions': [('see_contacts', 'Can see the names, addresses and telephone numbers of those who answer'), ('see_answers', 'Can see the answers of a case; each look is logged'), ('copy_link', 'Can take out a personal link that has not been used')]},
        ),
    ]
