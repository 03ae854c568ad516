"""Are two figures different? Differences and tables of shares, tested (docs/methods/estimation.md)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from barometer.problems import Problem
from responses.statistics import special
from responses.statistics.estimation import (
    Design,
    Flags,
    Floats,
    checked,
    counted_completely,
    linearised_share,
    root,
    sizes_of,
    t_quantile,
)

SINGULAR = 1e-10  # a direction of the table this short beside the longest one has no answers at all


@dataclass(frozen=True, slots=True)
class Difference:
    """A share less another, −1 to 1, not rounded.

    Attributes:
        estimate, standard_error: None if either base is empty.
        interval_low, interval_high: 95 % interval, estimate ± t · standard error.
        t, p: of the hypothesis that the two are equal, two-sided; None where nothing can be tested.
        degrees_of_freedom: rows in either base minus their strata.
        n_a, n_b: rows in each base, unweighted.
        problem: why something is None; otherwise None.
    """

    estimate: float | None
    standard_error: float | None
    interval_low: float | None
    interval_high: float | None
    t: float | None
    degrees_of_freedom: int
    p: float | None
    n_a: int
    n_b: int
    problem: Problem | None


def difference(design: Design, indicator: ArrayLike, domain_a: ArrayLike, domain_b: ArrayLike) -> Difference:
    """Return the share of domain a less that of domain b, with the covariance of the two.

    Domains in the same strata or calibrated together are not independent, and they may overlap (a level and the whole
    country): the variance is that of one linearised variable, that of a less that of b.

    Args: as ``share``, with two domains.
    Raises: ValueError as ``share``.
    Source: Särndal, Swensson & Wretman (1992), Model Assisted Survey Sampling, 5.6–5.8; R survey, svycontrast of
        svyby(covmat = TRUE).
    """
    codes, inside_a = checked(design, indicator, domain_a)
    _, inside_b = checked(design, indicator, domain_b)
    base_a, base_b = inside_a & (codes >= 0), inside_b & (codes >= 0)
    n_a, n_b = int(np.count_nonzero(base_a)), int(np.count_nonzero(base_b))
    if not (n_a and n_b):
        return Difference(None, None, None, None, None, 0, None, n_a, n_b, Problem("comparison_empty_base", ""))
    share_a, values_a = linearised_share(design, codes, base_a)
    share_b, values_b = linearised_share(design, codes, base_b)
    standard_error = root(design.variance_of_total(values_a - values_b))
    _, degrees_of_freedom = sizes_of(design, base_a | base_b)
    complete = counted_completely(design, base_a | base_b)
    return tested_difference(share_a - share_b, standard_error, degrees_of_freedom, n_a, n_b, complete)


def tested_difference(
    estimate: float, standard_error: float, degrees_of_freedom: int, n_a: int, n_b: int, complete: bool
) -> Difference:
    """Return a difference with its interval and test, or why there is none.

    Args:
        complete: every workplace of the strata has answered, so that a standard error of 0 is the truth.
    """
    if standard_error == 0 and complete:
        exact = Problem("comparison_counted_completely", "")
        return Difference(estimate, 0.0, estimate, estimate, None, degrees_of_freedom, None, n_a, n_b, exact)
    if degrees_of_freedom == 0 or standard_error == 0:
        code = "comparison_without_variation" if degrees_of_freedom else "comparison_without_degrees_of_freedom"
        problem = Problem(code, "", {"n": n_a + n_b})
        return Difference(estimate, standard_error, None, None, None, degrees_of_freedom, None, n_a, n_b, problem)
    t, half_width = estimate / standard_error, t_quantile(degrees_of_freedom) * standard_error
    p = 2 * float(special.stdtr(degrees_of_freedom, -abs(t)))
    return Difference(
        estimate, standard_error, estimate - half_width, estimate + half_width, t, degrees_of_freedom, p, n_a, n_b, None
    )


@dataclass(frozen=True, slots=True)
class DistributionTest:
    """A test of whether some groups have the same distribution over some categories.

    Attributes:
        statistic: F of the second-order correction; None where nothing can be tested, as the other numbers.
        numerator_df, denominator_df: of F; not whole numbers.
        p: of F. This is the test to report.
        chi_square: Pearson's X² of the weighted table scaled to n.
        first_order_p: of X² divided by the mean generalised design effect, (rows − 1)(columns − 1) degrees of freedom.
        n: rows with a category and a group, unweighted.
        problem: why there is no test; otherwise None.
    """

    statistic: float | None
    numerator_df: float | None
    denominator_df: float | None
    p: float | None
    chi_square: float | None
    first_order_p: float | None
    n: int
    problem: Problem | None


def distribution_test(design: Design, categories: ArrayLike, groups: ArrayLike, domain: ArrayLike) -> DistributionTest:
    """Test whether groups have the same distribution of answers, by Rao and Scott's second-order correction.

    The base is the rows of the domain with a category and a group. Categories and groups that nobody there has are left
    out of the table; a single empty cell is no harm.

    Args:
        categories: code ≥ 0 of the answer, −1 not asked, −2 asked and not answered; one per row of the design.
        groups: code ≥ 0 of the group, −1 in none; one per row.
        domain: whether a row belongs to the domain; one per row. Known ineligible rows never do.

    Raises: ValueError if lengths differ from the design's.
    Source: Rao & Scott (1984), On chi-squared tests for multiway contingency tables with cell proportions estimated
        from survey data, Annals of Statistics 12, 46–60; Thomas & Rao (1987), JASA 82, 630–636; R survey,
        svychisq(statistic = "F") and "Chisq" over the answered rows.
    """
    codes, group, inside = np.asarray(categories), np.asarray(groups), np.asarray(domain, dtype=np.bool_)
    if not codes.shape == group.shape == inside.shape == design.stratum.shape:
        raise ValueError("one category, group and domain flag per row of the design")
    base = inside & (codes >= 0) & (group >= 0)
    n, degrees_of_freedom = sizes_of(design, base)
    row_codes, row = np.unique(codes[base], return_inverse=True)
    column_codes, column = np.unique(group[base], return_inverse=True)
    shape = row_codes.size, column_codes.size
    if code := _reason(n, degrees_of_freedom, shape):
        return _untested(n, code)
    shares, covariances = _cells(design, base, row * shape[1] + column, shape[0] * shape[1])
    effects = _design_effects(shares, covariances * n, shape)
    if effects is None:
        return _untested(n, "comparison_too_sparse")
    if np.trace(effects) <= SINGULAR:
        complete = counted_completely(design, base)
        return _untested(n, "comparison_counted_completely" if complete else "comparison_without_variation")
    return _rao_scott(n * _distance_from_independence(shares.reshape(shape)), effects, n, degrees_of_freedom)


def _reason(n: int, degrees_of_freedom: int, shape: tuple[int, int]) -> str:
    """Return why a table of rows × columns cannot be tested, as the code of a problem; "" if it can."""
    if n == 0:
        return "comparison_empty_base"
    if shape[1] < 2:
        return "comparison_one_group"
    if shape[0] < 2:
        return "comparison_one_category"
    return "" if degrees_of_freedom else "comparison_without_degrees_of_freedom"


def _rao_scott(chi_square: float, effects: Floats, n: int, degrees_of_freedom: int) -> DistributionTest:
    trace, cells = float(np.trace(effects)), len(effects)
    numerator_df = trace**2 / float(np.sum(effects * effects.T))
    statistic, denominator_df = chi_square / trace, numerator_df * degrees_of_freedom
    return DistributionTest(
        statistic=statistic,
        numerator_df=numerator_df,
        denominator_df=denominator_df,
        p=float(special.fdtrc(numerator_df, denominator_df, statistic)),
        chi_square=chi_square,
        first_order_p=float(special.chdtrc(cells, statistic * cells)),
        n=n,
        problem=None,
    )


def _untested(n: int, code: str) -> DistributionTest:
    return DistributionTest(None, None, None, None, None, None, n, Problem(code, "", {"n": n}))


def _cells(design: Design, base: Flags, cell: NDArray[Any], cells: int) -> tuple[Floats, Floats]:
    """Return the shares of the cells in the base, and their covariances."""
    weights = design.weights[base]
    shares = np.bincount(cell, weights, cells) / weights.sum()
    values = np.zeros((design.stratum.size, cells), order="F")
    values[base] = (np.eye(cells)[cell] - shares) * (weights / weights.sum())[:, None]
    return shares, design.covariance_of_totals(values)


def _design_effects(shares: Floats, covariances: Floats, shape: tuple[int, int]) -> Floats | None:
    """Return the matrix whose eigenvalues are the generalised design effects; None if the table is too sparse for it.

    ``covariances`` are those of a sample of one: multiplied by n.
    """
    rows, columns = (np.eye(size)[:, 1:] - 1 / size for size in shape)
    contrasts = np.kron(rows, columns)
    inverse = np.divide(1.0, shares, out=np.zeros_like(shares), where=shares > 0)[:, None]
    expected = contrasts.T @ (inverse * contrasts)
    if np.linalg.cond(expected) > 1 / SINGULAR:
        return None
    observed = (inverse * contrasts).T @ covariances @ (inverse * contrasts)
    effects: Floats = np.linalg.solve(expected, observed)
    return effects


def _distance_from_independence(shares: Floats) -> float:
    expected = np.outer(shares.sum(axis=1), shares.sum(axis=0))
    return float(np.sum((shares - expected) ** 2 / expected))


def holm(p_values: Sequence[float | None]) -> tuple[float | None, ...]:
    """Return p values adjusted for being several, by Holm's step-down method; None (no test) stays None.

    The i-th smallest of k is multiplied by k − i + 1, none comes out below a smaller one, and none above 1. An adjusted
    p below 0.05 keeps the chance of even one false finding among all of them under 5 %.
    Source: Holm (1979), A simple sequentially rejective multiple test procedure, Scandinavian Journal of Statistics 6,
        65–70; R, p.adjust(method = "holm").
    """
    places = sorted(
        (place for place, p in enumerate(p_values) if p is not None), key=lambda place: p_values[place] or 0
    )
    adjusted: list[float | None] = [None] * len(p_values)
    largest = 0.0
    for passed, place in enumerate(places):
        largest = max(largest, min(1.0, (len(places) - passed) * (p_values[place] or 0)))
        adjusted[place] = largest
    return tuple(adjusted)
