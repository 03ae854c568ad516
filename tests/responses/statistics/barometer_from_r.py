"""The synthetic barometer as R had it (tests/oracles/README.md): a case's design, domain and variables, for us."""

import re
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from responses.statistics.estimation import Design
from responses.statistics.linearisation import Calibration
from tests import oracles

Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

MARGINS = ("sector", "branch", "size")


@cache
def column(name: str) -> tuple[str, ...]:
    """A variable of the responses; "" is missing."""
    if name == "pol_scale":
        return tuple(value.replace("9", "") for value in column("fac_politics"))
    if name == "pol_promote":
        return tuple(value and str(int(value in ("1", "2"))) for value in column("pol_scale"))
    return tuple(row["novelty" if name == "nov" else name] for row in oracles.table("barometer_responses"))


def numbers(name: str) -> Floats:
    return np.array([float(value) for value in column(name)])


@cache
def weights(name: str) -> Floats:
    return np.array([float(row[name]) for row in oracles.table("barometer_weights")])


def holds(name: str, value: str) -> Flags:
    return np.array([other == value for other in column(name)])


def indicator(name: str, category: str = "1") -> Codes:
    """A 0/1 variable, or a category of one, in the codes of an indicator."""
    return np.array([-2 if value == "" else value == category for value in column(name)], dtype=np.int64)


def coded(name: str) -> Codes:
    """A variable's categories as numbers in alphabetical order; −2 is missing."""
    names = sorted(set(column(name)) - {""})
    return np.array([names.index(value) if value else -2 for value in column(name)])


def dummies(*names: str) -> Floats:
    """One 0/1 column for every combination of values."""
    cells = ["·".join(values) for values in zip(*(column(name) for name in names), strict=True)]
    return np.array([[cell == other for other in sorted(set(cells))] for cell in cells], dtype=np.float64)


def auxiliary(calibration: str) -> Floats:
    """What a calibration of the script met the totals of."""
    if calibration == "ps_sector_branch":
        return dummies("sector", "branch")
    columns = [dummies(margin) for margin in MARGINS]
    if calibration.endswith("_emp"):
        columns.append(numbers("employees")[:, None])
    return np.hstack(columns)


@cache
def design(text: str) -> Design:
    """The design that a case's text names."""
    names = sorted(set(column("stratum")))
    stratum = [names.index(name) for name in column("stratum")]
    population_of = dict(zip(column("stratum"), column("N_h"), strict=True))
    populations = np.array([float(population_of[name]) for name in names])
    if found := re.search(r"w_class, fpc=N_h then (\w+)", text):
        if found[1] == "class":
            return Design.of(stratum, populations, weights("w_class"))
        calibration = Calibration.of(auxiliary(found[1]), weights("w_class"))
        return Design.of(stratum, populations, weights(found[1]), calibration)
    if "no fpc" in text:
        return Design.of(stratum, np.full(len(names), np.inf), numbers("N_h") / numbers("m_h"))
    return Design.of(stratum, populations)


def domain(text: str) -> Flags:
    """The rows of the domain that a case's design text ends with."""
    inside = np.ones(len(column("sector")), dtype=np.bool_)
    for name, value in re.findall(r"(\w+)==(\w+)", text):
        inside &= holds(name, value)
    if among := re.search(r"sector in (\w+), (\w+)", text):
        inside &= holds("sector", among[1]) | holds("sector", among[2])
    return inside


def cases(*kinds: str) -> dict[str, dict[str, Any]]:
    """The cases of barometer.json whose R call begins with one of some functions."""
    return {id_: case for id_, case in oracles.cases("barometer").items() if case["r"].startswith(kinds)}
