"""One authority in a round: its cases, rate, contact person, quiet weeks, coordinator and mails; for staff alone."""

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from barometer.access import may, needs
from barometer.roles import Right
from responses import authorities, case_search
from surveys.models import Round

CASES_PER_PAGE = 50


@needs(Right.SEE_CASES)
@require_safe
def authority(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """Show one authority."""
    round_ = get_object_or_404(Round, slug=slug)
    found = authorities.read(round_, code.replace("\0", ""), timezone.now())
    if found is None:
        raise Http404
    cases = authorities.cases_of(round_, found.code).select_related("sample_unit__workplace")
    context = {
        "round": round_,
        "authority": found,
        "page": Paginator(case_search.in_order(cases, round_), CASES_PER_PAGE).get_page(request.GET.get("page")),
        "with_contacts": may(request, Right.SEE_CONTACTS),
    }
    return render(request, "responses/authorities/authority.html", context)
