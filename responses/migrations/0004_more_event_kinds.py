from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('responses', '0003_name_mails_after_their_step'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='caseevent',
            name='caseevent_kind_known',
        ),
        migrations.AlterField(
            model_name='caseevent',
            name='kind',
            field=models.CharField(choices=[('opened', 'opened'), ('invited', 'invited'), ('bounced', 'bounced'), ('started', 'started'), ('submitted', 'submitted'), ('declined', 'declined'), ('decline_undone', 'decline_undone'), ('refused', 'refused'), ('reported_closed', 'reported_closed'), ('reported_merged', 'reported_merged'), ('report_withdrawn', 'report_withdrawn'), ('ineligible_confirmed', 'ineligible_confirmed'), ('ineligible_rejected', 'ineligible_rejected'), ('reminders_stopped', 'reminders_stopped'), ('reminders_resumed', 'reminders_resumed'), ('link_retired', 'link_retired'), ('link_issued', 'link_issued'), ('address_changed', 'address_changed'), ('correction_requested', 'correction_requested'), ('correction_withdrawn', 'correction_withdrawn'), ('correction_refused', 'correction_refused'), ('reopened', 'reopened')], max_length=20),
        ),
        migrations.AddConstraint(
            model_name='caseevent',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['opened', 'invited', 'bounced', 'started', 'submitted', 'declined', 'decline_undone', 'refused', 'reported_closed', 'reported_merged', 'report_withdrawn', 'ineligible_confirmed', 'ineligible_rejected', 'reminders_stopped', 'reminders_resumed', 'link_retired', 'link_issued', 'address_changed', 'correction_requested', 'correction_withdrawn', 'correction_refused', 'reopened'])), name='caseevent_kind_known'),
        ),
    ]
