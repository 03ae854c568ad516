"""Staff log in: password, second factor, lock-out, sessions; and none of it touches a respondent's page."""

import re
from http import HTTPStatus

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret, hotp_value, yield_hotp_counters_from_time
from allauth.usersessions.models import UserSession
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django.fixtures import Settings

from barometer import first_password
from barometer.models import AuditEvent, User
from responses import links
from tests.factories import make_case
from tests.people import browser_of, dana

pytestmark = pytest.mark.django_db

PASSWORD = "a long way to Skagen"
LOGIN = "/login/"
INDEX = "/account/second-factor/"


@pytest.fixture
def person(as_in_production: None) -> User:
    person = dana()
    person.set_password(PASSWORD)
    person.save()
    return person


@pytest.fixture(autouse=True)
def as_in_production(settings: Settings, no_second_factor: None) -> None:
    settings.SECOND_FACTOR_REQUIRED = True
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # quick: nothing here is about them


def log_in(browser: Client, password: str = PASSWORD, name: str = "dana") -> int:
    return browser.post(LOGIN, {"login": name, "password": password}).status_code


def code_of(secret: str) -> str:
    counter = next(iter(yield_hotp_counters_from_time()))
    return f"{hotp_value(secret, counter):06}"


def with_app(person: User) -> str:
    """Give the person an authenticator app; return its secret."""
    secret: str = generate_totp_secret()
    TOTP.activate(person, secret)
    return secret


def test_whoever_has_no_second_factor_is_led_to_set_it_up_and_can_do_nothing_else(person: User) -> None:
    browser = Client()
    assert log_in(browser) == HTTPStatus.FOUND
    for path in ("/", "/questionnaires/", "/people/", "/admin/", "/rounds/new/"):
        for answer in (browser.get(path), browser.post(path, {})):
            assert (answer.status_code, answer["Location"]) == (302, INDEX)
    assert browser.get(INDEX).status_code == 200


@pytest.mark.django_db(transaction=True)  # allauth tells us when it has committed
def test_an_app_is_set_up_with_the_password_given_again_and_opens_the_pages(person: User) -> None:
    browser, other = Client(headers={"accept-language": "en"}), Client()
    log_in(browser)
    log_in(other)
    set_up = reverse("mfa_activate_totp")
    again = browser.get(set_up)
    assert again["Location"].startswith(reverse("account_reauthenticate"))
    assert browser.post(again["Location"], {"password": PASSWORD})["Location"] == set_up
    secret = browser.get(set_up).context["form"].secret
    assert browser.post(set_up, {"code": "000000"}).status_code == 200
    assert browser.post(set_up, {"code": code_of(secret)}).status_code == 302
    assert browser.get("/").status_code == 200
    assert browser.get(reverse("mfa_view_recovery_codes")).context["unused_codes"]
    assert other.get("/")["Location"].startswith(LOGIN)  # a session begun with the password alone has ended
    assert AuditEvent.objects.filter(what="person.second_factor_added", who="dana").exists()


def test_the_password_alone_opens_nothing_once_there_is_a_second_factor(person: User) -> None:
    secret = with_app(person)
    browser = Client()
    log_in(browser)
    assert browser.get("/")["Location"].startswith(LOGIN)
    assert browser.post(reverse("mfa_authenticate"), {"code": "123456"}).status_code == 200
    assert browser.get("/")["Location"].startswith(LOGIN)
    assert browser.post(reverse("mfa_authenticate"), {"code": code_of(secret)}).status_code == 302
    assert browser.get("/").status_code == 200


def test_a_session_older_than_the_second_factor_ends(person: User) -> None:
    browser = browser_of(person)
    with_app(person)
    assert browser.get(INDEX)["Location"] == LOGIN
    assert "_auth_user_id" not in browser.session


def test_a_recovery_code_works_once(person: User) -> None:
    with_app(person)
    code = RecoveryCodes.activate(person).get_unused_codes()[0]
    for expected in (302, 200):
        browser = Client()
        log_in(browser)
        assert browser.post(reverse("mfa_authenticate"), {"code": code}).status_code == expected


def test_the_secrets_of_second_factors_are_not_readable_in_the_database(person: User) -> None:
    secret = with_app(person)
    stored = Authenticator.objects.get(user=person).data["secret"]
    assert secret not in stored
    assert TOTP(Authenticator.objects.get(user=person)).validate_code(code_of(secret))


def test_whoever_takes_the_last_second_factor_away_sets_up_another_before_anything_else(person: User) -> None:
    secret = with_app(person)
    browser = Client()
    log_in(browser)
    browser.post(reverse("mfa_authenticate"), {"code": code_of(secret)})
    stop = reverse("mfa_deactivate_totp")
    browser.post(browser.get(stop)["Location"], {"password": PASSWORD})
    assert browser.post(stop).status_code == 302
    assert browser.get("/")["Location"] == INDEX


