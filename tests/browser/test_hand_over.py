"""Three people and one questionnaire: the owner passes the task on, a delegate begins, the owner takes it back."""

from typing import cast

import pytest
from django.core import mail as outbox
from playwright.sync_api import Page, expect

from barometer.sealed_message import SealedMessage
from responses import links
from responses.actions import sending
from responses.models import Case, HandOver, LinkHolder, Response
from responses.statistics.dispositions import Disposition
from surveys.models import Questionnaire
from tests.browser.accessibility import Axe, too_wide
from tests.browser.conftest import OpenBrowser
from tests.browser.fieldwork import make_answers
from tests.browser.leader import LONG_WAY, WELCOME, Answers, Leader, follow, owner, personal_path
from tests.factories import NOON, make_case, make_holder, make_open_round, refreshed
from tests.instruments import shipped
from tests.people import finn

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

HALF: Answers = {key: LONG_WAY[key] for key in (*WELCOME, "innov")}


@pytest.fixture
def questionnaire(transactional_db: None) -> Questionnaire:
    return shipped(NOON)


def path_of(holder: LinkHolder, purpose: str = links.ANSWER) -> str:
    return f"/{links.PATHS[purpose]}/{links.token(purpose, holder)}/"


def link_in_mail(to: str, purpose: str) -> str:
    """Send what is due, and return the path of the link in the last mail to this address."""
    sending.send_due(at=NOON.replace(year=2099))
    message = [mail for mail in cast(list[SealedMessage], outbox.outbox) if mail.to == [to]][-1]
    prefix = f"/{links.PATHS[purpose]}/"
    (found,) = {word.rstrip(".") for word in message.body.split() if prefix in word and word.startswith("http")}
    return prefix + found.partition(prefix)[2]


def fill_in_whom(page: Page, name: str, email: str) -> None:
    page.get_by_label("Your name").fill("Lea Leder")
    page.get_by_label("The other person's name").fill(name)
    page.get_by_label("The other person's e-mail address").fill(email)
    follow(page.get_by_role("button", name="Next"))


def test_the_owner_passes_the_task_on_a_delegate_begins_and_the_owner_takes_it_back_and_submits(
    open_browser: OpenBrowser, questionnaire: Questionnaire
) -> None:
    case = make_case(
        make_open_round(questionnaire=questionnaire), language="en", contact={"email": "lea@boernehave.example"}
    )
    lea, dorte, finns = open_browser("en", javascript=False), open_browser("en"), open_browser("en", staff=finn())

    lea.goto(personal_path(case))
    follow(lea.get_by_role("link", name="Not the right person?"))
    follow(lea.get_by_role("link", name="Pass the task on to somebody else"))
    fill_in_whom(lea, "Dorte Delegat", "dorte@boernehave.example")
    expect(lea.locator("main")).to_contain_text("dorte@boernehave.example")
    follow(lea.get_by_role("button", name="Pass the task on"))
    expect(lea.locator("h1")).to_have_text("The task has been passed on")
    expect(lea.locator("main")).to_contain_text("The questionnaire has not been started.")

    dorte.goto(link_in_mail("dorte@boernehave.example", links.ANSWER))
    leader = Leader(dorte)
    for _ in range(2):
        leader.fill_in(HALF)
        leader.go_on()
    expect(dorte.locator("h1")).to_have_text("The latest innovation")

    lea.reload()
    expect(lea.locator("main")).to_contain_text("The questionnaire has been started")
    finns.goto(f"/cases/{case.pk}/")
    expect(finns.locator("main")).to_contain_text("The task was passed on: Dorte Delegat")

    lea.goto(link_in_mail("lea@boernehave.example", links.TAKE_BACK))
    lea.get_by_label("Take the task back from Dorte Delegat").check()
    follow(lea.get_by_role("button", name="Save"))
    expect(lea.locator("h1")).to_have_text("The task is with you")

    leader.fill_in({"latest_desc": "Too late"})
    leader.go_on()
    expect(dorte.locator("h1")).to_have_text("You no longer have this task")
    assert "latest_desc" not in Response.objects.get().answers

    follow(lea.get_by_role("link", name="Open the questionnaire"))
    expect(lea.locator("h1")).to_have_text("The latest innovation")
    Leader(lea).answer(LONG_WAY)
    follow(lea.get_by_role("button", name="Submit the answers"))
    assert refreshed(case).disposition == Disposition.SUBMITTED
    assert (Case.objects.count(), Response.objects.count()) == (1, 1)
    dorte.reload()
    expect(dorte.locator("h1")).to_have_text("You no longer have this task")


