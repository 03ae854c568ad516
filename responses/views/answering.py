"""The questionnaire behind a personal link."""

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.http.multipartparser import MultiPartParserError
from django.utils import timezone, translation

from responses import copies, links
from responses.actions import answering, correction
from responses.actions.case import CaseClosed
from responses.after_forms import SubmitForm
from responses.models import Case, LinkHolder, Response
from responses.references import reference
from responses.statistics.dispositions import Disposition
from responses.views.receipt import go_to_receipt
from responses.views.respondent import address, for_holder, go, show
from surveys.answering.forms import PageForm
from surveys.answering.progress import progress
from surveys.answering.reading import PageInput, page_hash
from surveys.questionnaire.definition import Answers
from surveys.questionnaire.routing import Route, RoutePage

ENDED = {
    Disposition.SUBMITTED: "received",
    Disposition.INELIGIBLE_REPORTED: "out_of_scope_done",
    Disposition.INELIGIBLE: "out_of_scope_done",
}


@for_holder()
def entry(request: HttpRequest, holder: LinkHolder) -> HttpResponse:
    """Every link in a mail ends here: on what comes next for this case."""
    response = _response(holder.case)
    if over := _over(request, holder, response):
        return over
    route = answering.route_of(holder.case, _answers(response))
    if response is None:
        return _page(request, holder, route, route.pages[0], {})
    page = route.page_of(route.first_unanswered.code) if route.first_unanswered else None
    if page is None and route.in_scope is False:  # said not to exist, but staff have found that it does
        page = route.pages[0]
    return go("answer-page", holder, page.number, left_off="here") if page else go("answer-review", holder)


@for_holder()
def page(request: HttpRequest, holder: LinkHolder, number: int) -> HttpResponse:
    """Show or save one page of the questionnaire."""
    unreadable = False
    if request.method == "POST":
        try:
            return _save(request, holder, number, request.POST)
        except (RequestDataTooBig, TooManyFieldsSent, MultiPartParserError):
            unreadable = True
    response = _response(holder.case)
    correcting = holder.case.disposition == Disposition.INELIGIBLE_REPORTED
    if over := _over(request, holder, response, unless=correcting):
        return over
    answers = _answers(response)
    route = answering.route_of(holder.case, answers)
    found = route.page(number)
    return _page(request, holder, route, found, answers, unreadable=unreadable) if found else go("answer", holder)


@for_holder()
def left(request: HttpRequest, holder: LinkHolder) -> HttpResponse:
    """Saved and left: how to come back."""
    if over := _over(request, holder, _response(holder.case)):
        return over
    return show(request, "left", holder, {})


@for_holder()
def review(request: HttpRequest, holder: LinkHolder) -> HttpResponse:
    """All answers, with a way back to each page, before they are sent."""
    return _review(request, holder, SubmitForm())


@for_holder()
def submit(request: HttpRequest, holder: LinkHolder) -> HttpResponse:
    """Send the answers: only the review page posts here, with its mark or with the proof that a hand changed them."""
    if request.method != "POST":
        return go("answer", holder)
    form = SubmitForm(request.POST)
    if not (_by_hand(holder, request.POST) or form.is_valid()):
        return _review(request, holder, form)
    seen = request.POST.get("seen", "")
    try:
        response, first = answering.submit(holder=holder, at=timezone.now(), seen=seen)
    except answering.ChangedMeanwhile:
        return go("answer-review", holder, changed="1")
    except (CaseClosed, answering.Incomplete, answering.NotTheirTask):
        return go("answer", holder)  # which shows what is the matter: closed, declined, or the first unanswered page
    response.case = holder.case
    # A button pressed twice leads to the receipt too, but only from a page that showed these very answers.
    if first or copies.has_seen(response, seen):
        return go_to_receipt(response)
    return go("answer", holder)


def _review(request: HttpRequest, holder: LinkHolder, form: SubmitForm) -> HttpResponse:
    """All answers; a ``form`` without its mark is shown again with an error."""
    response = _response(holder.case)
    if over := _over(request, holder, response):
        return go("answer", holder) if form.is_bound else over
    answers = _answers(response)
    route = answering.route_of(holder.case, answers)
    if route.first_unanswered is not None or route.in_scope is False:
        return go("answer", holder)
    pages = copies.in_words(route, translation.get_language() or "")
    context = {
        "pages": [(page, address("answer-page", holder, page.page.number, **{"return": "review"})) for page in pages],
        "seen": copies.seen(response) if response else "",
        "changed": "changed" in request.GET,
        "form": form,
        "by_hand": links.signed(links.BY_HAND, holder.pk) if _by_hand(holder, request.GET) else "",
        "submit_url": address("answer-submit", holder),
        "back_url": address("answer-page", holder, route.pages[-1].number),
    }
    return show(request, "review", holder, context, status=422 if form.is_bound else 200)


