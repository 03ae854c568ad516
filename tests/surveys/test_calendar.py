"""When a case is contacted: free days, quiet weeks, holidays, and the two nights in which the clocks change."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.calendar import (
    Calendar,
    ContactDay,
    Obstacle,
    Planned,
    QuietWeeks,
    Week,
    contact_days,
    end_of,
    is_late,
    last_break,
    moment,
    working_days,
)
from surveys.days_off import public_holidays

COPENHAGEN = ZoneInfo("Europe/Copenhagen")
AARHUS, BORNHOLM, VIBORG = "751", "400", "791"
BREAKS = QuietWeeks({(BORNHOLM, 2020): frozenset({10}), (VIBORG, 2020): frozenset({8, 42})})
DANISH = Calendar(public_holidays("DK", range(2019, 2026), "da"), BREAKS)
DAYS = st.dates(date(2019, 6, 1), date(2025, 6, 1))


# Quiet weeks


def test_an_authority_without_rows_is_quiet_in_the_default_weeks() -> None:
    quiet = {week for week in range(1, 54) if week in QuietWeeks().of(AARHUS, 2021)}
    assert quiet == {1, 7, 27, 28, 29, 30, 31, 42, 52, 53}


def test_an_authority_with_rows_of_a_year_has_exactly_those_in_that_year() -> None:
    assert BREAKS.of(BORNHOLM, 2020) == {10}
    assert BREAKS.of(BORNHOLM, 2021) == QuietWeeks().default


def test_rows_without_an_authority_replace_the_defaults_of_all_others() -> None:
    weeks = QuietWeeks({("", 2020): frozenset({8}), (BORNHOLM, 2020): frozenset({10})})
    assert weeks.of(AARHUS, 2020) == {8}
    assert weeks.of(BORNHOLM, 2020) == {10}
    assert weeks.of(AARHUS, 2021) == QuietWeeks().default


def test_weeks_are_numbered_as_in_denmark_also_around_new_year() -> None:
    assert Week.of(date(2020, 12, 31)) == Week.of(date(2021, 1, 3)) == (2020, 53)
    assert Week.of(date(2024, 12, 30)) == (2025, 1)
    assert DANISH.obstacle(date(2020, 12, 29), AARHUS) is Obstacle.QUIET_WEEK


# The first free day


@pytest.mark.parametrize(
    ("planned", "authority", "free"),
    [
        (date(2020, 1, 14), AARHUS, date(2020, 1, 14)),  # a Tuesday
        (date(2020, 1, 12), AARHUS, date(2020, 1, 13)),  # a Sunday
        (date(2020, 2, 10), AARHUS, date(2020, 2, 17)),  # the Monday of week 7
        (date(2020, 2, 16), AARHUS, date(2020, 2, 17)),  # its Sunday
        (date(2020, 2, 10), BORNHOLM, date(2020, 2, 10)),
        (date(2020, 3, 4), BORNHOLM, date(2020, 3, 9)),  # week 10
        (date(2020, 2, 17), VIBORG, date(2020, 2, 24)),  # week 8
        (date(2020, 4, 9), AARHUS, date(2020, 4, 14)),  # Maundy Thursday to Easter Monday
        (date(2020, 6, 29), AARHUS, date(2020, 8, 3)),  # weeks 27 to 31
        (date(2019, 12, 23), AARHUS, date(2020, 1, 6)),  # weeks 52 and 1
    ],
)
def test_a_contact_waits_for_the_first_day_that_is_free_for_its_authority(
    planned: date, authority: str, free: date
) -> None:
    assert DANISH.first_free_day(planned, authority) == free


@given(DAYS, st.sampled_from([AARHUS, BORNHOLM, VIBORG]))
def test_no_free_day_is_passed_over_and_the_day_found_is_free(planned: date, authority: str) -> None:
    found = DANISH.first_free_day(planned, authority)
    assert found >= planned
    assert found.weekday() < 5 and found not in DANISH.holidays
    assert Week.of(found).number not in BREAKS.of(authority, Week.of(found).year)
    between = [planned + timedelta(days=number) for number in range((found - planned).days)]
    assert all(DANISH.obstacle(day, authority) for day in between)
    assert DANISH.first_free_day(found, authority) == found


@given(DAYS, DAYS)
def test_who_is_planned_later_is_not_contacted_earlier(one: date, other: date) -> None:
    first, second = sorted((one, other))
    assert DANISH.first_free_day(first, AARHUS) <= DANISH.first_free_day(second, AARHUS)


def test_an_authority_that_is_quiet_all_year_is_contacted_all_the_same() -> None:
    every_week = frozenset(range(1, 54))
    calendar = Calendar(
        {date(2020, 1, 6): "holiday"}, QuietWeeks({(AARHUS, year): every_week for year in (2020, 2021)})
    )
    assert calendar.first_free_day(date(2020, 1, 4), AARHUS) == date(2020, 1, 7)


@pytest.mark.parametrize(
    ("planned", "met"),
    [
        (date(2020, 1, 14), []),
        (date(2020, 1, 12), [Obstacle.WEEKEND]),
        (date(2020, 4, 9), [Obstacle.WEEKEND, Obstacle.HOLIDAY]),
        (date(2020, 2, 12), [Obstacle.WEEKEND, Obstacle.QUIET_WEEK]),
    ],
)
def test_it_is_known_what_stands_in_the_way(planned: date, met: list[Obstacle]) -> None:
    assert DANISH.obstacles(planned, AARHUS) == met


@pytest.mark.parametrize(
    ("country", "day", "name"),
    [
        ("DK", date(2020, 5, 8), "Store bededag"),
        ("NO", date(2020, 5, 17), "Grunnlovsdag"),
        ("SE", date(2020, 6, 6), "Nationaldagen"),
    ],
)
def test_public_holidays_are_those_of_the_country(country: str, day: date, name: str) -> None:
    language = {"DK": "da", "NO": "no", "SE": "sv"}[country]
    assert name in public_holidays(country, [2020], language)[day]


def test_store_bededag_is_a_working_day_since_2024() -> None:
    assert date(2024, 4, 26) not in public_holidays("DK", [2024], "da")


def test_a_country_that_the_library_does_not_know_has_no_holidays() -> None:
    assert public_holidays("XX", [2020], "da") == {}


def test_holidays_are_named_in_the_language_of_the_reader() -> None:
    assert public_holidays("DK", [2020], "en")[date(2020, 4, 10)] == "Good Friday"
    assert public_holidays("DK", [2020], "da")[date(2020, 4, 10)] == "Langfredag"


# The plan of an authority


def days(plan: list[Planned], authority: str = AARHUS) -> list[ContactDay]:
    return contact_days(plan, authority, DANISH)


OPENING = date(2020, 1, 7)


def on_days(*numbers: int) -> list[Planned]:
    return [Planned(OPENING + timedelta(days=number)) for number in numbers]


def test_a_step_never_comes_nearer_to_the_one_before_it_than_planned() -> None:
    assert [found.day for found in days(on_days(0, 5, 12, 19, 40))] == [
        date(2020, 1, 7),
        date(2020, 1, 13),  # the 12th is a Sunday
        date(2020, 1, 20),
        date(2020, 1, 27),
        date(2020, 2, 17),
    ]


def test_a_break_moves_all_that_follows_and_the_reason_is_told() -> None:
    plan = [Planned(date(2020, 2, 6)), Planned(date(2020, 2, 12)), Planned(date(2020, 2, 19))]
    assert days(plan) == [
        (date(2020, 2, 6), None),
        (date(2020, 2, 17), Obstacle.QUIET_WEEK),
        (date(2020, 2, 24), Obstacle.EARLIER),
    ]
    assert days(plan, BORNHOLM) == [(planned.day, None) for planned in plan]


def test_a_step_that_does_not_wait_leaves_on_its_day() -> None:
    sunday_of_week_7 = Planned(date(2020, 2, 16), waits=False)
    assert days([sunday_of_week_7]) == [(date(2020, 2, 16), None)]


def test_a_step_that_is_not_spaced_neither_moves_others_nor_is_moved_by_them() -> None:
    calls = Planned(date(2020, 2, 12), spaced=False)
    assert [found.day for found in days([calls, Planned(date(2020, 2, 19))])] == [date(2020, 2, 17), date(2020, 2, 19)]


@given(st.lists(DAYS, min_size=2, max_size=8, unique=True), st.sampled_from([AARHUS, BORNHOLM, VIBORG]))
def test_planned_distances_are_kept_or_grow(planned: list[date], authority: str) -> None:
    plan = [Planned(day) for day in sorted(planned)]
    found = [each.day for each in contact_days(plan, authority, DANISH)]
    for place in range(1, len(plan)):
        assert found[place] - found[place - 1] >= plan[place].day - plan[place - 1].day


# Moments


@pytest.mark.parametrize(
    ("day", "hour", "utc"),
    [
        (date(2020, 1, 7), time(10), "2020-01-07T09:00"),
        (date(2020, 7, 7), time(10), "2020-07-07T08:00"),
        (date(2020, 3, 29), time(1, 59), "2020-03-29T00:59"),
        (date(2020, 3, 29), time(2, 0), "2020-03-29T01:00"),  # does not exist: 3:00
        (date(2020, 3, 29), time(2, 30), "2020-03-29T01:30"),  # does not exist: 3:30
        (date(2020, 3, 29), time(3, 0), "2020-03-29T01:00"),
        (date(2020, 3, 29), time(10), "2020-03-29T08:00"),
        (date(2020, 10, 25), time(2, 30), "2020-10-25T00:30"),  # twice: the first
        (date(2020, 10, 25), time(3), "2020-10-25T02:00"),
        (date(2020, 10, 25), time(10), "2020-10-25T09:00"),
    ],
)
def test_a_time_of_the_clock_is_one_moment_also_when_the_clocks_change(day: date, hour: time, utc: str) -> None:
    assert moment(day, hour, COPENHAGEN) == datetime.fromisoformat(utc).replace(tzinfo=UTC)
    assert moment(day, hour.replace(fold=1), COPENHAGEN) == moment(day, hour, COPENHAGEN)


@given(DAYS, st.times())
def test_the_clock_shows_that_time_or_it_did_not_exist_and_is_later(day: date, hour: time) -> None:
    found = moment(day, hour, COPENHAGEN)
    shown = found.astimezone(COPENHAGEN).replace(tzinfo=None)
    wanted = datetime.combine(day, hour.replace(fold=0))
    assert found.utcoffset() == timedelta(0)
    assert shown.replace(fold=0) in (wanted, wanted + timedelta(hours=1))
    an_hour_before = (found - timedelta(hours=1)).astimezone(COPENHAGEN).replace(tzinfo=None, fold=0)
    assert an_hour_before != wanted  # the first of two


@pytest.mark.parametrize("day", [date(2020, 3, 29), date(2020, 10, 25), date(2020, 2, 6)])
def test_the_deadline_lasts_until_the_end_of_its_day_also_when_the_clocks_change(day: date) -> None:
    last_minute = moment(day, time(23, 59, 59), COPENHAGEN)
    assert not is_late(last_minute, day, COPENHAGEN)
    assert is_late(last_minute + timedelta(seconds=1), day, COPENHAGEN)
    hours = {3: 23, 10: 25}.get(day.month, 24)
    assert end_of(day, COPENHAGEN) - moment(day, time(0), COPENHAGEN) == timedelta(hours=hours)


# Breaks and working days


def test_working_days_are_those_that_are_neither_weekend_nor_holiday() -> None:
    assert working_days(date(2020, 2, 17), date(2020, 2, 21), DANISH) == 5
    assert working_days(date(2020, 4, 6), date(2020, 4, 19), DANISH) == 7  # Easter
    assert working_days(date(2020, 2, 21), date(2020, 2, 20), DANISH) == 0


def test_the_last_break_is_that_of_any_authority_in_the_field() -> None:
    first, last = date(2020, 1, 7), date(2020, 3, 20)
    assert last_break(first, last, DANISH) == (2020, 7)
    assert last_break(first, last, DANISH, [AARHUS, BORNHOLM, VIBORG]) == (2020, 10)
    assert last_break(date(2020, 1, 7), date(2020, 2, 3), DANISH) is None
