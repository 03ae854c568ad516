"""The change of a share from one round to another, with what the units in both have in common (docs/methods)."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from barometer.problems import Problem
from responses.statistics.comparing import Difference, tested_difference
from responses.statistics.estimation import (
    Design,
    Floats,
    Integers,
    checked,
    counted_completely,
    linearised_share,
    root,
    sizes_of,
)


@dataclass(frozen=True, slots=True, eq=False)
class RoundShare:
    """What a share of one round rests on.

    Attributes:
        design, indicator, domain: as for ``estimation.share``.
        units: the register id of each row of the design, known ineligible ones included; no id twice. All numbers or
            all strings, in both rounds the same.
    """

    design: Design
    indicator: ArrayLike
    domain: ArrayLike
    units: ArrayLike


def change(earlier: RoundShare, later: RoundShare, common_workplaces: ArrayLike) -> Difference:
    """Return the share of the later round less that of the earlier one, with the covariance of the two.

    Rounds drawn with the same permanent random numbers share units, whose answers are alike: without the covariance
    the standard error of a change would be too large. V = V_later + V_earlier − 2 C, C as ``covariance_of_rounds``. The
    test has the smaller of the two rounds' degrees of freedom; n_a is the later round's base, n_b the earlier's.

    Args:
        common_workplaces: workplaces of both frames, by stratum of the earlier design (rows) and of the later one
            (columns).

    Raises: ValueError as ``share``, for an id twice, or for a table that is smaller than the units in both samples.
    Source: as ``covariance_of_rounds``.
    """
    (codes_0, inside_0), (codes_1, inside_1) = (
        checked(side.design, side.indicator, side.domain) for side in (earlier, later)
    )
    base_0, base_1 = inside_0 & (codes_0 >= 0), inside_1 & (codes_1 >= 0)
    (n_0, df_0), (n_1, df_1) = sizes_of(earlier.design, base_0), sizes_of(later.design, base_1)
    if not (n_0 and n_1):
        return Difference(None, None, None, None, None, 0, None, n_1, n_0, Problem("comparison_empty_base", ""))
    share_0, values_0 = linearised_share(earlier.design, codes_0, base_0)
    share_1, values_1 = linearised_share(later.design, codes_1, base_1)
    variance_0, variance_1 = earlier.design.variance_of_total(values_0), later.design.variance_of_total(values_1)
    largest = math.sqrt(variance_0 * variance_1)
    covariance = covariance_of_rounds(earlier, values_0, later, values_1, common_workplaces)
    standard_error = root(variance_0 + variance_1 - 2 * min(max(covariance, -largest), largest))
    complete = counted_completely(earlier.design, base_0) and counted_completely(later.design, base_1)
    return tested_difference(share_1 - share_0, standard_error, min(df_0, df_1), n_1, n_0, complete)


def covariance_of_rounds(
    earlier: RoundShare, values_0: Floats, later: RoundShare, values_1: Floats, common_workplaces: ArrayLike
) -> float:
    """Return the covariance of two sums over the rows of two rounds, whose values hold their weights.

    Σ over the cells (stratum g of the earlier round, h of the later) of

        (1 − f_g f_h N_gh / m_gh) · k_gh · Σ over the m_gh units in both of (z_0 − z̄_0g)(z_1 − z̄_1h),

    with f = m/N the part of each stratum that is known, N_gh workplaces in both frames, z̄ the means of the round's own
    strata, and k_gh = 1 / (1 − 1/m_g − 1/m_h + m_gh / (m_g m_h)), which makes it unbiased where the strata are the
    same: there it estimates (m_gh/(m_g m_h) − 1/N) S_01 N². With one round twice it is the variance.
    Source: Tam (1984), On covariances from overlapping samples, The American Statistician 38, 288–289; Nordberg (2000),
        On variance estimation for measures of change when samples are coordinated by the use of permanent random
        numbers, Journal of Official Statistics 16, 363–378 (cells of both stratifications).
    """
    rows_0, rows_1 = _in_both(earlier, later)
    common = np.asarray(common_workplaces, dtype=np.float64)
    shape = earlier.design.counts.size, later.design.counts.size
    if common.shape != shape:
        raise ValueError("common workplaces: one row per stratum of the earlier round, one column per later stratum")
    g, h = earlier.design.stratum[rows_0], later.design.stratum[rows_1]
    products = _centred(earlier.design, values_0)[rows_0] * _centred(later.design, values_1)[rows_1]
    cell = g * shape[1] + h
    units = np.bincount(cell, minlength=common.size).reshape(shape)
    if np.any(units > common):
        raise ValueError("more units in both samples than workplaces in both frames")
    (m_g, n_g), (m_h, n_h) = ((side.design.counts, side.design.populations) for side in (earlier, later))
    chance = np.outer(m_g / n_g, m_h / n_h) * common
    met = units > 0
    correction = np.where(met, 1 - chance / np.where(met, units, 1), 0.0)
    unbiased = 1 / (1 - 1 / m_g[:, None] - 1 / m_h[None, :] + units / np.outer(m_g, m_h))
    sums = np.bincount(cell, products, common.size).reshape(shape)
    return float(np.sum(np.where(met, correction * unbiased, 0.0) * sums))


def _centred(design: Design, values: Floats) -> Floats:
    z = design.residuals(values)
    means = np.bincount(design.stratum, z, design.counts.size) / design.counts
    centred: Floats = z - means[design.stratum]
    return centred


def _in_both(earlier: RoundShare, later: RoundShare) -> tuple[Integers, Integers]:
    """Return the rows of the units in both rounds, in the same order."""
    ids = [np.asarray(side.units) for side in (earlier, later)]
    orders = [np.argsort(units) for units in ids]
    for side, units, order in zip((earlier, later), ids, orders, strict=True):
        if units.shape != side.design.stratum.shape or np.any(units[order[1:]] == units[order[:-1]]):
            raise ValueError("one register id per row of the design, and none twice")
    places = np.searchsorted(ids[1], ids[0][orders[0]], sorter=orders[1]).clip(max=ids[1].size - 1)
    rows = orders[1][places]
    met = ids[1][rows] == ids[0][orders[0]]
    return orders[0][met], rows[met]
