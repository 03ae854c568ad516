"""What the alarms of waves say to staff."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from responses.actions.wave_alarms import Alarm, AlarmCode

ALARMS: dict[AlarmCode, Promise] = {
    AlarmCode.STEP_WITHOUT_WAVE: _("The step is due, and no wave has been prepared."),
    AlarmCode.WAVE_HAS_ERRORS: _("The step is due, and its wave is held back: the proof has errors."),
    AlarmCode.WAVE_WAITS: _("The step is due, and its wave has not been released."),
    AlarmCode.NOTHING_SENT: _("The wave should be over, and has sent nothing."),
    AlarmCode.BELOW_FORECAST: _("The wave should be over, and has reached %(reached)s of %(forecast)s workplaces."),
    AlarmCode.FILTERED: _(
        "Filtered? Nobody at %(domain)s has started two working days after ten mails or more. Ask their IT to let the "
        "mails through."
    ),
}


def sentence(alarm: Alarm) -> str:
    """Return the alarm in the active language."""
    return f"{alarm.step.get_mail_name_display()}: {str(ALARMS[alarm.code]) % alarm.params}"
