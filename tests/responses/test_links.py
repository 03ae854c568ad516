"""Personal links and typed codes are derived, and nothing but the right key makes them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from responses import links
from responses.models import LinkHolder
from tests.factories import make_case

DIGITS = st.lists(st.integers(0, 31), min_size=11, max_size=11)
NEW_KEY, OLD_KEY = b"\x01" * 32, b"\x02" * 32


@pytest.fixture
def holder(db: None) -> LinkHolder:
    return LinkHolder.objects.get(case=make_case())


def test_a_link_leads_back_to_its_holder(holder: LinkHolder) -> None:
    assert links.holder_of(links.ANSWER, links.token(links.ANSWER, holder)) == holder


def test_a_link_for_one_purpose_serves_no_other(holder: LinkHolder) -> None:
    assert links.holder_of(links.OPT_OUT, links.token(links.ANSWER, holder)) is None


def test_a_link_from_an_older_key_still_opens(holder: LinkHolder, settings: Settings) -> None:
    settings.LINK_KEYS = {"o": OLD_KEY}
    mailed, code = links.token(links.ANSWER, holder), links.typed_code(holder)
    settings.LINK_KEYS = {"n": NEW_KEY, "o": OLD_KEY}
    assert links.holder_of(links.ANSWER, mailed) == holder
    assert links.holder_of_code(code) == holder
    assert links.token(links.ANSWER, holder) != mailed


def test_a_link_from_a_withdrawn_key_is_dead(holder: LinkHolder, settings: Settings) -> None:
    mailed, code = links.token(links.ANSWER, holder), links.typed_code(holder)
    settings.LINK_KEYS = {"n": NEW_KEY}
    assert links.holder_of(links.ANSWER, mailed) is None
    assert links.holder_of_code(code) is None


def test_a_new_generation_ends_the_old_link_and_code(holder: LinkHolder) -> None:
    mailed, code = links.token(links.ANSWER, holder), links.typed_code(holder)
    LinkHolder.objects.update(generation=2)
    assert links.holder_of(links.ANSWER, mailed) is None
    assert links.holder_of_code(code) is None


@pytest.mark.parametrize(
    "text", ["", "-", "t1", "t1-", "x" * 5000, "t0-" + "A" * 22, "tzzzzzzzzzzzz-" + "A" * 22, "æøå"]
)
def test_rubbish_opens_nothing(db: None, text: str) -> None:
    assert links.holder_of(links.ANSWER, text) is None
    assert links.holder_of_code(text) is None


def test_every_changed_character_of_a_link_kills_it(holder: LinkHolder) -> None:
    token = links.token(links.ANSWER, holder)
    for place in range(len(token)):
        changed = token[:place] + ("B" if token[place] == "A" else "A") + token[place + 1 :]
        assert links.holder_of(links.ANSWER, changed) is None, place


def test_the_last_character_of_a_link_counts_in_full(holder: LinkHolder) -> None:
    token = links.token(links.ANSWER, holder)
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    opening = [last for last in alphabet if links.holder_of(links.ANSWER, token[:-1] + last)]
    assert opening == [token[-1]]


def test_a_code_is_forgiving_about_how_it_is_typed(holder: LinkHolder) -> None:
    code = links.typed_code(holder)
    forms = [code.lower(), code.replace("-", ""), f" {code} ", code.replace("0", "O").replace("1", "l")]
    pasted = [code.replace("-", dash) for dash in ("–", "\u2011", "\u200b-", "\xa0", "\r\n")] + [
        f"“{code}”.",
        f"\t{code},",
    ]
    assert [links.holder_of_code(form) for form in (*forms, *pasted)] == [holder] * 11


@given(
    digits=st.lists(st.integers(0, 31), min_size=11, max_size=11), place=st.integers(0, 10), other=st.integers(1, 31)
)
def test_the_check_character_finds_every_slip(digits: list[int], place: int, other: int) -> None:
    slipped = [*digits]
    slipped[place] ^= other
    assert links._check(slipped) != links._check(digits)


@given(digits=DIGITS, place=st.integers(0, 9))
def test_the_check_character_finds_every_swap_of_neighbours(digits: list[int], place: int) -> None:
    swapped = [*digits]
    swapped[place], swapped[place + 1] = digits[place + 1], digits[place]
    assert (links._check(swapped) == links._check(digits)) == (swapped == digits)
