"""Calibration: weights changed as little as possible to meet known totals of the frame (docs/methods/weights.md).

Each function returns new weights and never changes the old ones. Held against R's survey package in tests/oracles/.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from barometer.problems import Problem
from responses.statistics import special

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

MET = 1e-11  # relative: totals are met when no total is missed by more
CONTRADICTION = 1e-9  # relative: margins whose sums differ by more contradict each other
MOST_STEPS, MOST_RAKING_STEPS = 200, 2000
METHODS = ("linear", "raking", "linear_bounded", "logit")
Bounds = tuple[float, float]


class CannotCalibrate(ValueError):
    """No weights meet the totals in the way asked for; ``problem`` says why and what to do."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.problem = Problem(code, "", params)


def post_stratify(weights: ArrayLike, cells: ArrayLike, totals: ArrayLike) -> Floats:
    """Scale weights so that they add up to the known total of every cell.

    Args:
        weights: before, > 0; length n.
        cells: number of each row's cell, 0 … C − 1; length n.
        totals: known number of workplaces by cell, > 0; length C.

    Raises: CannotCalibrate for a cell without a row.
    Source: Holt & Smith (1979), Post stratification, JRSS A 142, 33–46; R survey, postStratify.
    """
    before, cell, known = _weights(weights), np.asarray(cells, dtype=np.int64), _totals(totals)
    sums = _sums(before, cell, known)
    return before * (known / sums)[cell]


def rake(weights: ArrayLike, margins: Sequence[ArrayLike], totals: Sequence[ArrayLike]) -> Floats:
    """Scale weights to one margin after the other until they meet all (iterative proportional fitting).

    Args:
        weights: before, > 0; length n.
        margins: for each margin the number of each row's category, 0 …; length n.
        totals: for each margin the known number of workplaces by category, > 0.

    Raises: CannotCalibrate for a category without a row, margins that add up to different numbers, and margins that
        no weights meet together.
    Source: Deming & Stephan (1940), Annals of Mathematical Statistics 11, 427–444; R survey, rake.
    """
    now = _weights(weights)
    rows = [np.asarray(margin, dtype=np.int64) for margin in margins]
    known = [_totals(total) for total in totals]
    sums = [float(total.sum()) for total in known]
    if sums and max(sums) - min(sums) > CONTRADICTION * max(sums):
        raise CannotCalibrate("calibration_margins_differ", smallest=min(sums), largest=max(sums))
    for row, total in zip(rows, known, strict=True):
        _sums(now, row, total)
    for _ in range(MOST_RAKING_STEPS):
        for row, total in zip(rows, known, strict=True):
            now = now * (total / np.bincount(row, now, total.size))[row]
        if all(
            _are_met(np.bincount(row, now, total.size).astype(np.float64), total)
            for row, total in zip(rows, known, strict=True)
        ):
            return now
    raise CannotCalibrate("calibration_not_met")


def calibrate(
    weights: ArrayLike, auxiliary: ArrayLike, totals: ArrayLike, method: str, bounds: Bounds | None = None
) -> Floats:
    """Multiply weights by factors near 1 so that the weighted sums of auxiliary variables meet known totals.

    Args:
        weights: d, before, > 0; length n.
        auxiliary: X, n × q; columns that repeat others do no harm as long as their totals agree.
        totals: t, known sums over the frame; length q.
        method: the distance that is made smallest: ``linear`` (the regression estimator), ``raking`` (factors above
            0), ``linear_bounded`` or ``logit`` (factors within ``bounds``).
        bounds: L < 1 < U, the smallest and largest factor; for the two methods that have them.

    Returns: d · F(x'λ), with λ found by Newton's method; length n.
    Raises: CannotCalibrate for totals that contradict each other, totals that no factors within the bounds meet, and
        linear weights at or below 0.
    Source: Deville & Särndal (1992), Calibration estimators in survey sampling, JASA 87, 376–382; R survey, calibrate.
    """
    before, t = _weights(weights), np.asarray(totals, dtype=np.float64)
    x = np.asarray(auxiliary, dtype=np.float64)
    if x.ndim != 2 or x.shape != (before.size, t.size) or not (np.isfinite(x).all() and np.isfinite(t).all()):
        raise ValueError("auxiliary variables: one row per weight and one column per total, all of them finite")
    distance = _distance(method, bounds)
    basis, wanted = _independent(x, before, t)
    after = before * _factors(before, basis, wanted, distance)
    if not np.all(after > 0):
        raise CannotCalibrate("calibration_negative", count=int(np.count_nonzero(after <= 0)))
    if not _are_met(after @ x, t):
        raise CannotCalibrate("calibration_not_met")
    return after


