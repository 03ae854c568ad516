"""A telephone interview: the pages of the questionnaire for a member of staff who is logged in, never by a link."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Concatenate, ParamSpec
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from barometer.access import needs, staff
from barometer.models import User
from barometer.roles import Right
from responses.actions import answering
from responses.actions import interview as actions
from responses.actions.case import CaseClosed
from responses.call_forms import ADDRESSEE, SOMEBODY_ELSE, BeginForm, SubmitInterviewForm
from responses.models import LinkHolder, Response
from responses.statistics.dispositions import Disposition
from responses.views import answering_pages as pages
from responses.views.respondent import other_languages
from surveys.models import AddressKind, Round

NAMES = {"entry": "interview", "page": "interview-page", "review": "interview-review", "submit": "interview-submit"}
ENDED = (Disposition.SUBMITTED, Disposition.INELIGIBLE, Disposition.DECLINED, Disposition.ERASED)
P = ParamSpec("P")
InterviewView = Callable[Concatenate[HttpRequest, "OnTheTelephone", P], HttpResponse]


@dataclass(frozen=True, slots=True)
class OnTheTelephone:
    """The pages as an interviewer sees them, for the owner of a case."""

    holder: LinkHolder
    by: User
    at: datetime
    mode = Response.Mode.PHONE

    @property
    def response(self) -> Response | None:
        found: Response | None = getattr(self.holder.case, "response", None)  # read with the holder
        return found

    def address(self, step: str, *args: object, **query: str) -> str:
        case = self.holder.case
        if step == "left":
            return reverse("case", args=[case.pk])
        path = reverse(NAMES[step], args=[case.pk, *args])
        language = translation.get_language()
        if language != case.language:
            query["lang"] = language or ""
        return f"{path}?{urlencode(query)}" if query else path

    def show(self, request: HttpRequest, template: str, context: dict[str, object], status: int) -> HttpResponse:
        case = self.holder.case
        common: dict[str, object] = {
            "round": case.round,
            "case": case,
            "owner": self.holder,
            "workplace": case.sample_unit.workplace,
            "languages": other_languages(case.round),
        }
        return render(request, f"responses/interview/{template}.html", common | context, status=status)


def for_interviewer(view: InterviewView[P]) -> Callable[..., HttpResponseBase]:
    """Turn a view of an interview into a staff page of a case, in the language of the interview.

    Where nothing can be answered any more, the page of the case says so instead.
    """

    @require_http_methods(["GET", "HEAD", "POST"])
    @never_cache
    @needs(Right.RUN_FIELDWORK)
    def wrapped(request: HttpRequest, /, pk: int, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        owners = LinkHolder.objects.filter(role=LinkHolder.Role.OWNER).select_related(
            "case__response", "case__round__questionnaire", "case__sample_unit__workplace"
        )
        holder = get_object_or_404(owners, case=pk)
        if why := _why_not(holder):
            messages.error(request, why)
            return redirect("case", pk)
        asked = request.GET.get("lang", "")
        language = asked if asked in holder.case.round.languages else holder.case.language
        with translation.override(language):
            return view(request, OnTheTelephone(holder, staff(request), timezone.now()), *args, **kwargs)

    return wrapped


@for_interviewer
def begin(request: HttpRequest, setting: OnTheTelephone) -> HttpResponse:
    """Begin an interview, or go on where it stands."""
    response = setting.response
    if _may_go_on(setting):
        return _go_on(setting)
    form = BeginForm(request.POST if request.method == "POST" else None, answers_given=response is not None)
    if request.method == "POST" and form.is_valid():
        agreed = form.cleaned_data.get("agreed", False)
        try:
            actions.begin(holder=setting.holder, agreed=agreed, by=setting.by, at=setting.at)
        except actions.NotAgreed:  # the first answer has come in this moment
            return pages.go(setting, "entry")
        except (CaseClosed, answering.NotTheirTask):
            return redirect("case", setting.holder.case_id)
        return _go_on(setting)
    context: dict[str, object] = {"form": form, "answers_given": response is not None}
    return setting.show(request, "begin", context, 422 if form.is_bound else 200)


@for_interviewer
def page(request: HttpRequest, setting: OnTheTelephone, number: int) -> HttpResponse:
    """Show or save one page of the questionnaire."""
    unreadable = False
    if not _may_go_on(setting):
        return pages.go(setting, "entry")
    if request.method == "POST":
        try:
            return pages.save(request, setting, number, request.POST)
        except pages.UNREADABLE:
            unreadable = True
    response = setting.response
    answers = response.answers if response else {}
    route = answering.route_of(setting.holder.case, answers)
    found = route.page(number)
    if found is None:
        return pages.go(setting, "entry")
    return pages.page(request, setting, route, found, answers, unreadable=unreadable)


@for_interviewer
def review(request: HttpRequest, setting: OnTheTelephone) -> HttpResponse:
    """All answers, to be read aloud where there is doubt, and who gave them."""
    return _review(request, setting, _submit_form(request, setting, bound=False))


@for_interviewer
def submit(request: HttpRequest, setting: OnTheTelephone) -> HttpResponse:
    """Submit the answers, as given by telephone."""
    if request.method != "POST" or not _may_go_on(setting):
        return pages.go(setting, "entry")
    form = _submit_form(request, setting, bound=True)
    if not form.is_valid():
        return _review(request, setting, form)
    try:
        actions.submit(
            holder=setting.holder,
            seen=request.POST.get("seen", "") or "none",
            proxy=form.proxy,
            role=form.cleaned_data["role"],
            by=setting.by,
            at=setting.at,
        )
    except answering.ChangedMeanwhile:
        return pages.go(setting, "review", changed="1")
    except (CaseClosed, answering.Incomplete, answering.NotTheirTask):
        return pages.go(setting, "entry")
    messages.success(request, _("The answers are submitted, and a receipt is in the queue. The call is recorded."))
    return redirect("case", setting.holder.case_id)


def _why_not(holder: LinkHolder) -> str:
    """Return why no interview can be held, "" when it can."""
    case = holder.case
    if case.round.status != Round.Status.OPEN or case.disposition in ENDED:
        return _("No interview can be held: this case takes no answers now.")
    if holder.standing != LinkHolder.Standing.WORKS:
        return _("No interview can be held: the task has been passed on. Its owner can take it back first.")
    return ""


def _may_go_on(setting: OnTheTelephone) -> bool:
    return actions.may_go_on(case=setting.holder.case, response=setting.response, by=setting.by, at=setting.at)


def _go_on(setting: OnTheTelephone) -> HttpResponse:
    """Go to the first page that lacks an answer, or to the review."""
    response = setting.response
    route = answering.route_of(setting.holder.case, response.answers if response else {})
    found = route.page_of(route.first_unanswered.code) if route.first_unanswered else None
    if found is None and route.in_scope is False:
        found = route.pages[0]
    return pages.go(setting, "page", found.number) if found else pages.go(setting, "review")


def _review(request: HttpRequest, setting: OnTheTelephone, form: SubmitInterviewForm) -> HttpResponse:
    response = setting.response
    if not _may_go_on(setting):
        return pages.go(setting, "entry")
    route = answering.route_of(setting.holder.case, response.answers if response else {})
    if route.in_scope is False and route.first_unanswered is None:
        messages.success(request, _("The report that the workplace is gone is noted, and waits to be confirmed."))
        return redirect("case", setting.holder.case_id)
    if route.first_unanswered is not None:
        return pages.go(setting, "entry")
    return pages.review(request, setting, route, response, {"form": form})


def _submit_form(request: HttpRequest, setting: OnTheTelephone, *, bound: bool) -> SubmitInterviewForm:
    holder = setting.holder
    named = holder.name if holder.address_kind == AddressKind.PERSON and holder.name else ""
    addressee = _("%(name)s, to whom we have written") % {"name": named} if named else _("The head of the workplace")
    choices = [(ADDRESSEE, addressee), (SOMEBODY_ELSE, _("Somebody else, in their place"))]
    return SubmitInterviewForm(request.POST if bound else None, choices=choices)
