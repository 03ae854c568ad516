"""Those who may be contacted about their innovation: for staff who have the permission, and not beside the answers."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe

from barometer.access import permission_needed, staff
from responses.actions import consent as actions
from responses.case_contacts import file_name
from responses.models import CaseContact, ResultRequest
from surveys.models import Round

PERMISSION = "responses.view_casecontact"


@permission_needed(PERMISSION)
@cache_control(no_store=True)
@require_safe
def listing(request: HttpRequest, slug: str) -> HttpResponse:
    """List what may be passed on, and say how many wait for the results."""
    round_ = get_object_or_404(Round, slug=slug)
    context = {
        "round": round_,
        "contacts": CaseContact.objects.filter(round=round_).order_by("-pk"),
        "result_requests": ResultRequest.objects.filter(round=round_).count(),
    }
    return render(request, "responses/case_contacts/list.html", context)


@permission_needed(PERMISSION)
@require_POST
def export(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Give the list as a file for a spreadsheet, with the withdrawals."""
    round_ = get_object_or_404(Round, slug=slug)
    pieces = actions.export_contacts(
        round_=round_, language=get_language() or "en", by=staff(request), at=timezone.now()
    )
    response = StreamingHttpResponse(pieces, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{file_name(round_)}"'
    response["Cache-Control"] = "no-store"
    return response
