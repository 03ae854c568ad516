"""Somebody who has never seen it writes a question with routing in two languages and publishes the next version."""

import pytest
from playwright.sync_api import Page, expect

from responses.models import Response
from surveys.models import Questionnaire
from tests.browser.accessibility import PHONE, WIDE, Axe, too_wide
from tests.browser.conftest import OpenBrowser
from tests.browser.leader import LONG_WAY, SHORT_WAY, Answers, Leader, follow, personal_path
from tests.factories import NOON, make_case, make_open_round
from tests.instruments import shipped
from tests.people import dana

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def published(transactional_db: None) -> Questionnaire:
    return shipped(NOON)


def button(page: Page, name: str) -> None:
    follow(page.get_by_role("main").get_by_role("button", name=name, exact=True))


def start_a_new_version(page: Page) -> None:
    page.goto("/")
    follow(page.get_by_role("link", name="Questionnaires", exact=True))
    follow(page.get_by_role("link", name="The Innovation Barometer 2018-19"))
    expect(page.locator(".status")).to_have_text("Published")
    button(page, "Start a new version")
    expect(page.locator(".status")).to_have_text("Draft")


def write_the_question(page: Page) -> None:
    """Everything but its condition."""
    page.get_by_label("Code", exact=True).fill("green")
    page.get_by_label("Question – Danish", exact=True).fill("Gavnede innovationen klimaet?")
    page.get_by_label("Question – English", exact=True).fill("Did the innovation benefit the climate?")
    for number, (code, danish, english) in enumerate([("yes", "Ja", "Yes"), ("no", "Nej", "No")], start=1):
        line = page.get_by_role("group", name=f"Option {number}", exact=True)
        line.get_by_label("Code").fill(code)
        line.get_by_label("Value").fill(str(2 - number))
        line.get_by_label("Text – Danish").fill(danish)
        line.get_by_label("Text – English").fill(english)


def look_at_it_on_a_phone(page: Page) -> None:
    follow(page.get_by_role("link", name="Preview"))
    button(page, "Show the first page")
    page.get_by_label("Page", exact=True).select_option("5")
    for language, question in (
        ("da", "Gavnede innovationen klimaet?"),
        ("en", "Did the innovation benefit the climate?"),
    ):
        page.get_by_label("Language", exact=True).select_option(language)
        follow(page.get_by_role("button", name="Show", exact=True))
        expect(page.get_by_role("group", name=question)).to_be_visible()
        assert too_wide(page) == {}
    page.set_viewport_size({"width": WIDE, "height": 900})
    follow(page.get_by_role("link", name="At the width of a phone"))
    phone = page.frame_locator("iframe")
    phone.get_by_role("button", name="Show the first page").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Welcome")
    expect(phone.get_by_role("navigation")).to_have_count(0)


def answer_it(page: Page, version: Questionnaire, language: str, question: str, answers: Answers) -> object:
    """Answer the new version in a round of its own; return what is stored of the new question once submitted."""
    case = make_case(make_open_round(questionnaire=version), language=language)
    page.goto(personal_path(case))
    asked: list[str] = []
    leader = Leader(page, sees=lambda seen: asked.extend(seen.locator("main legend").all_inner_texts()))
    leader.answer(answers)
    assert any(question in legend for legend in asked) is ("green" in answers)
    follow(page.locator("main .button-primary"))
    expect(page.locator("main .alert-success")).to_be_visible()
    response = Response.objects.get(case=case)
    assert response.submitted_at is not None
    return response.answers.get("green")


