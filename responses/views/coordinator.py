"""The pages of a coordinator: have a code sent, type it, see the authority's workplaces, correct a leader.

No login and no session. The link alone shows a button; the code, typed, gives the browser a signed cookie that only
these pages are sent, for an hour. Django's CSRF check is off: pages that send no referrer make browsers send
``Origin: null``, which it refuses. In its place stand the secret address, which another site cannot know, and
``SameSite=Strict``, by which no other site's form has the cookie with it (docs/decisions/0012-coordinators.md).

Nothing here may differ by how a workplace stands.
"""

from collections.abc import Callable, Mapping
from functools import wraps
from http import HTTPStatus
from typing import Concatenate, ParamSpec
from urllib.parse import urlencode

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from barometer.network import client_network
from barometer.problems import sentence
from responses import coordination, coordinator_links, guessing
from responses.actions import contact_correction
from responses.actions import coordinator as actions
from responses.coordinator_forms import CodeForm, CorrectionForm, PressForm
from responses.models import Coordinator, LinkHolder
from responses.problem_texts import TEXTS
from responses.views.respondent import other_languages

COOKIE = "coordinator"
PER_PAGE = 50

P = ParamSpec("P")
CoordinatorView = Callable[Concatenate[HttpRequest, Coordinator, P], HttpResponse]


