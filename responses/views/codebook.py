"""The codebook of a round's answers: every variable that a file of some level has, and what its codes mean."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from barometer.access import needs
from barometer.formats import language_name
from barometer.roles import Right
from responses.export_texts import LEVELS
from responses.exports.codebook import codebook, codebook_pdf
from responses.exports.responses_table import responses_table
from responses.variables import Privacy
from surveys.models import Round


@dataclass(frozen=True, slots=True)
class Shown:
    """In which language the codebook is shown, and of which level of file."""

    language: str
    level: str


@needs(Right.SEE_ROUND)
@require_safe
def page(request: HttpRequest, slug: str) -> HttpResponse:
    round_, shown = _asked_for(request, slug)
    context = {
        "round": round_,
        "shown": shown,
        "languages": [(code, language_name(code)) for code in round_.questionnaire.languages],
        "levels": [(level.value, label) for level, label in LEVELS.items()],
        "codebook": codebook(responses_table(round_, Privacy(shown.level), shown.language), shown.language),
    }
    return render(request, "responses/codebook/page.html", context)


@needs(Right.SEE_ROUND)
@require_safe
def pdf(request: HttpRequest, slug: str) -> HttpResponse:
    round_, shown = _asked_for(request, slug)
    found = codebook(responses_table(round_, Privacy(shown.level), shown.language), shown.language)
    name = round_.file_name(f"codebook-{shown.level}-{shown.language}")
    headers = {"Content-Disposition": f'inline; filename="{name}.pdf"'}
    return HttpResponse(codebook_pdf(found), content_type="application/pdf", headers=headers)


def _asked_for(request: HttpRequest, slug: str) -> tuple[Round, Shown]:
    """Return the round and what the address asks for (``texts``, ``level``), else the page's language."""
    round_ = get_object_or_404(Round.objects.select_related("questionnaire"), slug=slug)
    languages = [request.GET.get("texts", ""), get_language() or "", *round_.questionnaire.languages]
    level = request.GET.get("level", "")
    levels = [each.value for each in Privacy]
    return round_, Shown(
        language=next(code for code in languages if code in round_.questionnaire.languages),
        level=level if level in levels else Privacy.STATISTICAL.value,
    )
