"""A workplace asks to correct what it has submitted, and staff let it or do not.

The request, and what becomes of it, are events. Until staff grant it the answers stand and count; from then on until
they are submitted again they do not.
"""

from datetime import datetime
from enum import Enum

from django.db import transaction

from barometer import audit
from barometer.models import User
from responses.actions import events
from responses.actions.case import CaseClosed, lock_open
from responses.models import Case, LinkHolder, Response, Screening
from responses.models.case import ON_CORRECTION
from responses.statistics.dispositions import Disposition, EventKind
from surveys.models import Round


class Correction(Enum):
    """How it stands with the answers as they were last submitted."""

    NONE = "none"
    REQUESTED = "requested"
    REFUSED = "refused"


STATES = {
    EventKind.CORRECTION_REQUESTED: Correction.REQUESTED,
    EventKind.CORRECTION_REFUSED: Correction.REFUSED,
}


def state_of(case: Case) -> Correction:
    """Return whether a correction was asked for and refused since the answers were last submitted; one query."""
    last = case.events.filter(kind__in=ON_CORRECTION).order_by("-pk").values_list("kind", flat=True).first()
    return STATES.get(EventKind(last), Correction.NONE) if last else Correction.NONE


@transaction.atomic
def request(*, holder: LinkHolder, at: datetime) -> None:
    """Ask staff to open the submitted answers again. Twice asked is once recorded; a refusal is final.

    Raises: CaseClosed.
    """
    case = _lock_submitted(holder.case_id)
    state = state_of(case)
    if state is Correction.REFUSED:
        raise CaseClosed
    if state is Correction.NONE:
        events.record(case, kind=EventKind.CORRECTION_REQUESTED, at=at, holder=holder)


@transaction.atomic
def withdraw(*, holder: LinkHolder, at: datetime) -> None:
    """Let the answers stand after all.

    Raises: CaseClosed.
    """
    case = _lock_submitted(holder.case_id)
    if state_of(case) is Correction.REQUESTED:
        events.record(case, kind=EventKind.CORRECTION_WITHDRAWN, at=at, holder=holder)


@transaction.atomic
def reopen(*, case: Case, reason: str, by: User, at: datetime) -> None:
    """Let the workplace change its answers and submit them again; until then they count for nothing.

    Raises: CaseClosed.
    """
    Round.objects.select_for_update(no_key=True).get(pk=case.round_id)  # closing waits for us, or we for it
    case = _lock_submitted(case.pk)
    Response.objects.filter(case=case).update(submitted_at=None)
    Screening.objects.filter(response__case=case).delete()  # other words may come
    events.record(case, kind=EventKind.REOPENED, at=at, by=by)
    audit.record("case.reopened", target=case, by=by, at=at, reason=reason)


@transaction.atomic
def refuse(*, case: Case, reason: str, by: User, at: datetime) -> None:
    """Let the answers stand.

    Raises: CaseClosed.
    """
    case = _lock_submitted(case.pk)
    if state_of(case) is not Correction.REQUESTED:
        raise CaseClosed
    events.record(case, kind=EventKind.CORRECTION_REFUSED, at=at, by=by)
    audit.record("case.correction_refused", target=case, by=by, at=at, reason=reason)


def _lock_submitted(pk: int) -> Case:
    case = lock_open(pk)
    if case.disposition != Disposition.SUBMITTED:
        raise CaseClosed
    return case
