"""Stored weights as estimates take them: rows, weights, and the design behind them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.core.cache import cache
from numpy.typing import NDArray

from responses.models import Weight, WeightSet
from responses.statistics.estimation import Design
from responses.statistics.linearisation import Calibration
from responses.statistics.nonresponse import propensity_classes
from responses.statistics.propensities import Groups, fit
from responses.statistics.second_phase import ResponsePhase
from responses.weight_units import JOINT, Cells, Units, read_units
from surveys.models import Round

CACHED_SECONDS = 24 * 3600
STRATA, REGISTER_CLASSES, PROPENSITY = "strata", "register", "propensity"


@dataclass(frozen=True, slots=True, eq=False)
class StoredWeights:
    """A set of weights; rows are the submitted responses and the units known not to be eligible.

    Attributes:
        cases: primary key of each row's case.
        in_scope: whether the row is a submitted response.
        design: with the weights, and with what the variance has to know of how they were made.
        strata: names of the design's strata, as joined.
        base_weights: before calibration; the weights themselves where they were not calibrated.
    """

    name: str
    cases: NDArray[np.int64]
    in_scope: NDArray[np.bool_]
    design: Design
    strata: tuple[str, ...]
    base_weights: NDArray[np.float64]


def used(round_: Round) -> StoredWeights | None:
    """Return the weights that the round's figures rest on; None where nobody has chosen any. One query, as a rule."""
    chosen = WeightSet.objects.used(round_)
    return None if chosen is None else stored(chosen)


def stored(weight_set: WeightSet) -> StoredWeights:
    """Return the weights of a set with their design. They never change, so they are kept once they have been read."""
    key = f"weights:{weight_set.round_id}:{weight_set.pk}:{weight_set.diagnostics.get('digest', '')}"
    found: StoredWeights | None = cache.get(key)
    if found is None:
        found = _read(weight_set)
        cache.set(key, found, CACHED_SECONDS)
    return found


def scope_of(weight_set: WeightSet) -> dict[int, bool]:
    """Return whether each row of a set is a submitted response, by its case."""
    return dict(Weight.objects.filter(weight_set=weight_set).values_list("case", "in_scope"))


def weights_of(weight_set: WeightSet, cases: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the weight of each case, in their order; 0 for one without a row."""
    values = dict(Weight.objects.filter(weight_set=weight_set).values_list("case", "value"))
    return np.array([values.get(case, 0.0) for case in cases.tolist()], dtype=np.float64)


def lineage(weight_set: WeightSet) -> list[WeightSet]:
    """Return the stages that led to a set, the design weights first."""
    stages = [weight_set]
    while stages[0].parent is not None:
        stages.insert(0, stages[0].parent)
    return stages


def _read(weight_set: WeightSet) -> StoredWeights:
    """Build the design from the units as they were weighted: the rows of the set, whatever became of cases since."""
    stages = {stage.stage: stage for stage in lineage(weight_set)}
    base, adjusted = stages[WeightSet.Stage.DESIGN], stages.get(WeightSet.Stage.NON_RESPONSE)
    in_scope = scope_of(weight_set)
    units = read_units(weight_set.round)
    rows = np.isin(units.cases, np.fromiter(in_scope, dtype=np.int64))
    cases = units.cases[rows]
    weights = weights_of(weight_set, cases)
    strata, names = numbered(joined(units.strata, base.settings.get("joined", {})))
    populations = np.array([float(_population(units, name)) for name in names])
    response = None
    if adjusted is not None and adjusted.method != STRATA:
        chance = units.design_weights[rows] / weights_of(adjusted, cases)
        classes, _ = numbered(response_classes(units, adjusted.method, adjusted.settings, rows))
        drawn = np.bincount(strata, minlength=len(names))
        response = ResponsePhase.of(classes[rows], chance, np.bincount(classes), drawn)
    calibration = None
    if weight_set.stage == WeightSet.Stage.CALIBRATION:
        assert weight_set.parent is not None
        margins = calibration_margins(units, weight_set.method, weight_set.settings)
        x = auxiliary(units, margins, employees=weight_set.settings["employees"])[rows]
        calibration = Calibration.of(x, weights_of(weight_set.parent, cases))
    return StoredWeights(
        name=weight_set.name,
        cases=cases,
        in_scope=np.array([in_scope[case] for case in cases.tolist()], dtype=np.bool_),
        design=Design.of(strata[rows], populations, weights, calibration, response),
        strata=tuple(names),
        base_weights=weights if calibration is None else calibration.base_weights,
    )


def _population(units: Units, name: str) -> int:
    return sum(units.populations[code] for code in name.split(JOINT))


def numbered(cells: Cells) -> tuple[NDArray[np.int64], list[str]]:
    """Return the number of each row's cell, and the cells in the order of their numbers."""
    names, numbers = np.unique(cells, return_inverse=True)
    return numbers.astype(np.int64), [str(name) for name in names]


def joined(cells: Cells, decided: Mapping[str, str]) -> Cells:
    """Return the cells after a person has joined some: each key of ``decided`` with its value, on and on."""
    names = names_after_joining(decided)
    return np.array([names.get(cell, cell) for cell in cells.tolist()], dtype=np.str_)


def names_after_joining(decided: Mapping[str, str]) -> dict[str, str]:
    """Return the new name of every cell that was joined with another: its members' names, in order."""
    members = {cell: {cell} for pair in decided.items() for cell in pair}
    for one, other in decided.items():
        together = members[one] | members[other]
        for cell in together:
            members[cell] = together
    return {cell: JOINT.join(sorted(together)) for cell, together in members.items()}


def response_classes(units: Units, method: str, settings: Mapping[str, Any], known: NDArray[np.bool_]) -> Cells:
    """Return each drawn unit's response class, as a non-response adjustment has it in its settings."""
    decided = settings.get("joined", {})
    if method == STRATA:
        return joined(units.strata, decided)
    if method == REGISTER_CLASSES:
        return joined(units.cells(settings["variables"]), decided)
    codes = np.column_stack([numbered(units.register[name])[0] for name in settings["variables"]])
    strata, _ = numbered(units.strata)
    ones = np.ones(units.cases.size)
    fitted = fit(Groups.of(codes, strata, units.design_weights, ones, known))
    classes = propensity_classes(fitted.propensities, settings["count"])
    return joined(np.array([str(number + 1) for number in classes.tolist()], dtype=np.str_), decided)


def auxiliary(units: Units, margins: Sequence[Cells], *, employees: bool) -> NDArray[np.float64]:
    """Return the auxiliary variables of a calibration, one row per drawn unit: a column per cell of every margin."""
    columns = [_dummies(cells) for cells in margins]
    if employees:
        columns.append(units.employees[:, None])
    return np.hstack(columns)


def calibration_margins(units: Units, method: str, settings: Mapping[str, Any]) -> list[Cells]:
    """Return each drawn unit's cell in every margin: one of all variables together in post-stratification."""
    names: Sequence[str] = settings["variables"]
    if method == "post_stratify":
        return [joined(units.cells(names), settings.get("joined", {}))]
    return [joined(units.cells([name]), settings.get("joined", {})) for name in names]


def _dummies(cells: Cells) -> NDArray[np.float64]:
    numbers, names = numbered(cells)
    return np.eye(len(names))[numbers]
