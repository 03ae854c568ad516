"""Differences and tests of tables against R's survey package (tests/oracles/README.md)."""

import re
from functools import cache
from typing import Any

import pytest
from scipy import special

from responses.statistics.comparing import Difference, DistributionTest, difference, distribution_test, holm
from tests import oracles
from tests.responses.statistics import barometer_from_r as barometer

DIFFERENCES = barometer.cases("svyttest")
TABLES = barometer.cases("svychisq")


@cache
def difference_of(id_: str) -> Difference:
    case = DIFFERENCES[id_]
    called = re.match(r"svyttest\((\w+) ~ (\w+)", case["r"])
    assert called is not None
    first, second = case["by_contrast"]["levels"]
    inside = barometer.domain(case["design"])
    groups = [inside & barometer.holds(called[2], level) for level in (second, first)]
    return difference(barometer.design(case["design"]), barometer.indicator(called[1]), *groups)


@pytest.mark.parametrize("id_", DIFFERENCES)
def test_a_difference_and_its_standard_error_equal_r(id_: str) -> None:
    ours, r = difference_of(id_), DIFFERENCES[id_]["by_contrast"]
    assert ours.estimate == pytest.approx(r["difference"], rel=1e-9)
    assert ours.standard_error == pytest.approx(r["se_difference"], rel=1e-9)
    assert ours.t == pytest.approx(r["t"], rel=1e-9)


@pytest.mark.parametrize("id_", DIFFERENCES)
def test_the_p_of_a_difference_equals_r_at_its_degrees_of_freedom(id_: str) -> None:
    # R keeps rows without an answer in the degrees of freedom of the domain; we count the answered ones.
    ours, r = difference_of(id_), DIFFERENCES[id_]["by_contrast"]
    assert ours.t is not None
    assert ours.p == pytest.approx(2 * special.stdtr(ours.degrees_of_freedom, -abs(ours.t)), rel=1e-12)
    if r["p"] > 1e-10:
        assert 2 * special.stdtr(r["df"], -abs(ours.t)) == pytest.approx(r["p"], rel=1e-9)
    assert ours.degrees_of_freedom == r["df"] or "val_" in id_


@pytest.mark.parametrize("id_", DIFFERENCES)
def test_r_itself_tests_the_same_difference(id_: str) -> None:
    ours, r = difference_of(id_), DIFFERENCES[id_]["svyttest"]
    assert ours.estimate == pytest.approx(r["difference"], rel=1e-9)
    assert ours.t == pytest.approx(r["t"], rel=1e-9)


@cache
def table_test(id_: str) -> DistributionTest:
    case = TABLES[id_]
    called = re.match(r"svychisq\(~(\w+) \+ (\w+)", case["r"])
    assert called is not None
    design, inside = barometer.design(case["design"]), barometer.domain(case["design"])
    return distribution_test(design, barometer.coded(called[1]), barometer.coded(called[2]), inside)


def row(id_: str, statistic: str, rows: str) -> dict[str, Any]:
    (found,) = (row for row in TABLES[id_][rows] if row["statistic"] == statistic)
    return found  # type: ignore[no-any-return]


UNCALIBRATED = [id_ for id_, case in TABLES.items() if case.get("rows_complete")]
CALIBRATED = [id_ for id_ in TABLES if id_ not in UNCALIBRATED]


@pytest.mark.parametrize("id_", UNCALIBRATED)
def test_rao_scott_of_both_orders_equals_r(id_: str) -> None:
    ours, f, first = table_test(id_), row(id_, "F", "rows_complete"), row(id_, "Chisq", "rows_complete")
    assert ours.statistic == pytest.approx(f["value"], rel=1e-9)
    assert [ours.numerator_df, ours.denominator_df] == pytest.approx(f["parameter"], rel=1e-9)
    assert ours.p == pytest.approx(f["p"], rel=1e-9)
    assert ours.chi_square == pytest.approx(first["value"], rel=1e-9)
    assert ours.first_order_p == pytest.approx(first["p"], rel=1e-9)


@pytest.mark.parametrize("id_", CALIBRATED)
def test_rao_scott_on_calibrated_weights_equals_r(id_: str) -> None:
    # Missing answers are in R's n and degrees of freedom here: F, its first degrees of freedom and the first-order p
    # are the same. survey 4.1-1 counts too many degrees of freedom in calibrated subsets, 4.5 does not.
    ours, f = table_test(id_), row(id_, "F", "rows")
    newer = {tuple(change["path"]): change["survey_4_5"] for change in oracles.differences() if change["case"] == id_}
    denominator_df, p = newer["rows", 0, "parameter", 1], newer["rows", 0, "p"]
    assert ours.statistic is not None
    assert ours.numerator_df is not None
    assert ours.statistic == pytest.approx(f["value"], rel=1e-9)
    assert ours.numerator_df == pytest.approx(f["parameter"][0], rel=1e-9)
    assert special.fdtrc(ours.numerator_df, denominator_df, ours.statistic) == pytest.approx(p, rel=1e-9)
    assert ours.first_order_p == pytest.approx(row(id_, "Chisq", "rows")["p"], rel=1e-9)


# Several tests.


def test_p_values_adjusted_by_holm_equal_r() -> None:
    case = oracles.cases("plan")["plan.p_adjust"]
    assert holm(case["p"]) == pytest.approx(case["holm"], rel=1e-9)
    assert holm(case["p"][::-1]) == pytest.approx(case["holm"][::-1], rel=1e-9)
