"""The Content-Security-Policy, put into words once for all pages but the few whose views say another."""

from csp.constants import HEADER
from csp.middleware import CSPMiddleware
from csp.utils import build_policy
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

SAID_BY_A_VIEW = ("_csp_config", "_csp_update", "_csp_replace", "_csp_exempt")  # what django-csp's decorators leave


class ContentPolicyMiddleware(CSPMiddleware):
    """django-csp, which would put the same policy together for every page, and a nonce that no page of ours uses."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.common = build_policy()

    def process_request(self, request: HttpRequest) -> None:
        pass

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if settings.DEBUG or any(hasattr(response, name) for name in SAID_BY_A_VIEW):
            return super().process_response(request, response)
        response.headers.setdefault(HEADER, self.common)
        return response
