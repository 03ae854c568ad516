"""How likely groups of workplaces are to answer: logistic regression (docs/methods/representativity.md)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from responses.statistics import special

MOST_STEPS = 100
NEARLY = 1e-7  # a propensity this near to 0 or 1 can only come from groups that the model tells apart completely

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """The sample, in groups of cases that are alike in the auxiliary variables, in stratum and in weight.

    Known ineligible cases are in none: they leave with the workplaces that they stand for.

    Attributes:
        codes: number of each group's category, 0 …, by auxiliary variable; shape (groups, variables).
        stratum: number of each group's stratum; length groups.
        weights: design weight of its cases, N_h / n_h, ≥ 1; length groups.
        cases: sampled, ≥ 1; length groups.
        responded: of these, submitted; length groups.
    """

    codes: Integers
    stratum: Integers
    weights: Floats
    cases: Floats
    responded: Floats

    @classmethod
    def of(
        cls, codes: ArrayLike, stratum: ArrayLike, weights: ArrayLike, cases: ArrayLike, responded: ArrayLike
    ) -> Self:
        """Check and return groups.

        Raises: ValueError for lengths that differ, no group, a group without cases or with more answers than cases, or
            a weight that is not finite or below 1.
        """
        found = cls(
            np.asarray(codes, dtype=np.int64),
            np.asarray(stratum, dtype=np.int64),
            np.asarray(weights, dtype=np.float64),
            np.asarray(cases, dtype=np.float64),
            np.asarray(responded, dtype=np.float64),
        )
        length = found.stratum.shape
        if found.codes.ndim != 2 or not found.stratum.size or found.codes.shape[:1] != length:
            raise ValueError("one row of categories and one stratum per group, and at least one group")
        if not found.weights.shape == found.cases.shape == found.responded.shape == length:
            raise ValueError("one weight, number of cases and number of answers per group")
        if np.any(found.cases < 1) or np.any((found.responded < 0) | (found.responded > found.cases)):
            raise ValueError("a group has at least one case, and not more answers than cases")
        if not np.all((found.weights >= 1) & np.isfinite(found.weights)):
            raise ValueError("a weight is finite and at least 1")
        return found

    @property
    def sizes(self) -> Floats:
        """Workplaces that each group stands for."""
        return self.weights * self.cases

    def design_matrix(self) -> Floats:
        """Return a column of ones, then one per category that occurs but for the first of each variable."""
        columns = [np.ones(len(self.codes))]
        for variable in self.codes.T:
            columns += [(variable == code).astype(np.float64) for code in np.unique(variable)[1:]]
        return np.column_stack(columns)


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """Response propensities, and what their uncertainty rests on; p is the number of columns of the model.

    Attributes:
        propensities: ρ, one per group, in [0, 1].
        gradients: z = ρ (1 − ρ) x, one row per group; 0 where ρ is 0 or 1.
        covariance: of the coefficients, in the design's own variance; shape (p, p).
        silent, complete: categories of which nobody, or everybody, has answered, as (variable, code).
        separated: the model tells some other groups apart completely, so their ρ is 0 or 1.
    """

    propensities: Floats
    gradients: Floats
    covariance: Floats
    silent: tuple[tuple[int, int], ...]
    complete: tuple[tuple[int, int], ...]
    separated: bool


def fit(groups: Groups) -> Fit:
    """Return the response propensities by logistic regression, main effects only, cases weighted with d = N_h / n_h.

    A category of which nobody has answered has no finite coefficient; its limit is known: ρ = 0 for its cases, and
    the others are fitted without them. Likewise ρ = 1 where everybody has. What the model tells apart beyond that goes
    to 0 or 1 by itself. Columns that say the same (a group of industries of one level only) share their effect.

    The covariance of the coefficients is J⁻¹ (Σ d² ρ(1−ρ) x x') J⁻¹ with J = Σ d ρ(1−ρ) x x'.
    Source: Shlomo, Skinner & Schouten (2012), section 4; Binder (1983), International Statistical Review 51, 279–292.
    """
    fixed, silent, complete = _fixed(groups)
    matrix = groups.design_matrix()
    propensities = np.where(np.isnan(fixed), 0.0, fixed)
    free = np.isnan(fixed)
    if np.any(free):
        propensities[free] = _logistic(
            matrix[free], groups.sizes[free], (groups.weights * groups.responded)[free] / groups.sizes[free]
        )
    slopes = propensities * (1 - propensities)
    information = (matrix.T * (groups.sizes * slopes)) @ matrix
    inner = (matrix.T * (groups.weights * groups.sizes * slopes)) @ matrix
    inverse = np.linalg.pinv(information, rcond=1e-11, hermitian=True)
    extreme = free & ((propensities < NEARLY) | (propensities > 1 - NEARLY))
    return Fit(
        propensities=propensities,
        gradients=slopes[:, None] * matrix,
        covariance=inverse @ inner @ inverse,
        silent=silent,
        complete=complete,
        separated=bool(np.any(extreme)),
    )


def _fixed(groups: Groups) -> tuple[Floats, tuple[tuple[int, int], ...], tuple[tuple[int, int], ...]]:
    """Return 0 and 1 for the groups of categories without, or with full, response, nan for others; and which these are.

    Once they are set aside another category may be left without, or with full, response.
    """
    fixed = np.full(len(groups.codes), np.nan)
    found: dict[float, list[tuple[int, int]]] = {0.0: [], 1.0: []}
    again = True
    while again:
        again = False
        for variable, codes in enumerate(groups.codes.T):
            for code in np.unique(codes[np.isnan(fixed)]):
                members = np.isnan(fixed) & (codes == code)
                answered, cases = groups.responded[members].sum(), groups.cases[members].sum()
                if answered in (0, cases):
                    fixed[members] = float(answered > 0)
                    found[float(answered > 0)].append((variable, int(code)))
                    again = True
    return fixed, tuple(found[0.0]), tuple(found[1.0])


def _logistic(matrix: Floats, sizes: Floats, shares: Floats) -> Floats:
    """Return fitted shares by Newton's method, halving a step that does not raise the likelihood."""
    scale = sizes / sizes.sum()
    coefficients = np.zeros(matrix.shape[1])
    best = _likelihood(matrix @ coefficients, scale, shares)
    for _ in range(MOST_STEPS):
        fitted = special.expit(matrix @ coefficients)
        score = matrix.T @ (scale * (shares - fitted))
        information = (matrix.T * (scale * fitted * (1 - fitted))) @ matrix
        step = np.linalg.pinv(information, rcond=1e-11, hermitian=True) @ score
        while (now := _likelihood(matrix @ (coefficients + step), scale, shares)) < best and np.abs(step).max() > 1e-12:
            step = step / 2
        coefficients = coefficients + step
        if now - best < 1e-15 or np.abs(score).max() < 1e-12:
            break
        best = now
    return np.asarray(special.expit(matrix @ coefficients), dtype=np.float64)


def _likelihood(linear: Floats, scale: Floats, shares: Floats) -> float:
    return float(scale @ (shares * special.log_expit(linear) + (1 - shares) * special.log_expit(-linear)))


def cell_numbers(codes: Integers, variables: Sequence[int]) -> Integers:
    """Return a number per group, the same for those alike in these variables; 0 for all without variables."""
    if not variables:
        return np.zeros(len(codes), dtype=np.int64)
    return np.asarray(np.unique(codes[:, list(variables)], axis=0, return_inverse=True)[1], dtype=np.int64).ravel()
