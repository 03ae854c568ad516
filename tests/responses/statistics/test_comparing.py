"""Differences and tests of tables, by hand, and where there is nothing to compare."""

import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from responses.statistics.comparing import Difference, DistributionTest, difference, distribution_test, holm
from responses.statistics.estimation import Design, share
from responses.statistics.linearisation import Calibration

ONE_STRATUM = Design.of([0] * 8, [80])
FIRST_FOUR, LAST_FOUR, ALL = [True] * 4 + [False] * 4, [False] * 4 + [True] * 4, [True] * 8


def code(found: Difference | DistributionTest) -> str:
    assert found.problem is not None
    return found.problem.code


# By hand.


def test_a_difference_of_two_domains_of_one_stratum_by_hand() -> None:
    # Three of four against one of four. Linearised: w (y − p) / N̂ = ±: a 0.0625 three times and −0.1875, b the mirror
    # with the other sign: Σz² = 2 · (3 · 0.0625² + 0.1875²) = 0.09375, times (1 − 8/80) · 8/7.
    found = difference(ONE_STRATUM, [1, 1, 1, 0, 1, 0, 0, 0], FIRST_FOUR, LAST_FOUR)
    assert found.estimate == pytest.approx(0.5, rel=1e-12)
    assert found.standard_error == pytest.approx(math.sqrt(0.9 * 8 / 7 * 0.09375), rel=1e-12)
    assert found.t == pytest.approx(0.5 / math.sqrt(0.9 * 8 / 7 * 0.09375), rel=1e-12)
    assert (found.degrees_of_freedom, found.n_a, found.n_b, found.problem) == (7, 4, 4, None)
    half_width = 2.364624 * math.sqrt(0.9 * 8 / 7 * 0.09375)  # t(7)
    assert [found.interval_low, found.interval_high] == pytest.approx([0.5 - half_width, 0.5 + half_width], rel=1e-6)


def test_domains_in_strata_of_their_own_are_independent() -> None:
    design = Design.of([0] * 4 + [1] * 4, [40, 20])
    answers = [1, 1, 1, 0, 1, 0, 0, 0]
    apart = [share(design, answers, domain).standard_error or 0 for domain in (FIRST_FOUR, LAST_FOUR)]
    found = difference(design, answers, FIRST_FOUR, LAST_FOUR)
    assert found.standard_error == pytest.approx(math.hypot(*apart), rel=1e-12)


def test_a_domain_against_the_whole_that_it_is_part_of() -> None:
    answers = [1, 1, 1, 0, 1, 0, 0, 0]
    part = difference(ONE_STRATUM, answers, FIRST_FOUR, ALL)
    rest = difference(ONE_STRATUM, answers, FIRST_FOUR, LAST_FOUR)
    assert part.estimate == pytest.approx(0.25)  # 75 % − 50 %: half the difference to the other half
    assert part.p is not None and rest.p is not None


def test_a_difference_that_calibration_has_fixed_has_no_variation() -> None:
    # Both shares are known: the weights were calibrated to the numbers that they are made of.
    answers = np.array([1, 1, 1, 0, 1, 0, 0, 0])
    cells = np.array([[a and g, a and not g, not a and g, not a and not g]
                      for a, g in zip(answers, FIRST_FOUR, strict=True)], dtype=float)  # fmt: skip
    design = Design.of([0] * 8, [80], calibration=Calibration.of(cells, [10] * 8))
    found = difference(design, answers, FIRST_FOUR, LAST_FOUR)
    assert (found.standard_error, found.t, found.p) == (0, None, None)
    assert code(found) == "comparison_without_variation"


def test_in_a_simple_random_sample_the_second_order_test_is_pearsons_times_n_minus_1_over_n() -> None:
    # Without finite population correction every generalised design effect is n / (n − 1).
    design = Design.of([0] * 40, [math.inf], weights=[1.0] * 40)
    answers, groups = [1] * 14 + [0] * 6 + [1] * 8 + [0] * 12, [0] * 20 + [1] * 20
    found = distribution_test(design, answers, groups, [True] * 40)
    chi_square = 40 * (14 * 12 - 6 * 8) ** 2 / (20 * 20 * 22 * 18)
    assert found.chi_square == pytest.approx(chi_square, rel=1e-12)
    assert [found.numerator_df, found.denominator_df, found.n] == pytest.approx([1, 39, 40])
    assert found.statistic == pytest.approx(chi_square * 39 / 40, rel=1e-12)
    assert found.first_order_p == pytest.approx(math.erfc(math.sqrt((found.statistic or 0) / 2)), rel=1e-9)


