"""Totals, ratios and response as a second phase against R's survey package (tests/oracles/README.md)."""

from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from responses.statistics.estimation import Design, Estimate, share
from responses.statistics.second_phase import ResponsePhase
from responses.statistics.totals import design_effects, ratio, total
from tests import oracles
from tests.responses.statistics import barometer_from_r as barometer

ORACLE = oracles.cases("barometer")
CALIBRATED_TOTALS = barometer.cases("svytotal(~employees)")
WEIGHTS = barometer.cases("summary of weights")
EVERYBODY = np.ones(len(barometer.column("stratum")), dtype=np.bool_)
INNOVATIVE, EMPLOYEES = barometer.numbers("innovative"), barometer.numbers("employees")


def level(name: str) -> NDArray[np.bool_]:
    return barometer.holds("sector", name) if name in barometer.column("sector") else EVERYBODY


def assert_equal(ours: Estimate, r: dict[str, float]) -> None:
    assert ours.estimate == pytest.approx(r["est"], rel=1e-9)
    assert ours.standard_error == pytest.approx(r["se"], rel=1e-9, abs=1e-9)  # abs: where R gives 0 but for rounding


@pytest.mark.parametrize("id_", CALIBRATED_TOTALS)
def test_a_total_on_calibrated_weights_equals_r(id_: str) -> None:
    ours, (r,) = (
        total(barometer.design(CALIBRATED_TOTALS[id_]["design"]), EMPLOYEES, EVERYBODY),
        CALIBRATED_TOTALS[id_]["rows"],
    )
    assert_equal(ours, r)
    assert (ours.problem is not None) == (r["se"] < 1e-9)  # calibrated to employees: known, not estimated


def test_a_total_its_design_effect_and_interval_equal_r() -> None:
    (r,), design = ORACLE["b.total.innovative"]["rows"], barometer.design(ORACLE["b.total.innovative"]["design"])
    ours = total(design, INNOVATIVE, EVERYBODY)
    assert_equal(ours, r)
    assert [ours.interval_low, ours.interval_high] == pytest.approx(r["ci_t"], rel=1e-9)
    effects = design_effects(design, INNOVATIVE, EVERYBODY, of_total=True)
    assert effects.without_replacement == pytest.approx(r["deff"], rel=1e-9)


def test_totals_by_level_equal_r() -> None:
    case = ORACLE["b.total.by.sector.innovative"]
    for r in case["rows"]:
        assert_equal(total(barometer.design(case["design"]), INNOVATIVE, level(r["level"])), r)


def test_a_ratio_equals_r() -> None:
    case = ORACLE["b.ratio.employees_in_innovative"]
    ours = ratio(barometer.design(case["design"]), EMPLOYEES * INNOVATIVE, EMPLOYEES, EVERYBODY)
    assert_equal(ours, case["rows"][0])


@cache
def two_phases() -> Design:
    """Response at random inside strata, as R's twophase has it."""
    design = barometer.design("fpc=N_h")
    drawn_of = dict(zip(design.stratum.tolist(), barometer.numbers("n_h"), strict=True))
    drawn = [drawn_of[stratum] for stratum in range(design.counts.size)]
    known = barometer.numbers("m_h") / barometer.numbers("n_h")
    response = ResponsePhase.of(design.stratum, known, drawn, drawn)
    return Design.of(design.stratum, design.populations, response=response)


@pytest.mark.parametrize("r", ORACLE["b.twophase.innovative"]["rows"], ids=lambda r: r["level"])
def test_response_as_a_second_phase_equals_r(r: dict[str, float]) -> None:
    assert_equal(share(two_phases(), barometer.indicator("innovative"), level(str(r["level"]))), r)


def test_response_inside_strata_as_a_second_phase_is_the_simple_formula_to_a_thousandth() -> None:
    one = share(barometer.design("fpc=N_h"), barometer.indicator("innovative"), EVERYBODY)
    two = share(two_phases(), barometer.indicator("innovative"), EVERYBODY)
    assert two.standard_error == pytest.approx(one.standard_error, rel=0.0015)


@pytest.mark.parametrize("id_", WEIGHTS)
def test_the_kish_effect_of_weights_equals_r(id_: str) -> None:
    name = id_.removeprefix("b.weights.")
    weights = barometer.weights("w_class" if name == "class" else name)
    design = Design.of([0] * weights.size, [np.inf], weights)
    assert design_effects(design, INNOVATIVE, EVERYBODY).kish == pytest.approx(WEIGHTS[id_]["kish"], rel=1e-9)
