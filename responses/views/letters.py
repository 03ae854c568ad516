"""Letters of the contact plan: who gets one, the file to print, and that they were posted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_safe

from barometer.access import needs, staff
from barometer.postal import postal_address
from barometer.roles import Right
from responses import letters as writing
from responses import links, mail_texts
from responses.actions import letter as actions
from responses.letter_forms import PostedForm, PrintForm
from responses.mail import Unwritable
from responses.models import ContactAttempt, LinkHolder, Wave
from surveys.models import ContactStep, Round

SHOWN = 20  # of those left out for one reason, and of those without a postal code
LETTERS_PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class Planned:
    """A letter of the contact plan: its waves, and who would get one now; ``left_out`` by reason in words."""

    step: ContactStep
    waves: Sequence[Wave]
    letters: int
    without_code: Sequence[LinkHolder]
    left_out: Sequence[tuple[str, int, Sequence[LinkHolder]]]


@needs(Right.SEE_CONTACTS, write=Right.RUN_FIELDWORK)
@require_http_methods(["GET", "HEAD", "POST"])
def listing(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the letters of the plan, who gets one and who does not and why; prepare those of a step."""
    round_ = get_object_or_404(Round, slug=slug)
    steps = round_.contact_steps.filter(channel=ContactStep.Channel.LETTER).select_related("round").order_by("pk")
    at = timezone.now()
    if request.method == "POST":
        number = request.POST.get("step", "")
        step = get_object_or_404(steps, pk=int(number) if number.isdecimal() else 0)
        if round_.status != Round.Status.OPEN:
            messages.error(request, _("Letters are prepared while the round is open."))
            return redirect("letters", slug)
        wave = actions.prepare(step=step, by=staff(request), at=at)
        text = ngettext("%(count)d letter is prepared.", "%(count)d letters are prepared.", wave.forecast)
        messages.success(request, text % {"count": wave.forecast})
        return redirect("letter-wave", wave.pk)
    context = {"round": round_, "plans": [_planned(step, at) for step in steps], "shown": SHOWN}
    return render(request, "responses/letters/list.html", context)


