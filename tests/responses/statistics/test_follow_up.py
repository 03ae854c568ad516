"""Whom to follow up, what may come of it, and when to stop; the example of docs/methods/calling-list.md by hand."""

import inspect
import math
from dataclasses import replace

import numpy as np
import pytest

from responses.statistics import follow_up, representativity
from responses.statistics.calling import Candidate, expected_gain, need
from responses.statistics.follow_up import (
    ASSUMED_YIELD,
    BATCH,
    Point,
    Ranked,
    Standing,
    Yield,
    gain_curve,
    lags,
    shrunk,
    stop_rule,
    work_list,
    yield_of,
)
from responses.statistics.propensities import Groups

HALVES = Groups.of([[0], [1]], [0, 1], [10.0, 10.0], [100, 100], [40, 80])
FOUND = representativity.representativity(HALVES)
STANDING = Standing(HALVES, FOUND, {0: 100, 1: 100}, {0: 40, 1: 80}, 0.5, Yield(0.5, 40, 80))


def waiting(group: int, number: int, first: int = 1, **changes: object) -> list[Candidate]:
    """Cases of one of the halves that have not answered."""
    lag = lags(FOUND)[group]
    return [
        Candidate(case, group, 10.0, started=False, lag=lag, group=group, **changes)  # type: ignore[arg-type]
        for case in range(first, first + number)
    ]


def test_propensities_are_drawn_to_the_mean_until_their_spread_is_the_adjusted_one() -> None:
    low, high = shrunk(FOUND)
    strength = math.sqrt(FOUND.factor or 0)
    assert 0.9 < strength < 1
    assert (low, high) == pytest.approx((0.6 - 0.2 * strength, 0.6 + 0.2 * strength))
    assert lags(FOUND) == pytest.approx((0.2 * strength, -0.2 * strength))


def test_where_r_cannot_be_given_nobody_lags() -> None:
    nobody = representativity.representativity(Groups.of([[0], [1]], [0, 1], [1, 1], [5, 5], [0, 0]))
    assert lags(nobody) == ()
    alike = representativity.representativity(Groups.of([[0]], [0], [1], [5], [2]))
    assert lags(alike) == pytest.approx((0.0,))


def test_the_need_is_the_shortfall_of_the_stratum_and_the_lag_of_the_group_together() -> None:
    behind = Candidate(1, 0, 2.0, started=False, lag=0.05)
    assert need(behind, 0.2) == pytest.approx(0.25)
    assert expected_gain(behind, 0.2) == pytest.approx(0.5)
    ahead = Candidate(1, 0, 2.0, started=False, lag=-0.3)
    assert need(ahead, 0.2) == 0  # it would fill the stratum, but make the response less like the sample


def test_the_gain_is_the_slope_of_what_is_missing() -> None:
    """Of ½ Σ w (squared shortfalls + squared deviations from the mean), by the probability of one case."""
    rho, sizes, target = np.array([0.3, 0.5]), np.array([40.0, 60.0]), 0.6

    def missing(raised: float) -> float:
        now = rho + np.array([raised * 4.0 / sizes[0], 0.0])
        mean = sizes @ now / sizes.sum()
        return float(sizes @ (np.maximum(0, target - now) ** 2 + (now - mean) ** 2)) / 2

    slope = (missing(0) - missing(1e-6)) / 1e-6
    candidate = Candidate(1, 0, 4.0, started=False, lag=float(sizes @ rho / 100) - 0.3)
    assert expected_gain(candidate, target - 0.3) == pytest.approx(slope, rel=1e-4)


def test_a_group_that_has_caught_up_gives_way_to_the_next() -> None:
    # Two groups lag alike; the answers expected of the first cases of one bring the other one to the front.
    groups = Groups.of([[0], [1], [2]], [0, 1, 2], [10.0] * 3, [100] * 3, [40, 40, 80])
    found = representativity.representativity(groups)
    standing = Standing(groups, found, dict.fromkeys(range(3), 100), {0: 40, 1: 40, 2: 80}, 0.5, Yield(0.5, 40, 80))
    cases = [Candidate(n, n % 2, 10.0, started=False, lag=lags(found)[n % 2], group=n % 2) for n in range(10)]
    ranked = work_list(cases, standing)
    assert [each.candidate.case for each in ranked] == list(range(10))
    own = [each.gain for each in ranked if each.candidate.group == 0]
    assert own == sorted(own, reverse=True)


def test_who_gains_nothing_stands_last_by_calls_and_weight() -> None:
    ranked = work_list([*waiting(1, 1), *waiting(1, 1, 2, calls=1), *waiting(0, 1, 9, calls=3)], STANDING)
    assert [(each.candidate.case, each.gain > 0) for each in ranked] == [(9, True), (1, False), (2, False)]


def test_the_work_list_puts_those_who_lag_first_and_cuts_it_in_fifths() -> None:
    ranked = work_list([*waiting(1, 5), *waiting(0, 5, 100)], STANDING)
    assert [each.candidate.case for each in ranked] == [100, 101, 102, 103, 104, 1, 2, 3, 4, 5]
    assert [each.priority for each in ranked] == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    assert [each.place for each in ranked] == list(range(1, 11))
    assert work_list([], STANDING) == []


@pytest.mark.parametrize("number", [1, 4, 5, 7, 23])
def test_the_fifths_go_from_one_up_and_differ_by_one_case_at_most(number: int) -> None:
    priorities = [each.priority for each in work_list(waiting(0, number), STANDING)]
    assert priorities == sorted(priorities)
    assert priorities[0] == 1
    sizes = [priorities.count(fifth) for fifth in range(1, 6)]
    assert max(sizes) - min(sizes) <= 1


