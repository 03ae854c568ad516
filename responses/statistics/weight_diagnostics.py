"""What a set of weights looks like, so that two can be told apart and a bad one is seen."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike


@dataclass(frozen=True, slots=True)
class Diagnostics:
    """Of n weights w, and of the weights d that they came from.

    Attributes:
        total: Σw, workplaces.
        smallest, largest: of w.
        cv: coefficient of variation of w (standard deviation with n over mean).
        kish_effect: 1 + cv² = n Σw² / (Σw)², what unequal weights alone do to the variance of a mean.
        share_above: share of the rows above ``LARGE`` times the median weight.
        ratio_smallest, ratio_largest: of w / d; 1 without d.
        share_trimmed: share of the rows whose w / d is held at one of ``bounds``; 0 without bounds.
        distance: Σ (w − d)² / d over Σ d: the chi-square distance that linear calibration makes smallest; 0 without d.

    Source: Kish (1965), Survey Sampling, 11.7; Deville & Särndal (1992), JASA 87, 376–382.
    """

    n: int
    total: float
    smallest: float
    largest: float
    cv: float
    kish_effect: float
    share_above: float
    ratio_smallest: float
    ratio_largest: float
    share_trimmed: float
    distance: float


LARGE = 3.0


def diagnose(
    weights: ArrayLike, before: ArrayLike | None = None, bounds: tuple[float, float] | None = None
) -> Diagnostics:
    """Return the diagnostics of weights, > 0 and at least one, beside those of the same rows before.

    ``bounds``: the smallest and largest w / d that were allowed.
    """
    w = np.asarray(weights, dtype=np.float64)
    d = w if before is None else np.asarray(before, dtype=np.float64)
    if not w.size or w.shape != d.shape:
        raise ValueError("at least one weight, and one before per weight")
    ratio, kish = w / d, w.size * float(w @ w) / float(w.sum()) ** 2
    return Diagnostics(
        n=w.size,
        total=float(w.sum()),
        smallest=float(w.min()),
        largest=float(w.max()),
        cv=max(0.0, kish - 1) ** 0.5,
        kish_effect=kish,
        share_above=float(np.mean(w > LARGE * np.median(w))),
        ratio_smallest=float(ratio.min()),
        ratio_largest=float(ratio.max()),
        share_trimmed=float(np.mean(np.isclose(ratio[:, None], bounds).any(axis=1))) if bounds else 0.0,
        distance=float(np.sum((w - d) ** 2 / d) / d.sum()),
    )
