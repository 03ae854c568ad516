"""The questionnaires: their list, one of them as an outline, and what is done with one as a whole."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from barometer.access import may, needs, staff
from barometer.formats import language_name
from barometer.roles import Right
from surveys.actions import questionnaire as actions
from surveys.actions.checking import minutes_to_answer, open_remarks
from surveys.actions.draft import ChangedMeanwhile, PartGone, definition_of, problems_in, problems_of
from surveys.actions.part import copy_part, move_part
from surveys.actions.question import copy_question, move_question
from surveys.forms.questionnaire import ActForm, DocumentForm, HeaderForm
from surveys.models import Part, Questionnaire
from surveys.models.questionnaire import QuestionnaireFrozen
from surveys.questionnaire.document import to_yaml
from surveys.views.drafts import page_language, sorry, tell_elsewhere
from surveys.views.outline import Said, anchor, outline, said


@require_safe
@needs(Right.SEE_QUESTIONNAIRES)
def listing(request: HttpRequest) -> HttpResponse:
    """Every version of every questionnaire, newest first, and the rounds that use it."""
    questionnaires = Questionnaire.objects.prefetch_related("rounds").order_by("code", "-version")
    return render(request, "surveys/questionnaires/list.html", {"questionnaires": questionnaires})


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Right.EDIT_QUESTIONNAIRES)
def create(request: HttpRequest) -> HttpResponse:
    """A new draft: empty, or out of a file."""
    loads = "file" in request.FILES or "load" in request.POST
    sent = request.method == "POST"
    form = HeaderForm(request.POST if sent and not loads else None, button=gettext("Create the draft"))
    document = DocumentForm(*((request.POST, request.FILES) if sent and loads else ()), button=gettext("Load the file"))
    document.helper.form_id = "load"
    problems: Sequence[Said] = ()
    try:
        if loads and document.is_valid():
            text = document.cleaned_data["file"]
            loaded = actions.load_questionnaire(document=text, by=staff(request), at=timezone.now(), only_new=True)
            return _created(request, loaded.questionnaire)
        if not loads and form.is_valid():
            return _created(
                request, actions.create_questionnaire(values=form.values(), by=staff(request), at=timezone.now())
            )
    except actions.DocumentRefused as refused:
        problems = [said(problem) for problem in refused.problems]
    except actions.VersionTaken as taken:
        words = gettext("%(name)s is there already. Choose another code or version, or open that one.")
        (document if loads else form).add_error("file" if loads else "version", words % {"name": taken.questionnaire})
    context = {"form": form, "document": document, "problems": problems}
    return render(request, "surveys/questionnaires/create.html", context)


def _created(request: HttpRequest, questionnaire: Questionnaire) -> HttpResponse:
    messages.success(request, gettext("The draft %(name)s has been created.") % {"name": questionnaire})
    return redirect("questionnaire", questionnaire.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Right.SEE_QUESTIONNAIRES, write=Right.EDIT_QUESTIONNAIRES)
def questionnaire(request: HttpRequest, pk: int) -> HttpResponse:
    """The outline. A POST moves or copies a part, by a button named after the act, its value "part:name"."""
    row = get_object_or_404(Questionnaire, pk=pk)
    if request.method == "POST":
        return _rearrange(request, row)
    found = definition_of(row)
    remarks = open_remarks(row)
    problems = [] if found is None else [*remarks, *problems_in(found)]
    language = page_language(request, row)
    context = {
        "questionnaire": row,
        "found": found,
        "language": language,
        "languages": [(code, language_name(code)) for code in row.languages],
        "rounds": row.rounds.order_by("slug"),
        "last": row.snapshots.select_related("by").order_by("-number").first(),
        "is_draft": row.published_at is None and may(request, Right.EDIT_QUESTIONNAIRES),
        "import_remarks": len(remarks),
    }
    if found is not None:
        context |= outline(found, problems, language)
    return render(request, "surveys/questionnaires/outline.html", context)


def _rearrange(request: HttpRequest, row: Questionnaire) -> HttpResponse:
    act = next((act for act in ("up", "down", "copy") if act in request.POST), "")
    part, _, name = request.POST.get(act, "").partition(":")
    if not act or part not in Part.values:
        return redirect("questionnaire", row.pk)
    given: dict[str, Any] = {"questionnaire": row, "name": name, "by": staff(request), "at": timezone.now()}
    try:
        if part == Part.QUESTION:
            draft = copy_question(**given) if act == "copy" else move_question(**given, up=act == "up")
        elif act == "copy":
            draft = copy_part(**given, part=Part(part))
        else:
            draft = move_part(**given, part=Part(part), up=act == "up")
    except (QuestionnaireFrozen, PartGone) as refused:
        return sorry(request, row, refused)
    tell_elsewhere(request, draft)
    return redirect(f"{reverse('questionnaire', args=[row.pk])}#{anchor(part, draft.name)}")


@require_safe
@needs(Right.SEE_QUESTIONNAIRES)
def document(request: HttpRequest, pk: int) -> HttpResponse:
    """The questionnaire as a YAML file."""
    row = get_object_or_404(Questionnaire, pk=pk)
    found = definition_of(row)
    if found is None:
        raise Http404
    headers = {"Content-Disposition": f'attachment; filename="{row.code}-v{row.version}.yaml"'}
    return HttpResponse(to_yaml(found), content_type="application/yaml; charset=utf-8", headers=headers)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Right.EDIT_QUESTIONNAIRES)
def load(request: HttpRequest, pk: int) -> HttpResponse:
    """Put the content of a YAML file into a draft."""
    row = get_object_or_404(Questionnaire, pk=pk)
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = DocumentForm(*sent, button=gettext("Replace the content"))
    problems: Sequence[Said] = ()
    if form.is_valid():
        text = form.cleaned_data["file"]
        try:
            actions.replace_draft(questionnaire=row, document=text, by=staff(request), at=timezone.now())
        except actions.DocumentRefused as refused:
            problems = [said(problem) for problem in refused.problems]
        except actions.OtherQuestionnaire:
            form.add_error("file", gettext("The file belongs to another questionnaire: its code is a different one."))
        except QuestionnaireFrozen as refused:
            return sorry(request, row, refused)
        else:
            messages.success(request, gettext("The content of the file is now the draft. The way back: History."))
            return redirect("questionnaire", pk)
    context = {"questionnaire": row, "form": form, "problems": problems}
    return render(request, "surveys/questionnaires/load.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Right.EDIT_QUESTIONNAIRES)
def publish(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what is in the way of publishing, and publish when nothing is."""
    row = get_object_or_404(Questionnaire, pk=pk)
    if request.method == "POST":
        seen = request.POST.get("based_on", "")
        try:
            actions.publish_questionnaire(questionnaire=row, by=staff(request), at=timezone.now(), seen=seen)
        except QuestionnaireFrozen as refused:
            return sorry(request, row, refused)
        except ChangedMeanwhile:
            messages.error(
                request, gettext("Somebody else has changed it meanwhile. Look at it before you publish it.")
            )
            return redirect("questionnaire-publish", pk)
        except actions.DocumentRefused:
            messages.error(request, gettext("It has not been published: there are errors."))
            return redirect("questionnaire-publish", pk)
        messages.success(request, gettext("%(name)s has been published.") % {"name": row})
        return redirect("questionnaire", pk)
    mark = actions.state_of(row)  # before the checks: what comes in between is seen as a change
    problems = [said(problem) for problem in problems_of(row)]
    context = {
        "questionnaire": row,
        "form": ActForm(button=gettext("Publish"), mark=mark),
        "errors": [one for one in problems if not one.is_warning],
        "import_remarks": len(open_remarks(row)),
        "minutes": [(language_name(one.language), one) for one in minutes_to_answer(row)],
        "warnings": [one for one in problems if one.is_warning],
    }
    return render(request, "surveys/questionnaires/publish.html", context)


@require_POST
@needs(Right.EDIT_QUESTIONNAIRES)
def new_version(request: HttpRequest, pk: int) -> HttpResponse:
    """Start a draft from a published questionnaire."""
    row = get_object_or_404(Questionnaire.objects.published(), pk=pk)
    return _created(request, actions.new_version(questionnaire=row, by=staff(request), at=timezone.now()))


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Right.EDIT_QUESTIONNAIRES)
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete a draft, after asking."""
    row = get_object_or_404(Questionnaire, pk=pk)
    if request.method == "POST":
        try:
            actions.delete_questionnaire(questionnaire=row, by=staff(request), at=timezone.now())
        except actions.QuestionnaireInUse:
            messages.error(request, gettext("A questionnaire that is published or used by a round is not deleted."))
            return redirect("questionnaire", pk)
        messages.success(request, gettext("The draft %(name)s has been deleted.") % {"name": row})
        return redirect("questionnaire-list")
    context = {"questionnaire": row, "form": ActForm(button=gettext("Delete the draft"))}
    return render(request, "surveys/questionnaires/delete.html", context)
