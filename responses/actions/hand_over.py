"""The task of answering, handed over and back. The unit stays one case with one response, whoever works on it."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from barometer import audit
from barometer.addresses import is_reserved_address
from barometer.models import User
from barometer.problems import Problem
from responses.actions import contact, events
from responses.actions.case import CaseClosed, lock_open, lock_unsubmitted
from responses.models import Case, CaseEvent, HandOver, LinkHolder, Notice
from responses.statistics import hand_over as rules
from responses.statistics.dispositions import EventKind
from responses.statistics.eligibility import ENDED
from surveys.models import AddressKind, WorkplaceContact

Role, Standing = LinkHolder.Role, LinkHolder.Standing


class HandOverRefused(Exception):
    """The task cannot be handed over like that. ``problem`` is for the respondent."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.problem = Problem(code, "")


class HandOverEnded(Exception):
    """It has been ended, approved or refused meanwhile."""


@dataclass(frozen=True, slots=True)
class Wish:
    """To whom an owner wants to hand over; the names as ``rules.typed_name`` leaves them."""

    role: LinkHolder.Role
    given_by: str
    name: str
    email: str


def check(*, owner: LinkHolder, wish: Wish, at: datetime) -> bool:
    """Return whether the link leaves at once; False when staff look at the address first. Writes nothing.

    Raises: HandOverRefused.
    """
    _must_be_owner(owner)
    if owner.standing != Standing.WORKS:
        raise HandOverRefused("hand_over_has_delegate")
    if owner.case.round.rehearsal and not is_reserved_address(wish.email):
        raise HandOverRefused("hand_over_not_reserved")
    before = list(HandOver.objects.filter(holder__case=owner.case_id).select_related("holder"))
    if code := rules.too_often([timezone.localdate(each.asked_at) for each in before], timezone.localdate(at)):
        raise HandOverRefused(code)
    if wish.email.casefold() == owner.email.casefold():
        raise HandOverRefused("hand_over_own_address")
    current = [each.holder for each in before if each.holder.standing in LinkHolder.CURRENT]
    if wish.role == Role.DELEGATE and any(each.role == Role.DELEGATE for each in current):
        raise HandOverRefused("hand_over_has_delegate")
    if any((each.role, each.email.casefold()) == (wish.role, wish.email.casefold()) for each in current):
        raise HandOverRefused("hand_over_has_link")
    return rules.served_at_once(wish.email, known=[owner.email, *_mailboxes_of_the_authority(owner.case)])


@transaction.atomic
def hand_over(*, owner: LinkHolder, wish: Wish, at: datetime) -> LinkHolder:
    """Give somebody a link, or ask staff to; return its holder.

    Raises: CaseClosed, HandOverRefused.
    """
    _must_be_owner(owner)
    case = _lock_unfinished(owner.case_id)
    owner = _owner(case)
    at_once = check(owner=owner, wish=wish, at=at)
    holder = LinkHolder.objects.create(
        case=case,
        role=wish.role,
        name=wish.name,
        email=wish.email,
        address_kind=AddressKind.PERSON,
        standing=Standing.WAITING,
    )
    given = HandOver.objects.create(holder=holder, given_by=wish.given_by, asked_at=at)
    if at_once:
        _begin(case, given, at=at)
    else:
        event = events.record(case, kind=EventKind.HAND_OVER_ASKED, at=at, holder=holder)
        _write_to(_owner(case), Notice.OWNER_WAITING, event)
    return holder


@transaction.atomic
def take_back(*, owner: LinkHolder, holder_pk: int, at: datetime) -> None:
    """The owner takes the task back from a delegate, or ends a colleague's link, or no longer asks for one.

    Raises: CaseClosed, HandOverEnded.
    """
    _must_be_owner(owner)
    case = lock_unsubmitted(owner.case_id)
    _end(case, _current(case, holder_pk), kind=EventKind.TAKEN_BACK, at=at)


@transaction.atomic
def give_back(*, holder: LinkHolder, at: datetime) -> None:
    """A delegate gives the task back to the owner, or a colleague gives up the link; never a refusal.

    Raises: CaseClosed, HandOverEnded.
    """
    case = lock_unsubmitted(holder.case_id)
    event = _end(case, _current(case, holder.pk), kind=EventKind.GIVEN_BACK, at=at)
    if holder.role == Role.DELEGATE:
        _write_to(_owner(case), Notice.OWNER_GIVEN_BACK, event)


@transaction.atomic
def approve(*, holder: LinkHolder, reason: str, by: User, at: datetime) -> None:
    """Let the link leave for an address of another domain.

    Raises: CaseClosed, HandOverEnded.
    """
    case = _lock_unfinished(holder.case_id)
    _begin(case, _waiting(case, holder.pk), by=by, at=at)
    audit.record("hand_over.approved", target=holder, by=by, at=at, reason=reason)


