"""What a page may load is said with every answer: nothing but our own files, and no scripts or styles in the page."""

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from responses.models import LinkHolder
from tests.factories import make_case
from tests.leaders import link

pytestmark = pytest.mark.django_db

POLICY = {
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
}


def policy(path: str) -> set[str]:
    return set(Client().get(path).headers["Content-Security-Policy"].split("; "))


@pytest.mark.parametrize("path", ["/accessibility/", "/login/", "/", "/nowhere/", "/s/never-given-out/"])
def test_every_answer_says_it_be_it_a_page_or_not(path: str) -> None:
    assert policy(path) == POLICY


def test_a_page_behind_a_personal_link_says_it() -> None:
    assert policy(link(LinkHolder.objects.get(case=make_case()))) == POLICY


def test_the_pages_that_django_shows_to_developers_may_have_their_own_styles(settings: Settings) -> None:
    settings.DEBUG = True
    answer = Client().get("/nowhere/")
    assert answer.status_code == 404
    assert "Content-Security-Policy" not in answer.headers
