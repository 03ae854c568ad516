"""Two people answer for one workplace at the same time; nobody's answer is overwritten unseen."""

import pytest
from playwright.sync_api import expect

from responses.models import Case, Response
from tests.browser.conftest import OpenBrowser
from tests.browser.fieldwork import make_answers
from tests.browser.leader import LONG_WAY, WELCOME, Leader, follow, personal_path
from tests.factories import NOON, make_case, make_open_round
from tests.instruments import shipped

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ABOUT_THE_LATEST = "4/"


@pytest.fixture
def case(transactional_db: None) -> Case:
    case = make_case(make_open_round(questionnaire=shipped(NOON)), language="en")
    innovative = {key: LONG_WAY[key] for key in (*WELCOME, "innov")}
    make_answers(case, {**innovative, "latest_type": ["product"]})
    return case


def two_leaders(open_browser: OpenBrowser, case: Case) -> tuple[Leader, Leader]:
    """Both have the same page open."""
    leaders = Leader(open_browser("en", javascript=False)), Leader(open_browser("en"))
    for leader in leaders:
        leader.page.goto(personal_path(case) + ABOUT_THE_LATEST)
    return leaders


def stored() -> dict[str, object]:
    return dict(Response.objects.get().answers)


def test_the_second_to_save_sees_both_answers_and_decides(open_browser: OpenBrowser, case: Case) -> None:
    first, second = two_leaders(open_browser, case)
    first.fill_in({"latest_desc": "A basket", "core_task": "future"})
    first.go_on()
    expect(first.page.locator("h1")).to_have_text("How new is it?")

    second.fill_in({"latest_desc": "A bicycle", "core_task": "current"})
    second.go_on()
    expect(second.page.locator("h1")).to_have_text("The latest innovation")
    told = second.page.locator(".remark").all_inner_texts()
    assert len(told) == 2
    assert "“A basket”" in told[0]
    assert "“Yes, about a core task we will have in the future”" in told[1]
    assert second.page.locator("[name=latest_desc]").input_value() == "A bicycle"
    assert second.page.locator("[name=core_task][value=current]").is_checked()
    assert (stored()["latest_desc"], stored()["core_task"]) == ("A basket", "future")

    second.go_on()
    expect(second.page.locator("h1")).to_have_text("How new is it?")
    assert (stored()["latest_desc"], stored()["core_task"]) == ("A bicycle", "current")


def test_answers_to_different_questions_of_a_page_are_both_kept(open_browser: OpenBrowser, case: Case) -> None:
    first, second = two_leaders(open_browser, case)
    first.fill_in({"core_task": "future"})
    first.go_on()
    second.fill_in({"latest_desc": "A bicycle"})
    follow(second.page.get_by_role("button", name="Back"))
    assert stored()["core_task"] == "future"
    assert stored()["latest_desc"] == "A bicycle"
