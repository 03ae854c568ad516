"""The forecast in words, for the page and the command."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from barometer.formats import day, number, percent
from responses.forecasting import APART, Forecast
from responses.statistics.forecast import (
    FEWEST_ANSWERS,
    FEWEST_CALLS,
    FEWEST_DAYS,
    LOWER,
    UPPER,
    Band,
    Brought,
    Projection,
    Unknown,
    Why,
)
from responses.statistics.response_curve import CALL_WINDOW

SURE, LIKELY, UNLIKELY = 0.9, 0.5, 0.1  # chances of reaching the target between which the words change


@dataclass(frozen=True, slots=True)
class Words:
    """What a page says of a projection, sentence by sentence."""

    final: str
    basis: tuple[str, ...]
    brought: tuple[str, ...]
    one_more: str
    phone_round: str


def words(forecast: Forecast, projection: Projection) -> Words:
    """Return a projection in words, but for the headline."""
    return Words(
        final=final(forecast, projection.final),
        basis=tuple(basis(forecast, projection)),
        brought=tuple(brought(forecast, each) for each in projection.brought),
        one_more=one_more(forecast, projection.one_more),
        phone_round=phone_round(forecast, projection.phone_round),
    )


def headline(forecast: Forecast) -> str:
    """Return in one sentence whether and when the target will be reached, or why that cannot be said."""
    if forecast.is_over:
        return _over(forecast)
    if isinstance(forecast.projection, Unknown):
        return _("No forecast can be made: %(why)s") % {"why": why(forecast.projection)}
    reaching = forecast.projection.reaching
    target = percent(forecast.round.target_response_rate)
    if forecast.total >= forecast.target:
        assert reaching.expected is not None
        said = _("The response rate of %(target)s was reached on %(day)s.")
        return said % {"target": target, "day": day(forecast.date(reaching.expected))}
    if reaching.chance >= SURE:
        return _when(forecast, forecast.projection, target)
    params = {"target": target, "chance": _chance(reaching.chance), **_shares(forecast, forecast.projection.final)}
    if reaching.chance >= LIKELY:
        said = _("%(target)s may just be reached (%(chance)s): %(expected)s expected at the end, %(low)s–%(high)s.")
    elif reaching.chance >= UNLIKELY:
        said = _("%(target)s will probably not be reached (%(chance)s): %(expected)s expected, %(low)s–%(high)s.")
    else:
        said = _("%(target)s will not be reached as things stand: %(expected)s expected, %(low)s–%(high)s.")
    return said % params


def final(forecast: Forecast, band: Band) -> str:
    """Return the final rate and its band in words."""
    said = _(
        "At the end, on %(day)s: %(expected)s, between %(low)s and %(high)s (%(answers)s answers, %(from)s–%(to)s)."
    )
    numbers = {"answers": number(band.expected), "from": number(band.low), "to": number(band.high)}
    return said % {"day": day(forecast.round.closes_on), **_shares(forecast, band), **numbers}


def basis(forecast: Forecast, projection: Projection) -> Iterator[str]:
    """Yield what the band rests on, and what it leaves out."""
    yield _("Each band is one of %(share)s: of five true numbers four lie in it.") % {"share": percent(UPPER - LOWER)}
    if projection.former:
        slugs = ", ".join(former.round.slug for former in forecast.former)
        yield _("The forecast rests on the curve so far and on former rounds: %(rounds)s.") % {"rounds": slugs}
    else:
        yield _("There is no former round of this questionnaire: the forecast rests on the curve so far alone.")
    if projection.assumed:
        yield _(
            "No reminder has been sent yet, so nobody knows what one brings: the band holds all that the method page "
            "assumes, and narrows when the first reminder has worked for some days."
        )
    if projection.without_planned is not None:
        shares = _shares(forecast, projection.without_planned)
        yield _("Without the contacts still planned: %(expected)s, between %(low)s and %(high)s.") % shares
    for contact in forecast.contacts:
        name = contact.step.get_mail_name_display()
        if contact.overdue:
            yield _("“%(name)s” was planned for %(day)s and has not left: it is not counted.") % {
                "name": name,
                "day": day(contact.step.date),
            }
        elif contact.audience is not None:
            yield _("“%(name)s” is counted as reaching the %(cases)s open cases that it would go to now.") % {
                "name": name,
                "cases": number(round(contact.audience)),
            }
    yield _("Calls still to come are not counted.")


def brought(forecast: Forecast, found: Brought) -> str:
    """Return what a reminder has brought so far."""
    said = _("Reminder of %(day)s: %(expected)s answers so far beyond what the curve would have had, %(low)s–%(high)s.")
    return said % {"day": day(forecast.date(found.day)), **_numbers(found.answers)}


def one_more(forecast: Forecast, effect: Band | Unknown) -> str:
    """Return what one more reminder would bring, or why that cannot be computed."""
    if isinstance(effect, Unknown):
        return _("Cannot be computed: %(why)s") % {"why": why(effect)}
    assert forecast.reminder_day is not None
    said = _(
        "Sent on %(day)s: %(expected)s more answers by the end, %(low)s–%(high)s "
        "(%(points)s percentage points, %(least)s–%(most)s)."
    )
    return said % {"day": day(forecast.date(forecast.reminder_day)), **_numbers(effect), **_points(forecast, effect)}


def phone_round(forecast: Forecast, effect: Band | Unknown) -> str:
    """Return what a phone round would bring, or why that cannot be computed."""
    if isinstance(effect, Unknown):
        return _("Cannot be computed: %(why)s") % {"why": why(effect)}
    calls = min(forecast.calls, forecast.callable_cases)
    said = ngettext(
        "%(calls)s call within the next working days: %(expected)s more answers by the end, %(low)s–%(high)s "
        "(%(points)s percentage points, %(least)s–%(most)s).",
        "%(calls)s calls within the next working days: %(expected)s more answers by the end, %(low)s–%(high)s "
        "(%(points)s percentage points, %(least)s–%(most)s).",
        calls,
    )
    found = said % {"calls": number(calls), **_numbers(effect), **_points(forecast, effect)}
    if calls < forecast.calls:
        found += " " + _("No more can be called: they have no telephone number, have been called or have ended.")
    return found


def why(unknown: Unknown) -> str:
    """Return why something cannot be computed, as a sentence."""
    return _WHY[unknown.why]() % {
        "number": number(unknown.number),
        "days": FEWEST_DAYS,
        "answers": FEWEST_ANSWERS,
        "calls": FEWEST_CALLS,
        "window": CALL_WINDOW,
        "apart": APART,
    }


_WHY: dict[Why, Callable[[], str]] = {
    Why.NO_SAMPLE: lambda: _("no sample has been drawn."),
    Why.NOT_OPEN: lambda: _("the round is not in the field."),
    Why.NO_WAVE: lambda: _("no invitation has left, so there is no curve."),
    Why.TOO_EARLY: lambda: _("whole days since the invitation: %(number)s. It takes %(days)s."),
    Why.FEW_ANSWERS: lambda: _("answers so far: %(number)s. It takes %(answers)s."),
    Why.PAST_CLOSING: lambda: _("the planned closing day is over. Close the round; its rate is the one of today."),
    Why.NO_REMINDER_YET: lambda: _(
        "no reminder has been out for %(days)s whole days, in this round or a former one, "
        "so nobody knows what one brings."
    ),
    Why.NO_DAY_LEFT: lambda: _(
        "there is no working day before the closing that is %(apart)s days from all other contacts."
    ),
    Why.NO_CALLS_YET: lambda: _(
        "workplaces called more than %(window)s days ago, in this round or a former one: %(number)s. "
        "It takes %(calls)s."
    ),
    Why.NO_CALLING_DAY: lambda: _("there is no working day left before the closing."),
    Why.NOBODY_TO_CALL: lambda: _("there is nobody left to call who has a telephone number."),
}


def _over(forecast: Forecast) -> str:
    assert forecast.round.closed_at is not None
    said = _("The round was closed on %(day)s: its final response rate is %(rate)s, %(submitted)s of %(sampled)s.")
    return said % {
        "day": day(forecast.round.closed_at),
        "rate": percent(forecast.rate, 1),
        "submitted": number(forecast.total),
        "sampled": number(forecast.sampled),
    }


def _when(forecast: Forecast, projection: Projection, target: str) -> str:
    reaching = projection.reaching
    first, middle, last = reaching.earliest, reaching.expected, reaching.latest
    assert first is not None and middle is not None and last is not None
    params = {
        "target": target,
        "day": day(forecast.date(middle)),
        "earliest": day(forecast.date(first)),
        "latest": day(forecast.date(last)),
    }
    if first == last:
        return _("On %(day)s the response rate will reach %(target)s.") % params
    said = _("On %(day)s, between %(earliest)s and %(latest)s, the response rate will reach %(target)s.")
    return said % params


def _chance(chance: float) -> str:
    tenths = min(9, max(1, round(chance * 10)))
    return _("%(tenths)s chances of 10") % {"tenths": tenths} if tenths > 1 else _("1 chance of 10")


def _shares(forecast: Forecast, band: Band) -> dict[str, str]:
    return {
        "expected": percent(forecast.share(band.expected), 1),
        "low": percent(forecast.share(band.low), 1),
        "high": percent(forecast.share(band.high), 1),
    }


def _numbers(band: Band) -> dict[str, str]:
    return {"expected": number(band.expected), "low": number(band.low), "high": number(band.high)}


def _points(forecast: Forecast, band: Band) -> dict[str, str]:
    low, middle, high = (number(100 * forecast.share(end), 1) for end in (band.low, band.expected, band.high))
    return {"points": middle, "least": low, "most": high}
