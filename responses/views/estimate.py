"""The first figures, live."""

from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_safe

from barometer.access import needs, staff
from barometer.roles import Right
from responses.actions import figures_seen
from responses.estimate_tables import Table
from responses.estimate_texts import Shown, basis_notes, shown, watermark
from responses.estimates import Estimates, NoIndicators, estimate, indicators_of
from surveys.models import Round


@needs(Right.SEE_FIGURES)
@require_safe
def figures(request: HttpRequest, slug: str) -> HttpResponse:
    """Show every figure of the instrument with the indicators that go with it, estimated from what is submitted."""
    round_ = get_object_or_404(Round.objects.select_related("questionnaire"), slug=slug)
    language = get_language() or "en"
    found: list[tuple[Estimates, list[Shown], str, list[str]]] = []
    try:
        known = indicators_of(round_.questionnaire.definition())
    except NoIndicators:
        return render(request, "responses/estimate/figures.html", {"round": round_, "estimates": found})
    for count, figure in enumerate(known.figures, start=1):
        estimates = estimate(round_, figure.bars[:1], language)
        if estimates.provisional:
            figures_seen.record(round_=round_, shown=[figure.id], by=staff(request), at=timezone.now())
        named = {"number": count, "title": figure.label.text(language, {})}
        bars = tuple(
            replace(table.lines[0], label=table.title) for table in estimates.tables if table.indicator in figure.bars
        )
        drawn = replace(estimates.tables[0], title=gettext("Figure %(number)s. %(title)s") % named, lines=bars)
        tables = [shown(table) for table in (drawn, *_by_groups(estimates.tables))]
        found.append((estimates, tables, watermark(estimates), list(basis_notes(estimates))))
    return render(request, "responses/estimate/figures.html", {"round": round_, "estimates": found})


def _by_groups(tables: tuple[Table, ...]) -> tuple[Table, ...]:
    return tuple(table for table in tables if table.grouped)
