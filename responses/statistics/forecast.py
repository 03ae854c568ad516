"""Where a round's response rate is going, with an 80 % band (docs/methods/forecast.md).

Parameters are drawn given the answers so far (``curve_fit.draws``), and with each draw the days that are left. What
the answers cannot tell is an ``Unknown`` with its reason.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from responses.statistics.curve_fit import BEFORE_ANY_ROUND, Beliefs, draws, fit
from responses.statistics.response_curve import (
    DISPERSION,
    NEARLY_ALL,
    Curve,
    Floats,
    Kind,
    Wave,
    hazards,
    survival,
)

LOWER, UPPER = 0.1, 0.9  # the band holds what happens in four cases of five
DRAWS = 1000
FEWEST_DAYS = 3  # complete days after a contact before anything is said of its effect
FEWEST_ANSWERS = 20
FEWEST_CALLS = 30
CALLING_DAYS = 5  # over which a phone round is spread

Integers = NDArray[np.int64]


class Why(StrEnum):
    """Why something cannot be computed."""

    NO_SAMPLE = "no_sample"
    NOT_OPEN = "not_open"
    NO_WAVE = "no_wave"
    TOO_EARLY = "too_early"
    FEW_ANSWERS = "few_answers"
    PAST_CLOSING = "past_closing"
    NO_REMINDER_YET = "no_reminder_yet"
    NO_DAY_LEFT = "no_day_left"
    NO_CALLS_YET = "no_calls_yet"
    NO_CALLING_DAY = "no_calling_day"
    NOBODY_TO_CALL = "nobody_to_call"


@dataclass(frozen=True, slots=True)
class Unknown:
    """What cannot be computed, and why; ``number`` is how many there are of what there are too few of."""

    why: Why
    number: int = 0


@dataclass(frozen=True, slots=True)
class Band:
    """Answers: what is expected (the median), and the ends of the 80 % band."""

    expected: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class DayBand:
    """The number of answers at the end of a field day."""

    day: int
    band: Band


@dataclass(frozen=True, slots=True)
class Reaching:
    """When the target is reached: median and 80 % band, in field days; None is later than the last day.

    ``chance`` that it is reached by the last day; 1 and three times the same day when it has been reached.
    """

    chance: float
    expected: int | None
    earliest: int | None
    latest: int | None


@dataclass(frozen=True, slots=True)
class Brought:
    """What a reminder has brought so far: answers beyond those that the curve would have had without it."""

    number: int
    day: int
    answers: Band


@dataclass(frozen=True, slots=True)
class Projection:
    """The forecast of a round in the field.

    Attributes:
        days: from today to the last day of the fieldwork.
        final: answers at its end.
        without_planned: the same if no planned contact took place; None when none is planned.
        former: how many former rounds it draws on; 0 for the curve alone.
        assumed: planned reminders count with an assumed effect, since there has been none yet.
    """

    days: tuple[DayBand, ...]
    final: Band
    reaching: Reaching
    without_planned: Band | None
    brought: tuple[Brought, ...]
    one_more: Band | Unknown
    phone_round: Band | Unknown
    former: int
    assumed: bool


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a forecast.

    Attributes:
        target: answers to reach.
        last_day: of the fieldwork, as a field day.
        today: answers so far on the day that is not over, the first after the complete ones.
        reminder_day: on which one more reminder would leave; None when there is no day for it.
        calls: of a phone round; at most ``callable_cases`` are made.
        callable_cases: open cases that can be called and have not been.
        calling_days: the field days on which a phone round would be, at most ``CALLING_DAYS``.
    """

    target: int
    last_day: int
    today: int = 0
    reminder_day: int | None = None
    calls: int = 0
    callable_cases: int = 0
    calling_days: tuple[int, ...] = ()


def project(
    curve: Curve, question: Question, former: Sequence[Curve], rng: np.random.Generator
) -> Projection | Unknown:
    """Return the forecast.

    Args:
        curve: the round so far, with ``free`` for all days up to the last.
        former: whole rounds, the oldest first.
    """
    if (unknown := _too_little(curve, question)) is not None:
        return unknown
    parameters = draws(curve, beliefs_after(former), DRAWS, rng)
    free = curve.free[: question.last_day + 1]
    alive = survival(parameters, curve.waves, free)
    course = _course(curve, alive, parameters, question.today, rng)
    planned = [wave for wave in curve.waves if wave not in curve.begun]
    stays = replace(curve, waves=curve.begun)
    ahead = Ahead(curve, parameters, alive, question, rng)
    return Projection(
        days=tuple(DayBand(curve.days + place, _band(course[:, place])) for place in range(course.shape[1])),
        final=_band(course[:, -1]),
        reaching=_reaching(curve, course, question),
        without_planned=_final(stays, parameters, free, question.today, rng) if planned else None,
        brought=_brought(curve, parameters),
        one_more=_one_more(ahead, former),
        phone_round=_phone_round(ahead, former),
        former=len(former),
        assumed=any(wave.kind is Kind.REMINDER for wave in planned) and not _has_reminders((curve, *former)),
    )


def beliefs_after(former: Sequence[Curve]) -> Beliefs:
    """Return what is believed of a round after these former ones, the oldest first."""
    beliefs = BEFORE_ANY_ROUND
    for curve in former:
        beliefs = beliefs.after(fit(curve, beliefs))
    return beliefs


