import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('responses', '0015_data_protection'),
        ('surveys', '0006_step_swept_on'),
    ]

    operations = [
        migrations.CreateModel(
            name='CaseSearch',
            fields=[
                ('case', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='search', serialize=False, to='responses.case')),
                ('name_key', models.CharField(max_length=48)),
                ('words', models.CharField(max_length=300)),
            ],
            options={
                'ordering': ['name_key', 'case'],
            },
        ),
        migrations.AddField(
            model_name='casesearch',
            name='round',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='surveys.round'),
        ),
        migrations.AddIndex(
            model_name='casesearch',
            index=models.Index(fields=['round', 'name_key', 'case'], name='casesearch_by_round_and_name'),
        ),
    ]
