"""Make the weights of a closed round, stage by stage, and say which ones its figures use (docs/methods/weights.md).

Settings of a stage, as stored: ``joined`` (the cells that a person joined: each key with its value); for non-response
``variables`` and ``count`` of classes; for calibration ``variables``, ``employees`` and ``bounds``.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

import numpy as np
from django.db import IntegrityError, transaction
from numpy.typing import NDArray

from barometer import audit
from barometer.bulk import copy_rows
from barometer.models import User
from barometer.problems import Problem
from responses.models import Weight, WeightSet
from responses.models.weighting import IMPORTED, INVERSE
from responses.small_cells import check_cells
from responses.statistics.calibration import CannotCalibrate, calibrate, post_stratify, rake
from responses.statistics.nonresponse import adjust_in_classes
from responses.statistics.weight_diagnostics import diagnose
from responses.weight_sets import (
    STRATA,
    auxiliary,
    calibration_margins,
    joined,
    names_after_joining,
    numbered,
    response_classes,
    scope_of,
    stored,
    weights_of,
)
from responses.weight_units import Cells, Units, frame_totals, read_units
from surveys.models import Round

Floats = NDArray[np.float64]
NO_JOINS: Mapping[str, str] = {}


class CannotWeight(Exception):
    """What was asked for is refused; ``problem`` says why and what to do."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem


def make_design_weights(
    *, round_: Round, name: str, decided: Mapping[str, str] = NO_JOINS, by: User | None, at: datetime
) -> WeightSet:
    """Store N_h / n_h of every unit that is submitted or known not to be eligible.

    ``decided``: strata to be joined for the variance. Raises: CannotWeight, SmallCells.
    """
    if round_.closed_at is None:
        raise CannotWeight(Problem("weights_round_not_closed", ""))
    units = read_units(round_)
    check_cells(joined(units.strata, decided), units.known, units.strata)
    made = WeightSet(
        round=round_, name=name, stage=WeightSet.Stage.DESIGN, method=INVERSE, settings={"joined": dict(decided)}
    )
    return _store(made, units, units.design_weights[units.known], None, by=by, at=at)


def adjust_for_non_response(
    *,
    parent: WeightSet,
    name: str,
    method: str,
    variables: Sequence[str] = (),
    count: int = 5,
    decided: Mapping[str, str] = NO_JOINS,
    by: User | None,
    at: datetime,
) -> WeightSet:
    """Let the known units of a response class carry the design weight of the whole class.

    Args:
        parent: design weights.
        method: ``strata`` (those of the design weights, with what was joined there), ``register`` (classes of
            register variables) or ``propensity`` (``count`` classes of estimated response propensities).

    Raises: CannotWeight, SmallCells.
    """
    if parent.method != INVERSE:
        raise CannotWeight(Problem("weights_ready_made", "", {"name": parent.name}))
    units = _units_of(parent)
    settings: dict[str, Any] = {"variables": list(variables), "count": count, "joined": dict(decided)}
    if method == STRATA:
        settings = {"joined": {**parent.settings["joined"], **decided}}
    elif not variables:
        raise CannotWeight(Problem("weights_no_variables", ""))
    cells = response_classes(units, method, settings, units.known)
    check_cells(cells, units.known, response_classes(units, method, {**settings, "joined": {}}, units.known))
    values = adjust_in_classes(units.design_weights, units.known, numbered(cells)[0])
    made = WeightSet(
        round=parent.round,
        name=name,
        stage=WeightSet.Stage.NON_RESPONSE,
        parent=parent,
        method=method,
        settings=settings,
    )
    return _store(made, units, values, units.design_weights[units.known], by=by, at=at)


def calibrate_weights(
    *,
    parent: WeightSet,
    name: str,
    method: str,
    variables: Sequence[str],
    employees: bool = False,
    bounds: tuple[float, float] | None = None,
    decided: Mapping[str, str] = NO_JOINS,
    by: User | None,
    at: datetime,
) -> WeightSet:
    """Make weights meet the frame's numbers of workplaces by register variables, and its employees if asked for.

    ``method``: ``post_stratify`` (all variables crossed), ``raking``, ``linear``, ``linear_bounded`` or ``logit`` (each
    variable's margin). Raises: CannotWeight, SmallCells.
    """
    if not variables:
        raise CannotWeight(Problem("weights_no_variables", ""))
    if method == "post_stratify" and employees:
        raise CannotWeight(Problem("weights_employees_in_cells", ""))
    units = _units_of(parent)
    settings: dict[str, Any] = {"variables": list(variables), "employees": employees, "joined": dict(decided)}
    settings["bounds"] = list(bounds) if bounds and method in ("linear_bounded", "logit") else None
    margins = _checked_margins(units, method, settings)
    base = weights_of(parent, units.cases[units.known])
    totals, all_employees = _known_totals(parent.round, units, method, settings, margins)
    x = auxiliary(units, margins, employees=employees)[units.known]
    wanted = np.concatenate([*totals, [all_employees] if employees else []])
    rows = [numbered(cells)[0][units.known] for cells in margins]
    try:
        if method == "post_stratify":
            values = post_stratify(base, rows[0], totals[0])
        elif method == "raking" and not employees:
            values = rake(base, rows, totals)
        else:
            values = calibrate(base, x, wanted, method, settings["bounds"])
    except CannotCalibrate as refused:
        raise CannotWeight(refused.problem) from refused
    made = WeightSet(
        round=parent.round,
        name=name,
        stage=WeightSet.Stage.CALIBRATION,
        parent=parent,
        method=method,
        settings=settings,
    )
    missed = float(np.max(np.abs(values @ x - wanted) / np.maximum(wanted, 1)))
    return _store(made, units, values, base, by=by, at=at, totals_missed_by=missed)


