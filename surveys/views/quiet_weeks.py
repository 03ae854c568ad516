"""The table of quiet weeks: what is in it, and a file to load."""

from collections import defaultdict
from http import HTTPStatus

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from barometer.access import needs, staff
from barometer.problems import sentence
from barometer.roles import Right
from surveys.actions.quiet_weeks import TableRefused, load_quiet_weeks
from surveys.forms.small_tables import TableForm
from surveys.models import QuietWeek, Round
from surveys.problem_texts import TEXTS

DEFAULT = "7, 42, 27–31, 52–1"
MOST_PROBLEMS_SHOWN = 50


@needs(Right.SEE_ROUND, write=Right.EDIT_CONTACT, write_everywhere=True)
@require_http_methods(["GET", "HEAD", "POST"])
def quiet_weeks(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the table; load another one, all of it or nothing."""
    round_ = get_object_or_404(Round, slug=slug)
    form = TableForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    problems: list[str] = []
    if request.method == "POST" and form.is_valid():
        try:
            rows = load_quiet_weeks(data=form.cleaned_data["file"].read(), by=staff(request), at=timezone.now())
        except TableRefused as refused:
            problems = [sentence(problem, TEXTS) for problem in refused.problems[:MOST_PROBLEMS_SHOWN]]
        else:
            said = gettext("The quiet weeks have been loaded: %(rows)s rows.")
            messages.success(request, said % {"rows": rows})
            return redirect("quiet-weeks", slug)
    context = {"round": round_, "form": form, "problems": problems, "years": _years(), "default": DEFAULT}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if request.method == "POST" else HTTPStatus.OK
    return render(request, "surveys/contact/quiet_weeks.html", context, status=status)


def _years() -> list[tuple[int, list[tuple[str, list[int]]]]]:
    """Return the table by year and authority; one query."""
    found: dict[int, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    rows = QuietWeek.objects.order_by("-year", "authority_code", "week")
    for code, year, week in rows.values_list("authority_code", "year", "week"):
        found[year][code].append(week)
    return [(year, list(by_code.items())) for year, by_code in found.items()]
