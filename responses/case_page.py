"""What the page of one case tells: its history in plain words, and what else is known of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from barometer.formats import day
from barometer.models import AuditEvent
from responses.address_texts import status_in_words
from responses.case_texts import EVENTS
from responses.models import Case, CaseEvent, ContactAttempt, LinkHolder, MailReturn
from responses.statistics.dispositions import EventKind

# They say nothing about how a case stands: whoever decides about it need not be told of them.
BESIDE_THE_POINT = (EventKind.NOTED, EventKind.INVITED, EventKind.LETTER_SENT)


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of the history of a case. ``detail`` tells more of the event, where there is more."""

    at: datetime
    text: Promise
    detail: str
    holder: str
    who: str
    reason: str


def timeline(case: Case, holders: Sequence[LinkHolder], *, with_names: bool, since: int = 0) -> list[Happening]:
    """Return what happened, in order; the reason of an act stands in the audit log, at the same moment.

    Six queries at most, however long the history is. ``since``: only what came after this event.
    """
    others = {holder.pk: holder.name for holder in holders if holder.role != LinkHolder.Role.OWNER}
    acts = case.bulk_changes.order_by().values_list("act_id", flat=True)
    targets = [f"case:{case.pk}", *(f"linkholder:{h.pk}" for h in holders), *(f"bulkact:{act}" for act in acts)]
    reasons = dict(AuditEvent.objects.filter(target__in=targets).exclude(reason="").values_list("at", "reason"))
    details = _details(case)
    return [
        Happening(
            at=event.at,
            text=EVENTS[EventKind(event.kind)],
            detail=details.get((event.kind, event.at), ""),
            holder=others.get(event.holder_id or 0, "") if with_names else "",
            who=event.by.get_full_name() or event.by.get_username() if event.by else "",
            reason=reasons.get(event.at, ""),
        )
        for event in case.events.filter(pk__gt=since).select_related("by").order_by("pk")
    ]


def _details(case: Case) -> Mapping[tuple[str, datetime], str]:
    """Return what else is known of an event, by its kind and moment."""
    found: dict[tuple[str, datetime], str] = {}
    for call in case.calls.all():
        for kind in (EventKind.CALLED, EventKind.REACHED):
            found[kind, call.at] = str(call.get_outcome_display())
    for pause in case.pauses.all():
        if pause.until:
            found[EventKind.PAUSED, pause.began_at] = _("until %(day)s") % {"day": day(pause.until)}
    sent = ContactAttempt.objects.filter(case=case, left_out="", step__isnull=False, mail__ended_at__isnull=False)
    for line in sent.select_related("mail").defer("mail__text_body", "mail__html_body").order_by("pk"):
        if line.mail and line.mail.ended_at:
            found[EventKind.INVITED, line.mail.ended_at] = str(line.mail.get_name_display())
    return found


def last_event(case: Case) -> int:
    """Return the number of the last event that says how a case stands; one query."""
    telling = case.events.exclude(kind__in=BESIDE_THE_POINT).order_by("-pk")
    return telling.values_list("pk", flat=True).first() or 0


def happened_since(case: Case, event: int) -> list[CaseEvent]:
    """Return the events after that one which say how a case stands."""
    return list(case.events.filter(pk__gt=event).exclude(kind__in=BESIDE_THE_POINT).select_related("by").order_by("pk"))


def returns(case: Case) -> list[tuple[MailReturn, str]]:
    """Return what came back of the mails about the case, with the mail server's reason in words."""
    found = MailReturn.objects.filter(mail__lines__case=case, mail__lines__left_out="").select_related("mail")
    return [(each, status_in_words(each.status_code)) for each in found.distinct().order_by("pk")]
