"""The cases of a round, and what staff do to one of them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from barometer.access import needs, staff
from barometer.models import AuditEvent, User
from barometer.roles import Right
from responses import links
from responses.actions import bounce, correction
from responses.actions import case as actions
from responses.actions.answering import route_of
from responses.actions.correction import Correction
from responses.address_texts import status_in_words
from responses.case_texts import EVENTS
from responses.contact_days import zone
from responses.forms import ReasonForm
from responses.mail_texts import left_out
from responses.models import Case, ContactAttempt, LinkHolder, MailReturn, Response
from responses.models.case import DISPOSITION_LABELS, CaseQuerySet
from responses.references import case_of, reference
from responses.statistics.dispositions import Disposition, EventKind
from surveys.answering.wording import AnswerLine, Wording
from surveys.calendar import is_late
from surveys.models import AddressKind, Round

CASES_PER_PAGE = 50
ASKS_TO_CORRECT, OPENED_AGAIN = "asks-to-correct", "opened-again"


@needs(Right.SEE_CASES)
@require_safe
def listing(request: HttpRequest, slug: str) -> HttpResponse:
    """List the cases; the address may ask for a disposition, requests to correct, a word of the name, a number."""
    round_ = get_object_or_404(Round, slug=slug)
    disposition = request.GET.get("disposition", "")
    words = request.GET.get("q", "").replace("\0", "").strip()[:120]  # PostgreSQL takes no text with a zero byte
    found = _found(Case.objects.of_round(round_), disposition, words)
    context = {
        "round": round_,
        "page": Paginator(found, CASES_PER_PAGE).get_page(request.GET.get("page")),
        "dispositions": [*DISPOSITION_LABELS.items(), *_waiting()],
        "asking": Case.objects.of_round(round_).asking_to_correct().count(),
        "disposition": disposition,
        "words": words,
    }
    return render(request, "responses/cases/list.html", context)


def _waiting() -> list[tuple[str, str]]:
    """Return what a case may wait for, beside where it stands."""
    return [
        (ASKS_TO_CORRECT, _("Asks to correct its answers")),
        (OPENED_AGAIN, _("Opened again, and not submitted since")),
    ]


def _found(cases: CaseQuerySet, disposition: str, words: str) -> QuerySet[Case]:
    if disposition in DISPOSITION_LABELS:
        cases = cases.filter(disposition=disposition)
    elif disposition == ASKS_TO_CORRECT:
        cases = cases.asking_to_correct()
    elif disposition == OPENED_AGAIN:
        cases = cases.opened_again()
    if words:
        name = Q(sample_unit__workplace__name__icontains=words)
        found = name | Q(sample_unit__workplace__register_id=words)
        if (pk := case_of(words)) is not None:
            found |= Q(pk=pk)
        cases = cases.filter(found)
    return cases.select_related("sample_unit__workplace").order_by("sample_unit__workplace__register_id")


@dataclass(frozen=True, slots=True)
class Act:
    """Something staff can do to a case, after a page that explains it and asks for the reason."""

    title: Promise
    explanation: Promise
    done: Promise
    dispositions: frozenset[Disposition]
    do: Callable[[Case, LinkHolder, str, User, datetime], None]
    after_close: bool = False
    when: Callable[[Case], bool] = lambda case: True


ANY = frozenset(Disposition)
UNFINISHED = ANY - {Disposition.SUBMITTED, Disposition.INELIGIBLE}

ACTS = {
    "confirm-not-eligible": Act(
        title=gettext_lazy("Confirm that it is not eligible"),
        explanation=gettext_lazy(
            "Only if it was not a public workplace in operation in the reference period. It gets no more mail, its "
            "link takes no more answers, and it leaves the eligible sample; the headline response rate does not change."
        ),
        done=gettext_lazy("The case is recorded as not eligible."),
        dispositions=UNFINISHED,
        do=lambda case, holder, reason, by, at: actions.confirm_ineligible(case=case, reason=reason, by=by, at=at),
        after_close=True,
    ),
    "eligible": Act(
        title=gettext_lazy("It is eligible after all"),
        explanation=gettext_lazy("The case goes back to where it stood before the report, and can be answered."),
        done=gettext_lazy("The case can be answered again."),
        dispositions=frozenset({Disposition.INELIGIBLE_REPORTED, Disposition.INELIGIBLE}),
        do=lambda case, holder, reason, by, at: actions.reject_ineligible(case=case, reason=reason, by=by, at=at),
        after_close=True,
    ),
    "reopen": Act(
        title=gettext_lazy("Let the workplace correct its answers"),
        explanation=gettext_lazy(
            "Everyone who has the personal link can see and change the answers again. Until they are submitted once "
            "more they are not counted, exported or estimated, and the workplace gets reminders again. Nobody is told "
            "by mail: tell the workplace, or wait until it opens its link."
        ),
        done=gettext_lazy("The answers can be changed again. They count when they are submitted once more."),
        dispositions=frozenset({Disposition.SUBMITTED}),
        do=lambda case, holder, reason, by, at: correction.reopen(case=case, reason=reason, by=by, at=at),
    ),
    "refuse-correction": Act(
        title=gettext_lazy("Refuse the request to correct"),
        explanation=gettext_lazy(
            "The answers stand and count as they are. The workplace sees it when it opens its link."
        ),
        done=gettext_lazy("The request is refused. The answers stand."),
        dispositions=frozenset({Disposition.SUBMITTED}),
        do=lambda case, holder, reason, by, at: correction.refuse(case=case, reason=reason, by=by, at=at),
        when=lambda case: correction.state_of(case) is Correction.REQUESTED,
    ),
    "refusal": Act(
        title=gettext_lazy("Record a refusal"),
        explanation=gettext_lazy(
            "Somebody at the workplace has told you that it does not wish to take part. It gets no more mail."
        ),
        done=gettext_lazy("The refusal is recorded."),
        dispositions=UNFINISHED - {Disposition.DECLINED},
        do=lambda case, holder, reason, by, at: actions.record_refusal(case=case, reason=reason, by=by, at=at),
    ),
    "bounce": Act(
        title=gettext_lazy("Record that a mail came back"),
        explanation=gettext_lazy("The mail program says that the address does not exist or takes no mail."),
        done=gettext_lazy("The bounce is recorded."),
        dispositions=frozenset({Disposition.NOT_STARTED, Disposition.STARTED}),
        do=lambda case, holder, reason, by, at: bounce.record_bounce_of_case(case=case, reason=reason, by=by, at=at),
    ),
    "confirm-address": Act(
        title=gettext_lazy("Confirm the e-mail address"),
        explanation=gettext_lazy(
            "The register has another address for this workplace, or this one for another workplace, and you have made "
            "sure that this one is right. The proof of the mails then accepts it until it is changed again."
        ),
        done=gettext_lazy("The address is confirmed."),
        dispositions=UNFINISHED,
        do=lambda case, holder, reason, by, at: actions.confirm_address(case=case, reason=reason, by=by, at=at),
    ),
    "new-link": Act(
        title=gettext_lazy("Make a new personal link"),
        explanation=gettext_lazy(
            "Links already sent stop working at once. The new one stands in the next mail to the workplace."
        ),
        done=gettext_lazy("There is a new link. It stands in the next mail; links already sent no longer work."),
        dispositions=ANY,
        do=lambda case, holder, reason, by, at: actions.reissue_link(holder=holder, reason=reason, by=by, at=at),
    ),
    "retire-link": Act(
        title=gettext_lazy("Retire the personal link"),
        explanation=gettext_lazy("The link stops working at once, and its holder gets no more mail."),
        done=gettext_lazy("The link is retired."),
        dispositions=ANY,
        do=lambda case, holder, reason, by, at: actions.retire_link(holder=holder, reason=reason, by=by, at=at),
    ),
}


def _case(pk: int) -> Case:
    cases = Case.objects.select_related(
        "round__questionnaire", "sample_unit__workplace", "sample_unit__stratum", "decline_reason"
    )
    return get_object_or_404(cases, pk=pk)


@needs(Right.SEE_CONTACTS)
@require_safe
def case(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what is known of a case and what happened to it; of the answers only a report that it is gone."""
    case_ = _case(pk)
    holders = list(case_.holders.select_related("hand_over").order_by("pk"))
    owner = _owner(case_)
    lines = ContactAttempt.objects.filter(case=case_).select_related("mail", "step", "wave").order_by("pk")
    context = {
        "round": case_.round,
        "case": case_,
        "workplace": case_.sample_unit.workplace,
        "stratum": case_.sample_unit.stratum,
        "holders": [(holder, AddressKind(holder.address_kind).label) for holder in holders],
        "link": _rehearsal_link(request, case_, owner),
        "reference": reference(case_.pk),
        "late": _is_late(case_),
        "report": _report(case_),
        "asks_to_correct": Case.objects.asking_to_correct().filter(pk=pk).exists(),
        "decline_reason": getattr(case_, "decline_reason", None),
        "timeline": _timeline(case_, holders),
        "returns": _returns(case_),
        "lines": [(line, left_out(line.left_out)) for line in lines],
        "calls": case_.calls.select_related("by").order_by("pk"),
        "acts": [(slug, act.title) for slug, act in ACTS.items() if _can(act, case_, owner)],
    }
    return render(request, "responses/cases/case.html", context)


