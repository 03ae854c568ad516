"""Design weights, and collapsing strata until each can carry an estimate."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from responses.statistics.weighting import Cell, Collapse, TooFewUnits, collapse_strata, design_weights

LEVELS, GROUPS, SIZES = ("municipality", "state"), ("care", "health"), ("s1_9", "s10_24")
CELLS: list[Cell] = [(level, group, size) for level in LEVELS for group in GROUPS for size in SIZES]


def test_weights_are_the_population_over_respondents_and_known_ineligibles() -> None:
    assert design_weights([477, 20], [50, 4], [6, 1]) == (477 / 56, 4.0)


def test_weights_over_both_add_up_to_the_population() -> None:
    (weight,) = design_weights([477], [50], [6])
    assert weight * 50 + weight * 6 == pytest.approx(477)


@pytest.mark.parametrize(("population", "responding", "ineligible"), [(20, 0, 0), (20, 15, 6), (20, -1, 3)])
def test_a_stratum_that_cannot_be_weighted_is_refused(population: int, responding: int, ineligible: int) -> None:
    with pytest.raises(ValueError, match="stratum 1"):
        design_weights([10, population], [5, responding], [0, ineligible])


def test_lists_of_unequal_length_are_refused() -> None:
    with pytest.raises(ValueError):
        design_weights([10, 20], [5], [0, 0])


def test_strata_with_two_units_each_stay_as_they_are() -> None:
    collapsed = collapse_strata(CELLS, [100] * 8, [2] * 8)
    assert collapsed.stratum == tuple(range(8))
    assert collapsed.labels[0] == "municipality.care.s1_9"
    assert collapsed.collapses == ()


def test_a_stratum_with_one_unit_takes_in_its_level_and_size_class() -> None:
    # municipality.care.s1_9 has one; municipality.health.s1_9 is joined, the rest is left alone.
    collapsed = collapse_strata(CELLS, [10, 20, 30, 40, 50, 60, 70, 80], [1, 5, 5, 5, 5, 5, 5, 5])
    assert collapsed.stratum == (0, 1, 0, 2, 3, 4, 5, 6)
    assert collapsed.labels[0] == "municipality.s1_9"
    assert collapsed.populations == (40, 20, 40, 50, 60, 70, 80)
    assert collapsed.collapses == (Collapse("level_size", "municipality.s1_9", (0, 2)),)


def test_a_level_and_size_class_with_too_few_takes_in_its_level() -> None:
    collapsed = collapse_strata(CELLS, [10] * 8, [1, 5, 0, 5, 5, 5, 5, 5])
    assert collapsed.stratum == (0, 0, 0, 0, 1, 2, 3, 4)
    assert collapsed.collapses == (Collapse("level", "municipality", (0, 1, 2, 3)),)


def test_a_level_with_too_few_takes_in_everything() -> None:
    collapsed = collapse_strata(CELLS, [10] * 8, [1, 0, 0, 0, 5, 5, 5, 5])
    assert collapsed.stratum == (0,) * 8
    assert collapsed.populations == (80,)
    assert collapsed.collapses == (Collapse("all", "all", tuple(range(8))),)


def test_one_answer_in_all_is_too_few() -> None:
    with pytest.raises(TooFewUnits):
        collapse_strata(CELLS, [10] * 8, [1] + [0] * 7)


def test_a_cell_given_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="twice"):
        collapse_strata([CELLS[0], CELLS[0]], [10, 10], [5, 5])


@given(st.lists(st.integers(0, 4), min_size=8, max_size=8))
def test_afterwards_every_stratum_has_two_units_and_nothing_is_lost(counts: list[int]) -> None:
    populations = [100 + place for place in range(8)]
    if sum(counts) < 2:
        with pytest.raises(TooFewUnits):
            collapse_strata(CELLS, populations, counts)
        return
    collapsed = collapse_strata(CELLS, populations, counts)
    units = [0] * len(collapsed.labels)
    for stratum, count in zip(collapsed.stratum, counts, strict=True):
        units[stratum] += count
    assert min(units) >= 2
    assert sum(collapsed.populations) == sum(populations)
    joined = {stratum for collapse in collapsed.collapses for stratum in collapse.strata}
    assert {place for place, count in enumerate(counts) if count < 2} <= joined
