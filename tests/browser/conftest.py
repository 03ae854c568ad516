"""Browsers for the tests, each watched: a test fails when a page of it complains, asks elsewhere or breaks."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, Response
from pytest_django.live_server_helper import LiveServer

from barometer.models import User
from tests.browser.accessibility import HEIGHT, WIDE, Axe
from tests.people import browser_of

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
STYLES = ROOT / "barometer" / "static" / "dkfds" / "base.css"
PATIENCE = 15_000  # milliseconds for one click or page, on two busy cores

OpenBrowser = Callable[..., Page]


@dataclass
class Watch:
    """What nobody may meet: something refused by the CSP, a broken file, a foreign server, a crash."""

    origin: str
    faults: list[str] = field(default_factory=list)

    def over(self, context: BrowserContext) -> None:
        context.on("console", self._said)
        context.on("weberror", lambda error: self.faults.append(f"script: {error.error}"))
        context.on("request", self._asked)
        context.on("response", self._answered)

    def _said(self, message: ConsoleMessage) -> None:
        if not message.text.startswith("Failed to load resource"):  # the answer tells of that
            self.faults.append(f"console: {message.text} ({message.location['url']})")

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((self.origin, "data:")):
            self.faults.append(f"foreign server: {request.url}")

    def _answered(self, response: Response) -> None:
        is_page = response.request.resource_type == "document"
        if response.status >= (500 if is_page else 400):
            self.faults.append(f"status {response.status}: {response.url}")


@pytest.fixture(scope="session")
def base_url(live_server: LiveServer) -> str:
    """Where every browser is at home; pytest-playwright asks for it."""
    return live_server.url


@pytest.fixture
def open_browser(
    new_context: Callable[..., BrowserContext], base_url: str, transactional_db: None
) -> Iterator[OpenBrowser]:
    """Return a function that opens a browser of its own, for a member of staff logged in, and returns its page."""
    watch = Watch(base_url)
    contexts: list[BrowserContext] = []

    def open_(language: str = "da", *, staff: User | None = None, javascript: bool = True, width: int = WIDE) -> Page:
        options: dict[str, Any] = {"locale": language, "java_script_enabled": javascript}
        context = new_context(viewport={"width": width, "height": HEIGHT}, **options)
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        watch.over(context)
        if staff:
            session = browser_of(staff).cookies[settings.SESSION_COOKIE_NAME].value
            context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": base_url}])
        return context.new_page()

    yield open_
    for context in contexts:
        context.set_offline(True)  # no draft of a page may be on its way while the database is emptied
    assert watch.faults == [], "\n".join(watch.faults)


@pytest.fixture(scope="session")
def styles() -> None:
    """For what is true of the pages only in their own clothes."""
    if not STYLES.exists():
        pytest.skip("the design system has not been fetched (python3 frontend.py)")


@pytest.fixture(scope="session")
def axe(styles: None) -> Axe:
    if not AXE.exists():
        pytest.skip("axe-core has not been fetched (python3 frontend.py)")
    return Axe(AXE.read_text(encoding="utf-8"))
