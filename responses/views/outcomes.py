"""Say how a case ends, instead of the rules."""

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from barometer.access import needs, staff
from barometer.roles import Right
from responses.actions import outcome as actions
from responses.actions.case import CaseClosed
from responses.models import Case
from responses.outcome_forms import OutcomeForm
from responses.statistics.outcomes import CaseOutcome
from responses.views.case_acts import ACTS
from surveys.models import Round


@needs(Right.SEE_CASES, write=Right.RUN_FIELDWORK)
@require_http_methods(["GET", "HEAD", "POST"])
def set_outcome(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask how the case ends, and why; record it."""
    case = get_object_or_404(Case.objects.select_related("round", "sample_unit__workplace"), pk=pk)
    act = ACTS["outcome"]
    if case.disposition in actions.ENDED or case.round.status not in (Round.Status.OPEN, Round.Status.CLOSED):
        messages.error(request, _("That cannot be done to this case now: it has moved on."))
        return redirect("case", pk)
    form = OutcomeForm(request.POST or None, button=act.title)
    if request.method == "POST" and form.is_valid():
        said, reason = CaseOutcome(form.cleaned_data["outcome"]), form.cleaned_data["reason"]
        try:
            actions.set_outcome(case=case, outcome=said, reason=reason, by=staff(request), at=timezone.now())
        except CaseClosed:
            messages.error(request, _("That cannot be done to this case now: it has moved on."))
        else:
            messages.success(request, str(act.done))
        return redirect("case", pk)
    context = {"round": case.round, "case": case, "workplace": case.sample_unit.workplace, "act": act, "form": form}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    return render(request, "responses/cases/act.html", context, status=status)
