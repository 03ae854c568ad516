from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('responses', '0004_more_event_kinds'),
    ]

    operations = [
        migrations.AddConstraint(
            model_name='mail',
            constraint=models.UniqueConstraint(fields=('cause', 'name', 'address', 'resend'), name='mail_once_per_cause'),
        ),
        migrations.AddConstraint(
            model_name='mail',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('cause__isnull', True), ('step__isnull', False)), models.Q(('cause__isnull', False), ('step__isnull', True)), _connector='OR'), name='mail_has_a_step_or_a_cause'),
        ),
    ]
