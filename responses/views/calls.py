"""The calling list, and one page per call."""

from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from barometer import stale
from barometer.access import needs, staff
from barometer.form_helpers import shown_anew, with_seen
from barometer.models import User
from barometer.problems import sentence
from barometer.roles import Right
from responses import calling
from responses.actions import call as actions
from responses.actions import events
from responses.actions.case import CaseClosed
from responses.call_forms import CONFIRMED, MERGED, CallForm, PhoneForm
from responses.calling import Wanted
from responses.follow_up import LastCall
from responses.follow_up_texts import reasons
from responses.models import Call, CallClaim, Case, LinkHolder
from responses.problem_texts import TEXTS
from responses.statistics.calling import Place, Turn
from responses.statistics.eligibility import ENDED
from responses.views.respondent import others_of
from surveys.models import Level, Round, Stratum, Workplace

CASES_PER_PAGE = 50
Outcome = Call.Outcome


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list; ``claim`` is of somebody who is calling at this moment."""

    place: Place
    holder: LinkHolder
    why: list[str]
    last: LastCall | None
    claim: CallClaim | None

    @property
    def turn(self) -> str:
        return self.place.turn.name.lower()


@needs(Right.SEE_CONTACTS, write=Right.RUN_FIELDWORK)
@require_http_methods(["GET", "HEAD", "POST"])
def listing(request: HttpRequest, slug: str) -> HttpResponse:
    """List whom to call, in the order of what it gains; a press takes one case, or the next that is free."""
    round_ = get_object_or_404(Round, slug=slug)
    wanted, at = _wanted(request), timezone.now()
    if request.method == "POST":
        return _take(request, round_, wanted, at)
    found = calling.read(round_, wanted, at)
    page = Paginator(found.places, CASES_PER_PAGE).get_page(request.GET.get("page"))
    claims = calling.claims(round_, at)
    holders = _owners([place.candidate.case for place in page])
    authorities = Workplace.objects.filter(sample_unit__case__round=round_).order_by("authority", "authority_code")
    turns = [place.turn for place in found.places]
    context = {
        "round": round_,
        "page": page,
        "rows": [_row(place, holders, found, claims, float(round_.target_response_rate)) for place in page],
        "wanted": wanted,
        "for_an_audience": found.for_an_audience,
        "counts": {turn.name.lower(): turns.count(turn) for turn in Turn},
        "levels": Level.choices,
        "authorities": authorities.values_list("authority_code", "authority").distinct(),
        "strata": Stratum.objects.filter(sample__round=round_).order_by("pk"),
    }
    return render(request, "responses/calls/list.html", context)


@needs(Right.RUN_FIELDWORK)
@require_http_methods(["GET", "HEAD", "POST"])
def call(request: HttpRequest, pk: int) -> HttpResponse:
    """Show all that a caller needs, and record what came of the call."""
    case_ = _case(pk)
    owner, at = _owner(case_), timezone.now()
    form = CallForm(
        request.POST if request.method == "POST" else None,
        has_said_no=actions.has_said_no(case_, owner),
        closes_at=actions.closing(case_.round),
        now=at,
    )
    if request.method == "POST" and form.is_valid():
        if form.cleaned_data["outcome"] in CONFIRMED and "confirmed" not in request.POST:
            return render(request, "responses/calls/confirm.html", _facts(case_, owner) | {"form": form})
        if answer := _record(request, case_, form, at):
            return answer
    attempts = case_.contact_attempts.select_related("mail", "step", "wave").order_by("pk")
    context = {
        "form": form,
        "calls": case_.calls.select_related("by").order_by("-pk"),
        "attempts": attempts,
        "claim": _claim_of_another(case_, staff(request), at),
        "left_alone": case_.disposition in ENDED or actions.has_said_no(case_, owner),
        "link_problem": _link_problem(case_, owner, at),
        "links_left": actions.links_left(case_, at),
        **_script(case_, request.GET.get("script", "")),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    return render(request, "responses/calls/call.html", _facts(case_, owner) | context, status=status)


@needs(Right.RUN_FIELDWORK)
@require_http_methods(["GET", "HEAD", "POST"])
def phone(request: HttpRequest, pk: int) -> HttpResponse:
    """Change the telephone number of a case."""
    case_ = _case(pk)
    owner = _owner(case_)
    form = PhoneForm(request.POST or None, initial={"phone": owner.phone})
    with_seen(form, stale.digest(owner.phone))
    changed = False
    if request.method == "POST" and form.is_valid():
        try:
            _save_phone(request, case_, form)
        except stale.ChangedMeanwhile:
            changed, owner = True, _owner(case_)
            form = PhoneForm(shown_anew(request.POST, stale.digest(owner.phone)))
            with_seen(form, "")
        else:
            return redirect("case", pk)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    status = HTTPStatus.CONFLICT if changed else status
    context = _facts(case_, owner) | {"form": form, "changed": changed, "stored": owner.phone}
    return render(request, "responses/calls/phone.html", context, status=status)


def _save_phone(request: HttpRequest, case_: Case, form: PhoneForm) -> None:
    """Save the number and say so. Raises: ChangedMeanwhile."""
    by, phone = staff(request), form.cleaned_data["phone"]
    try:
        events.if_unchanged(
            case=case_,
            seen=form.cleaned_data["seen"],
            now=lambda: stale.digest(_owner(case_).phone),
            do=lambda: actions.change_phone(case=case_, phone=phone, by=by, at=timezone.now()),
        )
    except CaseClosed:
        messages.error(request, _("The round is not in the field, so nothing can be changed here."))
    else:
        messages.success(request, _("The telephone number is saved."))


def _wanted(request: HttpRequest) -> Wanted:
    """Read the filters of the address; what is none of them is passed over."""
    asked = request.GET
    stratum = asked.get("stratum", "")
    return Wanted(
        level=asked.get("level", "") if asked.get("level") in Level.values else "",
        authority=asked.get("authority", "").replace("\0", "")[:10],
        stratum=int(stratum) if stratum.isascii() and stratum.isdigit() and len(stratum) < 10 else 0,
        due="due" in asked,
        not_called="not_called" in asked,
    )


def _query(wanted: Wanted) -> str:
    """Return the part of the address that asks for the same again."""
    asked = {"level": wanted.level, "authority": wanted.authority, "stratum": wanted.stratum or ""}
    marks = {"due": wanted.due, "not_called": wanted.not_called}
    query = urlencode({name: value for name, value in asked.items() if value} | {m: "1" for m in marks if marks[m]})
    return f"?{query}" if query else ""


def _take(request: HttpRequest, round_: Round, wanted: Wanted, at: datetime) -> HttpResponse:
    """Claim the case of the button, or the next free one, and go to its page."""
    by, number = staff(request), request.POST.get("case", "")
    if number:
        case_ = get_object_or_404(Case.objects.of_round(round_), pk=int(number) if number.isdecimal() else 0)
        pk = case_.pk if actions.claim(case=case_, by=by, at=at) else None
    else:
        pk = _next(round_, wanted, by, at)
    if pk is not None:
        return redirect(f"{reverse('call', args=[pk])}{_query(wanted)}")
    text = _("Somebody else is calling this workplace.") if number else _("Nobody is left to be called now.")
    messages.info(request, text)
    return redirect(f"{reverse('calls', args=[round_.slug])}{_query(wanted)}")


def _next(round_: Round, wanted: Wanted, by: User, at: datetime) -> int | None:
    """Claim the first case whose turn it is and that nobody has taken; None when there is none."""
    taken = calling.claims(round_, at)
    for place in calling.read(round_, wanted, at).places:
        pk = place.candidate.case
        if place.turn is not Turn.LATER and pk not in taken and actions.claim(case=Case(pk=pk), by=by, at=at):
            return pk
    return None


def _record(request: HttpRequest, case_: Case, form: CallForm, at: datetime) -> HttpResponse | None:
    """Record the call and go on; None when the form has an error now."""
    said = form.cleaned_data
    try:
        made = actions.record_call(
            case=case_,
            outcome=said["outcome"],
            by=staff(request),
            at=at,
            call_back_at=form.call_back_at,
            note=said["note"],
            merged=said["gone"] == MERGED,
            asked_now=said.get("asked_now", False),
        )
    except actions.CallRefused as refused:
        form.add_error("outcome", sentence(refused.problem, TEXTS))
        return None
    except CaseClosed:
        messages.error(request, _("The call is not recorded: the case has been closed in the meantime."))
        return redirect("case", case_.pk)
    messages.success(request, _("The call is recorded: %(outcome)s.") % {"outcome": made.get_outcome_display()})
    wanted = _wanted(request)
    if made.outcome == Outcome.OTHER_PERSON:
        messages.info(request, _("Now correct the name, the address and the telephone number of the right person."))
        return redirect("case", case_.pk)
    if "next" in request.POST:
        return _take(request, case_.round, wanted, at)
    return redirect(f"{reverse('calls', args=[case_.round.slug])}{_query(wanted)}")


def _row(
    place: Place,
    holders: dict[int, LinkHolder],
    found: calling.CallingList,
    claims: dict[int, CallClaim],
    target: float,
) -> Row:
    candidate = place.candidate
    return Row(
        place,
        holders[candidate.case],
        reasons(candidate, found.rates[candidate.stratum], target),
        found.calls.get(candidate.case),
        claims.get(candidate.case),
    )


def _owners(cases: list[int]) -> dict[int, LinkHolder]:
    owners = LinkHolder.objects.filter(case__in=cases, role=LinkHolder.Role.OWNER)
    joined = owners.select_related("case__sample_unit__workplace", "case__sample_unit__stratum")
    return {owner.case_id: owner for owner in joined.order_by("pk")}


def _facts(case_: Case, owner: LinkHolder) -> dict[str, object]:
    unit = case_.sample_unit
    return {
        "round": case_.round,
        "case": case_,
        "owner": owner,
        "workplace": unit.workplace,
        "number_of_the_register": unit.workplace.contact.phone if hasattr(unit.workplace, "contact") else "",
    }


def _case(pk: int) -> Case:
    joined = Case.objects.select_related("round__questionnaire", "sample_unit__workplace__contact")
    return get_object_or_404(joined, pk=pk)


def _owner(case_: Case) -> LinkHolder:
    return case_.holders.get(role=LinkHolder.Role.OWNER)


def _claim_of_another(case_: Case, by: User, at: datetime) -> CallClaim | None:
    of_round = CallClaim.objects.in_force(case_.round, at).select_related("by")
    return of_round.filter(case=case_).exclude(by=by).first()


def _link_problem(case_: Case, owner: LinkHolder, at: datetime) -> str:
    code = actions.link_problem(case_, owner, at)
    return str(TEXTS[code]) if code else ""


def _script(case_: Case, asked: str) -> dict[str, object]:
    """Return what the script needs: its language, which is that of the case unless another is asked for."""
    languages: list[str] = case_.round.languages
    language = asked if asked in languages else case_.language
    with translation.override(language):
        return {
            "script_language": language,
            "script_languages": others_of(languages),
            "texts": case_.round.texts_in(language),
        }
