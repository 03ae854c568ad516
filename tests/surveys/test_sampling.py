"""Strata, allocation and selection: by hand, against R, and as properties."""

import random
from collections import Counter
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.classifications import INDUSTRY_GROUPS, SIZE_CLASSES
from surveys.sampling import (
    Cell,
    Stratification,
    Unit,
    allocate,
    allocation_problems,
    key_fingerprint,
    permanent_random_number,
    proportional_shares,
    select,
    stratify,
)
from tests import oracles

KEY = b"a key for tests"


def make_units(cells: Mapping[tuple[str, str, str], int]) -> list[Unit]:
    """A frame with so many units in each level, industry group and size class."""
    names = [(*cell, number) for cell, population in cells.items() for number in range(population)]
    ids = (f"{level}-{group}-{size}-{number}" for level, group, size, number in names)
    return [
        Unit(register_id, level, group, size, permanent_random_number(register_id, KEY))
        for register_id, (level, group, size, _) in zip(ids, names, strict=True)
    ]


def make_state_health(**sizes: int) -> list[Unit]:
    """A frame of one level and industry group, with so many units per size class."""
    return make_units({("state", "health", size): population for size, population in sizes.items()})


def make_line(*numbers: float) -> list[Unit]:
    """Units of one stratum with these permanent random numbers; their ids are the numbers' places."""
    return [Unit(f"u{place}", "state", "health", "s1_9", number) for place, number in enumerate(numbers)]


def populations(stratification: Stratification) -> dict[str, int]:
    return {stratum.code: stratum.population for stratum in stratification.strata}


# Permanent random numbers.


def test_a_permanent_random_number_is_hmac_sha256_as_a_fraction() -> None:
    # printf 0123456789 | openssl dgst -sha256 -hmac key  begins with 1418bde51967febe.
    assert permanent_random_number("0123456789", b"key") == (0x1418BDE51967FEBE >> 11) / 2**53


def test_it_is_the_same_every_time_and_another_under_another_key() -> None:
    assert permanent_random_number("0123456789", KEY) == permanent_random_number("0123456789", KEY)
    assert permanent_random_number("0123456789", KEY) != permanent_random_number("0123456789", b"another")
    assert permanent_random_number("0123456789", KEY) != permanent_random_number("0123456788", KEY)


def test_the_numbers_of_ten_thousand_units_are_spread_evenly() -> None:
    numbers = [permanent_random_number(f"{number:010}", KEY) for number in range(10_000)]
    tenths = Counter(int(number * 10) for number in numbers)
    assert set(tenths) == set(range(10))
    assert sum((count - 1000) ** 2 / 1000 for count in tenths.values()) < 27.9  # chi-square, 9 df, 0.1 %
    assert len(set(numbers)) == 10_000


@pytest.mark.parametrize(("register_id", "key"), [("", KEY), ("0123456789", b"")])
def test_without_an_id_or_a_key_there_is_no_number(register_id: str, key: bytes) -> None:
    with pytest.raises(ValueError):
        permanent_random_number(register_id, key)


def test_a_fingerprint_tells_keys_apart_and_shows_nothing_of_them() -> None:
    fingerprint = key_fingerprint(KEY)
    assert fingerprint == key_fingerprint(KEY) != key_fingerprint(b"another")
    assert len(bytes.fromhex(fingerprint)) == 8


# Strata.


def test_cells_of_twenty_are_strata_and_nothing_is_merged() -> None:
    stratification = stratify(make_state_health(s1_9=20, s10_24=25))
    assert populations(stratification) == {"state.health.s1_9": 20, "state.health.s10_24": 25}
    assert stratification.merges == ()
    assert stratification.problems == ()


def test_a_small_cell_is_merged_with_its_smaller_neighbour() -> None:
    stratification = stratify(make_state_health(s1_9=40, s10_24=19, s25_49=30))
    assert populations(stratification) == {"state.health.s1_9": 40, "state.health.s10_24+s25_49": 49}


def test_of_two_equal_neighbours_the_lower_size_class_is_taken() -> None:
    stratification = stratify(make_state_health(s1_9=30, s10_24=5, s25_49=30))
    assert populations(stratification) == {"state.health.s1_9+s10_24": 35, "state.health.s25_49": 30}


def test_the_smallest_cell_goes_first_and_merging_goes_on_until_it_is_enough() -> None:
    # 4 joins 9 (13), 13 joins 30 and not 50.
    stratification = stratify(make_state_health(s1_9=50, s25_49=9, s50_99=4, s100_plus=30))
    assert populations(stratification) == {"state.health.s1_9": 50, "state.health.s25_49+s50_99+s100_plus": 43}


def test_a_size_class_without_workplaces_does_not_stand_between_neighbours() -> None:
    stratification = stratify(make_state_health(s1_9=25, s100_plus=3))
    assert populations(stratification) == {"state.health.s1_9+s100_plus": 28}


