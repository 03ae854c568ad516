"""Load how the units of a round stand in a newer register."""

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from barometer.access import needs, staff
from barometer.formats import number
from barometer.models import AuditEvent
from barometer.problems import sentence
from barometer.roles import Right
from responses.actions.register_status import StatusRefused, load_status
from responses.models import Case
from responses.problem_texts import TEXTS
from responses.statistics.outcomes import TO_LOOK_UP
from responses.status_file import WORDS
from surveys.forms.small_tables import TableForm
from surveys.models import Round

MOST_PROBLEMS_SHOWN = 50


@needs(Right.SEE_CASES, write=Right.RUN_FIELDWORK)
@require_http_methods(["GET", "HEAD", "POST"])
def status(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what is to be looked up; load a file that says how it stands."""
    round_ = get_object_or_404(Round, slug=slug)
    form = TableForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    problems: list[str] = []
    if request.method == "POST" and form.is_valid():
        problems = _load(request, round_, form)
        if not problems:
            return redirect("register-status", slug)
    loaded = AuditEvent.objects.filter(what="status.loaded", target=f"round:{round_.pk}").order_by("-number")
    context = {
        "round": round_,
        "form": form,
        "problems": problems[:MOST_PROBLEMS_SHOWN],
        "number_of_problems": len(problems),
        "in_time": round_.status in (Round.Status.OPEN, Round.Status.CLOSED),
        "to_look_up": Case.objects.of_round(round_).filter(outcome__in=TO_LOOK_UP).count(),
        "words": list(WORDS.values()),
        "loaded": loaded[:10],
    }
    code = HTTPStatus.UNPROCESSABLE_ENTITY if request.method == "POST" else HTTPStatus.OK
    return render(request, "responses/rates/status.html", context, status=code)


def _load(request: HttpRequest, round_: Round, form: TableForm) -> list[str]:
    """Load the file; return what is wrong with it, nothing when it is loaded."""
    file = form.cleaned_data["file"]
    try:
        loaded = load_status(
            round_=round_, name=file.name or "", data=file.read(), by=staff(request), at=timezone.now()
        )
    except StatusRefused as refused:
        return [sentence(problem, TEXTS) for problem in refused.problems]
    said = _("Loaded: %(rows)s units, %(new)s of them with another status than before.")
    messages.success(request, said % {"rows": number(loaded.rows), "new": number(loaded.new)})
    return []
