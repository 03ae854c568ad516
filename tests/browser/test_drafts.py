"""The small script of the questionnaire: it saves while somebody types, and nothing depends on it."""

from pathlib import Path

import pytest
from playwright.sync_api import Dialog, Page, expect

from responses.models import Case, Response
from tests.browser.conftest import OpenBrowser
from tests.browser.fieldwork import make_answers
from tests.browser.leader import LONG_WAY, WELCOME, Leader, personal_path
from tests.factories import NOON, make_case, make_open_round
from tests.instruments import shipped
from tests.smtp_sink import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ABOUT_THE_LATEST = "4/"
SCRIPT = Path(__file__).resolve().parents[2] / "barometer" / "static" / "barometer" / "answering.js"


@pytest.fixture
def case(transactional_db: None) -> Case:
    case = make_case(make_open_round(questionnaire=shipped(NOON)), language="en")
    make_answers(case, {key: LONG_WAY[key] for key in (*WELCOME, "innov")})
    return case


def open_page(page: Page, case: Case, rest: str = ABOUT_THE_LATEST) -> Leader:
    page.goto(personal_path(case) + rest)
    return Leader(page)


def stored() -> dict[str, object]:
    return dict(Response.objects.get().answers)


def saved(leader: Leader) -> None:
    """Wait until the page says that the draft is stored."""
    expect(leader.page.locator("#draft-status")).to_have_text("Saved")


def test_what_is_typed_is_saved_without_a_button_and_is_there_on_another_device(
    open_browser: OpenBrowser, case: Case
) -> None:
    leader = open_page(open_browser("en"), case)
    leader.fill_in({"latest_desc": "A basket", "core_task": "future"})
    saved(leader)
    assert (stored()["latest_desc"], stored()["core_task"]) == ("A basket", "future")
    elsewhere = open_page(open_browser("en", javascript=False), case)
    assert elsewhere.page.locator("[name=latest_desc]").input_value() == "A basket"


def test_going_on_after_drafts_finds_no_stranger_in_ones_own_answers(open_browser: OpenBrowser, case: Case) -> None:
    leader = open_page(open_browser("en"), case)
    leader.fill_in({"latest_desc": "A basket", "latest_type": ["product"], "core_task": "future"})
    saved(leader)
    leader.fill_in({"latest_desc": "A bicycle", "core_task": "current"})
    leader.go_on()
    expect(leader.page.locator("h1")).to_have_text("How new is it?")
    assert (stored()["latest_desc"], stored()["core_task"]) == ("A bicycle", "current")


def test_a_draft_on_its_way_is_waited_for(open_browser: OpenBrowser, case: Case) -> None:
    leader = open_page(open_browser("en"), case)
    leader.fill_in({"latest_type": ["product"], "core_task": "future", "latest_desc": "A basket"})
    leader.page.locator("[name=core_task][value=current]").check()
    leader.page.wait_for_timeout(210)  # the draft has just left
    leader.page.locator("[name=core_task][value=future]").check()
    leader.go_on()
    expect(leader.page.locator("h1")).to_have_text("How new is it?")
    assert stored()["core_task"] == "future"


def test_leaving_with_unsaved_text_asks_first_and_saves_it_and_with_saved_text_does_not_ask(
    open_browser: OpenBrowser, case: Case
) -> None:
    page = open_browser("en")
    asked: list[str] = []

    def answer(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", answer)
    leader = open_page(page, case)
    leader.page.locator("[name=latest_desc]").press_sequentially("A basket")
    page.goto(personal_path(case) + "not-me/")
    assert asked == ["beforeunload"]
    wait_until(lambda: stored().get("latest_desc") == "A basket")
    open_page(page, case)
    leader.page.locator("[name=latest_desc]").fill("Another")
    saved(leader)
    page.goto(personal_path(case) + "not-me/")
    assert asked == ["beforeunload"]


def test_a_link_that_is_only_opened_stores_nothing_whatever_is_typed(open_browser: OpenBrowser) -> None:
    case = make_case(make_open_round(questionnaire=shipped(NOON)), language="en")
    leader = open_page(open_browser("en"), case, "")
    leader.choose("unit_confirm", "yes")
    leader.page.wait_for_timeout(600)
    assert not Response.objects.exists()


def test_the_script_is_small() -> None:
    assert SCRIPT.stat().st_size <= 5_000