def test_an_industry_group_too_small_as_a_whole_joins_the_smallest_other_of_its_level() -> None:
    stratification = stratify(
        make_units(
            {
                ("region", "care", "s1_9"): 8,
                ("region", "care", "s10_24"): 7,
                ("region", "administration", "s1_9"): 30,
                ("region", "administration", "s10_24"): 16,
                ("region", "health", "s1_9"): 60,
                ("state", "care", "s1_9"): 21,
            }
        )
    )
    assert populations(stratification) == {
        "region.administration+care.s1_9": 38,
        "region.administration+care.s10_24": 23,
        "region.health.s1_9": 60,
        "state.care.s1_9": 21,
    }


def test_a_merge_says_what_it_is_made_of() -> None:
    stratification = stratify(
        make_units(
            {("region", "care", "s1_9"): 8, ("region", "health", "s1_9"): 60, ("region", "health", "s10_24"): 30}
        )
    )
    (merge,) = stratification.merges
    assert merge.cells == (Cell("region", "care", "s1_9", 8), Cell("region", "health", "s1_9", 60))
    assert (merge.industry_groups, merge.size_classes) == (("care", "health"), ("s1_9",))


def test_a_level_too_small_for_one_stratum_is_a_problem() -> None:
    stratification = stratify(make_units({("region", "care", "s1_9"): 12, ("state", "care", "s1_9"): 30}))
    (problem,) = stratification.problems
    assert problem.code == "sample_level_too_small"
    assert problem.params == {"level": "region", "population": 12, "smallest": 20}


def test_an_unknown_size_class_is_our_mistake() -> None:
    with pytest.raises(ValueError):
        stratify([Unit("u1", "state", "health", "huge", 0.5)])


cells = st.dictionaries(
    st.tuples(
        st.sampled_from(["region", "state"]), st.sampled_from(INDUSTRY_GROUPS[:4]), st.sampled_from(SIZE_CLASSES)
    ),
    st.integers(1, 45),
    min_size=1,
)


@given(cells, st.randoms(use_true_random=False))
def test_strata_hold_every_unit_once_whatever_the_order(
    cells: dict[tuple[str, str, str], int], shuffler: random.Random
) -> None:
    units = make_units(cells)
    stratification = stratify(units)
    assert sorted(unit.register_id for stratum in stratification.strata for unit in stratum.units) == sorted(
        unit.register_id for unit in units
    )
    shuffler.shuffle(units)
    assert stratify(units) == stratification


@given(cells)
def test_every_stratum_has_twenty_units_unless_the_level_has_not(cells: dict[tuple[str, str, str], int]) -> None:
    stratification = stratify(make_units(cells))
    helpless = {problem.params["level"] for problem in stratification.problems}
    for stratum in stratification.strata:
        assert stratum.population >= 20 or stratum.level in helpless
        assert sum(cell.population for cell in stratum.cells) == stratum.population
    for level in helpless:
        assert sum(count for cell, count in cells.items() if cell[0] == level) < 20


# Allocation.


def test_proportional_with_a_floor_by_hand() -> None:
    # 100 of 1000: a 90, b 8, c 2; b and c have a floor of 10, so a gets the remaining 80.
    assert allocate({"a": 900, "b": 80, "c": 20}, 100) == {"a": 80, "b": 10, "c": 10}


def test_a_stratum_smaller_than_the_floor_is_taken_all() -> None:
    assert allocate({"a": 900, "b": 6}, 100) == {"a": 94, "b": 6}


def test_remainders_go_to_the_largest_and_ties_to_the_first_name() -> None:
    # 31 over 30 : 30 : 30 is 10⅓ each.
    assert allocate({"c": 30, "a": 30, "b": 30}, 31) == {"c": 10, "a": 11, "b": 10}


def test_strata_named_to_be_taken_all_are_and_the_rest_is_shared() -> None:
    assert allocate({"a": 400, "b": 200, "c": 40}, 100, take_all=["c"]) == {"a": 40, "b": 20, "c": 40}


def test_the_whole_frame_may_be_drawn() -> None:
    assert allocate({"a": 40, "b": 3}, 43) == {"a": 40, "b": 3}


def test_a_sample_larger_than_the_frame_is_a_problem() -> None:
    (problem,) = allocation_problems({"a": 40, "b": 3}, 44)
    assert (problem.code, problem.params) == ("sample_size_above_population", {"size": 44, "population": 43})


def test_a_sample_smaller_than_the_floors_is_a_problem() -> None:
    (problem,) = allocation_problems({"a": 40, "b": 3}, 12)
    assert (problem.code, problem.params) == ("sample_size_below_minimum", {"size": 12, "least": 13, "minimum": 10})


def test_strata_to_be_taken_all_count_as_floors() -> None:
    assert allocation_problems({"a": 40, "b": 30}, 39, take_all=["b"])[0].params["least"] == 40


@pytest.mark.parametrize("size", [44, 12])
def test_an_impossible_size_is_not_allocated(size: int) -> None:
    with pytest.raises(ValueError, match="sample_size"):
        allocate({"a": 40, "b": 3}, size)


