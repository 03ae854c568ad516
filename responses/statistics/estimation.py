"""Shares of workplaces with their standard errors and intervals (docs/methods/estimation.md).

The design is stratified simple random sampling without replacement of m_h respondents and known ineligibles from
N_h workplaces; every estimate is one of a domain. Held against R's survey package in tests/oracles/.
"""

import math
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from barometer.problems import Problem

CONFIDENCE = 0.95
NOT_ASKED, NOT_ANSWERED = -1, -2
NEGLIGIBLE = 1e-12  # a standard error below this is rounding noise around 0

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]


class LonelyStratum(ValueError):
    """A stratum has fewer than two units, so its variance cannot be estimated: collapse it first."""

    def __init__(self, stratum: int, units: int) -> None:
        super().__init__(f"stratum {stratum} has {units} units; collapse it with another")
        self.stratum, self.units = stratum, units


@dataclass(frozen=True, slots=True, eq=False)
class Design:
    """How the rows that carry weight came about: m rows in H strata.

    Attributes:
        stratum: number of each row's stratum, 0 … H − 1; length m.
        weights: workplaces that each row stands for, > 0; length m.
        populations: N_h, workplaces in the frame, by stratum; length H. Infinite = no finite population correction,
            for claims beyond the round's own period.
        counts: m_h, rows by stratum; length H.

    Rows are submitted questionnaires and known ineligible units alike; make one with ``Design.of``.
    """

    stratum: Integers
    weights: Floats
    populations: Floats
    counts: Integers = field(repr=False)

    @classmethod
    def of(cls, stratum: ArrayLike, populations: ArrayLike, weights: ArrayLike | None = None) -> Self:
        """Check and return a design; without ``weights`` they are N_h / m_h.

        Raises: LonelyStratum for a stratum of one row or none; ValueError for lengths that differ, weights that are
            not above 0, or more rows than workplaces in a stratum.
        """
        rows = np.asarray(stratum, dtype=np.int64)
        sizes = np.asarray(populations, dtype=np.float64)
        counts = np.bincount(rows, minlength=sizes.size)
        if counts.size != sizes.size:
            raise ValueError(f"rows of stratum {counts.size - 1}, but populations of {sizes.size} strata")
        for lonely in np.flatnonzero(counts < 2):
            raise LonelyStratum(int(lonely), int(counts[lonely]))
        if np.any(counts > sizes):
            raise ValueError("a stratum has more rows than workplaces")
        given = (sizes / counts)[rows] if weights is None else np.asarray(weights, dtype=np.float64)
        if given.shape != rows.shape or not np.all((given > 0) & np.isfinite(given)):
            raise ValueError("one finite weight above 0 per row")
        return cls(rows, given, sizes, counts)

    def variance_of_total(self, values: Floats) -> float:
        """Return the variance of the sum of ``values``, which hold their weights; one per row.

        Σ_h (1 − m_h/N_h) · m_h/(m_h − 1) · Σ_i (z_hi − z̄_h)². A stratum in which every unit was drawn but not all
        answered keeps a variance.
        Source: Cochran (1977), Sampling Techniques, 3rd ed., 5.9 and 5A.14; R survey, svyrecvar.
        """
        means = np.bincount(self.stratum, values, self.counts.size) / self.counts
        squares = np.bincount(self.stratum, (values - means[self.stratum]) ** 2, self.counts.size)
        correction = 1 - self.counts / self.populations
        return float(np.sum(correction * self.counts / (self.counts - 1) * squares))


@dataclass(frozen=True, slots=True)
class ShareEstimate:
    """A share of the workplaces of a domain, 0–1, not rounded.

    Attributes:
        estimate, standard_error: None for an empty base.
        interval_low, interval_high: 95 % interval; None for an empty base and without degrees of freedom.
        degrees_of_freedom: rows in the base minus their strata.
        n: rows in the base (asked and answered), unweighted.
        not_answered: rows of the domain that were asked and did not answer; in neither numerator nor base.
        weighted_base: workplaces that the base stands for.
        problem: why something is None; otherwise None.
    """

    estimate: float | None
    standard_error: float | None
    interval_low: float | None
    interval_high: float | None
    degrees_of_freedom: int
    n: int
    not_answered: int
    weighted_base: float
    problem: Problem | None


