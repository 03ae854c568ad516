"""Shares and their uncertainty against R's survey package (tests/oracles/README.md)."""

import re
from collections.abc import Iterator
from typing import NamedTuple

import pytest

from responses.statistics.estimation import Design, LonelyStratum, ShareEstimate, korn_graubard_interval, share
from tests import oracles
from tests.responses.statistics import barometer_from_r as barometer

OTHERS = re.compile("employees|total|ratio|twophase|chisq|weights")


class Expected(NamedTuple):
    """One share that R has computed: of whom, and what came out."""

    case: str
    level: str
    estimate: float
    standard_error: float


def estimated(case: str, level: str) -> ShareEstimate:
    """The share that a row of a case is about, by this package."""
    record = oracles.cases("barometer")[case]
    called = re.search(r"\((?:~)?(\w+)(?:, | ~ )(?:~)?(?P<by>\w+(?: \+ \w+)?)?", record["r"])
    assert called is not None
    name, by = called[1], called["by"]
    inside = barometer.domain(record["design"])
    group, _, category = level.rpartition(":") if ":" in level else ("", "", level)
    if record["r"].startswith(("svyby", "svyttest")):
        values = (group or level).split(".")
        for variable, value in zip(by.split(" + "), values, strict=True):
            inside = inside & barometer.holds(variable, value)
    wanted = category.removeprefix(name) if name in ("nov", "pol_scale") else "1"
    return share(barometer.design(record["design"]), barometer.indicator(name, wanted), inside)


def expected() -> Iterator[Expected]:
    for case, record in oracles.cases("barometer").items():
        if OTHERS.search(case):
            continue
        if contrast := record.get("by_contrast"):
            for level, estimate, error in zip(contrast["levels"], contrast["est"], contrast["se"], strict=True):
                yield Expected(case, level, estimate, error)
        for row in record.get("rows", ()):
            yield Expected(case, row.get("level", row.get("method")), row["est"], row["se"])


@pytest.mark.parametrize("row", list(expected()), ids=lambda row: f"{row.case}-{row.level}")
def test_estimate_and_standard_error_equal_r(row: Expected) -> None:
    ours = estimated(row.case, row.level)
    assert ours.estimate == pytest.approx(row.estimate, rel=1e-9)
    assert ours.standard_error == pytest.approx(row.standard_error, rel=1e-9)


CIPROP = [case for case, record in oracles.cases("barometer").items() if "n" in record]


@pytest.mark.parametrize("case", CIPROP)
def test_logit_interval_n_and_degrees_of_freedom_equal_r(case: str) -> None:
    record = oracles.cases("barometer")[case]
    (xlogit,) = (row for row in record["rows"] if row["method"] == "xlogit")
    ours = estimated(case, "xlogit")
    assert (ours.n, ours.degrees_of_freedom) == (record["n"], record["df"])
    assert [ours.interval_low, ours.interval_high] == pytest.approx(xlogit["ci"], rel=1e-9)


@pytest.mark.parametrize("case", CIPROP)
def test_korn_graubard_interval_equals_r_given_its_effective_n(case: str) -> None:
    record = oracles.cases("barometer")[case]
    (beta,) = (row for row in record["rows"] if row["method"] == "beta")
    effective_n = beta["est"] * (1 - beta["est"]) / beta["se"] ** 2
    ours = korn_graubard_interval(beta["est"], record["n"], effective_n, record["df"])
    assert list(ours) == pytest.approx(beta["ci"], rel=1e-9)


EDGE = [row for row in oracles.table("edge") if row["stratum"] != "c"]


def test_a_domain_with_a_census_and_a_missing_answer_equals_r() -> None:
    # R's four rules for stratum c agree on domain q, which has no unit there.
    design = Design.of(["abde".index(row["stratum"]) for row in EDGE], [50, 20, 3, 30])
    ours = share(design, [int(row["y"] or -2) for row in EDGE], [row["dom"] == "q" for row in EDGE])
    for rule in ("adjust", "average", "certainty", "remove"):
        (r,) = (row for row in oracles.cases("edge")[f"edge.{rule}.by.dom.y"]["rows"] if row["level"] == "q")
        assert ours.estimate == pytest.approx(r["est"], rel=1e-9)
        assert ours.standard_error == pytest.approx(r["se"], rel=1e-9)


def test_a_single_unit_stratum_is_refused_as_r_does_by_default() -> None:
    assert oracles.cases("edge")["edge.fail"]["message"] == "Stratum (c) has only one PSU at stage 1"
    rows = oracles.table("edge")
    with pytest.raises(LonelyStratum, match="stratum 2 has 1 unit"):
        Design.of(["abcde".index(row["stratum"]) for row in rows], [50, 20, 7, 3, 30])
