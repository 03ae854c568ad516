"""A contact person with a link and a mailbox: asks for the code, types it, corrects a leader, and staff decide."""

import re
from collections.abc import Iterator
from typing import cast

import pytest
from django.core import mail as outbox
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page

from barometer.sealed_message import SealedMessage
from responses import coordinator_links
from responses.actions import contact_correction, preflight, sending
from responses.models import Case, Coordinator
from surveys.models import Round
from tests.browser.accessibility import Axe, too_wide
from tests.browser.conftest import OpenBrowser
from tests.browser.leader import follow, owner
from tests.factories import NOON, make_authority_contact, make_case, make_coordinator, make_open_round, make_response
from tests.people import finn

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LONG = "Den selvejende daginstitution Børnehuset ved Sønderskovbyggelegepladsen (øvelse)"


@pytest.fixture
def coordinator(transactional_db: None) -> Iterator[Coordinator]:
    round_ = make_open_round()
    for number in range(6):
        make_case(round_, name=f"Skole {number}" if number else LONG)
    make_response(Case.objects.order_by("-pk")[0], {"new": "yes"}, at=NOON)
    yield make_coordinator(round_, at=timezone.now())


def path(coordinator: Coordinator) -> str:
    return f"/c/{coordinator_links.token(coordinator)}/"


def code_in_mail() -> str:
    """Send what is due, and return the code in the last mail."""
    sending.send_due(at=timezone.now())
    message = cast(list[SealedMessage], outbox.outbox)[-1]
    found = re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}", str(message.body))
    assert found
    return found[0]


def test_from_the_link_to_a_leader_who_is_written_to_without_a_script(
    open_browser: OpenBrowser, coordinator: Coordinator
) -> None:
    page = open_browser("da", javascript=False)
    page.goto(path(coordinator))
    assert not page.context.cookies()
    follow(page.get_by_role("button", name="Send mig koden"))
    page.get_by_label("Kode").fill("0000-0000")
    follow(page.get_by_role("button", name="Åbn listen"))
    assert page.locator("main .alert-error").count() == 1
    page.get_by_label("Kode").fill(code_in_mail().lower())
    follow(page.get_by_role("button", name="Åbn listen"))
    assert "1 af 6 har svaret" in page.locator("main").inner_text()
    [cookie] = page.context.cookies()
    assert (cookie["httpOnly"], cookie["sameSite"], cookie["path"]) == (True, "Strict", path(coordinator))
    page.get_by_label("Søg").fill("skole 3")
    follow(page.get_by_role("button", name="Søg"))
    assert page.locator(".coordinator-list > li").count() == 1
    follow(page.get_by_role("link", name="Ret Skole 3"))
    page.get_by_label("Lederens navn").fill("Nina Ny")
    page.get_by_label("Lederens mailadresse").fill("nina@kommune.example")
    follow(page.get_by_role("button", name="Send rettelsen"))
    assert "Nina Ny" in page.locator(".coordinator-list").inner_text()
    sending.send_due(at=timezone.now())
    told = [mail for mail in outbox.outbox if "Ny kontakt for Skole 3" in str(mail.subject)]
    assert len(told) == 2
    staff = open_browser("en", staff=finn())
    staff.goto(reverse("contact-corrections", args=[coordinator.contact.round.slug]))
    follow(staff.get_by_role("button", name="Accept Skole 3"))
    changed = owner(Case.objects.get(sample_unit__workplace__name="Skole 3"))
    assert (changed.name, changed.email) == ("Nina Ny", "nina@kommune.example")
    follow(page.get_by_role("button", name="Afslut"))
    assert not page.context.cookies()
    page.goto(f"{path(coordinator)}workplaces/")
    assert page.get_by_role("button", name="Send mig koden").count() == 1


@pytest.mark.parametrize("language", ["da", "en"])
def test_axe_finds_nothing_wrong_with_the_pages_of_a_coordinator(
    open_browser: OpenBrowser, axe: Axe, coordinator: Coordinator, language: str
) -> None:
    coordinator.contact.language = language
    coordinator.contact.save()
    page = open_browser(language)
    wide: dict[str, dict[int, int]] = {}

    def faults() -> list[str]:
        if found := too_wide(page):
            wide[page.url] = found
        return axe.faults(page)

    def press() -> list[str]:
        follow(page.locator("main .button-primary"))
        return faults()

    page.goto(path(coordinator))
    found = [*faults(), *press(), *press()]  # the code form, then nothing typed
    page.locator("#id_code").fill(code_in_mail())
    found += press()
    case = Case.objects.order_by("pk")[0]
    page.goto(f"{path(coordinator)}workplaces/{case.pk}/")
    found += faults() + press()
    page.locator("#id_name").fill("Nina Ny")
    page.locator("#id_email").fill("nina@kommune.example")
    found += press()
    page.goto(f"{path(coordinator)}workplaces/{case.pk}/")
    found += faults() + axe.faults_of(page, f"{path(coordinator)}workplaces/?q=zzz", "/c/no-such-link/")
    assert found == [], "\n".join(found)
    assert wide == {}


def corrections(round_: Round, coordinator: Coordinator) -> None:
    for place, email in enumerate(("nina@kommune.example", "nina@elsewhere.example")):
        case = Case.objects.of_round(round_).order_by("pk")[place]
        contact_correction.propose(coordinator=coordinator, case=case, name="Nina Ny", email=email, at=NOON)


@pytest.mark.parametrize("language", ["da", "en"])
def test_axe_finds_nothing_wrong_with_the_pages_of_staff(
    open_browser: OpenBrowser, axe: Axe, coordinator: Coordinator, language: str
) -> None:
    round_ = coordinator.contact.round
    make_authority_contact(round_, authority_code="101", authority="København", email="k@kk.example")
    pages = [reverse(name, args=[round_.slug]) for name in ("coordinators", "contact-corrections", "preflight")]
    who = finn()
    page = open_browser(language, staff=who)
    found = axe.faults_of(page, *pages)
    corrections(round_, coordinator)
    who.email = "finn@kommune.example"
    who.save()
    preflight.beat(task="send_due_mails", at=timezone.now())
    Round.objects.filter(pk=round_.pk).update(coordinators=False)
    unusual = coordinator.corrections.order_by("-pk")[0]
    acts = [reverse("contact-correction-act", args=[unusual.pk, act]) for act in ("accept", "refuse")]
    found += axe.faults_of(page, *pages, *acts)
    found += _pressed(page, axe)
    assert found == [], "\n".join(found)


def _pressed(page: Page, axe: Axe) -> list[str]:
    follow(page.locator("main form .button-primary"))
    return axe.faults(page)  # no reason given