def test_five_wrong_passwords_lock_that_name_out_from_there_for_an_hour(person: User) -> None:
    browser = Client(headers={"accept-language": "en"})
    for _ in range(4):
        assert log_in(browser, "wrong") == 200
    assert log_in(browser, "wrong") == HTTPStatus.TOO_MANY_REQUESTS
    locked = browser.post(LOGIN, {"login": "dana", "password": PASSWORD})
    assert locked.status_code == HTTPStatus.TOO_MANY_REQUESTS
    assert "Too many attempts" in locked.content.decode()
    elsewhere = Client(REMOTE_ADDR="192.0.2.7")
    assert log_in(elsewhere) == HTTPStatus.FOUND  # nobody locks a colleague out


def test_a_name_is_not_guessed_at_from_many_addresses(person: User) -> None:
    for number in range(10):
        log_in(Client(REMOTE_ADDR=f"192.0.2.{number}"), "wrong")
    assert log_in(Client(REMOTE_ADDR="192.0.2.99")) == HTTPStatus.OK


def test_codes_cannot_be_guessed_either_not_even_from_many_addresses(person: User) -> None:
    secret = with_app(person)
    for number in range(10):
        browser = Client(REMOTE_ADDR=f"192.0.2.{number}")
        log_in(browser)
        browser.post(reverse("mfa_authenticate"), {"code": "000000"})
    browser = Client(REMOTE_ADDR="192.0.2.99")
    log_in(browser)
    assert browser.post(reverse("mfa_authenticate"), {"code": code_of(secret)}).status_code == HTTPStatus.OK


def test_an_address_in_front_of_our_own_proxies_cannot_be_made_up(person: User, settings: Settings) -> None:
    settings.TRUSTED_PROXIES = 1
    for number in range(5):
        browser = Client(headers={"x-forwarded-for": f"203.0.113.{number}, 198.51.100.7"})
        status = log_in(browser, "wrong")
    assert status == HTTPStatus.TOO_MANY_REQUESTS


def test_other_sessions_are_listed_and_ended(person: User, settings: Settings) -> None:
    settings.SECOND_FACTOR_REQUIRED = False
    here, there = Client(headers={"accept-language": "en"}), Client()
    log_in(here)
    log_in(there)
    sessions = reverse("usersessions_list")
    assert here.get(sessions).context["session_count"] == 2
    assert here.post(sessions).status_code == 302
    assert there.get("/")["Location"].startswith(LOGIN)
    assert here.get("/").status_code == 200
    assert UserSession.objects.filter(user=person).count() == 1


def test_nobody_signs_up_or_resets_a_password_by_mail() -> None:
    for path in ("/signup/", "/account/signup/", "/password/reset/", "/account/email/", "/3rdparty/"):
        assert Client().get(path).status_code == 404


def test_a_link_for_the_password_works_once_and_looking_changes_nothing(person: User) -> None:
    link = first_password.link(person)
    new = "over the hills to Ribe"
    for _ in range(2):
        seen = Client().get(link)
        assert (seen.status_code, seen["Referrer-Policy"], seen["Cache-Control"]) == (200, "no-referrer", "no-store")
    assert Client().post(link, {"new_password1": "short", "new_password2": "short"}).status_code == 422
    assert Client().post(link, {"new_password1": new, "new_password2": new})["Location"] == LOGIN
    assert log_in(Client(), new) == HTTPStatus.FOUND
    assert Client().post(link, {"new_password1": PASSWORD, "new_password2": PASSWORD}).status_code == 404


@pytest.mark.parametrize("token", ["x", "1-x", "-", "١-x", "9" * 40 + "-x", "1-c0-" + "a" * 64])
def test_a_made_up_link_opens_nothing(person: User, token: str) -> None:
    assert Client().get(reverse("choose-password", args=[token])).status_code == 404


def test_a_respondents_page_sets_no_cookie_and_asks_nothing_about_staff_or_sessions(person: User) -> None:
    holder = make_case().holders.get()
    path = reverse("answer", args=[links.token(links.ANSWER, holder)])
    stranger, browser = Client(), browser_of(person)
    counts = []
    for client in (stranger, browser, stranger, browser):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            answer = client.get(path)
        assert answer.status_code == 200
        assert not answer.cookies
        assert "Cookie" not in answer.get("Vary", "")
        said = " ".join(query["sql"] for query in queries)
        assert not re.search(r"django_session|barometer_user|mfa_|usersessions|axes|roundrole", said)
        counts.append(len(queries))
    assert counts[2] == counts[3]
