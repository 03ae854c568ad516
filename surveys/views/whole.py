"""The whole questionnaire on one page and as PDF, for staff: drafts too."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from barometer.access import needs
from barometer.formats import language_name
from barometer.problems import sentence
from barometer.roles import Right
from surveys.actions.checking import findings
from surveys.answering.whole import levels, whole
from surveys.models import Questionnaire
from surveys.problem_texts import TEXTS
from surveys.questionnaire.definition import Choice
from surveys.whole_pdf import whole_pdf


@dataclass(frozen=True, slots=True)
class Shown:
    """In which language and for which level a questionnaire is shown."""

    language: str
    level: str


@require_safe
@needs(Right.SEE_QUESTIONNAIRES)
def page(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Questionnaire, pk=pk)
    hidden = [sentence(problem, TEXTS) for problem in findings(row).hidden]
    context: dict[str, object] = {"questionnaire": row, "problems": hidden}
    if not hidden:
        found = row.definition()
        shown = shown_as(request, row, levels(found))
        context |= {
            "shown": shown,
            "languages": [(code, language_name(code)) for code in row.languages],
            "levels": [(choice.code, choice.label.text(get_language() or "", {})) for choice in levels(found)],
            "whole": whole(found, shown.language, shown.level),
        }
    return render(request, "surveys/whole/page.html", context)


@require_safe
@needs(Right.SEE_QUESTIONNAIRES)
def pdf(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Questionnaire, pk=pk)
    if findings(row).hidden:
        return redirect("questionnaire-all", pk)
    shown = shown_as(request, row, levels(row.definition()))
    name = "-".join(filter(None, [row.code, f"v{row.version}", shown.level, shown.language]))
    headers = {"Content-Disposition": f'inline; filename="{name}.pdf"'}
    content = whole_pdf(row, shown.language, shown.level)
    return HttpResponse(content, content_type="application/pdf", headers=headers)


def shown_as(request: HttpRequest, row: Questionnaire, choices: tuple[Choice, ...]) -> Shown:
    """What the address asks for (``texts``, ``level``), or the page's language and the first level."""
    languages = [request.GET.get("texts", ""), get_language() or "", *row.languages]
    codes = [choice.code for choice in choices]
    asked = request.GET.get("level", "")
    level = asked if asked in codes else next(iter(codes), "")
    return Shown(next(code for code in languages if code in row.languages), level)
