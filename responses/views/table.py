"""The table builder: one indicator or all, by any variable, among any part of the answers."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from barometer import spreadsheet
from barometer.access import needs, staff
from barometer.roles import Right
from responses.actions import figures_seen
from responses.estimate_files import as_cells, as_json
from responses.estimate_texts import notes, shown, watermark
from responses.estimates import Estimates, NoIndicators, NotEstimated, estimate, indicators_of
from responses.table_forms import TableForm
from surveys.models import Round

KINDS = ("csv", "json")


@needs(Right.SEE_FIGURES)
@require_safe
def table(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what was asked for in the address as bars and a table; the form alone where nothing was."""
    round_ = _round(slug)
    context: dict[str, object] = {"round": round_, "query": request.GET.urlencode()}
    try:
        form = _form(request, round_)
    except NoIndicators:
        return render(request, "responses/estimate/table.html", context)
    context["form"] = form
    if form.is_bound and form.is_valid():
        try:
            found = _estimated(request, round_, form)
            tables = [shown(each) for each in found.tables]
            context |= {"found": found, "tables": tables, "notes": list(notes(found))}
            context["watermark"] = watermark(found.basis)
        except NotEstimated as refused:
            context["refused"] = refused.said
    return render(request, "responses/estimate/table.html", context)


@needs(Right.SEE_FIGURES)
@require_safe
def file(request: HttpRequest, slug: str, kind: str) -> HttpResponseBase:
    """Give the same numbers as a file."""
    round_ = _round(slug)
    try:
        form = _form(request, round_)
        if kind not in KINDS or not form.is_bound or not form.is_valid():
            raise Http404
        found = _estimated(request, round_, form)
    except (NoIndicators, NotEstimated) as refused:
        raise Http404 from refused
    name = round_.file_name("table")
    if kind == "csv":
        return spreadsheet.download(as_cells(round_.slug, found), name, get_language() or "en")
    response = HttpResponse(as_json(round_.slug, found), content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="{name}.json"'
    response["Cache-Control"] = "no-store"
    return response


def _round(slug: str) -> Round:
    return get_object_or_404(Round.objects.select_related("questionnaire"), slug=slug)


def _form(request: HttpRequest, round_: Round) -> TableForm:
    questionnaire = round_.questionnaire.definition()
    data = request.GET if "indicator" in request.GET else None
    return TableForm(data, questionnaire, indicators_of(questionnaire), get_language() or "en")


def _estimated(request: HttpRequest, round_: Round, form: TableForm) -> Estimates:
    asked, where = form.cleaned_data, form.conditions
    found = estimate(
        round_,
        [asked["indicator"]],
        get_language() or "en",
        by=asked["by"],
        where=where,
        adjust=asked["adjust"],
        parts=False,
    )
    if found.basis.provisional:
        at, by = timezone.now(), staff(request)
        figures_seen.record(round_=round_, shown=[asked["indicator"]], groups=asked["by"], where=where, by=by, at=at)
    return found
