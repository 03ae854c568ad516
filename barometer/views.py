"""Is the program alive, and can it do its work?"""

from datetime import date
from email.utils import parseaddr

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

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
