"""Complaint 3, staff's side: a form whose proof of origin has gone stale comes back with what was typed."""

import re
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from surveys.models import Round, RoundText
from tests.factories import make_round
from tests.markup import Markup
from tests.people import dana

pytestmark = pytest.mark.django_db

OURS, STRANGER = "http://testserver", "https://evil.example"
WORDS = 'Lederne bliver skrevet til i januar, og "svarene" slettes.'


@pytest.fixture
def round_() -> Round:
    return make_round()


@pytest.fixture
def staff() -> Client:
    client = Client(enforce_csrf_checks=True)
    client.force_login(dana())
    return client


def typed(staff: Client, round_: Round) -> dict[str, str]:
    """The texts of the round as the page has them, with one that somebody has written."""
    page = Markup(staff.get(reverse("round-texts", args=[round_.slug])).content.decode())
    fields = {each.get("name"): each.text for each in page.all("textarea")}
    fields |= {each.get("name"): each.get("value") for each in page.all("input") if each.get("name")}
    return {**fields, "purpose_da": WORDS, "csrfmiddlewaretoken": "x" * 64}


def purpose(round_: Round) -> str:
    return RoundText.objects.get(round=round_, field="purpose", language="da").text


def hidden(html: str) -> dict[str, str]:
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', html)
    return {name: unescape(value) for name, value in found}


def test_complaint_3_a_staff_form_with_a_stale_token_comes_back_with_what_was_typed(
    staff: Client, round_: Round
) -> None:
    address = reverse("round-texts", args=[round_.slug])
    refused = staff.post(address, typed(staff, round_), headers={"origin": OURS})
    assert refused.status_code == 403
    assert purpose(round_) != WORDS
    page = Markup(refused.content.decode())
    assert page.faults() == []
    assert WORDS in [each.text for each in page.all("blockquote")]
    again = staff.post(address, hidden(refused.content.decode()), headers={"origin": OURS})
    assert again.status_code == 302
    assert purpose(round_) == WORDS


def test_complaint_3_who_was_logged_out_meanwhile_is_shown_the_way_back(staff: Client, round_: Round) -> None:
    fields = typed(staff, round_)
    staff.logout()
    refused = staff.post(reverse("round-texts", args=[round_.slug]), fields, headers={"origin": OURS})
    assert refused.status_code == 403
    html = refused.content.decode()
    assert WORDS in unescape(html)
    assert f'href="{reverse("account_login")}"' in html


@pytest.mark.parametrize("headers", [{}, {"origin": STRANGER}, {"origin": "null"}])
def test_complaint_3_what_another_site_sends_is_not_offered_to_be_sent_on(
    staff: Client, round_: Round, headers: dict[str, str]
) -> None:
    refused = staff.post(reverse("round-texts", args=[round_.slug]), typed(staff, round_), headers=headers)
    assert refused.status_code == 403
    assert "<form" not in refused.content.decode().split("<main")[1].split("</main>")[0]
    assert WORDS not in unescape(refused.content.decode())


def test_complaint_3_a_password_is_never_shown_again() -> None:
    browser = Client(enforce_csrf_checks=True)
    fields = {"username": "dana", "password": "a secret with spaces", "csrfmiddlewaretoken": "x" * 64}
    refused = browser.post(reverse("account_login"), fields, headers={"origin": OURS})
    assert refused.status_code == 403
    assert "a secret with spaces" not in refused.content.decode()