def test_an_unknown_stratum_cannot_be_taken_all() -> None:
    with pytest.raises(ValueError, match="not there"):
        allocate({"a": 40}, 20, take_all=["b"])


PLAN = oracles.cases("plan")["plan.alloc.proportional"]
PLANNED = dict(zip(PLAN["stratum"], PLAN["N_h"], strict=True))


def test_the_shares_equal_r() -> None:
    shares = proportional_shares(PLANNED, 4540)
    assert [float(share) for share in shares.values()] == pytest.approx(PLAN["boxed"], rel=1e-9)


def test_the_integers_equal_r() -> None:
    assert list(allocate(PLANNED, 4540).values()) == PLAN["boxed_integer"]


strata = st.dictionaries(st.text("abcdefgh", min_size=1, max_size=3), st.integers(1, 400), min_size=1, max_size=12)


@given(strata, st.integers(0, 15), st.data())
def test_an_allocation_adds_up_and_keeps_its_bounds(
    populations: dict[str, int], minimum: int, data: st.DataObject
) -> None:
    take_all = data.draw(st.sets(st.sampled_from(sorted(populations))))
    floors = {code: n if code in take_all else min(n, minimum) for code, n in populations.items()}
    size = data.draw(st.integers(sum(floors.values()), sum(populations.values())))
    allocation = allocate(populations, size, minimum, take_all)
    assert sum(allocation.values()) == size
    for code, drawn in allocation.items():
        assert floors[code] <= drawn <= populations[code]
    backwards = dict(reversed(populations.items()))
    assert allocate(backwards, size, minimum, take_all) == allocation


# Selection.


def test_the_first_units_after_the_start_are_taken() -> None:
    line = make_line(0.9, 0.1, 0.3, 0.5)
    assert [unit.register_id for unit in select(line, 2, 0.25)] == ["u2", "u3"]


def test_a_unit_at_the_start_is_taken() -> None:
    assert [unit.register_id for unit in select(make_line(0.1, 0.25, 0.3), 1, 0.25)] == ["u1"]


def test_after_one_it_goes_on_from_nought() -> None:
    line = make_line(0.9, 0.1, 0.3, 0.5)
    assert [unit.register_id for unit in select(line, 3, 0.7)] == ["u0", "u1", "u2"]


def test_units_with_the_same_number_come_in_order_of_their_id() -> None:
    line = make_line(0.5, 0.5, 0.5)
    assert [unit.register_id for unit in select(reversed(line), 2, 0.0)] == ["u0", "u1"]


@pytest.mark.parametrize(("size", "start"), [(4, 0.0), (-1, 0.0), (2, 1.0), (2, -0.1)])
def test_an_impossible_selection_is_refused(size: int, start: float) -> None:
    with pytest.raises(ValueError):
        select(make_line(0.1, 0.2, 0.3), size, start)


numbers = st.lists(st.floats(0, 1, exclude_max=True), min_size=1, max_size=30)
start_points = st.floats(0, 1, exclude_max=True)


@given(numbers, start_points, st.data())
def test_a_selection_is_a_stretch_of_the_circle_beginning_at_the_start(
    numbers: list[float], start: float, data: st.DataObject
) -> None:
    line = make_line(*numbers)
    size = data.draw(st.integers(0, len(line)))
    taken = select(line, size, start)
    assert len(set(taken)) == size
    distances = [(unit.permanent_random_number - start) % 1 for unit in taken]
    left = [(unit.permanent_random_number - start) % 1 for unit in line if unit not in taken]
    assert not distances or not left or max(distances) <= min(left) + 1e-12


@given(numbers, start_points, st.randoms(use_true_random=False), st.data())
def test_the_order_of_the_frame_does_not_matter(
    numbers: list[float], start: float, shuffler: random.Random, data: st.DataObject
) -> None:
    line = make_line(*numbers)
    size = data.draw(st.integers(0, len(line)))
    taken = select(line, size, start)
    shuffler.shuffle(line)
    assert select(line, size, start) == taken


@given(numbers, start_points, st.data())
def test_a_larger_sample_contains_the_smaller_one(numbers: list[float], start: float, data: st.DataObject) -> None:
    line = make_line(*numbers)
    size = data.draw(st.integers(0, len(line) - 1))
    assert select(line, size + 1, start)[:size] == select(line, size, start)


@given(numbers, start_points, st.data())
def test_where_one_selection_ends_the_next_can_begin(numbers: list[float], start: float, data: st.DataObject) -> None:
    line = make_line(*set(numbers))
    size = data.draw(st.integers(0, len(line) - 1))
    everything = select(line, len(line), start)
    following = select(line, len(line) - size, everything[size].permanent_random_number)
    assert not set(select(line, size, start)) & set(following)


def test_every_unit_has_the_same_chance_over_all_starts() -> None:
    line = make_line(*(place / 20 for place in range(20)))
    taken = Counter(unit for start in range(20) for unit in select(line, 7, start / 20))
    assert set(taken.values()) == {7}  # 7 of 20 starts: n_h / N_h
