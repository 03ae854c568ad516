"""The history of a draft: what was changed by whom and when, and the way back."""

from difflib import unified_diff

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from barometer.access import needs, staff
from barometer.roles import Right
from surveys.actions.questionnaire import restore_snapshot
from surveys.forms.questionnaire import ActForm
from surveys.models import Questionnaire, QuestionnaireSnapshot
from surveys.models.questionnaire import QuestionnaireFrozen
from surveys.views.drafts import sorry


@require_safe
@needs(Right.SEE_QUESTIONNAIRES)
def history(request: HttpRequest, pk: int) -> HttpResponse:
    """Every change that is kept, newest first."""
    row = get_object_or_404(Questionnaire, pk=pk)
    snapshots = row.snapshots.select_related("by").defer("document").order_by("-number")
    return render(request, "surveys/questionnaires/history.html", {"questionnaire": row, "snapshots": snapshots})


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Right.SEE_QUESTIONNAIRES, write=Right.EDIT_QUESTIONNAIRES)
def snapshot(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """One change as lines of the document; a POST goes back to what the draft was after it."""
    row = get_object_or_404(Questionnaire, pk=pk)
    chosen = get_object_or_404(row.snapshots.select_related("by"), number=number)
    if request.method == "POST":
        try:
            restore_snapshot(questionnaire=row, number=number, by=staff(request), at=timezone.now())
        except QuestionnaireFrozen as refused:
            return sorry(request, row, refused)
        messages.success(request, gettext("The draft is now what it was after change %(number)s.") % {"number": number})
        return redirect("questionnaire", pk)
    context = {
        "questionnaire": row,
        "snapshot": chosen,
        "lines": _changes(row.snapshots.filter(number__lt=number).order_by("-number").first(), chosen),
        "is_newest": not row.snapshots.filter(number__gt=number).exists(),
        "form": ActForm(button=gettext("Go back to this")),
    }
    return render(request, "surveys/questionnaires/snapshot.html", context)


def _changes(before: QuestionnaireSnapshot | None, after: QuestionnaireSnapshot) -> list[tuple[str, str]]:
    """Return the lines that differ as (kind, text), kind being "+", "-", " " or "…"; none for the first of all."""
    if before is None:
        return []
    lines = unified_diff(before.document.splitlines(), after.document.splitlines(), n=2, lineterm="")
    return [("…", "") if line.startswith("@@") else (line[0], line[1:]) for line in list(lines)[2:]]
