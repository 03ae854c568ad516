"""One page per authority, for staff alone."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from surveys.models import QuietWeek, Round
from tests.factories import make_authority_contact, make_case, make_coordinator, make_open_round, make_response
from tests.people import audrey, browser_of, finn, olga

pytestmark = pytest.mark.django_db


@pytest.fixture
def round_() -> Round:
    round_ = make_open_round()
    make_response(make_case(round_, name="<i>Answered</i>"), {"new": "yes"})
    make_case(round_, name="Silent")
    make_case(round_, name="Elsewhere", authority="Kolding Kommune", authority_code="621")
    return round_


def page(round_: Round, code: str = "751", who: object = None) -> str:
    path = reverse("authority-page", args=[round_.slug, code])
    return browser_of(who or finn()).get(path).content.decode()  # type: ignore[arg-type]


def test_it_shows_its_cases_and_rate(round_: Round) -> None:
    text = page(round_)
    assert "Aarhus Kommune" in text
    assert "50.0%" in text
    assert "1 of 2 sampled workplaces" in text
    assert "Silent" in text
    assert "&lt;i&gt;Answered&lt;/i&gt;" in text
    assert "Elsewhere" not in text


def test_it_shows_contact_person_coordinator_and_quiet_weeks(round_: Round) -> None:
    assert "Has no link" in page(round_)
    make_coordinator(round_, at=timezone.now() - timedelta(days=1))
    QuietWeek.objects.create(authority_code="751", year=2020, week=7)
    QuietWeek.objects.create(authority_code="621", year=2020, week=8)
    text = page(round_)
    assert "kontakt@kommune.example" in text
    assert "Has a link that works until" in text
    assert "2020: 7" in text
    assert "2020: 8" not in text
    assert "kontakt@kommune.example" not in page(round_, who=audrey())


def test_the_lists_lead_to_it(round_: Round) -> None:
    make_authority_contact(round_)
    path = reverse("authority-page", args=[round_.slug, "751"])
    for name in ("cases", "authority-contacts", "coordinators"):
        assert path in browser_of(finn()).get(reverse(name, args=[round_.slug])).content.decode()


def test_an_authority_of_another_round_or_none_is_not_found(round_: Round) -> None:
    other = make_open_round()
    for code in ("751", "x", "%00", "a/b"):
        assert browser_of(finn()).get(reverse("authority-page", args=[other.slug, code])).status_code == 404


def test_a_code_with_a_slash_has_a_page_too(round_: Round) -> None:
    make_case(round_, authority="Odd", authority_code="7/51")
    assert "Odd" in page(round_, "7/51")
    assert browser_of(finn()).get(reverse("cases", args=[round_.slug])).status_code == 200


def test_it_takes_few_queries_and_is_for_staff(round_: Round) -> None:
    path, browser = reverse("authority-page", args=[round_.slug, "751"]), browser_of(finn())
    with CaptureQueriesContext(connection) as asked:
        assert browser.get(path).status_code == 200
    assert len(asked) <= 16
    assert browser_of(olga()).get(path).status_code == 403
    assert browser_of(None).get(path)["Location"].startswith(reverse("account_login"))
    assert browser_of(finn()).post(path).status_code == 405
