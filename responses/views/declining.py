"""Two different acts: to say no, and to want no more reminders. Both can be taken back until the round closes.

Opening an address changes nothing, and neither does a machine that presses every button: a decision must be chosen.
"""

from contextlib import suppress

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from responses import links
from responses.actions import case as actions
from responses.after_forms import Choices, DecisionForm, DeclineForm
from responses.models import LinkHolder
from responses.statistics.dispositions import Disposition
from responses.views.respondent import address, for_holder, go, show

DECLINE, UNDO, STOP, RESUME, STAY = "decline", "undo", "stop", "resume", "stay"


@for_holder(watching=True)
def decline(request: HttpRequest, holder: LinkHolder) -> HttpResponse:
    """Ask before a workplace says no; afterwards ask whether it wants to take part after all.

    Only the owner says no for the workplace, and takes it back: whoever got the task from the owner gives it back.
    """
    case = holder.case
    declined = case.disposition == Disposition.DECLINED
    if holder.role != LinkHolder.Role.OWNER:
        return show(request, "declined", holder, {}) if declined else go("give-back", holder)
    if case.disposition in actions.SAID_ALREADY or (not declined and case.round.status != case.round.Status.OPEN):
        return go("answer", holder)
    form = undo_form(request, address("decline", holder)) if declined else _decline_form(request, holder)
    if form.decided:
        with suppress(actions.CaseClosed):  # then the entry page shows how the case ended
            _decide(form, holder)
        return go("decline" if form.decided == DECLINE else "answer", holder)
    return show(request, "declined" if declined else "decline", holder, {"form": form}, status=_status(form))


@for_holder(links.OPT_OUT, watching=True)
def opt_out(request: HttpRequest, holder: LinkHolder) -> HttpResponse:
    """No more reminders: not a refusal. Never shows the link to the answers: programs may be given this one."""
    case = holder.case
    if case.round.status != case.round.Status.OPEN:
        return show(request, "closed", holder, {})
    action = address("opt-out", holder, purpose=links.OPT_OUT)
    stopped = actions.reminders_stopped(holder)
    no, owner = case.disposition == Disposition.DECLINED, holder.role == LinkHolder.Role.OWNER
    declined = no and owner
    ended = case.disposition in actions.SAID_ALREADY or (no and not owner)
    form = undo_form(request, action) if declined else _opt_out_form(request, holder, action, stopped=stopped)
    if form.decided and not ended:
        with suppress(actions.CaseClosed):  # then the page shows how things stand
            _decide(form, holder)
        return go("opt-out", holder, purpose=links.OPT_OUT)
    context = {"form": None if ended else form, "stopped": stopped, "declined": declined, "ended": ended}
    return show(request, "declined" if declined else "opt_out", holder, context, status=_status(form))


def undo_form(request: HttpRequest, action: str) -> DecisionForm:
    """Return the question whether a workplace that said no wants to take part after all."""
    return _form(
        request,
        action,
        _("Do you want to take part after all?"),
        [(UNDO, _("Yes, we want to take part after all")), (STAY, _("No, we still do not wish to take part"))],
    )


def _decline_form(request: HttpRequest, holder: LinkHolder) -> DeclineForm:
    return DeclineForm(
        request.POST if request.method == "POST" else None,
        question=_("What have you decided?"),
        choices=[(DECLINE, _("We do not wish to take part")), (STAY, _("We want to go on with the questionnaire"))],
        button=_("Save"),
        action=address("decline", holder),
    )


def _opt_out_form(request: HttpRequest, holder: LinkHolder, action: str, *, stopped: bool) -> DecisionForm:
    choices = [(RESUME, _("Send us reminders again")) if stopped else (STOP, _("Stop reminders"))]
    if holder.role == LinkHolder.Role.OWNER:
        choices.append((DECLINE, _("We do not wish to take part")))
    question = _("Do you want to change anything?") if stopped else _("What have you decided?")
    return _form(request, action, question, choices)


def _form(request: HttpRequest, action: str, question: Promise, choices: Choices) -> DecisionForm:
    data = request.POST if request.method == "POST" else None
    return DecisionForm(data, question=question, choices=choices, button=_("Save"), action=action)


def _decide(form: DecisionForm, holder: LinkHolder) -> None:
    """Do what was chosen. Raises: CaseClosed."""
    now = timezone.now()
    match form.decided:
        case "decline":
            reason = {name: form.cleaned_data.get(name, "") for name in ("code", "words")}
            actions.decline(holder=holder, at=now, **reason)
        case "undo":
            actions.undo_decline(holder=holder, at=now)
        case "stop":
            actions.stop_reminders(holder=holder, at=now)
        case "resume":
            actions.resume_reminders(holder=holder, at=now)


def _status(form: DecisionForm) -> int:
    return 422 if form.is_bound else 200
