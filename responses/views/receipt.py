"""What the browser that submitted is shown: receipt, and a copy of the answers, for 24 hours; then 404.

No personal link leads here. What is asked for beside the answers (responses.views.consent) begins here.
"""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Concatenate, ParamSpec
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_http_methods

from responses import copies
from responses.models import Response
from responses.references import reference
from responses.views.respondent import language_of, show_case

P = ParamSpec("P")
CopyView = Callable[Concatenate[HttpRequest, Response, P], HttpResponse]


def for_copy(view: CopyView[P]) -> Callable[..., HttpResponse]:
    """Turn a view of a submitted response into a view of the token in its receipt's address."""

    @csrf_exempt
    @gzip_page
    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def wrapped(request: HttpRequest, token: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        response = copies.response_of(token, timezone.now())
        if response is None:
            return render(request, "respondent/copy_gone.html", status=404)
        with translation.override(language_of(request, response.case)):
            answer = view(request, response, *args, **kwargs)
            answer["Content-Language"] = translation.get_language() or ""
        return answer

    return wrapped


def address(name: str, response: Response) -> str:
    """Return the path of a page of the receipt, in the language of the request."""
    path = reverse(name, args=[copies.token(response)])
    language = translation.get_language()
    return path if language == response.case.language else f"{path}?{urlencode({'lang': language})}"


def go_to_receipt(response: Response) -> HttpResponse:
    """Send the browser that has just submitted to its receipt, with 303, so that a reload posts nothing again."""
    answer = HttpResponseRedirect(address("receipt", response))
    answer.status_code = 303
    return answer


@for_copy
def receipt(request: HttpRequest, response: Response) -> HttpResponse:
    """Say that the answers have arrived, and what can be done now."""
    context = {
        "submitted_at": response.submitted_at,
        "reference": reference(response.case_id),
        "copy_url": address("copy", response),
        "pdf_url": address("copy-pdf", response),
        "copy_until": _until(response),
        "case_contact_url": address("case-contact", response) if copies.may_be_a_case(response) else "",
        "results_url": address("result-request", response),
    }
    return show_case(request, "receipt", response.case, context)


@for_copy
def copy(request: HttpRequest, response: Response) -> HttpResponse:
    """Show the answers as they were submitted."""
    context = {
        "pages": copies.pages_of(response, translation.get_language() or response.case.language),
        "submitted_at": response.submitted_at,
        "reference": reference(response.case_id),
        "receipt_url": address("receipt", response),
        "pdf_url": address("copy-pdf", response),
        "copy_until": _until(response),
    }
    return show_case(request, "copy", response.case, context)


@for_copy
def pdf(request: HttpRequest, response: Response) -> HttpResponse:
    """Give the answers as a PDF."""
    made = copies.as_pdf(response, translation.get_language() or response.case.language)
    name = f"{response.case.round.slug}-{reference(response.case_id).replace(' ', '')}.pdf"
    return HttpResponse(
        made, content_type="application/pdf", headers={"Content-Disposition": f'inline; filename="{name}"'}
    )


def _until(response: Response) -> datetime:
    assert response.submitted_at is not None
    return response.submitted_at + copies.LASTS
