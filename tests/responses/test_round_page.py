"""The round page, and the opening and closing of a round."""

import re

import pytest
from django.urls import reverse

from responses.models import Case
from surveys.models import Round
from tests.factories import make_case, make_open_round, make_response, make_round, make_sample, refreshed
from tests.people import browser_of, finn, olga
from tests.responses.test_response_rate import make_field

pytestmark = pytest.mark.django_db
PAGES = ("round", "round-open", "round-close")


def read(name: str, round_: Round, language: str = "en") -> str:
    response = browser_of(finn(), language).get(reverse(name, args=[round_.slug]))
    assert response.status_code == 200
    return response.content.decode().replace("\xa0", " ")


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", page).split())


@pytest.mark.parametrize("name", PAGES)
def test_needs_a_login(name: str) -> None:
    address = reverse(name, args=[make_open_round().slug])
    assert browser_of(None).get(address)["Location"] == f"{reverse('account_login')}?next={address}"


@pytest.mark.parametrize("name", PAGES)
def test_needs_staff(name: str) -> None:
    assert browser_of(olga()).get(reverse(name, args=[make_open_round().slug])).status_code == 403


@pytest.mark.parametrize("name", PAGES)
def test_an_unknown_round_is_not_found(name: str) -> None:
    assert browser_of(finn()).get(reverse(name, args=["nothing"])).status_code == 404


@pytest.mark.parametrize(("name", "method"), [("round", "post"), ("round-open", "put"), ("round-close", "delete")])
def test_rejects_the_wrong_method(name: str, method: str) -> None:
    response = browser_of(finn()).generic(method.upper(), reverse(name, args=[make_open_round().slug]))
    assert response.status_code == 405


def test_the_page_shows_both_rates_the_target_and_every_state() -> None:
    text = words(read("round", make_field()))
    assert "37.5% 3 submitted of 8 sampled, unweighted. The target is 50%: 4 submitted. 1 to go." in text
    assert "42.9% 3 submitted of 7" in text
    for state in ("Sampled 8", "Invited 8", "Bounced 1", "Started 1", "Submitted 3", "Declined 1"):
        assert state in text
    assert "Not eligible – to be confirmed 1 Reported as closed or merged" in text
    assert "Municipality 40.0% 2 5 0 40.0%" in text
    assert "State 33.3% 1 3 1 50.0%" in text


def test_the_page_speaks_danish() -> None:
    text = words(read("round", make_field(), "da"))
    assert "37,5 %" in text
    assert "Svarprocent" in text


def test_the_curve_is_drawn_with_its_numbers_in_a_table() -> None:
    round_ = make_open_round()
    make_response(make_case(round_), {"new": "yes"})
    make_case(round_)
    page = read("round", round_)
    assert 'class="chart-line" points="64,' in page
    assert "Target 50%" in page
    assert "0 7 January 2020 1 1 50.0%" in words(page)


def test_a_reached_target_is_said() -> None:
    round_ = make_open_round()
    make_response(make_case(round_), {"new": "yes"})
    assert "The target is reached." in read("round", round_)


def test_the_page_shows_in_plain_words_that_a_draft_has_no_numbers_yet() -> None:
    text = words(read("round", make_round()))
    assert "Not opened yet." in text
    assert "No sample has been drawn yet." in text
    assert "Response rate" not in text


def test_the_page_holds_no_style_attribute() -> None:
    assert "style=" not in read("round", make_field())


def test_the_page_asks_the_database_a_fixed_number_of_questions(django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
    round_ = make_field()
    browser = browser_of(finn())
    with django_assert_max_num_queries(25):
        browser.get(reverse("round", args=[round_.slug]))


def test_the_page_of_a_round_in_the_field_says_which_day_it_is() -> None:
    round_ = make_open_round()
    assert re.search(r"In the field: day \d+ of 45\.", words(read("round", round_)))


def test_opening_asks_first_and_then_makes_a_case_of_every_unit() -> None:
    round_ = make_sample().round
    assert "each of the 20 sampled workplaces" in read("round-open", round_)
    assert Case.objects.count() == 0
    response = browser_of(finn()).post(reverse("round-open", args=[round_.slug]))
    assert response["Location"] == reverse("round", args=[round_.slug])
    assert Case.objects.filter(round=round_).count() == 20


def test_what_is_missing_is_listed_and_nothing_is_opened() -> None:
    round_ = make_round()
    round_.texts.all().delete()
    text = words(read("round-open", round_))
    assert "No sample has been drawn yet." in text
    assert "“Data controller” is empty in Danish." in text
    assert browser_of(finn()).post(reverse("round-open", args=[round_.slug])).status_code == 409
    assert refreshed(round_).status == Round.Status.DRAFT


def test_closing_asks_first() -> None:
    round_ = make_field()
    assert "3 submitted of 8 sampled" in words(read("round-close", round_))
    assert refreshed(round_).status == Round.Status.OPEN
    browser_of(finn()).post(reverse("round-close", args=[round_.slug]))
    assert refreshed(round_).status == Round.Status.CLOSED


def test_a_draft_cannot_be_closed() -> None:
    round_ = make_round()
    assert "cannot be closed" in read("round-close", round_)
    response = browser_of(finn()).post(reverse("round-close", args=[round_.slug]), follow=True)
    assert "cannot be closed" in response.content.decode()
    assert refreshed(round_).status == Round.Status.DRAFT
