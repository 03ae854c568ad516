"""Totals, means, ratios and design effects, by hand, and where there is none."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from responses.statistics.estimation import Design, Estimate, LonelyStratum, UnusableWeights, share
from responses.statistics.linearisation import Calibration
from responses.statistics.second_phase import ResponsePhase
from responses.statistics.totals import DesignEffects, design_effects, mean, ratio, total

ONE_STRATUM = Design.of([0] * 4, [40])  # each row stands for ten
ALL = [True] * 4


def code(found: Estimate | DesignEffects) -> str:
    assert found.problem is not None
    return found.problem.code


# By hand.


def test_a_total_and_a_mean_by_hand() -> None:
    # 1, 3, 5, 7: S² = 20/3, variance of the mean (1 − 4/40) · (20/3) / 4 = 1.5; of the total 1600 times that.
    found, of_mean = total(ONE_STRATUM, [1, 3, 5, 7], ALL), mean(ONE_STRATUM, [1, 3, 5, 7], ALL)
    assert [found.estimate, of_mean.estimate] == [160, 4]
    assert of_mean.standard_error == pytest.approx(math.sqrt(1.5), rel=1e-12)
    assert found.standard_error == pytest.approx(40 * math.sqrt(1.5), rel=1e-12)
    assert of_mean.interval_high == pytest.approx(4 + 3.182446 * math.sqrt(1.5), rel=1e-6)  # t(3)
    assert (found.n, found.degrees_of_freedom, found.weighted_base) == (4, 3, 40)


def test_a_ratio_by_hand() -> None:
    # 8 innovations on 16 employees. Residuals y − x/2: 0, 1, 0, −1; variance (1 − 0.1) · (2/3) / 4 / 4².
    found = ratio(ONE_STRATUM, [1, 3, 2, 2], [2, 4, 4, 6], ALL)
    assert found.estimate == 0.5
    assert found.standard_error == pytest.approx(math.sqrt(0.9 * 2 / 3 / 4 / 16), rel=1e-12)


def test_a_number_that_is_not_known_is_left_out_and_counted() -> None:
    found = mean(ONE_STRATUM, [1, math.nan, 5, 6], ALL)
    assert (found.estimate, found.n, found.not_answered, found.weighted_base) == (4, 3, 1, 30)


def test_the_design_effects_of_a_simple_random_sample_are_one_and_its_finite_population_correction() -> None:
    found = design_effects(ONE_STRATUM, [1, 3, 5, 7], ALL)
    assert [found.without_replacement, found.with_replacement, found.kish] == pytest.approx([1, 0.9, 1], rel=1e-12)


def test_unequal_weights_alone_cost_kishs_effect() -> None:
    design = Design.of([0] * 4, [math.inf], weights=[1, 1, 3, 3])
    assert design_effects(design, [1, 3, 5, 7], ALL).kish == pytest.approx(4 * 20 / 64)  # n Σw² / (Σw)²


# The finite population correction.


def test_the_correction_is_1_minus_m_over_n_with_responding_and_known_ineligible_units_also_in_take_all_strata() -> (
    None
):
    # All 20 workplaces were drawn; 10 answered, 2 have closed, 8 are silent: m = 12, and the correction 1 − 12/20.
    answers, in_scope = [1] * 6 + [0] * 4 + [-1] * 2, [True] * 10 + [False] * 2
    found = share(Design.of([0] * 12, [20]), answers, in_scope)
    # z = (y − 0.6) / 10 in scope, 0 for the closed: Σz² = (6 · 0.16 + 4 · 0.36) / 100 = 0.024
    assert found.standard_error == pytest.approx(math.sqrt((1 - 12 / 20) * 12 / 11 * 0.024), rel=1e-12)


# What calibration knows.


def test_a_post_stratified_share_by_hand() -> None:
    # Two cells of two rows, known to be 30 and 10 workplaces: w = 15 and 5. p = (15 + 5 + 5) / 40. What is left of
    # z = w (y − p) / 40 after the means of its cell: ±0.1875 and nothing.
    cells = np.array([[1, 0], [1, 0], [0, 1], [0, 1]])
    design = Design.of([0] * 4, [40], [15, 15, 5, 5], Calibration.of(cells, [10] * 4))
    found = share(design, [1, 0, 1, 1], ALL)
    assert found.estimate == 0.625
    assert found.standard_error == pytest.approx(math.sqrt(0.9 * 4 / 3 * 2 * 0.1875**2), rel=1e-12)


def test_a_total_that_the_weights_are_calibrated_to_is_known() -> None:
    employees = np.array([3.0, 8.0, 20.0, 60.0])
    design = Design.of([0] * 4, [40], calibration=Calibration.of(np.c_[np.ones(4), employees], [10] * 4))
    found = total(design, employees, ALL)
    assert (found.standard_error, found.interval_low) == (0, None)
    assert code(found) == "estimate_without_variation"


def test_auxiliary_columns_that_repeat_each_other_do_no_harm() -> None:
    x = np.array([[1, 0], [1, 0], [0, 1], [0, 1]])
    once, thrice = (
        Design.of([0] * 4, [40], calibration=Calibration.of(columns, [10] * 4))
        for columns in (x, np.hstack([np.ones((4, 1)), x, np.zeros((4, 1)), x]))
    )
    errors = [share(design, [1, 0, 1, 1], ALL).standard_error for design in (once, thrice)]
    assert errors[0] == pytest.approx(errors[1], rel=1e-12)


# Response classes that are not the strata.


def test_the_variance_over_response_classes_is_right_on_average() -> None:
    # Two strata drawn at different rates, two classes across them that answer at different rates, 2,000 samples.
    rng = np.random.default_rng(9)
    sizes, drawn, answering = [300, 100], [60, 50], [0.8, 0.4]
    stratum_of = np.repeat([0, 1], sizes)
    class_of = rng.integers(0, 2, 400)
    value = (rng.random(400) < 0.3 + 0.3 * class_of + 0.2 * stratum_of).astype(np.int8)
    estimates, variances = [], []
    for _ in range(2000):
        s = np.concatenate([rng.choice(np.flatnonzero(stratum_of == h), drawn[h], replace=False) for h in (0, 1)])
        rows, design_weight = [], np.array([6.0, 2.0])[stratum_of[s]] * np.array([5 / 6, 1.0])[stratum_of[s]]
        adjusted = np.zeros(s.size)
        for c in (0, 1):
            inside = np.flatnonzero(class_of[s] == c)
            known = rng.choice(inside, round(answering[c] * inside.size), replace=False)
            adjusted[known] = design_weight[known] * design_weight[inside].sum() / design_weight[known].sum()
            rows.append(known)
        r = np.sort(np.concatenate(rows))
        in_class = np.bincount(class_of[s], minlength=2)
        response = ResponsePhase.of(class_of[s][r], design_weight[r] / adjusted[r], in_class, drawn)
        design = Design.of(stratum_of[s][r], sizes, adjusted[r], response=response)
        found = share(design, value[s][r], np.ones(r.size, dtype=np.bool_))
        assert found.estimate is not None
        assert found.standard_error is not None
        estimates.append(found.estimate)
        variances.append(found.standard_error**2)
    assert np.mean(estimates) == pytest.approx(value.mean(), abs=0.005)
    assert np.mean(variances) == pytest.approx(np.var(estimates), rel=0.08)


# Where there is none.


def test_an_empty_domain_has_no_total_mean_or_design_effect() -> None:
    nobody = [False] * 4
    assert code(total(ONE_STRATUM, [1, 2, 3, 4], nobody)) == "estimate_empty_base"
    assert code(mean(ONE_STRATUM, [1, 2, 3, 4], nobody)) == "estimate_empty_base"
    assert code(design_effects(ONE_STRATUM, [1, 2, 3, 4], nobody)) == "estimate_empty_base"
    assert code(mean(ONE_STRATUM, [math.nan] * 4, ALL)) == "estimate_empty_base"


def test_a_ratio_to_nothing_is_no_ratio() -> None:
    assert code(ratio(ONE_STRATUM, [1, 2, 3, 4], [0] * 4, ALL)) == "estimate_ratio_of_nothing"
    assert code(ratio(ONE_STRATUM, [1, 2, 3, 4], [1, -1, 1, -1], ALL)) == "estimate_ratio_of_nothing"


def test_numbers_that_are_all_alike_have_no_interval() -> None:
    found = mean(ONE_STRATUM, [7] * 4, ALL)
    assert (found.estimate, found.standard_error, found.interval_low) == (7, 0, None)
    assert code(found) == "estimate_without_variation"
    assert code(design_effects(ONE_STRATUM, [7] * 4, ALL)) == "estimate_without_variation"


def test_a_complete_count_is_exact() -> None:
    found = mean(Design.of([0] * 4, [4]), [1, 3, 5, 7], ALL)
    assert (found.interval_low, found.interval_high, found.problem) == (4, 4, None)


def test_one_number_has_no_interval() -> None:
    found = mean(ONE_STRATUM, [5, math.nan, math.nan, math.nan], ALL)
    assert found.interval_low is None
    assert found.problem is not None


def test_weights_that_cannot_be_are_named() -> None:
    with pytest.raises(UnusableWeights, match=r"2 weights .* row 2") as refused:
        Design.of([0] * 4, [40], [10, 0, 10, -1])
    assert refused.value.problem.params == {"count": 2, "row": 2}
    with pytest.raises(LonelyStratum) as lonely:
        Design.of([0, 0, 1], [20, 20])
    assert lonely.value.problem.params == {"stratum": 2, "units": 1}


KNOWN = st.one_of(
    st.just(math.nan), st.integers(-3, 3).map(float), st.integers(-(10**9), 10**9).map(lambda v: v / 1000)
)


@given(st.lists(st.tuples(st.integers(0, 1), KNOWN, KNOWN, st.booleans()), max_size=20), st.booleans())
def test_whatever_the_numbers_estimates_are_numbers_or_say_why_not(
    rows: list[tuple[int, float, float, bool]], calibrated: bool
) -> None:
    rows = rows + [(stratum, 0.0, 0.0, False) for stratum in (0, 1) for _ in range(2)]
    stratum, y, x, inside = (np.array(values) for values in zip(*rows, strict=True))
    base = np.array([200, 100])[stratum] / np.bincount(stratum)[stratum]
    calibration = Calibration.of(np.c_[np.ones(y.size), inside], base) if calibrated else None
    design = Design.of(stratum, [200, 100], calibration=calibration)
    for found in (total(design, y, inside), mean(design, y, inside), ratio(design, y, x, inside)):
        known = [found.estimate, found.standard_error, found.interval_low, found.interval_high, found.weighted_base]
        assert np.isfinite([value for value in known if value is not None]).all()
        assert (found.interval_low is None) == (found.problem is not None)
    effects = design_effects(design, y, inside)
    assert (effects.with_replacement is None) == (effects.problem is not None)
    assert effects.with_replacement is None or 0 <= effects.with_replacement < math.inf


def test_lengths_that_differ_and_infinite_values_are_refused() -> None:
    with pytest.raises(ValueError, match="per row"):
        total(ONE_STRATUM, [1, 2], ALL)
    with pytest.raises(ValueError, match="finite"):
        total(ONE_STRATUM, [1, 2, 3, math.inf], ALL)
    with pytest.raises(ValueError, match="auxiliary"):
        Calibration.of([[1], [1]], [10] * 4)
    with pytest.raises(ValueError, match="before calibration"):
        Calibration.of([[1], [1]], [10, 0])
    with pytest.raises(ValueError, match="as many rows"):
        Design.of([0] * 4, [40], calibration=Calibration.of([[1], [1]], [10, 10]))


@pytest.mark.parametrize(
    ("classes", "known", "by_class", "by_stratum"),
    [
        ([0, 0, 0, 1], [0.5] * 4, [6, 2], [8]),  # a class of one row
        ([0, 0, 1, 1], [0.5] * 4, [4, 1], [8]),  # more rows than drawn
        ([0, 0, 1, 1], [0.5, 0.5, 0, 1], [4, 4], [8]),
        ([0, 0, 1, 1], [0.5] * 3, [4, 4], [8]),
        ([0, 0, 1, 1], [0.5] * 4, [4, 4], [3]),  # fewer drawn in the stratum than rows
        ([0, 0, 1, 1], [0.5] * 4, [4, 4], [8, 8]),
    ],
)
def test_a_response_phase_that_cannot_be_is_refused(
    classes: list[int], known: list[float], by_class: list[int], by_stratum: list[int]
) -> None:
    with pytest.raises(ValueError):
        Design.of([0] * 4, [40], response=ResponsePhase.of(classes, known, by_class, by_stratum))
