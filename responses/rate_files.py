"""The tables of the outcome rates as CSV files for spreadsheets."""

from collections.abc import Callable, Iterator, Sequence

from django.utils.translation import gettext

from barometer.spreadsheet import Cell
from responses.groups import VARIABLES
from responses.models import Case
from responses.models.case import OUTCOME_LABELS
from responses.rate_texts import MEANINGS, MISSING, RATES
from responses.rates import OutcomeRates, Part
from responses.statistics.outcome_rates import Rate
from responses.statistics.outcomes import AAPOR, TO_LOOK_UP
from surveys.models import Round
from surveys.register_headers import HEADERS

Rows = Iterator[Sequence[Cell]]


def to_look_up(round_: Round, language: str) -> Rows:
    """Yield the units whose eligibility a newer register can tell, to be filled in and loaded again; one query."""
    place = -1 if language == "en" else 0
    names = [HEADERS[field][place] for field in ("register_id", "p_number", "name", "address")]
    yield [*names, "Status"]
    workplace = "sample_unit__workplace__"
    cases = Case.objects.of_round(round_).filter(outcome__in=TO_LOOK_UP).order_by(f"{workplace}register_id")
    fields = [f"{workplace}{field}" for field in ("register_id", "p_number", "name", "address")]
    for row in cases.values_list(*fields).iterator():
        yield [*row, ""]


def _outcomes(found: OutcomeRates) -> Rows:
    yield [
        gettext("Outcome"),
        gettext("Label"),
        "AAPOR",
        gettext("Group"),
        "n",
        gettext("Weighted n"),
        gettext("Meaning"),
    ]
    for outcome, code in AAPOR.items():
        cases, weight = found.overall.outcomes.get(outcome, (0, 0.0))
        label, meaning = str(OUTCOME_LABELS[outcome]), str(MEANINGS[outcome])
        yield [outcome.value, label, code.number, code.group.value, cases, weight, meaning]


def _rates(found: OutcomeRates) -> Rows:
    yield [*_rate_headers(), gettext("Formula")]
    for row in _of_part(found.overall):
        yield [*row, RATES[str(row[0])][1] if row[0] in RATES else gettext("submitted / sampled")]


def _eligibility(found: OutcomeRates) -> Rows:
    headers = [gettext("Level"), "e", gettext("Eligible (n)"), gettext("Not eligible (n)"), gettext("Unknown (n)")]
    yield [
        *headers,
        gettext("To look up (n)"),
        gettext("Weighted eligible"),
        gettext("Weighted resolved"),
        gettext("Why not"),
    ]
    for level in found.levels:
        numbers = [level.eligible, level.not_eligible, level.unknown, level.to_look_up]
        weights = [level.e.numerator, "" if level.e.denominator is None else level.e.denominator]
        yield [level.label, _value(level.e), *numbers, *weights, _why(level.e)]


def _groups(found: OutcomeRates) -> Rows:
    yield [str(VARIABLES[found.by].label), *_rate_headers()]
    for part in found.groups:
        for row in _of_part(part):
            yield [part.label, *row]


TABLES: dict[str, Callable[[OutcomeRates], Rows]] = {
    "outcomes": _outcomes,
    "rates": _rates,
    "eligibility": _eligibility,
    "groups": _groups,
}


def _rate_headers() -> list[str]:
    unweighted = [gettext("Unweighted"), gettext("Numerator"), gettext("Denominator")]
    weighted = [gettext("Weighted"), gettext("Weighted numerator"), gettext("Weighted denominator")]
    return [gettext("Rate"), *unweighted, *weighted, gettext("Sampled (n)"), gettext("Why not")]


def _of_part(part: Part) -> Rows:
    """Yield the headline, then all rates."""
    headline = part.response_rate
    yield ["HEADLINE", "" if headline is None else headline, part.submitted, part.sampled, "", "", "", part.sampled, ""]
    for name, rate in part.rates.items():
        weighted = part.weighted_rates[name]
        yield [name, *_numbers(rate), *_numbers(weighted), part.sampled, _why(rate)]


def _numbers(rate: Rate) -> list[Cell]:
    return [_value(rate), rate.numerator, "" if rate.denominator is None else rate.denominator]


def _value(rate: Rate) -> Cell:
    return "" if rate.value is None else rate.value


def _why(rate: Rate) -> str:
    return str(MISSING[rate.missing]) if rate.missing else ""
