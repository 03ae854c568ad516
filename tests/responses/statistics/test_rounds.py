"""The change of a share between two rounds: by hand, over every possible sample, and over many draws."""

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest

from responses.statistics.estimation import Design, Flags, Floats, Integers, share
from responses.statistics.rounds import RoundShare, change, covariance_of_rounds


def everybody(answers: list[int], population: int, units: list[int]) -> RoundShare:
    return RoundShare(Design.of([0] * len(answers), [population]), answers, [True] * len(answers), units)


# By hand.


def test_a_change_by_hand() -> None:
    # 40 workplaces, four known in each round, two of them (3 and 4) in both. Shares 0.5 and 0.75.
    earlier, later = everybody([1, 0, 1, 0], 40, [1, 2, 3, 4]), everybody([1, 0, 1, 1], 40, [3, 4, 5, 6])
    found = change(earlier, later, [[40]])
    # z = (y − p) / 4: earlier ±0.125, later 0.0625 three times and −0.1875. V = 0.9 · 4/3 · Σz²: 0.075 and 0.05625.
    # Units 3 and 4: 0.125 · 0.0625 + 0.125 · 0.1875 = 0.03125, times 1 − 0.1 · 0.1 · 40/2 = 0.8,
    # over 1 − 1/4 − 1/4 + 2/16 = 0.625: C = 0.04.
    assert found.estimate == 0.25
    assert found.standard_error == pytest.approx(math.sqrt(0.075 + 0.05625 - 2 * 0.04), rel=1e-12)
    assert (found.degrees_of_freedom, found.n_a, found.n_b) == (3, 4, 4)


def test_one_round_beside_itself_has_its_own_variance_as_covariance() -> None:
    round_ = RoundShare(Design.of([0] * 4 + [1] * 5, [40, 10]), [1, 1, 1, 0, 1, 0, 0, 0, 0], [True] * 9, range(9))
    values = np.array([0.3, 0.1, -0.2, 0.4, 0.5, 0.1, 0.0, 0.2, -0.1])
    covariance = covariance_of_rounds(round_, values, round_, values, np.diag([40, 10]))
    assert covariance == pytest.approx(round_.design.variance_of_total(values), rel=1e-12)


def test_rounds_without_a_common_unit_are_independent() -> None:
    earlier, later = everybody([1, 0, 1, 0], 400, [1, 2, 3, 4]), everybody([1, 0, 1, 1], 400, [5, 6, 7, 8])
    errors = [share(side.design, side.indicator, side.domain).standard_error or 0 for side in (earlier, later)]
    assert change(earlier, later, [[400]]).standard_error == pytest.approx(math.hypot(*errors), rel=1e-12)


# Against the truth.


def test_over_every_possible_pair_of_samples_the_covariance_is_exactly_right() -> None:
    # Six workplaces in random order; the first three are the earlier sample, the first four the later one.
    before, after = np.array([1, 1, 0, 0, 1, 0]), np.array([1, 0, 0, 1, 1, 1])
    design = Design.of([0] * 3, [6]), Design.of([0] * 4, [6])
    shares, covariances = [], []
    for order in itertools.permutations(range(6)):
        samples = [list(order[:3]), list(order[:4])]
        rounds = [
            RoundShare(of, values[rows], [True] * len(rows), rows)
            for of, values, rows in zip(design, (before, after), samples, strict=True)
        ]
        linearised = [
            of.weights * values[rows] / 6 for of, values, rows in zip(design, (before, after), samples, strict=True)
        ]
        covariances.append(covariance_of_rounds(rounds[0], linearised[0], rounds[1], linearised[1], [[6]]))
        shares.append([before[samples[0]].mean(), after[samples[1]].mean()])
    truth = np.cov(np.array(shares).T, bias=True)[0, 1]
    assert np.mean(covariances) == pytest.approx(truth, rel=1e-9)


def test_over_many_coordinated_draws_with_births_deaths_movers_and_silence_the_variance_is_right() -> None:
    # 500 workplaces: 40 only before, 40 only after, 10 % move to the other stratum; most keep their answer.
    rng = np.random.default_rng(4)
    in_0, in_1 = np.arange(500) < 460, np.arange(500) >= 40
    stratum_0 = rng.integers(0, 2, 500)
    stratum_1 = np.where(rng.random(500) < 0.1, 1 - stratum_0, stratum_0)
    before = (rng.random(500) < 0.4 + 0.3 * stratum_0).astype(np.int8)
    after = np.where(rng.random(500) < 0.2, 1 - before, before)
    common = np.zeros((2, 2))
    np.add.at(common, (stratum_0[in_0 & in_1], stratum_1[in_0 & in_1]), 1)

    def known(frame: Flags, stratum: Integers, drawn: int, answering: int, order: Floats) -> Integers:
        rows = []
        for number in (0, 1):
            members = np.flatnonzero(frame & (stratum == number))
            sample = members[np.argsort(order[members])][:drawn]
            rows.append(rng.choice(sample, answering, replace=False))
        return np.concatenate(rows)

    changes, variances, apart = [], [], []
    for _ in range(1500):
        order = rng.random(500)  # the permanent random numbers of one country key
        rows = known(in_0, stratum_0, 90, 60, order), known(in_1, stratum_1, 110, 70, order)
        sides = [
            RoundShare(
                Design.of(stratum[r], np.bincount(stratum[frame], minlength=2)),
                values[r],
                np.ones(r.size, dtype=bool),
                r,
            )
            for r, frame, stratum, values in zip(
                rows, (in_0, in_1), (stratum_0, stratum_1), (before, after), strict=True
            )
        ]
        found = change(sides[0], sides[1], common)
        assert found.estimate is not None
        assert found.standard_error is not None
        changes.append(found.estimate)
        variances.append(found.standard_error**2)
        apart.append(sum((share(s.design, s.indicator, s.domain).standard_error or 0) ** 2 for s in sides))
    assert np.mean(changes) == pytest.approx(after[in_1].mean() - before[in_0].mean(), abs=0.004)
    assert np.mean(variances) == pytest.approx(np.var(changes), rel=0.12)
    assert np.mean(apart) > 1.2 * np.var(changes)  # what leaving out the covariance would cost


# Where there is nothing to compare, and refusals.


def test_a_change_from_nobody_says_so() -> None:
    earlier, later = everybody([-2, -2, -1, -1], 40, [1, 2, 3, 4]), everybody([1, 0, 1, 1], 40, [3, 4, 5, 6])
    found = change(earlier, later, [[40]])
    assert (found.estimate, found.n_a, found.n_b) == (None, 4, 0)
    assert found.problem is not None
    assert found.problem.code == "comparison_empty_base"


def test_the_same_answers_of_the_same_units_leave_nothing_to_test() -> None:
    side = everybody([1, 0, 1, 0], 40, [1, 2, 3, 4])
    found = change(side, side, [[40]])
    assert (found.estimate, found.standard_error, found.p) == (0, 0, None)
    assert found.problem is not None
    assert found.problem.code == "comparison_without_variation"


def test_tables_and_ids_that_do_not_fit_are_refused() -> None:
    side = everybody([1, 0, 1, 0], 40, [1, 2, 3, 4])
    with pytest.raises(ValueError, match="one row per stratum"):
        change(side, side, [[40, 1]])
    with pytest.raises(ValueError, match="more units in both"):
        change(side, side, [[3]])
    with pytest.raises(ValueError, match="none twice"):
        change(side, replace(side, units=[1, 2, 3, 3]), [[40]])
