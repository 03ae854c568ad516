"""Calibration against R's survey package, and what it refuses."""

import numpy as np
import pytest

from responses.statistics.calibration import CannotCalibrate, calibrate, post_stratify, rake
from responses.statistics.weight_diagnostics import diagnose
from tests import oracles
from tests.responses.statistics import barometer_from_r as barometer

Floats = barometer.Floats
EMPLOYEES = oracles.cases("barometer")["b.population_totals"]["totals"][-1]
BOUNDS = {"logit_margins_emp": (0.8, 1.4), "linear_bounded_emp": (0.85, 1.3)}
METHODS = {
    "linear_margins": "linear",
    "linear_margins_emp": "linear",
    "raking_margins_emp": "raking",
    "logit_margins_emp": "logit",
    "linear_bounded_emp": "linear_bounded",
}


def cells(*names: str) -> tuple[barometer.Codes, Floats]:
    """Every row's cell, and the workplaces of the frame by cell."""
    given = list(zip(*(barometer.column(name) for name in names), strict=True))
    known = sorted(set(given))
    strata = dict(zip(barometer.column("stratum"), zip(given, barometer.numbers("N_h"), strict=True), strict=True))
    totals = [sum(population for cell, population in strata.values() if cell == one) for one in known]
    return np.array([known.index(cell) for cell in given]), np.array(totals)


def margins() -> tuple[list[barometer.Codes], list[Floats]]:
    found = [cells(name) for name in barometer.MARGINS]
    return [rows for rows, _ in found], [totals for _, totals in found]


def totals_of(name: str) -> Floats:
    totals = np.concatenate(margins()[1])
    return np.append(totals, EMPLOYEES) if name.endswith("_emp") else totals


def test_post_stratification_gives_the_weights_of_r() -> None:
    rows, totals = cells("sector", "branch")
    found = post_stratify(barometer.weights("w_class"), rows, totals)
    assert found == pytest.approx(barometer.weights("ps_sector_branch"), rel=1e-9)


def test_raking_gives_the_weights_of_r_and_meets_every_margin() -> None:
    rows, totals = margins()
    found = rake(barometer.weights("w_class"), rows, totals)
    assert found == pytest.approx(barometer.weights("rake_sector_branch_size"), rel=1e-6)
    for row, total in zip(rows, totals, strict=True):
        assert np.bincount(row, found) == pytest.approx(total, rel=1e-9)


@pytest.mark.parametrize("name", METHODS)
def test_calibration_gives_the_weights_of_r_and_meets_every_total(name: str) -> None:
    x, totals = barometer.auxiliary(name), totals_of(name)
    found = calibrate(barometer.weights("w_class"), x, totals, METHODS[name], BOUNDS.get(name))
    expected = barometer.weights(name)
    assert found == pytest.approx(expected, rel=1e-9 if METHODS[name] == "linear" else 1e-6)
    assert found @ x == pytest.approx(totals, rel=1e-9)


def test_raking_as_a_distance_and_by_iterations_is_the_same() -> None:
    rows, totals = margins()
    by_margins = rake(barometer.weights("w_class"), rows, totals)
    x = barometer.auxiliary("raking_margins")
    assert calibrate(barometer.weights("w_class"), x, np.concatenate(totals), "raking") == pytest.approx(
        by_margins, rel=1e-8
    )


@pytest.mark.parametrize("name", ["class", "ps_sector_branch", "rake_sector_branch_size", *METHODS])
def test_diagnostics_are_those_of_r(name: str) -> None:
    case = oracles.cases("barometer")[f"b.weights.{name}"]
    found = diagnose(barometer.weights("w_class" if name == "class" else name), barometer.weights("w_class"))
    assert found.total == pytest.approx(case["sum"], rel=1e-9)
    assert (found.smallest, found.largest) == pytest.approx((case["min"], case["max"]), rel=1e-9)
    assert (found.ratio_smallest, found.ratio_largest) == pytest.approx(
        (case["ratio_min"], case["ratio_max"]), rel=1e-9
    )
    assert found.kish_effect == pytest.approx(case["kish"], rel=1e-9)


def test_rows_whose_factor_is_held_at_a_bound_are_trimmed() -> None:
    found = diagnose([0.8, 1.0, 2.4, 3.0], [1.0, 1.0, 2.0, 2.0], (0.8, 1.5))
    assert found.share_trimmed == 0.5
    assert diagnose([0.8, 1.0], [1.0, 1.0]).share_trimmed == 0


def test_bounds_that_no_weights_meet_are_refused_as_in_r() -> None:
    assert oracles.cases("barometer")["b.cal.infeasible_bounds"]["message"] == "Calibration failed"
    x, totals = barometer.auxiliary("linear_bounded_emp"), totals_of("linear_bounded_emp")
    with pytest.raises(CannotCalibrate) as refused:
        calibrate(barometer.weights("w_class"), x, totals, "linear_bounded", (0.9, 1.15))
    assert refused.value.problem.code == "calibration_not_met"


def test_by_hand() -> None:
    """Four rows of weight 10 in two cells of 30 and 15 workplaces: factors 1.5 and 0.75, by every way."""
    weights, rows, totals = [10.0] * 4, [0, 0, 1, 1], [30.0, 15.0]
    expected = [15, 15, 7.5, 7.5]
    x = np.array([[1.0, 0], [1, 0], [0, 1], [0, 1]])
    assert post_stratify(weights, rows, totals) == pytest.approx(expected)
    assert rake(weights, [rows], [totals]) == pytest.approx(expected)
    for method in ("linear", "raking"):
        assert calibrate(weights, x, totals, method) == pytest.approx(expected)
    for method in ("linear_bounded", "logit"):
        assert calibrate(weights, x, totals, method, (0.5, 2)) == pytest.approx(expected)


REFUSED = {
    "calibration_weights": lambda: post_stratify([1.0, 0.0], [0, 1], [5, 5]),
    "calibration_empty_cell": lambda: post_stratify([1.0, 1.0], [0, 0], [5, 5]),
    "calibration_cell_without_total": lambda: post_stratify([1.0, 1.0], [0, 1], [5]),
    "calibration_total_not_positive": lambda: rake([1.0, 1.0], [[0, 1]], [[5, 0]]),
    "calibration_margins_differ": lambda: rake([1.0, 1.0], [[0, 1], [0, 1]], [[5, 5], [5, 6]]),
    "calibration_totals_contradict": lambda: calibrate([1.0, 1.0], np.array([[1.0, 1], [1, 1]]), [4, 5], "linear"),
    "calibration_not_met": lambda: rake([1.0, 1.0], [[0, 1], [0, 1]], [[4, 6], [6, 4]]),
    "calibration_negative": lambda: calibrate([1.0, 1.0], np.array([[1.0, 0], [1, 1]]), [1, 3], "linear"),
    "calibration_bounds": lambda: calibrate([1.0, 1.0], np.array([[1.0], [1]]), [2], "logit", (1.0, 1.2)),
}


@pytest.mark.parametrize("code", REFUSED)
def test_what_cannot_be_is_refused(code: str) -> None:
    with pytest.raises(CannotCalibrate) as refused:
        REFUSED[code]()
    assert refused.value.problem.code == code


def test_an_auxiliary_variable_that_is_zero_in_every_row_cannot_have_a_total() -> None:
    with pytest.raises(CannotCalibrate, match="calibration_totals_contradict"):
        calibrate([1.0, 1.0], np.array([[1.0, 0], [1, 0]]), [2, 3], "linear")
