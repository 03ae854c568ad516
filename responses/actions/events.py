"""The history of a case, and the disposition that follows from it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from django.db import transaction

from barometer import stale
from barometer.models import User
from barometer.prepared import Prepared, PreparedInsert, PreparedSave
from responses.models import Case, CaseEvent, HandOver, LinkHolder, Response
from responses.statistics.dispositions import Disposition, EventKind, standing
from responses.statistics.outcomes import CaseOutcome

CASES = (
    Case.objects.select_for_update(of=("self",))
    .select_related("round__questionnaire", "sample_unit__workplace")
    .order_by()
)
LOCKED_WHOLE = Prepared(lambda pk: CASES.filter(pk=pk), -1)
LOCKED = Prepared(lambda pk: Case.objects.select_for_update().filter(pk=pk).order_by(), -1)
# Both rows are locked, so that both are as whoever held the lock has left them: of a row that is only joined, a
# statement that has waited returns what stood there before it waited. The case first, as everybody does.
ANSWERED = Case.objects.filter(response__isnull=False).select_related("response").order_by()
LOCKED_ANSWERED = Prepared(lambda pk: ANSWERED.select_for_update(of=("self", "response")).filter(pk=pk), -1)
RESPONSE = Prepared(lambda case: Response.objects.filter(case_id=case).order_by(), -1)
EVENTS = Prepared(lambda case: CaseEvent.objects.filter(case=case).order_by("pk").values_list("kind", "outcome"), -1)
STANDING = PreparedSave(Case, "disposition", "outcome")
EVENT = PreparedInsert(CaseEvent)
AT_ONCE = 500  # cases

Standing = tuple[Disposition, CaseOutcome]
T = TypeVar("T")


def lock(pk: int) -> Case:
    """Return the case with its row locked until the transaction ends; ``Case.DoesNotExist`` if there is none."""
    return _found(LOCKED_WHOLE.first(pk))


@transaction.atomic
def if_unchanged(*, case: Case, seen: str, now: Callable[[], str], do: Callable[[], T]) -> T:
    """Do something to a case if what was shown still is so; ``seen`` is empty where nothing was shown.

    Raises: stale.ChangedMeanwhile, and what ``do`` raises.
    """
    lock(case.pk)
    stale.require(seen, now())
    return do()


def lock_again(known: Case) -> tuple[Case, Response | None]:
    """Return a case read before, locked until the transaction ends and read anew, and its response as it is then.

    One query once there is a response. Round and workplace are those of ``known``, which a request has read a moment
    ago: half the work of ``lock()``, and it is done for every page. A round that closes in this moment may still take
    the page.
    """
    case = LOCKED_ANSWERED.first(known.pk)
    response = case.response if case else None
    if case is None:
        case = _found(LOCKED.first(known.pk))
        response = RESPONSE.first(case.pk)  # only now: whoever held the lock may have begun it
    case.round, case.sample_unit = known.round, known.sample_unit
    return case, response


def _found(case: Case | None) -> Case:
    if case is None:
        raise Case.DoesNotExist
    return case


def record(
    case: Case,
    *,
    kind: EventKind,
    at: datetime,
    by: User | None = None,
    holder: LinkHolder | None = None,
    outcome: str = "",
) -> CaseEvent:
    """Add an event and derive where the case stands; the caller holds the lock on the case."""
    event = EVENT.insert(CaseEvent(case=case, kind=kind, at=at, by=by, holder=holder, outcome=outcome))
    found = standing(EVENTS.rows(case.pk))
    if found != (case.disposition, case.outcome):
        case.disposition, case.outcome = found
        STANDING.save(case)
    return event


def record_all(events: Sequence[CaseEvent]) -> None:
    """Add many events and derive where their cases stand; the caller holds the locks on the cases."""
    CaseEvent.objects.bulk_create(events, batch_size=AT_ONCE)
    write(differing({event.case_id for event in events}))


def differing(cases: Iterable[int]) -> dict[int, Standing]:
    """Return by case where those stand, by their events, of which the row says something else; two queries for 500."""
    numbers = sorted(cases)
    found: dict[int, Standing] = {}
    for start in range(0, len(numbers), AT_ONCE):
        part = numbers[start : start + AT_ONCE]
        stored = Case.objects.filter(pk__in=part).order_by("pk").values_list("pk", "disposition", "outcome")
        events: dict[int, list[tuple[str, str]]] = {case: [] for case in part}
        rows = CaseEvent.objects.filter(case__in=part).order_by("pk").values_list("case_id", "kind", "outcome")
        for case, kind, outcome in rows:
            events[case].append((kind, outcome))
        for case, *known in stored:
            if (rebuilt := standing(events[case])) != tuple(known):
                found[case] = rebuilt
    return found


def write(standings: Mapping[int, Standing]) -> None:
    """Write where these cases stand; one query per pair of disposition and outcome."""
    for disposition, outcome in set(standings.values()):
        numbers = [case for case, pair in standings.items() if pair == (disposition, outcome)]
        for start in range(0, len(numbers), AT_ONCE):
            part = Case.objects.filter(pk__in=numbers[start : start + AT_ONCE])
            part.update(disposition=disposition, outcome=outcome)


def record_bounce(case: Case, *, holder: LinkHolder | None, at: datetime, by: User | None) -> None:
    """A mail came back; ``holder`` is whose address it went to, None for the owner's. The caller holds the lock.

    One to a delegate or colleague leaves the disposition and the link alone, since that may have come another way;
    but from now on the owner is written to.
    """
    if holder is None or holder.role == LinkHolder.Role.OWNER:
        record(case, kind=EventKind.BOUNCED, at=at, by=by, holder=holder)
        return
    given = HandOver.objects.filter(holder=holder)
    given.update(bounced_at=at)
    given.filter(silent_from__isnull=False).update(silent_from=at)
    record(case, kind=EventKind.DELEGATE_BOUNCED, at=at, by=by, holder=holder)


def record_invited(holders: Mapping[int, int], *, at: datetime, by: User | None = None) -> None:
    """Record that a mail reached its server; ``holders`` is the link holder by case, one per line of the mail.

    Being written to changes neither disposition nor outcome, so the cases need no lock.
    """
    EVENT.insert_all(
        [
            CaseEvent(case_id=case, kind=EventKind.INVITED, at=at, by=by, holder_id=holder)
            for case, holder in holders.items()
        ]
    )
