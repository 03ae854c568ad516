"""The first figures, live."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from barometer.access import needs
from barometer.roles import Right
from responses.estimates import NoIndicators, estimate, indicators_of
from surveys.models import Round


@needs(Right.SEE_FIGURES)
@require_safe
def figures(request: HttpRequest, slug: str) -> HttpResponse:
    """Show every figure of the instrument with the indicators that go with it, estimated from what is submitted."""
    round_ = get_object_or_404(Round.objects.select_related("questionnaire"), slug=slug)
    language = get_language() or "en"
    try:
        known = indicators_of(round_.questionnaire.definition())
        found = [estimate(round_, figure.bars[0], language) for figure in known.figures]
    except NoIndicators:
        found = []
    return render(request, "responses/estimate/figures.html", {"round": round_, "estimates": found})
