"""What staff do to one case, each on a page that explains it and asks for the reason."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop
from django.views.decorators.http import require_http_methods

from barometer import stale
from barometer.access import needs, staff
from barometer.form_helpers import shown_anew, with_seen
from barometer.models import User
from barometer.problems import Problem, sentence
from barometer.roles import Right
from responses import case_page
from responses.actions import bounce, correction, events, link_copy, outcome, pause
from responses.actions import case as actions
from responses.actions.correction import Correction
from responses.case_forms import PauseForm
from responses.case_texts import EVENTS
from responses.forms import ReasonForm
from responses.models import Case, CaseEvent, LinkHolder
from responses.problem_texts import TEXTS
from responses.statistics.dispositions import Disposition, EventKind
from surveys.models import Round

Said = Mapping[str, Any]
Do = Callable[[Case, LinkHolder, Said, User, datetime], object]
MOST_DIGITS = 19


@dataclass(frozen=True, slots=True)
class Act:
    """Something staff can do to a case, after a page that explains it and asks for the reason."""

    title: Promise
    explanation: Promise
    done: Promise
    dispositions: frozenset[Disposition]
    do: Do
    after_close: bool = False
    when: Callable[[Case, LinkHolder], bool] = lambda case, owner: True
    form: type[ReasonForm] = ReasonForm


def _to_case(action: Callable[..., object]) -> Do:
    """What is done to the case itself, and asks for nothing but a reason."""
    return lambda case, owner, said, by, at: action(case=case, reason=said["reason"], by=by, at=at)


def _to_owner(action: Callable[..., object]) -> Do:
    """The same, to the owner's link."""
    return lambda case, owner, said, by, at: action(holder=owner, reason=said["reason"], by=by, at=at)


ANY = frozenset(Disposition) - {Disposition.ERASED}  # of what is erased nothing is left to act on
UNFINISHED = ANY - {Disposition.SUBMITTED, Disposition.INELIGIBLE}
TO_ANSWER = frozenset({Disposition.NOT_STARTED, Disposition.BOUNCED, Disposition.STARTED})

ACTS = {
    "confirm-not-eligible": Act(
        title=gettext_lazy("Confirm that it is not eligible"),
        explanation=gettext_lazy(
            "Only if it was not a public workplace in operation in the reference period. It gets no more mail, its "
            "link takes no more answers, and it leaves the eligible sample; the headline response rate does not change."
        ),
        done=gettext_lazy("The case is recorded as not eligible."),
        dispositions=UNFINISHED,
        do=_to_case(actions.confirm_ineligible),
        after_close=True,
    ),
    "eligible": Act(
        title=gettext_lazy("It is eligible after all"),
        explanation=gettext_lazy("The case goes back to where it stood before the report, and can be answered."),
        done=gettext_lazy("The case can be answered again."),
        dispositions=frozenset({Disposition.INELIGIBLE_REPORTED, Disposition.INELIGIBLE}),
        do=_to_case(actions.reject_ineligible),
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
        do=_to_case(correction.reopen),
    ),
    "refuse-correction": Act(
        title=gettext_lazy("Refuse the request to correct"),
        explanation=gettext_lazy(
            "The answers stand and count as they are. The workplace sees it when it opens its link."
        ),
        done=gettext_lazy("The request is refused. The answers stand."),
        dispositions=frozenset({Disposition.SUBMITTED}),
        do=_to_case(correction.refuse),
        when=lambda case, owner: correction.state_of(case) is Correction.REQUESTED,
    ),
    "refusal": Act(
        title=gettext_lazy("Record a refusal"),
        explanation=gettext_lazy(
            "Somebody at the workplace has told you that it does not wish to take part. It gets no more mail."
        ),
        done=gettext_lazy("The refusal is recorded."),
        dispositions=UNFINISHED - {Disposition.DECLINED},
        do=_to_case(actions.record_refusal),
    ),
    "bounce": Act(
        title=gettext_lazy("Record that a mail came back"),
        explanation=gettext_lazy("The mail program says that the address does not exist or takes no mail."),
        done=gettext_lazy("The bounce is recorded."),
        dispositions=frozenset({Disposition.NOT_STARTED, Disposition.STARTED}),
        do=_to_case(bounce.record_bounce_of_case),
    ),
    "confirm-address": Act(
        title=gettext_lazy("Confirm the e-mail address"),
        explanation=gettext_lazy(
            "The register has another address for this workplace, or this one for another workplace, and you have made "
            "sure that this one is right. The proof of the mails then accepts it until it is changed again."
        ),
        done=gettext_lazy("The address is confirmed."),
        dispositions=UNFINISHED,
        do=_to_case(actions.confirm_address),
    ),
    "new-link": Act(
        title=gettext_lazy("Make a new personal link"),
        explanation=gettext_lazy(
            "Links already sent stop working at once. The new one stands in the next mail to the workplace."
        ),
        done=gettext_lazy("There is a new link. It stands in the next mail; links already sent no longer work."),
        dispositions=ANY,
        do=_to_owner(actions.reissue_link),
    ),
    "retire-link": Act(
        title=gettext_lazy("Retire the personal link"),
        explanation=gettext_lazy("The link stops working at once, and its holder gets no more mail."),
        done=gettext_lazy("The link is retired."),
        dispositions=ANY,
        when=lambda case, owner: owner.retired_at is None,
        do=_to_owner(actions.retire_link),
    ),
    "send-link": Act(
        title=gettext_lazy("Send the link again"),
        explanation=gettext_lazy(
            "Somebody at the workplace has asked for the link. It goes to the owner's address, through the queue, and "
            "says that it was asked for on the telephone; at most three times a day."
        ),
        done=gettext_lazy("The link is in the queue once more."),
        dispositions=TO_ANSWER,
        do=_to_case(link_copy.send_link),
    ),
    "pause": Act(
        title=gettext_lazy("Pause the case"),
        explanation=gettext_lazy(
            "The workplace gets no mails, letters and calls of the contact plan until the day that you give, or until "
            "you end the pause. It can answer all the while, and gets the receipt when it does."
        ),
        done=gettext_lazy("The case is paused."),
        dispositions=TO_ANSWER,
        do=lambda case, holder, said, by, at: pause.pause(
            case=case, until=said["until"], reason=said["reason"], by=by, at=at
        ),
        when=lambda case, owner: not is_paused(case),
        form=PauseForm,
    ),
    "resume": Act(
        title=gettext_lazy("End the pause"),
        explanation=gettext_lazy("The workplace gets mails, letters and calls again, as the contact plan says."),
        done=gettext_lazy("The pause is ended."),
        dispositions=ANY,
        do=_to_case(pause.resume),
        when=lambda case, owner: is_paused(case),
    ),
}


