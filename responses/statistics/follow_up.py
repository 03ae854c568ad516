"""Whom following up gains most, what may come of it, and when to stop (docs/methods/calling-list.md).

Reads who has answered, never what: a rule that stopped at an outcome would choose the outcome.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from responses.statistics.calling import Candidate, chance, shortfalls
from responses.statistics.propensities import Floats, Groups
from responses.statistics.representativity import Representativity

BATCH = 50  # cases that are followed up between two looks at the rule
LEAST_IN_RATE = 0.001  # of the response rate, by a batch: below it is not worth going on for the rate
LEAST_IN_INDICATOR = 0.001  # of R, likewise
ASSUMED_YIELD = 0.2  # share of first follow-ups that bring an answer, until the round's own calls can tell
FEWEST_CALLED = 50
MOST_POINTS = 40
FIFTHS = 5


@dataclass(frozen=True, slots=True)
class Yield:
    """How often a first follow-up brings an answer: as the round's calls show, or as assumed. ``share`` in [0, 1]."""

    share: float
    answered: int
    called: int

    @property
    def observed(self) -> bool:
        return self.called >= FEWEST_CALLED


@dataclass(frozen=True, slots=True)
class Point:
    """What is expected once the first ``cases`` of the list have been followed up.

    Attributes:
        answers: that they bring.
        rate: the published response rate, submitted / sampled.
        indicator: R; None where it cannot be given.
    """

    cases: int
    answers: float
    rate: float
    indicator: float | None


@dataclass(frozen=True, slots=True)
class StopRule:
    """Whether to go on with the next batch; ``cases`` 0 when nobody is left.

    Attributes:
        rate_gain, indicator_gain: expected of the batch; the latter below 0 where it makes the response less alike.
        for_rate: the rate is below its target, and the gain is not under its limit.
        for_balance: the gain in R is not under its limit.
    """

    cases: int
    rate_gain: float
    indicator_gain: float | None
    for_rate: bool
    for_balance: bool

    @property
    def goes_on(self) -> bool:
        return self.for_rate or self.for_balance


@dataclass(frozen=True, slots=True)
class Ranked:
    """A case of the work list: 1 … in its order. ``priority`` 1 is the first fifth of the list, 5 the last.

    ``gain`` is what following it up gains once those before it have been followed up; it has no unit of its own.
    """

    candidate: Candidate
    gain: float
    place: int
    priority: int


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """How the response stands when somebody asks whom to follow up.

    Attributes:
        groups: the sample without known ineligible cases; a candidate's ``group`` is a number of these.
        found: of these groups.
        sampled, submitted: cases by stratum, as the published rate counts them.
        target: response rate, in (0, 1].
        follow_ups: how often one brings an answer.
    """

    groups: Groups
    found: Representativity
    sampled: Mapping[int, int]
    submitted: Mapping[int, int]
    target: float
    follow_ups: Yield

    def probability(self, candidate: Candidate) -> float:
        """Of an answer, when this case is followed up."""
        return min(1.0, self.follow_ups.share * chance(candidate))


def shrunk(found: Representativity) -> tuple[float, ...]:
    """Return the propensities drawn towards their mean, so that their variance is the bias-adjusted S².

    What looks low by chance alone is not to be chased. One per group; none where there are none.
    """
    strength = math.sqrt(1.0 if found.factor is None else found.factor)
    return tuple(found.mean + strength * (each - found.mean) for each in found.propensities)


def lags(found: Representativity) -> tuple[float, ...]:
    """Return how far the (shrunk) propensity of each group lies below the mean; below 0 where it lies above."""
    return tuple(found.mean - each for each in shrunk(found))


def yield_of(answered: int, called: int) -> Yield:
    """Return how often a follow-up brings an answer.

    Args:
        called: cases called for the first time so long ago that the answer would be there.
        answered: of these, submitted.
    """
    return Yield(answered / called if called >= FEWEST_CALLED else ASSUMED_YIELD, answered, called)


