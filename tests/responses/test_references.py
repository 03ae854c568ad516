"""Reference numbers lead back to their case, and a slip of the tongue leads nowhere."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from responses.references import case_of, reference

CASES = st.integers(0, 2**20 - 1)


@given(pk=CASES)
def test_a_reference_leads_back_to_its_case(pk: int) -> None:
    assert case_of(reference(pk)) == pk


@given(pk=CASES)
def test_a_reference_is_read_out_in_two_fours_however_it_is_typed(pk: int) -> None:
    first, second = reference(pk).split()
    assert (len(first), len(second)) == (4, 4)
    assert {case_of(text) for text in (first + second, f" {first}-{second} ", f"{first}.{second}")} == {pk}


@given(pk=CASES, place=st.integers(0, 7), other=st.integers(1, 9))
def test_a_slip_in_one_digit_finds_nothing(pk: int, place: int, other: int) -> None:
    digits = reference(pk).replace(" ", "")
    slipped = digits[:place] + str((int(digits[place]) + other) % 10) + digits[place + 1 :]
    assert case_of(slipped) is None


def test_neighbouring_cases_have_references_far_apart() -> None:
    numbers = [int(reference(pk).replace(" ", "")) for pk in range(1, 200)]
    assert len(set(numbers)) == len(numbers)
    assert min(abs(one - other) for one, other in pairwise(numbers)) > 1_000_000


@pytest.mark.parametrize("text", ["", "1234", "123456789", "Skovbo", "１２３４５６７８", "0123456789"])
def test_what_is_no_reference_finds_nothing(text: str) -> None:
    assert case_of(text) is None


def test_a_worked_example() -> None:
    """By hand: 10 → 6 1 → 1 4 → 8 4 → 0 8 → 3 2 → 3 10 → 9 7, and 7 + 4 = 11."""
    assert reference(1) == "6180 3394"
