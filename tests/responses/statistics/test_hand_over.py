"""Handing the task over: how often, to whom at once, and who is written to."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from responses.cleaning import clean_name
from responses.statistics.hand_over import (
    SILENCE,
    Receiver,
    domain_of,
    receiver,
    served_at_once,
    silent_after,
    too_often,
    typed_name,
)

NOON = datetime(2020, 1, 7, 11, tzinfo=UTC)
TODAY = date(2020, 1, 7)
YESTERDAY = TODAY - timedelta(days=1)


@pytest.mark.parametrize(
    ("before", "problem"),
    [
        ([], None),
        ([TODAY] * 2, None),
        ([TODAY] * 3, "hand_over_too_many_today"),
        ([YESTERDAY] * 3, None),
        ([YESTERDAY] * 9, None),
        ([YESTERDAY] * 10, "hand_over_too_many"),
        ([YESTERDAY] * 7 + [TODAY] * 2, None),
        ([YESTERDAY] * 7 + [TODAY] * 3, "hand_over_too_many"),
    ],
)
def test_a_case_is_handed_over_three_times_a_day_and_ten_times_in_all(before: list[date], problem: str | None) -> None:
    assert too_often(before, TODAY) == problem


@pytest.mark.parametrize(
    ("address", "known", "at_once"),
    [
        ("karl@aarhus.dk", ["lea@aarhus.dk"], True),
        ("karl@AARHUS.dk", ["lea@Aarhus.DK"], True),
        ("karl@aarhus.dk.", ["lea@aarhus.dk"], True),
        ("karl@aarhus.dk", ["lea@skole.dk", "post@aarhus.dk"], True),
        ("karl@ærø.dk", ["lea@XN--R-3FA9C.DK"], True),
        ("karl@aero.dk", ["lea@ærø.dk"], False),
        ("karl@ÆRØ.dk", ["lea@ærø.dk"], True),
        ("karl@skole.aarhus.dk", ["lea@aarhus.dk"], False),
        ("karl@aarhus.dk", ["lea@skole.aarhus.dk"], False),
        ("karl@notaarhus.dk", ["lea@aarhus.dk"], False),
        ("karl@aarhus.dk.evil.dk", ["lea@aarhus.dk"], False),
        ("karl@aarhus.dk@evil.dk", ["lea@aarhus.dk"], False),
        ("karl@gmail.com", ["lea@gmail.com"], False),
        ("karl@GMAIL.com", ["lea@gmail.com"], False),
        ("karl@aarhus.dk", [""], False),
        ("karl@aarhus.dk", [], False),
        ("", [""], False),
        ("karl", ["lea"], False),
        ("karl@", ["lea@"], False),
        (f"karl@{'a' * 64}.dk", [f"lea@{'a' * 64}.dk"], False),
    ],
)
def test_only_exactly_the_same_domain_is_served_at_once(address: str, known: list[str], at_once: bool) -> None:
    assert served_at_once(address, known=known) is at_once


def test_a_domain_is_compared_as_the_name_servers_are_asked_for_it() -> None:
    assert domain_of("karl@straße.de") == "strasse.de"  # where a mail to it goes


# The truth table of who is written to: whether a delegate has the task, and whether they have been silent.
@pytest.mark.parametrize(
    ("silent_from", "at", "expected"),
    [
        (None, NOON, Receiver.OWNER),
        (NOON, NOON - timedelta(seconds=1), Receiver.DELEGATE),
        (NOON, NOON, Receiver.OWNER),
        (NOON, NOON + timedelta(days=99), Receiver.OWNER),
    ],
)
def test_the_delegate_is_written_to_until_silent(
    silent_from: datetime | None, at: datetime, expected: Receiver
) -> None:
    assert receiver(silent_from, at) is expected


def test_a_delegate_is_silent_after_seven_days() -> None:
    assert silent_after(NOON) == NOON + timedelta(days=7) == NOON + SILENCE


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("Karl Kollega", "Karl Kollega"),
        ("  Karl \r\n Kollega\t", "Karl Kollega"),
        ("Åse Ørsted-Brøgger", "Åse Ørsted-Brøgger"),
        ("A.P. Møller", "A. P. Møller"),
        ("O'Brien", "O'Brien"),
        ("Karl evil.com", "Karl evil. com"),
        ("Karl evil．com", "Karl evil. com"),
        ("Karl evil。com", "Karl evil. com"),
        ("https://evil.com/x?y=1", "https evil. com x y"),
        ("karl@evil.com", "karl evil. com"),
        ("Ring 90 12 34 56", "Ring"),
        ("⟦link:1⟧", "link"),
        ("<b>Karl</b>", "b Karl b"),
        ("\u202eKarl\u200b\x00", "Karl"),
        ("１２３ - . '", ""),
        ("☎ 🙂", ""),
    ],
)
def test_of_a_typed_name_only_what_names_are_made_of_is_kept(typed: str, read: str) -> None:
    assert typed_name(typed) == read


@given(st.text(max_size=200))
def test_no_name_can_carry_a_link_a_number_or_a_line(typed: str) -> None:
    name = typed_name(typed)
    assert len(name) <= 60
    assert typed_name(name) == name
    assert clean_name(name) == name  # nothing is left that a mail takes out of a name
    assert not any(sign.isdecimal() or sign in "\r\n/@:⟦⟧<>" for sign in name)
    assert all(rest.startswith(" ") for rest in name.split(".")[1:])