@needs(Right.RUN_FIELDWORK)
@require_http_methods(["GET", "HEAD", "POST"])
def act(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """Explain one act and ask for the reason; do it."""
    case_ = _case(pk)
    chosen, owner = ACTS.get(act), _owner(case_)
    if chosen is None:
        raise Http404
    if not _can(chosen, case_, owner):
        messages.error(request, _("That cannot be done to this case now: it has moved on."))
        return redirect("case", pk)
    form = ReasonForm(request.POST or None, button=chosen.title)
    if request.method == "POST" and form.is_valid():
        try:
            chosen.do(case_, owner, form.cleaned_data["reason"], staff(request), timezone.now())
        except actions.CaseClosed:
            messages.error(request, _("That cannot be done to this case now: it has moved on."))
        else:
            messages.success(request, str(chosen.done))
        return redirect("case", pk)
    context = {
        "round": case_.round,
        "case": case_,
        "workplace": case_.sample_unit.workplace,
        "act": chosen,
        "form": form,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    return render(request, "responses/cases/act.html", context, status=status)


def _returns(case_: Case) -> list[tuple[MailReturn, str]]:
    """Return what came back of the mails about the case, with the mail server's reason in words."""
    found = MailReturn.objects.filter(mail__lines__case=case_, mail__lines__left_out="").select_related("mail")
    return [(each, status_in_words(each.status_code)) for each in found.distinct().order_by("pk")]


def _owner(case_: Case) -> LinkHolder:
    return case_.holders.get(role=LinkHolder.Role.OWNER)


def _can(act: Act, case_: Case, owner: LinkHolder) -> bool:
    in_time = (Round.Status.OPEN, Round.Status.CLOSED) if act.after_close else (Round.Status.OPEN,)
    if case_.round.status not in in_time or case_.disposition not in act.dispositions:
        return False
    return act.when(case_) and (act is not ACTS["retire-link"] or owner.retired_at is None)


def _rehearsal_link(request: HttpRequest, case_: Case, owner: LinkHolder) -> str:
    """Return the personal link, for trying it out; nothing in a real round, where only the workplace has it."""
    if not case_.round.rehearsal or owner.retired_at:
        return ""
    return request.build_absolute_uri(reverse("answer", args=[links.token(links.ANSWER, owner)]))


def _is_late(case_: Case) -> bool:
    """Whether what counts was submitted after the printed deadline."""
    submitted_at = Response.objects.filter(case=case_).values_list("submitted_at", flat=True).first()
    return submitted_at is not None and is_late(submitted_at, case_.round.deadline, zone())


def _report(case_: Case) -> list[tuple[str, tuple[AnswerLine, ...]]]:
    """Return question and answer of a report that the workplace has closed or merged, for whoever confirms it.

    A questionnaire that ends out of scope holds nothing but that report.
    """
    response = Response.objects.filter(case=case_).first()
    if response is None or case_.disposition not in (Disposition.INELIGIBLE_REPORTED, Disposition.INELIGIBLE):
        return []
    route = route_of(case_, response.answers)
    if route.in_scope is not False:
        return []
    wording = Wording.of(route, get_language() or "en")
    asked = [item for item in route.items if item.question.type != "display"]
    return [(wording.text(item.question.label), wording.answer(item, route.answers)) for item in asked]


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of the history of a case."""

    at: datetime
    text: Promise
    holder: str
    who: str
    reason: str


def _timeline(case_: Case, holders: list[LinkHolder]) -> list[Happening]:
    """Return what happened, in order; the reason of an act stands in the audit log, at the same moment."""
    others = {holder.pk: holder.name for holder in holders if holder.role != LinkHolder.Role.OWNER}
    targets = [f"case:{case_.pk}", *(f"linkholder:{holder.pk}" for holder in holders)]
    reasons = dict(AuditEvent.objects.filter(target__in=targets).exclude(reason="").values_list("at", "reason"))
    return [
        Happening(
            at=event.at,
            text=EVENTS[EventKind(event.kind)],
            holder=others.get(event.holder_id or 0, ""),
            who=event.by.get_full_name() or event.by.get_username() if event.by else "",
            reason=reasons.get(event.at, ""),
        )
        for event in case_.events.select_related("by").order_by("pk")
    ]
