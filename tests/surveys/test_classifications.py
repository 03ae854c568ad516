"""Industry groups and size classes, and their twins in the models."""

import pytest
from django.db.models import CharField, Model

from barometer import addresses
from surveys import classifications
from surveys.models import IndustryGroup, Level, Region, SizeClass, Workplace, WorkplaceContact
from surveys.register_headers import CODES, HEADERS, MAX_LENGTHS


@pytest.mark.parametrize(
    ("employees", "code"),
    [
        (1, "s1_9"),
        (9, "s1_9"),
        (10, "s10_24"),
        (24, "s10_24"),
        (25, "s25_49"),
        (49, "s25_49"),
        (50, "s50_99"),
        (99, "s50_99"),
        (100, "s100_plus"),
        (9000, "s100_plus"),
    ],
)
def test_size_classes(employees: int, code: str) -> None:
    assert classifications.size_class(employees) == code


def test_a_workplace_without_employees_has_no_size_class() -> None:
    with pytest.raises(ValueError):
        classifications.size_class(0)


@pytest.mark.parametrize(
    ("db07", "group"),
    [
        ("841100", "administration"),
        ("781000", "administration"),
        ("842300", "judiciary"),
        ("852010", "education"),
        ("861000", "health"),
        ("881030", "care"),
        ("889110", "childcare"),
        ("889160", "childcare"),
        ("889170", "other"),
        ("910110", "other"),
        ("842200", "other"),
    ],
)
def test_industry_groups(db07: str, group: str) -> None:
    assert classifications.industry_group(db07) == group


def test_the_codes_are_those_of_the_models() -> None:
    assert list(classifications.LEVELS) == Level.values
    assert list(classifications.INDUSTRY_GROUPS) == IndustryGroup.values
    assert list(classifications.SIZE_CLASSES) == SizeClass.values
    assert list(classifications.REGIONS) == Region.values


def test_the_words_of_a_register_lead_to_every_code_and_no_other() -> None:
    assert set(CODES["level"].values()) == set(classifications.LEVELS)
    assert set(CODES["industry_group"].values()) == set(classifications.INDUSTRY_GROUPS)
    assert set(CODES["region"].values()) == set(classifications.REGIONS)


def test_every_code_is_a_word_for_itself() -> None:
    for field in ("level", "industry_group", "region", "address_kind", "language"):
        assert {code: CODES[field].get(code) for code in CODES[field].values()} == {
            code: code for code in CODES[field].values()
        }


def test_a_header_means_one_thing() -> None:
    names = [name.casefold() for names in HEADERS.values() for name in names]
    assert len(names) == len(set(names))


def longest(model: type[Model], field: str) -> int | None:
    """How many characters the model holds."""
    column = model._meta.get_field(field)
    assert isinstance(column, CharField)
    return column.max_length


def test_the_longest_texts_are_those_of_the_models() -> None:
    for field in ("register_id", "name", "address", "authority_code", "authority"):
        assert longest(Workplace, field) == MAX_LENGTHS[field]
    assert longest(WorkplaceContact, "leader") == MAX_LENGTHS["leader"]
    assert longest(WorkplaceContact, "email") == addresses.MAX_LENGTH