def _save(request: HttpRequest, holder: LinkHolder, number: int, data: QueryDict) -> HttpResponse:
    language = translation.get_language() or holder.case.language
    chosen = data.get("language", "")
    pressed = next((button for button in ("language", "back", "leave", "draft") if button in data), "next")
    try:
        saved = answering.save_page(
            holder=holder,
            number=number,
            data=data,
            at=timezone.now(),
            complete=pressed == "next",
            language=chosen if chosen in holder.case.round.languages else language,
        )
    except (CaseClosed, answering.PageNotOnRoute, answering.NotTheirTask):
        return go("answer", holder)
    if pressed == "draft":
        return _draft(holder, saved)
    switched = chosen in holder.case.round.languages
    with translation.override(chosen if switched else language):
        if not saved.input.clean:
            page = _page(request, holder, saved.route, saved.page, saved.answers, posted=saved.input)
            page["Content-Language"] = translation.get_language() or ""
            return page
        if switched:
            return go("answer-page", holder, number) if saved.answers else go("answer", holder)
    by_hand = saved.changed or _by_hand(holder, data)
    return _onward(request, holder, saved.route, number, pressed, by_hand=by_hand)


def _by_hand(holder: LinkHolder, data: QueryDict) -> bool:
    """Whether this comes from a browser in which answers were changed just now: then no mark is asked for at the end.

    A mail scanner may open the link of a questionnaire that is filled in and press "Next" and "Submit", but it changes
    nothing, so it never gets this proof.
    """
    return links.is_signed(links.BY_HAND, data.get("by_hand", ""), holder.pk)


def _draft(holder: LinkHolder, saved: answering.PageSaved) -> HttpResponse:
    """Tell the script that saves while somebody types what is stored now; null where somebody else has been there."""
    stored = None if saved.input.conflicts else page_hash(saved.page, saved.answers)
    return JsonResponse({"stored": stored, "by_hand": links.signed(links.BY_HAND, holder.pk) if saved.changed else ""})


def _onward(
    request: HttpRequest, holder: LinkHolder, route: Route, number: int, pressed: str, *, by_hand: bool
) -> HttpResponse:
    """Go to the page before or after, or back to the review where the respondent came from, or away."""
    if pressed == "leave":
        return go("answer-left", holder)
    back = pressed == "back"
    if back:
        page = route.previous_page(number)
    elif request.GET.get("return") == "review" and route.first_unanswered is None:
        page = None
    else:
        page = route.next_page(number)
    if page:
        return go("answer-page", holder, page.number)
    if back:
        return go("answer", holder)
    return go("answer-review", holder, **({"by_hand": links.signed(links.BY_HAND, holder.pk)} if by_hand else {}))


def _page(
    request: HttpRequest,
    holder: LinkHolder,
    route: Route,
    page: RoutePage,
    answers: Answers,
    posted: PageInput | None = None,
    unreadable: bool = False,
) -> HttpResponse:
    """Show a page; ``unreadable``: what was sent is larger than any page of ours, or broken, and was not read."""
    language = translation.get_language() or holder.case.language
    back_to_review = {"return": "review"} if request.GET.get("return") == "review" else {}
    context = {
        "form": PageForm(page, route, answers, language=language, posted=posted),
        "page": page,
        "page_title": page.label.text(language, route.register),
        "progress": progress(route, page.number),
        "post_url": address("answer-page", holder, page.number, **back_to_review),
        "first_page": route.previous_page(page.number) is None,
        "unreadable": unreadable,
        "left_off": request.method != "POST" and request.GET.get("left_off") == "here",
        "started": bool(answers),
    }
    status = 413 if unreadable else 422 if posted and posted.problems else 200
    return show(request, "page", holder, context, status=status)


def _over(
    request: HttpRequest, holder: LinkHolder, response: Response | None, unless: bool = False
) -> HttpResponse | None:
    """Return the page that says how the case ended, or that the round is closed; None while it can be answered."""
    case = holder.case
    if case.disposition == Disposition.DECLINED:
        return go("decline", holder)
    template = ENDED.get(Disposition(case.disposition))
    if template is None and case.round.status != case.round.Status.OPEN:
        template = "closed"
    if template is None or (unless and case.round.status == case.round.Status.OPEN):
        return None
    context = {
        "submitted_at": response.submitted_at if response else None,
        "reference": reference(case.pk),
        "correction": correction.state_of(case).value if case.disposition == Disposition.SUBMITTED else "",
        "correction_url": address("correct", holder),
        "correct_url": address("answer-page", holder, 1),
        "may_change": case.round.status == case.round.Status.OPEN and case.disposition != Disposition.INELIGIBLE,
    }
    return show(request, template, holder, context)


def _response(case: Case) -> Response | None:
    response: Response | None = getattr(case, "response", None)  # read with the holder
    return response


def _answers(response: Response | None) -> Answers:
    return response.answers if response else {}
