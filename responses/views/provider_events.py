"""Where the mail provider tells what became of a mail."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseForbidden
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from responses import provider_events as reading
from responses.actions import returns


@csrf_exempt  # a signature or a password in each request proves who calls; there is no session to misuse
@require_http_methods(["HEAD", "POST"])  # HEAD: providers try the address out
def provider_events(request: HttpRequest) -> HttpResponse:
    """Record what became of our mails. Of mails that are not ours nothing is recorded, and the provider not told so."""
    if settings.EMAIL_PROVIDER not in reading.VIEWS:
        raise Http404
    if request.method == "HEAD":
        return HttpResponse()
    try:
        events = reading.events_of(request)
    except reading.Forged:
        return HttpResponseForbidden()
    except reading.Unreadable:
        return HttpResponseBadRequest()
    returns.take_events(events=events, at=timezone.now())
    return HttpResponse()
