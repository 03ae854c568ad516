"""axe finds nothing wrong with any page that a leader can meet, in both languages, on a wide screen and on a phone."""

import pytest
from django.utils import timezone
from playwright.sync_api import Page

from responses import copies, links
from responses.actions import answering
from responses.actions.case import decline
from responses.models import Case
from surveys.models import Questionnaire
from tests.browser.accessibility import Axe
from tests.browser.conftest import OpenBrowser
from tests.browser.fieldwork import make_answers
from tests.browser.leader import CLOSED, LONG_WAY, SHORT_WAY, WELCOME, Leader, follow, owner, personal_path
from tests.factories import NOON, make_case, make_open_round, make_response
from tests.instruments import shipped

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.parametrize("language", ["da", "en"]),
]


@pytest.fixture
def questionnaire(transactional_db: None) -> Questionnaire:
    return shipped(NOON)


def a_case(questionnaire: Questionnaire, language: str) -> Case:
    return make_case(make_open_round(questionnaire=questionnaire), language=language)


def pages_on_the_way(case: Case) -> list[str]:
    """The addresses of all pages that the stored answers lead to."""
    route = answering.route_of(case, case.response.answers)
    return [f"{personal_path(case)}{page.number}/" for page in route.pages]


def test_every_page_of_the_long_way_and_its_review(
    open_browser: OpenBrowser, axe: Axe, questionnaire: Questionnaire, language: str
) -> None:
    case = a_case(questionnaire, language)
    page = open_browser(language)
    found = axe.faults_of(page, personal_path(case))
    make_answers(case, LONG_WAY)
    found += axe.faults_of(page, *pages_on_the_way(case), f"{personal_path(case)}review/")
    assert found == [], "\n".join(found)


def test_the_other_ways_and_what_they_end_in(
    open_browser: OpenBrowser, axe: Axe, questionnaire: Questionnaire, language: str
) -> None:
    page = open_browser(language)
    developing = a_case(questionnaire, language)
    make_answers(developing, {**SHORT_WAY, "ongoing": "yes"})
    found = axe.faults_of(page, *pages_on_the_way(developing)[2:4])  # about unfinished work
    gone = a_case(questionnaire, language)
    page.goto(personal_path(gone))
    leader = Leader(page, sees=lambda page: found.extend(axe.faults(page)))
    leader.answer(CLOSED)
    found += axe.faults(page)
    submitted, said_no, too_late = (a_case(questionnaire, language) for _ in range(3))
    make_response(submitted, LONG_WAY)
    decline(holder=owner(said_no), at=NOON)
    too_late.round.closed_at = NOON
    too_late.round.save(update_fields=["closed_at"])
    found += axe.faults_of(page, *map(personal_path, (submitted, said_no, too_late)))
    assert found == [], "\n".join(found)


def test_what_comes_after_submitting(
    open_browser: OpenBrowser, axe: Axe, questionnaire: Questionnaire, language: str
) -> None:
    case = a_case(questionnaire, language)
    response = make_response(case, LONG_WAY, at=timezone.now())
    receipt = f"/k/{copies.token(response)}/"
    page = open_browser(language)
    found = axe.faults_of(page, receipt, f"{receipt}answers/", "/k/gone/")

    def press() -> None:
        follow(page.locator("main button").first)
        found.extend(axe.faults(page))

    for path, text in ((f"{receipt}contact/", "#id_innovation"), (f"{receipt}results/", "")):
        found += axe.faults_of(page, path)
        press()  # nothing filled in: errors
        page.locator("#id_email").fill("lea@skole.example")
        if text:
            page.locator(text).fill("Brød til naboerne")
            page.locator("#id_agree").check()
        press()  # saved, with a way to withdraw
        press()  # nothing chosen: an error
        page.locator("input[type=radio]").first.check()
        press()  # withdrawn
    found += axe.faults_of(page, f"{personal_path(case)}correct/")
    press()
    page.locator("input[type=radio]").first.check()
    press()  # asked
    found += axe.faults_of(page, f"{personal_path(case)}correct/")
    assert found == [], "\n".join(found)


def test_what_is_wrong_or_to_be_looked_at_again(
    open_browser: OpenBrowser, axe: Axe, questionnaire: Questionnaire, language: str
) -> None:
    found: list[str] = []

    def after(page: Page, **given: str | list[str]) -> None:
        """Fill in, press Next, and see the same page again."""
        leader.fill_in(given)
        leader.go_on()
        assert page.locator("main .alert").count() == 1
        found.extend(axe.faults(page))

    page = open_browser(language)
    leader = Leader(page)
    page.goto(personal_path(a_case(questionnaire, language)))
    after(page)  # nothing answered
    leader.fill_in(WELCOME)
    leader.go_on()
    after(page, innov__product="yes")  # some rows of a grid missing
    case = a_case(questionnaire, language)
    make_answers(case, {**LONG_WAY, "values": ["dk"], "collab": ["own_org"]})
    _start, _new, latest, _origin, beginning, partners, _course, _influences, results, *_rest = pages_on_the_way(case)
    page.goto(beginning)
    after(page, initiators=["manager", "citizens"])  # too many marks
    page.goto(partners)
    after(page, collab=["none", "other"], collab__other__text="Rambøll", finance=["other"])  # contradictory
    page.goto(results)
    after(page)  # a remark, not an error
    page.goto(latest)
    case.response.answers |= {"core_task": "future", "latest_desc": "En rutsjebane"}
    case.response.save()
    after(page)  # somebody else was there meanwhile
    assert found == [], "\n".join(found)


def test_the_pages_around_the_questionnaire(
    open_browser: OpenBrowser, axe: Axe, questionnaire: Questionnaire, language: str
) -> None:
    case = a_case(questionnaire, language)
    link = personal_path(case)
    privacy = f"/privacy/{case.round.slug}/?lang={language}"
    page = open_browser(language)
    found = axe.faults_of(
        page, f"{link}not-me/", f"{link}decline/", privacy, "/accessibility/", "/s/no-such-link/", "/nowhere/"
    )
    for path in ("/s/", f"{link}decline/", personal_path(case, links.OPT_OUT)):
        found += axe.faults_of(page, path)
        follow(page.locator("main button").first)  # nothing filled in: an error
        found += axe.faults(page)
    for path in (personal_path(case, links.OPT_OUT), f"{link}decline/"):
        page.goto(path)
        page.locator("input[type=radio]").first.check()  # stop the reminders; say no
        follow(page.locator("main button").first)
        found += axe.faults(page)
    assert found == [], "\n".join(found)
