"""One act on many cases: planned without changing anything, then done in one transaction (``bulk_undo`` undoes it)."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from barometer import audit, stale
from barometer.models import User
from responses.actions import address_mails, events, pause
from responses.actions.case import CaseClosed, NewContact, contact_of, put_contact
from responses.case_search import MOST_FOUND
from responses.contact_facts import ON_ADDRESS
from responses.models import BulkAct, BulkChange, Case, CaseEvent, CasePause, LinkHolder
from responses.statistics.dispositions import Disposition, EventKind
from surveys.models import Round

MOST_CASES = MOST_FOUND
Kind = BulkAct.Kind
ENDED = (Disposition.SUBMITTED, Disposition.INELIGIBLE)
TO_ANSWER = (Disposition.NOT_STARTED, Disposition.BOUNCED, Disposition.STARTED)


class TooMany(Exception):
    """More cases than one act may change."""


class NothingLeft(Exception):
    """The act applies to none of the cases any longer."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be done beside the kind of act; which field counts, the kind says."""

    until: date | None = None
    language: str = ""
    contact: NewContact | None = None


@dataclass(frozen=True, slots=True)
class Planned:
    """A case in an act. ``why_not`` is a code of ``bulk_texts``, "" when it applies; ``seen`` a digest."""

    case: Case
    owner: LinkHolder
    pause: CasePause | None
    why_not: str
    seen: str


def plan(*, round_: Round, kind: str, cases: Collection[int], wish: Wish, at: datetime) -> list[Planned]:
    """Return what the act would do to each of these cases of the round, in the order of their names; three queries.

    Raises: TooMany.
    """
    if len(cases) > MOST_CASES:
        raise TooMany
    rows = Case.objects.filter(round=round_, pk__in=cases).select_related("round", "sample_unit__workplace")
    return _planned(list(rows.order_by("search__name_key", "pk")), kind, wish, at)


@transaction.atomic
def apply(
    *, round_: Round, kind: str, seen: Mapping[int, str], wish: Wish, reason: str, by: User, at: datetime
) -> BulkAct:
    """Do it to those cases that still are as they were shown; one audit line, and the events of each case.

    ``seen`` is the digest that was shown, by case.
    Raises: TooMany; NothingLeft; CaseClosed; PauseRefused; AddressRefused.
    """
    if len(seen) > MOST_CASES:
        raise TooMany
    if round_.status != Round.Status.OPEN:
        raise CaseClosed
    planned = _planned(list(events.CASES.filter(round=round_, pk__in=seen).order_by("pk")), kind, wish, at)
    act = BulkAct(round=round_, kind=kind, at=at, by=by)
    left_out: Counter[str] = Counter()
    changes = []
    for each in planned:
        why_not = each.why_not or ("moved_on" if each.seen != seen[each.case.pk] else "")
        if why_not:
            left_out[why_not] += 1
        else:
            changes.append(_do(each, kind, wish, by, at))
    if not changes:
        raise NothingLeft
    act.left_out = dict(left_out)
    act.save()
    for change in changes:
        change.act = act
    BulkChange.objects.bulk_create(changes, batch_size=500)
    facts = {"act": str(kind), "cases": len(changes), "left_out": left_out.total()}
    audit.record("cases.acted_on", target=act, by=by, at=at, reason=reason, facts=facts)
    return act


def _planned(cases: Sequence[Case], kind: str, wish: Wish, at: datetime) -> list[Planned]:
    pks = [case.pk for case in cases]
    owners = {owner.case_id: owner for owner in LinkHolder.objects.filter(case__in=pks, role=LinkHolder.Role.OWNER)}
    held = CasePause.objects.in_force(timezone.localdate(at)).filter(case__in=pks)
    pauses = {found.case_id: found for found in held}
    found = []
    for case in cases:
        owner, paused = owners[case.pk], pauses.get(case.pk)
        owner.case = case
        seen = stale.digest(case.disposition, case.language, asdict(contact_of(owner)), paused and paused.pk)
        found.append(Planned(case, owner, paused, _why_not(case, owner, paused, kind, wish, at), seen))
    return found


def _why_not(case: Case, owner: LinkHolder, paused: CasePause | None, kind: str, wish: Wish, at: datetime) -> str:
    """Return why the act does not apply to a case: a code of ``bulk_texts``, or "".

    Raises: PauseRefused and AddressRefused for a wish that no case can be given.
    """
    contact = wish.contact.checked(rehearsal=case.round.rehearsal) if wish.contact else None
    pause.check_until(wish.until, case, at)
    ended = case.disposition not in TO_ANSWER
    reasons = {
        Kind.PAUSE: {"ended": ended, "paused": paused is not None},
        Kind.RESUME: {"not_paused": paused is None},
        Kind.INELIGIBLE: {"ended": case.disposition in ENDED},
        Kind.REFUSAL: {
            "declined": case.disposition == Disposition.DECLINED,
            "ended": ended,
        },
        Kind.LANGUAGE: {"ended": case.disposition in ENDED, "same_language": case.language == wish.language},
        Kind.ADDRESS: {"ended": ended, "same_contact": contact_of(owner) == contact},
    }[Kind(kind)]
    return next((code for code, holds in reasons.items() if holds), "")


def _do(planned: Planned, kind: str, wish: Wish, by: User, at: datetime) -> BulkChange:
    """Do it to one case, whose lock the caller holds, and return what it changed."""
    case, owner = planned.case, planned.owner
    before: dict[str, object] = {"disposition": case.disposition}
    after: dict[str, object] = {}
    if kind == Kind.PAUSE:
        made, event = pause.begin(case, until=wish.until, by=by, at=at)
        after = {"pause": made.pk}
    elif kind == Kind.RESUME and planned.pause:
        event = pause.end(case, planned.pause, by=by, at=at)
        before |= {"pause": planned.pause.pk}
    elif kind == Kind.LANGUAGE:
        before |= {"language": case.language}
        after = {"language": wish.language}
        event = change_language(case, wish.language, by=by, at=at)
    elif kind == Kind.ADDRESS and wish.contact:
        contact = wish.contact.checked(rehearsal=case.round.rehearsal)
        before |= {"contact": asdict(contact_of(owner)), "bounced": _came_back(case)}
        after = {"contact": asdict(contact)}
        put_contact(owner=owner, contact=contact, by=by, at=at)
        event = case.events.order_by("-pk")[0]
    else:
        told = {Kind.INELIGIBLE: EventKind.INELIGIBLE_CONFIRMED, Kind.REFUSAL: EventKind.REFUSED}
        event = events.record(case, kind=told[Kind(kind)], at=at, by=by)
    return BulkChange(case=case, event=event, before=before, after=after)


def _came_back(case: Case) -> bool:
    """Whether the last thing known of the address is that a mail to it came back."""
    known = case.events.filter(kind__in=ON_ADDRESS).order_by("-pk").values_list("kind", flat=True).first()
    return known == EventKind.BOUNCED


def change_language(case: Case, language: str, *, by: User, at: datetime) -> CaseEvent:
    """Write to the case in another language from now on; the caller holds the lock on it."""
    case.language = language
    case.save(update_fields=["language"])
    address_mails.speak_anew(case=case)
    return events.record(case, kind=EventKind.LANGUAGE_CHANGED, at=at, by=by)
