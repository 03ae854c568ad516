"""The waves of a round: their proof, their release, and how far they have come."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count, Min, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_safe

from barometer import spreadsheet
from barometer.access import may, needs, staff
from barometer.formats import language_name, number
from barometer.models import User
from barometer.roles import Right
from responses import mail as writing
from responses import mail_texts, proof_texts, recipients, wave_progress, wave_texts
from responses.actions import contact
from responses.actions import wave as actions
from responses.actions.wave_alarms import Alarm, alarms_of
from responses.contact_days import zone
from responses.models import Case, ContactAttempt, Mail, Wave
from responses.proof_findings import Finding
from responses.views.mails import parts
from surveys.calendar import moment
from surveys.models import AddressKind, ContactStep, Round

FINDINGS_SHOWN = 20  # of one kind
SAMPLES_SHOWN = 12
DOMAINS_PER_PAGE = 50
OF_MAILS = Wave.objects.filter(step__channel=ContactStep.Channel.EMAIL)


@needs(Right.SEE_CASES, write=(Right.RUN_FIELDWORK, Right.RELEASE))
@require_http_methods(["GET", "HEAD", "POST"])
def listing(request: HttpRequest, slug: str) -> HttpResponse:
    """List the steps that are mails, with their waves; prepare a wave."""
    round_ = get_object_or_404(Round, slug=slug)
    if request.method == "POST":
        return _act_on_round(request, round_)
    at = timezone.now()
    waves = list(Wave.objects.filter(step__round=round_).defer("digests").order_by("number"))
    progress = wave_progress.progress_of(waves, at, actions.limits())
    plan, today = contact.plan_of(round_), timezone.localdate(at)
    steps = []
    for step in plan:
        own = [(wave, progress[wave.pk]) for wave in waves if wave.step_id == step.pk]
        due, too_late = moment(step.date, step.time, zone()), contact.comes_too_late(step, plan, today)
        steps.append((step, due, due > at, own, any(wave.released_at is None for wave, _ in own), too_late))
    context = {
        "round": round_,
        "steps": steps,
        "alarms": told(alarms_of(round_, at)),
        "can_choose": may(request, Right.RELEASE),
    }
    return render(request, "responses/waves/list.html", context)


def told(alarms: list[Alarm]) -> list[tuple[Alarm, str]]:
    """Return alarms with their words."""
    return [(alarm, wave_texts.sentence(alarm)) for alarm in alarms]


def _act_on_round(request: HttpRequest, round_: Round) -> HttpResponse:
    """Prepare a wave of a step, or say whether a second person approves."""
    at, act = timezone.now(), request.POST.get("act", "")
    if act in ("two", "one"):
        if not may(request, Right.RELEASE):
            raise PermissionDenied
        actions.set_second_person(round_=round_, needed=act == "two", by=staff(request), at=at)
        return redirect("waves", round_.slug)
    if not may(request, Right.RUN_FIELDWORK):
        raise PermissionDenied
    pk = request.POST.get("step", "")
    steps = {str(step.pk): step for step in contact.plan_of(round_)}
    if act not in ("now", "planned") or pk not in steps:
        return HttpResponseBadRequest()
    if round_.status != Round.Status.OPEN:
        messages.error(request, _("Waves are prepared while the round is in the field."))
        return redirect("waves", round_.slug)
    return _prepare(request, steps[pk], for_day=steps[pk].date if act == "planned" else None)


def _prepare(request: HttpRequest, step: ContactStep, *, for_day: date | None) -> HttpResponse:
    """Prepare a wave of the step and prove it."""
    at = timezone.now()
    try:
        wave = contact.prepare_wave(step=step, at=at, by=staff(request), for_day=for_day)
    except contact.NobodyDue:
        text = _("Nobody is due in this step: all have had it, are left out, or wait for a step before it to leave.")
        messages.info(request, text)
        return redirect("waves", step.round.slug)
    _prove(request, wave, staff(request), at)
    return redirect("wave", wave.pk)


@dataclass(frozen=True, slots=True)
class Group:
    """Findings of one kind: what is wrong, what to do, and where."""

    text: str
    advice: str
    is_error: bool
    places: list[tuple[Finding, str]]
    more: int


@needs(Right.SEE_CASES, write=(Right.RUN_FIELDWORK, Right.APPROVE_WAVE))
@cache_control(no_store=True)
@require_http_methods(["GET", "HEAD", "POST"])
def wave(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the proof of a wave, or how far it has come; prove, approve, pause, stop it."""
    people = ("prepared_by", "proven_by", "approved_by")
    waves = OF_MAILS.select_related("step__round", *people).defer("digests")
    wave_ = get_object_or_404(waves, pk=pk)
    if request.method == "POST":
        return _act(request, wave_)
    at, limits = timezone.now(), actions.limits()
    findings = [Finding.of(stored) for stored in wave_.findings]
    mails = Mail.objects.filter(wave=wave_)
    waits = wave_.released_at is None
    progress = wave_progress.progress_of([wave_], at, limits)[wave_.pk]
    workplaces = ContactAttempt.objects.filter(wave=wave_, left_out="").count()
    context = {
        "round": wave_.step.round,
        "wave": wave_,
        "state": wave_.state.value,
        "alarms": told([alarm for alarm in alarms_of(wave_.step.round, at) if alarm.wave == wave_]),
        "progress": progress,
        "workplaces": workplaces,
        "summary": _summary(progress.by_status["held"], workplaces, findings),
        "groups": list(_groups(findings)),
        "left_out": [(mail_texts.left_out(code), len(cases)) for code, cases in sorted(wave_.left_out.items())],
        "samples": _samples(mails.filter(status=Mail.Status.HELD)) if waits else [],
        "forecast_end": wave_progress.forecast_end(wave_, at, limits) if waits else None,
        "begins": max(at, wave_.scheduled_for),
        "hindrance": _hindrance(request, wave_),
        "page": None if waits else _page(wave_progress.domains_of(wave_, at), request),
    }
    return render(request, "responses/waves/wave.html", context)


