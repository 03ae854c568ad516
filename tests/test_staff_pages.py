"""Every page that is not for respondents: nobody gets in without the right, and no other site's form does anything."""

import pytest
from django.test import Client
from django.urls import URLPattern, reverse

from barometer.models import User
from responses.urls.staff import urlpatterns as of_responses
from surveys.urls import urlpatterns as of_surveys
from tests.people import browser_of, olga

pytestmark = pytest.mark.django_db

PAGES = [*of_surveys, *of_responses]
SOMETHING = {"slug": "x", "pk": 1, "number": 1, "act": "x", "part": "page", "name": "x", "code": "x"}
SOMETHING |= {"note": 1, "what": "cases", "table": "levels", "kind": "csv", "figure": "fig1"}
FORBIDDEN, WRONG_METHOD = 403, 405


def address(page: URLPattern) -> str:
    """Of something that need not exist: whoever may not know of it is not told either."""
    return reverse(page.name or "", kwargs={name: SOMETHING[name] for name in page.pattern.converters})


def answers_to(client: Client, page: URLPattern) -> set[int]:
    """The status of a GET and a POST, but for a method that the page does not know."""
    path = address(page)
    return {client.get(path).status_code, client.post(path).status_code} - {WRONG_METHOD}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_whoever_is_not_logged_in_is_sent_to_the_login(page: URLPattern) -> None:
    path = address(page)
    for answer in (Client().get(path), Client().head(path), Client().post(path)):
        if answer.status_code != WRONG_METHOD:
            assert answer.headers["Location"].startswith("/login/")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_an_account_that_is_not_staff_is_refused(page: URLPattern) -> None:
    assert answers_to(browser_of(olga()), page) == {FORBIDDEN}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_form_of_another_site_does_nothing(page: URLPattern) -> None:
    boss = User.objects.create(username="boss", is_staff=True, is_superuser=True)
    client = Client(enforce_csrf_checks=True)
    client.force_login(boss)
    assert client.post(address(page)).status_code == FORBIDDEN