@needs(Right.SEE_CONTACTS, write=Right.RUN_FIELDWORK)
@cache_control(no_store=True)
@require_http_methods(["GET", "HEAD", "POST"])
def wave(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Show a wave of letters; give the file to print; record it as posted, or throw it away."""
    wave_ = _wave(pk)
    today, at = timezone.localdate(), timezone.now()
    act = request.POST.get("act", "") if request.method == "POST" else ""
    if request.method == "POST" and act not in ("print", "posted", "throw-away"):
        return HttpResponseBadRequest()
    overtaken = actions.overtaken(wave_, at) if wave_.proven_at and not _is_over(wave_) else {}
    printed = timezone.localdate(wave_.proven_at) if wave_.proven_at else None
    print_form = PrintForm(request.POST if act == "print" else None, initial={"printed_on": today})
    posted_form = PostedForm(
        request.POST if act == "posted" else None,
        initial={"posted_on": today},
        printed_on=printed,
        today=today,
        overtaken=bool(overtaken),
    )
    try:
        if answer := _act(request, wave_, act, print_form, posted_form, at):
            return answer
    except (actions.LettersPosted, actions.LettersNotPrinted):
        messages.error(request, _("That cannot be done to these letters now."))
        return redirect("letter-wave", pk)
    attempts = writing.attempts_of(wave_)
    context = {
        "round": wave_.step.round,
        "wave": wave_,
        "over": _is_over(wave_),
        "page": Paginator(attempts, LETTERS_PER_PAGE).get_page(request.GET.get("page")),
        "shown": SHOWN,
        "without_code": [each for each in attempts if not postal_address(each.case.sample_unit.workplace.address).code],
        "left_out": [(mail_texts.left_out(code), len(cases)) for code, cases in sorted(wave_.left_out.items())],
        "overtaken": _overtaken(attempts, overtaken),
        "print_form": print_form,
        "posted_form": posted_form,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if act else HTTPStatus.OK
    return render(request, "responses/letters/wave.html", context, status=status)


@needs(Right.SEE_CONTACTS)
@cache_control(no_store=True)
@require_safe
def preview(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Show one letter of a wave, by its place in the file; without its secrets but in a rehearsal."""
    wave_ = _wave(pk)
    attempts = writing.attempts_of(wave_)
    if not 1 <= number <= len(attempts):
        raise Http404
    attempt = attempts[number - 1]
    context: dict[str, object] = {"round": wave_.step.round, "wave": wave_, "number": number, "of": len(attempts)}
    code = f"[{_('personal code')}]"
    if wave_.step.round.rehearsal:
        holder = attempt.holder
        holder.case = attempt.case
        code, context["link"] = links.typed_code(holder), links.address(links.ANSWER, holder)
    try:
        [letter] = writing.write([attempt], wave_, timezone.localdate())
        context |= {"letter": letter, "paragraphs": writing.revealed(letter, code)}
    except Unwritable as problem:
        context["problem"] = mail_texts.outcome(str(problem))
    return render(request, "responses/letters/letter.html", context)


def _wave(pk: int) -> Wave:
    letters = Wave.objects.filter(step__channel=ContactStep.Channel.LETTER)
    return get_object_or_404(letters.select_related("step__round__questionnaire", "prepared_by", "approved_by"), pk=pk)


def _is_over(wave_: Wave) -> bool:
    return wave_.released_at is not None or wave_.stopped_at is not None


def _planned(step: ContactStep, at: datetime) -> Planned:
    waves = list(step.waves.order_by("number"))
    if step.round.status != Round.Status.OPEN:
        return Planned(step, waves, 0, [], [])
    wanted, others = actions.plan(step, at)
    without = [each for each in wanted if not postal_address(each.case.sample_unit.workplace.address).code]
    left_out = [(mail_texts.left_out(code), len(holders), holders[:SHOWN]) for code, holders in sorted(others.items())]
    return Planned(step, waves, len(wanted), without, left_out)


def _act(
    request: HttpRequest, wave_: Wave, act: str, print_form: PrintForm, posted_form: PostedForm, at: datetime
) -> HttpResponseBase | None:
    """Do what the button says; None when there is none, or a form has an error."""
    by = staff(request)
    if act == "throw-away":
        actions.throw_away(wave=wave_, by=by, at=at)
        messages.success(request, _("The letters are thrown away. They can be prepared anew."))
        return redirect("letters", wave_.step.round.slug)
    if act == "print" and print_form.is_valid():
        return _file(request, wave_, print_form, at)
    if act == "posted" and posted_form.is_valid():
        said = posted_form.cleaned_data
        taken_out = said.get("taken_out", False)
        number = actions.record_posted(wave=wave_, on=said["posted_on"], taken_out=taken_out, by=by, at=at)
        text = ngettext("%(count)d letter is recorded as posted.", "%(count)d letters are recorded as posted.", number)
        messages.success(request, text % {"count": number})
        return redirect("letter-wave", wave_.pk)
    return None


def _file(request: HttpRequest, wave_: Wave, form: PrintForm, at: datetime) -> HttpResponseBase | None:
    """Give the file with all letters; None, with an error in the form, when one of them lacks something."""
    try:
        made = writing.write(writing.attempts_of(wave_), wave_, form.cleaned_data["printed_on"])
    except Unwritable as problem:
        form.add_error(None, mail_texts.outcome(str(problem)))
        return None
    actions.note_printed(wave=wave_, by=staff(request), at=at)
    left = {attempt.pk for attempt in writing.attempts_of(wave_)}
    made = [letter for letter in made if letter.attempt.pk in left]
    if not made:
        form.add_error(None, _("Nobody is left to get a letter."))
        return None
    name = f"{wave_.step.round.slug}-{wave_.step.mail_name}-{wave_.number}.pdf"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    pieces = writing.pdf(made, wave_.step.round)
    return StreamingHttpResponse(pieces, content_type="application/pdf", headers=headers)


def _overtaken(attempts: Sequence[ContactAttempt], reasons: Mapping[int, str]) -> list[tuple[int, ContactAttempt, str]]:
    """Return place in the file, letter and reason."""
    return [
        (place, attempt, mail_texts.left_out(reasons[attempt.pk]))
        for place, attempt in enumerate(attempts, start=1)
        if attempt.pk in reasons
    ]
