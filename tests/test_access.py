"""Least privilege: every role tries every route with every method, and gets what tests/access_table.py says."""

from collections.abc import Iterator

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, path, reverse
from pytest_django.fixtures import Settings

from barometer.models import User
from barometer.roles import OF_ROLE, Right, Role
from tests.access_table import ANY_STAFF, LOGIN, LOGIN_ENDS, NOBODY_ASKED, OWN_ACCOUNT, RIGHTS
from tests.people import browser_of, holder_of, olga

pytestmark = pytest.mark.django_db

# Nothing of the kind exists, so that nothing is changed: whoever has the right learns that (404), the others do not.
SOMETHING = {"slug": "x", "pk": 1, "number": 1, "act": "x", "part": "page", "name": "x", "code": "x", "table": "x"}
SOMETHING |= {"what": "x", "note": 1, "kind": "csv", "figure": "x"}
WRONG_METHOD, FORBIDDEN = 405, 403


def routes(patterns: list[URLPattern | URLResolver], before: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Yield every route of the site with its name; administration's begin with ``admin:``."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, f"{pattern.namespace}:" if pattern.namespace else before)
        else:
            yield before + (pattern.name or str(pattern.pattern)), pattern


def address(name: str, pattern: URLPattern) -> str:
    return reverse(name, kwargs={argument: SOMETHING[argument] for argument in pattern.pattern.converters})


ROUTES = list(routes(get_resolver().url_patterns))
MARKED = [(name, address(name, pattern)) for name, pattern in ROUTES if name in RIGHTS]
OF_ADMINISTRATION = [(name, pattern) for name, pattern in ROUTES if name.startswith("admin:")]


def expected(rights: frozenset[Right], name: str, method: str) -> set[str]:
    """Return what may come of it: in, out, or that the method is unknown."""
    asked = RIGHTS[name][0 if method == "GET" else 1]
    if asked == "-":
        return {"out", "unknown"}
    return {"in"} if rights & {Right(each) for each in asked.split()} else {"out"}


def outcome(browser: Client, where: str, method: str) -> str:
    status = browser.generic(method, where).status_code
    return {FORBIDDEN: "out", WRONG_METHOD: "unknown"}.get(status, "in")


def test_every_route_of_the_site_stands_in_the_table() -> None:
    listed = [*NOBODY_ASKED, *LOGIN.split(), *LOGIN_ENDS.split(), *OWN_ACCOUNT, *ANY_STAFF, *RIGHTS]
    assert len(listed) == len(set(listed))
    assert sorted(name for name, _ in ROUTES if not name.startswith("admin:")) == sorted(listed)


def test_every_right_is_asked_for_by_a_page_and_held_by_a_role() -> None:
    asked = {right for pair in RIGHTS.values() for rights in pair for right in rights.split()} - {"-"}
    assert asked >= set(Right.values)
    assert frozenset().union(*OF_ROLE.values()) == set(Right)
    assert set(OF_ROLE) == set(Role)


@pytest.mark.parametrize("role", Role)
def test_a_role_gets_what_the_table_says_and_nothing_else(role: Role) -> None:
    browser = browser_of(holder_of(role))
    wrong = [
        (method, name, found)
        for name, where in MARKED
        for method in ("GET", "POST")
        if (found := outcome(browser, where, method)) not in expected(OF_ROLE[role], name, method)
    ]
    assert wrong == []
    assert {browser.get(reverse(name)).status_code for name in ANY_STAFF} == {200}


def test_other_methods_are_unknown_or_refused() -> None:
    browser = browser_of(holder_of(Role.AUDITOR))
    for number, (name, where) in enumerate(MARKED):
        method = ("PUT", "PATCH", "DELETE")[number % 3]
        assert browser.generic(method, where).status_code in (WRONG_METHOD, FORBIDDEN), (method, name)


@pytest.mark.parametrize("who", ["nobody", "outsider", "staff without a role"])
def test_without_a_role_there_is_no_way_in(who: str) -> None:
    person = olga() if who == "outsider" else User.objects.create(username="new", is_staff=True)
    browser = browser_of(None if who == "nobody" else person)
    for name, where in MARKED:
        for method in ("GET", "POST"):
            answer = browser.generic(method, where)
            refused = answer.status_code in (FORBIDDEN, WRONG_METHOD, 404)
            to_login = who == "nobody" and answer.headers.get("Location", "").startswith("/login/")
            assert refused or to_login, (method, name, answer.status_code)


def of_administration() -> list[str]:
    """Return the address of every page of administration that has a name."""
    named = [(name, pattern) for name, pattern in OF_ADMINISTRATION if pattern.name and name != "admin:app_list"]
    return [reverse(name, args=["1"] * len(pattern.pattern.converters)) for name, pattern in named]


def test_administration_is_for_administrators() -> None:
    addresses = of_administration()
    assert len(addresses) > 50
    for role in set(Role) - {Role.ADMINISTRATOR}:
        browser = browser_of(holder_of(role))
        tried = [browser.generic(method, where) for where in addresses[::7] for method in ("GET", "POST")]
        assert {answer.status_code for answer in tried} == {FORBIDDEN}
    assert {browser_of(None).get(where).status_code for where in addresses} == {302}
    assert browser_of(holder_of(Role.ADMINISTRATOR)).get(reverse("admin:index")).status_code == 200


def test_administration_has_no_login_of_its_own_and_shows_no_secrets() -> None:
    names = {name.removeprefix("admin:") for name, _ in OF_ADMINISTRATION}
    assert not names & {"login", "logout", "password_change", "autocomplete"}
    others = ("mfa_", "account_", "socialaccount_", "usersessions_", "axes_", "auth_", "barometer_")
    contact_data = ("responses_mail_", "responses_linkholder", "responses_response", "surveys_workplacecontact")
    assert [name for name in names if name.startswith((*others, *contact_data))] == []


def forgotten(request: HttpRequest) -> HttpResponse:
    return HttpResponse("secrets")


urlpatterns = [path("forgotten/", forgotten)]


def test_a_view_that_nobody_has_marked_is_refused_even_to_a_superuser(settings: Settings) -> None:
    settings.ROOT_URLCONF = __name__
    browser = browser_of(User.objects.create_superuser("boss"))
    browser.raise_request_exception = False
    assert browser.get("/forgotten/").status_code in (FORBIDDEN, 500)
    assert b"secrets" not in browser.get("/forgotten/").content
