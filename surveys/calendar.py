"""When a case is contacted: the first day from the planned one on that is free for its authority (PURE).

How it is done stands in docs/methods/contact-plan.md.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

# The school breaks of most municipalities, and the weeks around New Year: 52–1, with 53 in the years that have it.
DEFAULT_QUIET_WEEKS = frozenset({1, 7, *range(27, 32), 42, 52, 53})
MOST_DAYS = 366  # after so many days nobody waits for a quiet week to end: an authority cannot be quiet all year
ONE_DAY = timedelta(days=1)
SATURDAY = 5


class Obstacle(StrEnum):
    """Why a day is not free. Of several that a contact was moved by, the last in this order is named."""

    EARLIER = "earlier"  # an earlier mail to the case was moved, and this one keeps its distance
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    QUIET_WEEK = "quiet_week"


class Week(NamedTuple):
    """A week as ISO 8601 numbers it; its year is that of its Thursday."""

    year: int
    number: int

    @classmethod
    def of(cls, day: date) -> "Week":
        year, number, _ = day.isocalendar()
        return cls(year, number)

    @property
    def monday(self) -> date:
        return date.fromisocalendar(self.year, self.number, 1)


@dataclass(frozen=True, slots=True)
class QuietWeeks:
    """The quiet weeks of every authority.

    ``own`` holds week numbers by authority code and year. An authority with an entry for a year has exactly those in
    that year; the others have those of the code "", and without such an entry the defaults.
    """

    own: Mapping[tuple[str, int], frozenset[int]] = field(default_factory=dict)
    default: frozenset[int] = DEFAULT_QUIET_WEEKS

    def of(self, authority: str, year: int) -> frozenset[int]:
        for code in (authority, ""):
            if (code, year) in self.own:
                return self.own[code, year]
        return self.default

    def include(self, authority: str, day: date) -> bool:
        week = Week.of(day)
        return week.number in self.of(authority, week.year)


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days on which nobody is contacted. ``holidays`` are public holidays, with their names."""

    holidays: Mapping[date, str] = field(default_factory=dict)
    quiet_weeks: QuietWeeks = field(default_factory=QuietWeeks)

    def is_working_day(self, day: date) -> bool:
        return day.weekday() < SATURDAY and day not in self.holidays

    def obstacle(self, day: date, authority: str) -> Obstacle | None:
        """Return why nobody of an authority is contacted on a day; None when it is free.

        A weekend in a quiet week counts as a weekend: the day would not have been free anyway.
        """
        if day.weekday() >= SATURDAY:
            return Obstacle.WEEKEND
        if day in self.holidays:
            return Obstacle.HOLIDAY
        return Obstacle.QUIET_WEEK if self.quiet_weeks.include(authority, day) else None

    def first_free_day(self, day: date, authority: str) -> date:
        """Return the day itself or the first one after it that is free for the authority."""
        for candidate in _days(day, MOST_DAYS):
            if self.obstacle(candidate, authority) is None:
                return candidate
        return next(candidate for candidate in _days(day, MOST_DAYS) if self.is_working_day(candidate))

    def obstacles(self, day: date, authority: str) -> list[Obstacle]:
        """Return what stands in the way from a day to the first free one, without repetition, in their order."""
        free = self.first_free_day(day, authority)
        met = {self.obstacle(candidate, authority) for candidate in _days(day, (free - day).days)}
        return [obstacle for obstacle in Obstacle if obstacle in met]


@dataclass(frozen=True, slots=True)
class Planned:
    """A contact as the plan has it.

    Attributes:
        waits: for a free day; otherwise it takes place on its day, whatever day that is.
        spaced: it keeps its planned distance to earlier contacts, and later ones theirs to it.
    """

    day: date
    waits: bool = True
    spaced: bool = True


class ContactDay(NamedTuple):
    """On which day an authority's cases are contacted, and why not as planned; None when it is as planned."""

    day: date
    moved_by: Obstacle | None


def contact_days(
    plan: Sequence[Planned], authority: str, calendar: Calendar, real: Sequence[date | None] = ()
) -> list[ContactDay]:
    """Return the day of each contact with a case of an authority. ``plan`` is in the order of its days.

    A contact never comes nearer to the one before it than planned: what moves, moves all that follows.

    Args:
        real: the days of the contacts that there have been, at their places in the plan; None where there was none.
    """
    found: list[ContactDay] = []
    for place, planned in enumerate(plan):
        was = real[place] if place < len(real) else None
        if was is not None:
            found.append(ContactDay(was, None))
            continue
        before = [(plan[other].day, found[other].day) for other in range(place) if plan[other].spaced]
        found.append(_contact_day(planned, before if planned.spaced else (), authority, calendar))
    return found


def _contact_day(
    planned: Planned, earlier: Iterable[tuple[date, date]], authority: str, calendar: Calendar
) -> ContactDay:
    """Return the first day on which a contact may come; ``earlier`` are the planned and the real day of others."""
    first = max([planned.day, *(real + (planned.day - day) for day, real in earlier)])
    met = [Obstacle.EARLIER] if first > planned.day else []
    if not planned.waits:
        return ContactDay(first, met[-1] if met else None)
    met += calendar.obstacles(first, authority)
    return ContactDay(calendar.first_free_day(first, authority), met[-1] if met else None)


def moment(day: date, hour: time, zone: ZoneInfo) -> datetime:
    """Return a time of the clock on the wall as a moment in UTC.

    In the night in which the clocks go forward a time that does not exist is as much later as the clocks jump; in the
    night in which they go back the first of the two is meant.
    """
    return datetime.combine(day, hour.replace(fold=0), zone).astimezone(UTC)


def end_of(day: date, zone: ZoneInfo) -> datetime:
    """Return the midnight that ends a day: what happens at it or later is after that day."""
    return moment(day + ONE_DAY, time(0), zone)


def is_late(submitted_at: datetime, deadline: date, zone: ZoneInfo) -> bool:
    """Whether answers came after the printed deadline, which lasts until the end of its day."""
    return submitted_at >= end_of(deadline, zone)


def working_days(first: date, last: date, calendar: Calendar) -> int:
    """Return how many days from the first to the last, both of them counted, are neither weekend nor holiday."""
    return sum(calendar.is_working_day(day) for day in _days(first, (last - first).days + 1))


def last_break(first: date, last: date, calendar: Calendar, authorities: Iterable[str] = ("",)) -> Week | None:
    """Return the last week between two days that is quiet for one of the authorities; None when there is none."""
    codes = list(authorities)
    weeks = sorted({Week.of(day) for day in _days(first, (last - first).days + 1)}, reverse=True)
    return next(
        (week for week in weeks if any(calendar.quiet_weeks.include(code, week.monday) for code in codes)), None
    )


def _days(first: date, count: int) -> Iterator[date]:
    return (first + timedelta(days=number) for number in range(count))
