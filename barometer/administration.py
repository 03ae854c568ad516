"""Django's administration: rows to look at, for administrators. It has no login of its own, and shows no secrets.

Only what is registered here is shown, not what other packages register: their rows hold keys of sessions and of second
factors.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.urls import URLPattern, URLResolver

from barometer.access import ADMINISTRATION, access_of, marked, staff
from barometer.roles import Right

NOT_SERVED = ("login", "logout", "password_change", "password_change_done", "autocomplete", "view_on_site")


class Administration(AdminSite):
    def has_permission(self, request: HttpRequest) -> bool:
        return staff(request).is_staff and Right.MANAGE_PEOPLE in access_of(request).everywhere

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Any:
        served = super().admin_view(view, cacheable)

        @login_required
        @wraps(view)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if not self.has_permission(request):
                raise PermissionDenied
            return served(request, *args, **kwargs)

        return checked

    def get_urls(self) -> list[URLPattern | URLResolver]:
        kept = [each for each in super().get_urls() if getattr(each, "name", None) not in NOT_SERVED]
        return marked(ADMINISTRATION, kept)


site = Administration()
