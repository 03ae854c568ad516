"""R-indicators: by hand, against a second implementation (tests/representativity_by_loops.py), and where they end.

No published example comes with its data, so there is none to be met; the formulas are those of the sources named in the
code, and the second implementation was written from them apart.
"""

import math
from itertools import chain

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from responses.statistics.propensities import Groups, fit
from responses.statistics.representativity import Representativity, interval, representativity
from tests import representativity_by_loops as loops

Row = tuple[tuple[int, ...], int, float, int, int]
"""Categories, stratum, weight, cases, answers."""


def groups(*rows: Row) -> Groups:
    codes, stratum, weights, cases, responded = zip(*rows, strict=True)
    return Groups.of(codes, stratum, weights, cases, responded)


def of(*rows: Row) -> Representativity:
    return representativity(groups(*rows))


# By hand (docs/methods/representativity.md)

HALVES = (((0,), 0, 10.0, 100, 40), ((1,), 1, 10.0, 100, 80))


def test_two_groups_that_answer_with_forty_and_eighty_per_cent() -> None:
    found = of(*HALVES)
    assert found.propensities == pytest.approx((0.4, 0.8))
    assert found.mean == pytest.approx(0.6)
    assert found.variance == pytest.approx(0.04 * 2000 / 1999)
    assert found.unadjusted == pytest.approx(1 - 2 * 0.2 * math.sqrt(2000 / 1999))
    # In each group ρ has the variance ρ(1 − ρ)/100; sampling takes nothing, for ρ does not vary within a stratum.
    assert found.bias == pytest.approx((0.4 * 0.6 / 100 + 0.8 * 0.2 / 100) / 2)
    spread = math.sqrt(0.04 * 2000 / 1999 - 0.002)
    assert found.indicator == pytest.approx(1 - 2 * spread)
    assert found.variation == pytest.approx(spread / 0.6)
    assert found.maximal_bias == pytest.approx(spread / 0.6 / 2)


def test_its_standard_error_is_that_of_half_a_difference_of_two_shares() -> None:
    # S = (b − a)/2, so S² has the slope (b − a)/2 on b: 0.2² · (0.0024 + 0.0016), and 2 · (0.004/4)² beside it.
    found = of(*HALVES)
    uncertainty = math.sqrt(0.04 * 0.004 + 2 * (0.004 / 4) ** 2)
    assert found.standard_error == pytest.approx(uncertainty / 0.2, rel=1e-3)
    assert (found.low, found.high) == pytest.approx(interval(found.variance - found.bias, uncertainty))  # type: ignore[operator]


def test_partial_indicators_of_the_only_variable_are_its_whole_spread() -> None:
    [variable] = of(*HALVES).variables
    assert variable.unadjusted_unconditional == pytest.approx(0.2)
    assert variable.unadjusted_conditional == pytest.approx(0.2)
    assert [each.unconditional for each in variable.categories] == pytest.approx(
        [-0.2 / math.sqrt(2), 0.2 / math.sqrt(2)]
    )
    assert [(each.cases, each.responded) for each in variable.categories] == [(100, 40), (100, 80)]
    assert [each.propensity for each in variable.categories] == pytest.approx([0.4, 0.8])


def test_a_model_of_one_variable_gives_the_weighted_rates_of_its_categories() -> None:
    rows = (((0,), 0, 2.0, 10, 5), ((0,), 1, 6.0, 10, 9), ((1,), 2, 3.0, 20, 4), ((2,), 3, 1.0, 50, 30))
    rates = ((2 * 5 + 6 * 9) / 80, (2 * 5 + 6 * 9) / 80, 0.2, 0.6)
    assert of(*rows).propensities == pytest.approx(rates)
    mean = (64 + 12 + 30) / 190
    assert of(*rows).variance == pytest.approx(
        (80 * (0.8 - mean) ** 2 + 60 * (0.2 - mean) ** 2 + 50 * (0.6 - mean) ** 2) / 189
    )


def test_weights_count_a_group_for_the_workplaces_that_it_stands_for() -> None:
    assert of(((0,), 0, 30.0, 100, 40), ((1,), 1, 10.0, 100, 80)).mean == pytest.approx(0.5)


def test_two_variables_that_act_apart_share_the_spread_between_them() -> None:
    # Four cells of equal size with log-odds 0, 1, 2 and 3: each variable has a part of its own.
    rows = [((a, b), 2 * a + b, 1.0, 1000, round(1000 / (1 + math.exp(-(a + 2 * b))))) for a in (0, 1) for b in (0, 1)]
    found = of(*rows)
    first, second = found.variables
    assert second.unconditional > first.unconditional > 0
    for this, other in ((first, second), (second, first)):
        # S² is that between the cells of one variable and that within them: both with N in the place of N − 1.
        whole = found.variance * (4000 - 1) / 4000  # type: ignore[operator]
        assert this.unadjusted_unconditional**2 + other.unadjusted_conditional**2 == pytest.approx(whole)


