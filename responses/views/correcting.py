"""Ask to correct submitted answers, and take the request back; both are chosen, not pressed."""

from contextlib import suppress

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from responses.actions import correction as actions
from responses.actions.case import CaseClosed
from responses.actions.correction import Correction
from responses.after_forms import DecisionForm
from responses.models import LinkHolder
from responses.statistics.dispositions import Disposition
from responses.views.respondent import address, for_holder, go, show

REQUEST, WITHDRAW, STAY = "request", "withdraw", "stay"


@for_holder()
def correct(request: HttpRequest, holder: LinkHolder) -> HttpResponse:
    """Ask, and do what was chosen."""
    case = holder.case
    state = actions.state_of(case)
    submitted = case.disposition == Disposition.SUBMITTED and case.round.status == case.round.Status.OPEN
    if not submitted or state is Correction.REFUSED:
        return go("answer", holder)
    form = _form(request, holder, state)
    if form.decided:
        act = {REQUEST: actions.request, WITHDRAW: actions.withdraw}.get(form.decided)
        with suppress(CaseClosed):  # then the entry page shows how it stands
            if act:
                act(holder=holder, at=timezone.now())
        return go("answer", holder)
    context = {"form": form, "requested": state is Correction.REQUESTED}
    return show(request, "correct", holder, context, status=422 if form.is_bound else 200)


def _form(request: HttpRequest, holder: LinkHolder, state: Correction) -> DecisionForm:
    if state is Correction.REQUESTED:
        question = _("Do you want to take the request back?")
        choices = [(WITHDRAW, _("Yes, the answers are to stand")), (STAY, _("No, we still want to correct them"))]
    else:
        question = _("Do you want to correct your answers?")
        choices = [(REQUEST, _("Yes, ask to have them opened again")), (STAY, _("No, the answers are to stand"))]
    data = request.POST if request.method == "POST" else None
    return DecisionForm(data, question=question, choices=choices, button=_("Save"), action=address("correct", holder))
