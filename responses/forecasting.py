"""The forecast of a round, as the page and the command show it (docs/methods/forecast.md)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from math import ceil
from zlib import crc32

import numpy as np
from django.utils import timezone

from responses import former_rounds, round_curves
from responses.former_rounds import ALL, Comparison
from responses.round_curves import Contact
from responses.statistics.field_day_comparison import Group
from responses.statistics.forecast import CALLING_DAYS, Projection, Question, Unknown, Why, project
from responses.statistics.outcome_rates import response_rate
from responses.statistics.response_curve import Curve, Kind
from surveys.days_off import calendar_of
from surveys.models import Round

CALLS = 100  # of a phone round, unless another number is asked for
APART = 5  # days from one more reminder to the contacts before and after it


@dataclass(frozen=True, slots=True)
class Forecast:
    """A round so far, and where it is going.

    Attributes:
        today: the field day that is not over; of a round that has ended, its last.
        submitted: answers by field day, up to today.
        target: the number of answers that the target response rate makes.
        last_day: of the fieldwork, as a field day.
        calls: of the phone round that was asked for.
        former: the former rounds, the newest first.
        comparison: the round beside them at the same field day.
        projection: what will be, or why nothing can be said.
        is_over: the round has been closed; then its final rate is known.
    """

    round: Round
    at: datetime
    today: int
    sampled: int
    submitted: tuple[int, ...]
    target: int
    last_day: int
    calls: int
    callable_cases: int
    reminder_day: int | None
    contacts: tuple[Contact, ...]
    former: tuple["Former", ...]
    comparison: Comparison | None
    projection: Projection | Unknown
    is_over: bool

    @property
    def total(self) -> int:
        return sum(self.submitted)

    @property
    def rate(self) -> float | None:
        return response_rate(self.sampled, self.total)

    def share(self, answers: float) -> float:
        """Return a number of answers as a share of the sample."""
        return answers / self.sampled

    def date(self, field_day: int) -> date:
        return self.round.opens_on + timedelta(days=field_day)


@dataclass(frozen=True, slots=True)
class Former:
    """A former round: answers by field day."""

    round: Round
    sampled: int
    submitted: tuple[int, ...]

    def rate(self, day: int) -> float | None:
        """Return the response rate at the end of a field day; None after the last one."""
        return response_rate(self.sampled, sum(self.submitted[: day + 1])) if day < len(self.submitted) else None


def read(round_: Round, at: datetime, *, calls: int = CALLS, looks_back: bool = False) -> Forecast:
    """Return the forecast of a round at a moment; at most eleven queries, and seven more for audiences of steps ahead.

    The same data give the same numbers: the random numbers depend on the round and its field day only.

    Args:
        calls: of a phone round whose effect is asked for.
        looks_back: ``at`` is past: leave out what was submitted on that day and later. Otherwise what is dated later
            is taken for what the clock has made of today's.
    """
    closed = round_.closed_at is not None and round_.closed_at <= at
    end = min(at, round_.closed_at) if round_.closed_at else at
    today = round_.field_day(timezone.localdate(end))
    former = former_rounds.find(round_, at)
    by_level = former_rounds.groups_of([round_, *former])
    groups = {pk: found.get(ALL, Group(0, {})) for pk, found in by_level.items()}
    of_round = _until(groups[round_.pk], today, looks_back)
    found = Forecast(
        round=round_,
        at=at,
        today=max(0, today),
        sampled=of_round.sampled,
        submitted=tuple(of_round.submitted.get(day, 0) for day in range(max(0, today) + 1)),
        target=ceil(round_.target_response_rate * of_round.sampled),
        last_day=round_.field_day(round_.closes_on),
        calls=calls,
        callable_cases=0,
        reminder_day=None,
        contacts=(),
        former=tuple(_former(other, groups[other.pk]) for other in former),
        comparison=former_rounds.beside(round_, former, by_level, at),
        projection=Unknown(_why_not(round_, of_round, at, today) or Why.NOT_OPEN),
        is_over=closed,
    )
    if closed or _why_not(round_, of_round, at, today):
        return found
    return _with_projection(found, of_round, former, groups)


def _why_not(round_: Round, group: Group, at: datetime, today: int) -> Why | None:
    """Return why there is nothing to forecast, as far as the round itself tells."""
    if round_.opened_at is None or round_.opened_at > at or today < 0:
        return Why.NOT_OPEN
    return None if group.sampled else Why.NO_SAMPLE


def _until(group: Group, today: int, looks_back: bool) -> Group:
    """Return what had been submitted before a field day; what is dated on it or later counts on it, or not at all."""
    counts: dict[int, int] = {}
    for day, number in group.submitted.items():
        if day < today or not looks_back:
            place = max(0, min(day, today))
            counts[place] = counts.get(place, 0) + number
    return Group(group.sampled, counts)


def _former(round_: Round, group: Group) -> Former:
    assert round_.closed_at is not None
    days = round_curves.days_of(round_)
    return Former(round_, group.sampled, tuple(group.submitted.get(day, 0) for day in range(days)))


def _with_projection(found: Forecast, group: Group, former: Sequence[Round], groups: dict[int, Group]) -> Forecast:
    round_, today, last = found.round, found.today, max(found.last_day, found.today)
    calendar = calendar_of(round_)
    contacts = round_curves.contacts_until([round_, *former], found.at)
    round_curves.add_what_is_planned(contacts[round_.pk], round_, calendar, today)
    round_curves.count_audiences(contacts[round_.pk], round_, found.at)
    called = round_curves.calls_until([round_, *former], found.at)
    free = round_curves.free_days(round_, calendar, last)
    curve = round_curves.curve(round_, group, contacts[round_.pk], called[round_.pk], free, today)
    whole = [
        round_curves.whole_curve(other, groups[other.pk], contacts[other.pk], called[other.pk])
        for other in reversed(former)
        if groups[other.pk].sampled
    ]
    callable_cases = round_curves.callable_cases(round_)
    reminder_day = _reminder_day(curve, today, found.last_day)
    working = [day for day in range(today + 1, found.last_day) if not free[day]]
    question = Question(
        target=found.target,
        last_day=found.last_day,
        today=found.submitted[today],
        reminder_day=reminder_day,
        calls=found.calls,
        callable_cases=callable_cases,
        calling_days=tuple(working[:CALLING_DAYS]),
    )
    return replace(
        found,
        callable_cases=callable_cases,
        reminder_day=reminder_day,
        contacts=tuple(contacts[round_.pk]),
        projection=project(curve, question, whole, np.random.default_rng([crc32(round_.slug.encode()), today])),
    )


def _reminder_day(curve: Curve, today: int, last_day: int) -> int | None:
    """Return the first working day for one more reminder that is ``APART`` days from all others; None without one."""
    taken = [day for wave in curve.waves if wave.kind is not Kind.CALLS for day, _ in wave.days]
    days = (day for day in range(today + 1, last_day) if not curve.free[day])
    return next((day for day in days if all(abs(day - other) >= APART for other in taken)), None)
