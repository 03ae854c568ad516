"""The pages of a questionnaire, whoever fills them in: a respondent behind a personal link, or an interviewer.

What stands around them, and at which addresses, says a ``Setting``.
"""

from typing import Protocol

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse, QueryDict
from django.http.multipartparser import MultiPartParserError
from django.utils import timezone, translation

from barometer.models import User
from responses import copies, links
from responses.actions import answering
from responses.actions.case import CaseClosed
from responses.models import LinkHolder, Response
from surveys.answering.forms import PageForm
from surveys.answering.progress import progress
from surveys.answering.reading import PageInput, page_hash
from surveys.answering.wording import Wording
from surveys.questionnaire.definition import Answers
from surveys.questionnaire.routing import Route, RoutePage

UNREADABLE = (RequestDataTooBig, TooManyFieldsSent, MultiPartParserError)


class Setting(Protocol):
    """Where the pages stand, and who fills them in for whom. The steps are entry, page, review, submit and left."""

    @property
    def holder(self) -> LinkHolder: ...

    @property
    def mode(self) -> Response.Mode: ...

    @property
    def by(self) -> User | None: ...

    def address(self, step: str, *args: object, **query: str) -> str:
        """Return the path of a step, in the language of the request."""
        ...

    def show(self, request: HttpRequest, template: str, context: dict[str, object], status: int) -> HttpResponse:
        """Render ``page`` or ``review``."""
        ...


def go(setting: Setting, step: str, *args: object, **query: str) -> HttpResponse:
    """Send the browser to a step with 303, so that a reload posts nothing again."""
    response = HttpResponseRedirect(setting.address(step, *args, **query))
    response.status_code = 303
    return response


def save(request: HttpRequest, setting: Setting, number: int, data: QueryDict) -> HttpResponse:
    """Save one page, and go where the button leads; a page with something wrong comes again."""
    holder = setting.holder
    language = translation.get_language() or holder.case.language
    chosen = data.get("language", "")
    pressed = next((button for button in ("language", "back", "leave", "draft") if button in data), "next")
    switched = chosen in holder.case.round.languages
    try:
        saved = answering.save_page(
            holder=holder,
            number=number,
            data=data,
            at=timezone.now(),
            complete=pressed == "next",
            language=chosen if switched else language,
            mode=setting.mode,
            device=device_of(request) if setting.by is None else "",
            by=setting.by,
        )
    except (CaseClosed, answering.PageNotOnRoute, answering.NotTheirTask):
        return go(setting, "entry")
    if pressed == "draft":
        return _draft(holder, saved)
    with translation.override(chosen if switched else language):
        if not saved.input.clean:
            shown = page(request, setting, saved.route, saved.page, saved.answers, posted=saved.input)
            shown["Content-Language"] = translation.get_language() or ""
            return shown
        if switched:
            return go(setting, "page", number) if saved.answers else go(setting, "entry")
    return _onward(request, setting, saved, number, pressed)


def device_of(request: HttpRequest) -> Response.Device:
    """Return what the browser calls itself, and keep nothing else of it: the one word is all that is stored."""
    hint = request.headers.get("Sec-CH-UA-Mobile", "")
    on_phone = hint == "?1" or (not hint and "Mobi" in request.headers.get("User-Agent", ""))
    return Response.Device.PHONE if on_phone else Response.Device.COMPUTER


def by_hand(holder: LinkHolder, data: QueryDict) -> bool:
    """Whether this comes from a browser in which answers were changed just now: then no mark is asked for at the end.

    A mail scanner may open the link of a questionnaire that is filled in and press "Next" and "Submit", but it changes
    nothing, so it never gets this proof.
    """
    return links.is_signed(links.BY_HAND, data.get("by_hand", ""), holder.pk)


def page(
    request: HttpRequest,
    setting: Setting,
    route: Route,
    found: RoutePage,
    answers: Answers,
    posted: PageInput | None = None,
    unreadable: bool = False,
) -> HttpResponse:
    """Show a page; ``unreadable``: what was sent is larger than any page of ours, or broken, and was not read."""
    language = translation.get_language() or setting.holder.case.language
    back_to_review = {"return": "review"} if request.GET.get("return") == "review" else {}
    context: dict[str, object] = {
        "form": PageForm(found, route, answers, language=language, posted=posted),
        "page": found,
        "page_title": found.label.text(language, route.register),
        "progress": progress(route, found.number),
        "post_url": setting.address("page", found.number, **back_to_review),
        "first_page": route.previous_page(found.number) is None,
        "unreadable": unreadable,
        "left_off": request.method != "POST" and request.GET.get("left_off") == "here",
        "started": bool(answers),
        "wrong_person": Wording.of(route, language).general("wrong_person"),
    }
    return setting.show(request, "page", context, 413 if unreadable else 422 if posted and posted.problems else 200)


def review(
    request: HttpRequest, setting: Setting, route: Route, response: Response | None, context: dict[str, object]
) -> HttpResponse:
    """Show all answers before they are submitted; ``context`` has the form, which is bound when it has an error."""
    language = translation.get_language() or ""
    pages = copies.in_words(route, language)
    common: dict[str, object] = {
        "pages": [(each, setting.address("page", each.page.number, **{"return": "review"})) for each in pages],
        "seen": copies.seen(response) if response else "",
        "changed": "changed" in request.GET,
        "submit_url": setting.address("submit"),
        "back_url": setting.address("page", route.pages[-1].number),
        "wrong_person": Wording.of(route, language).general("wrong_person"),
    }
    return setting.show(request, "review", common | context, 422 if request.method == "POST" else 200)


def _draft(holder: LinkHolder, saved: answering.PageSaved) -> HttpResponse:
    """Tell the script that saves while somebody types what is stored now; null where somebody else has been there."""
    stored = None if saved.input.conflicts else page_hash(saved.page, saved.answers)
    return JsonResponse({"stored": stored, "by_hand": links.signed(links.BY_HAND, holder.pk) if saved.changed else ""})


def _onward(
    request: HttpRequest, setting: Setting, saved: answering.PageSaved, number: int, pressed: str
) -> HttpResponse:
    """Go to the page before or after, or back to the review where the respondent came from, or away."""
    if pressed == "leave":
        return go(setting, "left")
    route, back = saved.route, pressed == "back"
    if back:
        to = route.previous_page(number)
    elif request.GET.get("return") == "review" and route.first_unanswered is None:
        to = None
    else:
        to = route.next_page(number)
    if to:
        return go(setting, "page", to.number)
    if back:
        return go(setting, "entry")
    proven = saved.changed or by_hand(setting.holder, request.POST)
    return go(setting, "review", **({"by_hand": links.signed(links.BY_HAND, setting.holder.pk)} if proven else {}))
