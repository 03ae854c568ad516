"""Every page that follows a round prints: whole tables on A4, and no buttons."""

import pytest
from django.urls import reverse

from responses.models import Case
from tests.browser.conftest import OpenBrowser
from tests.browser.fieldwork import make_fieldwork
from tests.people import finn

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

A4 = 717  # CSS pixels between the usual margins
CUT = """[...document.querySelectorAll(".table--responsive-scroll")]
    .filter(each => each.scrollWidth > each.clientWidth + 1)
    .map(each => `${each.getAttribute("aria-label")}: ${each.scrollWidth} of ${each.clientWidth}`)"""
PAGES = ["round", "groups", "rates", "forecast", "representativity", "what-next", "work", "cases", "calls"]


def test_tables_are_printed_whole_and_buttons_not_at_all(open_browser: OpenBrowser, styles: None) -> None:
    round_ = make_fieldwork()
    page = open_browser("da", staff=finn(), width=A4)
    page.emulate_media(media="print")
    wrong = {}
    of_round = [reverse(name, args=[round_.slug]) for name in PAGES]
    for address in (*of_round, f"{of_round[1]}?by=stratum", reverse("case", args=[Case.objects.earliest("pk").pk])):
        page.goto(address)
        buttons = [each.inner_text() for each in page.locator("button, .button").all() if each.is_visible()]
        if faults := buttons + page.evaluate(CUT):
            wrong[address] = faults
    assert wrong == {}
