"""Staff write the words of a mail in a real browser, and see it change as they type."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from surveys.models import MailText
from tests.browser.conftest import OpenBrowser
from tests.browser.leader import follow
from tests.factories import make_case, make_open_round
from tests.people import finn

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_preview_follows_what_is_typed_and_what_was_typed_is_saved(open_browser: OpenBrowser) -> None:
    round_ = make_open_round()
    for name in ("Skovbo", "Strandbo"):
        make_case(round_, name=name)
    page = open_browser("en", staff=finn())
    page.goto(reverse("mail-text", args=[round_.slug, "reminder_1"]))
    expect(page.locator(".mail-plain")).to_contain_text("Skovbo")
    page.get_by_label("Subject – Danish").fill("Husk {subject_name}")
    expect(page.locator("#preview")).to_contain_text("Husk Skovbo (11 of 78 characters)")
    assert not MailText.objects.exists()
    follow(page.get_by_role("button", name="Next case"))
    expect(page.locator("#preview")).to_contain_text("Husk Strandbo (13 of 78 characters)")
    page.get_by_label("Subject – Danish").fill("Svar nu {subject_name}")
    expect(page.locator("#preview")).to_contain_text("Svar nu Strandbo")
    follow(page.get_by_role("button", name="Save the words"))
    expect(page.locator("main .alert-success")).to_contain_text("The words have been saved.")
    assert MailText.objects.get().subject == "Svar nu {subject_name}"


def test_without_a_script_the_button_shows_the_preview(open_browser: OpenBrowser) -> None:
    round_ = make_open_round()
    make_case(round_, name="Skovbo")
    page = open_browser("da", staff=finn(), javascript=False)
    page.goto(reverse("mail-text", args=[round_.slug, "invitation"]))
    page.get_by_label("Emne – dansk").fill("Husk {subject_name}")
    follow(page.get_by_role("button", name="Vis forhåndsvisning"))
    expect(page.locator("#preview")).to_contain_text("Husk Skovbo (11 af 78 tegn)")
    assert not MailText.objects.exists()