def share(design: Design, indicator: ArrayLike, domain: ArrayLike) -> ShareEstimate:
    """Return the share of a domain's workplaces for which an indicator holds, with its uncertainty.

    The base is the rows of the domain with 1 or 0: who was not asked, or was asked and did not answer, is in neither
    numerator nor denominator. The ratio Σwy / Σw over the base is linearised and its variance taken over the whole
    design, for how many rows fall into a domain is random too. The interval is the logit one; where the standard
    error is 0 without the base having been counted completely (a share of 0 or 1), it is Korn and Graubard's with
    n_eff = n / (1 + cv²) of the weights.

    Args:
        indicator: 1 holds, 0 does not, −1 not asked, −2 asked and not answered; one per row of the design.
        domain: whether a row belongs to the domain; one per row. Known ineligible rows never do.

    Raises: ValueError if lengths differ from the design's or the indicator holds another number.
    Source: Särndal, Swensson & Wretman (1992), Model Assisted Survey Sampling, 5.6 and 5.8; R survey, svymean and
        svyciprop(method = "xlogit"); Korn & Graubard (1998), Survey Methodology 24, 193–201.
    """
    codes, inside = _checked(design, indicator, domain)
    base = inside & (codes >= 0)
    not_answered = int(np.count_nonzero(inside & (codes == NOT_ANSWERED)))
    n = int(np.count_nonzero(base))
    if n == 0:
        return ShareEstimate(None, None, None, None, 0, 0, not_answered, 0.0, Problem("estimate_empty_base", ""))
    weights = np.where(base, design.weights, 0.0)
    weighted_base = float(weights.sum())
    estimate = float(np.where(codes == 1, weights, 0.0).sum()) / weighted_base
    variance = design.variance_of_total(weights * ((codes == 1) - estimate) / weighted_base)
    standard_error = math.sqrt(variance) if variance > NEGLIGIBLE**2 else 0.0
    strata = np.unique(design.stratum[base])
    degrees_of_freedom = n - strata.size
    interval: tuple[float, float] | None = None
    if standard_error == 0 and np.all(design.counts[strata] == design.populations[strata]):
        interval = estimate, estimate
    elif standard_error == 0 and degrees_of_freedom > 0:
        effective_n = weighted_base**2 / float(weights @ weights)
        interval = korn_graubard_interval(estimate, n, effective_n, degrees_of_freedom)
    elif degrees_of_freedom > 0:
        interval = logit_interval(estimate, standard_error, degrees_of_freedom)
    problem = None if interval else Problem("estimate_without_degrees_of_freedom", "", {"n": n})
    low, high = interval or (None, None)
    return ShareEstimate(
        estimate, standard_error, low, high, degrees_of_freedom, n, not_answered, weighted_base, problem
    )


def _checked(design: Design, indicator: ArrayLike, domain: ArrayLike) -> tuple[NDArray[Any], Flags]:
    codes, inside = np.asarray(indicator), np.asarray(domain, dtype=np.bool_)
    if not codes.shape == inside.shape == design.stratum.shape:
        raise ValueError("one indicator and one domain flag per row of the design")
    if not np.isin(codes, (1, 0, NOT_ASKED, NOT_ANSWERED)).all():
        raise ValueError("an indicator is 1, 0, -1 (not asked) or -2 (asked and not answered)")
    return codes, inside


def logit_interval(estimate: float, standard_error: float, degrees_of_freedom: int) -> tuple[float, float]:
    """Return the 95 % interval of a share in (0, 1), symmetric on the logit scale, with t quantiles.

    logit p ± t · se / (p (1 − p)), transformed back. 60 % with a standard error of 5 points and 30 degrees of
    freedom: 0.4055 ± 2.0423 · 0.05 / 0.24, so 49.5 % to 69.7 %.
    Source: R survey, svyciprop(method = "xlogit").
    """
    half_width = _t_quantile(degrees_of_freedom) * standard_error / (estimate * (1 - estimate))
    centre = special.logit(estimate)
    return float(special.expit(centre - half_width)), float(special.expit(centre + half_width))


def korn_graubard_interval(estimate: float, n: int, effective_n: float, degrees_of_freedom: int) -> tuple[float, float]:
    """Return the 95 % Clopper–Pearson interval of a share in [0, 1] for an effective number of units.

    The effective number is first lowered by (t_{n−1} / t_df)², for the variance is not known better than that.

    Args:
        n: units in the base, ≥ 2.
        effective_n: how many of a simple random sample would tell as much.
        degrees_of_freedom: of the variance, ≥ 1.

    Source: Korn & Graubard (1998), Confidence intervals for proportions with small expected number of positive counts
        estimated from survey data, Survey Methodology 24, 193–201; R survey, svyciprop(method = "beta").
    """
    units = effective_n * (_t_quantile(n - 1) / _t_quantile(degrees_of_freedom)) ** 2
    hits, tail = units * estimate, (1 - CONFIDENCE) / 2
    low = float(special.betaincinv(hits, units - hits + 1, tail)) if estimate > 0 else 0.0
    high = float(special.betaincinv(hits + 1, units - hits, 1 - tail)) if estimate < 1 else 1.0
    return low, high


def _t_quantile(degrees_of_freedom: int) -> float:
    return float(special.stdtrit(degrees_of_freedom, (1 + CONFIDENCE) / 2))
