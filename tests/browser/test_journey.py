"""A leader answers in a real browser without JavaScript: the long way, the short way, and for a workplace that is gone."""

import pytest
from playwright.sync_api import Page, expect

from responses.models import Case, Response
from responses.statistics.dispositions import Disposition
from surveys.models import Questionnaire
from tests.browser.accessibility import PHONE, too_wide
from tests.browser.conftest import OpenBrowser
from tests.browser.leader import LONG_WAY, SHORT_WAY, Leader, personal_path
from tests.factories import NOON, make_case, make_open_round, refreshed
from tests.instruments import shipped

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("styles")]

SUBMIT = {"da": "Send svar", "en": "Submit the answers"}
LATEST, ORIGIN = 4, 5  # places of pages in the questionnaire


@pytest.fixture
def questionnaire(transactional_db: None) -> Questionnaire:
    return shipped(NOON)


def workplace(questionnaire: Questionnaire, language: str) -> Case:
    return make_case(make_open_round(questionnaire=questionnaire), language=language)


def leader_of(case: Case, open_browser: OpenBrowser, width: int = PHONE) -> Leader:
    """Somebody on a phone without JavaScript, who has followed the link in the mail."""
    leader = Leader(open_browser(javascript=False, width=width), sees=check)
    answer = leader.page.goto(personal_path(case))
    assert answer and answer.headers["referrer-policy"] == "no-referrer"
    return leader


def check(page: Page) -> None:
    """Nothing is kept in the browser, and nobody has to scroll sideways."""
    assert page.context.cookies() == []
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    assert too_wide(page) == {}, page.title()


def headings(questionnaire: Questionnaire, language: str, *left_out: str) -> list[str]:
    """The titles of all pages but some, and but those whose questions are switched off."""
    definition = questionnaire.definition()
    pages = [page for page in definition.pages if page.name not in left_out]
    on = [page for page in pages if any(definition.question(code).enabled for code in page.questions)]
    return [page.label.text(language, {}) for page in on]


@pytest.mark.parametrize("language", ["da", "en"])
def test_an_innovative_workplace_answers_every_page_looks_back_and_submits(
    open_browser: OpenBrowser, questionnaire: Questionnaire, language: str
) -> None:
    case = workplace(questionnaire, language)
    leader = leader_of(case, open_browser)
    leader.answer(LONG_WAY)
    asked = headings(questionnaire, language, "out_of_scope", "unfinished", "unfinished_more")
    assert leader.headings == asked
    assert Response.objects.get().answers == LONG_WAY

    # On the review everything can be read, and a link leads back to one page and from there to the review again.
    review = leader.page
    check(review)
    for words in ("Øl & brød i én kurv", "Naboens hund", "Et brev"):
        expect(review.locator("main")).to_contain_text(words)
    review.locator("main a", has_text=asked[ORIGIN - 2]).click()
    leader.choose("novelty", "first")
    leader.go_on()
    expect(review.locator("main")).not_to_contain_text("Et brev")  # asked only of those who took it from others
    assert refreshed(case).disposition == Disposition.STARTED

    review.get_by_role("button", name=SUBMIT[language]).click()
    check(review)
    expect(review.locator("main .alert-success")).to_contain_text(case.sample_unit.workplace.name)
    response = Response.objects.get()
    assert response.answers == {**LONG_WAY, "novelty": "first"}
    assert response.submitted_at is not None
    assert refreshed(case).disposition == Disposition.SUBMITTED


def test_a_workplace_without_innovation_is_asked_three_pages_more(
    open_browser: OpenBrowser, questionnaire: Questionnaire
) -> None:
    case = workplace(questionnaire, "da")
    leader = leader_of(case, open_browser)
    leader.answer(SHORT_WAY)
    definition = questionnaire.definition()
    asked = [
        page.label.text("da", {}) for page in definition.pages if page.name in ("start", "new", "unfinished", "culture")
    ]
    assert leader.headings == asked
    leader.page.get_by_role("button", name=SUBMIT["da"]).click()
    assert Response.objects.get().answers == SHORT_WAY
    assert refreshed(case).disposition == Disposition.SUBMITTED
