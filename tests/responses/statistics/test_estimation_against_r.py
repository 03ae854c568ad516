"""Shares and their uncertainty against R's survey package (tests/oracles/README.md)."""

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from responses.statistics.estimation import Design, LonelyStratum, ShareEstimate, korn_graubard_interval, share
from tests import oracles

Flags = NDArray[np.bool_]
Codes = NDArray[np.int8]


class Expected(NamedTuple):
    """One share that R has computed: of whom, and what came out."""

    case: str
    level: str
    estimate: float
    standard_error: float


@cache
def barometer(design: str) -> Design:
    """The design that a case's text names."""
    rows = oracles.table("barometer_responses")
    names = sorted({row["stratum"] for row in rows})
    stratum = [names.index(row["stratum"]) for row in rows]
    population_of = {row["stratum"]: float(row["N_h"]) for row in rows}
    populations = [population_of[name] for name in names]
    weights = [float(row["N_h"]) / float(row["m_h"]) for row in rows]
    if "w_class" in design:
        return Design.of(stratum, populations, [float(row["w_class"]) for row in rows])
    if "no fpc" in design:
        return Design.of(stratum, np.full(len(names), np.inf), weights)
    return Design.of(stratum, populations)


@cache
def column(name: str) -> tuple[str, ...]:
    """A variable of the responses as R has it; "" is missing."""
    rows = oracles.table("barometer_responses")
    if name in ("sector", "branch", "size"):
        return tuple(row["stratum"].split(".")[("sector", "branch", "size").index(name)] for row in rows)
    if name == "pol_scale":
        return tuple(row["fac_politics"].replace("9", "") for row in rows)
    if name == "pol_promote":
        return tuple(value and str(int(value in ("1", "2"))) for value in column("pol_scale"))
    return tuple(row["novelty" if name == "nov" else name] for row in rows)


def holds(name: str, value: str) -> Flags:
    return np.array([other == value for other in column(name)])


def indicator_of(name: str, category: str = "1") -> Codes:
    return np.array([-2 if value == "" else value == category for value in column(name)], dtype=np.int8)


def domain_of(design: str) -> Flags:
    """The rows of the domain that a case's design text ends with."""
    inside = np.ones(len(column("sector")), dtype=np.bool_)
    for name, value in re.findall(r"(\w+)==(\w+)", design):
        inside &= holds(name, value)
    return inside


def estimated(case: str, level: str) -> ShareEstimate:
    """The share that a row of a case is about, by this package."""
    record = oracles.cases("barometer")[case]
    called = re.search(r"\((?:~)?(\w+)(?:, | ~ )(?:~)?(?P<by>\w+(?: \+ \w+)?)?", record["r"])
    assert called is not None
    name, by = called[1], called["by"]
    inside = domain_of(record["design"])
    group, _, category = level.rpartition(":") if ":" in level else ("", "", level)
    if record["r"].startswith(("svyby", "svyttest")):
        values = (group or level).split(".")
        for variable, value in zip(by.split(" + "), values, strict=True):
            inside = inside & holds(variable, value)
    wanted = category.removeprefix(name) if name in ("nov", "pol_scale") else "1"
    return share(barometer(record["design"]), indicator_of(name, wanted), inside)


def expected() -> Iterator[Expected]:
    for case, record in oracles.cases("barometer").items():
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


def test_every_case_of_the_oracle_is_looked_at() -> None:
    assert len({row.case for row in expected()}) == len(oracles.cases("barometer")) == 42


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
