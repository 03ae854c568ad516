"""Hand-overs that wait for staff, and what staff do to one."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from barometer.access import needs, staff
from barometer.models import User
from barometer.roles import Right
from responses.actions import hand_over as actions
from responses.actions.case import CaseClosed
from responses.forms import ReasonForm
from responses.models import HandOver, LinkHolder
from surveys.models import Round


@dataclass(frozen=True, slots=True)
class Act:
    """Something staff can do to a hand-over, after a page that explains it and asks for the reason."""

    title: Promise
    explanation: Promise
    done: Promise
    standing: LinkHolder.Standing
    do: Callable[[LinkHolder, str, User, datetime], None]


ACTS = {
    "approve": Act(
        title=gettext_lazy("Send the link"),
        explanation=gettext_lazy(
            "The address belongs to another domain than the owner's and the authority's, so make sure, for example by "
            "telephone, that the person belongs to the workplace."
        ),
        done=gettext_lazy("The link is on its way."),
        standing=LinkHolder.Standing.WAITING,
        do=lambda holder, reason, by, at: actions.approve(holder=holder, reason=reason, by=by, at=at),
    ),
    "refuse": Act(
        title=gettext_lazy("Send no link"),
        explanation=gettext_lazy("The owner keeps the task. Nobody is told by mail: the owner's page shows it."),
        done=gettext_lazy("No link is sent. The owner keeps the task."),
        standing=LinkHolder.Standing.WAITING,
        do=lambda holder, reason, by, at: actions.refuse(holder=holder, reason=reason, by=by, at=at),
    ),
    "end": Act(
        title=gettext_lazy("End the link"),
        explanation=gettext_lazy(
            "The link shows nothing more from now on, and a task passed on goes back to the owner. What has been "
            "filled in is kept."
        ),
        done=gettext_lazy("The link is ended."),
        standing=LinkHolder.Standing.WORKS,
        do=lambda holder, reason, by, at: actions.end(holder=holder, reason=reason, by=by, at=at),
    ),
}


@needs(Right.SEE_CONTACTS)
@require_safe
def listing(request: HttpRequest, slug: str) -> HttpResponse:
    """List what waits, and to whom a mail came back."""
    round_ = get_object_or_404(Round, slug=slug)
    waiting, unreached = HandOver.objects.waiting(round_), HandOver.objects.unreached(round_)
    context = {
        "round": round_,
        "waiting": waiting.select_related("holder__case__sample_unit__workplace"),
        "unreached": unreached.select_related("holder__case__sample_unit__workplace"),
    }
    return render(request, "responses/hand_overs/list.html", context)


@needs(Right.RUN_FIELDWORK)
@require_http_methods(["GET", "HEAD", "POST"])
def act(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """Explain one act and ask for the reason; do it."""
    holders = LinkHolder.objects.select_related("hand_over", "case__round", "case__sample_unit__workplace")
    holder = get_object_or_404(holders, pk=pk, hand_over__isnull=False)
    chosen = ACTS.get(act)
    if chosen is None:
        raise Http404
    moved_on = _("That cannot be done any longer: the hand-over or the case has moved on.")
    if holder.standing != chosen.standing:
        messages.error(request, moved_on)
        return redirect("case", holder.case_id)
    form = ReasonForm(request.POST or None, button=chosen.title)
    if request.method == "POST" and form.is_valid():
        try:
            chosen.do(holder, form.cleaned_data["reason"], staff(request), timezone.now())
        except (CaseClosed, actions.HandOverEnded):
            messages.error(request, moved_on)
        else:
            messages.success(request, str(chosen.done))
        return redirect("case", holder.case_id)
    context = {
        "round": holder.case.round,
        "workplace": holder.case.sample_unit.workplace,
        "holder": holder,
        "act": chosen,
        "form": form,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    return render(request, "responses/hand_overs/act.html", context, status=status)
