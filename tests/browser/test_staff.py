"""Staff save forms in a real browser (under a stricter Referrer-Policy it sends ``Origin: null`` and none is saved)."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from barometer.models import User
from responses.models import Case, Mail
from surveys.models import ContactStep, FrameFile, Questionnaire, Round
from tests.browser.conftest import OpenBrowser
from tests.browser.fieldwork import choose_register
from tests.browser.leader import follow
from tests.factories import make_questionnaire, register_rows
from tests.people import finn, olga

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PASSWORD = "a long way to Skagen"


@pytest.fixture
def person(transactional_db: None) -> User:
    person = finn()
    person.set_password(PASSWORD)
    person.save()
    return person


@pytest.fixture
def questionnaire(transactional_db: None) -> Questionnaire:
    return make_questionnaire()


def log_in(page: Page, person: User) -> None:
    page.get_by_label("Username").fill(person.username)
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")


def test_staff_log_in_and_take_a_round_from_nothing_into_the_field(
    open_browser: OpenBrowser, person: User, questionnaire: Questionnaire
) -> None:
    page = open_browser("en")
    answer = page.goto("/")
    assert answer and answer.headers["referrer-policy"] == "same-origin"
    log_in(page, person)
    expect(page.locator("h1")).to_have_text("Rounds")

    follow(page.get_by_role("link", name="Create a round"))
    page.get_by_label("Short name").fill("spring")
    page.get_by_label("Questionnaire").select_option(str(questionnaire.pk))
    today = timezone.localdate()
    page.get_by_label("First day").fill(str(today))
    page.get_by_label("Deadline").fill(str(today + timedelta(days=30)))
    page.get_by_label("Rehearsal").check()
    follow(page.get_by_role("button", name="Create the round"))
    expect(page.locator("main .alert-success")).to_contain_text("spring")

    follow(page.get_by_role("link", name="Frame"))
    choose_register(page, [*register_rows(40), *register_rows(5, first=100, Ansatte="60")])
    follow(page.get_by_role("button", name="Load the frame"))
    expect(page.locator("main .alert-success")).to_contain_text("45 workplaces")
    assert FrameFile.objects.get().rows == 45

    follow(page.get_by_role("link", name="Go on to the sample"))
    page.get_by_label("Size of the sample").fill("20")
    page.get_by_label("Start point").fill("0.25")
    follow(page.get_by_role("button", name="Show the strata"))
    follow(page.get_by_role("button", name="Draw the sample"))
    page.get_by_label("I accept that these cells are merged").check()
    follow(page.get_by_role("button", name="Draw the sample"))
    expect(page.locator("main .alert-success")).to_have_text("The sample has been drawn.")

    ContactStep.objects.update(skips_quiet_weeks=False)  # today may be a Sunday
    follow(page.get_by_role("link", name="Open the round"))
    follow(page.get_by_role("button", name="Open the round"))
    expect(page.locator("main .alert-success")).to_contain_text("20 cases")
    assert Round.objects.get(slug="spring").status == Round.Status.OPEN
    assert Case.objects.count() == Mail.objects.count() == 20

    follow(page.get_by_role("button", name="Dansk"))
    expect(page.locator("h1")).to_have_text("Runde spring")
    follow(page.get_by_role("button", name="Log ud"))
    expect(page.locator("h1")).to_have_text("Log ind")


def test_a_form_from_before_somebody_logged_in_is_refused_in_plain_words(
    open_browser: OpenBrowser, person: User
) -> None:
    old = open_browser("en")
    old.goto("/login/")
    new = old.context.new_page()
    new.goto("/login/")
    log_in(new, person)
    expect(new.locator("h1")).to_have_text("Rounds")
    log_in(old, person)
    expect(old.locator("h1")).to_have_text("The form could not be accepted")


def test_somebody_without_the_right_to_staff_pages_can_leave(open_browser: OpenBrowser, transactional_db: None) -> None:
    page = open_browser("en", staff=olga())
    page.goto("/")
    expect(page.locator("h1")).to_have_text("You do not have access to this page")
    follow(page.get_by_role("button", name="Log out"))
    expect(page.locator("h1")).to_have_text("Log in")
