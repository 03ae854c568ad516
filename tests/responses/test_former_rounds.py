"""Former rounds, and a round beside them at the same field day."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from responses.former_rounds import compare, find
from surveys.models import Round
from tests.factories import NOON, make_case, make_open_round, make_questionnaire, make_response
from tests.fieldworks import make_fieldwork, moment

pytestmark = pytest.mark.django_db

DAY_TEN = datetime(2020, 1, 17, 11, tzinfo=UTC)


def make_former(now: Round, *, opens_on: date = date(2018, 1, 9), **changes: Any) -> Round:
    """A round of the same questionnaire, closed after 45 days."""
    days = {"opens_on": opens_on, "deadline": opens_on + timedelta(30), "closes_on": opens_on + timedelta(45)}
    former = make_open_round(**{"questionnaire": now.questionnaire, **days, **changes})
    opened, closed = moment(former, 0), moment(former, 45)
    Round.objects.filter(pk=former.pk).update(opened_at=opened, closed_at=closed)
    return Round.objects.get(pk=former.pk)


def test_former_rounds_are_the_closed_ones_of_the_same_questionnaire_the_newest_first() -> None:
    now = make_open_round()
    older = make_former(now, opens_on=date(2016, 1, 5))
    newer = make_former(now)
    make_former(now, questionnaire=make_questionnaire())
    make_former(now, rehearsal=False)
    make_open_round(questionnaire=now.questionnaire, opens_on=date(2019, 1, 8))  # still in the field
    Round.objects.filter(pk=make_former(now).pk).update(country="NO")
    assert find(now, DAY_TEN) == [newer, older]
    assert find(newer, DAY_TEN) == [older]


def test_a_round_that_was_closed_later_was_not_a_former_one_then() -> None:
    now = make_open_round()
    former = make_former(now)
    assert former.closed_at is not None
    assert find(now, former.closed_at - timedelta(hours=1)) == []


def test_three_former_rounds_are_enough() -> None:
    now = make_open_round()
    for year in (2010, 2012, 2014, 2016):
        make_former(now, opens_on=date(year, 1, 5))
    assert [former.opens_on.year for former in find(now, DAY_TEN)] == [2016, 2014, 2012]


def test_a_round_stands_beside_the_former_one_at_the_end_of_the_same_field_day() -> None:
    now = make_open_round()
    former = make_former(now)
    make_fieldwork(now, {0: 2, 9: 2, 10: 4}, sampled=10)
    make_fieldwork(now, {3: 1}, sampled=5, level="state")
    make_fieldwork(former, {0: 5, 9: 1, 10: 9}, sampled=20)
    found = compare(now, DAY_TEN)
    assert found is not None
    assert (found.field_day, found.rounds) == (9, (former,))
    every, municipality, state = found.rows
    assert (every.code, every.now.submitted, every.now.sampled) == ("", 5, 15)
    assert (municipality.now.rate, [share.rate for share in municipality.former]) == (0.4, [0.3])
    assert list(municipality.differences) == [pytest.approx(0.1)]
    assert (state.now.rate, state.former[0].rate, state.differences) == (0.2, None, (None,))


def test_what_was_submitted_before_the_opening_counts_on_the_opening_day() -> None:
    now = make_open_round()
    make_fieldwork(make_former(now), {-4: 3}, sampled=10)
    make_response(make_case(now), {}, at=NOON - timedelta(days=30))
    found = compare(now, datetime(2020, 1, 8, 9, tzinfo=UTC))
    assert found is not None
    assert found.field_day == 0
    assert (found.rows[0].now.submitted, found.rows[0].former[0].submitted) == (1, 3)


def test_a_closed_round_is_compared_at_the_end_of_its_last_day() -> None:
    now = make_former(make_open_round(), opens_on=date(2020, 1, 7))
    make_former(now)
    make_fieldwork(now, {45: 1}, sampled=2)
    found = compare(now, datetime(2021, 1, 1, tzinfo=UTC))
    assert found is not None
    assert (found.field_day, found.rows[0].now.submitted) == (45, 1)
    earlier = compare(now, DAY_TEN)
    assert earlier is not None
    assert (earlier.field_day, earlier.rows[0].now.submitted) == (9, 0)


@pytest.mark.parametrize("at", [NOON, DAY_TEN])
def test_without_a_former_round_or_a_day_that_is_over_there_is_nothing_to_compare(at: datetime) -> None:
    now = make_open_round()
    if at == NOON:
        make_former(now)
    make_case(now)
    assert compare(now, at) is None


def test_the_comparison_asks_three_questions_however_many_rounds_there_are(django_assert_num_queries: Any) -> None:
    now = make_open_round()
    for year in (2016, 2018):
        make_fieldwork(make_former(now, opens_on=date(year, 1, 5)), {1: 1}, sampled=2)
    make_fieldwork(now, {1: 1}, sampled=2)
    with django_assert_num_queries(3):
        compare(now, DAY_TEN)
