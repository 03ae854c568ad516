"""All questions of a round, open to everybody before and while it is answered."""

import io
from typing import Any

import pypdf
import pytest

from surveys.models import Round
from tests.factories import NOON, make_case, make_open_round, make_round
from tests.instruments import shipped
from tests.leaders import link, owner_of
from tests.people import browser_of

pytestmark = pytest.mark.django_db


def open_round() -> Round:
    return make_open_round(questionnaire=shipped(NOON))


def test_everybody_sees_all_questions_of_a_level_without_a_cookie() -> None:
    round_ = open_round()
    response = browser_of(None).get(f"/questions/{round_.slug}/region/")
    assert response.status_code == 200
    content = response.content.decode()
    assert "Regionens administration eller øverste administrative ledelse" in content
    assert "Kun hvis svaret på spørgsmål 1 er" in content
    assert response["Content-Language"] == "da"
    assert response.cookies == {}
    assert "<input" not in content


def test_the_language_is_that_of_the_address() -> None:
    content = browser_of(None).get(f"/questions/{open_round().slug}/region/?lang=en").content.decode()
    assert '<html lang="en">' in content
    assert "Only if the answer to question 1 is" in content
    assert ".pdf?lang=en" in content


def test_without_a_level_the_page_asks_for_it() -> None:
    round_ = open_round()
    content = browser_of(None).get(f"/questions/{round_.slug}/?lang=en").content.decode()
    for level in ("municipality", "region", "state"):
        assert f"/questions/{round_.slug}/{level}/?lang=en" in content
    response = browser_of(None).get(f"/questions/{round_.slug}/county/?lang=en")
    assert (response.status_code, response["Location"]) == (302, f"/questions/{round_.slug}/?lang=en")


def test_a_questionnaire_that_is_the_same_for_all_levels_needs_none() -> None:
    slug = make_open_round().slug
    response = browser_of(None).get(f"/questions/{slug}/?lang=en")
    assert (response.status_code, response["Location"]) == (302, f"/questions/{slug}/all/?lang=en")
    for level in ("all", "region"):
        assert "1. Har I indført noget nyt?" in browser_of(None).get(f"/questions/{slug}/{level}/").content.decode()


def test_the_pdf_is_in_the_language_and_for_the_level_of_the_address() -> None:
    response = browser_of(None).get(f"/questions/{open_round().slug}/state.pdf?lang=en")
    assert response["Content-Type"] == "application/pdf"
    reader = pypdf.PdfReader(io.BytesIO(response.content))
    root: Any = reader.root_object
    assert root["/Lang"] == "en"
    assert "State" in reader.pages[0].extract_text()


@pytest.mark.parametrize("page", ["", "region/", "region.pdf"])
def test_the_questions_of_a_round_that_has_not_been_opened_are_nobodys_business(page: str) -> None:
    assert browser_of(None).get(f"/questions/{make_round().slug}/{page}").status_code == 404
    assert browser_of(None).get(f"/questions/nosuch/{page}").status_code == 404


@pytest.mark.parametrize("page", ["", "all/", "all.pdf"])
def test_nothing_can_be_sent_to_the_page(page: str) -> None:
    address = f"/questions/{make_open_round().slug}/{page}"
    assert browser_of(None).post(address).status_code == 405
    assert browser_of(None).head(address).status_code in (200, 302)


def test_every_page_of_the_questionnaire_leads_to_all_questions_in_its_language() -> None:
    case = make_case(round_=open_round())
    slug, level = case.round.slug, case.sample_unit.workplace.level
    page = browser_of(None).get(link(owner_of(case))).content.decode()
    assert page.count(f'href="/questions/{slug}/{level}/"') == 2  # on page 1 and in the foot
    english = browser_of(None).get(f"{link(owner_of(case))}?lang=en").content.decode()
    assert english.count(f'href="/questions/{slug}/{level}/?lang=en"') == 2
    for inner in ("not-me/", "decline/"):
        assert (
            f'href="/questions/{slug}/{level}/"'
            in browser_of(None).get(f"{link(owner_of(case))}{inner}").content.decode()
        )
    assert f'href="/questions/{slug}/"' in browser_of(None).get(f"/privacy/{slug}/").content.decode()
