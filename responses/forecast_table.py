"""The numbers behind the forecast's chart, a line per field day: for the page, the CSV file and the command."""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from barometer.spreadsheet import Cell
from responses.forecasting import Forecast
from responses.statistics.forecast import Projection

DECIMALS = 4  # of a share


@dataclass(frozen=True, slots=True)
class Line:
    """A field day: what has been answered until it ended or, of today, so far; what is expected when it ends.

    ``rate``, ``expected``, ``low``, ``high`` and ``former`` are shares of the sample; None where there is no number.
    """

    field_day: int
    date: date
    total: int | None
    rate: float | None
    expected: float | None
    low: float | None
    high: float | None
    former: float | None


def lines(forecast: Forecast) -> list[Line]:
    """Return the days from the opening to the last day, or to today where that is later."""
    if not forecast.sampled:
        return []
    projection = forecast.projection
    bands = {each.day: each.band for each in projection.days} if isinstance(projection, Projection) else {}
    found, total = [], 0
    for day in range(max(forecast.last_day, forecast.today) + 1):
        is_known = day <= forecast.today
        total += forecast.submitted[day] if is_known else 0
        band = bands.get(day)
        found.append(
            Line(
                field_day=day,
                date=forecast.date(day),
                total=total if is_known else None,
                rate=forecast.share(total) if is_known else None,
                expected=forecast.share(band.expected) if band else None,
                low=forecast.share(band.low) if band else None,
                high=forecast.share(band.high) if band else None,
                former=forecast.former[0].rate(day) if forecast.former else None,
            )
        )
    return found


def rows(forecast: Forecast) -> list[list[Cell]]:
    """Return the table of the file: a header in the active language, then a row per field day."""
    return [_header(forecast), *map(_row, lines(forecast))]


def _header(forecast: Forecast) -> list[Cell]:
    header: list[Cell] = [
        _("Field day"),
        _("Date"),
        _("Submitted in all"),
        _("Response rate"),
        _("Expected"),
        _("Lower end of the band"),
        _("Upper end of the band"),
    ]
    return [*header, _("Former round %(slug)s") % {"slug": forecast.former[0].round.slug if forecast.former else "–"}]


def _row(line: Line) -> list[Cell]:
    shares = (line.rate, line.expected, line.low, line.high, line.former)
    return [
        line.field_day,
        line.date.isoformat(),
        line.total,
        *(None if s is None else round(s, DECIMALS) for s in shares),
    ]
