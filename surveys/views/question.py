"""The page of one question: its texts, routing, options and rows."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from barometer.access import needs, staff
from barometer.roles import Right
from surveys.actions.draft import ChangedMeanwhile, DraftRefused, PartGone, definition_of, problems_in
from surveys.actions.plain import mark, question_values
from surveys.actions.question import delete_question, question_of, save_question
from surveys.forms.choices import rearranged
from surveys.forms.question import NEW, QuestionForm
from surveys.forms.questionnaire import ActForm
from surveys.models import Part, Questionnaire
from surveys.models.questionnaire import QuestionnaireFrozen
from surveys.questionnaire.names import names_for_page
from surveys.views.drafts import differences, page_language, retold, shape_of, sorry, tell_dropped, tell_elsewhere
from surveys.views.outline import anchor, said


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Right.EDIT_QUESTIONNAIRES)
def add(request: HttpRequest, pk: int) -> HttpResponse:
    """A new question on the page that is asked for."""
    row = get_object_or_404(Questionnaire, pk=pk)
    pages = list(row.pages.order_by("position", "pk").values_list("name", flat=True))
    if row.published_at is not None and request.method != "POST":
        return sorry(request, row, QuestionnaireFrozen())
    if not pages:
        messages.error(request, gettext("Add a page first."))
        return redirect("questionnaire", pk)
    wanted = request.GET.get("page", "")
    return _edit(request, row, None, {**NEW, "page": wanted if wanted in pages else pages[-1]})


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Right.SEE_QUESTIONNAIRES, write=Right.EDIT_QUESTIONNAIRES)
def question(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """Change a question."""
    row = get_object_or_404(Questionnaire, pk=pk)
    if row.published_at is not None and request.method != "POST":
        return sorry(request, row, QuestionnaireFrozen())
    try:
        stored = question_values(question_of(row, code))
    except PartGone:
        if request.method != "POST":
            raise Http404 from None
        return _edit(request, row, None, {**NEW, "page": request.POST.get("page", "")}, gone=True)
    return _edit(request, row, code, stored)


def _edit(
    request: HttpRequest, row: Questionnaire, code: str | None, stored: dict[str, Any], *, gone: bool = False
) -> HttpResponse:
    """Show the form, rearrange its lines, or save it; ``gone`` when what was sent belongs to nothing any more."""
    found = definition_of(row)
    if found is None:
        return redirect("questionnaire", row.pk)
    page = request.POST.get("page", stored["page"])
    given: dict[str, Any] = {
        "pk": row.pk,
        "found": found,
        "shape": shape_of(found),
        "names": names_for_page(found, page),
        "language": page_language(request, row),
    }
    context: dict[str, Any] = {"questionnaire": row, "code": code, "language": given["language"], "gone": gone}
    context["frozen"] = row.published_at is not None
    if request.method != "POST":
        form = QuestionForm(None, values=stored, mark=mark(stored) if code else "", **given)
        own = [one for one in map(said, problems_in(found)) if (one.part, one.name) == (Part.QUESTION, code)]
        return _page(request, form, {**context, "problems": own})
    form = QuestionForm(request.POST, values=stored, mark="", **given)
    act, _, rest = request.POST.get("act", "").partition(":")
    if act:
        key, _, number = rest.partition(":")
        values = form.typed()
        if key in form.tables:
            values[key] = rearranged(values[key], act, number)
        form = QuestionForm(None, values=values, mark=request.POST.get("based_on", ""), **given)
        return _page(request, form, {**context, "unsaved": True})
    if gone or context["frozen"] or not form.is_valid():
        return _page(request, form, context)
    return _save(request, row, code, form, given, context)


def _save(
    request: HttpRequest,
    row: Questionnaire,
    code: str | None,
    form: QuestionForm,
    given: dict[str, Any],
    context: dict[str, Any],
) -> HttpResponse:
    values, based_on = form.values(), form.cleaned_data["based_on"]
    try:
        draft = save_question(
            questionnaire=row, code=code, values=values, based_on=based_on, by=staff(request), at=timezone.now()
        )
    except DraftRefused as refused:
        for problem in refused.problems:
            form.add_problem(problem)
        return _page(request, form, context)
    except ChangedMeanwhile:
        now = question_values(question_of(row, code or ""))
        form = QuestionForm(retold(request.POST, mark(now)), values=now, mark="", **given)
        return _page(request, form, {**context, "changed": differences(now, values)})
    except QuestionnaireFrozen:
        return _page(request, form, {**context, "frozen": True})
    except PartGone:
        return _page(request, form, {**context, "code": None, "gone": True})
    messages.success(request, gettext("The question %(code)s has been saved.") % {"code": draft.name})
    tell_dropped(request, draft)
    tell_elsewhere(request, draft)
    if request.POST.get("save") == "stay" or form.changes_shape():
        return redirect("question", row.pk, draft.name)
    return redirect(f"{reverse('questionnaire', args=[row.pk])}#{anchor(Part.QUESTION, draft.name)}")


def _page(request: HttpRequest, form: QuestionForm, context: dict[str, Any]) -> HttpResponse:
    return render(request, "surveys/questionnaires/question.html", {**context, "form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Right.EDIT_QUESTIONNAIRES)
def delete(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """Delete a question, after asking."""
    row = get_object_or_404(Questionnaire, pk=pk)
    try:
        stored = question_values(question_of(row, code))
        if request.method == "POST":
            based_on = request.POST.get("based_on", "")
            draft = delete_question(
                questionnaire=row, name=code, based_on=based_on, by=staff(request), at=timezone.now()
            )
            messages.success(request, gettext("The question %(code)s has been deleted.") % {"code": code})
            tell_elsewhere(request, draft)
            return redirect("questionnaire", pk)
    except (QuestionnaireFrozen, PartGone) as refused:
        return sorry(request, row, refused)
    except ChangedMeanwhile:
        messages.error(request, gettext("Somebody else has changed it meanwhile. Look at it before you delete it."))
        return redirect("question", pk, code)
    context = {
        "questionnaire": row,
        "name": code,
        "label": stored["label"],
        "lines": [*stored["rows"], *stored["options"]],
        "form": ActForm(button=gettext("Delete"), mark=mark(stored)),
        "language": page_language(request, row),
    }
    return render(request, "surveys/questionnaires/delete_part.html", context)
