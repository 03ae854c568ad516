"""Leave a case in peace for a while: no mail, letter or call of the contact plan (``statistics.eligibility``)."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from barometer import audit
from barometer.models import User
from responses.actions import events
from responses.actions.case import CaseClosed, lock_open
from responses.models import Case, CaseEvent, CasePause
from responses.statistics.dispositions import EventKind


class PauseRefused(Exception):
    """The day until which to pause has passed, or lies after the end of the fieldwork."""


def check_until(until: date | None, case: Case, at: datetime) -> None:
    """Raises: PauseRefused."""
    if until is not None and not timezone.localdate(at) < until <= case.round.closes_on:
        raise PauseRefused


@transaction.atomic
def pause(*, case: Case, until: date | None, reason: str, by: User, at: datetime) -> None:
    """Leave the case in peace until this day, or until somebody ends the pause.

    Raises: CaseClosed, also when the case is paused already; PauseRefused.
    """
    case = lock_open(case.pk)
    check_until(until, case, at)
    if in_force(case, at):
        raise CaseClosed
    begin(case, until=until, by=by, at=at)
    audit.record("case.paused", target=case, by=by, at=at, reason=reason)


@transaction.atomic
def resume(*, case: Case, reason: str, by: User, at: datetime) -> None:
    """End the pause of a case.

    Raises: CaseClosed when there is none.
    """
    case = lock_open(case.pk)
    found = in_force(case, at)
    if found is None:
        raise CaseClosed
    end(case, found, by=by, at=at)
    audit.record("case.resumed", target=case, by=by, at=at, reason=reason)


def in_force(case: Case, at: datetime) -> CasePause | None:
    """Return the pause that holds at this moment; one query."""
    return CasePause.objects.in_force(timezone.localdate(at)).filter(case=case).first()


def begin(case: Case, *, until: date | None, by: User, at: datetime) -> tuple[CasePause, CaseEvent]:
    """Begin a pause; one whose day has come is ended first. The caller holds the lock on the case."""
    for over in CasePause.objects.filter(case=case, ended_at=None):
        over.end(at)
    made = CasePause.objects.create(case=case, began_at=at, until=until, by=by)
    return made, events.record(case, kind=EventKind.PAUSED, at=at, by=by)


def end(case: Case, found: CasePause, *, by: User, at: datetime) -> CaseEvent:
    """End a pause. The caller holds the lock on the case."""
    found.end(at)
    return events.record(case, kind=EventKind.RESUMED, at=at, by=by)