def work_list(candidates: Iterable[Candidate], standing: Standing) -> list[Ranked]:
    """Put the cases in the order of what following them up gains, those before them having been followed up.

    The gain of a case is ``calling.expected_gain``. When a case takes its place, its stratum's rate rises by its
    probability of an answer / cases of the stratum, the propensity of its group by weight × probability / workplaces
    of the group, and the mean accordingly, before the next one is chosen: the list does not go on with a group that
    has caught up. Of equal cases those with fewer calls come first, then those of more weight, then by number; those
    that gain nothing stand last, likewise.
    """
    lots = _lots(candidates)
    ordered: list[tuple[Candidate, float]] = []
    if lots:
        _take(lots, standing, ordered)
    rest = sorted((each for lot in lots for each in lot), key=_among_equals)
    ordered += [(each, 0.0) for each in rest]
    number = len(ordered)
    return [Ranked(each, gain, n + 1, 1 + n * FIFTHS // number) for n, (each, gain) in enumerate(ordered)]


def _lots(candidates: Iterable[Candidate]) -> list[list[Candidate]]:
    """Return the candidates by group, each lot with the one to be taken first at its end."""
    by_group: dict[int, list[Candidate]] = defaultdict(list)
    for candidate in candidates:
        by_group[candidate.group].append(candidate)
    return [
        sorted(lot, key=lambda each: (-chance(each), *_among_equals(each)), reverse=True) for lot in by_group.values()
    ]


def _among_equals(candidate: Candidate) -> tuple[int, float, int]:
    return candidate.calls, -candidate.weight, candidate.case


def _take(lots: list[list[Candidate]], standing: Standing, ordered: list[tuple[Candidate, float]]) -> None:
    """Move cases from the lots to the list, one after the other, while any gains something."""
    strata = sorted({lot[0].stratum for lot in lots})
    short = shortfalls(standing.sampled, standing.submitted, standing.target, below=True)
    missing = np.array([short[stratum] for stratum in strata])
    of = np.array([strata.index(lot[0].stratum) for lot in lots])
    weights = np.array([lot[0].weight for lot in lots])
    sizes = standing.groups.sizes
    total, own = float(sizes.sum()), sizes[[lot[0].group for lot in lots]]
    lag = np.array([lot[0].lag for lot in lots])
    next_chance = np.array([chance(lot[-1]) for lot in lots])
    while True:
        gains = np.maximum(0.0, np.maximum(0.0, missing[of]) + lag) * weights * next_chance
        most = float(gains.max())
        if most <= 0:
            return
        tied = np.flatnonzero(gains >= most * (1 - 1e-9))
        lot = min((int(each) for each in tied), key=lambda each: _among_equals(lots[each][-1]))
        taken = lots[lot].pop()
        ordered.append((taken, float(gains[lot])))
        probability = standing.probability(taken)
        missing[of[lot]] -= probability / standing.sampled[taken.stratum]
        lag[lot] -= taken.weight * probability / own[lot]
        lag += taken.weight * probability / total
        next_chance[lot] = chance(lots[lot][-1]) if lots[lot] else 0.0


def gain_curve(ranked: Sequence[Ranked], standing: Standing) -> list[Point]:
    """Return what is expected after the first 0, 50, 100 … cases, in about ``MOST_POINTS`` steps, and after all.

    A case followed up answers with its probability, and raises the propensity of its group by weight × probability /
    workplaces of the group. What comes in by itself is not counted.
    """
    step = BATCH * max(1, math.ceil(len(ranked) / BATCH / MOST_POINTS))
    stops = sorted({*range(0, len(ranked), step), min(BATCH, len(ranked)), len(ranked)})
    groups, found = standing.groups, standing.found
    answers = np.array([standing.probability(each.candidate) for each in ranked])
    weights = np.array([each.candidate.weight for each in ranked])
    members = np.array([each.candidate.group for each in ranked], dtype=np.int64)
    rho, raised, total = np.array(shrunk(found)), np.zeros(len(groups.cases)), 0.0
    sampled, submitted = sum(standing.sampled.values()), sum(standing.submitted.values())
    points = [Point(0, 0.0, submitted / sampled, found.indicator)]
    for first, last in pairwise(stops):
        part = slice(first, last)
        total += float(answers[part].sum())
        raised += np.bincount(members[part], (answers * weights)[part], raised.size)
        indicator = _indicator(groups, rho + raised / groups.sizes) if found.indicator is not None else None
        points.append(Point(last, total, (submitted + total) / sampled, indicator))
    return points


def _indicator(groups: Groups, rho: Floats) -> float:
    rho = np.minimum(rho, 1.0)
    mean = float(groups.sizes @ rho / groups.sizes.sum())
    return max(0.0, 1 - 2 * math.sqrt(float(groups.sizes @ (rho - mean) ** 2) / (float(groups.sizes.sum()) - 1)))


def stop_rule(points: Sequence[Point], target: float) -> StopRule:
    """Return whether the next batch is worth it, from the first two points of the curve.

    Go on while the batch is expected to raise the response rate by 0.1 points at least and the rate is below the
    target, or to raise R by 0.001 at least. Nothing that anybody has answered is looked at.
    """
    if len(points) < 2:
        return StopRule(0, 0.0, None, for_rate=False, for_balance=False)
    now, then = points[0], points[1]
    in_rate, in_indicator = then.rate - now.rate, None
    if now.indicator is not None and then.indicator is not None:
        in_indicator = then.indicator - now.indicator
    return StopRule(
        cases=then.cases,
        rate_gain=in_rate,
        indicator_gain=in_indicator,
        for_rate=now.rate < target and in_rate >= LEAST_IN_RATE,
        for_balance=in_indicator is not None and in_indicator >= LEAST_IN_INDICATOR,
    )
