"""The contact plan as a calendar: months of weeks of days, each with what happens on it."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from responses.contact_days import Days
from responses.planned_contacts import Forecast
from surveys.calendar import ONE_DAY, Calendar, Obstacle, Week
from surveys.models import ContactStep, Round

WEEK = 7 * ONE_DAY


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the calendar.

    Attributes:
        steps: the steps that leave on it, and to how many; None where nobody can be counted yet.
        events: of "opens", "deadline" and "closes" those that fall on it.
        in_month: days of the months before and after stand in the grid as blanks.
    """

    date: date
    steps: tuple[tuple[ContactStep, int | None], ...]
    events: tuple[str, ...]
    holiday: str
    is_weekend: bool
    in_month: bool

    @property
    def says_something(self) -> bool:
        return bool(self.in_month and (self.steps or self.events or self.holiday))


@dataclass(frozen=True, slots=True)
class CalendarWeek:
    """A week; ``quiet`` is how many of the sampled cases are not to be disturbed, None for all when none is sampled."""

    number: int
    quiet: int | None
    days: tuple[Day, ...]

    @property
    def is_quiet(self) -> bool:
        return self.quiet != 0


@dataclass(frozen=True, slots=True)
class Month:
    first: date
    weeks: tuple[CalendarWeek, ...]


def months(round_: Round, forecasts: Sequence[Forecast], days: Days, units: Mapping[str, int]) -> tuple[Month, ...]:
    """Return the months from the first step to the last step or the closing; no query."""
    steps = _steps_by_day(forecasts, days)
    events: dict[date, list[str]] = defaultdict(list)
    for name, day in (("opens", round_.opens_on), ("deadline", round_.deadline), ("closes", round_.closes_on)):
        events[day].append(name)
    shown = sorted([*steps, *events])

    def day_of(day: date, month: date) -> Day:
        return Day(
            date=day,
            steps=tuple(steps.get(day, ())),
            events=tuple(events.get(day, ())),
            holiday=days.calendar.holidays.get(day, ""),
            is_weekend=days.calendar.obstacle(day, "") is Obstacle.WEEKEND,
            in_month=day.month == month.month,
        )

    return tuple(
        Month(
            first,
            tuple(
                CalendarWeek(
                    Week.of(monday).number,
                    _quiet(monday, days.calendar, units),
                    tuple(day_of(monday + timedelta(days=number), first) for number in range(7)),
                )
                for monday in _mondays(first)
            ),
        )
        for first in _firsts(shown[0], shown[-1])
    )


def _steps_by_day(forecasts: Sequence[Forecast], days: Days) -> dict[date, list[tuple[ContactStep, int | None]]]:
    """Return the steps by day. One that reaches nobody that could be counted stands on its planned free day."""
    found: dict[date, list[tuple[ContactStep, int | None]]] = defaultdict(list)
    for forecast in forecasts:
        for day, count in forecast.days:
            found[day].append((forecast.step, count))
        if not forecast.days:
            found[days.of(forecast.step, 0, "").day].append((forecast.step, None))
    return found


def _quiet(monday: date, calendar: Calendar, units: Mapping[str, int]) -> int | None:
    if not units:
        return None if calendar.quiet_weeks.include("", monday) else 0
    return sum(count for code, count in units.items() if calendar.quiet_weeks.include(code, monday))


def _firsts(first: date, last: date) -> Iterator[date]:
    """Yield the first of every month from one day to another."""
    month = first.replace(day=1)
    while month <= last:
        yield month
        month = (month + 31 * ONE_DAY).replace(day=1)


def _mondays(first: date) -> Iterator[date]:
    """Yield the Mondays of the weeks that a month has days in."""
    monday = first - timedelta(days=first.weekday())
    following = (first + 31 * ONE_DAY).replace(day=1)
    while monday < following:
        yield monday
        monday += WEEK
