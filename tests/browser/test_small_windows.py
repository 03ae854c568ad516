"""A window of 320 px, which is also 1280 px at 400 %: nothing to scroll sideways, and nothing too small to hit."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.utils import timezone
from playwright.sync_api import Page

from responses import links
from responses.actions import case as case_actions
from responses.models import Case, LinkHolder
from tests.browser.accessibility import SMALL_PHONE, TOO_WIDE
from tests.browser.conftest import OpenBrowser
from tests.browser.fieldwork import make_answers
from tests.browser.leader import LONG_WAY, WELCOME, follow, owner, personal_path
from tests.factories import NOON, make_case, make_holder, make_open_round, make_response
from tests.instruments import shipped
from tests.leaders import link

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("styles")]

ZOOMED_HEIGHT = 256  # of 1024 px at 400 %
SMALLEST = 24
LONG_NAME = "Folkeregisteroplysningskontoret-og-Borgerservicecenteret i Høje-Taastrup Kommune (øvelse)"
# Links and buttons by their own box; radio buttons and checkboxes by their label's, which is what one hits. A link in
# the middle of a sentence may be as high as its line.
TOO_SMALL = """smallest => {
    const inText = link => [...link.parentNode.childNodes].some(
        each => each.nodeType === Node.TEXT_NODE && each.textContent.trim().length > 1);
    const small = [];
    for (const one of document.querySelectorAll("a[href], button, input, textarea, select, summary")) {
        if (one.type === "hidden" || one.getAttribute("aria-hidden") === "true") continue;
        if (one.tagName === "A" && inText(one)) continue;
        const boxes = [one, ...(one.labels || [])].map(each => each.getBoundingClientRect());
        const shown = boxes.filter(box => box.width > 1 && box.height > 1);
        if (shown.length === 0) continue;
        const width = Math.max(...shown.map(box => box.width)), height = Math.max(...shown.map(box => box.height));
        if (width < smallest || height < smallest)
            small.push(`${one.tagName} ${one.name || one.innerText} ${Math.round(width)} x ${Math.round(height)}`);
    }
    return small;
}"""
MOVING = """[...document.querySelectorAll("*")].filter(each => ["", "::before", "::after"].some(part => {
    const style = getComputedStyle(each, part || null);
    const long = value => value.split(",").some(each => parseFloat(each) > 0.01);
    return long(style.animationDuration) || (long(style.transitionDuration) && style.transitionProperty !== "none")
        || style.scrollBehavior === "smooth";
})).map(each => each.outerHTML.slice(0, 90))"""


@pytest.fixture
def case(transactional_db: None) -> Case:
    return make_case(make_open_round(questionnaire=shipped(NOON)), name=LONG_NAME)


def faults(page: Page) -> list[str]:
    """Return what is too wide or too small on the open page."""
    where = f"{urlsplit(page.url).path} ({page.title().partition(LONG_NAME)[0]})"
    found = [f"{where}: {each}" for each in page.evaluate(TOO_SMALL, SMALLEST)]
    if (pixels := page.evaluate(TOO_WIDE)) > 0:
        found.append(f"{where}: {pixels} px too wide")
    return found


def faults_of(page: Page, *paths: str) -> list[str]:
    found = []
    for path in paths:
        page.goto(path)
        found += faults(page)
    return found


def small(open_browser: OpenBrowser, language: str = "da") -> Page:
    page = open_browser(language, javascript=False, width=SMALL_PHONE)
    page.set_viewport_size({"width": SMALL_PHONE, "height": ZOOMED_HEIGHT})
    return page


@pytest.mark.parametrize("language", ["da", "en"])
def test_every_page_of_the_questionnaire_fits_and_can_be_hit(
    open_browser: OpenBrowser, case: Case, language: str
) -> None:
    Case.objects.update(language=language)
    page, path = small(open_browser, language), personal_path(case)
    found = faults_of(page, path)
    follow(page.locator("main button[name=next]"))
    found += faults(page)  # nothing answered
    make_answers(case, {**LONG_WAY, "collab.other": "Rindfleischetikettierungsüberwachungsaufgabenübertragung"})
    numbers = (1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 15)
    found += faults_of(page, *(f"{path}{number}/" for number in numbers), f"{path}review/", f"{path}left/")
    page.goto(f"{path}7/")
    page.locator("[name=collab][value=none]").check()
    follow(page.locator("main button[name=next]"))
    found += faults(page)  # contradictory
    assert found == [], "\n".join(found)


def test_every_page_around_the_questionnaire_fits_and_can_be_hit(open_browser: OpenBrowser, case: Case) -> None:
    page = small(open_browser)
    others = [make_case(case.round, name=LONG_NAME) for _ in range(3)]
    response = make_response(others[0], LONG_WAY, at=timezone.now() - timedelta(minutes=1))
    case_actions.decline(holder=owner(others[1]), at=NOON)
    make_holder(others[2], LinkHolder.Role.DELEGATE, name="Dorte Delegat")
    slug = case.round.slug
    found = faults_of(
        page,
        *(link(owner(case), name) for name in ("not-me", "pass-on", "share", "decline")),
        *(personal_path(case, purpose) for purpose in (links.OPT_OUT, links.TAKE_BACK)),
        *(f"/{kind}/{slug}/" for kind in ("privacy", "questions")),
        f"/questions/{slug}/municipality/",
        *map(personal_path, others),
        link(owner(others[0]), "correct"),
        *("/accessibility/", "/s/", "/s/no-such-link/", "/nowhere/", "/k/no-such-receipt/"),
    )
    assert response.submitted_at
    page.goto("/s/")
    page.locator("[name=code]").fill("0000-0000-0000")
    follow(page.locator("main button").first)
    found += faults(page)
    assert found == [], "\n".join(found)


def test_the_receipt_and_what_follows_it_fit_and_can_be_hit(open_browser: OpenBrowser, case: Case) -> None:
    page = small(open_browser)
    make_answers(case, LONG_WAY)
    page.goto(f"{personal_path(case)}review/")
    mark = page.locator("[name=looked_through]")
    if mark.count():
        mark.check()
    follow(page.locator("main .button-primary"))
    found = faults(page)
    receipt = page.url
    linked = page.locator("main a").evaluate_all("all => all.map(each => each.href)")
    inside = [each for each in linked if each.startswith(receipt) and not each.endswith(".pdf")]
    assert inside
    found += faults_of(page, *inside)
    assert found == [], "\n".join(found)


def test_who_wants_less_motion_gets_none(open_browser: OpenBrowser, case: Case) -> None:
    page = open_browser("da", javascript=False)
    page.emulate_media(reduced_motion="reduce")
    make_answers(case, {key: LONG_WAY[key] for key in (*WELCOME, "innov")})
    for rest in ("", "3/", "4/", "not-me/", "decline/"):
        page.goto(personal_path(case) + rest)
        assert page.evaluate(MOVING) == [], page.url


def test_printed_pages_have_no_buttons_and_lose_no_text(open_browser: OpenBrowser, case: Case) -> None:
    page = open_browser("da", javascript=False)
    make_answers(case, LONG_WAY)
    for rest in ("3/", "7/", "review/"):
        page.goto(personal_path(case) + rest)
        shown = page.locator("main").inner_text()
        page.emulate_media(media="print")
        buttons = [each for each in page.locator("button, .button").all() if each.is_visible()]
        assert [each.inner_text() for each in buttons] == []
        assert page.locator("h1").is_visible()
        if rest == "review/":
            assert "Øl & brød i én kurv" in page.locator("main").inner_text()
        assert len(page.locator("main").inner_text()) > len(shown) / 2
        page.emulate_media(media="screen")
