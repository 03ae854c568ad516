"""The calling list of a round, as read from the database for ``statistics.calling``."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from responses import follow_up
from responses.follow_up import LastCall, Reach
from responses.models import CallClaim
from responses.statistics.calling import Place, Turn, calling_list
from surveys.models import Round


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
    """``places`` in the order in which to call; ``calls`` by case; ``rates`` of the strata, by stratum."""

    places: Sequence[Place]
    calls: Mapping[int, LastCall]
    rates: Mapping[int, float]


def read(round_: Round, wanted: Wanted, at: datetime) -> CallingList:
    """Return whom to call in which order; five queries, however many cases there are.

    On it is who may be written to, by the rule of the mails, and has a telephone number and the task: an owner
    whose delegate has it is never called. The gain of a case is the same whatever part of the list is asked for.
    """
    found = follow_up.read(round_, by_call=True)
    places = calling_list(((each.candidate, each.gain) for each in found.ranked), at)
    taken = [place for place in places if wanted.takes(place, found.reach[place.candidate.case])]
    rates = {stratum: found.rate(stratum) for stratum in found.standing.sampled} if found.standing else {}
    return CallingList(taken, found.calls, rates)


def claims(round_: Round, at: datetime) -> dict[int, CallClaim]:
    """Return who is calling about which case at this moment; one query."""
    return {claim.case_id: claim for claim in CallClaim.objects.in_force(round_, at).select_related("by")}
