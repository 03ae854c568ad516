"""Representativity and the work list as CSV rows: every figure of the two pages, and what they are computed from."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from django.utils.translation import gettext as _

from barometer.spreadsheet import Cell
from responses.follow_up import WorkList
from responses.follow_up_texts import reasons
from responses.models import Case
from responses.representativity import AUXILIARY, Reading
from responses.statistics.follow_up import Point
from surveys.models import Round, Stratum

Row = Sequence[Cell]


def summary_rows(reading: Reading) -> Iterator[Row]:
    """Yield one row per figure of the response as a whole; an empty value where it cannot be given."""
    found = reading.found
    yield [_("Figure"), _("Value")]
    for name, value in (
        ("cases", found.cases),
        ("submitted", found.responded),
        ("not_eligible_left_out", reading.left_out),
        ("workplaces", found.workplaces),
        ("response_rate_weighted", found.mean),
        ("r_indicator", found.indicator),
        ("r_indicator_standard_error", found.standard_error),
        ("r_indicator_low", found.low),
        ("r_indicator_high", found.high),
        ("r_indicator_unadjusted", found.unadjusted),
        ("variance_of_propensities", found.variance),
        ("bias_of_variance", found.bias),
        ("adjustment_factor", found.factor),
        ("coefficient_of_variation", found.variation),
        ("maximal_bias_standardised", found.variation),
        ("maximal_bias_of_a_share", found.maximal_bias),
    ):
        yield [name, "" if value is None else value]


def variable_rows(reading: Reading) -> Iterator[Row]:
    yield [
        _("Variable"),
        _("Unconditional"),
        _("Conditional"),
        _("Unconditional, not adjusted"),
        _("Conditional, not adjusted"),
    ]
    for (name, _label, _codes), variable in zip(AUXILIARY, reading.found.variables, strict=False):
        yield [
            name,
            variable.unconditional,
            variable.conditional,
            variable.unadjusted_unconditional,
            variable.unadjusted_conditional,
        ]


def category_rows(reading: Reading) -> Iterator[Row]:
    yield [
        _("Variable"),
        _("Category"),
        _("Cases"),
        _("Submitted"),
        _("Response propensity"),
        _("Unconditional, not adjusted"),
        _("Conditional, not adjusted"),
    ]
    for (name, _label, codes), variable in zip(AUXILIARY, reading.found.variables, strict=False):
        for each in variable.categories:
            yield [
                name,
                [*codes.values, ""][each.code],
                each.cases,
                each.responded,
                each.propensity,
                each.unconditional,
                each.conditional,
            ]


def group_rows(reading: Reading) -> Iterator[Row]:
    """Yield what all of it is computed from: the cases by group, and the propensity that the model gives them."""
    yield [*(name for name, _label, _codes in AUXILIARY), "stratum", "weight", "cases", "submitted", "propensity"]
    propensities: Sequence[Cell] = reading.found.propensities or [""] * len(reading.cells)
    for cell, propensity in zip(reading.cells, propensities, strict=True):
        yield [*cell.codes, cell.stratum, cell.weight, cell.cases - cell.ineligible, cell.submitted, propensity]


REPRESENTATIVITY: Mapping[str, Callable[[Reading], Iterator[Row]]] = {
    "summary": summary_rows,
    "variables": variable_rows,
    "categories": category_rows,
    "groups": group_rows,
}


def _list_header() -> Row:
    return [
        _("Place"),
        _("Fifth"),
        _("Register number"),
        _("Workplace"),
        _("Authority"),
        _("Stratum"),
        _("Gain"),
        _("Weight"),
        _("Missing to the target"),
        _("Lag behind the mean"),
        _("Calls so far"),
        _("Started"),
        _("Telephone"),
        _("E-mail"),
        _("Why"),
    ]


def list_rows(work: WorkList, round_: Round) -> Iterator[Row]:
    """Yield the whole work list, without names of people or addresses; two queries."""
    yield _list_header()
    strata = dict(Stratum.objects.filter(sample__round=round_).values_list("pk", "code"))
    columns = [f"sample_unit__workplace__{name}" for name in ("register_id", "name", "authority")]
    names = {pk: rest for pk, *rest in Case.objects.of_round(round_).unfinished().values_list("pk", *columns)}
    target = float(round_.target_response_rate)
    for each in work.ranked:
        candidate, reach = each.candidate, work.reach[each.candidate.case]
        rate = work.rate(candidate.stratum)
        yield [
            each.place,
            each.priority,
            *names.get(candidate.case, ("", "", "")),
            strata[candidate.stratum],
            each.gain,
            candidate.weight,
            max(0.0, target - rate),
            candidate.lag,
            candidate.calls,
            int(candidate.started),
            int(reach.by_phone),
            int(reach.by_mail),
            " ".join(reasons(candidate, rate, target)),
        ]


def curve_rows(points: Sequence[Point]) -> Iterator[Row]:
    yield [_("Followed up"), _("Expected answers"), _("Expected response rate"), _("Expected R")]
    for point in points:
        yield [point.cases, point.answers, point.rate, "" if point.indicator is None else point.indicator]