def test_the_round_tells_what_a_follow_up_brings_once_fifty_have_been_called() -> None:
    assert (yield_of(30, 49).share, yield_of(30, 49).observed) == (ASSUMED_YIELD, False)
    assert (yield_of(15, 50).share, yield_of(15, 50).observed) == (0.3, True)
    assert yield_of(0, 80).share == 0


def curve(ranked: list[Ranked], standing: Standing = STANDING) -> list[Point]:
    return gain_curve(ranked, standing)


def test_the_curve_by_hand() -> None:
    points = curve(work_list(waiting(0, 60), STANDING))
    assert [point.cases for point in points] == [0, 50, 60]
    assert points[0] == Point(0, 0.0, 0.6, FOUND.indicator)
    # 60 cases bring 30 answers of weight 10: the propensity of the group goes up by 300/1000.
    assert (points[-1].answers, points[-1].rate) == (30.0, 0.75)
    low, high = shrunk(FOUND)
    spread = abs(high - low - 0.3) / 2 * math.sqrt(2000 / 1999)
    assert points[-1].indicator == pytest.approx(1 - 2 * spread)


def test_following_up_those_who_lag_raises_r_and_those_who_lead_lowers_it() -> None:
    assert FOUND.indicator is not None
    behind, ahead = curve(work_list(waiting(0, 20), STANDING)), curve(work_list(waiting(1, 20), STANDING))
    assert behind[-1].rate == ahead[-1].rate
    assert behind[-1].indicator > FOUND.indicator > ahead[-1].indicator  # type: ignore[operator]


def test_a_call_and_a_start_make_an_answer_less_likely_on_the_curve_too() -> None:
    assert curve(work_list(waiting(0, 10, calls=1), STANDING))[-1].answers == pytest.approx(2.5)


def test_a_long_list_has_about_forty_points_and_its_first_batch() -> None:
    rarely = replace(STANDING, follow_ups=Yield(0.001, 1, 1000))
    points = curve(work_list(waiting(0, 9000), rarely), rarely)
    assert len(points) <= 44
    assert [points[1].cases, points[-1].cases] == [BATCH, 9000]
    assert all(point.indicator is not None and 0 <= point.indicator <= 1 for point in points)


# When to stop


def points(rate: float, indicator: float | None, *, start: float = 0.4, cases: int = BATCH) -> list[Point]:
    return [Point(0, 0.0, start, None if indicator is None else 0.8), Point(cases, 9.0, start + rate, indicator)]


@pytest.mark.parametrize(
    ("found", "for_rate", "for_balance"),
    [
        (points(0.002, 0.802), True, True),
        (points(0.0009, 0.802), False, True),
        (points(0.002, 0.79), True, False),
        (points(0.0009, 0.8009), False, False),
        (points(0.01, 0.8, start=0.5), False, False),  # the target is reached: only R still counts
        (points(0.01, 0.81, start=0.5), False, True),
        (points(0.01, None), True, False),
        (points(0.0, None), False, False),
    ],
)
def test_it_goes_on_while_the_next_batch_gains_enough(found: list[Point], for_rate: bool, for_balance: bool) -> None:
    rule = stop_rule(found, 0.5)
    assert (rule.for_rate, rule.for_balance) == (for_rate, for_balance)
    assert rule.goes_on == (for_rate or for_balance)


def test_it_stops_when_nobody_is_left() -> None:
    rule = stop_rule(curve([]), 0.5)
    assert (rule.cases, rule.goes_on) == (0, False)


def test_a_last_batch_may_be_a_small_one() -> None:
    assert stop_rule(curve(work_list(waiting(0, 7), STANDING)), 0.9).cases == 7


def test_neither_the_indicators_nor_the_stop_rule_has_a_place_for_an_outcome() -> None:
    names = {
        name
        for _, each in inspect.getmembers(follow_up, inspect.isfunction)
        for name in inspect.signature(each).parameters
    }
    assert not names & {"answers", "response", "responses", "outcome", "estimate", "estimates"}
    assert set(Groups.__dataclass_fields__) == {"codes", "stratum", "weights", "cases", "responded"}


# What it is for


def test_the_same_effort_makes_the_response_more_alike_than_at_random() -> None:
    """Simulated fields: the first 200 of the list are followed up, or as many at random."""
    rng = np.random.default_rng(5)
    codes = [[a, b] for a in range(3) for b in range(4)]
    gained = []
    for _ in range(30):
        chances = 1 / (1 + np.exp(0.3 + rng.normal(0, 0.5, 3)[:, None] + rng.normal(0, 0.5, 4))).ravel()
        cases, weights = rng.integers(40, 90, 12), rng.uniform(1, 8, 12)
        answered, sizes = rng.binomial(cases, chances), weights * cases
        groups = Groups.of(codes, range(12), weights, cases, answered)
        found = representativity.representativity(groups)
        left = np.repeat(np.arange(12), cases - answered)
        standing = Standing(
            groups, found, dict(enumerate(cases)), dict(enumerate(answered)), 0.5, yield_of(40, 100)
        )  # of 100 who have been called before, 40 answered
        lag = lags(found)
        candidates = [
            Candidate(n, int(g), float(weights[g]), started=False, lag=lag[g], group=int(g)) for n, g in enumerate(left)
        ]
        listed = [each.candidate.group for each in work_list(candidates, standing)[:200]]
        results = []
        for chosen in (listed, rng.choice(left, 200, replace=False)):
            rates = (answered + np.bincount(chosen, rng.binomial(1, 0.4, 200), 12)) / cases  # without any model
            results.append(1 - 2 * math.sqrt(sizes @ (rates - sizes @ rates / sizes.sum()) ** 2 / sizes.sum()))
        gained.append(results[0] - results[1])
    assert np.mean(gained) > 0.03
    assert np.mean(np.array(gained) > 0) > 0.9
