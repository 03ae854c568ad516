"""Estimates of one round from expressions: the one way from answers to a number, for pages, commands and figures."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from barometer.problems import Problem
from responses.dataset import Dataset, dataset
from responses.round_design import round_design
from responses.statistics.comparing import Difference, DistributionTest, difference, distribution_test
from responses.statistics.estimation import (
    NOT_ANSWERED,
    NOT_ASKED,
    Design,
    Flags,
    ShareEstimate,
    kish_effective_n,
    share,
)
from surveys.models import Round

NOBODY_YET = Problem("estimate_too_few_units", "")
NO_ESTIMATE = ShareEstimate(None, None, None, None, 0, 0, 0, 0.0, NOBODY_YET)
NO_DIFFERENCE = Difference(None, None, None, None, None, 0, None, 0, 0, NOBODY_YET)

Codes = NDArray[np.int8]


class Estimator:
    """Reads a round's dataset and design once, and estimates whatever its columns allow.

    Every argument is the text of an expression that it was made with. ``base`` unknown because of an answer that is
    missing counts as not answered; a group or condition (``within``) that is unknown holds nobody.
    """

    def __init__(self, round_: Round, expressions: Iterable[str], more: Iterable[str] = ()) -> None:
        """``expressions`` are cached together; ``more`` are those that somebody has just thought of."""
        self.round, self.data = round_, joint_dataset(round_, expressions, more)
        self.basis = round_design(round_, self.data)
        self._spread: dict[str, Codes] = {}

    @property
    def design(self) -> Design | None:
        """None while there are too few units for any estimate."""
        return self.basis.design

    def column(self, text: str) -> Codes:
        """Return an expression as 1, 0, −1 (not asked) or −2 (not answered) per row of the design."""
        if text not in self._spread:
            self._spread[text] = self.basis.spread(self.data.columns[text], NOT_ASKED)
        return self._spread[text]

    def share(self, share_: str, base: str, *within: str) -> ShareEstimate:
        """Estimate the share of those of the base (and within) for whom an expression holds."""
        if self.design is None:
            return NO_ESTIMATE
        return share(self.design, self.codes(share_, base), self.domain(base, *within))

    def effective_n(self, share_: str, base: str, *within: str) -> float:
        """Return Kish's effective number of answers behind a share; 0 for an empty base."""
        if self.design is None:
            return 0.0
        rows = self.domain(base, *within) & (self.codes(share_, base) >= 0)
        return kish_effective_n(self.design.weights[rows]) if rows.any() else 0.0

    def difference(self, share_: str, base: str, first: str, last: str, *within: str) -> Difference:
        """Estimate the share in the first group less that in the last, and test it."""
        if self.design is None:
            return NO_DIFFERENCE
        domains = self.domain(base, first, *within), self.domain(base, last, *within)
        return difference(self.design, self.codes(share_, base), *domains)

    def distribution(
        self, categories: Sequence[str], base: str, groups: Sequence[str], *within: str
    ) -> DistributionTest:
        """Test whether the groups have the same distribution over the categories, of which each row is in one at most.

        A single category is tested against its opposite.
        """
        if self.design is None:
            return no_distribution(NOBODY_YET)
        domain = self.domain(base, *within)
        members = np.array([self.column(group) == 1 for group in groups])
        if np.any(members.sum(axis=0)[domain] > 1):
            return no_distribution(Problem("comparison_overlapping_groups", ""))
        codes = self.codes(categories[0], base) if len(categories) == 1 else self._category(categories)
        return distribution_test(self.design, codes, first_true(members), domain)

    def not_answered(self, columns: Sequence[str], base: str, *within: str) -> int:
        """Return how many of the base are in no group because an answer to that was asked and is missing."""
        if self.design is None:
            return 0
        missing = np.any([self.column(text) == NOT_ANSWERED for text in columns], axis=0)
        inside = np.any([self.column(text) == 1 for text in columns], axis=0)
        return int(np.count_nonzero(self.domain(base, *within) & missing & ~inside))

    def base_n(self, base: str, *within: str) -> int:
        """Return how many answers a base holds, unweighted."""
        if self.design is None:
            return 0
        inside = np.all([self.column(text) == 1 for text in (base, *within)], axis=0)
        return int(np.count_nonzero(inside))

    def fitting(self, *within: str) -> int:
        """Return how many submitted responses fit all conditions."""
        fits = np.ones(self.data.cases.size, dtype=np.bool_)
        for text in within:
            fits &= self.data.columns[text] == 1
        return int(np.count_nonzero(fits))

    def domain(self, base: str, *within: str) -> Flags:
        column = self.column(base)
        inside: Flags = (column == 1) | (column == NOT_ANSWERED)
        for text in within:
            inside = inside & (self.column(text) == 1)
        return inside

    def codes(self, share_: str, base: str) -> Codes:
        """Return a share as ``column``, with who is not known to be of the base as not answered."""
        return np.where(self.column(base) == NOT_ANSWERED, np.int8(NOT_ANSWERED), self.column(share_))

    def _category(self, categories: Sequence[str]) -> NDArray[np.int64]:
        columns = np.array([self.column(text) for text in categories])
        unknown = np.where(np.any(columns == NOT_ANSWERED, axis=0), NOT_ANSWERED, NOT_ASKED)
        return np.where(np.any(columns == 1, axis=0), first_true(columns == 1), unknown)


def joint_dataset(round_: Round, expressions: Iterable[str], more: Iterable[str]) -> Dataset:
    """Return one dataset of both, from two that are cached each on its own; rows are in one order."""
    known = set(expressions)
    data, added = dataset(round_, known), sorted(set(more) - known)
    if not added:
        return data
    other = dataset(round_, added)
    if not np.array_equal(data.cases, other.cases):  # something was submitted between the two
        return dataset(round_, known | set(added))
    return Dataset(data.cases, data.strata, data.register, {**data.columns, **other.columns})


def first_true(flags: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return the number of the first row that is true in each column; −1 where none is."""
    return np.where(flags.any(axis=0), flags.argmax(axis=0), -1)


def no_distribution(problem: Problem) -> DistributionTest:
    return DistributionTest(None, None, None, None, None, None, 0, problem)
