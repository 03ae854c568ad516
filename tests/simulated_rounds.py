"""Fieldworks made of single workplaces, to hold the forecast to (docs/methods/forecast.md says which)."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from responses.statistics.response_curve import Curve, Kind, Wave

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

SATURDAY, WEEK = 5, 7
MAILS_LEAVE = 10 / 24
DAYS_AFTER = 40  # days beyond the closing that are told apart


@dataclass(frozen=True, slots=True)
class Nature:
    """How the workplaces of a round behave.

    Attributes:
        propensity, heterogeneity: mean and standard deviation of the logit of reacting to an invitation.
        reminder: what is added to it for a reminder.
        quick, slow, share_quick: two kinds of delay with exponential days of these means.
        unfinished: the share that comes back for the rest after 1–9 days.
        lost: the share that never answers though it reacts.
        weekend: the share of the visits of a weekend that take place there; the others wait until Monday.
        postponed: the share of the visits of a bad day that are put off by a day; 30 % of the days are bad.
    """

    propensity: float
    heterogeneity: float
    reminder: float
    quick: float
    slow: float
    share_quick: float
    unfinished: float
    lost: float
    weekend: float
    postponed: float


def nature(rng: np.random.Generator) -> Nature:
    """Draw a nature from wide ranges."""
    return Nature(
        propensity=rng.uniform(-1.6, 0.4),
        heterogeneity=rng.uniform(0, 1.2),
        reminder=rng.uniform(-1.0, 0.4),
        quick=float(np.exp(rng.uniform(np.log(0.5), np.log(3)))),
        slow=float(np.exp(rng.uniform(np.log(4), np.log(20)))),
        share_quick=rng.uniform(0.35, 0.85),
        unfinished=rng.uniform(0, 0.25),
        lost=rng.uniform(0.03, 0.2),
        weekend=rng.uniform(0.05, 0.6),
        postponed=rng.uniform(0, 0.3),
    )


def next_round(before: Nature, rng: np.random.Generator) -> Nature:
    """Return the nature of the next round: like that of the one before, but not the same."""
    return replace(
        before,
        propensity=before.propensity + rng.normal(0, 0.3),
        reminder=before.reminder + rng.normal(0, 0.2),
        quick=before.quick * float(np.exp(rng.normal(0, 0.2))),
        slow=before.slow * float(np.exp(rng.normal(0, 0.2))),
        share_quick=float(np.clip(before.share_quick + rng.normal(0, 0.06), 0.1, 0.95)),
    )


def simulate(of: Nature, rng: np.random.Generator) -> Curve:
    """Return a whole fieldwork: 500–5,000 cases, 38–55 days, an invitation and one to four reminders."""
    sampled = round(float(np.exp(rng.uniform(np.log(500), np.log(5000)))))
    days, first_weekday = int(rng.integers(39, 57)), int(rng.integers(0, SATURDAY))
    plan = _plan(days, first_weekday, rng)
    bad = rng.random(days + DAYS_AFTER) < 0.3
    logit = of.propensity + of.heterogeneity * rng.standard_normal(sampled)
    lost = rng.random(sampled) < of.lost
    comes, answers = np.full(sampled, np.inf), np.full(sampled, np.inf)
    for number, day in enumerate(plan):
        added = of.reminder + rng.normal(0, 0.25) if number else 0.0
        reacts = (rng.random(sampled) < expit(logit + added)) & (answers >= day)
        delay = rng.exponential(np.where(rng.random(sampled) < of.share_quick, of.quick, of.slow))
        visit = np.where(reacts, day + MAILS_LEAVE + delay, np.inf)
        answered = _at_work(visit, of, first_weekday, bad, rng)
        answers = np.where(visit < comes, answered, answers)
        comes = np.minimum(visit, comes)
    came = answers[~lost & (answers < days)].astype(int)
    kinds = [Kind.FIRST, *[Kind.REMINDER] * (len(plan) - 1)]
    return Curve(
        sampled=sampled,
        submitted=tuple(int(number) for number in np.bincount(came, minlength=days)),
        waves=tuple(Wave(kind, number, ((plan[number], 1.0),)) for number, kind in enumerate(kinds)),
        free=tuple((day + first_weekday) % WEEK >= SATURDAY for day in range(days)),
    )


def as_of(curve: Curve, day: int) -> Curve:
    """Return what is known in the morning of a field day: the days before it, and the plan."""
    return replace(curve, submitted=curve.submitted[:day])


def _plan(days: int, first_weekday: int, rng: np.random.Generator) -> list[int]:
    """Return the days of the contacts: 4–11 days apart, moved to Monday from a weekend, none in the last five days."""
    plan = [0]
    for _ in range(int(rng.integers(1, 5))):
        plan.append(plan[-1] + int(rng.integers(4, 12)))
    weekdays = [(day + first_weekday) % WEEK for day in plan]
    moved = [day + (WEEK - at if at >= SATURDAY else 0) for day, at in zip(plan, weekdays, strict=True)]
    return [day for day in moved if day < days - 6]


def _at_work(visit: Floats, of: Nature, first_weekday: int, bad: Flags, rng: np.random.Generator) -> Floats:
    """Return when somebody who comes at these moments has answered."""
    size = len(visit)
    moved = visit + (rng.random(size) < of.unfinished) * rng.integers(1, 10, size)
    day = _days(moved, bad)
    moved = moved + (bad[day] & (rng.random(size) < of.postponed))
    day = _days(moved, bad)
    weekday = (day + first_weekday) % WEEK
    waits = (weekday >= SATURDAY) & (rng.random(size) > of.weekend) & np.isfinite(visit)
    return np.where(waits, day + WEEK - weekday + 0.9 * rng.random(size), moved)


def _days(moments: Floats, bad: Flags) -> NDArray[np.int64]:
    return np.minimum(moments, len(bad) - 1).astype(np.int64)
