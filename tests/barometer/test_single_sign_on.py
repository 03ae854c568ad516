"""Single sign-on against a provider of the tests' own: it finds accounts and makes none."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.socialaccount.models import SocialAccount
from django.http import HttpResponse
from django.test import Client
from pytest_django.fixtures import Settings

from barometer.models import AuditEvent, User
from barometer.roles import Role
from tests.people import browser_of, holder_of

pytestmark = pytest.mark.django_db

LOGIN, CALLBACK = "/oidc/sso/login/", "/oidc/sso/login/callback/"


class Provider(ThreadingHTTPServer):
    """Answers whom it is told to."""

    claims: dict[str, object]

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Provider

    def do_GET(self) -> None:
        issuer = self.server.issuer
        self._say(
            self.server.claims
            if self.path == "/userinfo"
            else {
                "issuer": issuer,
                "authorization_endpoint": f"{issuer}/authorize",
                "token_endpoint": f"{issuer}/token",
                "userinfo_endpoint": f"{issuer}/userinfo",
                "jwks_uri": f"{issuer}/keys",
            }
        )

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self._say({"access_token": "x", "token_type": "Bearer"})

    def _say(self, words: object) -> None:
        body = json.dumps(words).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def provider(settings: Settings, no_second_factor: None) -> Iterator[Provider]:
    with Provider(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        app: dict[str, Any] = {**settings.OIDC_APP, "client_id": "c", "secret": "s"}
        app["settings"] = {"server_url": server.issuer}
        settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}}
        server.claims = {"sub": "17", "email": "Audrey@example.org", "email_verified": True}
        yield server
        server.shutdown()


@pytest.fixture
def person() -> User:
    person = holder_of(Role.AUDITOR)
    person.email = "audrey@example.org"
    person.save()
    return person


def come(browser: Client, by: str = LOGIN, **changed: str) -> HttpResponse:
    """Go to the provider and come back with what it says."""
    there = urlsplit(browser.post(by)["Location"])
    asked = parse_qs(there.query)
    assert asked["code_challenge_method"] == ["S256"]
    return browser.get(CALLBACK, {"code": "x", "state": asked["state"][0], **changed})  # type: ignore[return-value]


def is_in(browser: Client) -> bool:
    return "_auth_user_id" in browser.session


def test_an_account_is_found_by_a_verified_address_and_then_by_the_providers_id(
    provider: Provider, person: User
) -> None:
    browser = Client(headers={"accept-language": "en"})
    assert "Single sign-on" in browser.get("/login/").content.decode()
    assert come(browser)["Location"] == "/"
    assert browser.get("/audit/").status_code == 200
    assert AuditEvent.objects.filter(what="person.single_sign_on", who=person.username).exists()
    provider.claims = {"sub": "17", "email": "married@example.org", "email_verified": False}
    again = Client()
    come(again)
    assert is_in(again)


@pytest.mark.parametrize(
    "claims",
    [
        {"sub": "18", "email": "audrey@example.org"},
        {"sub": "18", "email": "audrey@example.org", "email_verified": False},
        {"sub": "18", "email": "stranger@example.org", "email_verified": True},
        {"sub": "18"},
    ],
)
def test_nobody_gets_in_by_an_unproven_address_and_nobody_gets_an_account(
    provider: Provider, person: User, claims: dict[str, object]
) -> None:
    provider.claims = claims
    browser = Client(headers={"accept-language": "en"})
    before = User.objects.count()
    assert "There is no account for you" in come(browser).content.decode()
    assert not is_in(browser)
    assert User.objects.count() == before


def test_a_closed_account_stays_closed(provider: Provider, person: User) -> None:
    browser = Client()
    come(browser)
    User.objects.filter(pk=person.pk).update(is_active=False)
    again = Client()
    come(again)
    assert not is_in(again)
    assert browser.get("/audit/")["Location"].startswith("/login/")


def test_nobody_ties_an_account_to_another_one_by_themselves(provider: Provider, person: User) -> None:
    other = holder_of(Role.ANALYST)
    for process in ("connect", "redirect"):
        browser = browser_of(other)
        assert come(browser, f"{LOGIN}?process={process}")["Location"] == "/account/"
        assert not SocialAccount.objects.exists()


def test_an_answer_that_was_not_asked_for_is_refused(provider: Provider, person: User) -> None:
    browser = Client()
    come(browser, state="made-up")
    assert not is_in(browser)


@pytest.mark.parametrize("provider_asks", [True, False])
def test_the_second_factor_is_the_providers_only_if_it_asks_for_one(
    provider: Provider, person: User, settings: Settings, provider_asks: bool
) -> None:
    settings.SECOND_FACTOR_REQUIRED = True
    settings.OIDC_SECOND_FACTOR = provider_asks
    browser = Client()
    come(browser)
    assert browser.get("/audit/").status_code == (200 if provider_asks else 302)


def test_whoever_has_no_password_here_sets_up_a_second_factor_all_the_same(
    provider: Provider, person: User, settings: Settings
) -> None:
    settings.SECOND_FACTOR_REQUIRED = True
    person.set_unusable_password()
    person.save()
    browser = Client()
    come(browser)
    assert browser.get("/")["Location"] == "/account/second-factor/"
    assert browser.get("/account/second-factor/totp/activate/").status_code == 200
    assert browser.get("/account/password/")["Location"] == "/account/"


def test_without_a_provider_there_is_no_such_login() -> None:
    assert Client().post(LOGIN).status_code == 404
    assert "sso" not in Client().get("/login/").content.decode()
