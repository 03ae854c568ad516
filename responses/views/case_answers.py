"""The answers of one case, for those who may see them; each look stands in the audit log."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST

from barometer.access import needs, staff
from barometer.roles import Right
from responses.actions import answers_seen
from responses.actions.answering import route_of
from responses.models import Case, Response
from surveys.answering.wording import Wording


@needs(Right.SEE_ANSWERS)
@cache_control(no_store=True)
@require_POST
def answers(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what has been answered so far, or submitted, after writing down who looks."""
    cases = Case.objects.select_related("round__questionnaire", "sample_unit__workplace")
    case = get_object_or_404(cases, pk=pk)
    response = get_object_or_404(Response, case=case)
    answers_seen.record(case=case, by=staff(request), at=timezone.now())
    route = route_of(case, response.answers)
    wording = Wording.of(route, get_language() or "en")
    asked = [item for item in route.items if item.question.type != "display"]
    context = {
        "round": case.round,
        "case": case,
        "workplace": case.sample_unit.workplace,
        "response": response,
        "answers": [(wording.text(item.question.label), wording.answer(item, route.answers)) for item in asked],
    }
    return render(request, "responses/cases/answers.html", context)
