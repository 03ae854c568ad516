"""Whom to call next (docs/methods/calling-list.md), and the example of that page by hand."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from responses.models import Call
from responses.statistics.calling import (
    REST,
    Candidate,
    Place,
    Turn,
    calling_list,
    expected_gain,
    not_before,
    shortfalls,
)
from responses.statistics.follow_up import Standing, work_list, yield_of
from responses.statistics.propensities import Groups
from responses.statistics.representativity import representativity

NOW = datetime(2020, 2, 3, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
# The example of the page: strata 1, 2 and 3, target 50 per cent; every stratum is a group, and they lag as they are.
SAMPLED, SUBMITTED = {1: 40, 2: 20, 3: 10}, {1: 10, 2: 6, 3: 6}
SHORT = {1: 0.25, 2: 0.2, 3: 0.0}
GROUPS = Groups.of([[0], [1], [2]], [1, 2, 3], [2.5, 8.0, 1.0], [40, 20, 10], [10, 6, 6])
MEAN = (25 + 48 + 6) / 270
STANDING = Standing(GROUPS, representativity(GROUPS), SAMPLED, SUBMITTED, 0.5, yield_of(0, 0))
FIRST = Candidate(case=101, stratum=1, weight=2.5, started=False, lag=MEAN - 0.25, group=0)
CALLED = replace(FIRST, case=102, calls=1)
STARTED = replace(CALLED, case=103, started=True)
HEAVY = Candidate(case=201, stratum=2, weight=8.0, started=False, calls=1, lag=MEAN - 0.3, group=1)
FULL = Candidate(case=301, stratum=3, weight=1.0, started=False, lag=MEAN - 0.6, group=2)
AGREED = replace(FULL, case=302, calls=2, not_before=NOW, agreed=True)


def listed(*candidates: Candidate) -> list[Place]:
    return calling_list(((each.candidate, each.gain) for each in work_list(candidates, STANDING)), NOW)


def test_the_shortfall_is_what_a_stratum_lacks_to_the_target_and_never_less_than_nothing() -> None:
    assert shortfalls(SAMPLED, SUBMITTED, 0.5) == pytest.approx(SHORT)
    assert shortfalls({1: 4}, {}, 0.5) == {1: 0.5}


@pytest.mark.parametrize(
    ("candidate", "gain"), [(FIRST, 0.7315), (CALLED, 0.3657), (STARTED, 0.1829), (HEAVY, 0.7704), (FULL, 0.0)]
)
def test_the_gain_of_the_example_is_what_the_page_says(candidate: Candidate, gain: float) -> None:
    assert expected_gain(candidate, SHORT[candidate.stratum]) == pytest.approx(gain, abs=5e-5)


def test_the_example_comes_out_in_the_order_of_the_page() -> None:
    places = listed(FULL, STARTED, CALLED, FIRST, HEAVY, AGREED)
    assert [place.candidate.case for place in places] == [302, 201, 101, 102, 103, 301]
    assert places[0].turn is Turn.DUE
    assert [place.gain for place in places] == pytest.approx([0, 0.7704, 0.7389, 0.3593, 0.1771, 0], abs=5e-5)


def test_a_call_agreed_for_later_and_a_rest_wait_at_the_end_by_time() -> None:
    tomorrow = replace(FIRST, case=1, not_before=NOW + 24 * HOUR, agreed=True)
    soon = replace(FULL, case=2, not_before=NOW + HOUR)
    places = listed(tomorrow, soon, FULL)
    assert [(place.candidate.case, place.turn) for place in places] == [
        (301, Turn.NOW),
        (2, Turn.LATER),
        (1, Turn.LATER),
    ]


def test_a_rest_that_is_over_is_no_agreement() -> None:
    (place,) = listed(replace(FIRST, not_before=NOW - HOUR))
    assert place.turn is Turn.NOW


def test_the_agreement_that_has_waited_longest_comes_first() -> None:
    older = replace(FULL, case=1, not_before=NOW - HOUR, agreed=True)
    newer = replace(HEAVY, case=2, not_before=NOW - HOUR / 2, agreed=True)
    assert [place.candidate.case for place in listed(newer, older)] == [1, 2]


def test_equals_stand_by_calls_then_weight_then_number() -> None:
    plain = replace(FULL, case=9)
    others = [replace(plain, case=1, calls=1), replace(plain, case=8), replace(plain, case=3, weight=2.0), plain]
    assert [place.candidate.case for place in listed(*others)] == [3, 8, 9, 1]


def test_how_long_a_workplace_is_left_in_peace_depends_on_the_call() -> None:
    assert not_before("no_answer", NOW, None) == NOW + 3 * HOUR
    assert not_before("busy", NOW, None) == NOW + HOUR / 3
    assert not_before("other_person", NOW, None) is None
    assert not_before("call_back", NOW, NOW + 5 * HOUR) == NOW + 5 * HOUR


def test_every_rest_is_of_an_outcome_that_there_is() -> None:
    assert REST.keys() <= set(Call.Outcome.values)


@given(st.floats(0, 1), st.floats(1, 500), st.integers(0, 10), st.booleans())
def test_no_call_ever_raises_the_gain_of_the_next(shortfall: float, weight: float, calls: int, started: bool) -> None:
    before = Candidate(1, 1, weight, started, calls)
    after = replace(before, calls=calls + 1)
    assert 0 <= expected_gain(after, shortfall) <= expected_gain(before, shortfall)


@given(st.lists(st.tuples(st.integers(0, 3), st.booleans(), st.floats(1, 50)), max_size=30))
def test_nobody_is_lost_or_listed_twice(drawn: list[tuple[int, bool, float]]) -> None:
    candidates = [Candidate(number, 1, weight, started, calls) for number, (calls, started, weight) in enumerate(drawn)]
    found = [place.candidate.case for place in listed(*candidates)]
    assert sorted(found) == list(range(len(drawn)))
