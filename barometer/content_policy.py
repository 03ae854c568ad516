"""The Content-Security-Policy: what a page may load, put into words once and not for every page."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

HEADER = "Content-Security-Policy"
DEBUGGED = (404, 500)  # shown by Django with styles of its own while DEBUG is on

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def content_policy(get_response: View[[]]) -> View[[]]:
    """Middleware: give every page the policy of the settings, but for one whose view has said another."""
    policy = _in_words(settings.CONTENT_POLICY)

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if not (settings.DEBUG and response.status_code in DEBUGGED):
            response.headers.setdefault(HEADER, policy)
        return response

    return middleware


def content_policy_with(directives: dict[str, str]) -> Callable[[View[P]], View[P]]:
    """Let the pages of a view have these directives instead of those of the settings."""
    policy = _in_words(settings.CONTENT_POLICY | directives)

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def wrapped(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            response = view(request, *args, **kwargs)
            response.headers[HEADER] = policy
            return response

        return cast("View[P]", wrapped)

    return decorate


def _in_words(directives: dict[str, str]) -> str:
    return "; ".join(f"{name} {sources}" for name, sources in directives.items())
