"""Whom following up gains most, as read from the database for ``statistics.follow_up``.

Nothing here reads an answer, only who has given any. On the list is who may be contacted, by the one rule of mails,
letters and calls (``statistics.eligibility``).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from responses import representativity
from responses.contact_facts import LEFT, ON_REMINDERS
from responses.models import Call, Case, CaseEvent, CasePause, ContactAttempt, LinkHolder
from responses.representativity import Reading
from responses.statistics.calling import Candidate, not_before
from responses.statistics.dispositions import Disposition, EventKind
from responses.statistics.eligibility import Contactable, StepKind, by_another_way, left_out
from responses.statistics.follow_up import Ranked, Standing, Yield, lags, work_list, yield_of
from surveys.models import AddressKind, ContactStep, Round

SETTLED = timedelta(days=3)  # after a first call an answer has come by then, or is counted as not having come
UNIT = "case__sample_unit__"


@dataclass(frozen=True, slots=True)
class LastCall:
    """What is known of the calls about a case: how many, the first, and the last of them."""

    number: int
    at: datetime
    outcome: str
    call_back_at: datetime | None
    first_at: datetime
    submitted: bool

    @property
    def label(self) -> str:
        return str(Call.Outcome(self.outcome).label)


@dataclass(frozen=True, slots=True)
class Reach:
    """Where a case belongs, and how its workplace can be reached by a reminder."""

    level: str
    authority_code: str
    by_phone: bool
    by_mail: bool


@dataclass(frozen=True, slots=True)
class WorkList:
    """``ranked`` is in the order in which to follow up; ``reach`` and ``calls`` are by case.

    ``standing`` is None while no case is in the field.
    """

    ranked: Sequence[Ranked]
    reach: Mapping[int, Reach]
    calls: Mapping[int, LastCall]
    reading: Reading
    standing: Standing | None

    def rate(self, stratum: int) -> float:
        """Return the response rate of a stratum, as published."""
        assert self.standing is not None
        return self.standing.submitted.get(stratum, 0) / self.standing.sampled[stratum]


def read(round_: Round, *, by_call: bool = False, at: datetime | None = None) -> WorkList:
    """Return whom to follow up in which order; six queries, however many cases there are.

    Args:
        by_call: only those whom a call may reach: with a telephone number, and with the task.
        at: leaves out who is paused at this moment; without it nobody is left out for a pause, which may end.
    """
    reading, calls = representativity.read(round_), calls_of(round_)
    if reading.groups is None:
        return WorkList([], {}, calls, reading, None)
    target = float(round_.target_response_rate)
    standing = Standing(reading.groups, reading.found, reading.sampled(), reading.submitted(), target, _yield(calls))
    lag = lags(reading.found) or (0.0,) * len(reading.cells)
    candidates: list[Candidate] = []
    reach: dict[int, Reach] = {}
    for row in _who_may_be_contacted(round_, at, by_call=by_call):
        group = reading.number_of.get(_cell(row))
        if group is not None:  # or it was found to be eligible after all a moment ago
            candidates.append(_candidate(row, calls.get(row["case_id"]), group, lag[group]))
            reach[row["case_id"]] = _reach(row)
    return WorkList(work_list(candidates, standing), reach, calls, reading, standing)


def priorities(rounds: Iterable[Round]) -> dict[int, int]:
    """Return in which fifth of its round's work list each case stands, 1 the first; who is on none has no priority."""
    return {each.candidate.case: each.priority for round_ in rounds for each in read(round_).ranked}


def calls_of(round_: Round) -> dict[int, LastCall]:
    """Return what is known of the calls, by case; one query."""
    calls: dict[int, LastCall] = {}
    rows = Call.objects.filter(case__round=round_).order_by("pk")
    columns = ("case_id", "at", "outcome", "call_back_at", "case__disposition")
    for case, at, outcome, call_back_at, disposition in rows.values_list(*columns):
        before = calls.get(case)
        number, first_at = (before.number + 1, before.first_at) if before else (1, at)
        calls[case] = LastCall(number, at, outcome, call_back_at, first_at, disposition == Disposition.SUBMITTED)
    return calls


def _yield(calls: Mapping[int, LastCall]) -> Yield:
    """Return how often a call has brought an answer: of those first called ``SETTLED`` before the latest call."""
    latest = max((each.at for each in calls.values()), default=None)
    settled = [each for each in calls.values() if latest and each.first_at <= latest - SETTLED]
    return yield_of(sum(each.submitted for each in settled), len(settled))


