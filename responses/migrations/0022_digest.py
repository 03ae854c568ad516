import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ('responses', '0021_bulk_act'),
        ('surveys', '0006_step_swept_on'),
    ]

    operations = [
        migrations.CreateModel(
            name='DigestMail',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('at', models.DateTimeField()),
                ('answer', models.CharField(blank=True, max_length=12)),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='DigestReader',
            fields=[
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='digest_reader', serialize=False, to=settings.AUTH_USER_MODEL)),
                ('wanted', models.BooleanField(default=True)),
                ('language', models.CharField(default='da', max_length=7)),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.AddField(
            model_name='digestmail',
            name='round',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='digest_mails', to='surveys.round'),
        ),
        migrations.AddField(
            model_name='digestmail',
            name='user',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='digestmail',
            constraint=models.UniqueConstraint(fields=('round', 'user', 'day'), name='digestmail_once_a_day'),
        ),
    ]
