"""The way to the accessibility statement is on every page, errors included."""

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.template.loader import render_to_string
from django.test import Client
from pytest_django import Settings

from barometer import environment

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
STATEMENT = "https://www.was.digst.dk/example"


def test_the_link_leads_to_the_published_statement(client: Client, settings: Settings) -> None:
    settings.ACCESSIBILITY_STATEMENT_URL = STATEMENT
    for path in ("/was/", "/was"):
        assert client.get(path)["Location"] == STATEMENT


def test_without_a_statement_it_leads_to_the_facts_for_one(client: Client, settings: Settings) -> None:
    settings.ACCESSIBILITY_STATEMENT_URL = ""
    page = client.get("/was/", follow=True)
    assert page.redirect_chain == [("/accessibility/", 302)]
    for fact in ("EN 301 549", "WCAG", "axe-core", "barometer@example.org", "22. november 2026"):
        assert fact in page.content.decode()


@pytest.mark.parametrize(
    "template",
    ["400.html", "403.html", "403_csrf.html", "404.html", "500.html", "respondent/unknown_link.html"],
)
def test_error_pages_have_the_link_too(template: str) -> None:
    assert '<a href="/was/">Tilgængelighedserklæring</a>' in render_to_string(template)


def test_no_page_has_a_foot_of_its_own_without_the_link() -> None:
    feet = {path: path.read_text(encoding="utf-8") for path in TEMPLATES.rglob("*.html")}
    feet = {path: text.partition("{% block footer %}")[2] for path, text in feet.items() if "block footer" in text}
    assert len(feet) >= 3
    for path, text in feet.items():
        foot = text.partition("{% endblock %}")[0]
        assert "{% url 'accessibility-statement' %}" in foot or "{{ block.super }}" in foot, path


def test_the_page_of_the_statement_is_a_whole_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACCESSIBILITY_STATEMENT_URL", "was.digst.dk/x")
    with pytest.raises(ImproperlyConfigured, match="ACCESSIBILITY_STATEMENT_URL"):
        environment.page_address("ACCESSIBILITY_STATEMENT_URL")
