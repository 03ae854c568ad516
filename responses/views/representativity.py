"""How alike those who have answered are to the sample."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from barometer import spreadsheet
from barometer.access import needs
from barometer.roles import Right
from responses import representativity
from responses.gain_chart import Side
from responses.representativity import AUXILIARY, Reading, category_label
from responses.representativity_files import REPRESENTATIVITY, Row
from responses.statistics.representativity import Category, Variable
from surveys.models import Round


@dataclass(frozen=True, slots=True)
class CategoryRow:
    label: str
    category: Category
    bar: Side


@dataclass(frozen=True, slots=True)
class VariableRow:
    label: object
    variable: Variable
    categories: list[CategoryRow]


@needs(Right.SEE_ROUND)
@require_safe
def representativity_(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the R-indicator of the answers so far, what it means, and which groups make it so."""
    round_ = get_object_or_404(Round, slug=slug)
    reading = representativity.read(round_)
    variables = reading.found.variables
    context = {
        "round": round_,
        "reading": reading,
        "found": reading.found,
        "computed_at": timezone.now(),
        "auxiliary": [label for _name, label, _codes in AUXILIARY],
        "variables": list(_rows(variables)),
        "largest": max((each.unconditional for each in variables), default=0),
        "problem": reading.told(reading.found.problem) if reading.found.problem else "",
        "remarks": [reading.told(remark) for remark in reading.found.remarks],
    }
    return render(request, "responses/representativity/representativity.html", context)


@needs(Right.SEE_ROUND)
@require_safe
def export(request: HttpRequest, slug: str, name: str) -> HttpResponseBase:
    """Give one of the tables as a file for a spreadsheet: summary, variables, categories or groups."""
    round_ = get_object_or_404(Round, slug=slug)
    if name not in REPRESENTATIVITY:
        raise Http404
    reading: Reading = representativity.read(round_)
    return csv_file(round_, f"representativity-{name}", REPRESENTATIVITY[name](reading))


def csv_file(round_: Round, name: str, rows: Iterator[Row]) -> HttpResponseBase:
    """Return rows, in the active language, as a file."""
    return spreadsheet.download(list(rows), round_.file_name(name), get_language() or "en")


def _rows(variables: tuple[Variable, ...]) -> Iterator[VariableRow]:
    every = chain.from_iterable(variable.categories for variable in variables)
    largest = max((abs(category.unconditional) for category in every), default=0.0)
    for (_name, label, codes), variable in zip(AUXILIARY, variables, strict=False):
        categories = [
            CategoryRow(str(category_label(codes, each.code)), each, Side.of(each.unconditional, largest))
            for each in variable.categories
        ]
        yield VariableRow(label, variable, categories)
