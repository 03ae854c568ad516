"""The pages of the smaller parts of a draft: pages, scales, derived and register variables, settings and texts."""

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
from surveys.actions.part import (
    RELATED,
    PartInUse,
    delete_part,
    part_of,
    save_header,
    save_part,
    save_texts,
)
from surveys.actions.plain import header_values, mark, part_values
from surveys.forms.choices import rearranged
from surveys.forms.part import NEW, PartForm, TextsForm
from surveys.forms.questionnaire import ActForm, HeaderForm
from surveys.models import Page, Part, Questionnaire
from surveys.models.questionnaire import QuestionnaireFrozen
from surveys.questionnaire.names import names_for_derived
from surveys.views.drafts import differences, page_language, retold, shape_of, sorry, tell_elsewhere
from surveys.views.outline import anchor, said


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Right.EDIT_QUESTIONNAIRES)
def add(request: HttpRequest, pk: int, part: str) -> HttpResponse:
    """A new page, scale, derived or register variable."""
    row = get_object_or_404(Questionnaire, pk=pk)
    if row.published_at is not None and request.method != "POST":
        return sorry(request, row, QuestionnaireFrozen())
    return _edit(request, row, _kind(part), None, dict(NEW[_kind(part)]))


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Right.SEE_QUESTIONNAIRES, write=Right.EDIT_QUESTIONNAIRES)
def part(request: HttpRequest, pk: int, part: str, name: str) -> HttpResponse:
    """Change one."""
    row = get_object_or_404(Questionnaire, pk=pk)
    kind = _kind(part)
    if row.published_at is not None and request.method != "POST":
        return sorry(request, row, QuestionnaireFrozen())
    try:
        stored = part_values(part_of(row, kind, name))
    except PartGone:
        if request.method != "POST":
            raise Http404 from None
        return _edit(request, row, kind, None, dict(NEW[kind]), gone=True)
    return _edit(request, row, kind, name, stored)


def _kind(part: str) -> Part:
    if part not in RELATED:
        raise Http404
    return Part(part)


def _edit(
    request: HttpRequest,
    row: Questionnaire,
    kind: Part,
    name: str | None,
    stored: dict[str, Any],
    *,
    gone: bool = False,
) -> HttpResponse:
    """Show the form, rearrange its lines, or save it; ``gone`` when what was sent belongs to nothing any more."""
    found = definition_of(row)
    if found is None:
        return redirect("questionnaire", row.pk)
    given: dict[str, Any] = {
        "part": kind,
        "shape": shape_of(found),
        "names": names_for_derived(found, name or "") if kind == Part.DERIVED else (),
        "language": page_language(request, row),
    }
    context: dict[str, Any] = {"questionnaire": row, "part": kind, "name": name, "gone": gone}
    context["frozen"] = row.published_at is not None
    if request.method != "POST":
        own = [one for one in map(said, problems_in(found)) if (one.part, one.name) == (kind, name)]
        form = PartForm(None, values=stored, mark=mark(stored) if name else "", **given)
        return _page(request, form, {**context, "problems": own})
    form = PartForm(request.POST, values=stored, mark="", **given)
    act, _, rest = request.POST.get("act", "").partition(":")
    if act and form.table:
        values = form.typed()
        values[form.table.key] = rearranged(values[form.table.key], act, rest.partition(":")[2])
        form = PartForm(None, values=values, mark=request.POST.get("based_on", ""), **given)
        return _page(request, form, {**context, "unsaved": True})
    if gone or context["frozen"] or not form.is_valid():
        return _page(request, form, context)
    return _save(request, row, name, form, given, context)


def _save(
    request: HttpRequest,
    row: Questionnaire,
    name: str | None,
    form: PartForm,
    given: dict[str, Any],
    context: dict[str, Any],
) -> HttpResponse:
    kind, values = form.part, form.values()
    try:
        draft = save_part(
            questionnaire=row,
            part=kind,
            name=name,
            values=values,
            based_on=form.cleaned_data["based_on"],
            by=staff(request),
            at=timezone.now(),
        )
    except DraftRefused as refused:
        for problem in refused.problems:
            form.add_problem(problem)
        return _page(request, form, context)
    except ChangedMeanwhile:
        now = part_values(part_of(row, kind, name or ""))
        form = PartForm(retold(request.POST, mark(now)), values=now, mark="", **given)
        return _page(request, form, {**context, "changed": differences(now, values)})
    except QuestionnaireFrozen:
        return _page(request, form, {**context, "frozen": True})
    except PartGone:
        return _page(request, form, {**context, "name": None, "gone": True})
    words = gettext("%(part)s %(name)s: saved.")
    messages.success(request, words % {"part": kind.label, "name": draft.name})
    tell_elsewhere(request, draft)
    if request.POST.get("save") == "stay":
        return redirect("part", row.pk, kind, draft.name)
    return redirect(f"{reverse('questionnaire', args=[row.pk])}#{anchor(kind, draft.name)}")


