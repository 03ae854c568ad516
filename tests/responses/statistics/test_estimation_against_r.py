"""Shares, means and their uncertainty against R's survey package (tests/oracles/README.md)."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from responses.statistics.estimation import (
    NOT_ANSWERED,
    Design,
    LonelyStratum,
    korn_graubard_interval,
    share,
    t_quantile,
)
from responses.statistics.totals import design_effects, mean
from tests import oracles
from tests.responses.statistics import barometer_from_r as barometer

MEANS = barometer.cases("svymean(~", "svyby(~")
MEANS = {id_: case for id_, case in MEANS.items() if "twophase" not in id_ and "svytotal" not in case["r"]}
INTERVALS = barometer.cases("svyciprop")


class Row(NamedTuple):
    """A mean or share that R has computed, and what it is of."""

    id_: str
    level: str
    expected: dict[str, Any]

    @property
    def design(self) -> Design:
        return barometer.design(MEANS[self.id_]["design"])

    def of(self) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """The indicator (or the number) and the domain."""
        case = MEANS[self.id_]
        called = re.match(r"svy(?:mean|by)\(~(\w+), (?:~(\w+(?: \+ \w+)?))?", case["r"])
        assert called is not None
        name, by = called[1], called[2]
        inside = barometer.domain(case["design"])
        group, _, category = self.level.rpartition(":") if ":" in self.level else ("", "", self.level)
        for variable, value in zip(by.split(" + "), (group or self.level).split("."), strict=True) if by else ():
            inside = inside & barometer.holds(variable, value)
        if name == "employees":
            return barometer.numbers(name).astype(np.int64), inside
        wanted = category.removeprefix(name) if name in ("nov", "pol_scale") else "1"
        return barometer.indicator(name, wanted), inside


def rows() -> Iterator[Row]:
    for id_, case in MEANS.items():
        for row in case["rows"]:
            yield Row(id_, row["level"], row)


ROWS = list(rows())


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.id_}-{row.level}")
def test_means_shares_standard_errors_and_design_effects_equal_r(row: Row) -> None:
    codes, inside = row.of()
    known = np.where(codes == NOT_ANSWERED, np.nan, codes)
    ours, effects = mean(row.design, known, inside), design_effects(row.design, known, inside)
    assert ours.estimate == pytest.approx(row.expected["est"], rel=1e-9)
    assert ours.standard_error == pytest.approx(row.expected["se"], rel=1e-9)
    assert effects.without_replacement == pytest.approx(row.expected["deff"], rel=1e-9)
    assert effects.with_replacement == pytest.approx(row.expected["deff_replace"], rel=1e-9)
    if codes.max() <= 1:
        as_share = share(row.design, codes, inside)
        assert [as_share.estimate, as_share.standard_error] == pytest.approx([ours.estimate, ours.standard_error])


@pytest.mark.parametrize(
    "row", [row for row in ROWS if "ci_t" in row.expected], ids=lambda row: f"{row.id_}-{row.level}"
)
def test_the_interval_of_a_mean_equals_r_at_its_degrees_of_freedom(row: Row) -> None:
    # R counts unanswered rows of the domain among the degrees of freedom; the interval is as wide as its t is larger.
    codes, inside = row.of()
    ours = mean(row.design, np.where(codes == NOT_ANSWERED, np.nan, codes), inside)
    r_df = int(MEANS[row.id_]["df"])
    assert ours.estimate is not None and ours.interval_high is not None
    half_width = (ours.interval_high - ours.estimate) * t_quantile(r_df) / t_quantile(ours.degrees_of_freedom)
    assert [ours.estimate - half_width, ours.estimate + half_width] == pytest.approx(row.expected["ci_t"], rel=1e-9)
    if not ours.not_answered:
        assert ours.degrees_of_freedom == r_df


@pytest.mark.parametrize("id_", INTERVALS)
def test_logit_interval_n_and_degrees_of_freedom_equal_r(id_: str) -> None:
    case = INTERVALS[id_]
    (xlogit,) = (row for row in case["rows"] if row["method"] == "xlogit")
    name = re.match(r"svyciprop\(~(\w+)", case["r"])
    assert name is not None
    ours = share(barometer.design(case["design"]), barometer.indicator(name[1]), barometer.domain(case["design"]))
    assert (ours.n, ours.degrees_of_freedom) == (case["n"], case["df"])
    assert [ours.estimate, ours.standard_error] == pytest.approx([xlogit["est"], xlogit["se"]], rel=1e-9)
    assert [ours.interval_low, ours.interval_high] == pytest.approx(xlogit["ci"], rel=1e-9)


@pytest.mark.parametrize("id_", INTERVALS)
def test_korn_graubard_interval_equals_r_given_its_effective_n(id_: str) -> None:
    case = INTERVALS[id_]
    (beta,) = (row for row in case["rows"] if row["method"] == "beta")
    effective_n = beta["est"] * (1 - beta["est"]) / beta["se"] ** 2
    ours = korn_graubard_interval(beta["est"], case["n"], effective_n, case["df"])
    assert list(ours) == pytest.approx(beta["ci"], rel=1e-9)


# The small set to check by hand.

EDGE = [row for row in oracles.table("edge") if row["stratum"] != "c"]
RULES = {id_: case for id_, case in oracles.cases("edge").items() if id_ != "edge.fail"}


@pytest.mark.parametrize("id_", [id_ for id_ in RULES if id_.endswith("by.dom.y")])
def test_a_domain_with_a_census_and_a_missing_answer_equals_r(id_: str) -> None:
    # R's four rules for stratum c agree on domain q, which has no unit there.
    design = Design.of(["abde".index(row["stratum"]) for row in EDGE], [50, 20, 3, 30])
    ours = share(design, [int(row["y"] or -2) for row in EDGE], [row["dom"] == "q" for row in EDGE])
    (r,) = (row for row in RULES[id_]["rows"] if row["level"] == "q")
    assert ours.estimate == pytest.approx(r["est"], rel=1e-9)
    assert ours.standard_error == pytest.approx(r["se"], rel=1e-9)


@pytest.mark.parametrize("id_", [id_ for id_ in RULES if id_.endswith("mean.all_one")])
def test_a_share_of_a_hundred_percent_has_rs_standard_error_of_nought(id_: str) -> None:
    design = Design.of(["abde".index(row["stratum"]) for row in EDGE], [50, 20, 3, 30])
    ours, (r,) = share(design, [1] * len(EDGE), [True] * len(EDGE)), RULES[id_]["rows"]
    assert ours.estimate == r["est"] == 1
    assert ours.standard_error == pytest.approx(r["se"], abs=1e-9)


def test_a_single_unit_stratum_is_refused_as_r_does_by_default() -> None:
    # None of R's four other rules is offered: a person joins the stratum with another.
    assert oracles.cases("edge")["edge.fail"]["message"] == "Stratum (c) has only one PSU at stage 1"
    rows = oracles.table("edge")
    with pytest.raises(LonelyStratum, match="stratum 2 has 1 unit"):
        Design.of(["abcde".index(row["stratum"]) for row in rows], [50, 20, 7, 3, 30])
