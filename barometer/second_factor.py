"""Middleware: a view that nobody has marked is refused, and staff without a second factor get no further than that.

Nothing here looks at the session on a page that is open to everybody.
"""

from collections.abc import Callable
from typing import Any

from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from barometer.access import OPEN, OWN, mark_of, staff

GIVEN = "second_factor"  # in the session: it was begun, or has been confirmed, with a second factor
SECOND_FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)

View = Callable[[HttpRequest], HttpResponseBase]


class MarkedPages:
    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: object, arguments: Any, named: Any) -> HttpResponseBase | None:
        mark = mark_of(view)
        if mark is None:
            raise PermissionDenied("This view is not marked: see barometer/access.py.")
        if mark == OPEN or not settings.SECOND_FACTOR_REQUIRED or not request.user.is_authenticated:
            return None
        if has_given(request):
            return None
        if Authenticator.objects.filter(user=staff(request), type__in=SECOND_FACTORS).exists():
            logout(request)  # the session is older than the second factor
            return redirect(settings.LOGIN_URL)
        if mark == OWN:
            return None
        messages.warning(request, _("Set up a second factor first. Nothing else can be done without it."))
        return redirect("mfa_index")


def has_given(request: HttpRequest) -> bool:
    """Whether this session has a second factor: ours, or the single sign-on's where that is known to ask for one."""
    if request.session.get(GIVEN):
        return True
    records = get_authentication_records(request, staff(request)) if settings.OIDC_SECOND_FACTOR else []
    return any(record.get("method") == "socialaccount" for record in records)
