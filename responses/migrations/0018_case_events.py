from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('responses', '0017_fill_case_search'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='caseevent',
            name='caseevent_kind_known',
        ),
        migrations.AlterField(
            model_name='caseevent',
            name='kind',
            field=models.CharField(choices=[('opened', 'opened'), ('invited', 'invited'), ('bounced', 'bounced'), ('started', 'started'), ('submitted', 'submitted'), ('letter_sent', 'letter_sent'), ('called', 'called'), ('reached', 'reached'), ('interview_begun', 'interview_begun'), ('declined', 'declined'), ('decline_undone', 'decline_undone'), ('refused', 'refused'), ('reported_closed', 'reported_closed'), ('reported_merged', 'reported_merged'), ('report_withdrawn', 'report_withdrawn'), ('ineligible_confirmed', 'ineligible_confirmed'), ('ineligible_rejected', 'ineligible_rejected'), ('reminders_stopped', 'reminders_stopped'), ('reminders_resumed', 'reminders_resumed'), ('link_retired', 'link_retired'), ('link_issued', 'link_issued'), ('address_changed', 'address_changed'), ('address_checked', 'address_checked'), ('hand_over_asked', 'hand_over_asked'), ('hand_over_refused', 'hand_over_refused'), ('handed_over', 'handed_over'), ('shared', 'shared'), ('given_back', 'given_back'), ('taken_back', 'taken_back'), ('delegate_bounced', 'delegate_bounced'), ('correction_requested', 'correction_requested'), ('correction_withdrawn', 'correction_withdrawn'), ('correction_refused', 'correction_refused'), ('contact_proposed', 'contact_proposed'), ('paused', 'paused'), ('resumed', 'resumed'), ('noted', 'noted'), ('language_changed', 'language_changed'), ('link_sent', 'link_sent'), ('link_copied', 'link_copied'), ('refusal_undone', 'refusal_undone'), ('ineligible_undone', 'ineligible_undone'), ('reopened', 'reopened'), ('replied', 'replied'), ('absent', 'absent'), ('left_partial', 'left_partial'), ('left_early', 'left_early'), ('reported_duplicate', 'reported_duplicate'), ('reported_not_public', 'reported_not_public'), ('outcome_set', 'outcome_set'), ('outcome_unset', 'outcome_unset'), ('register_exists', 'register_exists'), ('register_closed', 'register_closed'), ('register_merged', 'register_merged'), ('register_not_found', 'register_not_found'), ('erased', 'erased'), ('forgotten', 'forgotten')], max_length=20),
        ),
        migrations.AddConstraint(
            model_name='caseevent',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['opened', 'invited', 'bounced', 'started', 'submitted', 'letter_sent', 'called', 'reached', 'interview_begun', 'declined', 'decline_undone', 'refused', 'reported_closed', 'reported_merged', 'report_withdrawn', 'ineligible_confirmed', 'ineligible_rejected', 'reminders_stopped', 'reminders_resumed', 'link_retired', 'link_issued', 'address_changed', 'address_checked', 'hand_over_asked', 'hand_over_refused', 'handed_over', 'shared', 'given_back', 'taken_back', 'delegate_bounced', 'correction_requested', 'correction_withdrawn', 'correction_refused', 'contact_proposed', 'paused', 'resumed', 'noted', 'language_changed', 'link_sent', 'link_copied', 'refusal_undone', 'ineligible_undone', 'reopened', 'replied', 'absent', 'left_partial', 'left_early', 'reported_duplicate', 'reported_not_public', 'outcome_set', 'outcome_unset', 'register_exists', 'register_closed', 'register_merged', 'register_not_found', 'erased', 'forgotten'])), name='caseevent_kind_known'),
        ),
    ]
