"""The questionnaire behind a personal link."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from responses import copies, links
from responses.actions import answering, correction
from responses.actions.case import CaseClosed
from responses.after_forms import SubmitForm
from responses.models import Case, LinkHolder, Response
from responses.references import reference
from responses.statistics.dispositions import Disposition
from responses.views import answering_pages as pages
from responses.views.receipt import go_to_receipt
from responses.views.respondent import address, for_holder, go, show
from surveys.questionnaire.definition import Answers

ENDED = {
    Disposition.SUBMITTED: "received",
    Disposition.INELIGIBLE_REPORTED: "out_of_scope_done",
    Disposition.INELIGIBLE: "out_of_scope_done",
}

NAMES = {
    "entry": "answer",
    "page": "answer-page",
    "review": "answer-review",
    "submit": "answer-submit",
    "left": "answer-left",
}


@dataclass(frozen=True, slots=True)
class BehindTheLink:
    """The pages as whoever has a personal link sees them."""

    holder: LinkHolder
    mode = Response.Mode.WEB
    by = None

    def address(self, step: str, *args: object, **query: str) -> str:
        return address(NAMES[step], self.holder, *args, **query)

    def show(self, request: HttpRequest, template: str, context: dict[str, object], status: int) -> HttpResponse:
        return show(request, template, self.holder, context, status)


@for_holder()
def entry(request: HttpRequest, holder: LinkHolder) -> HttpResponse:
    """Every link in a mail ends here: on what comes next for this case."""
    response = _response(holder.case)
    if over := _over(request, holder, response):
        return over
    route = answering.route_of(holder.case, _answers(response))
    if response is None:
        return pages.page(request, BehindTheLink(holder), route, route.pages[0], {})
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
            return pages.save(request, BehindTheLink(holder), number, request.POST)
        except pages.UNREADABLE:
            unreadable = True
    response = _response(holder.case)
    correcting = holder.case.disposition == Disposition.INELIGIBLE_REPORTED
    if over := _over(request, holder, response, unless=correcting):
        return over
    answers = _answers(response)
    route = answering.route_of(holder.case, answers)
    found = route.page(number)
    if found is None:
        return go("answer", holder)
    return pages.page(request, BehindTheLink(holder), route, found, answers, unreadable=unreadable)


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
    if not (pages.by_hand(holder, request.POST) or form.is_valid()):
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
    proven = pages.by_hand(holder, request.GET)
    context = {"form": form, "by_hand": links.signed(links.BY_HAND, holder.pk) if proven else ""}
    return pages.review(request, BehindTheLink(holder), route, response, context)


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