def take_over_weights(
    *, round_: Round, name: str, values: Mapping[int, float], by: User | None, at: datetime
) -> WeightSet:
    """Store the ready weights of an imported round, by case, and let its figures rest on them.

    How they were made is not known: the variance takes them as given, with the strata.
    """
    units = read_units(round_)
    weights = np.array([values[case] for case in units.cases[units.known].tolist()], dtype=np.float64)
    made = WeightSet(round=round_, name=name, stage=WeightSet.Stage.DESIGN, method=IMPORTED, settings={"joined": {}})
    made = _store(made, units, weights, None, by=by, at=at)
    choose_weights(weight_set=made, by=by, at=at)
    return made


def choose_weights(*, weight_set: WeightSet, by: User | None, at: datetime) -> None:
    """Let the figures of the round rest on a set from now on.

    Raises: CannotWeight for the weights of the draw, which stand for those who answered alone, and when other cases
        carry weight by now, as when answers have been erased since.
    """
    if weight_set.method == INVERSE:
        raise CannotWeight(Problem("weights_of_the_draw", "", {"name": weight_set.name}))
    with transaction.atomic():
        _units_of(weight_set)
        stored(weight_set)  # a design that cannot carry an estimate is refused here
        weight_set.chosen_at = at
        weight_set.save(update_fields=["chosen_at"])
        facts = {"name": weight_set.name, "digest": weight_set.diagnostics["digest"]}
        audit.record("weights.chosen", target=weight_set.round, by=by, at=at, facts=facts)


def _units_of(parent: WeightSet) -> Units:
    """Read the units of a set anew. Raises: CannotWeight when other cases carry weight by now."""
    units = read_units(parent.round)
    if scope_of(parent).keys() != set(units.cases[units.known].tolist()):
        raise CannotWeight(Problem("weights_cases_changed", "", {"name": parent.name}))
    return units


def _checked_margins(units: Units, method: str, settings: Mapping[str, Any]) -> list[Cells]:
    """Return the cells of every margin. Raises: SmallCells."""
    margins = calibration_margins(units, method, settings)
    for cells, before in zip(margins, calibration_margins(units, method, {**settings, "joined": {}}), strict=True):
        check_cells(cells, units.known, before)
    return margins


def _known_totals(
    round_: Round, units: Units, method: str, settings: Mapping[str, Any], margins: Sequence[Cells]
) -> tuple[list[Floats], float]:
    """Return the frame's workplaces by cell of each margin, in the order of ``numbered``, and its employees."""
    names: Sequence[str] = settings["variables"]
    groups = [list(names)] if method == "post_stratify" else [[name] for name in names]
    renamed = names_after_joining(settings["joined"])
    totals, employees = [], 0
    for group, cells in zip(groups, margins, strict=True):
        frame = frame_totals(round_, group)
        if sum(count for count, _ in frame.values()) != sum(units.populations.values()):
            raise CannotWeight(Problem("weights_frame_incomplete", ""))
        counted: dict[str, int] = {}
        for cell, (count, _) in frame.items():
            name = renamed.get(cell, cell)
            counted[name] = counted.get(name, 0) + count
        present = numbered(cells)[1]
        if absent := sorted(set(counted) - set(present)):
            raise CannotWeight(Problem("weights_cell_not_drawn", "", {"cell": absent[0], "count": len(absent)}))
        totals.append(np.array([float(counted[name]) for name in present]))
        employees = sum(staff for _, staff in frame.values())
    return totals, float(employees)


def _store(
    made: WeightSet,
    units: Units,
    values: Floats,
    before: Floats | None,
    *,
    by: User | None,
    at: datetime,
    **more: float,
) -> WeightSet:
    cases, in_scope = units.cases[units.known], units.in_scope[units.known]
    digest = hashlib.sha256(cases.astype("<i8").tobytes() + values.astype("<f8").tobytes()).hexdigest()
    made.diagnostics = {
        **asdict(diagnose(values, before, made.settings.get("bounds"))),
        "design_distance": diagnose(values, units.design_weights[units.known]).distance,
        "in_scope_rows": int(np.count_nonzero(in_scope)),
        "in_scope_population": float(values[in_scope].sum()),
        "digest": digest,
        **more,
    }
    made.made_at, made.made_by = at, by
    try:
        with transaction.atomic():
            made.save()
            copy_rows(
                Weight,
                [
                    Weight(weight_set=made, case_id=case, value=value, in_scope=inside)
                    for case, value, inside in zip(cases.tolist(), values.tolist(), in_scope.tolist(), strict=True)
                ],
            )
            facts = {"name": made.name, "stage": made.stage, "method": made.method, "digest": digest}
            audit.record("weights.made", target=made.round, by=by, at=at, facts=facts)
    except IntegrityError as taken:
        if WeightSet.objects.filter(round=made.round, name=made.name).exists():
            raise CannotWeight(Problem("weights_name_taken", "", {"name": made.name})) from taken
        raise
    return made
