"""Cells with too few units to carry weight: found, and a join proposed that a person decides."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from responses.statistics.weighting import SMALLEST_COUNT


@dataclass(frozen=True, slots=True)
class SmallCell:
    """A cell of one or no known unit of ``drawn``; ``proposal``: the cell most like it, None without any other."""

    cell: str
    known: int
    drawn: int
    proposal: str | None
    others: tuple[str, ...]


class SmallCells(Exception):
    """Some cells have fewer than two known units; nothing was made."""

    def __init__(self, cells: tuple[SmallCell, ...]) -> None:
        super().__init__(", ".join(cell.cell for cell in cells))
        self.cells = cells


def check_cells(cells: NDArray[np.str_], known: NDArray[np.bool_], before: NDArray[np.str_]) -> None:
    """Raise SmallCells if a cell has fewer than two known units.

    Args:
        cells: each drawn unit's cell, with what has been joined; length n.
        known: whether a unit carries weight; length n.
        before: each unit's cell before anything was joined: these names are what a person decides about; length n.
    """
    names, numbers = np.unique(cells, return_inverse=True)
    counts = np.bincount(numbers, known, names.size).astype(int)
    drawn = np.bincount(numbers, minlength=names.size)
    if names.size and counts.min() >= SMALLEST_COUNT:
        return
    single = {str(cell): str(name) for cell, name in zip(before.tolist(), cells.tolist(), strict=True)}
    found = []
    for name, count, total in zip(names.tolist(), counts.tolist(), drawn.tolist(), strict=True):
        if count < SMALLEST_COUNT:
            own = min(cell for cell, joint in single.items() if joint == name)
            others = sorted(cell for cell, joint in single.items() if joint != name)
            proposal = max(others, key=lambda other: (_likeness(own, other), other), default=None)
            found.append(SmallCell(own, count, total, proposal, tuple(others)))
    raise SmallCells(tuple(found))


def _likeness(one: str, other: str) -> int:
    """How many parts two names have in common, those at the front counting most: level, then industry, then size."""
    pairs = zip(one.replace(" × ", ".").split("."), other.replace(" × ", ".").split("."), strict=False)
    return sum(2 ** (10 - place) for place, (a, b) in enumerate(pairs) if a == b)
