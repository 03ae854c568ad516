"""The contact plan: its steps, its calendar, and whom each step reaches when."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from http import HTTPStatus

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from barometer import stale
from barometer.access import needs, staff
from barometer.problems import sentence
from barometer.roles import Right
from responses.actions.contact import comes_too_late
from responses.contact_calendar import months
from responses.contact_days import days_of, in_order, zone
from responses.contact_elsewhere import LEAST_UNITS_FOR_KICK_OFF, sampled_units
from responses.mail_texts import LEFT_OUT
from responses.models import Wave
from responses.planned_contacts import Forecast, forecasts
from surveys.actions import contact_plan as actions
from surveys.actions.contact_plan import row_of
from surveys.audience import names
from surveys.calendar import Obstacle, end_of
from surveys.days_off import calendar_of
from surveys.forms.contact_plan import NewStepForm, StepForm
from surveys.forms.expressions import name_lines
from surveys.models import ContactStep, Round
from surveys.plan_checks import AFTER_CLOSING
from surveys.problem_texts import TEXTS

MOVED: dict[Obstacle, Promise] = {
    Obstacle.EARLIER: gettext_lazy("because an earlier mail moved"),
    Obstacle.WEEKEND: gettext_lazy("because of a weekend"),
    Obstacle.HOLIDAY: gettext_lazy("because of a public holiday"),
    Obstacle.QUIET_WEEK: gettext_lazy("because of a quiet week"),
}


@needs(Right.SEE_ROUND, write=Right.EDIT_CONTACT)
@require_http_methods(["GET", "HEAD", "POST"])
def contact_plan(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the plan; change its steps, or add one."""
    round_ = get_object_or_404(Round, slug=slug)
    steps = in_order(round_)
    act = request.POST.get("act", "") if request.method == "POST" else ""
    edited = [StepForm.of(step, request.POST if act == "steps" else None) for step in steps if step.queued_at is None]
    new = NewStepForm([step.mail_name for step in steps], request.POST if act == "add" else None)
    acts: dict[str, Callable[[], bool]] = {
        "steps": lambda: _save_steps(request, round_, steps, edited),
        "add": lambda: _add_step(request, round_, steps, new),
    }
    if act in acts and acts[act]():
        return redirect("contact-plan", slug)
    context = _shown(round_, steps, edited) | {"new": new, "seen": actions.plan_seen(steps)}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if request.method == "POST" else HTTPStatus.OK
    return render(request, "responses/contact/plan.html", context, status=status)


def _save_steps(request: HttpRequest, round_: Round, steps: Sequence[ContactStep], forms: Sequence[StepForm]) -> bool:
    """Save the steps that have not begun to leave; say at their fields what is wrong, and return False."""
    seen = stale.seen(request.POST)
    try:
        stale.require(seen, actions.plan_seen(steps))  # a step that came or went would be called a fault of the form
        faulty = [form for form in forms if not form.is_valid()]  # all are looked at, so that every fault is told
        if faulty:
            return False
        kept = {form.mail_name: form for form in forms if not form.cleaned_data["remove"]}
        rows = [row_of(step) for step in steps if step.queued_at is not None]
        rows += [form.row() for form in kept.values()]
        actions.save_plan(round_=round_, rows=rows, by=staff(request), at=timezone.now(), seen=seen)
    except stale.ChangedMeanwhile:
        _tell_stored(request, round_, forms)
        return False
    except actions.StepQueued:
        messages.error(request, _("A step has been prepared in the meantime, so it no longer changes."))
        return True
    except actions.PlanRefused as refused:
        _tell(request, refused, kept)
        return False
    messages.success(request, _("The contact plan has been saved."))
    return True


def _tell_stored(request: HttpRequest, round_: Round, forms: Sequence[StepForm]) -> None:
    """Say that somebody else was quicker, and at each field what is stored now."""
    messages.error(request, _("Somebody else has changed the plan since you opened the page. Nothing is saved yet."))
    now = {step.mail_name: StepForm.of(step).initial for step in in_order(round_)}
    for form in forms:
        form.initial = now.get(form.mail_name, {})
        stale.tell_stored(form)


def _add_step(request: HttpRequest, round_: Round, steps: Sequence[ContactStep], form: NewStepForm) -> bool:
    if not form.is_valid():
        return False
    row = form.row()
    rows = [*(row_of(step) for step in steps), row]
    try:
        actions.save_plan(round_=round_, rows=rows, by=staff(request), at=timezone.now())
    except actions.PlanRefused as refused:
        _tell(request, refused, {row.mail_name: form})
        return False
    messages.success(request, _("The step has been added."))
    return True


def _tell(request: HttpRequest, refused: actions.PlanRefused, forms: Mapping[str, StepForm | NewStepForm]) -> None:
    """Say each problem at its step, or above all where that has no form."""
    for problem in refused.problems:
        if problem.where in forms:
            forms[problem.where].refuse(problem)
        else:
            messages.error(request, sentence(actions.in_words(problem), TEXTS))


def _shown(round_: Round, steps: Sequence[ContactStep], edited: Sequence[StepForm]) -> dict[str, object]:
    """Return what the page shows: whom each step reaches when, the calendar, and what is wrong with the plan."""
    calendar, units = calendar_of(round_, get_language() or "en"), sampled_units(round_)
    at = timezone.now()
    days = days_of(steps, calendar, timezone.localdate(at))
    found = forecasts(round_, days, units, at)
    forms = {form.mail_name: form for form in edited}
    begun = set(Wave.objects.filter(step__in=steps, released_at__isnull=False).values_list("step_id", flat=True))
    problems = actions.problems_of_steps(round_, steps)
    after_closing = [
        forecast.step
        for forecast in found
        if forecast.step.mail_name not in AFTER_CLOSING and any(day > round_.closes_on for day, _count in forecast.days)
    ]
    return {
        "round": round_,
        "rows": [
            _row(forecast, forms.get(forecast.step.mail_name))
            | {
                "has_begun": forecast.step.pk in begun,
                "too_late": comes_too_late(forecast.step, steps, timezone.localdate()),
            }
            for forecast in found
        ],
        "months": months(round_, found, days, units),
        "sampled": sum(units.values()),
        "problems": [sentence(problem, TEXTS) for problem in problems],
        "warnings": [sentence(problem, TEXTS) for problem in actions.warnings_of(round_, calendar, units)],
        "after_closing": after_closing,
        "names": name_lines(names(round_.languages), get_language() or "en"),
        "least_units": LEAST_UNITS_FOR_KICK_OFF,
        "deadline_ends": end_of(round_.deadline, zone()) - timedelta(minutes=1),
    }


def _row(forecast: Forecast, form: StepForm | None) -> dict[str, object]:
    """Return a step with its forecast in words, and its form unless it has begun to leave."""
    return {
        "step": forecast.step,
        "days": forecast.days,
        "moved": [(MOVED[obstacle], count) for obstacle, count in forecast.moved],
        "number_moved": sum(count for _obstacle, count in forecast.moved),
        "left_out": [(LEFT_OUT[reason], count) for reason, count in forecast.left_out],
        "form": form,
    }