# Where there is nothing to estimate


def test_when_everybody_has_answered_r_is_one() -> None:
    found = of(((0,), 0, 2.0, 5, 5), ((1,), 1, 3.0, 5, 5))
    assert (found.indicator, found.variation, found.maximal_bias) == (1.0, 0.0, 0.0)
    assert found.low is None
    assert found.problem is not None
    assert found.problem.code == "representativity_everybody"


def test_when_nobody_has_answered_no_figure_is_given() -> None:
    found = of(((0,), 0, 2.0, 5, 0), ((1,), 1, 3.0, 5, 0))
    assert found.indicator is None
    assert found.variation is None
    assert found.problem is not None
    assert found.problem.code == "representativity_nobody"


def test_when_all_are_alike_there_is_nothing_to_compare() -> None:
    found = of(((2, 1), 0, 2.0, 50, 20))
    assert found.indicator is None
    assert found.problem is not None
    assert found.problem.code == "representativity_all_alike"


def codes(found: Representativity) -> list[tuple[str, object, object]]:
    return [(each.code, each.params.get("variable"), each.params.get("category")) for each in found.remarks]


def test_a_category_without_response_is_named_and_counts_with_zero() -> None:
    found = of(((0, 0), 0, 1.0, 50, 20), ((1, 0), 1, 1.0, 50, 30), ((0, 2), 2, 2.0, 20, 0))
    assert found.propensities == pytest.approx((0.4, 0.6, 0.0))
    assert codes(found) == [("representativity_silent", 1, 2)]
    assert found.indicator is not None


def test_a_category_with_full_response_is_named_and_counts_with_one() -> None:
    found = of(((0, 0), 0, 1.0, 50, 20), ((1, 0), 1, 1.0, 50, 30), ((0, 1), 2, 2.0, 20, 20))
    assert found.propensities == pytest.approx((0.4, 0.6, 1.0))
    assert codes(found) == [("representativity_complete", 1, 1)]


def test_all_categories_may_be_without_or_with_full_response() -> None:
    found = of(((0,), 0, 1.0, 50, 0), ((1,), 1, 1.0, 50, 50))
    assert found.unadjusted == 1 - 2 * min(0.5, math.sqrt(found.variance or 0)) or found.unadjusted == 0
    assert found.bias == pytest.approx(0)
    assert found.maximal_bias == pytest.approx(0.5)


CROSSED = (((0, 0), 0, 1.0, 9, 0), ((0, 1), 1, 1.0, 9, 4), ((1, 0), 2, 1.0, 9, 6), ((1, 1), 3, 1.0, 9, 9))


def test_what_the_model_tells_apart_by_two_variables_together_is_said() -> None:
    # No category is without answers or full of them, but the coefficients have no end.
    crossed = of(*CROSSED)
    assert codes(crossed) == [("representativity_separated", None, None)]
    assert crossed.propensities == pytest.approx((0.0, 4 / 9, 6 / 9, 1.0), abs=1e-6)
    assert np.all(np.isfinite(fit(groups(*CROSSED)).covariance))


def test_differences_no_larger_than_chance_makes_them_are_none() -> None:
    found = of(((0,), 0, 10.0, 10, 4), ((1,), 1, 10.0, 10, 5))
    assert (found.indicator, found.standard_error) == (1.0, None)
    assert codes(found) == [("representativity_within_chance", None, None)]
    assert found.low is not None
    assert found.low < found.high == 1.0  # type: ignore[operator]


def test_a_category_that_does_not_occur_leaves_no_trace() -> None:
    assert of(((0,), 0, 10.0, 100, 40), ((7,), 1, 10.0, 100, 80)).indicator == of(*HALVES).indicator
    assert [each.code for each in of(((0,), 0, 1.0, 9, 4), ((7,), 1, 1.0, 9, 8)).variables[0].categories] == [0, 7]


def test_two_variables_that_say_the_same_change_nothing() -> None:
    once = of(*HALVES)
    twice = of(*(((*row[0], *row[0]), *row[1:]) for row in HALVES))
    assert twice.propensities == pytest.approx(once.propensities)
    assert (twice.indicator, twice.standard_error) == pytest.approx((once.indicator, once.standard_error))
    assert twice.variables[0].conditional == 0  # the other one says it already


