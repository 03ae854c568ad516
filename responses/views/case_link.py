"""The personal link of a case, taken out by a member of staff to bring it to its owner another way."""

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods

from barometer.access import needs, staff
from barometer.problems import Problem, sentence
from barometer.roles import Right
from responses.actions import link_copy
from responses.actions.case import CaseClosed
from responses.forms import ReasonForm
from responses.models import Case, LinkHolder
from responses.problem_texts import TEXTS


@needs(Right.COPY_LINK)
@cache_control(no_store=True)
@require_http_methods(["GET", "HEAD", "POST"])
def copy(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for the reason, then show the link once; never once there are answers."""
    case = get_object_or_404(Case.objects.select_related("round", "sample_unit__workplace"), pk=pk)
    owner = case.holders.get(role=LinkHolder.Role.OWNER)
    form = ReasonForm(request.POST if request.method == "POST" else None, button=_("Show the link"))
    context = {"round": case.round, "case": case, "workplace": case.sample_unit.workplace, "form": form}
    problem = link_copy.copy_problem(case, owner)
    if not problem and form.is_valid():
        try:
            reason = form.cleaned_data["reason"]
            context["link"] = link_copy.copy_link(case=case, reason=reason, by=staff(request), at=timezone.now())
        except link_copy.LinkRefused as refused:
            problem = refused.code
        except CaseClosed:
            problem = "link_case_ended"
    if problem:
        messages.error(request, sentence(Problem(problem, ""), TEXTS))
        return redirect("case", pk)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "responses/cases/link.html", context, status=status)
