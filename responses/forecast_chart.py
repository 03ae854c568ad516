"""Where the lines of the forecast's chart run: whole numbers in the units of its viewBox, for the template."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from responses.charts import Curve, DayTick, Tick, day_ticks
from responses.forecasting import Forecast
from responses.statistics.forecast import Projection
from surveys.models import ContactStep


@dataclass(frozen=True, slots=True)
class Mark:
    """A contact step at ``x``, the name at height ``y``; ``ahead`` when it has not left."""

    x: int
    y: int
    step: ContactStep
    ahead: bool

    @property
    def ends_late(self) -> bool:
        """Whether its name has to stand on the left of it to stay inside the chart."""
        return self.x > (Chart.LEFT + 2 * Chart.RIGHT) / 3


@dataclass(frozen=True, slots=True)
class Chart:
    """The response rate so far, the expected one with its band, and that of the newest former round."""

    WIDTH, HEIGHT = Curve.WIDTH, Curve.HEIGHT
    LEFT, RIGHT, TOP, BOTTOM = Curve.LEFT, Curve.RIGHT, Curve.TOP, Curve.BOTTOM

    points: str
    expected: str
    band: str
    former: str
    target_y: int
    end: tuple[int, int]
    rates: tuple[Tick, ...]
    days: tuple[DayTick, ...]
    marks: tuple[Mark, ...]


def chart(forecast: Forecast) -> Chart | None:
    """Lay out the chart; None while there is nothing to draw."""
    if not forecast.sampled or forecast.round.opened_at is None:
        return None
    last = max(forecast.last_day, forecast.today, 1)
    so_far, ahead = _so_far(forecast), _ahead(forecast)
    former = _former(forecast, last)
    highest = max([float(forecast.round.target_response_rate), *(rate for _, rate in so_far + former)])
    highest = max([highest, *(high for _, _, _, high in ahead)])
    top = min(1.0, math.ceil(highest * 10 + 0.5) / 10)

    def x(day: int) -> int:
        return round(Chart.LEFT + (Chart.RIGHT - Chart.LEFT) * day / last)

    def y(rate: float) -> int:
        return round(Chart.BOTTOM - (Chart.BOTTOM - Chart.TOP) * rate / top)

    def line(points: list[tuple[int, float]]) -> str:
        return " ".join(f"{x(day)},{y(rate)}" for day, rate in points)

    middle = [(day, expected) for day, expected, _, _ in ahead]
    edges = [(day, low) for day, _, low, _ in ahead] + [(day, high) for day, _, _, high in reversed(ahead)]
    end = middle[-1] if middle else so_far[-1]
    return Chart(
        points=line(so_far),
        expected=line(middle),
        band=line(edges),
        former=line(former),
        target_y=y(float(forecast.round.target_response_rate)),
        end=(x(end[0]), y(end[1])),
        rates=tuple(Tick(y(tenth / 10), tenth / 10, minor=tenth % 2 == 1) for tenth in range(round(top * 10) + 1)),
        days=day_ticks(forecast.round.opens_on, last, lambda on: x(forecast.round.field_day(on))),
        marks=_marks(forecast, last, x),
    )


def _so_far(forecast: Forecast) -> list[tuple[int, float]]:
    """Return field day and rate, up to the end of yesterday, or of the last day of a round that is over."""
    days = len(forecast.submitted) - (0 if forecast.is_over else 1)
    total, found = 0, []
    for day in range(max(1, days)):
        total += forecast.submitted[day]
        found.append((day, forecast.share(total)))
    return found


def _ahead(forecast: Forecast) -> list[tuple[int, float, float, float]]:
    """Return field day, expected rate and ends of the band, from the last day that is known."""
    if not isinstance(forecast.projection, Projection):
        return []
    day, rate = _so_far(forecast)[-1]
    bands = [(each.day, each.band) for each in forecast.projection.days]
    share = forecast.share
    shares = [(on, share(band.expected), share(band.low), share(band.high)) for on, band in bands]
    return [(day, rate, rate, rate), *shares]


def _former(forecast: Forecast, last: int) -> list[tuple[int, float]]:
    if not forecast.former:
        return []
    rates = [(day, forecast.former[0].rate(day)) for day in range(last + 1)]
    return [(day, rate) for day, rate in rates if rate is not None]


def _marks(forecast: Forecast, last: int, x: Callable[[int], int]) -> tuple[Mark, ...]:
    """Return the contact steps at the day on which most of each left or will leave."""
    found: list[Mark] = []
    for contact in sorted((each for each in forecast.contacts if each.days), key=lambda each: each.days[0]):
        days = contact.left or contact.ahead
        day = max(days, key=lambda on: (days[on], -on))
        if day <= last:
            height = Chart.TOP - 12 - 28 * (len(found) % 2)
            found.append(Mark(x(day), height, contact.step, ahead=not contact.left))
    return tuple(found)
