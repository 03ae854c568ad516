"""The response rate by a register variable or stratum, and every table of the round page as a file."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from barometer import spreadsheet
from barometer.access import needs
from barometer.roles import Right
from responses import charts
from responses.groups import VARIABLES, Group, groups
from responses.round_tables import TABLES
from surveys.models import Round


class Column(NamedTuple):
    """A column that the table can be sorted by."""

    label: Promise
    key: Callable[[Group], float]


COLUMNS: Mapping[str, Column] = {
    "rate": Column(_("Response rate"), lambda group: group.outcome.response_rate or 0),
    "submitted": Column(_("Submitted"), lambda group: group.outcome.submitted),
    "sampled": Column(_("Sampled"), lambda group: group.outcome.sampled),
    "not-eligible": Column(_("Not eligible"), lambda group: group.outcome.not_eligible),
    "of-eligible": Column(_("Of the eligible"), lambda group: group.outcome.response_rate_of_eligible or 0),
    "missing": Column(_("Missing to the target"), lambda group: group.missing),
}


class Heading(NamedTuple):
    """A column's heading: ``sorted`` is what screen readers are told; ``query`` sorts the other way round."""

    label: str | Promise
    sorted: str
    query: str


@needs(Right.SEE_ROUND)
@require_safe
def listing(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the groups of one variable; the address says which, and how they are sorted: "-" before is from the top."""
    round_ = get_object_or_404(Round, slug=slug)
    by = request.GET.get("by", "level")
    if by not in VARIABLES:
        raise Http404
    order = request.GET.get("sort", "")
    name = order.removeprefix("-")
    found = groups(round_, by)
    if name in COLUMNS:
        found = tuple(sorted(found, key=COLUMNS[name].key, reverse=order.startswith("-")))
    context = {
        "round": round_,
        "by": by,
        "label": VARIABLES[by].label,
        "variables": [(code, variable.label) for code, variable in VARIABLES.items()],
        "headings": [_heading(by, order, code) for code in COLUMNS],
        "unsorted": name not in COLUMNS,
        "groups": found,
        "target": round(round_.target_response_rate * charts.SCALE),
        "at": timezone.now(),
    }
    return render(request, "responses/round/groups.html", context)


def _heading(by: str, order: str, column: str) -> Heading:
    state = {column: "ascending", f"-{column}": "descending"}.get(order, "")
    down = state != "descending"
    return Heading(COLUMNS[column].label, state, f"?by={by}&sort={'-' if down else ''}{column}")


@needs(Right.SEE_ROUND)
@require_safe
def table(request: HttpRequest, slug: str, name: str) -> HttpResponseBase:
    """Give one of the round page's tables as a file for a spreadsheet."""
    round_ = get_object_or_404(Round.objects.select_related("questionnaire"), slug=slug)
    if name not in TABLES:
        raise Http404
    language = get_language() or "en"
    rows = TABLES[name](round_, language, timezone.localdate())
    return spreadsheet.download(rows, round_.file_name(name), language)
