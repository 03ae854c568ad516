"""Coordinators: who gets a link, what stands in the way, and what the respondents are told about it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from barometer.access import needs, staff
from barometer.formats import language_name
from barometer.models import User
from barometer.problems import sentence
from barometer.roles import Right
from responses import coordination
from responses.actions import coordinator as actions
from responses.authorities import state_of
from responses.models import Coordinator
from responses.problem_texts import TEXTS
from surveys.actions.round import default_texts
from surveys.models import AuthorityContact, Round, RoundText

ISSUE, WITHDRAW, ON, OFF = "issue", "withdraw", "on", "off"


@dataclass(frozen=True, slots=True)
class Row:
    """A contact person, and how their link stands: "none", "works", "expired" or "withdrawn"."""

    contact: AuthorityContact
    coordinator: Coordinator | None
    workplaces: int
    state: str


@needs(Right.SEE_CONTACTS, write=Right.RUN_FIELDWORK)
@require_http_methods(["GET", "HEAD", "POST"])
def listing(request: HttpRequest, slug: str) -> HttpResponse:
    """List the contact persons; switch coordinators on or off, send and withdraw links."""
    round_ = get_object_or_404(Round, slug=slug)
    if request.method == "POST":
        return _act(request, round_)
    context = {
        "round": round_,
        "rows": _rows(round_, timezone.now()),
        "sentences": [(code, language_name(code), _sentence(code)) for code in round_.languages],
        "unchanged": [language_name(code) for code in _unchanged(round_)],
    }
    return render(request, "responses/coordinators/list.html", context)


def _act(request: HttpRequest, round_: Round) -> HttpResponse:
    """Do what the button says."""
    by, now, act = staff(request), timezone.now(), request.POST.get("act", "")
    switches = {ON: _("Coordinators are switched on."), OFF: _("Coordinators are switched off: no link works.")}
    acts: dict[str, Callable[[AuthorityContact, User, datetime], str]] = {ISSUE: _issue, WITHDRAW: _withdraw}
    if act in switches:
        actions.switch(round_=round_, on=act == ON, by=by, at=now)
        messages.success(request, switches[act])
    elif act in acts and request.POST.get("contact", "").isdecimal():
        contact = get_object_or_404(AuthorityContact, round=round_, pk=int(request.POST["contact"][:18]))
        try:
            messages.success(request, acts[act](contact, by, now))
        except actions.CoordinatorRefused as refused:
            messages.error(request, sentence(refused.problem, TEXTS))
    else:
        return HttpResponseBadRequest()
    return redirect("coordinators", round_.slug)


def _issue(contact: AuthorityContact, by: User, at: datetime) -> str:
    actions.issue(contact=contact, by=by, at=at)
    return _("The link to %(authority)s is in the queue.") % {"authority": contact.authority}


def _withdraw(contact: AuthorityContact, by: User, at: datetime) -> str:
    actions.withdraw(coordinator=get_object_or_404(Coordinator, contact=contact), by=by, at=at)
    return _("The link of %(authority)s works no longer.") % {"authority": contact.authority}


def _rows(round_: Round, at: datetime) -> list[Row]:
    """Three queries, however many contacts there are."""
    workplaces = coordination.sampled(round_)
    contacts = round_.authority_contacts.order_by("authority_code")
    coordinators = {each.contact_id: each for each in Coordinator.objects.filter(contact__round=round_)}
    rows = []
    for contact in contacts:
        found = coordinators.get(contact.pk)
        rows.append(Row(contact, found, workplaces.get(contact.authority_code, 0), state_of(found, at)))
    return rows


def _sentence(language: str) -> str:
    with translation.override(language):
        return str(coordination.SENTENCE)


def _unchanged(round_: Round) -> list[str]:
    """Return the languages in which who can see whether a workplace has answered is still as it was shipped."""
    field = RoundText.Field.PARTICIPATION_VISIBILITY
    texts = dict(round_.texts.filter(field=field).values_list("language", "text"))
    languages: list[str] = round_.languages
    return [
        language
        for language in languages
        if texts.get(language) == default_texts(language, rehearsal=round_.rehearsal).get(field)
    ]
