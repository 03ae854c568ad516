"""When the mails of a wave leave."""

from bisect import bisect_left
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from responses.statistics.pace import Limits, after_working_days, lasts, schedule

COPENHAGEN = ZoneInfo("Europe/Copenhagen")
TEN = datetime(2020, 1, 7, 10, tzinfo=COPENHAGEN)
HALF_AN_HOUR = timedelta(minutes=30)

wave = st.lists(st.sampled_from(["a.dk", "b.dk", "c.dk", "d.dk"]), max_size=120)
limit = st.integers(0, 30)
starts = st.integers(0, 366 * 24 * 60).map(lambda minutes: TEN + timedelta(minutes=minutes))


def most_in_a_minute(times: list[datetime]) -> int:
    """The most that leave within sixty seconds, wherever they begin."""
    ordered = sorted(times)
    return max((bisect_left(ordered, at + timedelta(minutes=1)) - place for place, at in enumerate(ordered)), default=0)


@given(wave, starts, limit, limit, st.integers(0, 50), st.integers(0, 10))
def test_no_minute_and_no_day_holds_more_than_its_limit(
    domains: list[str], start: datetime, per_domain: int, per_minute: int, per_day: int, first_batch: int
) -> None:
    times = schedule(domains, start, per_domain, per_minute, per_day, first_batch)
    assert len(times) == len(domains)
    assert all(at >= start for at in times)
    assert not per_minute or most_in_a_minute(times) <= per_minute
    for domain in set(domains):
        own = [at for at, other in zip(times, domains, strict=True) if other == domain]
        assert not per_domain or most_in_a_minute(own) <= per_domain
    days = Counter(at.astimezone(COPENHAGEN).date() for at in times)
    assert not per_day or max(days.values(), default=0) <= per_day


@given(wave, limit, limit, st.integers(1, 10))
def test_the_first_batch_holds_one_mail_per_domain_and_half_an_hour_passes_before_the_rest(
    domains: list[str], per_domain: int, per_minute: int, first_batch: int
) -> None:
    timed = sorted(zip(schedule(domains, TEN, per_domain, per_minute, 0, first_batch), domains, strict=True))
    size = min(first_batch, len(set(domains)))
    first, rest = timed[:size], timed[size:]
    assert len({domain for _, domain in first}) == size
    assert all(later[0] - first[-1][0] >= HALF_AN_HOUR for later in rest)


@given(wave, st.integers(1, 30))
def test_the_rest_is_interleaved_over_the_domains(domains: list[str], per_minute: int) -> None:
    """No domain is a second mail ahead of another that still waits."""
    timed = sorted(zip(schedule(domains, TEN, 0, per_minute, 0, 0), domains, strict=True))
    left, taken = Counter(domains), Counter[str]()
    for _, domain in timed:
        assert all(taken[domain] <= taken[other] for other in left if taken[other] < left[other])
        taken[domain] += 1


@given(wave, starts, limit, limit, st.integers(0, 50), st.integers(0, 10))
def test_the_mails_of_a_domain_leave_in_the_order_given(
    domains: list[str], start: datetime, per_domain: int, per_minute: int, per_day: int, first_batch: int
) -> None:
    times = schedule(domains, start, per_domain, per_minute, per_day, first_batch)
    for domain in set(domains):
        own = [at for at, other in zip(times, domains, strict=True) if other == domain]
        assert own == sorted(own)


def test_without_limits_everything_leaves_at_once() -> None:
    assert schedule(["a.dk"] * 5, TEN, 0, 0, 0, 0) == [TEN] * 5


def test_twenty_a_minute_to_a_domain_are_three_seconds_apart() -> None:
    times = schedule(["a.dk"] * 21, TEN, 20, 0, 0, 0)
    assert [at - TEN for at in times[:3]] == [timedelta(seconds=second) for second in (0, 3, 6)]
    assert times[20] - TEN == timedelta(minutes=1)


def test_at_most_a_hundred_domains_are_in_the_first_batch() -> None:
    times = schedule([f"{number}.dk" for number in range(150)], TEN, 20, 0, 0)
    assert Counter(times) == {TEN: 100, TEN + HALF_AN_HOUR: 50}


def test_a_wave_of_one_mail_per_domain_has_no_pause() -> None:
    assert schedule(["a.dk", "b.dk"], TEN, 20, 0, 0) == [TEN, TEN]


def test_when_a_day_is_full_the_rest_leaves_at_the_same_hour_of_the_next_also_when_the_clocks_change() -> None:
    saturday = datetime(2020, 3, 28, 10, tzinfo=COPENHAGEN)
    times = schedule(["a.dk"] * 5, saturday, 0, 0, 2, 0)
    assert [at.astimezone(COPENHAGEN).strftime("%d %H") for at in times] == [
        "28 10",
        "28 10",
        "29 10",
        "29 10",
        "30 10",
    ]
    assert times[2] == datetime(2020, 3, 29, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("waiting", "limits", "minutes"),
    [
        ({}, Limits(20, 60), 0),
        ({"a.dk": 1}, Limits(20, 60), 0),
        ({"a.dk": 21}, Limits(20), 1),
        ({"a.dk": 21, "b.dk": 40}, Limits(20, 60), 1.95),
        ({"a.dk": 31, "b.dk": 30}, Limits(0, 60), 1),
        ({"a.dk": 500}, Limits(), 0),
    ],
)
def test_how_long_what_is_left_will_take(waiting: dict[str, int], limits: Limits, minutes: float) -> None:
    assert lasts(waiting, limits) == timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (date(2020, 1, 6), date(2020, 1, 8)),  # Monday
        (date(2020, 1, 9), date(2020, 1, 13)),  # Thursday
        (date(2020, 1, 11), date(2020, 1, 14)),  # Saturday
    ],
)
def test_a_weekend_is_no_working_day(start: date, end: date) -> None:
    assert after_working_days(start, 2) == end


def test_a_holiday_is_no_working_day() -> None:
    assert after_working_days(date(2020, 1, 6), 2, {date(2020, 1, 7)}) == date(2020, 1, 9)
