"""The round page: where its cases stand, how the response rate moves, and the opening and closing of the fieldwork."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from barometer.access import may, needs, staff
from barometer.problems import sentence
from barometer.roles import Right
from responses import charts, former_rounds, monitoring, paradata, work_lists
from responses.actions import fieldwork
from responses.actions.wave_alarms import alarms_of
from responses.contact_days import in_order
from responses.counting import counted
from responses.groups import VARIABLES
from responses.models import Case, HandOver
from responses.problem_texts import TEXTS
from responses.round_tables import device_label, stop_labels
from responses.views import waves
from surveys.models import Round, SampleUnit


def _round(slug: str) -> Round:
    return get_object_or_404(Round.objects.select_related("questionnaire"), slug=slug)


@needs(Right.SEE_ROUND)
@require_safe
def dashboard(request: HttpRequest, slug: str) -> HttpResponse:
    """Show where the round stands today."""
    round_ = _round(slug)
    last = monitoring.last_day(round_, timezone.localdate())
    counts = monitoring.monitor(round_)
    days = monitoring.submitted_by_day(round_, counts.overall.sampled, last) if round_.opened_at else []
    labels = stop_labels(round_, get_language() or "en")
    filling = paradata.filling(round_, labels)
    steps = in_order(round_)
    to_count = {"late": monitoring.late_submissions(round_), "unreached": HandOver.objects.unreached(round_)}
    more = counted(round_, to_count)
    context = {
        "round": round_,
        "counts": counts,
        "target": round(round_.target_response_rate * charts.SCALE),
        "days": days,
        "curve": charts.curve(round_, days, steps),
        "field_day": round_.field_day(last),
        "field_days": round_.field_day(round_.closes_on),
        "mails": monitoring.mails_by_status(round_),
        "tables": [(name, VARIABLES[name].label, groups) for name, groups in counts.groups.items()],
        "duration": paradata.median_minutes(round_),
        "stops": [(labels[stop.page], stop) for stop in filling.stops],
        "devices": [(device_label(each.device), each) for each in filling.devices],
        "comparison": former_rounds.compare(round_, timezone.now()),
        "at": timezone.now(),
        "late": more["late"],
        "waiting": _waiting(request, round_),
        "alarms": waves.told(alarms_of(round_, timezone.now(), steps)),
        "hand_overs_unreached": more["unreached"],
    }
    return render(request, "responses/round/dashboard.html", context)


def _waiting(request: HttpRequest, round_: Round) -> list[work_lists.Waiting]:
    """Return the decisions that somebody waits for, to whoever can see the lists of them."""
    if not may(request, Right.SEE_CONTACTS) or not round_.opened_at:
        return []
    return [each for each in work_lists.counts(round_, timezone.now(), work_lists.DECISIONS) if each.number]


@needs(Right.RUN_FIELDWORK)
@require_http_methods(["GET", "HEAD", "POST"])
def open_(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask before the round is opened, saying what is missing; open it."""
    round_ = _round(slug)
    problems = fieldwork.opening_problems(round_)
    if request.method == "POST":
        try:
            cases = fieldwork.open_round(round_=round_, by=staff(request), at=timezone.now())
        except fieldwork.OpeningRefused as refusal:
            problems = list(refusal.problems)
        else:
            text = ngettext(
                "The round is open: %(count)d case. Its mails leave on the days of the contact plan.",
                "The round is open: %(count)d cases. Their mails leave on the days of the contact plan.",
                cases,
            )
            messages.success(request, text % {"count": cases})
            return redirect("round", slug)
    context = {
        "round": round_,
        "problems": [sentence(problem, TEXTS) for problem in problems],
        "units": SampleUnit.objects.filter(sample__round=round_).count(),
    }
    return render(request, "responses/round/open.html", context, status=409 if request.method == "POST" else 200)


@needs(Right.RUN_FIELDWORK)
@require_http_methods(["GET", "HEAD", "POST"])
def close(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask before the round is closed; close it."""
    round_ = _round(slug)
    if request.method == "POST":
        try:
            fieldwork.close_round(round_=round_, by=staff(request), at=timezone.now())
        except fieldwork.RoundNotOpen:
            messages.error(request, _("The round is not in the field, so it cannot be closed."))
        else:
            messages.success(request, _("The round is closed: no more answers are taken, and no more mails are sent."))
        return redirect("round", slug)
    context = {
        "round": round_,
        "counts": monitoring.monitor(round_),
        "opened_again": Case.objects.of_round(round_).opened_again().count(),
    }
    return render(request, "responses/round/close.html", context)
