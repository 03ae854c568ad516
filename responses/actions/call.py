"""Telephone calls: what came of one, and what it does to the case."""

from datetime import datetime, time, timedelta

from django.db import transaction
from django.utils import timezone

from barometer import audit
from barometer.models import User
from barometer.problems import Problem
from barometer.telephone import MAX_LENGTH, tidy_number
from responses.actions import contact, events
from responses.actions.case import CaseClosed, lock_open, record_refusal, reminders_stopped
from responses.contact_facts import ON_ADDRESS
from responses.models import Call, CallClaim, Case, CaseEvent, DeclineReason, LinkHolder, Mail, Notice
from responses.statistics.dispositions import Disposition, EventKind
from responses.statistics.eligibility import ENDED
from surveys.models import AddressKind, ContactStep, Round

MOST_LINKS_A_DAY = 3  # to one case, counted by the Danish day
MOST_OF_A_NOTE = 200  # characters
Outcome = Call.Outcome
# Of these calls nobody was on the line who can answer for the workplace.
NOT_REACHED = {Outcome.NO_ANSWER, Outcome.BUSY, Outcome.WRONG_NUMBER, Outcome.LEFT_MESSAGE, Outcome.OTHER_PERSON}


class CallRefused(Exception):
    """What the caller wants to record cannot be so. ``problem`` is for the caller; nothing is recorded."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.problem = Problem(code, "", params)


@transaction.atomic
def record_call(
    *,
    case: Case,
    outcome: str,
    by: User,
    at: datetime,
    call_back_at: datetime | None = None,
    note: str = "",
    merged: bool = False,
    asked_now: bool = False,
) -> Call:
    """Record a call and do what its outcome says; the caller's claim ends.

    Args:
        call_back_at: when another call was agreed for; with the outcome CALL_BACK only, and there it must be given.
        note: of the caller, at most ``MOST_OF_A_NOTE`` characters; no answers, nothing about health.
        merged: of NOT_ELIGIBLE: the workplace is part of another now; else it has closed.
        asked_now: of LINK_SENT: the person on the line asks for the link, whatever was said before.

    Raises: CaseClosed when the case or its round has ended; CallRefused.
    """
    case = lock_open(case.pk)
    _check(case, outcome, call_back_at, at)
    call = Call.objects.create(
        case=case,
        step=case.round.contact_steps.filter(channel=ContactStep.Channel.PHONE).order_by("pk").first(),
        at=at,
        by=by,
        outcome=outcome,
        call_back_at=call_back_at,
        note=" ".join(note.split())[:MOST_OF_A_NOTE],
    )
    kind = EventKind.CALLED if outcome in NOT_REACHED else EventKind.REACHED
    event = events.record(case, kind=kind, at=at, by=by)
    audit.record("call.recorded", target=case, by=by, at=at, facts={"outcome": str(outcome)})
    if outcome == Outcome.LINK_SENT:
        _send_link(case, event, asked_now=asked_now)
    _follow(case, call, merged=merged, by=by, at=at)
    CallClaim.objects.filter(case=case, by=by).delete()
    return call


def _follow(case: Case, call: Call, *, merged: bool, by: User, at: datetime) -> None:
    """Do to the case what the outcome of a call says, but for sending the link."""
    if call.outcome == Outcome.REFUSED and case.disposition != Disposition.DECLINED:
        record_refusal(case=case, reason=call.note, by=by, at=at)
    elif call.outcome == Outcome.NOT_ELIGIBLE:
        _report(case, merged=merged, by=by, at=at)
    elif call.outcome == Outcome.WRONG_NUMBER:
        LinkHolder.objects.filter(case=case, role=LinkHolder.Role.OWNER).update(phone="")


@transaction.atomic
def claim(*, case: Case, by: User, at: datetime) -> bool:
    """Take a case for calling; False when somebody else is calling about it."""
    return CallClaim.objects.claim(case.pk, by=by, at=at)


@transaction.atomic
def change_phone(*, case: Case, phone: str, by: User, at: datetime) -> None:
    """Write down the telephone number of a workplace's leader; "" takes it away.

    Raises: CallRefused for what is no number; CaseClosed.
    """
    number = tidy_number(phone)
    if number is None or len(number) > MAX_LENGTH:
        raise CallRefused("phone_not_a_number")
    case = lock_open(case.pk)
    LinkHolder.objects.filter(case=case, role=LinkHolder.Role.OWNER).update(phone=number)
    audit.record("case.phone_changed", target=case, by=by, at=at)


def closing(round_: Round) -> datetime:
    """Return the end of the last day of the fieldwork, in Denmark."""
    return datetime.combine(round_.closes_on + timedelta(days=1), time(0), timezone.get_default_timezone())


def links_left(case: Case, at: datetime) -> int:
    """Return how often the link may still be sent again today; one query."""
    midnight = timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)
    sent = Mail.objects.filter(name=Notice.LINK_AGAIN, cause__case=case, cause__at__gte=midnight)
    return max(0, MOST_LINKS_A_DAY - sent.count())


def link_problem(case: Case, owner: LinkHolder, at: datetime) -> str | None:
    """Return what stands in the way of sending the link again: a code of ``problem_texts``, or None.

    Not that the workplace has said no, or wants no reminders: about that the person on the line is asked.
    """
    on_address = case.events.filter(kind__in=ON_ADDRESS).order_by("-pk").values_list("kind", flat=True).first()
    problems = {
        "link_case_ended": case.disposition in ENDED and case.disposition != Disposition.DECLINED,
        "link_task_elsewhere": owner.standing != LinkHolder.Standing.WORKS,
        "link_retired": owner.retired_at is not None,
        "link_without_address": not owner.email,
        "link_bounced": on_address == EventKind.BOUNCED,
        "link_to_authority": owner.address_kind == AddressKind.AUTHORITY,
        "link_too_often": links_left(case, at) == 0,
    }
    return next((code for code, stands in problems.items() if stands), None)


def has_said_no(case: Case, owner: LinkHolder) -> bool:
    """Whether nothing may be sent unless the person on the line asks for it now."""
    return case.disposition == Disposition.DECLINED or reminders_stopped(owner)


def _check(case: Case, outcome: str, call_back_at: datetime | None, at: datetime) -> None:
    ended = case.disposition in (Disposition.SUBMITTED, Disposition.INELIGIBLE, Disposition.ERASED)
    if ended and outcome != Outcome.ANSWERED:
        raise CaseClosed
    if (outcome == Outcome.CALL_BACK) != (call_back_at is not None):
        raise ValueError("a call back has a time, and nothing else has one")
    if call_back_at is not None and call_back_at <= at:
        raise CallRefused("call_back_in_the_past")
    if call_back_at is not None and call_back_at >= closing(case.round):
        raise CallRefused("call_back_after_closing")


def _report(case: Case, *, merged: bool, by: User, at: datetime) -> None:
    """Note that the workplace is said to be gone, for somebody to look into; twice said is once noted."""
    if case.disposition != Disposition.INELIGIBLE_REPORTED:
        kind = EventKind.REPORTED_MERGED if merged else EventKind.REPORTED_CLOSED
        events.record(case, kind=kind, at=at, by=by)


def _send_link(case: Case, event: CaseEvent, *, asked_now: bool) -> None:
    """Put a mail with the link in the queue; a no is taken back by whoever asks for the link."""
    owner = case.holders.get(role=LinkHolder.Role.OWNER)
    if code := link_problem(case, owner, event.at):
        raise CallRefused(code)
    if has_said_no(case, owner) and not asked_now:
        raise CallRefused("link_not_asked_for")
    if case.disposition == Disposition.DECLINED:
        events.record(case, kind=EventKind.DECLINE_UNDONE, at=event.at, by=event.by)
        DeclineReason.objects.filter(case=case).delete()
    contact.queue_notice(name=Notice.LINK_AGAIN, holder=owner, cause=event, at=event.at)
