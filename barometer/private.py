"""Middleware for the pages whose address is a credential."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

# Of a personal link, of the links that stop its reminders, take the task back and give it back (responses.links), of a
# receipt, a withdrawal and a coordinator (responses.urls); with which staff choose a password (barometer.urls).
PREFIXES = ("/s/", "/o/", "/t/", "/r/", "/k/", "/u/", "/w/", "/c/", "/p/")
HEADERS = {"Referrer-Policy": "no-referrer", "Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow"}

View = Callable[[HttpRequest], HttpResponseBase]


def private_addresses(get_response: View) -> View:
    """Let no browser, cache or search engine pass such an address on.

    Outermost, because the answers that no view of ours makes (redirect, 400, 404, 405, 500) have that address too.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if request.path_info.startswith(PREFIXES):
            for name, value in HEADERS.items():
                response[name] = value
        return response

    return middleware
