"""The outcome rates of a round."""

from typing import NamedTuple

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from barometer import spreadsheet
from barometer.access import may, needs
from barometer.roles import Right
from responses import charts, rate_files
from responses import rates as reading
from responses.actions import left_off
from responses.groups import VARIABLES
from responses.models.case import OUTCOME_LABELS
from responses.rate_texts import MEANINGS, MISSING, RATES
from responses.statistics.outcome_rates import Rate
from responses.statistics.outcomes import AAPOR, Group
from surveys.models import Round

# Of each group: a rate, and whether it is the weighted one; the file has them all.
COLUMNS = (
    ("RR1", False),
    ("RR1", True),
    ("RR3", True),
    ("COOP1", True),
    ("REF1", True),
    ("CON1", True),
)
TO_LOOK_UP = "to-look-up"


@needs(Right.SEE_ROUND)
@require_safe
def rates(request: HttpRequest, slug: str) -> HttpResponse:
    """Show how the cases end, and every rate that follows, in all and by a register variable."""
    round_ = get_object_or_404(Round, slug=slug)
    by = _by(request)
    found = reading.read(round_, by)
    context = {
        "round": round_,
        "overall": found.overall,
        "found": found,
        "target": round(round_.target_response_rate * charts.SCALE),
        "rr1": _line(found.overall, "RR1"),
        "not_eligible": int(found.overall.counts.not_eligible),
        "partial": int(found.overall.counts.partial),
        "outcomes": _outcomes(found.overall),
        "lines": [_line(found.overall, name) for name in RATES],
        "levels": [(level, _why(level.e)) for level in found.levels],
        "to_look_up": sum(level.to_look_up for level in found.levels),
        "columns": COLUMNS,
        "groups": [(part, [_value(part, *column) for column in COLUMNS]) for part in found.groups],
        "variables": {code: variable.label for code, variable in VARIABLES.items()},
        "deleted_on": left_off.deleted_on(round_),
        "computed_at": timezone.now(),
    }
    return render(request, "responses/rates/rates.html", context)


@needs(Right.SEE_ROUND)
@require_safe
def download(request: HttpRequest, slug: str, table: str) -> HttpResponseBase:
    """Give one table of the page as a CSV file, or the units to look up in a newer register."""
    if table == TO_LOOK_UP and not may(request, Right.SEE_CASES):  # it names the workplaces
        raise PermissionDenied
    round_ = get_object_or_404(Round, slug=slug)
    if table != TO_LOOK_UP and table not in rate_files.TABLES:
        raise Http404
    language = get_language() or "en"
    if table == TO_LOOK_UP:
        rows = rate_files.to_look_up(round_, language)
    else:
        rows = rate_files.TABLES[table](reading.read(round_, _by(request)))
    return spreadsheet.download(list(rows), round_.file_name(table), language)


class Line(NamedTuple):
    """One rate, unweighted and design-weighted, with its words."""

    name: str
    meaning: Promise
    formula: str
    rate: Rate
    weighted: Rate
    missing: str


def _line(part: reading.Part, name: str) -> Line:
    meaning, formula = RATES[name]
    rate = part.rates[name]
    return Line(name, meaning, formula, rate, part.weighted_rates[name], _why(rate))


def _value(part: reading.Part, name: str, weighted: bool) -> float | None:
    return (part.weighted_rates if weighted else part.rates)[name].value


def _why(rate: Rate) -> str:
    return str(MISSING[rate.missing]) if rate.missing else ""


class OutcomeLine(NamedTuple):
    """How many cases end in one way."""

    number: str
    group: Group
    label: Promise
    meaning: Promise
    cases: int
    weight: float


def _outcomes(part: reading.Part) -> list[OutcomeLine]:
    return [
        OutcomeLine(*code, OUTCOME_LABELS[outcome], MEANINGS[outcome], *part.outcomes.get(outcome, (0, 0.0)))
        for outcome, code in AAPOR.items()
    ]


def _by(request: HttpRequest) -> str:
    by = request.GET.get("by", "")
    return by if by in VARIABLES else next(iter(VARIABLES))
