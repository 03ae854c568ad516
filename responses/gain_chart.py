"""Where the line of an expected gain runs, and bars to both sides of nought: whole numbers for SVG templates."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from responses.charts import Tick
from responses.statistics.follow_up import Point

STEPS = (0.01, 0.02, 0.05, 0.1, 0.2)
MOST_TICKS = 6
HALF = 500  # a bar to both sides has a viewBox of twice this width


@dataclass(frozen=True, slots=True)
class Spot:
    x: int
    cases: int
    minor: bool


@dataclass(frozen=True, slots=True)
class Panel:
    """One measure, 0–1, over the number of cases followed up, in a viewBox of ``WIDTH`` × ``HEIGHT``."""

    WIDTH = 640
    HEIGHT = 260
    LEFT, RIGHT, TOP, BOTTOM = 64, 620, 24, 210

    points: str
    start_y: int
    end_x: int
    end_y: int
    target_y: int | None
    values: tuple[Tick, ...]
    cases: tuple[Spot, ...]


def panel(cases: Sequence[int], values: Sequence[float], target: float | None = None) -> Panel | None:
    """Lay out a measure; None for fewer than two points. A target is drawn when it lies on the axis."""
    if len(cases) < 2:
        return None
    step = next((each for each in STEPS if (max(values) - min(values)) / each <= MOST_TICKS - 2), STEPS[-1])
    low = max(0, math.floor(min(values) / step + 1e-9))
    high = max(low + 1, math.ceil(max(values) / step - 1e-9))

    def y(value: float) -> int:
        return round(Panel.BOTTOM - (Panel.BOTTOM - Panel.TOP) * (value / step - low) / (high - low))

    def x(number: float) -> int:
        return round(Panel.LEFT + (Panel.RIGHT - Panel.LEFT) * number / cases[-1])

    on_axis = target is not None and low * step <= target <= high * step
    return Panel(
        points=" ".join(f"{x(number)},{y(value)}" for number, value in zip(cases, values, strict=True)),
        start_y=y(values[0]),
        end_x=x(cases[-1]),
        end_y=y(values[-1]),
        target_y=y(target) if target is not None and on_axis else None,
        values=tuple(Tick(y(tick * step), tick * step, minor=False) for tick in range(low, high + 1)),
        cases=tuple(
            Spot(x(round(cases[-1] * part / 4)), round(cases[-1] * part / 4), minor=part % 2 == 1) for part in range(5)
        ),
    )


def panels(points: Sequence[Point], target: float) -> tuple[Panel | None, Panel | None]:
    """Return the expected response rate, and the expected R where it can be given."""
    cases = [point.cases for point in points]
    indicators = [point.indicator for point in points if point.indicator is not None]
    rate = panel(cases, [point.rate for point in points], target)
    return rate, panel(cases, indicators) if len(indicators) == len(points) else None


@dataclass(frozen=True, slots=True)
class Side:
    """A bar from the middle to the left for a value below 0, otherwise to the right."""

    x: int
    width: int

    @classmethod
    def of(cls, value: float, largest: float) -> "Side":
        """``largest`` is the value that fills a side; 0 for no bar at all."""
        width = round(HALF * min(1.0, abs(value) / largest)) if largest else 0
        return cls(HALF - width if value < 0 else HALF, width)
