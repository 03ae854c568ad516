"""Weights beside the frame: how the distribution of each register variable comes out."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from django.utils.functional import Promise

from responses.models import WeightSet
from responses.weight_sets import weights_of
from responses.weight_units import VARIABLES, Units, cell_label, frame_totals


@dataclass(frozen=True, slots=True)
class Row:
    """One category: its share of the frame's workplaces, of the rows unweighted, and of each set's weights (0–1)."""

    label: str
    frame: float
    unweighted: float
    weighted: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Table:
    label: str | Promise
    rows: tuple[Row, ...]


def tables(units: Units, sets: Sequence[WeightSet]) -> list[Table]:
    """Return a table per register variable; one query per variable and set."""
    weights = [weights_of(weight_set, units.cases) for weight_set in sets]
    found = []
    for name, (label, codes) in VARIABLES.items():
        frame = frame_totals(sets[0].round, [name])
        whole = sum(count for count, _ in frame.values()) or 1
        cells = units.register[name]
        order = [code for code in [*codes.values, ""] if code in frame or np.any(cells == code)]
        rows = tuple(
            Row(
                label=cell_label(code),
                frame=frame.get(code, (0, 0))[0] / whole,
                unweighted=float(np.mean(cells[units.known] == code)),
                weighted=tuple(float(w[cells == code].sum() / w.sum()) for w in weights),
            )
            for code in order
        )
        found.append(Table(label, rows))
    return found
