"""Figures in a real browser: every word stands inside its drawing, on a phone, on a desk and on paper."""

import pytest
from django.urls import reverse
from playwright.sync_api import Page

from responses.figures import estimate_figures
from surveys.models import Round
from tests.browser.conftest import OpenBrowser
from tests.browser.fieldwork import make_fieldwork
from tests.people import ana

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# The texts that reach out of a visible drawing, and how many drawings are visible.
OUTSIDE = """() => {
    const seen = [...document.querySelectorAll('figure.chart svg[role=img]')].filter(svg => svg.clientWidth > 0);
    const out = seen.flatMap(svg => {
        const box = svg.getBoundingClientRect();
        return [...svg.querySelectorAll('text:not([transform])')].filter(text => {
            const own = text.getBoundingClientRect();
            return own.left < box.left - 1 || own.right > box.right + 1 || own.bottom > box.bottom + 1;
        }).map(text => text.textContent);
    });
    return [seen.length, out];
}"""
SMALLEST = """() => Math.min(...[...document.querySelectorAll('figure.chart svg[role=img] text')]
    .filter(text => text.getBoundingClientRect().width > 0)
    .map(text => parseFloat(getComputedStyle(text).fontSize) * text.getScreenCTM().a))"""


@pytest.fixture
def round_() -> Round:
    return make_fieldwork()


def visible(page: Page) -> tuple[int, list[str]]:
    page.evaluate("async () => { await document.fonts.ready }")  # until then the words stand in another font
    count, outside = page.evaluate(OUTSIDE)
    return count, outside


@pytest.mark.parametrize("language", ["da", "en"])
@pytest.mark.parametrize("width", [320, 390, 600, 1280])
def test_every_word_stands_inside_its_drawing(
    open_browser: OpenBrowser, round_: Round, language: str, width: int
) -> None:
    page = open_browser(language, staff=ana(), width=width)
    page.goto(reverse("figures", args=[round_.slug]))
    assert visible(page) == (5, [])
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(SMALLEST) > 10  # pixels


def test_on_paper_the_wide_drawing_is_printed(open_browser: OpenBrowser, round_: Round) -> None:
    page = open_browser("da", staff=ana(), width=390)
    page.goto(reverse("figure", args=[round_.slug, "fig4"]))
    assert page.locator(".figure-narrow svg").is_visible()
    page.emulate_media(media="print")
    assert page.locator(".figure-wide svg").is_visible()
    assert page.locator(".figure-narrow svg").is_hidden()


def test_a_file_stands_by_itself(open_browser: OpenBrowser, round_: Round) -> None:
    page = open_browser("en", staff=ana())
    page.goto(reverse("figure", args=[round_.slug, "fig2"]))
    with page.expect_download() as download:
        page.get_by_role("link", name="SVG").click()
    svg = download.value.path().read_text(encoding="utf-8")
    found = estimate_figures(round_, ["fig2"], "en")[0]
    page.set_content(f"<figure class=chart>{svg}</figure>")
    assert visible(page) == (1, [])
    for said in (found.title, "Rehearsal – not a real survey", "The interval covers random uncertainty"):
        assert said in svg
