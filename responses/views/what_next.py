"""Whom to follow up next, what may come of it, and when to stop."""

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from barometer.access import needs
from barometer.roles import Right
from responses import follow_up
from responses.follow_up import Reach, WorkList
from responses.follow_up_texts import reasons
from responses.gain_chart import panels
from responses.models import Case
from responses.representativity_files import curve_rows, list_rows
from responses.statistics.follow_up import (
    LEAST_IN_INDICATOR,
    LEAST_IN_RATE,
    Point,
    Ranked,
    gain_curve,
    stop_rule,
)
from responses.views.representativity import csv_file
from surveys.models import Round

CASES_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list; ``rate`` is that of its stratum."""

    ranked: Ranked
    case: Case
    rate: float
    reach: Reach
    why: list[str]


@needs(Right.SEE_CASES)
@require_safe
def what_next(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the first cases of the work list and why, the expected gain, and whether to go on."""
    round_ = get_object_or_404(Round, slug=slug)
    if round_.status != Round.Status.OPEN:
        return render(request, "responses/what_next/not_open.html", {"round": round_})
    work = follow_up.read(round_, at=timezone.now())
    points, target = _points(work), float(round_.target_response_rate)
    rate, indicator = panels(points, target)
    context = {
        "round": round_,
        "work": work,
        "rows": _rows(work, target),
        "points": points,
        "last": points[-1] if points else None,
        "rate_panel": rate,
        "indicator_panel": indicator,
        "rule": stop_rule(points, target),
        "limits": {"rate": LEAST_IN_RATE, "indicator": LEAST_IN_INDICATOR},
        "follow_ups": work.standing.follow_ups if work.standing else None,
        "problem": work.reading.told(work.reading.found.problem) if work.reading.found.problem else "",
        "computed_at": timezone.now(),
    }
    return render(request, "responses/what_next/what_next.html", context)


@needs(Right.SEE_CASES)
@require_safe
def export(request: HttpRequest, slug: str, name: str) -> HttpResponseBase:
    """Give the whole list, or the curve, as a file for a spreadsheet."""
    round_ = get_object_or_404(Round, slug=slug)
    if name not in ("list", "curve") or round_.status != Round.Status.OPEN:
        raise Http404
    work = follow_up.read(round_, at=timezone.now())
    rows = list_rows(work, round_) if name == "list" else curve_rows(_points(work))
    return csv_file(round_, f"what-next-{name}", rows)


def _points(work: WorkList) -> list[Point]:
    return gain_curve(work.ranked, work.standing) if work.standing else []


def _rows(work: WorkList, target: float) -> list[Row]:
    """Return the first cases of the list with their workplaces; one query."""
    shown = work.ranked[:CASES_SHOWN]
    joined = Case.objects.select_related("sample_unit__workplace", "sample_unit__stratum")
    cases = joined.in_bulk([each.candidate.case for each in shown])
    rows: list[Row] = []
    for each in shown:
        rate = work.rate(each.candidate.stratum)
        reach = work.reach[each.candidate.case]
        rows.append(Row(each, cases[each.candidate.case], rate, reach, reasons(each.candidate, rate, target)))
    return rows
