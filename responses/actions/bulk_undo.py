"""Take back what was done to many cases at once, where it still stands."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction

from barometer import audit
from barometer.models import User
from responses.actions import events, pause
from responses.actions.bulk import change_language
from responses.actions.case import CaseClosed, NewContact, contact_of, put_contact
from responses.models import BulkAct, BulkChange, Case, CaseEvent, CasePause, LinkHolder
from responses.statistics.dispositions import EventKind
from surveys.models import Round

Kind = BulkAct.Kind
# What may happen to a case after an act that ended it, without making that act another one.
BESIDE = (
    EventKind.NOTED,
    EventKind.PAUSED,
    EventKind.RESUMED,
    EventKind.LANGUAGE_CHANGED,
    EventKind.LINK_COPIED,
    EventKind.ADDRESS_CHECKED,
)
TO_THE_ADDRESS = (EventKind.INVITED, EventKind.BOUNCED, EventKind.LINK_SENT, EventKind.LINK_ISSUED)


class ActUndone(Exception):
    """The act has been undone already."""


@dataclass(frozen=True, slots=True)
class Undoing:
    """What can be taken back of an act, and the cases that have moved on since."""

    standing: Sequence[BulkChange]
    moved_on: Sequence[BulkChange]


def look(act: BulkAct) -> Undoing:
    """Return what an act's undoing would do now; at most four queries."""
    changes = act.changes.filter(undone=False).select_related("case__sample_unit__workplace", "event")
    return _split(act, list(changes.order_by("case__search__name_key", "pk")))


@transaction.atomic
def undo(*, act: BulkAct, by: User, at: datetime) -> Undoing:
    """Restore what the act changed, and nothing that happened since; return what was restored and what was not.

    Raises: ActUndone; CaseClosed when the round is not in the field.
    """
    act = BulkAct.objects.select_for_update(of=("self",)).select_related("round").get(pk=act.pk)
    if act.undone_at:
        raise ActUndone
    if act.round.status != Round.Status.OPEN:
        raise CaseClosed
    locked = {case.pk: case for case in events.CASES.filter(bulk_changes__act=act).order_by("pk")}
    changes = list(act.changes.select_related("event").order_by("case_id"))
    for change in changes:
        change.case = locked[change.case_id]
    found = _split(act, changes)
    for change in found.standing:
        _undo_one(act, change, by, at)
    BulkChange.objects.filter(pk__in=[change.pk for change in found.standing]).update(undone=True)
    act.undone_at, act.undone_by = at, by
    act.save(update_fields=["undone_at", "undone_by"])
    facts = {"act": act.kind, "cases": len(found.standing), "moved_on": len(found.moved_on)}
    audit.record("cases.act_undone", target=act, by=by, at=at, facts=facts)
    return found


def _split(act: BulkAct, changes: list[BulkChange]) -> Undoing:
    """Three queries, however many cases there are."""
    cases = [change.case_id for change in changes]
    owners = {owner.case_id: owner for owner in LinkHolder.objects.filter(case__in=cases, role=LinkHolder.Role.OWNER)}
    open_pauses = CasePause.objects.filter(case__in=cases, ended_at=None).order_by()
    pauses = dict(open_pauses.values_list("case_id", "pk"))
    since: dict[int, set[str]] = {}
    later = CaseEvent.objects.filter(case__in=cases, pk__gt=min((c.event_id for c in changes), default=0))
    last = {change.case_id: change.event_id for change in changes}
    for case, kind, pk in later.order_by("pk").values_list("case_id", "kind", "pk"):
        if pk > last[case]:
            since.setdefault(case, set()).add(kind)
    standing: list[BulkChange] = []
    moved_on: list[BulkChange] = []
    for change in changes:
        stands = _stands(act.kind, change, owners[change.case_id], pauses.get(change.case_id), since)
        (standing if stands else moved_on).append(change)
    return Undoing(standing, moved_on)


def _stands(kind: str, change: BulkChange, owner: LinkHolder, paused: int | None, since: dict[int, set[str]]) -> bool:
    """Whether what the act made of a case is still so, and nobody has built on it."""
    happened = since.get(change.case_id, set())
    if kind == Kind.PAUSE:
        return bool(paused == change.after["pause"])
    if kind == Kind.RESUME:
        return paused is None and EventKind.PAUSED not in happened
    if kind == Kind.LANGUAGE:
        return bool(change.case.language == change.after["language"])
    if kind == Kind.ADDRESS:
        same = asdict(contact_of(owner)) == change.after["contact"]
        return same and not happened & {EventKind.ADDRESS_CHANGED, *TO_THE_ADDRESS}
    return not happened - set(BESIDE)


def _undo_one(act: BulkAct, change: BulkChange, by: User, at: datetime) -> None:
    case, before = change.case, change.before
    if act.kind == Kind.PAUSE:
        pause.end(case, CasePause.objects.get(pk=change.after["pause"]), by=by, at=at)
    elif act.kind == Kind.RESUME:
        CasePause.objects.filter(pk=before["pause"]).update(ended_at=None)
        events.record(case, kind=EventKind.PAUSED, at=at, by=by)
    elif act.kind == Kind.LANGUAGE:
        change_language(case, before["language"], by=by, at=at)
    elif act.kind == Kind.ADDRESS:
        _restore_contact(case, before, by, at)
    else:
        back = {Kind.INELIGIBLE: EventKind.INELIGIBLE_UNDONE, Kind.REFUSAL: EventKind.REFUSAL_UNDONE}
        events.record(case, kind=back[Kind(act.kind)], at=at, by=by)


def _restore_contact(case: Case, before: dict[str, object], by: User, at: datetime) -> None:
    """Put the former contact back. An address that was known not to work is known so again."""
    owner = LinkHolder.objects.select_for_update().get(case=case, role=LinkHolder.Role.OWNER)
    owner.case = case
    contact = before["contact"]
    assert isinstance(contact, dict)
    put_contact(owner=owner, contact=NewContact(**contact), by=by, at=at)
    if before["bounced"]:
        events.record(case, kind=EventKind.BOUNCED, at=at, by=by, holder=owner)
