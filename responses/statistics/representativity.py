"""How alike those who have answered are to the sample: R-indicators (docs/methods/representativity.md).

R = 1 − 2 S(ρ), where S(ρ) is the standard deviation of the response propensities over the workplaces of the frame:
1 when all answer alike, whatever they are; lower the more they differ. Reads who has answered, never what.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from barometer.problems import Problem
from responses.statistics import special
from responses.statistics.propensities import Fit, Floats, Groups, Integers, cell_numbers, fit

CONFIDENCE = 0.95
WORST_SPREAD = 0.5  # standard deviation of a share of 50 %, the largest that a share has


@dataclass(frozen=True, slots=True)
class Category:
    """One category of a variable: partial R-indicators without bias adjustment, as RISQ prints them.

    Attributes:
        code: number of the category.
        cases, responded: of the sample, without known ineligible cases.
        propensity: mean of the category, weighted.
        unconditional: √(N_k/N) · (mean of the category − mean): below 0 answers too seldom, above 0 too often.
        conditional: √(Σ over its workplaces of (ρ − mean of those alike in the other variables)² / N), ≥ 0.
    """

    code: int
    cases: int
    responded: int
    propensity: float
    unconditional: float
    conditional: float


@dataclass(frozen=True, slots=True)
class Variable:
    """One auxiliary variable: how much of S(ρ) is between its categories, alone and beside the others.

    Attributes:
        unconditional, conditional: bias-adjusted with the factor of S²(ρ), as RISQ does; ≥ 0, at most 0.5.
        unadjusted_unconditional, unadjusted_conditional: their squares are the sums of those of the categories.
    """

    unconditional: float
    conditional: float
    unadjusted_unconditional: float
    unadjusted_conditional: float
    categories: tuple[Category, ...]


@dataclass(frozen=True, slots=True)
class Representativity:
    """What can be said of a response. A figure that cannot be given is None, and ``problem`` says why.

    Attributes:
        cases, responded: of the sample, without known ineligible cases.
        workplaces: N, that these stand for: the sum of their weights.
        mean: weighted mean of ρ, which is the design-weighted response rate.
        unadjusted: R without bias adjustment.
        indicator: R, bias-adjusted, in [0, 1].
        standard_error: of R; None where the adjustment leaves nothing, for then it is no measure of R.
        low, high: 95 % interval of R, made for S² and carried over, so it lies in [0, 1].
        variance: S²(ρ) without adjustment.
        bias: what the adjustment takes off; ``factor`` is what it leaves, 0–1: 1 − bias / S²(ρ).
        variation: coefficient of variation of ρ, S / mean: also the maximal bias in standardised form.
        maximal_bias: the same in absolute form, for a share of 50 % (the worst case): 0.5 · S / mean, at most 0.5.
        propensities: ρ per group, in the order of the groups.
        problem: why figures are missing.
        remarks: what else has to be said with them.
    """

    cases: int
    responded: int
    workplaces: float
    mean: float
    unadjusted: float | None = None
    indicator: float | None = None
    standard_error: float | None = None
    low: float | None = None
    high: float | None = None
    variance: float | None = None
    bias: float | None = None
    factor: float | None = None
    variation: float | None = None
    maximal_bias: float | None = None
    propensities: tuple[float, ...] = ()
    variables: tuple[Variable, ...] = ()
    problem: Problem | None = None
    remarks: tuple[Problem, ...] = ()


def representativity(groups: Groups) -> Representativity:
    """Return the R-indicator of a response with its uncertainty, and the partial R-indicators.

    S²(ρ) = Σ d (ρ − mean)² / (N − 1) over the sample, ρ by logistic regression (``propensities.fit``), N = Σ d. The
    bias adjustment takes off what estimating ρ adds, and returns what sampling takes: (Σ d z' V z)/N − Var(mean of ρ).

    Two groups of 100 of 1,000 each that answer with 40 and 80 %: mean 0.6, S = 0.2001, R without adjustment 0.5998.

    Nobody, or everybody, answered, or all cases alike in every variable: no figure but those that stand without a model
    (R = 1 when everybody has answered), and a problem.
    Source: Schouten, Cobben & Bethlehem (2009), Survey Methodology 35, 101–113; Shlomo, Skinner & Schouten (2012),
        Journal of Statistical Planning and Inference 142, 201–211; de Heij, Schouten & Shlomo (2015), RISQ manual 2.1.
    """
    cases, responded = int(groups.cases.sum()), int(groups.responded.sum())
    total = float(groups.sizes.sum())
    mean = float(groups.weights @ groups.responded) / total
    if responded == 0:
        return Representativity(cases, 0, total, mean, problem=Problem("representativity_nobody", ""))
    if responded == cases:
        return Representativity(
            cases, cases, total, mean, 1.0, 1.0, 0.0, None, None, 0.0, 0.0, 1.0, 0.0, 0.0,
            tuple(1.0 for _ in groups.cases), problem=Problem("representativity_everybody", ""),
        )  # fmt: skip
    if len(np.unique(groups.codes, axis=0)) == 1:
        same = tuple(mean for _ in groups.cases)
        alike = Problem("representativity_all_alike", "")
        return Representativity(cases, responded, total, mean, propensities=same, problem=alike)
    found = fit(groups)
    return _measured(groups, found, Representativity(cases, responded, total, mean))


def _measured(groups: Groups, found: Fit, known: Representativity) -> Representativity:
    rho, total, mean = found.propensities, known.workplaces, known.mean
    variance = float(groups.sizes @ (rho - mean) ** 2) / (total - 1)
    bias = _bias(groups, found, total)
    adjusted = max(0.0, variance - bias)
    factor = min(1.0, adjusted / variance) if variance > 0 else 1.0
    spread, uncertainty = math.sqrt(adjusted), math.sqrt(_variance(groups, found, total, mean))
    low, high = interval(adjusted, uncertainty)
    return Representativity(
        cases=known.cases,
        responded=known.responded,
        workplaces=total,
        mean=mean,
        unadjusted=max(0.0, 1 - 2 * math.sqrt(variance)),
        indicator=max(0.0, 1 - 2 * spread),
        standard_error=uncertainty / math.sqrt(variance) if adjusted > 0 else None,
        low=low,
        high=high,
        variance=variance,
        bias=bias,
        factor=factor,
        variation=spread / mean,
        maximal_bias=min(WORST_SPREAD, WORST_SPREAD * spread / mean),
        propensities=tuple(float(each) for each in rho),
        variables=_partials(groups, rho, factor),
        remarks=tuple(_remarks(found, adjusted)),
    )


def _remarks(found: Fit, adjusted: float) -> Iterator[Problem]:
    for code, categories in (("silent", found.silent), ("complete", found.complete)):
        for variable, category in categories:
            yield Problem(f"representativity_{code}", "", {"variable": variable, "category": category})
    if found.separated:
        yield Problem("representativity_separated", "")
    if adjusted == 0:
        yield Problem("representativity_within_chance", "")


def _bias(groups: Groups, found: Fit, total: float) -> float:
    """Return by how much S² of estimated propensities is too large: what estimating adds less what sampling takes.

    With equal weights of a simple random sample it is (1/n) Σ z' (Σ z x')⁻¹ z − (1/n − 1/N) S², as published.
    """
    estimated = np.einsum("gp,pq,gq->g", found.gradients, found.covariance, found.gradients)
    return float(groups.sizes @ estimated) / total - _variance_of_total(groups, found.propensities) / total**2


def _variance(groups: Groups, found: Fit, total: float, mean: float) -> float:
    """Return the variance of S²: 4 A'VA + 2 tr(BVBV) from the coefficients, and that of its mean from sampling.

    Source: Shlomo, Skinner & Schouten (2012), section 5.
    """
    share = groups.sizes / total
    off = found.propensities - mean
    centred = found.gradients - share @ found.gradients
    slope = (share * off) @ centred
    spread = (centred.T * share) @ centred @ found.covariance
    sampling = _variance_of_total(groups, off**2) / total**2
    return float(4 * slope @ found.covariance @ slope + 2 * np.trace(spread @ spread)) + sampling


def _variance_of_total(groups: Groups, values: Floats) -> float:
    """Return the variance of Σ d · value by the design: Σ_h N_h² (1 − n_h/N_h) s²_h / n_h.

    Strata of one case each are taken together, as one stratum, for the variance within one cannot be seen.
    """
    numbers = np.unique(groups.stratum, return_inverse=True)[1].ravel()
    drawn = np.bincount(numbers, groups.cases)
    numbers = np.where((drawn == 1)[numbers], drawn.size, numbers)
    drawn = np.bincount(numbers, groups.cases, drawn.size + 1)
    stands_for = np.bincount(numbers, groups.sizes, drawn.size)
    several = drawn > 1
    centre = np.bincount(numbers, groups.cases * values, drawn.size) / np.maximum(drawn, 1)
    squares = np.bincount(numbers, groups.cases * (values - centre[numbers]) ** 2, drawn.size)
    n, size = drawn[several], stands_for[several]
    return float(np.sum(size**2 * (1 - n / size) * squares[several] / (n - 1) / n))


def interval(adjusted: float, uncertainty: float) -> tuple[float, float]:
    """Return the 95 % interval of R from S² and its standard error.

    S² ± 1.96 · se, cut off at 0 and at 0.25 (its largest value), and R = 1 − 2 S of both ends. Where S² is large
    this is R ± 1.96 · se / S, as published; near R = 1 that formula divides by nothing.
    """
    half = float(special.ndtri((1 + CONFIDENCE) / 2)) * uncertainty
    most, least = min(0.25, adjusted + half), max(0.0, adjusted - half)
    return max(0.0, 1 - 2 * math.sqrt(most)), max(0.0, 1 - 2 * math.sqrt(least))


def _partials(groups: Groups, rho: Floats, factor: float) -> tuple[Variable, ...]:
    number = groups.codes.shape[1]
    return tuple(_partial(groups, rho, factor, each, [o for o in range(number) if o != each]) for each in range(number))


def _partial(groups: Groups, rho: Floats, factor: float, variable: int, others: list[int]) -> Variable:
    """Return the partial R-indicators of one variable.

    Source: Schouten, Shlomo & Skinner (2011), Indicators for monitoring and improving representativeness of response,
        Journal of Official Statistics 27, 231–253; RISQ manual 2.1.
    """
    codes, sizes = groups.codes[:, variable], groups.sizes
    total, mean = sizes.sum(), float(sizes @ rho) / sizes.sum()
    within = np.bincount(codes, sizes * (rho - _mean_of_cells(cell_numbers(groups.codes, others), sizes, rho)) ** 2)
    size = np.bincount(codes, sizes)
    means = np.bincount(codes, sizes * rho) / np.where(size > 0, size, 1)
    categories = tuple(
        Category(
            code=int(code),
            cases=int(groups.cases[codes == code].sum()),
            responded=int(groups.responded[codes == code].sum()),
            propensity=float(means[code]),
            unconditional=math.sqrt(size[code] / total) * (float(means[code]) - mean),
            conditional=math.sqrt(within[code] / total),
        )
        for code in np.unique(codes)
    )
    between = math.sqrt(sum(each.unconditional**2 for each in categories))
    inside = math.sqrt(sum(each.conditional**2 for each in categories))
    return Variable(between * math.sqrt(factor), inside * math.sqrt(factor), between, inside, categories)


def _mean_of_cells(cells: Integers, sizes: Floats, rho: Floats) -> Floats:
    return (np.bincount(cells, sizes * rho) / np.bincount(cells, sizes))[cells]
