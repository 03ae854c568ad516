import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ('responses', '0020_case_note'),
        ('surveys', '0006_step_swept_on'),
    ]

    operations = [
        migrations.CreateModel(
            name='BulkAct',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('pause', 'Pause'), ('resume', 'End the pause'), ('ineligible', 'Not eligible'), ('refusal', 'Refusal'), ('language', 'Another language'), ('address', 'New address')], max_length=10)),
                ('at', models.DateTimeField()),
                ('left_out', models.JSONField(blank=True, default=dict)),
                ('undone_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='BulkChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('before', models.JSONField(blank=True, default=dict)),
                ('after', models.JSONField(blank=True, default=dict)),
                ('undone', models.BooleanField(default=False)),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.AddField(
            model_name='bulkact',
            name='by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='bulkact',
            name='round',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='bulk_acts', to='surveys.round'),
        ),
        migrations.AddField(
            model_name='bulkact',
            name='undone_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='bulkchange',
            name='act',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='changes', to='responses.bulkact'),
        ),
        migrations.AddField(
            model_name='bulkchange',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='bulk_changes', to='responses.case'),
        ),
        migrations.AddField(
            model_name='bulkchange',
            name='event',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='responses.caseevent'),
        ),
        migrations.AddConstraint(
            model_name='bulkact',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['pause', 'resume', 'ineligible', 'refusal', 'language', 'address'])), name='bulkact_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='bulkchange',
            constraint=models.UniqueConstraint(fields=('act', 'case'), name='bulkchange_once_per_case'),
        ),
    ]
