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
    sent: list[tuple[str, str]] = []
    if request.method == "POST" and request.path_info.startswith(PERSONAL):
        with suppress(SuspiciousOperation, MultiPartParserError, UnreadablePostError):  # then there is nothing to show
            sent = [(name, value) for name, values in request.POST.lists() for value in values]
    written = [value for _name, value in sent if " " in value.strip() or len(value) > LONGEST_CODE]
    context = {"sent": sent, "written": written, "again": request.get_full_path()}
    return HttpResponse(render_to_string("500.html", context), status=500)
