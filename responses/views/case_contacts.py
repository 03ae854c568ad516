"""Those who may be contacted about their innovation: for staff who have the right, and not beside the answers."""

from collections.abc import Callable, Iterator

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe

from barometer import spreadsheet
from barometer.access import needs, staff
from barometer.roles import Right
from responses.actions import consent as actions
from responses.models import CaseContact, ResultRequest
from surveys.models import Round


@needs(Right.SEE_CASE_CONTACTS)
@cache_control(no_store=True)
@require_safe
def listing(request: HttpRequest, slug: str) -> HttpResponse:
    """List what may be passed on, and who waits for the results."""
    round_ = get_object_or_404(Round, slug=slug)
    requests = ResultRequest.objects.filter(round=round_).order_by("-pk")
    context = {
        "round": round_,
        "contacts": CaseContact.objects.filter(round=round_).order_by("-pk"),
        "result_requests": requests.count(),
        "addresses": requests,
    }
    return render(request, "responses/case_contacts/list.html", context)


@needs(Right.SEE_CASE_CONTACTS)
@require_POST
def export(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Give the list as a file for a spreadsheet, with the withdrawals."""
    return _file(request, slug, "case-contacts", actions.export_contacts)


@needs(Right.SEE_CASE_CONTACTS)
@require_POST
def export_requests(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Give the addresses for the mail about the results as a file for a spreadsheet."""
    return _file(request, slug, "result-mail", actions.export_requests)


def _file(request: HttpRequest, slug: str, what: str, take: Callable[..., Iterator[str]]) -> HttpResponseBase:
    round_ = get_object_or_404(Round, slug=slug)
    pieces = take(round_=round_, language=get_language() or "en", by=staff(request), at=timezone.now())
    return spreadsheet.attachment(pieces, round_.file_name(what))
