"""Bounces: mails that had left and came back."""

from datetime import datetime

from django.db import transaction

from barometer import audit
from barometer.models import User
from responses.actions import events
from responses.models import Mail


@transaction.atomic
def record_bounce(*, mail: Mail, by: User | None, at: datetime) -> None:
    """A mail that had left came back: its cases are not written to until they have another address.

    A line whose holder has another address already, or is only perhaps to get this one, is left as it is.
    """
    mail = Mail.objects.select_for_update().get(pk=mail.pk)
    if mail.bounced_at is not None:
        return
    mail.bounced_at = at
    mail.save(update_fields=["bounced_at"])
    for line in mail.lines.filter(left_out="").select_related("holder").order_by("case_id"):
        if line.holder.email.casefold() == mail.address.casefold():
            events.record_bounce(events.lock(line.case_id), holder=line.holder, at=at, by=by)
    if by:
        audit.record("mail.bounced", target=mail, by=by, at=at)
