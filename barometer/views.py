"""Is the program alive, and can it do its work?"""

from contextlib import suppress
from datetime import date
from email.utils import parseaddr

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.db import connection
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import redirect, render
from django.template.loader import render_to_string

LONGEST_CODE = 80  # of a page's hash; what is longer, somebody has written
PERSONAL = "/s/"  # what is sent there has no password in it, and needs no proof of origin
TOKEN_FIELD = "csrfmiddlewaretoken"
SECRET_FIELDS = {
    "password",
    "oldpassword",
    "password1",
    "password2",
    "new_password1",
    "new_password2",
    "code",
    "credential",
}
ACCESSIBILITY_EVALUATED_ON = date(2026, 11, 22)  # whoever evaluates anew changes the date and the page


def healthz(request: HttpRequest) -> HttpResponse:
    """Alive: the process answers."""
    return HttpResponse("ok", content_type="text/plain")


def readyz(request: HttpRequest) -> HttpResponse:
    """Ready: the database answers too."""
    connection.ensure_connection()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")


def accessibility_statement(request: HttpRequest) -> HttpResponse:
    """The statement that Danish bodies publish in the state's own tool (WAS); our facts where there is none yet."""
    return redirect(settings.ACCESSIBILITY_STATEMENT_URL or "accessibility")


def accessibility(request: HttpRequest) -> HttpResponse:
    """The facts for the statement: what is done so that everybody can answer, and what is known to be missing."""
    context = {"evaluated_on": ACCESSIBILITY_EVALUATED_ON, "sender": parseaddr(settings.DEFAULT_FROM_EMAIL)[1]}
    return render(request, "accessibility.html", context)


def server_error(request: HttpRequest) -> HttpResponse:
    """Our own mistake. What a respondent has sent stands on the page, with a button that sends it again."""
    sent = _sent(request) if request.path_info.startswith(PERSONAL) else []
    return HttpResponse(render_to_string("500.html", _again(request, sent)), status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without a valid proof of origin changes nothing; one of our own pages comes back with what was typed.

    That it is one of ours is told by the browser's Origin header, which no page can set: what another site sends is
    not shown, so that nobody is talked into sending it on. Files and passwords have to be given anew.
    """
    ours = request.headers.get("Origin") == f"{request.scheme}://{request.get_host()}"
    sent = _sent(request) if ours and not request.FILES else []
    if any(name in SECRET_FIELDS for name, _value in sent):
        sent = []
    fields = [(name, value) for name, value in sent if name != TOKEN_FIELD]
    context = {**_again(request, fields), "logged_in": request.user.is_authenticated}
    return render(request, "403_csrf.html", context, status=403)


def _sent(request: HttpRequest) -> list[tuple[str, str]]:
    if request.method == "POST":
        with suppress(SuspiciousOperation, MultiPartParserError, UnreadablePostError):  # then there is nothing to show
            return [(name, value) for name, values in request.POST.lists() for value in values]
    return []


def _again(request: HttpRequest, sent: list[tuple[str, str]]) -> dict[str, object]:
    written = [value for _name, value in sent if " " in value.strip() or len(value) > LONGEST_CODE]
    return {"sent": sent, "written": written, "again": request.get_full_path()}
