"""Non-response adjustment: the weights of the drawn units carried by those of whom something is known.

Known are those who answered and those who turned out not to be eligible (docs/methods/weights.md).
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from barometer.problems import Problem
from responses.statistics.weighting import SMALLEST_COUNT

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


class TooFewInClass(ValueError):
    """A class has too few known units; ``problem`` says which (from 1), ``small`` holds all such classes (from 0)."""

    def __init__(self, small: Integers, counts: Integers) -> None:
        first = int(small[0])
        super().__init__(f"class {first} has {counts[first]} known units")
        self.small = tuple(small.tolist())
        params = {"response_class": first + 1, "units": int(counts[first]), "count": small.size}
        self.problem = Problem("nonresponse_small_class", "", params)


def adjust_in_classes(weights: ArrayLike, known: ArrayLike, classes: ArrayLike) -> Floats:
    """Return the weights of the known units, raised so that they carry those of their whole class.

    w · Σ_class w / Σ_known of the class w. With classes equal to strata of a simple random sample: N_h / m_h.

    Args:
        weights: design weights of all drawn units, > 0; length n.
        known: whether a unit answered or is known not to be eligible; length n.
        classes: number of each unit's response class, 0 …; length n.

    Returns: one weight per known unit, in their order.
    Raises: ValueError if lengths differ; TooFewInClass for a class with fewer than two known units.
    Source: Särndal, Swensson & Wretman (1992), Model Assisted Survey Sampling, 15.6 (response homogeneity groups).
    """
    drawn, answered = np.asarray(weights, dtype=np.float64), np.asarray(known, dtype=np.bool_)
    of = np.asarray(classes, dtype=np.int64)
    if not drawn.shape == answered.shape == of.shape:
        raise ValueError("one weight, one flag and one class per drawn unit")
    size = int(of.max(initial=-1)) + 1
    counts = np.bincount(of[answered], minlength=size)
    small = np.flatnonzero((counts < SMALLEST_COUNT) & (np.bincount(of, minlength=size) > 0))
    if small.size:
        raise TooFewInClass(small, counts)
    carried = np.bincount(of, drawn, size) / np.where(counts > 0, np.bincount(of[answered], drawn[answered], size), 1)
    return (drawn * carried[of])[answered]


def propensity_classes(propensities: ArrayLike, count: int = 5) -> Integers:
    """Return classes of units whose propensities to respond are alike: fifths, or fewer where many are equal.

    Units of one propensity are never parted. Class 0 has the lowest.

    Args:
        propensities: estimated probability of each drawn unit to respond, 0–1; length n.
        count: how many classes at most, ≥ 1.

    Source: Rosenbaum & Rubin (1984), JASA 79, 516–524 (subclassification on the propensity score); Little (1986),
        International Statistical Review 54, 139–157.
    """
    given = np.asarray(propensities, dtype=np.float64)
    if count < 1 or not np.all((given >= 0) & (given <= 1)):
        raise ValueError("propensities of 0 to 1, and at least one class")
    values, place, sizes = np.unique(np.round(given, 12), return_inverse=True, return_counts=True)
    middle = (np.cumsum(sizes) - sizes / 2) / max(1, given.size)
    fifth = np.minimum((middle * count).astype(np.int64), count - 1)
    classes: Integers = np.unique(fifth, return_inverse=True)[1][place]
    assert values.size == middle.size
    return classes
