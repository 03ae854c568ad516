"""The checks before a mailing: will it arrive, and is anybody there to send it?"""

from dataclasses import dataclass
from itertools import groupby

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from barometer.access import needs, staff
from barometer.problems import sentence
from barometer.roles import Right
from responses import preflight_run
from responses.actions import preflight as actions
from responses.delivery import Answer
from responses.preflight import Finding, Level
from responses.preflight_texts import CHECKS, LEVELS, TEXTS
from responses.problem_texts import TEXTS as PROBLEMS
from surveys.models import Round

WORST_FIRST = (Level.FAILS, Level.WARNING, Level.NOT_CHECKED, Level.OK)


@dataclass(frozen=True, slots=True)
class Line:
    """One finding in words."""

    check: Promise
    level: Level
    label: Promise
    text: str


@needs(Right.SEE_ROUND, write=Right.RUN_FIELDWORK)
@require_http_methods(["GET", "HEAD", "POST"])
def checks(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what was found; look again; send a test mail to whoever is logged in."""
    round_ = get_object_or_404(Round, slug=slug)
    now = timezone.now()
    if request.method == "POST":
        act = request.POST.get("act")
        if act == "again":
            preflight_run.of_names(round_, now, anew=True)
        elif act == "test":
            _send_test(request, round_)
        else:
            return HttpResponseBadRequest()
        return redirect("preflight", slug)
    asked = preflight_run.of_names(round_, now)
    found = [*preflight_run.of_settings(round_), *asked.findings, *preflight_run.of_worker(now)]
    counts = [(LEVELS[level], sum(each.level == level for each in found), level) for level in WORST_FIRST]
    context = {
        "round": round_,
        "groups": _groups(found),
        "counts": [count for count in counts if count[1]],
        "asked_at": asked.at,
        "address": staff(request).email,
    }
    return render(request, "responses/preflight/checks.html", context)


def _send_test(request: HttpRequest, round_: Round) -> None:
    """Say what the server said."""
    who = staff(request)
    try:
        answer, reply = actions.send_test(round_=round_, to=who.email, by=who, at=timezone.now())
    except actions.TestMailRefused as refused:
        messages.error(request, sentence(refused.problem, PROBLEMS))
        return
    said = reply or "–"
    if answer is Answer.ACCEPTED:
        taken = _("The mail server took the test mail to %(address)s. It said: %(reply)s")
        messages.success(request, taken % {"address": who.email, "reply": said})
    else:
        refused_text = _("The test mail to %(address)s did not leave. The mail server said: %(reply)s")
        messages.error(request, refused_text % {"address": who.email, "reply": said})


def _groups(found: list[Finding]) -> list[tuple[Promise, list[Line]]]:
    """Return the findings in words, by check, in the order of CHECKS."""
    order = list(CHECKS)
    found = sorted(found, key=lambda each: order.index(each.check))
    return [(CHECKS[check], [line(each) for each in of_check]) for check, of_check in groupby(found, _check)]


def line(found: Finding) -> Line:
    """Return a finding in words, in the active language."""
    return Line(CHECKS[found.check], found.level, LEVELS[found.level], str(TEXTS[found.code]) % found.params)


def _check(found: Finding) -> str:
    return found.check
