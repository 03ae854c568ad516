"""What the keyboard and the links of an error summary do on a page of the questionnaire."""

import pytest
from playwright.sync_api import Page, expect

from responses.models import Case, Response
from responses.statistics.dispositions import Disposition
from tests.browser.conftest import OpenBrowser
from tests.browser.fieldwork import make_answers
from tests.browser.leader import LONG_WAY, WELCOME, Leader, follow, personal_path
from tests.factories import NOON, make_case, make_open_round, refreshed
from tests.instruments import shipped

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PARTNERS = "7/"


@pytest.fixture
def case(transactional_db: None) -> Case:
    return make_case(make_open_round(questionnaire=shipped(NOON)), language="en")


def open_link(page: Page, case: Case, rest: str = "") -> Leader:
    page.goto(personal_path(case) + rest)
    return Leader(page)


@pytest.mark.parametrize("javascript", [True, False])
def test_the_error_summary_has_the_focus_and_its_links_lead_to_the_fields(
    open_browser: OpenBrowser, case: Case, javascript: bool
) -> None:
    leader = open_link(open_browser("en", javascript=javascript), case)
    leader.choose("respondent_role", "employee")
    leader.go_on()
    page = leader.page
    assert page.title().startswith("Error: Welcome")
    expect(page.locator("main .alert-error")).to_be_focused()
    [link] = page.locator("main .alert-error a").all()
    assert "Is that correct?" in link.inner_text()
    link.click()
    expect(page.locator("[name=unit_confirm]").first).to_be_focused()
    page.keyboard.press("Space")
    assert page.locator("[name=unit_confirm][value=yes]").is_checked()
    assert page.locator("[name=respondent_role][value=employee]").is_checked()  # nothing is lost


@pytest.mark.parametrize("javascript", [True, False])
def test_the_text_field_of_an_option_is_hidden_until_the_option_is_marked(
    open_browser: OpenBrowser, case: Case, javascript: bool
) -> None:
    make_answers(case, LONG_WAY)
    leader = open_link(open_browser("en", javascript=javascript), case, PARTNERS)
    marked, text = (leader.page.locator(f"[name={name}]") for name in ("collab", "collab__other__text"))
    expect(text).to_be_visible()  # as it was left
    marked.and_(leader.page.locator("[value=other]")).uncheck()
    expect(text).to_be_hidden()
    marked.and_(leader.page.locator("[value=other]")).check()
    expect(text).to_be_visible()
    expect(text).to_have_value("Naboens hund")


def test_every_kind_of_field_can_be_reached_from_the_summary(open_browser: OpenBrowser, case: Case) -> None:
    make_answers(case, {**LONG_WAY, "collab": ["own_org"]})
    leader = open_link(open_browser("en"), case, PARTNERS)
    leader.fill_in({"collab": ["none", "other"], "collab.other": "x" * 201, "finance": ["other", "dk"]})
    leader.go_on()
    links = leader.page.locator("main .alert-error a")
    names = ("collab", "collab__other__text", "finance")
    assert links.count() == len(names)
    for link, name in zip(links.all(), names, strict=True):
        link.click()
        expect(leader.page.locator(f"[name={name}]").first).to_be_focused()


def test_a_row_of_a_grid_can_be_reached_from_the_summary(open_browser: OpenBrowser, case: Case) -> None:
    make_answers(case, WELCOME)
    leader = open_link(open_browser("en"), case)
    leader.fill_in({"innov": {"product": "yes", "process": "no", "comm": "dk"}})
    leader.go_on()
    leader.page.locator("main .alert-error a").click()
    expect(leader.page.locator("[name=innov__service]").first).to_be_focused()
    leader.page.keyboard.press("ArrowRight")
    leader.go_on()
    expect(leader.page.locator("h1")).to_have_text("The latest innovation")
    assert Response.objects.get().answers["innov"]["service"] == "no"


def test_complaint_4_enter_in_a_text_field_goes_to_the_next_page_and_submits_nothing(
    open_browser: OpenBrowser, case: Case
) -> None:
    make_answers(case, LONG_WAY)
    leader = open_link(open_browser("en"), case, PARTNERS)
    leader.fill_in({"collab.other": "The neighbours"})
    leader.page.keyboard.press("Enter")
    expect(leader.page.locator("h1")).to_have_text("The collaboration and the technology")
    assert leader.page.locator("html").get_attribute("lang") == "en"  # the first button on the page is the language
    assert Response.objects.get().answers["collab.other"] == "The neighbours"
    assert refreshed(case).disposition == Disposition.STARTED


def test_enter_in_a_long_answer_is_a_new_line(open_browser: OpenBrowser, case: Case) -> None:
    make_answers(case, LONG_WAY)
    leader = open_link(open_browser("en"), case, "4/")
    leader.page.locator("textarea").focus()
    leader.page.keyboard.press("Enter")
    expect(leader.page.locator("h1")).to_have_text("The latest innovation")


def test_another_language_keeps_what_has_just_been_clicked(open_browser: OpenBrowser, case: Case) -> None:
    leader = open_link(open_browser("en", javascript=False), case)
    leader.fill_in(WELCOME)
    follow(leader.page.get_by_role("button", name="Dansk"))
    expect(leader.page.locator("h1")).to_have_text("Velkommen")
    assert leader.page.locator("[name=unit_confirm][value=yes]").is_checked()
    leader.go_on()
    expect(leader.page.locator("h1")).to_have_text("Nyt hos jer i 2018 og 2019")
