"""Trying out a questionnaire, draft or published, as a respondent would see it. Nothing is stored."""

from csp.constants import SELF
from csp.decorators import csp_replace
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_http_methods, require_safe

from barometer.access import needs
from barometer.formats import language_name
from barometer.problems import sentence
from barometer.roles import Right
from surveys.actions.checking import findings
from surveys.answering.controls import controls
from surveys.answering.forms import PageForm
from surveys.answering.preview import END, STATE_FIELD, Preview, RegisterForm, Step, at_question, step
from surveys.answering.progress import progress
from surveys.answering.wording import Wording
from surveys.models import Questionnaire
from surveys.problem_texts import TEXTS
from surveys.questionnaire.definition import Questionnaire as Definition
from surveys.questionnaire.routing import Route


@require_safe
@needs(Right.SEE_QUESTIONNAIRES)
@csp_replace({"frame-src": [SELF]})  # type: ignore[arg-type]  # typed for views without arguments
def phone(request: HttpRequest, pk: int) -> HttpResponse:
    """The preview in a frame as wide as a phone."""
    row = get_object_or_404(Questionnaire, pk=pk)
    return render(request, "surveys/preview/phone.html", {"questionnaire": row, "question": _question(request)})


@xframe_options_sameorigin
@csp_replace({"frame-ancestors": [SELF]})  # type: ignore[arg-type]  # likewise
@require_http_methods(["GET", "HEAD", "POST"])
@needs(Right.SEE_QUESTIONNAIRES)
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose a made-up workplace (GET), then walk through the pages (POST); or go to one question at once (GET)."""
    row = get_object_or_404(Questionnaire, pk=pk)
    problems = [sentence(problem, TEXTS) for problem in findings(row).hidden]
    if problems:
        return render(request, "surveys/preview/start.html", {"questionnaire": row, "problems": problems})
    found = row.definition()
    before = Preview.read(request.POST.get(STATE_FIELD, ""), found)
    if request.method == "POST" and before is not None:
        return _page(request, row, found, step(found, before, request.POST))
    names = {code: language_name(code) for code in found.languages}
    form = RegisterForm(found, names, request.POST if request.method == "POST" else None)
    form.fields["language"].label = gettext("Language")
    if form.is_valid():
        return _page(request, row, found, Step(form.preview()))
    question = _question(request)
    if any(question in page.questions for page in found.pages):
        return _page(request, row, found, at_question(found, form.untouched(), question))
    context = {"questionnaire": row, "form": form, "framed": _framed(request)}
    return render(request, "surveys/preview/start.html", context)


def _framed(request: HttpRequest) -> bool:
    """Whether the page is asked for by the frame as wide as a phone, where nothing of ours stands around it."""
    return request.headers.get("Sec-Fetch-Dest") == "iframe"


def _question(request: HttpRequest) -> str:
    return request.GET.get("question", "")


def _page(request: HttpRequest, row: Questionnaire, found: Definition, to: Step) -> HttpResponse:
    """The page itself is in the language of the questionnaire, what stands around it in that of staff."""
    if to.made_up:
        messages.info(request, gettext("The answers so far do not lead to this page. Made-up answers have been added."))
    if to.unreachable:
        messages.warning(request, gettext("No answers lead to this page with these register values."))
    taken = to.preview.route(found)
    with translation.override(to.preview.language):
        shown = _end(taken, to.preview) if taken.page(to.preview.page) is None else _form(taken, to)
    wording = Wording.of(taken, translation.get_language() or "")
    on_route = {page.number for page in taken.pages}
    context = {
        "questionnaire": row,
        "framed": _framed(request),
        "state_field": STATE_FIELD,
        "state": to.preview.text(),
        "question": _question(request),
        "first_control": _first_control(taken, _question(request)),
        "shown": shown,
        "preview": to.preview,
        "is_end": taken.page(to.preview.page) is None,
        "errors": bool(to.posted and to.posted.problems),
        "languages": [(code, language_name(code)) for code in found.languages],
        "pages": [
            (number, wording.text(page.label), number in on_route) for number, page in enumerate(found.pages, start=1)
        ],
        "end": END,
    }
    status = 422 if to.posted and to.posted.problems else 200
    return render(request, "surveys/preview/page.html", context, status=status)


def _first_control(taken: Route, question: str) -> str:
    """The id of the first control of a question; "" when it has none or is not asked."""
    item = taken.item(question)
    first = next(iter(controls(item)), None) if item else None
    if first is None:
        return ""
    return f"id_{first.name}" if first.kind == "writing" else f"id_{first.name}_0"


def _form(taken: Route, to: Step) -> SafeString:
    preview = to.preview
    page = taken.page(preview.page)
    assert page is not None
    context = {
        "form": PageForm(page, taken, preview.answers, language=preview.language, posted=to.posted),
        "page_title": page.label.text(preview.language, taken.register),
        "progress": progress(taken, page.number),
        "first_page": taken.previous_page(page.number) is None,
    }
    return render_to_string("surveys/preview/form.html", context)


def _end(taken: Route, preview: Preview) -> SafeString:
    """What a respondent would look through before sending it."""
    wording = Wording.of(taken, preview.language)
    items = [item for item in taken.items if item.question.type != "display"]
    missing = taken.first_unanswered
    context = {
        "answers": [(wording.text(item.question.label), wording.answer(item, taken.answers)) for item in items],
        "missing": wording.text(missing.question.label) if missing else "",
        "out_of_scope": taken.in_scope is False,
    }
    return render_to_string("surveys/preview/end.html", context)
