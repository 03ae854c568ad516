"""axe finds nothing wrong with the pages that show, try out, compare and import a questionnaire."""

import pytest
from playwright.sync_api import Page

from surveys.actions.xlsform import import_xlsform
from surveys.models import Questionnaire
from tests.browser.accessibility import Axe
from tests.browser.conftest import OpenBrowser
from tests.browser.leader import follow
from tests.factories import NOON, make_open_round, make_questionnaire
from tests.instruments import BAROMETER, shipped
from tests.people import dana
from tests.questionnaires import document
from tests.xlsforms import HEADER, line, workbook

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.parametrize("language", ["da", "en"]),
]


@pytest.fixture
def questionnaire(transactional_db: None) -> Questionnaire:
    return shipped(NOON)


def test_all_questions_for_everybody(
    open_browser: OpenBrowser, axe: Axe, questionnaire: Questionnaire, language: str
) -> None:
    slug = make_open_round(questionnaire=questionnaire).slug
    page = open_browser(language)
    query = f"?lang={language}"
    found = axe.faults_of(page, f"/questions/{slug}/{query}", f"/questions/{slug}/state/{query}")
    assert found == [], "\n".join(found)


def test_all_questions_and_the_preview_for_staff(
    open_browser: OpenBrowser, axe: Axe, questionnaire: Questionnaire, language: str
) -> None:
    page = open_browser(language, staff=dana())
    start = f"/questionnaires/{questionnaire.pk}/preview/"
    found = axe.faults_of(page, f"/questionnaires/{questionnaire.pk}/all/", start, f"{start}phone/")
    page.goto(start)
    follow(page.locator("main form .button-primary"))
    found += axe.faults(page)
    follow(page.locator("main form .button-primary"))  # nothing answered
    found += axe.faults(page)
    for number in (4, 0):
        show(page, number)
        found += axe.faults(page)
    assert found == [], "\n".join(found)


def show(page: Page, number: int) -> None:
    page.select_option("#preview-page", str(number))
    follow(page.locator("[name=go]"))


def test_two_versions_compared(
    open_browser: OpenBrowser, axe: Axe, questionnaire: Questionnaire, language: str
) -> None:
    text = document(BAROMETER).replace("version: 2", "version: 3").replace("max: 3", "max: 4")
    later = make_questionnaire(text, published=False)
    page = open_browser(language, staff=dana())
    found = axe.faults_of(page, "/questionnaires/compare/", f"/questionnaires/compare/?after={later.pk}")
    assert found == [], "\n".join(found)


def test_an_import_and_what_is_left_of_it(open_browser: OpenBrowser, axe: Axe, language: str) -> None:
    draft = import_xlsform(data=workbook(line("integer", "Nr.", "Nr?")), header=HEADER, by=None, at=NOON)
    page = open_browser(language, staff=dana())
    found = axe.faults_of(page, "/questionnaires/import/", f"/questionnaires/{draft.pk}/import/")
    page.goto(f"/questionnaires/{draft.pk}/import/")
    follow(page.locator("main form .button-primary"))  # nothing ticked
    found += axe.faults(page)
    assert found == [], "\n".join(found)