@pytest.mark.parametrize(
    "row",
    [
        ((0,), 0, 1.0, 0, 0),
        ((0,), 0, 1.0, 3, 4),
        ((0,), 0, 1.0, 3, -1),
        ((0,), 0, 0.5, 3, 1),
        ((0,), 0, math.nan, 3, 1),
    ],
)
def test_groups_that_cannot_be_are_refused(row: Row) -> None:
    with pytest.raises(ValueError, match=r"group|weight"):
        groups(row)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.tuples(st.integers(0, 2), st.integers(0, 3)),
            st.integers(0, 3),
            st.floats(1, 50),
            st.integers(1, 6).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n))),
        ),
        min_size=1,
        max_size=12,
    )
)
def test_whatever_comes_every_figure_is_a_number_in_its_range_or_its_absence_is_told(
    drawn: list[tuple[tuple[int, int], int, float, tuple[int, int]]],
) -> None:
    found = of(*((codes, stratum, weight, *answers) for codes, stratum, weight, answers in drawn))
    assert (found.indicator is None) <= (found.problem is not None)
    for value in (found.unadjusted, found.indicator, found.low, found.high):
        assert value is None or 0 <= value <= 1
    for value in (found.standard_error, found.variation, found.maximal_bias):
        assert value is None or (math.isfinite(value) and value >= 0)
    assert all(0 <= each <= 1 for each in found.propensities)
    for category in chain.from_iterable(variable.categories for variable in found.variables):
        assert abs(category.unconditional) <= 0.5 + 1e-9
        assert 0 <= category.conditional <= 0.5 + 1e-9


# Against the second implementation


def drawn_sample(seed: int) -> list[loops.Unit]:
    """72 workplaces in strata that hold several categories, with unequal weights; answers by a logistic model."""
    rng = np.random.default_rng(seed)
    units: list[loops.Unit] = []
    for stratum, weight in enumerate((1.0, 2.5, 4.0, 9.0)):
        for _ in range(18):
            values = (int(rng.integers(0, 2)), int(rng.integers(0, 3)))
            chance = loops.expit(0.4 - 0.8 * values[0] + 0.5 * values[1])
            units.append(loops.Unit(values, stratum, weight, bool(rng.random() < chance)))
    return units


@pytest.mark.parametrize("seed", [5, 8])
def test_every_figure_is_that_of_the_second_implementation(seed: int) -> None:
    units = drawn_sample(seed)
    found = of(*((unit.values, unit.stratum, unit.weight, 1, int(unit.answered)) for unit in units))
    other = loops.indicators(units)
    assert found.propensities == pytest.approx(other.propensities, rel=1e-9)
    assert found.variance == pytest.approx(other.variance, rel=1e-9)
    assert found.bias == pytest.approx(other.bias, rel=1e-9)
    assert found.indicator == pytest.approx(1 - 2 * math.sqrt(other.adjusted), rel=1e-9)
    assert found.standard_error == pytest.approx(math.sqrt(other.variance_of_variance / other.variance), rel=1e-9)
    for number, variable in enumerate(found.variables):
        expected = loops.partials(units, other.propensities, number)
        assert {c.code: (c.unconditional, c.conditional) for c in variable.categories} == {
            code: pytest.approx(both, rel=1e-8, abs=1e-10) for code, both in expected.items()
        }


def test_cases_that_are_alike_may_stand_in_one_group() -> None:
    units = drawn_sample(5)
    alike: dict[tuple[tuple[int, ...], int, float], list[bool]] = {}
    for unit in units:
        alike.setdefault((unit.values, unit.stratum, unit.weight), []).append(unit.answered)
    one = of(*((unit.values, unit.stratum, unit.weight, 1, int(unit.answered)) for unit in units))
    together = of(*((*key, len(answers), sum(answers)) for key, answers in alike.items()))
    for name in ("indicator", "standard_error", "low", "variation", "bias"):
        assert getattr(together, name) == pytest.approx(getattr(one, name), rel=1e-9)


def test_the_standard_error_is_what_response_drawn_anew_shows() -> None:
    rng = np.random.default_rng(11)
    rows = [((a, b), 3 * a + b, 1.0 + b, 120, 0) for a in (0, 1) for b in (0, 1, 2)]
    chances = [loops.expit(0.6 - 0.9 * a + 0.4 * b) for a in (0, 1) for b in (0, 1, 2)]

    def once() -> Representativity:
        return of(*((*row[:4], int(rng.binomial(row[3], chance))) for row, chance in zip(rows, chances, strict=True)))

    many = [once() for _ in range(300)]
    seen = float(np.std([each.indicator for each in many if each.indicator is not None]))
    told = float(np.mean([each.standard_error for each in many if each.standard_error]))
    assert told == pytest.approx(seen, rel=0.15)  # the standard deviation of 300 is known within about 4 %
    sizes = np.array([row[2] * row[3] for row in rows])
    mean = sizes @ chances / sizes.sum()
    truth = 1 - 2 * math.sqrt(sizes @ (np.array(chances) - mean) ** 2 / (sizes.sum() - 1))
    assert np.mean([each.indicator for each in many if each.indicator is not None]) == pytest.approx(truth, abs=0.01)
    covered = sum(each.low <= truth <= each.high for each in many)  # type: ignore[operator]
    assert 268 <= covered <= 298  # the exact binomial 99.9 % range of 95 % of 300
