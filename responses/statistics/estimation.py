"""Shares of workplaces with their standard errors and intervals (docs/methods/estimation.md).

The design is stratified simple random sampling without replacement of m_h respondents and known ineligibles from
N_h workplaces, unless it names the classes that response was taken as random in; every estimate is one of a domain.
Totals, means and ratios: totals.py. Tests: comparing.py. Held against R's survey package in tests/oracles/.
"""

import math
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from barometer.problems import Problem
from responses.statistics import special
from responses.statistics.linearisation import Calibration
from responses.statistics.second_phase import ResponsePhase

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

    @property
    def problem(self) -> Problem:
        """What to tell a person; ``stratum`` counts from 1."""
        return Problem("design_lonely_stratum", "", {"stratum": self.stratum + 1, "units": self.units})


class UnusableWeights(ValueError):
    """Some weights are 0, negative or no numbers; ``problem`` says how many, and the first row (from 1)."""

    def __init__(self, usable: Flags) -> None:
        first, count = int(np.argmin(usable)) + 1, int(np.count_nonzero(~usable))
        super().__init__(f"{count} weights are not finite numbers above 0, the first in row {first}")
        self.problem = Problem("design_unusable_weights", "", {"count": count, "row": first})


@dataclass(frozen=True, slots=True, eq=False)
class Design:
    """How the rows that carry weight came about: m rows in H strata.

    Attributes:
        stratum: number of each row's stratum, 0 … H − 1; length m.
        weights: workplaces that each row stands for, > 0; length m.
        populations: N_h, workplaces in the frame, by stratum; length H. Infinite = no finite population correction,
            for claims beyond the round's own period.
        counts: m_h, rows by stratum; length H.
        calibration: what the weights were calibrated to; None if they were not.
        response: the classes that response was taken as random in; None if these are the strata.

    Rows are submitted questionnaires and known ineligible units alike; make one with ``Design.of``.
    """

    stratum: Integers
    weights: Floats
    populations: Floats
    counts: Integers = field(repr=False)
    calibration: Calibration | None = None
    response: ResponsePhase | None = None

    @classmethod
    def of(
        cls,
        stratum: ArrayLike,
        populations: ArrayLike,
        weights: ArrayLike | None = None,
        calibration: Calibration | None = None,
        response: ResponsePhase | None = None,
    ) -> Self:
        """Check and return a design; without ``weights`` they are N_h / m_h.

        Args:
            weights: the final ones: after calibration, if there was one.
            calibration: of these weights; ``Calibration.of(X, weights before it)``. Every variance is then that of the
                residuals, as in R's survey package.
            response: for weights adjusted for non-response within classes that are not the strata.

        Raises: LonelyStratum for a stratum of one row or none; UnusableWeights for weights that are not above 0;
            ValueError for lengths that differ, or more rows than workplaces in a stratum.
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
        if given.shape != rows.shape:
            raise ValueError("one weight per row")
        if not (usable := (given > 0) & np.isfinite(given)).all():
            raise UnusableWeights(usable)
        if calibration is not None and calibration.base_weights.shape != rows.shape:
            raise ValueError("a calibration of as many rows as the design has")
        if response is not None:
            response.check(rows, counts, sizes)
        return cls(rows, given, sizes, counts, calibration, response)

    def residuals(self, values: Floats) -> Floats:
        """Return what a calibration leaves of ``values``, which hold their weights; all of it if there was none."""
        return values if self.calibration is None else self.calibration.residuals(values, self.weights)

    def variance_of_total(self, values: Floats) -> float:
        """Return the variance of the sum of ``values``, which hold their weights; one per row."""
        return float(self.covariance_of_totals(values[:, None])[0, 0])

    def covariance_of_totals(self, values: Floats) -> Floats:
        """Return the covariances, k × k, of the sums of ``values``, m × k, which hold their weights.

        Σ_h (1 − m_h/N_h) · m_h/(m_h − 1) · Σ_i (z_hi − z̄_h)(z_hi − z̄_h)', z the residuals of the calibration if there
        was one. A stratum in which every unit was drawn but not all answered keeps a variance. With response classes
        that are not the strata, the formula is that of ``ResponsePhase.covariance``.
        Source: Cochran (1977), Sampling Techniques, 3rd ed., 5.9 and 5A.14; R survey, svyrecvar.
        """
        z = self.residuals(values)
        if self.response is not None:
            before = self.weights if self.calibration is None else self.calibration.base_weights
            return self.response.covariance(z, before, self.stratum, self.populations)
        spread = np.sqrt((1 - self.counts / self.populations) * self.counts / (self.counts - 1))[self.stratum]
        scaled = np.empty(z.shape, order="F")
        for column in range(z.shape[1]):
            means = np.bincount(self.stratum, z[:, column], self.counts.size) / self.counts
            scaled[:, column] = (z[:, column] - means[self.stratum]) * spread
        covariances: Floats = scaled.T @ scaled
        return covariances


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number about the workplaces of a domain, not rounded.

    Attributes:
        estimate, standard_error: None for an empty base.
        interval_low, interval_high: 95 % interval; None where ``problem`` says why.
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


ShareEstimate = Estimate  # of a share: 0–1


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
    codes, inside = checked(design, indicator, domain)
    base = inside & (codes >= 0)
    not_answered = int(np.count_nonzero(inside & (codes == NOT_ANSWERED)))
    n, degrees_of_freedom = sizes_of(design, base)
    if n == 0:
        return ShareEstimate(None, None, None, None, 0, 0, not_answered, 0.0, Problem("estimate_empty_base", ""))
    estimate, values = linearised_share(design, codes, base)
    standard_error = root(design.variance_of_total(values))
    interval = _share_interval(design, base, estimate, standard_error)
    low, high = interval or (None, None)
    return ShareEstimate(
        estimate=estimate,
        standard_error=standard_error,
        interval_low=low,
        interval_high=high,
        degrees_of_freedom=degrees_of_freedom,
        n=n,
        not_answered=not_answered,
        weighted_base=float(design.weights[base].sum()),
        problem=None if interval else Problem("estimate_without_degrees_of_freedom", "", {"n": n}),
    )


def _share_interval(design: Design, base: Flags, estimate: float, standard_error: float) -> tuple[float, float] | None:
    n, degrees_of_freedom = sizes_of(design, base)
    if standard_error == 0 and counted_completely(design, base):
        return estimate, estimate
    if degrees_of_freedom == 0:
        return None
    if standard_error > 0 and 0 < estimate < 1:
        return logit_interval(estimate, standard_error, degrees_of_freedom)
    effective_n = kish_effective_n(design.weights[base])  # the design effect is 0/0
    return korn_graubard_interval(estimate, n, effective_n, degrees_of_freedom)


def linearised_share(design: Design, codes: NDArray[Any], base: Flags) -> tuple[float, Floats]:
    """Return Σwy / Σw over a base that is not empty, and w (y − p) / Σw in it, 0 in the other rows of the design."""
    weights = np.where(base, design.weights, 0.0)
    total, holds = float(weights.sum()), codes == 1
    estimate = float(np.where(holds, weights, 0.0).sum()) / total  # summed in the same order: exactly 1 if all hold
    return estimate, weights * (holds - estimate) / total


def sizes_of(design: Design, base: Flags) -> tuple[int, int]:
    """Return the rows of a base, and their degrees of freedom: rows minus the strata that they fall into."""
    in_strata = np.bincount(design.stratum[base], minlength=design.counts.size)
    n = int(in_strata.sum())
    return n, n - int(np.count_nonzero(in_strata))


def counted_completely(design: Design, base: Flags) -> bool:
    """Whether every workplace of the strata of a base is there, so that nothing is left to chance."""
    strata = np.unique(design.stratum[base])
    return bool(np.all(design.counts[strata] == design.populations[strata]))


def kish_effective_n(weights: Floats) -> float:
    """Return n / (1 + cv²) of the weights = (Σw)² / Σw². Source: Kish (1965), Survey Sampling, 11.7."""
    return float(weights.sum()) ** 2 / float(weights @ weights)


def root(variance: float, scale: float = 1.0) -> float:
    """Return the standard error of something about as large as ``scale``; rounding noise around 0 is 0."""
    return math.sqrt(variance) if variance > (NEGLIGIBLE * scale) ** 2 else 0.0


def checked(design: Design, indicator: ArrayLike, domain: ArrayLike) -> tuple[NDArray[Any], Flags]:
    """Return an indicator and a domain as arrays that fit the design. Raises: ValueError, as ``share``."""
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
    half_width = t_quantile(degrees_of_freedom) * standard_error / (estimate * (1 - estimate))
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
    units = effective_n * (t_quantile(n - 1) / t_quantile(degrees_of_freedom)) ** 2
    hits, tail = units * estimate, (1 - CONFIDENCE) / 2
    low = float(special.betaincinv(hits, units - hits + 1, tail)) if estimate > 0 else 0.0
    high = float(special.betaincinv(hits + 1, units - hits, 1 - tail)) if estimate < 1 else 1.0
    return low, high


def t_quantile(degrees_of_freedom: int) -> float:
    """Return what half a 95 % interval holds of standard errors."""
    return float(special.stdtrit(degrees_of_freedom, (1 + CONFIDENCE) / 2))
