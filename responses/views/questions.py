"""All questions of a round, to look through before answering: open to everybody, like the page on data protection."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from responses.views.respondent import other_languages
from surveys.answering.whole import levels as levels_of
from surveys.answering.whole import whole
from surveys.models import Round
from surveys.whole_pdf import whole_pdf

P = ParamSpec("P")
RoundView = Callable[Concatenate[HttpRequest, Round, P], HttpResponse]


def of_round(view: RoundView[P]) -> Callable[..., HttpResponse]:
    """Turn a view of a round into one of its short name, in the language asked for; a draft is 404."""

    @gzip_page
    @require_safe
    @wraps(view)
    def wrapped(request: HttpRequest, slug: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        rounds = Round.objects.select_related("questionnaire").filter(opened_at__isnull=False)
        round_ = get_object_or_404(rounds, slug=slug)
        asked = request.GET.get("lang", "")
        language = asked if asked in round_.languages else round_.languages[0]
        with translation.override(language):
            response = view(request, round_, *args, **kwargs)
        response["Content-Language"] = language
        return response

    return wrapped


@of_round
def levels(request: HttpRequest, round_: Round) -> HttpResponse:
    """Ask which level, where the questionnaire tells them apart."""
    language = translation.get_language() or ""
    choices = levels_of(round_.questionnaire.definition())
    if not choices:
        return redirect(reverse("questions-level", args=[round_.slug, "all"], query=_query(round_)))
    named = [(choice.code, choice.label.text(language, {})) for choice in choices]
    return render(request, "respondent/question_levels.html", {**_common(round_), "levels": named})


@of_round
def page(request: HttpRequest, round_: Round, level: str) -> HttpResponse:
    found = _level(round_, level)
    if found is None:
        return _ask(round_)
    content = whole(round_.questionnaire.definition(), translation.get_language() or "", found)
    context = {**_common(round_), "whole": content, "level": level}
    return render(request, "respondent/questions.html", context)


@of_round
def pdf(request: HttpRequest, round_: Round, level: str) -> HttpResponse:
    found = _level(round_, level)
    if found is None:
        return _ask(round_)
    language = translation.get_language() or ""
    content = whole_pdf(round_.questionnaire, language, found)
    headers = {"Content-Disposition": f'inline; filename="{round_.slug}-{level}-{language}.pdf"'}
    return HttpResponse(content, content_type="application/pdf", headers=headers)


def _ask(round_: Round) -> HttpResponse:
    return redirect(reverse("questions", args=[round_.slug], query=_query(round_)))


def _level(round_: Round, level: str) -> str | None:
    """The level as the questionnaire knows it, "" where it tells none apart; None when there is no such level."""
    codes = [choice.code for choice in levels_of(round_.questionnaire.definition())]
    if not codes:
        return ""
    return level if level in codes else None


def _common(round_: Round) -> dict[str, object]:
    texts = round_.texts_in(translation.get_language() or "")
    return {"round": round_, "texts": texts, "languages": other_languages(round_), "query": _query(round_)}


def _query(round_: Round) -> dict[str, str]:
    """What keeps the language in an address; nothing for the first one."""
    language = translation.get_language() or ""
    return {} if language == round_.languages[0] else {"lang": language}
