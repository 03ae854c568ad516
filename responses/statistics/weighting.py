"""Design weights, and the collapsing of strata with too few answers (docs/methods/estimation.md)."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

SMALLEST_COUNT = 2

Cell = tuple[str, str, str]
"""Level, industry group and size class of a stratum."""


def design_weights(
    populations: Sequence[int], responding: Sequence[int], ineligible: Sequence[int]
) -> tuple[float, ...]:
    """Return the weight of each stratum's units: w_h = N_h / (r_h + i_h).

    Known ineligible units carry the weight too: were N_h shared among respondents alone, the living would be given
    the weight of the dead. Over both, the weights add up to N_h.

    Args:
        populations: N_h, workplaces in the frame; one per stratum.
        responding: r_h, submitted and in scope; same order.
        ineligible: i_h, confirmed as not eligible; same order.

    Returns: workplaces that one unit stands for, ≥ 1; same order.
    Raises: ValueError if lengths differ, a stratum has neither respondent nor known ineligible (collapse it first),
        or more of them than workplaces.
    Source: Särndal, Swensson & Wretman (1992), Model Assisted Survey Sampling, ch. 15 (response groups).
    """
    weights: list[float] = []
    for stratum, (population, r, i) in enumerate(zip(populations, responding, ineligible, strict=True)):
        if not 0 < r + i <= population or min(r, i) < 0:
            raise ValueError(f"stratum {stratum}: {r} responding and {i} ineligible of {population}")
        weights.append(population / (r + i))
    return tuple(weights)


@dataclass(frozen=True, slots=True)
class Collapse:
    """Strata made one because one of them had too few units. ``to`` is ``level_size``, ``level`` or ``all``."""

    to: str
    label: str
    strata: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Collapsed:
    """Strata for a live estimate.

    ``stratum`` gives for each of the strata that went in the number of its collapsed stratum (0 …), ``labels`` and
    ``populations`` describe these, and ``collapses`` says what was done, to be printed with the figure.
    """

    stratum: tuple[int, ...]
    labels: tuple[str, ...]
    populations: tuple[int, ...]
    collapses: tuple[Collapse, ...]


class TooFewUnits(ValueError):
    """Even all strata together have too few units for an estimate with an uncertainty."""


class _Step(NamedTuple):
    name: str
    label: Callable[[Cell], str]


_STEPS = (
    _Step("stratum", lambda cell: f"{cell[0]}.{cell[1]}.{cell[2]}"),
    _Step("level_size", lambda cell: f"{cell[0]}.{cell[2]}"),
    _Step("level", lambda cell: cell[0]),
    _Step("all", lambda _: "all"),
)


def collapse_strata(
    cells: Sequence[Cell], populations: Sequence[int], counts: Sequence[int], smallest: int = SMALLEST_COUNT
) -> Collapsed:
    """Join strata until each has at least ``smallest`` units, in a fixed order and by no one's choice.

    Level × industry group × size class → level × size class → level → all. A stratum with too few units takes with it
    all strata of its level and size class; if they are too few together, all of its level; if these are, all there
    are. Strata that need nothing stay as they are.

    Args:
        cells: level, industry group and size class of each stratum; no two alike.
        populations: N_h, workplaces in the frame; same order.
        counts: m_h = r_h + i_h, respondents and known ineligibles; same order.

    Raises: ValueError if lengths differ or two strata have the same cell; TooFewUnits if all are too few together.
    Source: the order is ours; collapsing as in Cochran (1977), Sampling Techniques, 3rd ed., chapter 5A.
    """
    if not len(cells) == len(populations) == len(counts) == len(set(cells)):
        raise ValueError("one cell, population and count per stratum, and no cell twice")
    if sum(counts) < smallest:
        raise TooFewUnits(f"{sum(counts)} units in all strata together")
    step_of = [0] * len(cells)
    while True:
        labels = [_STEPS[step].label(cell) for step, cell in zip(step_of, cells, strict=True)]
        total = Counter(dict.fromkeys(labels, 0))
        for label, count in zip(labels, counts, strict=True):
            total[label] += count
        short = [stratum for stratum, label in enumerate(labels) if total[label] < smallest]
        if not short:
            return _collapsed(labels, step_of, populations)
        step = min(step_of[stratum] for stratum in short) + 1
        widened = {_STEPS[step].label(cells[stratum]) for stratum in short}
        step_of = [step if _STEPS[step].label(cell) in widened else at for at, cell in zip(step_of, cells, strict=True)]


def _collapsed(labels: Sequence[str], step_of: Sequence[int], populations: Sequence[int]) -> Collapsed:
    members: dict[str, list[int]] = {}
    for stratum, label in enumerate(labels):
        members.setdefault(label, []).append(stratum)
    number = {label: place for place, label in enumerate(members)}
    return Collapsed(
        stratum=tuple(number[label] for label in labels),
        labels=tuple(members),
        populations=tuple(sum(populations[stratum] for stratum in strata) for strata in members.values()),
        collapses=tuple(
            Collapse(_STEPS[step_of[strata[0]]].name, label, tuple(strata))
            for label, strata in members.items()
            if step_of[strata[0]] > 0
        ),
    )
