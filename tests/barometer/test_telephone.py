"""Telephone numbers as registers have them, and as they are read aloud and dialled."""

import pytest

from barometer.telephone import dialled, tidy_number


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("86123456", "86 12 34 56"),
        (" 8612 3456 ", "86 12 34 56"),
        ("86-12-34-56", "86 12 34 56"),
        ("86.12.34.56", "86 12 34 56"),
        ("+45 86123456", "+45 86 12 34 56"),
        ("0045 86123456", "+45 86 12 34 56"),
        ("(+45) 86 12 34 56", "+45 86 12 34 56"),
        ("86123456 lok. 12", "86 12 34 56 lok. 12"),
        ("86123456, lokal 12", "86 12 34 56 lok. 12"),
        ("+46 (0)8-123 456", "+46 0 8 123 456"),
        ("0046 8 123 456", "+46 8 123 456"),
        ("", ""),
        (" \N{NO-BREAK SPACE} ", ""),
    ],
)
def test_a_number_is_shown_in_one_way(written: str, shown: str) -> None:
    assert tidy_number(written) == shown


@pytest.mark.parametrize("shown", ["86 12 34 56", "+45 86 12 34 56", "86 12 34 56 lok. 12", "+46 8 123 456"])
def test_a_tidy_number_stays_as_it_is(shown: str) -> None:
    assert tidy_number(shown) == shown


@pytest.mark.parametrize(
    "written", ["ring til Lea", "86123456 / 87123456", "12345", "8" * 16, "lea@a.dk", "86 12 3A 56"]
)
def test_what_is_not_one_number_is_refused(written: str) -> None:
    assert tidy_number(written) is None


@pytest.mark.parametrize(
    ("shown", "dial"),
    [
        ("86 12 34 56", "86123456"),
        ("+45 86 12 34 56", "+4586123456"),
        ("86 12 34 56 lok. 12", "86123456;ext=12"),
    ],
)
def test_a_telephone_is_told_the_digits_alone(shown: str, dial: str) -> None:
    assert dialled(shown) == dial
