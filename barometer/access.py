"""Who may see a staff page."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase

from barometer.models import User

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def staff_required(view: View[P]) -> View[P]:
    """Ask for a login, and refuse an account that is not staff with 403."""

    @login_required
    @wraps(view)
    def checked(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not staff(request).is_staff:
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return cast("View[P]", checked)


def permission_needed(permission: str) -> Callable[[View[P]], View[P]]:
    """Ask for a login, and refuse with 403 whoever is not staff or has not this permission."""

    def decorate(view: View[P]) -> View[P]:
        @login_required
        @wraps(view)
        def checked(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            who = staff(request)
            if not (who.is_staff and who.has_perm(permission)):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return cast("View[P]", checked)

    return decorate


def staff(request: HttpRequest) -> User:
    """Return who is logged in; only behind ``staff_required``."""
    return cast(User, request.user)
