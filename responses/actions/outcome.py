"""How a case ends: signs of life that staff note, and what they say instead of the rules."""

from datetime import datetime

from django.db import transaction

from barometer import audit
from barometer.models import User
from responses.actions import events
from responses.actions.case import CaseClosed, lock_unpublished
from responses.models import Case, CaseEvent
from responses.statistics.dispositions import Disposition, EventKind
from responses.statistics.outcomes import OVERRIDES, CaseOutcome

ENDED = (Disposition.SUBMITTED, Disposition.INELIGIBLE, Disposition.ERASED)
ON_OUTCOME = (EventKind.OUTCOME_SET, EventKind.OUTCOME_UNSET, EventKind.SUBMITTED, EventKind.REOPENED)


class NothingSet(Exception):
    """The rules say already how the case ends."""


@transaction.atomic
def note_reply(*, case: Case, reason: str, by: User, at: datetime) -> None:
    """Somebody at the workplace wrote or rang: it is there. Automatic replies are none of this.

    Raises: CaseClosed.
    """
    _note(case, EventKind.REPLIED, "case.reply_noted", reason, by, at)


@transaction.atomic
def note_absence(*, case: Case, reason: str, by: User, at: datetime) -> None:
    """Whoever can answer is away until after the close. It gets mails all the same.

    Raises: CaseClosed.
    """
    _note(case, EventKind.ABSENT, "case.absence_noted", reason, by, at)


@transaction.atomic
def find_duplicate(*, case: Case, reason: str, by: User, at: datetime) -> None:
    """The same workplace is in the sample by another number: this case is not eligible.

    Raises: CaseClosed.
    """
    _exclude(case, EventKind.REPORTED_DUPLICATE, reason, by, at)


@transaction.atomic
def find_not_public(*, case: Case, reason: str, by: User, at: datetime) -> None:
    """The workplace was not a public one in the reference period: not eligible.

    Raises: CaseClosed.
    """
    _exclude(case, EventKind.REPORTED_NOT_PUBLIC, reason, by, at)


@transaction.atomic
def set_outcome(*, case: Case, outcome: CaseOutcome, reason: str, by: User, at: datetime) -> None:
    """Say how the case ends instead of the rules, until that is undone or a questionnaire is submitted.

    It changes no mail and no headline. Raises: CaseClosed; ValueError for an outcome that is not of ``OVERRIDES``.
    """
    if outcome not in OVERRIDES:
        raise ValueError(f"{outcome} is not for staff to set")
    case = _lock(case)
    events.record(case, kind=EventKind.OUTCOME_SET, outcome=outcome, at=at, by=by)
    audit.record("case.outcome_set", target=case, by=by, at=at, reason=reason, facts={"outcome": outcome.value})


@transaction.atomic
def unset_outcome(*, case: Case, reason: str, by: User, at: datetime) -> None:
    """Let the rules say again how the case ends.

    Raises: CaseClosed; NothingSet.
    """
    case = _lock(case)
    if outcome_set(case) is None:
        raise NothingSet
    events.record(case, kind=EventKind.OUTCOME_UNSET, at=at, by=by)
    audit.record("case.outcome_unset", target=case, by=by, at=at, reason=reason)


def outcome_set(case: Case) -> CaseOutcome | None:
    """Return what staff have set and nobody has undone; one query."""
    said = CaseEvent.objects.filter(case=case, kind__in=ON_OUTCOME).order_by("-pk").values_list("outcome", flat=True)
    return CaseOutcome(last) if (last := said.first()) else None


def _lock(case: Case) -> Case:
    case = lock_unpublished(case.pk)
    if case.disposition in ENDED:
        raise CaseClosed
    return case


def _note(case: Case, kind: EventKind, what: str, reason: str, by: User, at: datetime) -> None:
    case = _lock(case)
    events.record(case, kind=kind, at=at, by=by)
    audit.record(what, target=case, by=by, at=at, reason=reason)


def _exclude(case: Case, kind: EventKind, reason: str, by: User, at: datetime) -> None:
    case = _lock(case)
    events.record(case, kind=kind, at=at, by=by)
    events.record(case, kind=EventKind.INELIGIBLE_CONFIRMED, at=at, by=by)
    audit.record("case.ineligible_confirmed", target=case, by=by, at=at, reason=reason, facts={"why": kind.value})