class _Distance(NamedTuple):
    """``factor``: F(u), with F(0) = 1; ``slope``: its derivative."""

    factor: Callable[[Floats], Floats]
    slope: Callable[[Floats], Floats]


def _distance(method: str, bounds: Bounds | None) -> _Distance:
    if method == "linear":
        return _Distance(lambda u: 1 + u, np.ones_like)
    if method == "raking":
        return _Distance(lambda u: np.exp(np.minimum(u, 500)), lambda u: np.exp(np.minimum(u, 500)))
    if method not in METHODS:
        raise ValueError(f"method is one of {', '.join(METHODS)}")
    if bounds is None or not 0 <= bounds[0] < 1 < bounds[1] < np.inf:
        raise CannotCalibrate("calibration_bounds")
    low, high = bounds
    if method == "linear_bounded":
        return _Distance(
            lambda u: np.clip(1 + u, low, high), lambda u: ((1 + u > low) & (1 + u < high)).astype(np.float64)
        )
    scale = (high - low) / ((1 - low) * (high - 1))
    middle = special.logit((1 - low) / (high - low))

    def inside(u: Floats) -> Floats:
        share: Floats = special.expit(scale * u + middle)
        return share

    return _Distance(
        lambda u: low + (high - low) * inside(u), lambda u: (high - low) * scale * inside(u) * (1 - inside(u))
    )


def _independent(x: Floats, weights: Floats, totals: Floats) -> tuple[Floats, Floats]:
    """Return columns that span the same and do not repeat each other, and the totals of these.

    Raises: CannotCalibrate where a column repeats others and its total does not.
    """
    lengths = np.linalg.norm(x * np.sqrt(weights)[:, None], axis=0)
    if np.any((lengths == 0) & (totals != 0)):
        raise CannotCalibrate("calibration_totals_contradict")
    used = lengths > 0
    scaled, wanted = x[:, used] / lengths[used], totals[used] / lengths[used]
    _, sizes, directions = np.linalg.svd(scaled * np.sqrt(weights)[:, None], full_matrices=False)
    kept = sizes > CONTRADICTION * sizes.max(initial=0.0)
    left = directions[~kept] @ wanted
    if np.any(np.abs(left) > CONTRADICTION * np.linalg.norm(wanted)):
        raise CannotCalibrate("calibration_totals_contradict")
    return scaled @ directions[kept].T / sizes[kept], directions[kept] @ wanted / sizes[kept]


def _factors(weights: Floats, x: Floats, totals: Floats, distance: _Distance) -> Floats:
    """Solve Σ d F(x'λ) x = t by Newton's method, with half steps where a whole one leads away."""
    lambda_ = np.zeros(totals.size)
    factors = distance.factor(x @ lambda_)
    missing = totals - (weights * factors) @ x
    for _ in range(MOST_STEPS):
        if np.linalg.norm(missing) <= MET * np.linalg.norm(totals):
            break
        slope = weights * distance.slope(x @ lambda_)
        step, *_ = np.linalg.lstsq((x * slope[:, None]).T @ x, missing, rcond=1e-13)
        for halving in range(40):
            tried = lambda_ + step / 2**halving
            found = distance.factor(x @ tried)
            left = totals - (weights * found) @ x
            if np.linalg.norm(left) < np.linalg.norm(missing):
                lambda_, factors, missing = tried, found, left
                break
        else:
            break
    return factors


def _weights(weights: ArrayLike) -> Floats:
    given = np.asarray(weights, dtype=np.float64)
    usable = (given > 0) & np.isfinite(given)
    if given.ndim != 1 or not usable.all():
        raise CannotCalibrate("calibration_weights", count=int(np.count_nonzero(~usable)))
    return given


def _totals(totals: ArrayLike) -> Floats:
    known = np.asarray(totals, dtype=np.float64)
    if not np.all((known > 0) & np.isfinite(known)):
        raise CannotCalibrate("calibration_total_not_positive", count=int(np.count_nonzero(~(known > 0))))
    return known


def _sums(weights: Floats, cell: Integers, totals: Floats) -> Floats:
    sums = np.bincount(cell, weights, totals.size).astype(np.float64)
    if sums.size != totals.size:
        raise CannotCalibrate("calibration_cell_without_total", cell=int(cell.max()) + 1)
    if np.any(sums == 0):
        raise CannotCalibrate(
            "calibration_empty_cell", cell=int(np.argmin(sums)) + 1, count=int(np.count_nonzero(sums == 0))
        )
    return sums


def _are_met(sums: Floats, totals: Floats) -> bool:
    scale = np.maximum(np.abs(totals), np.abs(totals).max(initial=0.0) * 1e-6)
    return bool(np.all(np.abs(sums - totals) <= 1e-9 * scale))