def for_coordinator(*, proven: bool) -> Callable[[CoordinatorView[P]], Callable[..., HttpResponse]]:
    """Turn a view of a coordinator into a view of a token; a link that opens nothing is 404.

    With ``proven`` whoever has not typed the code is sent to where it can be asked for.
    """

    def decorate(view: CoordinatorView[P]) -> Callable[..., HttpResponse]:
        @csrf_exempt
        @require_http_methods(["GET", "HEAD", "POST"])
        @wraps(view)
        def wrapped(request: HttpRequest, token: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            coordinator = coordinator_links.coordinator_of(token, timezone.now())
            if coordinator is None:
                return render(request, "coordinator/unknown.html", status=404)
            with translation.override(_language(request, coordinator)):
                if proven and not _is_proven(request, coordinator):
                    response = _go("coordinator", coordinator)
                else:
                    response = view(request, coordinator, *args, **kwargs)
                response.headers.setdefault("Content-Language", translation.get_language() or "")
            return response

        return wrapped

    return decorate


@for_coordinator(proven=False)
def entry(request: HttpRequest, coordinator: Coordinator) -> HttpResponse:
    """Show a button that sends the code, and nothing else: whoever has only the link learns nothing."""
    if _is_proven(request, coordinator):
        return _go("coordinator-workplaces", coordinator)
    problem = ""
    if "send" in request.POST:
        try:
            actions.send_code(coordinator=coordinator, at=timezone.now())
        except actions.CodeNotSent:
            problem = _("Five codes have been sent within an hour. Wait an hour, and try again.")
        else:
            return _go("coordinator-code", coordinator)
    form = PressForm(button=_("Send me the code"), name="send")
    context = {"form": form, "problem": problem, "code_url": _address("coordinator-code", coordinator)}
    status = HTTPStatus.TOO_MANY_REQUESTS if problem else HTTPStatus.OK
    return _show(request, "entry", coordinator, context, status=status)


@for_coordinator(proven=False)
def code(request: HttpRequest, coordinator: Coordinator) -> HttpResponse:
    """Take the code, and give the browser a proof of it."""
    if _is_proven(request, coordinator):
        return _go("coordinator-workplaces", coordinator)
    form = CodeForm(request.POST if request.method == "POST" else None)
    status = HTTPStatus.OK
    if form.is_bound:
        now, network = timezone.now(), client_network(request)
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        if not guessing.may_try(network, now):
            form.add_error("code", _("Too many codes from your network were wrong. Wait a minute, and try again."))
            status = HTTPStatus.TOO_MANY_REQUESTS
        elif form.is_valid():
            try:
                if actions.try_code(coordinator=coordinator, text=form.cleaned_data["code"], at=now):
                    return _let_in(coordinator)
                guessing.note_wrong(network, now)
                form.add_error("code", _("The code is not right. It stands in the newest mail with a code."))
            except actions.NewCodeNeeded:
                form.add_error("code", _("This code works no longer. Have a new one sent."))
    context = {"form": form, "entry_url": _address("coordinator", coordinator)}
    return _show(request, "code", coordinator, context, status=status)


@for_coordinator(proven=True)
def workplaces(request: HttpRequest, coordinator: Coordinator) -> HttpResponse:
    """List the authority's sampled workplaces and their leaders; end the proof when asked to."""
    if "leave" in request.POST:
        response = _go("coordinator", coordinator)
        response.delete_cookie(COOKIE, path=_path(coordinator), samesite="Strict")
        return response
    words = request.GET.get("q", "").replace("\0", "").strip()[:120]
    page = Paginator(coordination.listed(coordinator, words), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [(each, _address("coordinator-correct", coordinator, each.case.pk)) for each in page],
        "words": words,
        "answered": coordination.answered(coordinator, timezone.now()),
        "corrected": "corrected" in request.GET,
        "language_asked": request.GET.get("lang", ""),
        "list_url": _address("coordinator-workplaces", coordinator),
    }
    return _show(request, "workplaces", coordinator, context)


@for_coordinator(proven=True)
def correct(request: HttpRequest, coordinator: Coordinator, number: int) -> HttpResponse:
    """Take another leader of one workplace; it waits for staff."""
    case = coordination.cases_of(coordinator).select_related("round").filter(pk=number).first()
    if case is None:
        raise Http404
    owner = case.holders.get(role=LinkHolder.Role.OWNER)
    form = CorrectionForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            contact_correction.propose(coordinator=coordinator, case=case, **form.cleaned_data, at=timezone.now())
            return _go("coordinator-workplaces", coordinator, corrected="1")
        except contact_correction.CorrectionRefused as refused:
            form.add_error(None, sentence(refused.problem, TEXTS))
    context = {
        "form": form,
        "workplace": case.sample_unit.workplace,
        "owner": owner,
        "waiting": case.contact_corrections.filter(decision="waiting").first(),
        "list_url": _address("coordinator-workplaces", coordinator),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    return _show(request, "correct", coordinator, context, status=status)


def _is_proven(request: HttpRequest, coordinator: Coordinator) -> bool:
    return coordinator_links.is_proven(coordinator, request.COOKIES.get(COOKIE, ""), timezone.now())


def _let_in(coordinator: Coordinator) -> HttpResponse:
    response = _go("coordinator-workplaces", coordinator)
    response.set_cookie(
        COOKIE,
        coordinator_links.proof(coordinator, timezone.now()),
        max_age=coordinator_links.PROOF_LASTS,
        path=_path(coordinator),
        secure=settings.HTTPS,
        httponly=True,
        samesite="Strict",
    )
    return response


def _language(request: HttpRequest, coordinator: Coordinator) -> str:
    """Return the language asked for in the address, else that of the contact person."""
    languages: list[str] = coordinator.contact.round.languages
    for language in (request.GET.get("lang", ""), coordinator.contact.language):
        if language in languages:
            return language
    return languages[0]


def _path(coordinator: Coordinator) -> str:
    return reverse("coordinator", args=[coordinator_links.token(coordinator)])


def _address(name: str, coordinator: Coordinator, *args: object, **query: str) -> str:
    """Return the path of a coordinator's page, in the language of the request."""
    path = reverse(name, args=[coordinator_links.token(coordinator), *args])
    language = translation.get_language() or ""
    if language != coordinator.contact.language:
        query["lang"] = language
    return f"{path}?{urlencode(query)}" if query else path


def _go(name: str, coordinator: Coordinator, **query: str) -> HttpResponse:
    """Send the browser on with 303, so that a reload posts nothing again."""
    response = HttpResponseRedirect(_address(name, coordinator, **query))
    response.status_code = HTTPStatus.SEE_OTHER
    return response


def _show(
    request: HttpRequest, template: str, coordinator: Coordinator, context: Mapping[str, object], status: int = 200
) -> HttpResponse:
    round_ = coordinator.contact.round
    common = {
        "round": round_,
        "authority": coordinator.contact.authority,
        "texts": round_.texts_in(translation.get_language() or ""),
        "languages": other_languages(round_),
    }
    return render(request, f"coordinator/{template}.html", {**common, **context}, status=status)
