"""The forecast of a round: whether and when it reaches its target, and what more contacts would bring."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from barometer import spreadsheet
from barometer.access import needs
from barometer.roles import Right
from responses import forecast_texts
from responses.forecast_chart import chart
from responses.forecast_forms import PhoneRoundForm
from responses.forecast_table import lines, rows
from responses.forecasting import read
from responses.statistics.forecast import Projection
from surveys.models import Round


def _round(slug: str) -> Round:
    return get_object_or_404(Round.objects.select_related("questionnaire"), slug=slug)


@needs(Right.SEE_ROUND)
@require_safe
def forecast(request: HttpRequest, slug: str) -> HttpResponse:
    """Show where the response rate is going, as things stand at this moment."""
    round_, at = _round(slug), timezone.now()
    form = PhoneRoundForm(request.GET if "calls" in request.GET else None)
    found = read(round_, at, calls=form.number)
    projection = found.projection if isinstance(found.projection, Projection) else None
    context = {
        "round": round_,
        "at": at,
        "forecast": found,
        "headline": forecast_texts.headline(found),
        "words": forecast_texts.words(found, projection) if projection else None,
        "form": form,
        "chart": chart(found),
        "lines": lines(found),
        "comparison": found.comparison,
    }
    return render(request, "responses/forecast/forecast.html", context)


@needs(Right.SEE_ROUND)
@require_safe
def export(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Give the numbers behind the chart as a file for a spreadsheet."""
    found = read(_round(slug), timezone.now())
    return spreadsheet.download(rows(found), found.round.file_name("forecast"), get_language() or "en")
