"""What waits for a person in a round, under one roof; and whether one gets the daily mail about it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from barometer.access import needs, staff
from barometer.roles import Right
from responses import digest, work_lists
from responses.actions import digest as actions
from responses.actions.wave_alarms import alarms_of
from responses.models import CallClaim
from responses.views.waves import told
from surveys.models import Round


@needs(Right.SEE_CASES, write=Right.RUN_FIELDWORK)
@require_http_methods(["GET", "HEAD", "POST"])
def work(request: HttpRequest, slug: str) -> HttpResponse:
    """Show every work list with its number, whose turn it is, and who has taken what; switch the daily mail."""
    round_ = get_object_or_404(Round, slug=slug)
    who, at = staff(request), timezone.now()
    if request.method == "POST":
        wanted = request.POST.get("digest") == "on"
        actions.choose(user=who, wanted=wanted, language=get_language() or "da", at=at)
        messages.success(request, _("You get the daily mail.") if wanted else _("You get no daily mail."))
        return redirect("work", slug)
    context = {
        "round": round_,
        "lists": work_lists.counts(round_, at),
        "claims": CallClaim.objects.in_force(round_, at).select_related("by", "case__sample_unit__workplace"),
        "alarms": told(alarms_of(round_, at)),
        "troubles": digest.troubles(round_, at),
        "gets_digest": digest.wants(who, round_),
        "has_address": bool(who.email),
    }
    return render(request, "responses/work/work.html", context)