def _on_outcome(title: str, explanation: str, done: str, do: Callable[..., None], **more: Any) -> Act:
    """An act on how a case ends, which is also decided after the close. The texts are marked for translation."""
    return Act(
        title=gettext_lazy(title),
        explanation=gettext_lazy(explanation),
        done=gettext_lazy(done),
        dispositions=UNFINISHED,
        do=_to_case(do),
        after_close=True,
        **more,
    )


ACTS |= {
    "reply": _on_outcome(
        gettext_noop("Note that somebody wrote or rang"),
        gettext_noop(
            "A person at the workplace, not an automatic reply: so the workplace exists, and the case is eligible. It "
            "gets mails as before."
        ),
        gettext_noop("It is noted."),
        outcome.note_reply,
    ),
    "absent": _on_outcome(
        gettext_noop("Note that nobody can answer before the close"),
        gettext_noop(
            "Whoever can answer is away until after the close. The case is eligible and counts as unavailable, unless "
            "it answers or says no after all. It gets mails as before."
        ),
        gettext_noop("It is noted."),
        outcome.note_absence,
    ),
    "duplicate": _on_outcome(
        gettext_noop("Confirm that it is a duplicate"),
        gettext_noop(
            "The same workplace is in the sample by another number, too, and answers there. The case is not eligible; "
            "the headline response rate does not change."
        ),
        gettext_noop("The case is recorded as not eligible."),
        outcome.find_duplicate,
    ),
    "not-public": _on_outcome(
        gettext_noop("Confirm that it is not public"),
        gettext_noop(
            "It was not a public workplace in the reference period. The case is not eligible; the headline response "
            "rate does not change."
        ),
        gettext_noop("The case is recorded as not eligible."),
        outcome.find_not_public,
    ),
    "outcome": _on_outcome(  # asks for more than a reason, so it has a page of its own, views/outcomes.py
        gettext_noop("Say how the case ends"),
        gettext_noop(
            "Only where the rules get it wrong. What you say counts in the outcome rates until it is undone or a "
            "questionnaire is submitted. It changes no mail, and never the headline response rate."
        ),
        gettext_noop("What you said counts from now on."),
        outcome.set_outcome,
    ),
    "outcome-by-rules": _on_outcome(
        gettext_noop("Let the rules say how the case ends"),
        gettext_noop("What one of you said is undone, and the outcome follows from what happened."),
        gettext_noop("The outcome follows from what happened."),
        outcome.unset_outcome,
        when=lambda case, owner: outcome.outcome_set(case) is not None,
    ),
}


