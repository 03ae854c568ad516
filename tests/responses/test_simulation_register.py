"""The made-up register: real authorities, the margins of the fourth edition, nobody who could be reached."""

from collections import Counter, defaultdict

import pytest

from barometer.addresses import is_reserved_address
from barometer.postal import postal_address
from responses.simulation.register import FULL_SIZE, authorities, margins, write_register
from surveys.frame_file import FrameRow, read_frame


@pytest.fixture(scope="module")
def rows() -> tuple[FrameRow, ...]:
    reading = read_frame(write_register(FULL_SIZE, seed=1))
    assert reading.problems == []
    return reading.rows


def test_the_register_has_exactly_the_margins_of_the_full_frame(rows: tuple[FrameRow, ...]) -> None:
    assert len(rows) == 14_297
    counts = Counter((row.level, row.industry_group, row.size_class) for row in rows)
    assert counts == {(cell.level, cell.industry_group, cell.size_class): cell.workplaces for cell in margins()}


def test_a_small_register_keeps_the_proportions() -> None:
    rows = read_frame(write_register(430, seed=1)).rows
    assert Counter(row.level for row in rows) == {"municipality": 349, "state": 61, "region": 20}


def test_the_authorities_are_the_real_ones_and_the_large_ones_have_most_workplaces(rows: tuple[FrameRow, ...]) -> None:
    assert Counter(authority.level for authority in authorities()) == {"municipality": 98, "region": 5, "state": 18}
    counts = Counter(row.authority for row in rows)
    assert counts.keys() == {authority.name for authority in authorities()}
    by_size = [name for name, _ in counts.most_common() if name.endswith(" Kommune")]
    assert by_size[0] == "København Kommune"
    assert set(by_size[-2:]) == {"Læsø Kommune", "Fanø Kommune"}


def test_a_workplace_lies_in_the_region_of_its_authority(rows: tuple[FrameRow, ...]) -> None:
    region_of = {authority.code: authority.region for authority in authorities() if authority.region}
    assert all(row.region == region_of[row.authority_code] for row in rows if row.authority_code in region_of)
    assert len({row.region for row in rows if row.level == "state"}) == 5


def test_nothing_in_it_can_be_taken_for_a_real_workplace_or_reach_a_person(rows: tuple[FrameRow, ...]) -> None:
    assert all(row.name.endswith("(øvelse)") for row in rows)
    assert len({row.name for row in rows}) == len(rows)
    assert all(not row.email or is_reserved_address(row.email) for row in rows)
    assert all(row.register_id.startswith("9") and row.cvr.startswith("99") for row in rows)
    assert all(row.phone.startswith("09 ") for row in rows)


def test_letters_can_be_sorted_by_postal_code(rows: tuple[FrameRow, ...]) -> None:
    assert all(postal_address(row.address).code for row in rows)


def test_some_workplaces_share_an_address_within_their_authority_and_some_have_none(
    rows: tuple[FrameRow, ...],
) -> None:
    of_address = defaultdict(set)
    for row in rows:
        of_address[row.email].add(row.authority_code)
    assert 100 < sum(not row.email for row in rows) < 200
    del of_address[""]
    assert all(len(owners) == 1 for owners in of_address.values())
    assert len(of_address) < 13_000
    assert {row.address_kind for row in rows} == {"person", "workplace", "authority"}
    assert {row.language for row in rows} == {"da", "en"}


def test_the_same_seed_gives_the_same_file() -> None:
    assert write_register(60, seed=1) == write_register(60, seed=1)
    assert write_register(60, seed=1) != write_register(60, seed=2)
