"""Middleware: a view that nobody has marked is refused, and staff without a second factor get no further than that.

Nothing here looks at the session on a page that is open to everybody.
"""

from collections.abc import Callable
from typing import Any

from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_used
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from barometer import audit
from barometer.access import OPEN, OWN, mark_of, staff
from barometer.models import User

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


def on_second_factor_added(sender: object, request: HttpRequest, user: User, **kwargs: object) -> None:
    """Note it, and end the person's other sessions: they were begun with less."""
    request.session[GIVEN] = True
    for session in UserSession.objects.filter(user=user).exclude(session_key=request.session.session_key or ""):
        session.end()
    audit.record("person.second_factor_added", target=user, by=user, at=timezone.now())


def on_second_factor_removed(sender: object, request: HttpRequest, user: User, **kwargs: object) -> None:
    """Note it; whoever has none left sets up another one first."""
    if not Authenticator.objects.filter(user=user, type__in=SECOND_FACTORS).exists():
        request.session.pop(GIVEN, None)
    audit.record("person.second_factor_removed", target=user, by=user, at=timezone.now())


def on_second_factor_given(sender: object, request: HttpRequest, **kwargs: object) -> None:
    request.session[GIVEN] = True


# allauth tells of these in no other way.
authenticator_added.connect(on_second_factor_added)
authenticator_removed.connect(on_second_factor_removed)
authenticator_used.connect(on_second_factor_given)
