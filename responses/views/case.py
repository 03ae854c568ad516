"""One case: what the register says, who has the link, and all that happened; of the answers only what was reported."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from barometer.access import may, needs
from barometer.roles import Right
from responses import case_page, links
from responses.actions.answering import route_of
from responses.case_forms import NoteForm
from responses.contact_days import zone
from responses.mail_texts import left_out
from responses.models import CallClaim, Case, CaseNote, ContactAttempt, LinkHolder, Response
from responses.references import reference
from responses.statistics.dispositions import Disposition
from responses.views.case_acts import ACTS, can
from responses.views.case_notes import form_of
from surveys.answering.wording import AnswerLine, Wording
from surveys.calendar import is_late
from surveys.models import AddressKind, AuthorityContact, Round


@needs(Right.SEE_CASES)
@cache_control(no_store=True)
@require_safe
def case(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what is known of a case and what happened to it."""
    case_ = _case(pk)
    return render(request, "responses/cases/case.html", page_of(request, case_, form_of(case_, elsewhere=True)))


def page_of(request: HttpRequest, case_: Case, note_form: NoteForm) -> dict[str, object]:
    """Return the context of the page; contact data only for those who may see them."""
    round_ = case_.round
    with_contacts, can_act = may(request, Right.SEE_CONTACTS), may(request, Right.RUN_FIELDWORK)
    holders = list(case_.holders.select_related("hand_over").order_by("pk"))
    owner = next(holder for holder in holders if holder.role == LinkHolder.Role.OWNER)
    workplace = case_.sample_unit.workplace
    response = Response.objects.filter(case=case_).first()
    pauses = [each for each in case_.pauses.all() if each.holds(timezone.localdate())]
    return {
        "round": round_,
        "case": case_,
        "workplace": workplace,
        "stratum": case_.sample_unit.stratum,
        "with_contacts": with_contacts,
        "can_act": can_act,
        "holders": [(holder, AddressKind(holder.address_kind).label) for holder in holders],
        "authority_contact": _authority_contact(case_) if with_contacts else None,
        "link": _rehearsal_link(request, case_, owner),
        "can_copy": may(request, Right.COPY_LINK) and round_.status == Round.Status.OPEN,
        "can_see_answers": may(request, Right.SEE_ANSWERS) and response is not None,
        "reference": reference(case_.pk),
        "late": _is_late(case_, response),
        "pause": pauses[0] if pauses else None,
        "report": _report(case_, response),
        "asks_to_correct": Case.objects.asking_to_correct().filter(pk=case_.pk).exists(),
        "decline_reason": getattr(case_, "decline_reason", None),
        "timeline": case_page.timeline(case_, holders, with_names=with_contacts),
        "returns": case_page.returns(case_),
        "lines": [(line, left_out(line.left_out)) for line in _lines(case_)],
        "calls": case_.calls.all(),
        "claim": CallClaim.objects.in_force(round_, timezone.now()).filter(case=case_).select_related("by").first(),
        "notes": CaseNote.objects.filter(case=case_).select_related("by", "corrected_by").order_by("pk"),
        "note_form": note_form,
        "acts": [(slug, act.title) for slug, act in ACTS.items() if can_act and can(act, case_, owner)],
    }


def _case(pk: int) -> Case:
    cases = Case.objects.select_related(
        "round__questionnaire", "sample_unit__workplace", "sample_unit__stratum", "decline_reason"
    ).prefetch_related("pauses", "calls__by")
    return get_object_or_404(cases, pk=pk)


def _lines(case_: Case) -> list[ContactAttempt]:
    lines = ContactAttempt.objects.filter(case=case_).select_related("mail", "step", "wave")
    return list(lines.defer("mail__text_body", "mail__html_body", "wave__digests", "wave__findings").order_by("pk"))


def _authority_contact(case_: Case) -> AuthorityContact | None:
    code = case_.sample_unit.workplace.authority_code
    return AuthorityContact.objects.filter(round=case_.round_id, authority_code=code).first()


def _rehearsal_link(request: HttpRequest, case_: Case, owner: LinkHolder) -> str:
    """Return the personal link, for trying it out; nothing in a real round, where only the workplace has it."""
    if not case_.round.rehearsal or owner.retired_at:
        return ""
    return request.build_absolute_uri(reverse("answer", args=[links.token(links.ANSWER, owner)]))


def _is_late(case_: Case, response: Response | None) -> bool:
    """Whether what counts was submitted after the printed deadline."""
    submitted_at = response.submitted_at if response else None
    return submitted_at is not None and is_late(submitted_at, case_.round.deadline, zone())


def _report(case_: Case, response: Response | None) -> list[tuple[str, tuple[AnswerLine, ...]]]:
    """Return question and answer of a report that the workplace has closed or merged, for whoever confirms it.

    A questionnaire that ends out of scope holds nothing but that report.
    """
    if response is None or case_.disposition not in (Disposition.INELIGIBLE_REPORTED, Disposition.INELIGIBLE):
        return []
    route = route_of(case_, response.answers)
    if route.in_scope is not False:
        return []
    wording = Wording.of(route, get_language() or "en")
    asked = [item for item in route.items if item.question.type != "display"]
    return [(wording.text(item.question.label), wording.answer(item, route.answers)) for item in asked]
