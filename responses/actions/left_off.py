"""Answers that were never submitted: how far they had come is noted at the close; weeks later they are deleted."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from barometer import audit
from responses.actions import events
from responses.actions.answering import route_of
from responses.models import Case, CaseEvent, LeftOff, LinkHolder, MailReturn, Response
from responses.statistics.dispositions import Disposition, EventKind, left
from surveys.models import Round
from surveys.questionnaire.definition import OPENING
from surveys.questionnaire.routing import Route

DAYS_KEPT = 30  # after the close; the welcome page says so
AT_ONCE = 500
ENDED = (Disposition.SUBMITTED, Disposition.DECLINED, Disposition.INELIGIBLE, Disposition.ERASED)


def deleted_on(round_: Round) -> date | None:
    """Return the day in whose first hours the answers that were not submitted are deleted; None while it is open."""
    return timezone.localtime(round_.closed_at).date() + timedelta(days=DAYS_KEPT) if round_.closed_at else None


@transaction.atomic
def note_left(*, round_: Round, at: datetime) -> int:
    """Note how far all answers that are not submitted have come, and what that makes of their cases; return how many.

    Twice noted is once noted. Locks 500 cases at a time until the caller's transaction ends.
    """
    waiting = Response.objects.filter(case__round=round_, submitted_at=None, case__left_off=None)
    numbers = list(waiting.order_by("case_id").values_list("case_id", flat=True))
    for start in range(0, len(numbers), AT_ONCE):
        _note(round_, numbers[start : start + AT_ONCE], at)
    return len(numbers)


def _note(round_: Round, numbers: list[int], at: datetime) -> None:
    locked = Case.objects.select_for_update(of=("self",)).filter(pk__in=numbers).order_by("pk")
    cases = {case.pk: case for case in locked.select_related("sample_unit__workplace")}
    found = []
    for response in Response.objects.filter(case__in=numbers, submitted_at=None).order_by("case_id"):
        case = cases[response.case_id]
        case.round = round_
        found.append(left_off(case, route_of(case, response.answers), at))
    LeftOff.objects.bulk_create(found)
    events.record_all([CaseEvent(case=each.case, kind=_kind(each), at=at) for each in found])


def left_off(case: Case, route: Route, at: datetime) -> LeftOff:
    """Return how far a route has been answered; not saved."""
    required = [item for item in route.items if item.question.required and item.question.type != "display"]
    first = route.first_unanswered
    page = route.page_of(first.code) if first else None
    declared = OPENING in route.questionnaire.derived_named
    return LeftOff(
        case=case,
        at=at,
        required=len(required),
        answered=sum(item.complete(route.answers.get(item.code)) for item in required),
        opening=not declared or route.value(OPENING) is True,
        page=page.number if page else None,
    )


def _kind(found: LeftOff) -> EventKind:
    return left(required=found.required, answered=found.answered, opening=found.opening)


def note_absent(*, round_: Round, at: datetime) -> int:
    """Note who was away until after the close, as the automatic reply to the last mail said; return how many cases.

    Of cases from which nothing else has come, and of the address that their owner has now. Twice noted is once noted.
    """
    closed_on = timezone.localtime(at).date()
    replies = MailReturn.objects.filter(
        kind=MailReturn.Kind.AUTO_REPLY,
        returns_on__isnull=False,
        mail__lines__case__round=round_,
        mail__lines__left_out="",
        mail__lines__holder__role=LinkHolder.Role.OWNER,
        mail__lines__holder__email__iexact=F("mail__address"),
    )
    last = dict(replies.order_by("pk").values_list("mail__lines__case", "returns_on"))
    away = [case for case, returns_on in last.items() if returns_on is not None and returns_on > closed_on]
    cases = Case.objects.select_for_update().filter(pk__in=away).exclude(disposition__in=ENDED)
    numbers = list(cases.exclude(events__kind=EventKind.ABSENT).order_by("pk").values_list("pk", flat=True))
    events.record_all([CaseEvent(case_id=number, kind=EventKind.ABSENT, at=at) for number in numbers])
    return len(numbers)


def delete_unsent(*, at: datetime) -> int:
    """Delete the answers that were not submitted of rounds closed 30 days ago and more; return how many.

    How far they had come is noted before, if it is not. Safe to run twice.
    """
    return sum(_delete_unsent(round_, at) for round_ in _due(at))


def _due(at: datetime) -> Iterable[Round]:
    today = timezone.localtime(at).date()
    closed = Round.objects.filter(closed_at__isnull=False, cases__response__submitted_at__isnull=True)
    with_answers = closed.filter(cases__response__isnull=False).select_related("questionnaire").distinct()
    return [round_ for round_ in with_answers.order_by("pk") if (day := deleted_on(round_)) and day <= today]


@transaction.atomic
def _delete_unsent(round_: Round, at: datetime) -> int:
    note_left(round_=round_, at=at)
    deleted, _ = Response.objects.filter(case__round=round_, submitted_at=None).delete()
    if deleted:
        facts = {"responses": deleted, "days_after_close": DAYS_KEPT}
        audit.record("answers.unsent_deleted", target=round_, by=None, at=at, facts=facts)
    return deleted