@transaction.atomic
def refuse(*, holder: LinkHolder, reason: str, by: User, at: datetime) -> None:
    """Send no link; the task stays where it is.

    Raises: HandOverEnded.
    """
    case = events.lock(holder.case_id)
    _end(
        case,
        _waiting(case, holder.pk),
        standing=Standing.REFUSED,
        kind=EventKind.HAND_OVER_REFUSED,
        by=by,
        at=at,
    )
    audit.record("hand_over.refused", target=holder, by=by, at=at, reason=reason)


@transaction.atomic
def end(*, holder: LinkHolder, reason: str, by: User, at: datetime) -> None:
    """Staff end the link of a delegate or colleague; the owner has the task again.

    Raises: HandOverEnded.
    """
    case = events.lock(holder.case_id)
    _end(case, _current(case, holder.pk), kind=EventKind.TAKEN_BACK, by=by, at=at)
    audit.record("hand_over.ended", target=holder, by=by, at=at, reason=reason)


def note_answer(holder: LinkHolder, *, at: datetime) -> None:
    """The holder has saved an answer: a delegate is not silent, if mails reach them."""
    if holder.role == Role.DELEGATE:
        heard = HandOver.objects.filter(holder=holder, silent_from__isnull=False, bounced_at__isnull=True)
        heard.update(silent_from=rules.silent_after(at))


def _must_be_owner(holder: LinkHolder) -> None:
    if holder.role != Role.OWNER:
        raise ValueError("only the owner hands over and takes back")


def _lock_unfinished(pk: int) -> Case:
    case = lock_open(pk)
    if case.disposition in ENDED:
        raise CaseClosed
    return case


def _owner(case: Case) -> LinkHolder:
    owner = case.holders.get(role=Role.OWNER)
    owner.case = case
    return owner


def _current(case: Case, pk: int) -> HandOver:
    return _hand_over(case, pk, LinkHolder.CURRENT)


def _waiting(case: Case, pk: int) -> HandOver:
    return _hand_over(case, pk, (Standing.WAITING,))


def _hand_over(case: Case, pk: int, standings: tuple[LinkHolder.Standing, ...]) -> HandOver:
    of_case = HandOver.objects.filter(holder__case=case, holder__standing__in=standings)
    found = of_case.select_related("holder").filter(pk=pk).first()
    if found is None:
        raise HandOverEnded
    return found


def _begin(case: Case, given: HandOver, *, at: datetime, by: User | None = None) -> None:
    delegate = given.holder.role == Role.DELEGATE
    given.began_at, given.silent_from = at, rules.silent_after(at) if delegate else None
    given.save(update_fields=["began_at", "silent_from"])
    _stand(given.holder, Standing.WORKS)
    if delegate:
        _stand(_owner(case), Standing.WATCHES)
    kind = EventKind.HANDED_OVER if delegate else EventKind.SHARED
    event = events.record(case, kind=kind, at=at, by=by, holder=given.holder)
    _write_to(given.holder, Notice.HANDOVER if delegate else Notice.SHARE, event)
    _write_to(_owner(case), Notice.OWNER_TRANSFERRED if delegate else Notice.OWNER_SHARED, event)


def _end(
    case: Case,
    given: HandOver,
    *,
    kind: EventKind,
    at: datetime,
    by: User | None = None,
    standing: LinkHolder.Standing = Standing.ENDED,
) -> CaseEvent:
    given.ended_at, given.silent_from = at, None
    given.save(update_fields=["ended_at", "silent_from"])
    _stand(given.holder, standing)
    if given.holder.role == Role.DELEGATE:
        _stand(_owner(case), Standing.WORKS)
    return events.record(case, kind=kind, at=at, by=by, holder=given.holder)


def _write_to(holder: LinkHolder, name: Notice, event: CaseEvent) -> None:
    contact.queue_notice(name=name, holder=holder, cause=event, at=event.at)


def _stand(holder: LinkHolder, standing: LinkHolder.Standing) -> None:
    holder.standing = standing
    holder.save(update_fields=["standing"])


def _mailboxes_of_the_authority(case: Case) -> list[str]:
    """Return the addresses that the register has as mailboxes of the workplace's authority."""
    mailboxes = WorkplaceContact.objects.filter(
        workplace__round=case.round_id,
        workplace__authority_code=case.sample_unit.workplace.authority_code,
        kind=AddressKind.AUTHORITY,
    )
    return list(mailboxes.order_by().values_list("email", flat=True).distinct())
