"""axe-core on an open page, and whether a page fits a narrow screen."""

from collections.abc import Iterator
from dataclasses import dataclass

from playwright.sync_api import Page

WIDE, PHONE, SMALL_PHONE = 1280, 390, 320
HEIGHT = 900
# The rules that axe has on from the start, best practice included, and the size of targets (WCAG 2.2).
# What none of them needs is left out: it takes a third of the time.
RUN = """async () => (await axe.run({
    resultTypes: ["violations"], rules: {"target-size": {enabled: true}}, preload: false, selectors: false
})).violations"""
TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@dataclass(frozen=True)
class Axe:
    """``source`` goes in by way of the debugger: our own CSP refuses a script tag."""

    source: str

    def faults(self, page: Page) -> list[str]:
        """Return what axe finds wrong with the page as it stands, on a wide screen and on a phone; needs JavaScript."""
        page.evaluate(self.source)
        return [fault for width in (WIDE, PHONE) for fault in self._faults_at(page, width)]

    def faults_of(self, page: Page, *paths: str) -> list[str]:
        """Return what axe finds wrong with pages that a link leads to."""
        found = []
        for path in paths:
            page.goto(path)
            found += self.faults(page)
        return found

    def _faults_at(self, page: Page, width: int) -> Iterator[str]:
        page.set_viewport_size({"width": width, "height": HEIGHT})
        for rule in page.evaluate(RUN):
            where = "; ".join(node["html"][:150] for node in rule["nodes"][:3])
            yield f"{page.title()} at {width} px: {rule['help']} [{rule['id']}]: {where}"
        if (pixels := page.evaluate(TOO_WIDE)) > 0:
            yield f"{page.title()} at {width} px: {pixels} px too wide"


def too_wide(page: Page) -> dict[int, int]:
    """Return by how many pixels the page is too wide for a phone and a small phone; leaves it as on a phone."""
    found = {}
    for width in (SMALL_PHONE, PHONE):
        page.set_viewport_size({"width": width, "height": HEIGHT})
        found[width] = page.evaluate(TOO_WIDE)
    return {width: pixels for width, pixels in found.items() if pixels > 0}
