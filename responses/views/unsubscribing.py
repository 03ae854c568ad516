"""The button of a mail program: no more reminders, never a refusal.

Its address stands in a header of the mail, where programs read it, so it is not one that opens a questionnaire.
"""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from responses import links
from responses.actions import case as actions
from responses.after_forms import DecisionForm
from responses.models import Case, ContactAttempt, Mail
from responses.views.respondent import language_of, show_case
from surveys.models import Round

STOP = "stop"


@csrf_exempt  # the signed address is the whole authority, and no cookie comes with it (decision 0002, RFC 8058)
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Stop the reminders at once for a mail program's one-click post; ask everybody else first."""
    number = links.number_in(token)
    if number is None or not links.is_signed(links.UNSUBSCRIBE, token, number):
        return render(request, "respondent/unknown_link.html", status=404)
    mail = Mail.objects.select_related("round").filter(pk=number).first()
    lines = ContactAttempt.objects.select_related("case__round__questionnaire", "case__sample_unit__workplace")
    line = lines.filter(mail=mail).order_by("pk").first() if mail else None
    if mail is None or line is None:
        return render(request, "respondent/unknown_link.html", status=404)
    with translation.override(language_of(request, line.case)):
        if request.POST.get("List-Unsubscribe") == "One-Click":
            actions.unsubscribe(mail=mail, at=timezone.now())
            return HttpResponse(_("The reminders are stopped"), content_type="text/plain; charset=utf-8")
        response = _page(request, mail, line.case)
        response.headers["Content-Language"] = translation.get_language() or ""
        return response


def _page(request: HttpRequest, mail: Mail, case: Case) -> HttpResponse:
    """Show what the mail was about, and ask whether the reminders are to stop; or say that they have."""
    if mail.round.status != Round.Status.OPEN:
        return show_case(request, "closed", case, {})
    form = DecisionForm(
        request.POST if request.method == "POST" else None,
        question=_("What have you decided?"),
        choices=[(STOP, _("Stop reminders"))],
        button=_("Save"),
        action=request.get_full_path(),
    )
    if form.decided:
        actions.unsubscribe(mail=mail, at=timezone.now())
        answer = HttpResponseRedirect(request.get_full_path())
        answer.status_code = 303
        return answer
    lines = actions.receivers_of(mail, timezone.now())
    context = {
        "form": form,
        "workplaces": [line.attempt.case.sample_unit.workplace for line in lines],
        "stopped": all(line.contactable.reminders_stopped for line in lines),
    }
    return show_case(request, "unsubscribe", case, context, status=422 if form.is_bound else 200)
