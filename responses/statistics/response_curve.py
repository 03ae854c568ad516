"""How answers come in after each contact: one model of the response curve (docs/methods/forecast.md).

A case that wave w reaches reacts to it with a probability, after a delay that is a mixture of a quick and a slow
exponential. It has not answered by the end of day t with the probability

    S(t) = Π_w (1 − p_w · F_w(t)),    F_w(t) = Σ_d share_d · (1 − q · e^(−u/quick) − (1 − q) · e^(−u/slow)),

with u the working days since the wave's day d, on which free days count only in part. The answers of a day are
negative binomial: mean (open cases) · (1 − S(t) / S(t − 1)), variance mean + φ · mean².
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from responses.statistics import special

Floats = NDArray[np.float64]

MOST_REMINDERS = 8  # later ones have the effect of the eighth
CALL_WINDOW = 7  # days after a first call in which an answer is counted as following it
FIRST, CALLS = 0, MOST_REMINDERS + 1
QUICK, SHARE_QUICK, SLOW, FREE_DAYS, FIRST_DAY, DISPERSION = range(CALLS + 1, CALLS + 7)
SIZE = DISPERSION + 1
NEARLY_ALL = 0.999
LARGEST_EXPONENT = 600  # e^600 is still a number


class Kind(StrEnum):
    """What a wave is; letters and last mails are reminders."""

    FIRST = "first"
    REMINDER = "reminder"
    CALLS = "calls"


@dataclass(frozen=True, slots=True)
class Wave:
    """A contact with the cases that have not answered.

    Attributes:
        number: of a reminder, 1 for the first; else 0.
        days: field days, each with the share of the cases still open that it reaches.
    """

    kind: Kind
    number: int
    days: tuple[tuple[int, float], ...]

    @property
    def place(self) -> int:
        """Return which parameter is its effect."""
        if self.kind is Kind.REMINDER:
            return min(self.number, MOST_REMINDERS)
        return FIRST if self.kind is Kind.FIRST else CALLS

    @property
    def begins(self) -> int:
        return min(day for day, _ in self.days)


@dataclass(frozen=True, slots=True)
class Calls:
    """First calls that were made ``CALL_WINDOW`` complete days ago or more.

    Attributes:
        days: field days, each with the number of cases called for the first time on it, which were open then.
        answered: of these, how many submitted within ``CALL_WINDOW`` days after the day of the call or on it.
    """

    days: tuple[tuple[int, int], ...]
    answered: int

    @property
    def made(self) -> int:
        return sum(number for _, number in self.days)


@dataclass(frozen=True, slots=True)
class Curve:
    """A round as it has gone so far.

    Attributes:
        sampled: cases, > 0.
        submitted: answers by complete field day, from day 0; those before the opening count on day 0.
        waves: those that have left and those that are planned.
        free: whether a field day is a weekend or holiday, from day 0 to the last day of the fieldwork at least.
        calls: how calls have gone.
    """

    sampled: int
    submitted: tuple[int, ...]
    waves: tuple[Wave, ...]
    free: tuple[bool, ...]
    calls: Calls = Calls((), 0)

    def __post_init__(self) -> None:
        if self.sampled <= 0 or sum(self.submitted) > self.sampled or min(self.submitted, default=0) < 0:
            raise ValueError(f"{sum(self.submitted)} submitted of {self.sampled}")
        if len(self.free) < len(self.submitted):
            raise ValueError(f"{len(self.free)} days are known to be free or not, of {len(self.submitted)}")

    @property
    def days(self) -> int:
        return len(self.submitted)

    @property
    def begun(self) -> tuple[Wave, ...]:
        """Return the waves that a complete day has seen something of."""
        return tuple(wave for wave in self.waves if wave.begins < self.days)


def survival(parameters: Floats, waves: Iterable[Wave], free: Sequence[bool]) -> Floats:
    """Return the probability of not having answered by the end of each day.

    Args:
        parameters: B × ``SIZE``.
        free: of T days.

    Returns: B × T, each row falling from at most 1.
    """
    share_quick = special.expit(parameters[:, SHARE_QUICK, None])
    weight = np.where(np.asarray(free, dtype=bool), special.expit(parameters[:, FREE_DAYS, None]), 1.0)
    clock = np.cumsum(weight, axis=1)
    before = clock - np.exp(parameters[:, FIRST_DAY, None]) * weight
    # e^(−u/delay) in two factors, so that there are not as many exponentials as waves; a delay is never so short that
    # one of them would not be a number.
    least = len(free) / LARGEST_EXPONENT
    kinds = [
        (share, np.maximum(np.exp(parameters[:, place, None]), least))
        for share, place in ((share_quick, QUICK), (1 - share_quick, SLOW))
    ]
    falls = [share * np.exp(-clock / delay) for share, delay in kinds]
    result = np.ones_like(clock)
    for wave in waves:
        reached = np.zeros_like(clock)
        for day, share in ((max(0, day), share) for day, share in wave.days if day < len(free)):
            begun = [np.exp(before[:, day, None] / delay) for _, delay in kinds]
            reached[:, day:] += share * (1 - falls[0][:, day:] * begun[0] - falls[1][:, day:] * begun[1])
        result *= 1 - effect(parameters, wave)[:, None] * np.minimum(reached, NEARLY_ALL)
    return result


def effect(parameters: Floats, wave: Wave) -> Floats:
    """Return the probability with which a case reacts to a wave in the end; length B."""
    own = parameters[:, wave.place]
    reacts: Floats = special.expit(own if wave.kind is not Kind.REMINDER else parameters[:, FIRST] + own)
    return reacts


def hazards(alive: Floats) -> Floats:
    """Return the probability that an open case answers on each day; B × T."""
    before = np.concatenate([np.ones_like(alive[:, :1]), alive[:, :-1]], axis=1)
    result: Floats = np.clip(1 - alive / before, 1e-9, NEARLY_ALL)
    return result
