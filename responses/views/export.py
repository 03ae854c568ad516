"""Files of a round: ask for some, see how far they are, download them. Those with names have pages of their own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language, get_language_info
from django.views.decorators.http import require_http_methods, require_safe

from barometer.access import needs, staff
from barometer.problems import Problem, sentence
from barometer.roles import Right
from responses.actions import export as actions
from responses.export_forms import ExportForm
from responses.export_texts import CONTENTS, LEVELS
from responses.exports.formats import FORMATS
from responses.exports.making import ExportRefused, file_name
from responses.models import ExportFile, Response
from responses.problem_texts import TEXTS
from responses.variables import Privacy
from surveys.models import Round

SHOWN = 50
WITHOUT_NAMES = (Privacy.STATISTICAL, Privacy.RESEARCH)
WITH_NAMES = (Privacy.FULL,)


@needs(Right.EXPORT)
@require_http_methods(["GET", "HEAD", "POST"])
def files(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask for files without names, and see those that there are."""
    return _files(request, slug, WITHOUT_NAMES)


@needs(Right.EXPORT_NAMED)
@require_http_methods(["GET", "HEAD", "POST"])
def named_files(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask for files with names, and see those that there are."""
    return _files(request, slug, WITH_NAMES)


@needs(Right.EXPORT)
@require_safe
def download(request: HttpRequest, slug: str, number: int) -> HttpResponseBase:
    """Give a finished file without names."""
    return _download(request, slug, number, WITHOUT_NAMES)


@needs(Right.EXPORT_NAMED)
@require_safe
def download_named(request: HttpRequest, slug: str, number: int) -> HttpResponseBase:
    """Give a finished file with names."""
    return _download(request, slug, number, WITH_NAMES)


@dataclass(frozen=True, slots=True)
class Line:
    """A file as the page shows it."""

    file: ExportFile
    content: Promise
    level: Promise
    format: Promise
    state: str
    label: str
    failure: str
    notes: Sequence[str]


def _files(request: HttpRequest, slug: str, levels: Sequence[Privacy]) -> HttpResponse:
    round_ = get_object_or_404(Round.objects.select_related("questionnaire"), slug=slug)
    now = timezone.now()
    named = levels is WITH_NAMES
    languages = [(code, get_language_info(code)["name_translated"]) for code in round_.questionnaire.languages]
    initial = {"language": get_language()}
    form = ExportForm(request.POST or None, levels=levels, languages=languages, initial=initial)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data.get("reason", "")
        try:
            actions.ask(round_=round_, orders=form.orders(), reason=reason, by=staff(request), at=now)
        except ExportRefused as refused:
            form.add_error(None, sentence(refused.problem, TEXTS))
        else:
            return redirect("export-named" if named else "export", slug)
    asked = ExportFile.objects.filter(round=round_, privacy__in=[level.value for level in levels])
    context = {
        "round": round_,
        "form": form,
        "named": named,
        "lines": [_line(file, now) for file in asked.select_related("asked_by")[:SHOWN]],
        "not_screened": Response.objects.submitted(round_).filter(screening__isnull=True).count(),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    return render(request, "responses/export/export.html", context, status=status)


def _line(file: ExportFile, now: datetime) -> Line:
    state = file.state(now)
    return Line(
        file=file,
        content=CONTENTS[file.content],
        level=LEVELS[Privacy(file.privacy)],
        format=FORMATS[file.format].label,
        state=state.value,
        label=str(state.label),
        failure=sentence(Problem(file.failure, ""), TEXTS) if file.failure else "",
        notes=[sentence(Problem(code, "", params), TEXTS) for code, params in file.notes],
    )


def _download(request: HttpRequest, slug: str, number: int, levels: Sequence[Privacy]) -> HttpResponseBase:
    round_ = get_object_or_404(Round, slug=slug)
    kept = ExportFile.objects.kept(timezone.now()).filter(round=round_, privacy__in=[level.value for level in levels])
    file = get_object_or_404(kept, pk=number)
    order = actions.order_of(file)
    try:
        content = actions.open_file(file)
    except FileNotFoundError as error:
        raise Http404 from error
    if request.method == "GET":
        actions.note_download(file=file, by=staff(request), at=timezone.now())
    media_type = FORMATS[order.format].media_type
    response = FileResponse(content, as_attachment=True, filename=file_name(round_, order), content_type=media_type)
    response["Cache-Control"] = "no-store"
    return response
