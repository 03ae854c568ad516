"""Download the answers of a round."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods

from barometer import spreadsheet
from barometer.access import needs, staff
from barometer.roles import Right
from responses.actions.export import export_responses
from responses.exports import Style, file_name
from responses.forms import ExportForm
from responses.models import Response
from surveys.models import Round


@needs(Right.EXPORT)
@require_http_methods(["GET", "HEAD", "POST"])
def download(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Ask what the file is to look like; stream it."""
    round_ = get_object_or_404(Round.objects.select_related("questionnaire"), slug=slug)
    form = ExportForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        style = _style(form)
        pieces = export_responses(round_=round_, style=style, by=staff(request), at=timezone.now())
        return spreadsheet.attachment(pieces, file_name(round_, style))
    submitted = Response.objects.submitted(round_).count()
    not_screened = Response.objects.submitted(round_).filter(screening__isnull=True).count()
    context = {"round": round_, "form": form, "submitted": submitted, "not_screened": not_screened}
    return _page(request, context, form.is_bound)


def _page(request: HttpRequest, context: dict[str, object], refused: bool) -> HttpResponse:
    status = HTTPStatus.UNPROCESSABLE_ENTITY if refused else HTTPStatus.OK
    return render(request, "responses/export/export.html", context, status=status)


def _style(form: ExportForm) -> Style:
    reader = form.cleaned_data["reader"]
    return Style(
        labels=form.cleaned_data["style"] == "labels",
        language=(get_language() or "en") if reader == "raw" else reader,
        raw=reader == "raw",
        texts=not form.cleaned_data["without_texts"],
    )
