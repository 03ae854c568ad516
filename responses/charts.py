"""Where the lines of our SVG charts run: whole numbers in the units of each chart's viewBox, for the templates."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from responses.monitoring import Day
from surveys.models import ContactStep, Round

ROOM = 200  # units that the name of a contact step takes up on a wide screen
SCALE = 1000  # a bar's viewBox is this wide: its full width is 100 %


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on an axis at ``position``; a minor one gives way on narrow screens."""

    position: int
    value: float
    minor: bool = False


@dataclass(frozen=True, slots=True)
class Wave:
    """A contact step at ``x``; ``y`` is the height of its name, so that neighbours do not overlap.

    ``last``: nothing stands to the right of the name, and there is no room for it: it ends where the chart does.
    """

    x: int
    y: int
    step: ContactStep
    last: bool


@dataclass(frozen=True, slots=True)
class DayTick:
    x: int
    date: date
    minor: bool


@dataclass(frozen=True, slots=True)
class Curve:
    """The cumulative response rate over the fieldwork, in a viewBox of ``WIDTH`` × ``HEIGHT``."""

    WIDTH = 640
    HEIGHT = 360
    LEFT, RIGHT, TOP, BOTTOM = 64, 620, 72, 310

    points: str
    end_x: int
    end_y: int
    ends_late: bool
    target_y: int
    deadline_x: int
    rates: tuple[Tick, ...]
    days: tuple[DayTick, ...]
    waves: tuple[Wave, ...]


def curve(round_: Round, days: Sequence[Day], steps: Sequence[ContactStep]) -> Curve | None:
    """Lay out the response rate by day; None while there is nothing to draw.

    The horizontal axis is the whole fieldwork, from the opening day to the closing day or later; the vertical one ends
    at the next ten per cent above the target and the rate reached.
    """
    rates = [day.rate for day in days if day.rate is not None]
    if not rates:
        return None
    target = float(round_.target_response_rate)
    top = min(1.0, math.ceil(max(target, rates[-1]) * 10 + 0.5) / 10)
    last = max(round_.closes_on, days[-1].date)
    length = max(1, (last - round_.opens_on).days)

    def x(day: date) -> int:
        return round(Curve.LEFT + (Curve.RIGHT - Curve.LEFT) * (day - round_.opens_on).days / length)

    def y(rate: float) -> int:
        return round(Curve.BOTTOM - (Curve.BOTTOM - Curve.TOP) * rate / top)

    positions = [(x(day.date), y(rate)) for day, rate in zip(days, rates, strict=True)]
    shown = [step for step in steps if round_.opens_on <= step.date <= last]
    return Curve(
        points=" ".join(f"{left},{height}" for left, height in positions),
        end_x=positions[-1][0],
        end_y=positions[-1][1],
        ends_late=positions[-1][0] > (Curve.LEFT + Curve.RIGHT) / 2,
        target_y=y(target),
        deadline_x=x(round_.deadline),
        rates=tuple(Tick(y(tenth / 10), tenth / 10, minor=tenth % 2 == 1) for tenth in range(round(top * 10) + 1)),
        days=day_ticks(round_.opens_on, length, x),
        waves=tuple(
            Wave(at, Curve.TOP - 12 - 28 * (number % 2), step, number + 2 >= len(shown) and at > Curve.WIDTH - ROOM)
            for number, step in enumerate(shown)
            for at in [x(step.date)]
        ),
    )


def day_ticks(first: date, length: int, x: Callable[[date], int]) -> tuple[DayTick, ...]:
    """Return a tick per week, or per more weeks in a long fieldwork; every other one is minor."""
    step = 7 * math.ceil(length / 70)
    days = [first + timedelta(days=number) for number in range(0, length + 1, step)]
    return tuple(DayTick(x(day), day, minor=number % 2 == 1) for number, day in enumerate(days))