def test_what_was_not_tested_does_not_count_among_several() -> None:
    assert holm([0.04, None, 0.01]) == (0.04, None, 0.02)
    assert holm([None]) == (None,)
    assert holm([0.9, 0.8]) == (1, 1)


# Where there is nothing to compare.


@pytest.mark.parametrize(
    ("answers", "a", "b", "expected"),
    [
        ([1, 0, 1, 0, -2, -1, -2, -1], FIRST_FOUR, LAST_FOUR, "comparison_empty_base"),
        ([1, 0, 1, 0, 1, 0, 1, 0], FIRST_FOUR, [False] * 8, "comparison_empty_base"),
        ([1, 1, 1, 1, 1, 1, 1, 1], FIRST_FOUR, LAST_FOUR, "comparison_without_variation"),
        ([1, 1, 1, 1, 0, 0, 0, 0], FIRST_FOUR, LAST_FOUR, "comparison_without_variation"),
        ([1, -2, -2, -2, -2, -2, -2, -2], FIRST_FOUR, ALL, "comparison_without_degrees_of_freedom"),
    ],
)
def test_a_difference_that_cannot_be_tested_says_why(
    answers: list[int], a: list[bool], b: list[bool], expected: str
) -> None:
    found = difference(ONE_STRATUM, answers, a, b)
    assert (found.t, found.p, found.interval_low) == (None, None, None)
    assert code(found) == expected


def test_a_complete_count_needs_no_test() -> None:
    found = difference(Design.of([0] * 8, [8]), [1, 1, 1, 0, 1, 0, 0, 0], FIRST_FOUR, LAST_FOUR)
    assert found.estimate == found.interval_low == found.interval_high == pytest.approx(0.5)
    assert code(found) == "comparison_counted_completely"


@pytest.mark.parametrize(
    ("answers", "groups", "design", "expected"),
    [
        ([1, 0, 1, 0, 1, 0, 1, 0], [-1] * 8, ONE_STRATUM, "comparison_empty_base"),
        ([1, 0, 1, 0, 1, 0, 1, 0], [2] * 8, ONE_STRATUM, "comparison_one_group"),
        ([3] * 8, [0, 1] * 4, ONE_STRATUM, "comparison_one_category"),
        ([0, 0, 1, 1, 2, 2, 3, 3], [0, 0, 1, 1, 2, 2, 3, 3], ONE_STRATUM, "comparison_too_sparse"),
        ([1, 0, 1, 1, 1, 0, 0, 0], [0, 0, 0, 0, 1, 1, 1, 1], Design.of([0] * 8, [8]), "comparison_counted_completely"),
        ([1, 0] * 4, [0, 1] * 4, Design.of([0, 1] * 4, [40, 40]), "comparison_without_variation"),
    ],
)
def test_a_table_that_cannot_be_tested_says_why(
    answers: list[int], groups: list[int], design: Design, expected: str
) -> None:
    found = distribution_test(design, answers, groups, ALL)
    assert (found.statistic, found.p, found.first_order_p) == (None, None, None)
    assert code(found) == expected


def test_one_empty_cell_is_no_harm() -> None:
    found = distribution_test(ONE_STRATUM, [0, 0, 1, 1, 1, 1, 1, 1], FIRST_FOUR, ALL)
    assert found.problem is None
    assert found.p is not None and 0 < found.p < 1


def test_lengths_that_differ_are_refused() -> None:
    with pytest.raises(ValueError, match="per row"):
        difference(ONE_STRATUM, [1, 0], FIRST_FOUR, LAST_FOUR)
    with pytest.raises(ValueError, match="per row"):
        distribution_test(ONE_STRATUM, [1] * 8, [0, 1], ALL)


ROWS = st.lists(st.tuples(st.integers(0, 1), st.integers(-2, 2), st.integers(-1, 2)), max_size=30)


def numbers_of(found: Difference | DistributionTest) -> Sequence[float]:
    values = [getattr(found, name) for name in found.__dataclass_fields__ if name != "problem"]
    return [value for value in values if value is not None]


@given(ROWS)
def test_whatever_is_answered_the_tests_are_numbers_or_a_reason(rows: list[tuple[int, int, int]]) -> None:
    rows = rows + [(stratum, -1, -1) for stratum in (0, 1) for _ in range(2)]
    stratum, answers, groups = (np.array(values) for values in zip(*rows, strict=True))
    design = Design.of(stratum, [200, 100])
    binary = np.where(answers == 2, 0, answers)
    for found in (
        difference(design, binary, groups == 0, groups == 1),
        distribution_test(design, answers, groups, np.ones(stratum.size, dtype=bool)),
    ):
        assert np.isfinite(numbers_of(found)).all()
        assert (found.p is None) == (found.problem is not None)
        assert found.p is None or 0 <= found.p <= 1
