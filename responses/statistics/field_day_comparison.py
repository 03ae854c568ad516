"""Response rates of rounds at the same field day (docs/methods/forecast.md)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from responses.statistics.outcome_rates import response_rate


@dataclass(frozen=True, slots=True)
class Group:
    """The cases of one group in one round: how many were sampled, and how many submitted on each field day."""

    sampled: int
    submitted: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Share:
    """How many of a group had submitted at the end of a field day."""

    submitted: int
    sampled: int

    @property
    def rate(self) -> float | None:
        return response_rate(self.sampled, self.submitted)


def at_day(group: Group, day: int) -> Share:
    """Return how many had submitted at the end of a field day; a day before the first has none."""
    return Share(sum(number for on, number in group.submitted.items() if on <= day), group.sampled)


def differences(now: Share, former: Sequence[Share]) -> list[float | None]:
    """Return by how much the rate is above that of each former round; None where either has no rate.

    *By hand.* 30 of 100 beside 25 of 50: 0.3 − 0.5 = −0.2.
    """
    rates = [share.rate for share in former]
    return [None if now.rate is None or rate is None else now.rate - rate for rate in rates]
