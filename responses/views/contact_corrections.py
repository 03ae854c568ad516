"""Other contacts that the coordinators of authorities have given, and what staff decide about them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, Q, QuerySet
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
from responses import coordination
from responses.actions import contact_correction as actions
from responses.actions.case import CaseClosed
from responses.coordinator_forms import DecideForm
from responses.models import ContactCorrection, LinkHolder, Mail, Notice
from surveys.models import Round

PER_PAGE = 50
WAITING = ContactCorrection.Decision.WAITING


@dataclass(frozen=True, slots=True)
class Act:
    """What staff can decide, after a page that explains it and asks for the reason."""

    title: Promise
    explanation: Promise
    done: Promise
    do: Callable[[ContactCorrection, str, User, datetime], None]
    needs_reason: Callable[[bool], bool]


ACTS = {
    "accept": Act(
        title=gettext_lazy("Accept"),
        explanation=gettext_lazy(
            "The next mail of the contact plan goes to the new manager and carries a new personal link. Links already "
            "sent to another address stop working. Nothing is sent now, and answers already given stay."
        ),
        done=gettext_lazy("The contact has been changed. The next mail goes to the new manager."),
        do=lambda correction, reason, by, at: actions.accept(correction=correction, reason=reason, by=by, at=at),
        needs_reason=lambda unusual: unusual,
    ),
    "refuse": Act(
        title=gettext_lazy("Refuse"),
        explanation=gettext_lazy("The contact stays as it is. Nobody is told by mail."),
        done=gettext_lazy("The correction is refused. The contact stays as it is."),
        do=lambda correction, reason, by, at: actions.refuse(correction=correction, reason=reason, by=by, at=at),
        needs_reason=lambda unusual: True,
    ),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A correction that waits, and the contact as it is now. ``returned``: a mail to the new address came back."""

    correction: ContactCorrection
    owner: LinkHolder
    unusual: bool
    returned: bool


@needs(Right.SEE_CONTACTS)
@require_safe
def listing(request: HttpRequest, slug: str) -> HttpResponse:
    """List what waits, old beside new, the oldest first."""
    round_ = get_object_or_404(Round, slug=slug)
    waiting = _corrections().filter(case__round=round_, decision=WAITING).order_by("at", "pk")
    page = Paginator(waiting, PER_PAGE).get_page(request.GET.get("page"))
    context = {"round": round_, "page": page, "rows": _rows(list(page))}
    return render(request, "responses/coordinators/corrections.html", context)


@needs(Right.RUN_FIELDWORK)
@require_http_methods(["GET", "HEAD", "POST"])
def act(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """Explain one decision and ask for the reason; decide."""
    correction = get_object_or_404(_corrections(), pk=pk)
    chosen = ACTS.get(act)
    if chosen is None:
        raise Http404
    slug = correction.case.round.slug
    moved_on = _("That cannot be done any longer: the correction has been decided or replaced, or the round is over.")
    if correction.decision != WAITING:
        messages.error(request, moved_on)
        return redirect("contact-corrections", slug)
    [row] = _rows([correction])
    form = DecideForm(
        request.POST if request.method == "POST" else None,
        button=chosen.title,
        required=chosen.needs_reason(row.unusual),
    )
    if request.method == "POST" and form.is_valid():
        try:
            chosen.do(correction, form.cleaned_data["reason"], staff(request), timezone.now())
        except (CaseClosed, actions.CorrectionDecided):
            messages.error(request, moved_on)
        else:
            messages.success(request, str(chosen.done))
        return redirect("contact-corrections", slug)
    context = {
        "round": correction.case.round,
        "workplace": correction.case.sample_unit.workplace,
        "row": row,
        "act": chosen,
        "form": form,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    return render(request, "responses/coordinators/act.html", context, status=status)


def _corrections() -> QuerySet[ContactCorrection]:
    came_back = Mail.objects.filter(
        Q(bounced_at__isnull=False) | Q(status=Mail.Status.FAILED),
        name=Notice.CONTACT_CHANGED,
        cause__case=OuterRef("case"),
        address__iexact=OuterRef("email"),
    )
    corrections = ContactCorrection.objects.annotate(returned=Exists(came_back))
    return corrections.select_related("coordinator__contact", "case__round", "case__sample_unit__workplace")


def _rows(corrections: list[ContactCorrection]) -> list[Row]:
    """Two queries, however many corrections there are."""
    cases = [correction.case_id for correction in corrections]
    owners = {owner.case_id: owner for owner in LinkHolder.objects.filter(case__in=cases, role=LinkHolder.Role.OWNER)}
    unusual = coordination.unusual(corrections)
    return [
        Row(each, owners[each.case_id], each.pk in unusual, bool(getattr(each, "returned", False)))
        for each in corrections
    ]