def _too_little(curve: Curve, question: Question) -> Unknown | None:
    """Return why there is nothing to forecast from, or nothing left to forecast."""
    if question.last_day < curve.days:
        return Unknown(Why.PAST_CLOSING)
    if not curve.begun:
        return Unknown(Why.NO_WAVE if all(wave.begins > curve.days for wave in curve.waves) else Why.TOO_EARLY, 0)
    seen = curve.days - min(wave.begins for wave in curve.begun)
    if seen < FEWEST_DAYS:
        return Unknown(Why.TOO_EARLY, seen)
    answers = sum(curve.submitted)
    return Unknown(Why.FEW_ANSWERS, answers) if answers < FEWEST_ANSWERS else None


def _band(values: Floats | Integers) -> Band:
    low, middle, high = np.quantile(values, [LOWER, 0.5, UPPER])
    return Band(float(middle), float(np.floor(low)), float(np.ceil(high)))


def _course(curve: Curve, alive: Floats, parameters: Floats, today: int, rng: np.random.Generator) -> Integers:
    """Draw the number of answers at the end of each day that is left: draws × days.

    The chance of an open case to answer on a day varies by a gamma factor of mean 1 and variance φ, as in the fit.
    """
    chances = hazards(alive)[:, curve.days :]
    size = np.exp(-parameters[:, DISPERSION])[:, None]
    chances = np.minimum(chances * rng.gamma(size, size=chances.shape) / size, NEARLY_ALL)
    total = np.full(len(parameters), sum(curve.submitted), dtype=np.int64)
    course = np.empty(chances.shape, dtype=np.int64)
    for place in range(chances.shape[1]):
        answers = rng.binomial(curve.sampled - total, chances[:, place])
        total = total + (np.maximum(answers, today) if place == 0 else answers)
        course[:, place] = total
    return course


def _final(curve: Curve, parameters: Floats, free: Sequence[bool], today: int, rng: np.random.Generator) -> Band:
    course = _course(curve, survival(parameters, curve.waves, free), parameters, today, rng)
    return _band(course[:, -1])


def _reaching(curve: Curve, course: Integers, question: Question) -> Reaching:
    so_far = np.append(np.cumsum(curve.submitted), sum(curve.submitted) + question.today)
    if so_far[-1] >= question.target:
        day = int(np.argmax(so_far >= question.target))
        return Reaching(1.0, day, day, day)
    reached = course >= question.target
    never = ~reached[:, -1]
    first = np.where(never, question.last_day + 1, curve.days + reached.argmax(axis=1))
    found = np.quantile(first, [0.5, LOWER, UPPER], method="inverted_cdf")
    days = [None if day > question.last_day else int(day) for day in found]
    return Reaching(float(1 - never.mean()), *days)


def _brought(curve: Curve, parameters: Floats) -> tuple[Brought, ...]:
    """Return what each reminder has brought, once enough days have seen something of it."""
    free = curve.free[: curve.days]
    now = survival(parameters, curve.begun, free)[:, -1]
    found = []
    for wave in curve.begun:
        if wave.kind is Kind.REMINDER and curve.days - wave.begins >= FEWEST_DAYS:
            without = survival(parameters, [other for other in curve.begun if other != wave], free)[:, -1]
            found.append(Brought(wave.number, wave.begins, _band(curve.sampled * (without - now))))
    return tuple(found)


@dataclass(frozen=True, slots=True, eq=False)
class Ahead:
    """What the effects of contacts that are not planned are computed from."""

    curve: Curve
    parameters: Floats
    alive: Floats
    question: Question
    rng: np.random.Generator

    def gain(self, wave: Wave) -> Band:
        """Return how many more answers there would be by the last day with one more wave."""
        more = survival(self.parameters, [*self.curve.waves, wave], self.curve.free[: self.question.last_day + 1])
        now = self.alive[:, self.curve.days - 1]
        left = self.curve.sampled - sum(self.curve.submitted)
        share = np.clip((self.alive[:, -1] - more[:, -1]) / now, 0, 1)
        return _band(self.rng.binomial(left, share))


def _one_more(ahead: Ahead, former: Sequence[Curve]) -> Band | Unknown:
    if not _has_reminders((ahead.curve, *former)):
        return Unknown(Why.NO_REMINDER_YET)
    if ahead.question.reminder_day is None:
        return Unknown(Why.NO_DAY_LEFT)
    reminders = [wave for wave in ahead.curve.waves if wave.kind is Kind.REMINDER]
    reach = min(1.0, sum(share for _, share in reminders[-1].days)) if reminders else 1.0
    number = max([wave.number for wave in reminders], default=0) + 1
    return ahead.gain(Wave(Kind.REMINDER, number, ((ahead.question.reminder_day, reach),)))


def _phone_round(ahead: Ahead, former: Sequence[Curve]) -> Band | Unknown:
    question = ahead.question
    made = sum(curve.calls.made for curve in (ahead.curve, *former))
    if made < FEWEST_CALLS:
        return Unknown(Why.NO_CALLS_YET, made)
    if not question.calling_days:
        return Unknown(Why.NO_CALLING_DAY)
    calls = min(question.calls, question.callable_cases)
    if calls < 1:
        return Unknown(Why.NOBODY_TO_CALL)
    left = ahead.curve.sampled - sum(ahead.curve.submitted) - question.today
    share = min(1.0, calls / max(1, left)) / len(question.calling_days)
    return ahead.gain(Wave(Kind.CALLS, 0, tuple((day, share) for day in question.calling_days)))


def _has_reminders(curves: Sequence[Curve]) -> bool:
    """Whether the answers after a reminder have been seen for long enough to tell its effect."""
    return any(
        wave.kind is Kind.REMINDER and curve.days - wave.begins >= FEWEST_DAYS
        for curve in curves
        for wave in curve.begun
    )