def _page(request: HttpRequest, form: PartForm, context: dict[str, Any]) -> HttpResponse:
    return render(request, "surveys/questionnaires/part.html", {**context, "form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Right.EDIT_QUESTIONNAIRES)
def delete(request: HttpRequest, pk: int, part: str, name: str) -> HttpResponse:
    """Delete one, after asking."""
    row, kind = get_object_or_404(Questionnaire, pk=pk), _kind(part)
    try:
        there = part_of(row, kind, name)
        stored = part_values(there)
        if request.method == "POST":
            based_on = request.POST.get("based_on", "")
            draft = delete_part(
                questionnaire=row, part=kind, name=name, based_on=based_on, by=staff(request), at=timezone.now()
            )
            messages.success(request, gettext("%(part)s %(name)s: deleted.") % {"part": kind.label, "name": name})
            tell_elsewhere(request, draft)
            return redirect("questionnaire", pk)
    except (QuestionnaireFrozen, PartGone) as refused:
        return sorry(request, row, refused)
    except PartInUse as refused:
        words = gettext("These questions use the scale: %(names)s. Give them other options first.")
        messages.error(request, words % {"names": ", ".join(refused.users)})
        return redirect("questionnaire", pk)
    except ChangedMeanwhile:
        messages.error(request, gettext("Somebody else has changed it meanwhile. Look at it before you delete it."))
        return redirect("part", pk, kind, name)
    context = {
        "questionnaire": row,
        "name": name,
        "label": stored.get("label", {}),
        "lines": [*stored.get("options", ()), *stored.get("codes", ())],
        "questions": list(there.questions.order_by("position")) if isinstance(there, Page) else [],
        "form": ActForm(button=gettext("Delete"), mark=mark(stored)),
        "language": page_language(request, row),
    }
    return render(request, "surveys/questionnaires/delete_part.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Right.SEE_QUESTIONNAIRES, write=Right.EDIT_QUESTIONNAIRES)
def settings(request: HttpRequest, pk: int) -> HttpResponse:
    """Code, version, country, reference period, languages and title of a draft."""
    row = get_object_or_404(Questionnaire, pk=pk)
    if row.published_at is not None:
        return sorry(request, row, QuestionnaireFrozen())
    stored, button = header_values(row), gettext("Save")
    data = request.POST if request.method == "POST" else None
    form = HeaderForm(data, values=stored, mark=mark(stored), button=button)
    context: dict[str, Any] = {"questionnaire": row}
    if form.is_valid():
        values, based_on = form.values(), form.cleaned_data["based_on"]
        try:
            draft = save_header(
                questionnaire=row, values=values, based_on=based_on, by=staff(request), at=timezone.now()
            )
        except ChangedMeanwhile:
            form = HeaderForm(retold(request.POST, mark(stored)), values=stored, button=button)
            context["changed"] = differences(stored, values)
        except DraftRefused:
            form.add_error("version", gettext("There is a questionnaire of this code and version already."))
        except QuestionnaireFrozen as refused:
            return sorry(request, row, refused)
        else:
            messages.success(request, gettext("The settings have been saved."))
            tell_elsewhere(request, draft)
            return redirect("questionnaire", pk)
    return render(request, "surveys/questionnaires/settings.html", {**context, "form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Right.SEE_QUESTIONNAIRES, write=Right.EDIT_QUESTIONNAIRES)
def texts(request: HttpRequest, pk: int) -> HttpResponse:
    """The general texts of a draft."""
    row = get_object_or_404(Questionnaire, pk=pk)
    found = definition_of(row)
    if row.published_at is not None or found is None:
        return sorry(request, row, QuestionnaireFrozen())
    shape, data = shape_of(found), request.POST if request.method == "POST" else None
    form = TextsForm(data, shape=shape, texts=row.texts, mark=mark(row.texts))
    context: dict[str, Any] = {"questionnaire": row}
    if form.is_valid():
        new, based_on = form.texts(), form.cleaned_data["based_on"]
        try:
            save_texts(questionnaire=row, texts=new, based_on=based_on, by=staff(request), at=timezone.now())
        except ChangedMeanwhile:
            form = TextsForm(retold(request.POST, mark(row.texts)), shape=shape, texts=row.texts, mark="")
            context["changed"] = differences(row.texts, new)
        except DraftRefused as refused:
            for problem in refused.problems:
                form.add_problem(problem)
        except QuestionnaireFrozen as refused:
            return sorry(request, row, refused)
        else:
            messages.success(request, gettext("The general texts have been saved."))
            return redirect("questionnaire-texts", pk)
    return render(request, "surveys/questionnaires/texts.html", {**context, "form": form})
