"""Totals, means and ratios with their uncertainty, and how much a design costs (docs/methods/estimation.md)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from barometer.problems import Problem
from responses.statistics.estimation import (
    Design,
    Estimate,
    Flags,
    Floats,
    counted_completely,
    kish_effective_n,
    root,
    sizes_of,
    t_quantile,
)


def total(design: Design, values: ArrayLike, domain: ArrayLike) -> Estimate:
    """Return the sum of a variable over the workplaces of a domain, Σwy.

    The interval is estimate ± t · standard error. A total that the weights were calibrated to has a standard error
    of 0: it is known. Values that are not known are left out of the sum, and counted.

    Args:
        values: a number per row of the design; NaN is not known.
        domain: whether a row belongs to the domain; one per row. Known ineligible rows never do.

    Raises: ValueError if lengths differ from the design's or a value is infinite.
    Source: Särndal, Swensson & Wretman (1992), Model Assisted Survey Sampling, 5.2 and 6.6; R survey, svytotal.
    """
    base, (known,) = _base(design, domain, values)
    linearised = np.where(base, design.weights * known, 0.0)
    return _estimate(design, domain, base, float(linearised.sum()), linearised, float(np.abs(linearised).sum()))


def mean(design: Design, values: ArrayLike, domain: ArrayLike) -> Estimate:
    """Return the mean of a variable over the workplaces of a domain, Σwy / Σw.

    As ``ratio`` with 1 for each workplace. Source: R survey, svymean.
    """
    return ratio(design, values, np.ones(design.stratum.shape), domain)


def ratio(design: Design, numerator: ArrayLike, denominator: ArrayLike, domain: ArrayLike) -> Estimate:
    """Return Σwy / Σwx over a domain, as innovations per employee; estimate ± t · standard error.

    The ratio is linearised: z = w (y − R x) / Σwx. The base is the rows with both numbers known.

    Args: as ``total``, with two variables.
    Returns: no estimate, and a problem, when the denominator adds up to 0.
    Raises: ValueError as ``total``.
    Source: Särndal, Swensson & Wretman (1992), 5.6; R survey, svyratio.
    """
    base, (y, x) = _base(design, domain, numerator, denominator)
    weights = np.where(base, design.weights, 0.0)
    above, below = float(weights @ y), float(weights @ x)
    if abs(below) <= 1e-12 * float(weights @ np.abs(x)):
        n, degrees_of_freedom = sizes_of(design, base)
        problem = Problem("estimate_ratio_of_nothing" if n else "estimate_empty_base", "")
        left_out = int(np.count_nonzero(np.asarray(domain, dtype=np.bool_) & ~base))
        return Estimate(None, None, None, None, degrees_of_freedom, n, left_out, float(weights.sum()), problem)
    estimate = above / below
    scale = float(weights @ (np.abs(y) + np.abs(estimate * x))) / abs(below)
    return _estimate(design, domain, base, estimate, weights * (y - estimate * x) / below, scale)


def _base(design: Design, domain: ArrayLike, *variables: ArrayLike) -> tuple[Flags, list[Floats]]:
    """Return the rows of the domain with all variables known, and the variables with 0 where they are not."""
    inside = np.asarray(domain, dtype=np.bool_)
    columns = [np.asarray(values, dtype=np.float64) for values in variables]
    if any(column.shape != design.stratum.shape for column in (inside, *columns)):
        raise ValueError("one value and one domain flag per row of the design")
    if any(np.isinf(column).any() for column in columns):
        raise ValueError("a value is a finite number, or NaN where it is not known")
    for column in columns:
        inside = inside & ~np.isnan(column)
    return inside, [np.where(inside, column, 0.0) for column in columns]


def _estimate(
    design: Design, domain: ArrayLike, base: Flags, estimate: float, linearised: Floats, scale: float
) -> Estimate:
    n, degrees_of_freedom = sizes_of(design, base)
    left_out = int(np.count_nonzero(np.asarray(domain, dtype=np.bool_) & ~base))
    weighted_base = float(design.weights[base].sum())
    if n == 0:
        return Estimate(None, None, None, None, 0, 0, left_out, 0.0, Problem("estimate_empty_base", ""))
    standard_error, problem = root(design.variance_of_total(linearised), scale), None
    half_width: float | None = 0.0
    if standard_error == 0 and not counted_completely(design, base):
        half_width, problem = None, Problem("estimate_without_variation", "", {"n": n})
    elif standard_error > 0 and degrees_of_freedom == 0:
        half_width, problem = None, Problem("estimate_without_degrees_of_freedom", "", {"n": n})
    elif standard_error > 0:
        half_width = t_quantile(degrees_of_freedom) * standard_error
    low, high = (None, None) if half_width is None else (estimate - half_width, estimate + half_width)
    return Estimate(estimate, standard_error, low, high, degrees_of_freedom, n, left_out, weighted_base, problem)


@dataclass(frozen=True, slots=True)
class DesignEffects:
    """How much larger a variance is than that of a simple random sample of as many units.

    Attributes:
        without_replacement: against a simple random sample without replacement from Σw workplaces; None if the sample
            is all of them.
        with_replacement: against one with replacement.
        kish: 1 + cv² of the weights in the base: what unequal weights alone would cost.
        problem: why the first two are None; otherwise None.
    """

    without_replacement: float | None
    with_replacement: float | None
    kish: float | None
    problem: Problem | None


def design_effects(design: Design, values: ArrayLike, domain: ArrayLike, *, of_total: bool = False) -> DesignEffects:
    """Return the design effects of a mean, or of a total; a share is a mean of 0/1 values (NaN is not known).

    The variance of a simple random sample is S²/n · (1 − n/N), with N = Σw over the base and S² the weighted variance
    Σw (y − ȳ)² / Σw · n/(n − 1); for a total N² times that.

    Raises: ValueError as ``total``.
    Source: Kish (1965), Survey Sampling, 8.2 and 11.7; R survey, svymean(deff = TRUE) and (deff = "replace").
    """
    base, (known,) = _base(design, domain, values)
    weights, n = design.weights[base], int(np.count_nonzero(base))
    found = (total if of_total else mean)(design, values, domain)
    if n == 0:
        return DesignEffects(None, None, None, Problem("estimate_empty_base", ""))
    kish, workplaces = n / kish_effective_n(weights), float(weights.sum())
    squares = float(weights @ (known[base] - float(weights @ known[base]) / workplaces) ** 2)
    if n == 1 or squares <= 0 or found.standard_error is None:
        return DesignEffects(None, None, kish, Problem("estimate_without_variation", "", {"n": n}))
    simple = squares / workplaces / (n - 1) * (workplaces**2 if of_total else 1.0)
    replaced = found.standard_error**2 / simple
    left = 1 - n / workplaces
    return DesignEffects(replaced / left if left > 0 else None, replaced, kish, None)
