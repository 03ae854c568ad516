"""Which events and mails decide whether somebody may be written to; read by ``recipients`` and ``follow_up``."""

from django.db import models

from responses.models import LinkHolder, Mail
from responses.statistics.dispositions import EventKind

ON_ADDRESS = (EventKind.BOUNCED, EventKind.ADDRESS_CHANGED, EventKind.LINK_ISSUED)
ON_REMINDERS = (EventKind.REMINDERS_STOPPED, EventKind.REMINDERS_RESUMED)
LEFT = (Mail.Status.HANDED_OVER, Mail.Status.SENT, Mail.Status.UNKNOWN)  # for all that we know, it has been read
OF_THE_OWNER = models.Q(holder=None) | models.Q(holder__role=LinkHolder.Role.OWNER)