def _summary(mails: int, workplaces: int, findings: list[Finding]) -> str:
    """Return what was proven, in one line."""
    errors = sum(finding.is_error for finding in findings)
    counted = (
        (ngettext("%(number)s mail", "%(number)s mails", mails), mails),
        (ngettext("%(number)s workplace", "%(number)s workplaces", workplaces), workplaces),
        (ngettext("%(number)s error", "%(number)s errors", errors), errors),
        (ngettext("%(number)s warning", "%(number)s warnings", len(findings) - errors), len(findings) - errors),
    )
    return ", ".join(text % {"number": number(count)} for text, count in counted)


def _page(domains: list[wave_progress.Domain], request: HttpRequest) -> object:
    return Paginator(domains, DOMAINS_PER_PAGE).get_page(request.GET.get("page"))


def _hindrance(request: HttpRequest, wave_: Wave) -> str:
    """Return why this person cannot approve the wave; "" when nothing hinders them."""
    if not wave_.step.round.second_person:
        return ""
    if staff(request).pk in (wave_.prepared_by_id, wave_.proven_by_id):
        return _("You have prepared or proven this wave, so somebody else approves it.")
    if not may(request, Right.APPROVE_WAVE):
        return _("You do not have the right to approve waves. An administrator can give you a role that has it.")
    return ""


def _groups(findings: list[Finding]) -> Iterator[Group]:
    """Yield the findings by what they say, with the workplaces that they concern; one query."""
    with_text = [(finding, proof_texts.sentence(finding)) for finding in findings]
    with_text.sort(key=lambda each: (each[0].place[:2], each[1]))
    groups = [(text, list(of_text)) for text, of_text in groupby(with_text, key=lambda each: each[1])]
    shown = [finding for _, of_text in groups for finding, _ in of_text[:FINDINGS_SHOWN]]
    cases = Case.objects.select_related("sample_unit__workplace").in_bulk({each.case for each in shown if each.case})
    for text, of_text in groups:
        first = of_text[0][0]
        places = [(each, _name(cases.get(each.case or 0))) for each, _ in of_text[:FINDINGS_SHOWN]]
        advice = str(proof_texts.ADVICE[first.code])
        yield Group(text, advice, first.is_error, places, len(of_text) - len(places))


def _name(case: Case | None) -> str:
    return case.sample_unit.workplace.name if case else ""


def _samples(held: QuerySet[Mail]) -> list[tuple[int, str]]:
    """Return one mail of each kind and language to read; one query."""
    rows = (
        held.order_by()
        .values_list("pk", "language")
        .annotate(lines_=Count("lines"), kind=Min("lines__holder__address_kind"))
    )
    found: dict[tuple[str, str, bool], int] = {}
    for pk, language, lines, kind in sorted(rows):
        found.setdefault((language, kind or "", lines > 1), pk)
    return [(pk, _sample_name(*key)) for key, pk in sorted(found.items())][:SAMPLES_SHOWN]


def _sample_name(language: str, kind: str, many: bool) -> str:
    reader = str(AddressKind(kind).label) if kind else ""
    return ", ".join(filter(None, [language_name(language), reader, _("several workplaces") if many else ""]))


def _act(request: HttpRequest, wave_: Wave) -> HttpResponse:
    """Do what the button says."""
    acts: dict[str, Callable[[HttpRequest, Wave, User, datetime], HttpResponse | None]] = {
        "prove": _prove,
        "approve": _approve,
        "anew": _anew,
        "discard": _discard,
        "pause": _pause,
        "resume": _resume,
        "stop": _stop,
    }
    act = acts.get(request.POST.get("act", ""))
    if act is None:
        return HttpResponseBadRequest()
    if act is not _approve and not may(request, Right.RUN_FIELDWORK):
        raise PermissionDenied
    try:
        answer = act(request, wave_, staff(request), timezone.now())
    except (actions.WaveReleased, actions.WaveNotReleased, Wave.DoesNotExist):
        messages.error(request, _("That cannot be done to this wave now: somebody else was quicker."))
        answer = None
    return answer or redirect("wave", wave_.pk)


