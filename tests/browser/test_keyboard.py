"""The long way with the keys Tab, arrows, space and Enter alone, from the link to the receipt."""

from collections.abc import Iterator, Mapping

import pytest
from playwright.sync_api import Page, expect

from responses.models import Case, Response
from responses.statistics.dispositions import Disposition
from tests.browser.conftest import OpenBrowser
from tests.browser.leader import LONG_WAY, personal_path
from tests.factories import NOON, make_case, make_open_round, refreshed
from tests.instruments import shipped

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("styles")]

MOST_STOPS = 120  # of the Tab key on one page
# What has the focus, and whether that can be seen: an outline or a shadow, on itself or on what is drawn for it.
FOCUSED = """() => {
    const one = document.activeElement;
    const label = one.labels && one.labels[0];
    const drawn = [[one, null], [one, "::before"], [one, "::after"]];
    if (label) drawn.push([label, null], [label, "::before"], [label, "::after"]);
    const rings = ([element, part]) => {
        const style = getComputedStyle(element, part);
        const outline = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
        return outline || style.boxShadow !== "none";
    };
    const box = (label || one).getBoundingClientRect();
    return {
        tag: one.tagName, type: one.type || "", name: one.name || "", value: one.value || "", href: one.href || "",
        checked: Boolean(one.checked), text: one.innerText || "", seen: drawn.some(rings),
        inside: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
    };
}"""


def fields(answers: Mapping[str, object]) -> dict[str, list[str]]:
    """What is to be in each field, by its name."""
    found: dict[str, list[str]] = {}
    for key, answer in answers.items():
        question, _, option = key.partition(".")
        for row, value in answer.items() if isinstance(answer, dict) else [("", answer)]:
            name = f"{question}__{row}" if row else f"{question}__{option}__text" if option else question
            found[name] = [*map(str, value)] if isinstance(value, list) else [str(value)]
    return found


class Keyboard:
    """Somebody without a mouse, who sees where the focus is."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.wanted = fields(LONG_WAY)
        self.hidden: list[str] = []

    def stops(self) -> Iterator[dict[str, str]]:
        """Press Tab again and again; yield what has the focus each time."""
        for _ in range(MOST_STOPS):
            self.page.keyboard.press("Tab")
            focused = self.page.evaluate(FOCUSED)
            if not (focused["seen"] and focused["inside"]):
                self.hidden.append(f"{self.page.title()}: {focused}")
            yield focused
        raise AssertionError(f"{self.page.title()}: {MOST_STOPS} stops, and no button")

    def press(self, name: str, key: str = "Enter") -> None:
        """Go on to the button of this name, and press it."""
        for focused in self.stops():
            if (focused["tag"], focused["name"]) == ("BUTTON", name):
                with self.page.expect_navigation():
                    self.page.keyboard.press(key)
                return

    def fill_in(self) -> str:
        """Answer what is on the page, from the top down to its button "next"; return the last text field."""
        last = ""
        for focused in self.stops():
            name, kind = focused["name"], focused["type"]
            if (focused["tag"], name) == ("BUTTON", "next"):
                return last
            if kind == "radio":
                self.choose(name)
            elif kind == "checkbox" and focused["value"] in self.wanted.get(name, []):
                self.page.keyboard.press("Space")
            elif kind in ("text", "textarea") and name in self.wanted:
                self.page.keyboard.insert_text(self.wanted[name][0])
                last = name if kind == "text" else last
        return last

    def choose(self, name: str) -> None:
        """Move to the wanted radio button with the arrow keys."""
        [code] = self.wanted[name]
        self.page.keyboard.press("Space")
        for _ in range(12):
            focused = self.page.evaluate(FOCUSED)
            assert focused["checked"] and focused["name"] == name
            if focused["value"] == code:
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"{name}: no {code}")


@pytest.fixture
def case(transactional_db: None) -> Case:
    return make_case(make_open_round(questionnaire=shipped(NOON)), language="en")


def test_complaint_21_the_long_way_is_answered_and_submitted_with_the_keyboard_alone(
    open_browser: OpenBrowser, case: Case
) -> None:
    page = open_browser("en")
    keyboard = Keyboard(page)
    page.goto(personal_path(case))
    by_enter_in_a_field = 0
    for _ in range(12):
        before = page.url
        text = keyboard.fill_in()
        if text:
            keyboard.page.keyboard.press("Shift+Tab")
            while page.evaluate(FOCUSED)["name"] != text:
                keyboard.page.keyboard.press("Shift+Tab")
            by_enter_in_a_field += 1
        with page.expect_navigation():
            page.keyboard.press("Enter")
        assert page.url != before, page.locator("main .alert").all_inner_texts()
        assert refreshed(case).disposition == Disposition.STARTED  # Enter submits nothing
        if not page.locator("button[name=next]").count():
            break
    assert by_enter_in_a_field >= 2
    expect(page.locator("h1")).to_have_text("Check your answers")
    assert Response.objects.get().answers == LONG_WAY
    for focused in keyboard.stops():
        if focused["type"] == "submit" and "Submit" in focused["text"]:
            break
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert refreshed(case).disposition == Disposition.SUBMITTED
    assert "/k/" in page.url
    assert keyboard.hidden == [], "\n".join(keyboard.hidden)


def test_complaint_21_the_first_stop_of_a_page_is_the_way_past_its_head(open_browser: OpenBrowser, case: Case) -> None:
    page = open_browser("en")
    page.goto(personal_path(case))
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUSED)["href"].endswith("#main-content")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")
