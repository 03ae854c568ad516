"""Shares and their uncertainty, by hand, and where they are refused."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from responses.statistics.estimation import Design, LonelyStratum, logit_interval, share


def everybody(design: Design) -> NDArray[np.bool_]:
    return np.ones(design.stratum.shape, dtype=np.bool_)


# By hand.


def test_a_share_of_two_strata_by_hand() -> None:
    # Stratum 0: 4 of 40, three yes; stratum 1: 5 of 10, one yes. Weights 10 and 2.
    design = Design.of([0, 0, 0, 0, 1, 1, 1, 1, 1], [40, 10])
    estimate = share(design, [1, 1, 1, 0, 1, 0, 0, 0, 0], everybody(design))
    # (30 + 2) / 50. Variance: (40/50)² (1 − 4/40) (3/4 · 1/4 · 4/3) / 4 + (10/50)² (1 − 5/10) (1/5 · 4/5 · 5/4) / 5
    #                        = 0.64 · 0.9 · 0.25 / 4 + 0.04 · 0.5 · 0.2 / 5 = 0.036 + 0.0008
    assert estimate.estimate == pytest.approx(0.64, rel=1e-12)
    assert estimate.standard_error == pytest.approx(math.sqrt(0.0368), rel=1e-12)
    assert (estimate.n, estimate.degrees_of_freedom, estimate.weighted_base) == (9, 7, 50)


def test_a_logit_interval_by_hand() -> None:
    # logit 0.6 = 0.405465, t(30) = 2.042272; half width 2.042272 · 0.05 / 0.24 = 0.425473
    low, high = logit_interval(0.6, 0.05, 30)
    assert low == pytest.approx(1 / (1 + math.exp(0.425473 - 0.405465)), abs=1e-6)
    assert high == pytest.approx(1 / (1 + math.exp(-0.425473 - 0.405465)), abs=1e-6)


def test_known_ineligible_units_stay_in_the_design_and_leave_the_share() -> None:
    # 6 rows of 60: four in scope (three yes), two closed. Weight 10, so 40 workplaces are thought to be in operation.
    design = Design.of([0] * 6, [60])
    estimate = share(design, [1, 1, 1, 0, -1, -1], [True] * 4 + [False] * 2)
    assert estimate.estimate == 0.75
    assert estimate.weighted_base == 40
    # z = (0.25, 0.25, 0.25, −0.75, 0, 0) · 10 / 40 over all six rows: (1 − 6/60) · 6/5 · Σz² = 1.08 · 0.046875
    assert estimate.standard_error == pytest.approx(math.sqrt(0.050625), rel=1e-12)


def test_dividing_among_respondents_alone_would_give_another_uncertainty() -> None:
    with_the_closed = Design.of([0] * 6, [60])
    without_them = Design.of([0] * 4, [60])
    kept = share(with_the_closed, [1, 1, 1, 0, -1, -1], [True] * 4 + [False] * 2)
    dropped = share(without_them, [1, 1, 1, 0], [True] * 4)
    assert kept.weighted_base == 40
    assert dropped.weighted_base == 60  # the dead units' weight given to the living


def test_a_take_all_stratum_with_non_response_has_a_standard_error() -> None:
    drawn_all_20_answered_12 = Design.of([0] * 12, [20])
    estimate = share(drawn_all_20_answered_12, [1] * 6 + [0] * 6, [True] * 12)
    # (1 − 12/20) · (12/11 · 0.25) / 12
    assert estimate.standard_error == pytest.approx(math.sqrt(0.4 * 0.25 / 11), rel=1e-12)


def test_a_stratum_that_answered_completely_adds_no_uncertainty() -> None:
    design = Design.of([0] * 5, [5])
    estimate = share(design, [1, 1, 1, 0, 0], everybody(design))
    assert estimate.standard_error == 0
    assert estimate.interval_low == estimate.interval_high == estimate.estimate == pytest.approx(0.6)


def test_asked_but_not_answered_is_in_neither_part_and_counted() -> None:
    design = Design.of([0] * 6, [60])
    estimate = share(design, [1, 0, 0, -2, -2, -1], everybody(design))
    assert estimate.estimate == pytest.approx(1 / 3)
    assert (estimate.n, estimate.not_answered) == (3, 2)


def test_an_empty_domain_has_no_estimate_and_says_so() -> None:
    design = Design.of([0, 0, 0], [30])
    estimate = share(design, [1, 0, 1], [False] * 3)
    assert estimate.estimate is None
    assert estimate.standard_error is None
    assert estimate.interval_low is None
    assert estimate.problem is not None
    assert estimate.problem.code == "estimate_empty_base"


def test_one_unit_per_stratum_in_the_domain_gives_no_interval() -> None:
    design = Design.of([0, 0, 1, 1], [10, 10])
    estimate = share(design, [1, 0, 0, 0], [True, False, True, False])
    assert estimate.estimate == 0.5
    assert estimate.degrees_of_freedom == 0
    assert (estimate.interval_low, estimate.interval_high) == (None, None)
    assert estimate.problem is not None
    assert estimate.problem.code == "estimate_without_degrees_of_freedom"


# 0 % and 100 %.


def test_nobody_of_ten_equally_weighted_has_the_exact_upper_limit() -> None:
    design = Design.of([0] * 10, [1000])
    estimate = share(design, [0] * 10, everybody(design))
    assert (estimate.estimate, estimate.standard_error, estimate.interval_low) == (0, 0, 0)
    assert estimate.interval_high == pytest.approx(1 - 0.025 ** (1 / 10), rel=1e-12)  # Clopper–Pearson


def test_everybody_of_ten_is_the_mirror_of_nobody() -> None:
    design = Design.of([0] * 10, [1000])
    estimate = share(design, [1] * 10, everybody(design))
    assert (estimate.estimate, estimate.standard_error, estimate.interval_high) == (1, 0, 1)
    assert estimate.interval_low == pytest.approx(0.025 ** (1 / 10), rel=1e-12)


def test_unequal_weights_widen_the_interval_at_nought() -> None:
    # Weights 1 (four rows) and 9 (four rows): n_eff = 40² / (4 · 1 + 4 · 81) = 4.878; t(7) / t(6) lowers it further.
    design = Design.of([0] * 4 + [1] * 4, [4000, 36000], weights=[1] * 4 + [9] * 4)
    estimate = share(design, [0] * 8, everybody(design))
    effective = 1600 / 328 * (2.364624 / 2.446912) ** 2
    assert estimate.interval_high == pytest.approx(1 - 0.025 ** (1 / effective), rel=1e-6)


def test_strata_that_are_all_yes_or_all_no_are_not_taken_for_certain() -> None:
    design = Design.of([0] * 4 + [1] * 4, [40, 40])
    estimate = share(design, [1] * 4 + [0] * 4, everybody(design))
    assert estimate.standard_error == 0
    assert estimate.interval_low is not None
    assert estimate.interval_high is not None
    assert estimate.interval_low < 0.2 < 0.8 < estimate.interval_high


# Over many samples.


def test_intervals_cover_the_truth_as_often_as_they_promise() -> None:
    # 900 workplaces in three strata, 6 % of them closed; 40 % of each answers or is known to be closed.
    rng = np.random.default_rng(2018)
    populations, answering = [500, 300, 100], [200, 120, 40]
    in_scope = rng.random(900) < 0.94
    innovative = rng.random(900) < np.repeat([0.6, 0.8, 0.95], populations)
    truth = innovative[in_scope].mean()
    stratum = np.repeat([0, 1, 2], answering)
    members = np.split(np.arange(900), np.cumsum(populations)[:-1])
    covered = 0
    for _ in range(2000):
        rows = np.concatenate(
            [rng.choice(all_, size, replace=False) for all_, size in zip(members, answering, strict=True)]
        )
        estimate = share(Design.of(stratum, populations), innovative[rows], in_scope[rows])
        assert estimate.interval_low is not None
        assert estimate.interval_high is not None
        covered += estimate.interval_low <= truth <= estimate.interval_high
    assert 0.935 <= covered / 2000 <= 0.965  # three standard errors of the simulation around 95 %


# Refusals.


def test_a_stratum_with_one_unit_is_refused_by_name() -> None:
    with pytest.raises(LonelyStratum, match="stratum 1 has 1 unit"):
        Design.of([0, 0, 1], [20, 20])


def test_a_stratum_without_units_is_refused_too() -> None:
    with pytest.raises(LonelyStratum, match="stratum 1 has 0 units"):
        Design.of([0, 0, 2, 2], [20, 20, 20])


@pytest.mark.parametrize(
    ("stratum", "populations", "weights"),
    [
        ([0, 0, 0], [2], None),  # more rows than workplaces
        ([0, 0, 1, 1], [20], None),  # a stratum without a population
        ([0, 0], [20], [10]),  # too few weights
        ([0, 0], [20], [10, 0]),
        ([0, 0], [20], [10, math.nan]),
    ],
)
def test_a_design_that_cannot_be_is_refused(
    stratum: list[int], populations: list[int], weights: list[float] | None
) -> None:
    with pytest.raises(ValueError):
        Design.of(stratum, populations, weights)


def test_an_indicator_of_other_numbers_is_refused() -> None:
    design = Design.of([0, 0], [20])
    with pytest.raises(ValueError, match="indicator"):
        share(design, [1, 2], [True, True])
    with pytest.raises(ValueError, match="indicator"):
        share(design, [1, 0.5], [True, True])
    with pytest.raises(ValueError, match="per row"):
        share(design, [1, 0, 1], [True, True, True])


# Properties.


@given(st.lists(st.tuples(st.integers(0, 2), st.sampled_from([1, 0, -1, -2]), st.booleans()), max_size=40))
def test_whatever_is_answered_the_numbers_are_numbers(rows: list[tuple[int, int, bool]]) -> None:
    rows = rows + [(stratum, -1, False) for stratum in (0, 1, 2) for _ in range(2)]
    stratum, indicator, domain = (list(column) for column in zip(*rows, strict=True))
    estimate = share(Design.of(stratum, [100, 200, 50]), indicator, domain)
    if estimate.estimate is None:
        assert estimate.n == 0
        return
    assert 0 <= estimate.estimate <= 1
    assert estimate.standard_error is not None
    assert estimate.standard_error >= 0
    if estimate.interval_low is not None and estimate.interval_high is not None:
        assert 0 <= estimate.interval_low <= estimate.estimate <= estimate.interval_high <= 1
    else:
        assert estimate.problem is not None
