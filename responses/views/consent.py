"""Beside the answers: leave to be contacted about an innovation, and an address for the result mail.

Both begin at the receipt, and end at a signed address where they can be withdrawn at any time. That address stands on
the page after saving and nowhere else.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from responses import copies, links
from responses.actions import consent as actions
from responses.actions.consent import Given
from responses.after_forms import CaseContactForm, DecisionForm, ResultRequestForm
from responses.models import CaseContact, Response, ResultRequest
from responses.views.receipt import address, for_copy
from responses.views.respondent import other_languages, show_case
from surveys.models import RoundText

WITHDRAW, STAY = "withdraw", "stay"
TOO_MANY = _("We have had so many for this workplace that we take no more. Please contact us.")


@for_copy
def contact(request: HttpRequest, response: Response) -> HttpResponse:
    """Ask those who have an innovation whether whoever collects examples may contact them."""
    texts = response.case.round.texts_in(translation.get_language() or response.case.language)
    recipient = texts.get(RoundText.Field.CASE_RECIPIENT, "")
    if not recipient or not copies.may_be_a_case(response):
        return _go(address("receipt", response))
    form = CaseContactForm(
        request.POST if request.method == "POST" else None,
        sender=texts.get(RoundText.Field.SENDER, ""),
        recipient=recipient,
        action=address("case-contact", response),
    )
    if form.is_bound and form.is_valid():
        fields = {name: value for name, value in form.cleaned_data.items() if name != "agree"}
        try:
            left = actions.leave_contact(response=response, fields=fields, given=_given(recipient), at=timezone.now())
        except actions.TooMany:
            form.add_error(None, str(TOO_MANY))
        else:
            return _go_to_withdrawal(links.CASE_CONTACT, left.pk, left.language)
    context = {"form": form, "recipient": recipient, "receipt_url": address("receipt", response)}
    return show_case(request, "case_contact", response.case, context, status=422 if form.is_bound else 200)


@for_copy
def results(request: HttpRequest, response: Response) -> HttpResponse:
    """Ask for an address for the mail about the results."""
    form = ResultRequestForm(
        request.POST if request.method == "POST" else None, action=address("result-request", response)
    )
    if form.is_bound and form.is_valid():
        try:
            left = actions.request_results(
                response=response, email=form.cleaned_data["email"], given=_given(), at=timezone.now()
            )
        except actions.TooMany:
            form.add_error(None, str(TOO_MANY))
        else:
            return _go_to_withdrawal(links.RESULT_REQUEST, left.pk, left.language)
    context = {"form": form, "receipt_url": address("receipt", response)}
    return show_case(request, "result_request", response.case, context, status=422 if form.is_bound else 200)


@dataclass(frozen=True, slots=True)
class Kind:
    """What can be withdrawn, and how."""

    question: Promise
    yes: Promise
    find: Callable[[int], CaseContact | ResultRequest | None]
    withdraw: Callable[[int, datetime], None]


KINDS = {
    links.CASE_CONTACT: Kind(
        question=_("Do you want to withdraw your consent?"),
        yes=_("Yes, delete what I have written"),
        find=lambda pk: CaseContact.objects.select_related("round__questionnaire").filter(pk=pk).first(),
        withdraw=lambda pk, at: actions.withdraw_contact(pk=pk, at=at),
    ),
    links.RESULT_REQUEST: Kind(
        question=_("Do you want us to delete your address?"),
        yes=_("Yes, delete my address"),
        find=lambda pk: ResultRequest.objects.select_related("round__questionnaire").filter(pk=pk).first(),
        withdraw=lambda pk, at: actions.withdraw_results(pk=pk),
    ),
}


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, token: str) -> HttpResponse:
    """Say what was left, without repeating it, and let it be withdrawn; no round is too old for that."""
    number = links.number_in(token)
    purpose = next((each for each in KINDS if number is not None and links.is_signed(each, token, number)), None)
    if number is None or purpose is None:
        return render(request, "respondent/copy_gone.html", status=404)
    kind, left = KINDS[purpose], KINDS[purpose].find(number)
    there = left is not None and getattr(left, "withdrawn_at", None) is None
    with translation.override(_language(request, left)):
        form = DecisionForm(
            request.POST if request.method == "POST" else None,
            question=kind.question,
            choices=[(WITHDRAW, kind.yes), (STAY, _("No, keep it"))],
            button=_("Save"),
            action=request.get_full_path(),
        )
        if there and form.decided == WITHDRAW:
            kind.withdraw(number, timezone.now())
        if form.decided:
            return _go(request.get_full_path())
        context = {"there": there, "form": form, "contact": purpose == links.CASE_CONTACT, **_about(left)}
        status = 422 if form.is_bound and there else 200
        answer = render(request, "respondent/withdraw.html", context, status=status)
        answer["Content-Language"] = translation.get_language() or ""
    return answer


def _about(left: CaseContact | ResultRequest | None) -> dict[str, object]:
    """Return what the page says of the survey; nothing when nothing is left that knows."""
    if left is None:
        return {}
    round_ = left.round
    texts = round_.texts_in(translation.get_language() or left.language)
    return {"left": left, "round": round_, "texts": texts, "languages": other_languages(round_)}


def _language(request: HttpRequest, left: CaseContact | ResultRequest | None) -> str:
    asked = request.GET.get("lang", "")
    if left is None:
        return asked if translation.check_for_language(asked) else (translation.get_language() or "")
    return asked if asked in left.round.languages else left.language


def _given(recipient: str = "") -> Given:
    return Given(language=translation.get_language() or "", recipient=recipient)


def _go_to_withdrawal(purpose: str, pk: int, language: str) -> HttpResponse:
    return _go(f"{reverse('withdraw', args=[links.signed(purpose, pk)])}?lang={language}")


def _go(path: str) -> HttpResponse:
    answer = HttpResponseRedirect(path)
    answer.status_code = 303
    return answer
