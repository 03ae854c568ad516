"""The calendar of a round: public holidays from the library ``holidays``, quiet weeks from our table."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from functools import cache

import holidays

from surveys.calendar import Calendar, QuietWeeks
from surveys.models import QuietWeek, Round

YEARS_AROUND = 1  # before the first day and after the last


def calendar_of(round_: Round, language: str = "en") -> Calendar:
    """Return the days on which nobody of a round is contacted, the holidays named in a language; one query."""
    years = range(round_.opens_on.year - YEARS_AROUND, round_.closes_on.year + YEARS_AROUND + 1)
    return Calendar(public_holidays(round_.country, years, language), quiet_weeks())


def quiet_weeks() -> QuietWeeks:
    """Return the table of quiet weeks; one query."""
    own: dict[tuple[str, int], set[int]] = defaultdict(set)
    for code, year, week in QuietWeek.objects.order_by().values_list("authority_code", "year", "week"):
        own[code, year].add(week)
    return QuietWeeks({key: frozenset(weeks) for key, weeks in own.items()})


def public_holidays(country: str, years: Iterable[int], language: str) -> dict[date, str]:
    """Return the public holidays of a country, with their names; none for a country that the library does not know.

    In English if the library speaks it, or else in the country's own language, unless it speaks the one asked for.
    """
    return _public_holidays(country, tuple(years), language)


@cache
def _public_holidays(country: str, years: tuple[int, ...], language: str) -> dict[date, str]:
    if country not in holidays.list_supported_countries():
        return {}
    spoken = holidays.list_localized_countries().get(country, [])
    wanted = next((known for known in (language, "en_US") if known in spoken), None)
    return dict(holidays.country_holidays(country, years=years, language=wanted))
