"""How things stand with those who are written to, as read from the database for ``statistics.eligibility``."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

from django.db import models

from responses.models import Case, CaseEvent, ContactAttempt, LinkHolder
from responses.statistics.dispositions import Disposition, EventKind
from responses.statistics.eligibility import Contactable
from surveys.models import AddressKind, Round

ON_ADDRESS = (EventKind.BOUNCED, EventKind.ADDRESS_CHANGED, EventKind.LINK_ISSUED)
ON_REMINDERS = (EventKind.REMINDERS_STOPPED, EventKind.REMINDERS_RESUMED)


class Facts(Protocol):
    """What the annotations of a row say about its case."""

    last_on_reminders: str | None
    last_on_address: str | None


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a mail, and how things stood with its case after this number of events."""

    attempt: ContactAttempt
    contactable: Contactable
    events: int


def last_of(kinds: Collection[EventKind], case: str) -> models.Subquery:
    """Return an annotation: which of these kinds was the last to happen to the case; None when none has.

    ``case`` is the field of the annotated model that holds the case.
    """
    found = CaseEvent.objects.filter(case=models.OuterRef(case), kind__in=kinds)
    return models.Subquery(found.order_by("-pk").values("kind")[:1])


def contactable(holder: LinkHolder, case: Case, round_: Round, facts: Facts) -> Contactable:
    return Contactable(
        disposition=Disposition(case.disposition),
        reminders_stopped=facts.last_on_reminders == EventKind.REMINDERS_STOPPED,
        link_retired=holder.retired_at is not None,
        has_address=bool(holder.email),
        bounced=facts.last_on_address == EventKind.BOUNCED,
        reads_for_the_authority=holder.address_kind == AddressKind.AUTHORITY,
        round_open=round_.status == Round.Status.OPEN,
    )


def lines_of(mail_pks: Collection[int]) -> dict[int, list[Line]]:
    """Return the lines of these mails, with case, workplace and holder, by mail; one query."""
    attempts = (
        ContactAttempt.objects.filter(mail__in=mail_pks, left_out="")
        .select_related("holder", "case__round", "case__sample_unit__workplace")
        .annotate(last_on_reminders=last_of(ON_REMINDERS, "case"), last_on_address=last_of(ON_ADDRESS, "case"))
        .annotate(events=_number_of_events("case"))
        .order_by("pk")
    )
    by_mail = defaultdict(list)
    for attempt in attempts:
        found = contactable(attempt.holder, attempt.case, attempt.case.round, attempt)
        by_mail[attempt.mail_id].append(Line(attempt, found, attempt.events))
    return by_mail


def _number_of_events(case: str) -> models.Subquery:
    """Return an annotation."""
    of_case = CaseEvent.objects.filter(case=models.OuterRef(case)).order_by().values("case")
    return models.Subquery(of_case.annotate(number=models.Count("pk")).values("number"))