def is_paused(case: Case, on: date | None = None) -> bool:
    """Whether the case is left in peace; no query on a case read with its pauses."""
    return any(each.holds(on or timezone.localdate()) for each in case.pauses.all())


def can(act: Act, case: Case, owner: LinkHolder) -> bool:
    """Whether an act can be done as things stand."""
    in_time = (Round.Status.OPEN, Round.Status.CLOSED) if act.after_close else (Round.Status.OPEN,)
    if case.round.status not in in_time or case.disposition not in act.dispositions:
        return False
    return act.when(case, owner)


@needs(Right.RUN_FIELDWORK)
@require_http_methods(["GET", "HEAD", "POST"])
def act(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """Explain one act and ask for the reason; do it, unless the case has moved on since the page was opened."""
    case, chosen = _case(pk), ACTS.get(act)
    if chosen is None:
        raise Http404
    owner = case.holders.get(role=LinkHolder.Role.OWNER)
    if not can(chosen, case, owner):
        messages.error(request, _moved_on())
        return redirect("case", pk)
    form = _form(chosen, request.POST if request.method == "POST" else None, case)
    if request.method == "POST" and form.is_valid():
        try:
            _do(request, chosen, case, owner, form)
        except stale.ChangedMeanwhile:
            return _changed(request, chosen, case, form)
        if not form.errors:
            return redirect("case", pk)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return _page(request, chosen, case, form, status)


def _case(pk: int) -> Case:
    cases = Case.objects.select_related("round__questionnaire", "sample_unit__workplace").prefetch_related("pauses")
    return get_object_or_404(cases, pk=pk)


def _form(chosen: Act, data: Mapping[str, Any] | None, case: Case) -> ReasonForm:
    form = chosen.form(data, button=chosen.title)
    with_seen(form, str(case_page.last_event(case)))
    return form


def _do(request: HttpRequest, chosen: Act, case: Case, owner: LinkHolder, form: ReasonForm) -> None:
    """Do it and say so, or say why not. Raises: ChangedMeanwhile."""
    try:
        events.if_unchanged(
            case=case,
            seen=form.cleaned_data["seen"],
            now=lambda: str(case_page.last_event(case)),
            do=lambda: chosen.do(case, owner, form.cleaned_data, staff(request), timezone.now()),
        )
    except (actions.CaseClosed, outcome.NothingSet):
        messages.error(request, _moved_on())
    except link_copy.LinkRefused as refused:
        messages.error(request, sentence(Problem(refused.code, ""), TEXTS))
    except pause.PauseRefused:
        form.add_error("until", _("Choose a day after today, and not after the end of the fieldwork."))
    else:
        messages.success(request, str(chosen.done))


def _changed(request: HttpRequest, chosen: Act, case: Case, form: ReasonForm) -> HttpResponse:
    """Tell what has happened since the page was opened, with what was written, so that it can be done all the same."""
    seen = form.cleaned_data["seen"]
    number = int(seen) if seen.isascii() and seen.isdecimal() and len(seen) < MOST_DIGITS else 0
    happened = [(event, EVENTS[EventKind(event.kind)]) for event in case_page.happened_since(case, number)]
    again = _form(chosen, shown_anew(request.POST, str(case_page.last_event(case))), case)
    return _page(request, chosen, _case(case.pk), again, HTTPStatus.CONFLICT, happened)


def _page(
    request: HttpRequest,
    chosen: Act,
    case: Case,
    form: ReasonForm,
    status: HTTPStatus,
    happened: Sequence[tuple[CaseEvent, Promise]] = (),
) -> HttpResponse:
    context = {
        "round": case.round,
        "case": case,
        "workplace": case.sample_unit.workplace,
        "act": chosen,
        "form": form,
        "changed": status == HTTPStatus.CONFLICT,
        "happened": happened,
    }
    return render(request, "responses/cases/act.html", context, status=status)


def _moved_on() -> str:
    return _("That cannot be done to this case now: it has moved on.")
