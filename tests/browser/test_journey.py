"""A leader answers on a phone without JavaScript: the long way, the short way, and for a workplace that is gone."""

import pytest
from playwright.sync_api import Page, expect

from responses.models import Case, Response
from responses.statistics.dispositions import Disposition, EventKind
from surveys.models import Questionnaire
from tests.browser.accessibility import PHONE, too_wide
from tests.browser.conftest import OpenBrowser
from tests.browser.leader import CLOSED, LONG_WAY, SHORT_WAY, WELCOME, Leader, follow, personal_path
from tests.factories import NOON, make_case, make_open_round, refreshed
from tests.instruments import shipped

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("styles"),
    pytest.mark.parametrize("language", ["da", "en"]),
]

PAGES = ("start", "new", "latest", "origin", "beginning", "partners", "course", "influences", "results", "evaluation")
MOST_REQUESTS = 8  # of a first visit


@pytest.fixture
def questionnaire(transactional_db: None) -> Questionnaire:
    return shipped(NOON)


@pytest.fixture
def case(questionnaire: Questionnaire, language: str) -> Case:
    return make_case(make_open_round(questionnaire=questionnaire), language=language)


@pytest.fixture
def leader(open_browser: OpenBrowser, case: Case) -> Leader:
    """Somebody who has followed the link in the mail, with a Danish phone."""
    page = open_browser("da", javascript=False, width=PHONE)
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    answer = page.goto(personal_path(case))
    assert answer and answer.headers["referrer-policy"] == "no-referrer"
    assert 1 < len(requests) <= MOST_REQUESTS
    return Leader(page, sees=check)


def check(page: Page) -> None:
    """Nothing is kept in the browser, and nobody has to scroll sideways."""
    assert page.context.cookies() == []
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    assert too_wide(page) == {}, page.title()


def titles(questionnaire: Questionnaire, language: str, *names: str) -> list[str]:
    pages = {page.name: page for page in questionnaire.definition().pages}
    return [pages[name].label.text(language, {}) for name in names]


def press(page: Page) -> None:
    """Press the button of the review; who has just given an answer need not mark anything first."""
    expect(page.locator("main [name=looked_through]")).to_have_count(0)
    follow(page.locator("main .button-primary"))


def test_an_innovative_workplace_answers_every_page_changes_its_mind_and_submits(
    leader: Leader, case: Case, questionnaire: Questionnaire, language: str
) -> None:
    leader.answer(LONG_WAY)
    assert leader.headings == titles(questionnaire, language, *PAGES, "culture")
    assert Response.objects.get().answers == LONG_WAY

    # On the review everything can be read; a link leads back to one page, and from there to the review again.
    page = leader.page
    check(page)
    for words in ("Øl & brød i én kurv", "Naboens hund", "Et brev"):
        expect(page.locator("main")).to_contain_text(words)
    [origin] = titles(questionnaire, language, "origin")
    follow(page.locator("main a", has_text=origin))
    leader.choose("novelty", "first")
    leader.go_on()
    expect(page.locator("main")).not_to_contain_text("Et brev")  # only who took over another's solution is asked
    assert refreshed(case).disposition == Disposition.STARTED

    other_tab = page.context.new_page()
    other_tab.goto(page.url)
    press(page)
    check(page)
    expect(page.locator("main .alert-success")).to_contain_text(case.sample_unit.workplace.name)
    response = Response.objects.get()
    assert response.answers == {**LONG_WAY, "novelty": "first"}
    assert response.submitted_at is not None
    assert refreshed(case).disposition == Disposition.SUBMITTED

    # Submitted once more, it is recorded once; neither the link nor the way back shows an answer any longer.
    press(other_tab)
    expect(other_tab.locator("main .alert-success")).to_be_visible()
    assert case.events.filter(kind=EventKind.SUBMITTED).count() == 1
    page.go_back()
    expect(page.locator("main .alert-success")).to_be_visible()
    expect(page.locator("main")).not_to_contain_text("Øl & brød")


def test_a_workplace_without_innovation_is_asked_three_pages_more(
    leader: Leader, case: Case, questionnaire: Questionnaire, language: str
) -> None:
    leader.answer(SHORT_WAY)
    assert leader.headings == titles(questionnaire, language, "start", "new", "unfinished", "culture")
    press(leader.page)
    assert Response.objects.get().answers == SHORT_WAY
    assert refreshed(case).disposition == Disposition.SUBMITTED


def test_a_workplace_that_is_gone_is_asked_one_page_more_and_thanked(
    leader: Leader, case: Case, questionnaire: Questionnaire, language: str
) -> None:
    leader.answer(CLOSED)
    assert leader.headings == titles(questionnaire, language, "start", "out_of_scope")
    check(leader.page)
    response = Response.objects.get()
    assert (response.answers, response.submitted_at) == (CLOSED, None)
    assert refreshed(case).disposition == Disposition.INELIGIBLE_REPORTED

    # It was a mistake.
    follow(leader.page.locator("main a"))
    leader.fill_in(WELCOME)
    leader.go_on()
    assert [leader.page.locator("h1").inner_text()] == titles(questionnaire, language, "new")
    assert refreshed(case).disposition == Disposition.STARTED
