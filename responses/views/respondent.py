"""What every page behind a personal link has in common: the link is the whole authority.

No login, no session, no cookie, so there is no ambient credential to forge and no CSRF token
(docs/decisions/0002-personal-links.md). GET and HEAD change nothing. What such an address must not leave behind is
said in the headers (barometer.private).
"""

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache, partial, wraps
from typing import Concatenate, ParamSpec
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_http_methods

from responses import coordination, links
from responses.models import Case, HandOver, LinkHolder
from responses.statistics.dispositions import Disposition
from responses.statistics.eligibility import ENDED
from surveys.models import Round

# Where nothing is left to take back. That the workplace is gone may be a delegate's mistake.
FOR_GOOD = ENDED.keys() - {Disposition.INELIGIBLE_REPORTED}
TOKEN = "-"

P = ParamSpec("P")
HolderView = Callable[Concatenate[HttpRequest, LinkHolder, P], HttpResponse]
TokenView = Callable[..., HttpResponse]


def for_holder(purpose: str = links.ANSWER, *, watching: bool = False) -> Callable[[HolderView[P]], TokenView]:
    """Turn a view of a link holder into a view of a token; a link that opens nothing is 404.

    An owner who has passed the task on sees where it stands instead of the view, unless that is for the ``watching``
    too; a delegate or colleague who no longer has it sees that, and nothing else.
    """

    def decorate(view: HolderView[P]) -> TokenView:
        @csrf_exempt
        @gzip_page
        @require_http_methods(["GET", "HEAD", "POST"])
        @wraps(view)
        def wrapped(request: HttpRequest, token: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            holder = links.holder_of(purpose, token)
            if holder is None:
                return render(request, "respondent/unknown_link.html", status=404)
            with translation.override(language_of(request, holder.case)):
                elsewhere = _elsewhere(request, holder, watching=watching)
                response = elsewhere or view(request, holder, *args, **kwargs)
                response.headers.setdefault("Content-Language", translation.get_language() or "")
            return response

        return wrapped

    return decorate


def _elsewhere(request: HttpRequest, holder: LinkHolder, *, watching: bool) -> HttpResponse | None:
    """Return what to show when the holder has not the task; None when there is nothing in the way of the page.

    A post is answered 409: the script that saves drafts must not take the page for "saved".
    """
    status = 409 if request.method == "POST" else 200
    if holder.standing == LinkHolder.Standing.ENDED:
        return show(request, "task_elsewhere", holder, {}, status=status)
    case = holder.case
    over = case.round.status != Round.Status.OPEN or case.disposition in FOR_GOOD
    if holder.standing != LinkHolder.Standing.WATCHES or watching or over:
        return None
    current = HandOver.objects.current().filter(holder__case=case, holder__role=LinkHolder.Role.DELEGATE)
    given = current.select_related("holder").first()
    if given is None:  # given back in this moment
        return go("answer", holder)
    context = {"given": given, "take_back_url": address("take-back", holder)}
    return show(request, "task_status", holder, context, status=status)


def language_of(request: HttpRequest, case: Case) -> str:
    """Return the language asked for in the address, else that of the case."""
    asked = request.GET.get("lang", "")
    languages: list[str] = case.round.languages
    return asked if asked in languages else case.language


def address(name: str, holder: LinkHolder, *args: object, purpose: str = links.ANSWER, **query: str) -> str:
    """Return the path of a respondent page, in the language of the request."""
    path = _path(name, *args).replace(f"/{TOKEN}/", f"/{links.token(purpose, holder)}/", 1)
    language = translation.get_language()
    if language != holder.case.language:
        query["lang"] = language or ""
    return f"{path}?{urlencode(query)}" if query else path


@lru_cache(maxsize=500)
def _path(name: str, *args: object) -> str:
    """Return a path with ``TOKEN`` where the token stands: each page has several, and to reverse one is slow."""
    return reverse(name, args=[TOKEN, *args])


def go(name: str, holder: LinkHolder, *args: object, purpose: str = links.ANSWER, **query: str) -> HttpResponse:
    """Send the browser to a respondent page with 303, so that a reload posts nothing again."""
    response = HttpResponseRedirect(address(name, holder, *args, purpose=purpose, **query))
    response.status_code = 303
    return response


def show(
    request: HttpRequest, template: str, holder: LinkHolder, context: Mapping[str, object], status: int = 200
) -> HttpResponse:
    """Render a page behind a personal link, with the addresses that each of them has, made where they are printed."""
    common = {
        "holder": holder,
        "entry_url": partial(address, "answer", holder),
        "not_me_url": partial(address, "not-me", holder),
        "decline_url": partial(address, "decline", holder),
    }
    return show_case(request, template, holder.case, {**common, **context}, status)


def show_case(
    request: HttpRequest, template: str, case: Case, context: Mapping[str, object], status: int = 200
) -> HttpResponse:
    """Render a respondent page with what each of them says: workplace, round, help, languages."""
    round_ = case.round
    common = {
        "case": case,
        "round": round_,
        "workplace": case.sample_unit.workplace,
        "texts": round_.texts_in(translation.get_language() or case.language),
        "languages": other_languages(round_),
        "coordinator_sentence": coordination.SENTENCE if round_.coordinators else "",
    }
    return render(request, f"respondent/{template}.html", {**common, **context}, status=status)


def other_languages(round_: Round) -> tuple[tuple[str, str], ...]:
    """Return (code, name in that language) of the round's languages but the one in use."""
    return others_of(round_.languages)


def others_of(languages: Iterable[str]) -> tuple[tuple[str, str], ...]:
    active = translation.get_language()
    return tuple((code, translation.get_language_info(code)["name_local"]) for code in languages if code != active)
