"""The calling list of a round, as read from the database for ``statistics.calling``."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q
from django.utils import timezone

from responses.models import Call, CallClaim, Case, CaseEvent, CasePause, LinkHolder
from responses.recipients import OF_THE_OWNER, ON_REMINDERS
from responses.statistics.calling import Candidate, Place, Turn, calling_list, not_before, shortfalls
from responses.statistics.dispositions import Disposition, EventKind
from responses.statistics.eligibility import Contactable, StepKind, by_another_way, left_out
from surveys.models import Round


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which part of the list is asked for; "" and 0 ask for all. ``stratum`` is a primary key."""

    level: str = ""
    authority: str = ""
    stratum: int = 0
    due: bool = False
    not_called: bool = False

    def filters(self) -> dict[str, object]:
        """Return the part that the database knows, for a query of link holders."""
        unit = "case__sample_unit__"
        found = {
            f"{unit}workplace__level": self.level,
            f"{unit}workplace__authority_code": self.authority,
            f"{unit}stratum": self.stratum,
        }
        return {name: value for name, value in found.items() if value}

    def takes(self, place: Place) -> bool:
        if self.due and place.turn is not Turn.DUE:
            return False
        return not (self.not_called and place.candidate.calls)


@dataclass(frozen=True, slots=True)
class LastCall:
    """What is known of the calls about a case: how many, and the last of them."""

    number: int
    at: datetime
    outcome: str
    call_back_at: datetime | None

    @property
    def label(self) -> str:
        return str(Call.Outcome(self.outcome).label)


@dataclass(frozen=True, slots=True)
class CallingList:
    """``places`` in the order in which to call; ``calls`` by case; ``rates`` of the strata, by stratum."""

    places: Sequence[Place]
    calls: Mapping[int, LastCall]
    rates: Mapping[int, float]


def read(round_: Round, wanted: Wanted, at: datetime) -> CallingList:
    """Return whom to call in which order; five queries, however many cases there are.

    On it is who may be written to, by the rule of the mails, and has a telephone number and the task: an owner
    whose delegate has it is never called.
    """
    sampled, submitted = _strata(round_)
    calls = _calls(round_)
    found = [
        _candidate(row, calls.get(row["case_id"]))
        for row, contactable in _owners(round_, wanted, at)
        if left_out(contactable, StepKind.REMINDER) is None
    ]
    shortfall = shortfalls(sampled, submitted, float(round_.target_response_rate))
    places = [place for place in calling_list(found, shortfall, at) if wanted.takes(place)]
    rates = {stratum: submitted.get(stratum, 0) / number for stratum, number in sampled.items()}
    return CallingList(places, calls, rates)


def claims(round_: Round, at: datetime) -> dict[int, CallClaim]:
    """Return who is calling about which case at this moment; one query."""
    return {claim.case_id: claim for claim in CallClaim.objects.in_force(round_, at).select_related("by")}


def _strata(round_: Round) -> tuple[dict[int, int], dict[int, int]]:
    """Return the number of cases, and of those submitted, by stratum."""
    submitted = Count("pk", filter=Q(disposition=Disposition.SUBMITTED))
    cases = Case.objects.of_round(round_).order_by().values_list("sample_unit__stratum")
    rows = list(cases.annotate(cases=Count("pk"), submitted=submitted))
    return {stratum: number for stratum, number, _ in rows}, {stratum: number for stratum, _, number in rows}


def _calls(round_: Round) -> dict[int, LastCall]:
    calls: dict[int, LastCall] = {}
    rows = Call.objects.filter(case__round=round_).order_by("pk")
    for case, at, outcome, call_back_at in rows.values_list("case_id", "at", "outcome", "call_back_at"):
        before = calls.get(case)
        calls[case] = LastCall((before.number if before else 0) + 1, at, outcome, call_back_at)
    return calls


def _owners(round_: Round, wanted: Wanted, at: datetime) -> Iterator[tuple[Mapping[str, Any], Contactable]]:
    """Yield the owners of unfinished cases, and how things stand with them for a call."""
    on_reminders = CaseEvent.objects.filter(OF_THE_OWNER, case__round=round_, kind__in=ON_REMINDERS)
    last_on_reminders = dict(on_reminders.order_by("pk").values_list("case_id", "kind"))
    paused = CasePause.objects.in_force(timezone.localdate(at)).filter(case__round=round_)
    left_in_peace = set(paused.order_by().values_list("case_id", flat=True))
    owners = LinkHolder.objects.filter(
        case__in=Case.objects.of_round(round_).unfinished(), role=LinkHolder.Role.OWNER, **wanted.filters()
    )
    rows = owners.order_by("case_id").values(
        "case_id",
        "phone",
        "retired_at",
        "standing",
        "case__disposition",
        "case__sample_unit__stratum_id",
        "case__sample_unit__inclusion_probability",
    )
    for row in rows:
        stopped = last_on_reminders.get(row["case_id"]) == EventKind.REMINDERS_STOPPED
        paused_now = row["case_id"] in left_in_peace
        yield row, _contactable(row, round_, reminders_stopped=stopped, paused=paused_now)


def _contactable(row: Mapping[str, Any], round_: Round, *, reminders_stopped: bool, paused: bool) -> Contactable:
    by_mail = Contactable(
        disposition=Disposition(row["case__disposition"]),
        reminders_stopped=reminders_stopped,
        link_retired=row["retired_at"] is not None,
        has_address=False,
        bounced=False,
        reads_for_the_authority=False,
        round_open=round_.status == Round.Status.OPEN,
        task_elsewhere=row["standing"] != LinkHolder.Standing.WORKS,
        paused=paused,
    )
    return by_another_way(by_mail, reachable=bool(row["phone"]))


def _candidate(row: Mapping[str, Any], last: LastCall | None) -> Candidate:
    return Candidate(
        case=row["case_id"],
        stratum=row["case__sample_unit__stratum_id"],
        weight=1 / row["case__sample_unit__inclusion_probability"],
        started=row["case__disposition"] == Disposition.STARTED,
        calls=last.number if last else 0,
        not_before=not_before(last.outcome, last.at, last.call_back_at) if last else None,
        agreed=bool(last and last.call_back_at),
    )