@pytest.mark.parametrize("language", ["da", "en"])
def test_axe_finds_nothing_on_the_pages_of_handing_over(
    open_browser: OpenBrowser, axe: Axe, questionnaire: Questionnaire, language: str
) -> None:
    case = make_case(make_open_round(questionnaire=questionnaire), language=language)
    make_answers(case, HALF)
    colleague = make_holder(case, name="Karl Kollega med et langt navn og en titel til")
    make_holder(case, name="Rita Refuseret", standing="refused")
    page = open_browser(language)
    mine = path_of(owner(case))
    found = axe.faults_of(page, f"{mine}not-me/", f"{mine}pass-on/", f"{mine}share/", f"{mine}review/")
    page.goto(f"{mine}pass-on/")
    follow(page.locator("main button[name=next]"))
    found += axe.faults(page)  # nothing filled in
    for name, value in (("name", "Dorte"), ("email", f"dorte.{'lang' * 14}@elsewhere.example")):
        page.locator(f"[name={name}]").fill(value)
    follow(page.locator("main button[name=next]"))
    found += axe.faults(page)
    assert too_wide(page) == {}
    follow(page.locator("main button[name=confirm]"))
    assert HandOver.objects.filter(holder__standing="waiting").count() == 1
    found += axe.faults(page)
    found += axe.faults_of(page, f"{mine}take-back/")
    LinkHolder.objects.filter(standing="waiting").update(standing="refused")
    delegate = make_holder(case, "delegate")
    HandOver.objects.filter(holder=delegate).update(bounced_at=NOON)
    theirs = path_of(delegate)
    found += axe.faults_of(page, mine, path_of(owner(case), links.TAKE_BACK), f"{theirs}not-me/")
    assert too_wide(page) == {}
    found += axe.faults_of(page, path_of(colleague, links.GIVE_BACK), f"{theirs}give-back/")
    follow(page.locator("main button").first)
    found += axe.faults(page)  # nothing chosen
    page.locator("input[type=radio]").first.check()
    follow(page.locator("main button").first)
    found += axe.faults(page)  # given back
    found += axe.faults_of(page, f"{mine}take-back/")
    assert found == [], "\n".join(found)


@pytest.mark.parametrize("language", ["da", "en"])
def test_axe_finds_nothing_on_the_staff_pages_of_handing_over(
    open_browser: OpenBrowser, axe: Axe, questionnaire: Questionnaire, language: str
) -> None:
    case = make_case(make_open_round(questionnaire=questionnaire))
    waiting, delegate = make_holder(case, standing="waiting"), make_holder(case, "delegate")
    HandOver.objects.filter(holder=delegate).update(bounced_at=NOON)
    page = open_browser(language, staff=finn())
    listed = f"/rounds/{case.round.slug}/hand-overs/"
    acts = [
        f"/hand-overs/{waiting.pk}/approve/",
        f"/hand-overs/{waiting.pk}/refuse/",
        f"/hand-overs/{delegate.pk}/end/",
    ]
    found = axe.faults_of(page, listed, f"/cases/{case.pk}/", f"/rounds/{case.round.slug}/", *acts)
    assert found == [], "\n".join(found)