def _prove(request: HttpRequest, wave_: Wave, by: User, at: datetime) -> None:
    found = actions.prove(wave=wave_, by=by, at=at)
    if found.has_errors:
        messages.error(request, _("The proof has errors. The wave is held back until they are corrected."))
    else:
        messages.success(request, _("Every mail has been written and read, and no error was found."))


def _approve(request: HttpRequest, wave_: Wave, by: User, at: datetime) -> None:
    if wave_.step.round.second_person and not may(request, Right.APPROVE_WAVE):
        raise PermissionDenied
    try:
        mails = actions.approve(wave=wave_, by=by, at=at, proof_sha256=request.POST.get("proof", ""))
    except actions.SecondPersonNeeded:
        messages.error(request, _("You have prepared or proven this wave, so somebody else approves it."))
    except (actions.ProofMissing, actions.ProofHasErrors):
        messages.error(request, _("The wave is not released: it has not been proven without errors."))
    except actions.ProofStale:
        messages.error(
            request, _("The wave is not released: something has changed since the proof that you saw. Prove it again.")
        )
    else:
        text = ngettext("%(number)s mail is released.", "%(number)s mails are released.", mails)
        messages.success(request, text % {"number": number(mails)})


def _anew(request: HttpRequest, wave_: Wave, by: User, at: datetime) -> HttpResponse:
    try:
        fresh = contact.prepare_anew(wave=wave_, by=by, at=at)
    except contact.NobodyDue:
        messages.info(request, _("Nobody is to be written to in this step any longer. Discard the wave."))
        return redirect("wave", wave_.pk)
    _prove(request, fresh, by, at)
    return redirect("wave", fresh.pk)


def _discard(request: HttpRequest, wave_: Wave, by: User, at: datetime) -> HttpResponse:
    actions.discard(wave=wave_, by=by, at=at)
    messages.success(request, _("The wave is discarded. Nobody has been written to."))
    return redirect("waves", wave_.step.round.slug)


def _pause(request: HttpRequest, wave_: Wave, by: User, at: datetime) -> None:
    actions.pause(wave=wave_, by=by, at=at)
    messages.success(request, _("The wave is paused: nothing more leaves until you resume it."))


def _resume(request: HttpRequest, wave_: Wave, by: User, at: datetime) -> None:
    actions.resume(wave=wave_, by=by, at=at)
    messages.success(request, _("The wave goes on."))


def _stop(request: HttpRequest, wave_: Wave, by: User, at: datetime) -> None:
    actions.stop(wave=wave_, by=by, at=at)
    messages.success(request, _("The wave is stopped. What had not left is cancelled for good."))


@needs(Right.SEE_CONTACTS)
@cache_control(no_store=True)
@require_safe
def mail(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Write one mail of a wave as it would leave now, with words in the place of its secrets."""
    mails = Mail.objects.select_related("wave", "step", "round__questionnaire", "authority_contact__coordinator")
    mail_ = get_object_or_404(mails, wave=pk, pk=number)
    lines = [line.attempt for line in recipients.lines_of([mail_.pk], timezone.now()).get(mail_.pk, [])]
    written, problem = None, ""
    try:
        if lines or recipients.is_wanted(mail_):
            written = writing.write(mail_, lines, writing.letterhead(mail_.round, mail_.language))
    except writing.Unwritable as found:
        problem = mail_texts.outcome(str(found))
    context = {
        "round": mail_.round,
        "mail": mail_,
        "lines": lines,
        "problem": problem,
        "subject": written.subject if written else "",
        "parts": list(parts(written.text, {})) if written else [],
    }
    return render(request, "responses/waves/mail.html", context)


@needs(Right.SEE_CASES)
@require_safe
def left_out(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """Give the cases that a wave does not reach, and why, as a file for a spreadsheet."""
    wave_ = get_object_or_404(OF_MAILS.select_related("step__round"), pk=pk)
    name = f"{wave_.step.round.slug}-{wave_.step.mail_name}-{wave_.number}-left-out"
    return spreadsheet.download(_left_out_rows(wave_), name, get_language() or "en")


def _left_out_rows(wave_: Wave) -> Iterator[tuple[str, str, str, str]]:
    yield _("Register number"), _("Workplace"), _("Authority"), _("Left out, because")
    for case, reason in wave_progress.cases_left_out(wave_):
        unit = case.sample_unit.workplace
        yield unit.register_id, unit.name, unit.authority, mail_texts.left_out(reason)
