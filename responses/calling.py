"""The calling list of a round, as read from the database for ``statistics.calling``."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from responses import follow_up
from responses.follow_up import LastCall, Reach
from responses.models import CallClaim, Case, LinkHolder
from responses.recipients import Audiences
from responses.statistics.calling import Place, Turn, calling_list
from surveys.models import ContactStep, Round


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which part of the list is asked for; "" and 0 ask for all. ``stratum`` is a primary key."""

    level: str = ""
    authority: str = ""
    stratum: int = 0
    due: bool = False
    not_called: bool = False

    def takes(self, place: Place, reach: Reach) -> bool:
        candidate = place.candidate
        if self.stratum and candidate.stratum != self.stratum:
            return False
        if (self.level and reach.level != self.level) or (self.authority and reach.authority_code != self.authority):
            return False
        if self.due and place.turn is not Turn.DUE:
            return False
        return not (self.not_called and candidate.calls)


@dataclass(frozen=True, slots=True)
class CallingList:
    """``places`` in the order in which to call; ``calls`` by case; ``rates`` of the strata, by stratum.

    ``for_an_audience``: the telephone rounds of the contact plan are not for everybody.
    """

    places: Sequence[Place]
    calls: Mapping[int, LastCall]
    rates: Mapping[int, float]
    for_an_audience: bool


def read(round_: Round, wanted: Wanted, at: datetime) -> CallingList:
    """Return whom to call in which order; at most eight queries, however many cases there are.

    On it is who may be written to, by the rule of the mails, and has a telephone number and the task: an owner
    whose delegate has it is never called. And who is in the audience of the telephone round of the contact plan, or
    has agreed to be called. The gain of a case is the same whatever part of the list is asked for.
    """
    found = follow_up.read(round_, by_call=True, at=at)
    steps = _with_audience(round_)
    outside = _outside_the_audience(round_, steps)
    ranked = [each for each in found.ranked if each.candidate.agreed or each.candidate.case not in outside]
    places = calling_list(((each.candidate, each.gain) for each in ranked), at)
    taken = [place for place in places if wanted.takes(place, found.reach[place.candidate.case])]
    rates = {stratum: found.rate(stratum) for stratum in found.standing.sampled} if found.standing else {}
    return CallingList(taken, found.calls, rates, for_an_audience=bool(steps))


def claims(round_: Round, at: datetime) -> dict[int, CallClaim]:
    """Return who is calling about which case at this moment; one query."""
    return {claim.case_id: claim for claim in CallClaim.objects.in_force(round_, at).select_related("by")}


def _with_audience(round_: Round) -> list[ContactStep]:
    """Return the telephone rounds of the plan; none where one of them is for all. One query."""
    steps = list(round_.contact_steps.filter(channel=ContactStep.Channel.PHONE))
    return steps if all(step.audience.strip() for step in steps) else []


def _outside_the_audience(round_: Round, steps: Sequence[ContactStep]) -> set[int]:
    """Return the cases that none of these telephone rounds is for; none without rounds; at most two queries."""
    if not steps:
        return set()
    audiences = Audiences(steps, [round_.pk])
    owners = LinkHolder.objects.filter(case__in=Case.objects.of_round(round_).unfinished(), role=LinkHolder.Role.OWNER)
    return {
        owner.case_id
        for owner in owners.select_related("case__sample_unit__workplace").order_by("case_id")
        if not any(audiences.holds(step.pk, owner) for step in steps)
    }