def test_a_question_with_routing_in_two_languages_is_added_the_next_version_published_and_answered(
    open_browser: OpenBrowser, published: Questionnaire
) -> None:
    page = open_browser("en", staff=dana(), javascript=False)
    start_a_new_version(page)
    assert too_wide(page) == {}
    page.set_viewport_size({"width": WIDE, "height": 900})
    follow(page.locator("#page-origin").get_by_role("link", name="Add a question"))
    write_the_question(page)
    page.get_by_label("Asked only if").fill("inovative")
    button(page, "Save")

    summary = page.locator("main .alert-error")
    expect(summary).to_contain_text("Did you mean “innovative”?")
    expect(page.locator("#id_ask_if_error")).to_contain_text("“inovative”")
    names = page.get_by_role("region", name="Names to use")
    expect(names.locator("summary code", has_text="unit_confirm")).to_be_visible()
    expect(page.get_by_label("Question – English", exact=True)).to_have_value("Did the innovation benefit the climate?")
    assert too_wide(page) == {}
    page.set_viewport_size({"width": WIDE, "height": 900})

    page.get_by_label("Asked only if").fill("innovative")
    button(page, "Save")
    line = page.locator("#question-green")
    expect(line).to_contain_text("asked if innovative")
    expect(line).to_contain_text("2 options")
    expect(page.locator("main .alert-success").first).to_contain_text("green")

    look_at_it_on_a_phone(page)
    follow(page.get_by_role("link", name="Outline", exact=True))
    follow(page.get_by_role("main").get_by_role("link", name="Publish …").first)
    button(page, "Publish")
    expect(page.locator(".status")).to_have_text("Published")
    [new] = Questionnaire.objects.published().exclude(pk=published.pk)
    assert (new.code, new.version) == (published.code, published.version + 1)
    added = new.definition().question("green")
    assert {language: added.label.text(language, {}) for language in new.languages} == {
        "da": "Gavnede innovationen klimaet?",
        "en": "Did the innovation benefit the climate?",
    }

    leader = open_browser("da", javascript=False, width=PHONE)
    innovative, not_innovative = {**LONG_WAY, "green": "yes"}, SHORT_WAY
    assert answer_it(leader, new, "da", "Gavnede innovationen klimaet?", innovative) == "yes"
    assert answer_it(leader, new, "en", "Did the innovation benefit the climate?", not_innovative) is None


def test_a_wrong_step_is_undone_and_enter_saves(open_browser: OpenBrowser, published: Questionnaire) -> None:
    page = open_browser("en", staff=dana(), javascript=False)
    start_a_new_version(page)
    follow(page.locator("#question-novelty").get_by_role("link", name="Edit"))
    page.get_by_label("Code", exact=True).fill("newness")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Question newness")
    expect(page.locator("main .alert-info")).to_contain_text("reused")
    follow(page.get_by_role("link", name="History and undo"))
    follow(page.get_by_role("row").nth(2).get_by_role("link"))
    button(page, "Go back to this")
    expect(page.locator("main .alert-success").first).to_contain_text("what it was after change 1")
    expect(page.locator("#question-novelty")).to_be_visible()


@pytest.mark.parametrize("language", ["da", "en"])
def test_axe_finds_nothing_wrong_with_the_pages_of_authors(
    open_browser: OpenBrowser, axe: Axe, published: Questionnaire, language: str
) -> None:
    page = open_browser(language, staff=dana())
    draft = f"/questionnaires/{published.pk + 1}/"
    page.goto(f"/questionnaires/{published.pk}/")
    follow(page.locator("main .button-row button"))
    found = axe.faults(page)
    for address in ("question/factors/edit/", "question/new/", "register/reg_level/edit/", "derived/innovative/edit/"):
        page.goto(f"{draft}{address}")
        found += axe.faults(page)
    page.goto(f"{draft}question/values/edit/")
    page.locator("#id_ask_if").fill("nosuch")
    page.locator("#id_code").fill("")
    follow(page.locator("main .save-bar .button-primary"))
    found += axe.faults(page)
    pages = ("settings/", "texts/", "history/", "history/1/", "load/", "publish/", "delete/", "question/values/delete/")
    found += axe.faults_of(page, "/questionnaires/", "/questionnaires/new/", *(f"{draft}{one}" for one in pages))
    assert found == [], "\n".join(found)