def _who_may_be_contacted(round_: Round, at: datetime | None, *, by_call: bool) -> Iterator[Mapping[str, Any]]:
    """Yield the owners of cases that a reminder of some kind may go to."""
    stopped, last = _stopped(round_), set[int]() if by_call else _got_the_last(round_)
    owners = LinkHolder.objects.filter(
        case__in=Case.objects.of_round(round_).unfinished(), role=LinkHolder.Role.OWNER
    ).order_by("case_id")
    if at is not None:
        owners = owners.exclude(case__in=CasePause.objects.in_force(timezone.localdate(at)).values("case"))
    columns = ("workplace__level", "workplace__industry_group", "workplace__size_class", "workplace__authority_code")
    rows = owners.values(
        "case_id",
        "phone",
        "email",
        "address_kind",
        "retired_at",
        "standing",
        "case__disposition",
        *(f"{UNIT}{name}" for name in (*columns, "stratum_id", "inclusion_probability")),
    )
    known: dict[tuple[object, ...], bool] = {}
    for row in rows:
        facts = (
            row["case__disposition"],
            row["case_id"] in stopped,
            row["retired_at"] is not None,
            bool(row["phone"]),
            row["standing"] == LinkHolder.Standing.WORKS,
            row["case_id"] in last,
        )
        if facts not in known:
            known[facts] = may_be_contacted(round_, facts, by_call=by_call)
        if known[facts]:
            yield row


def may_be_contacted(round_: Round, facts: tuple[Any, ...], *, by_call: bool) -> bool:
    """Whether a call, or some reminder, may go to a case: the one rule decides, with another way than e-mail.

    Args:
        facts: disposition; reminders stopped; link retired; has a telephone number; the owner has the task; the last
            mail has left.
    """
    disposition, stopped, retired, phone, works, last = facts
    case = Contactable(
        disposition=Disposition(disposition),
        reminders_stopped=stopped,
        link_retired=retired,
        has_address=False,
        bounced=False,
        reads_for_the_authority=False,
        round_open=round_.status == Round.Status.OPEN,
    )
    called = by_another_way(case, reachable=phone and works)
    if by_call or left_out(called, StepKind.REMINDER) is None:
        return left_out(called, StepKind.REMINDER) is None
    return not last and left_out(by_another_way(case, reachable=True), StepKind.REMINDER) is None


def _stopped(round_: Round) -> set[int]:
    """Return the cases whose owner, or whoever has the task from the owner, wants no reminders; two queries."""
    delegates = LinkHolder.objects.filter(
        case__round=round_, role=LinkHolder.Role.DELEGATE, standing=LinkHolder.Standing.WORKS
    )
    current = set(delegates.values_list("pk", flat=True))
    last: dict[tuple[int, int | None], str] = {}
    said = CaseEvent.objects.filter(case__round=round_, kind__in=ON_REMINDERS).order_by("pk")
    for case, holder, role, kind in said.values_list("case_id", "holder", "holder__role", "kind"):
        if role in (None, LinkHolder.Role.OWNER) or holder in current:
            last[case, holder if holder in current else None] = kind
    return {case for (case, _holder), kind in last.items() if kind == EventKind.REMINDERS_STOPPED}


def _got_the_last(round_: Round) -> set[int]:
    """Return the cases that the mail has left to which says it is the last one."""
    attempts = ContactAttempt.objects.filter(case__round=round_, left_out="", mail__status__in=LEFT)
    return set(attempts.filter(step__mail_name=ContactStep.MailName.LAST).order_by().values_list("case_id", flat=True))


def _cell(row: Mapping[str, Any]) -> tuple[str, str, str, int]:
    level, industry, size = (row[f"{UNIT}workplace__{name}"] for name in ("level", "industry_group", "size_class"))
    return level, industry, size, row[f"{UNIT}stratum_id"]


def _candidate(row: Mapping[str, Any], last: LastCall | None, group: int, lag: float) -> Candidate:
    return Candidate(
        case=row["case_id"],
        stratum=row[f"{UNIT}stratum_id"],
        weight=1 / row[f"{UNIT}inclusion_probability"],
        started=row["case__disposition"] == Disposition.STARTED,
        calls=last.number if last else 0,
        not_before=not_before(last.outcome, last.at, last.call_back_at) if last else None,
        agreed=bool(last and last.call_back_at),
        lag=lag,
        group=group,
    )


def _reach(row: Mapping[str, Any]) -> Reach:
    to_the_workplace = row["address_kind"] != AddressKind.AUTHORITY and row["case__disposition"] != Disposition.BOUNCED
    return Reach(
        level=row[f"{UNIT}workplace__level"],
        authority_code=row[f"{UNIT}workplace__authority_code"],
        by_phone=bool(row["phone"]) and row["standing"] == LinkHolder.Standing.WORKS,
        by_mail=bool(row["email"]) and to_the_workplace,
    )
