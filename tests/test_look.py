"""The shell of the pages, the form controls of the design system, and how numbers and dates are written."""

import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Fieldset, Layout, Submit
from django import forms
from django.contrib.auth.models import AnonymousUser
from django.contrib.staticfiles import finders
from django.template import engines
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.utils import translation

from barometer import formats
from barometer.templatetags.look import built, error_links
from tests.factories import make_round
from tests.markup import Markup

ROOT = Path(__file__).resolve().parent.parent
ERROR_PAGES = ("400.html", "403.html", "403_csrf.html", "404.html", "500.html")


class EveryKind(forms.Form):
    name = forms.CharField(label="Name", help_text="Short.", max_length=5)
    day = forms.DateField(label="Day", widget=forms.DateInput(attrs={"type": "date"}))
    note = forms.CharField(label="Note", widget=forms.Textarea, required=False)
    language = forms.ChoiceField(label="Language", choices=[("da", "Danish"), ("en", "English")])
    kind = forms.ChoiceField(label="Which kind?", choices=[("r", "Real"), ("t", "Test")], widget=forms.RadioSelect)
    levels = forms.MultipleChoiceField(
        label="Levels", choices=[("s", "State"), ("r", "Region")], widget=forms.CheckboxSelectMultiple, help_text="All."
    )
    sure = forms.BooleanField(label="I am sure", help_text="Really.")
    file = forms.FileField(label="File")
    secret = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        rest = Div("language", "kind", "levels", "sure", "file", css_class="rest")
        self.helper.layout = Layout("secret", Fieldset("First", "name", "day", "note"), rest)
        self.helper.add_input(Submit("save", "Save"))

    def clean(self) -> dict[str, Any]:
        raise forms.ValidationError("The whole is wrong.")


def printed(form: forms.Form, tag: str = "{% crispy form %}") -> Markup:
    template = engines["django"].from_string("{% load crispy_forms_tags %}" + tag)
    return Markup(template.render({"form": form}, RequestFactory().get("/")))


# ---- the shell


@pytest.mark.parametrize("template", ERROR_PAGES)
@pytest.mark.parametrize(("language", "site"), [("da", "Innovationsbarometeret"), ("en", "Innovation Barometer")])
def test_error_pages_need_no_context_and_say_where_one_is(template: str, language: str, site: str) -> None:
    with translation.override(language):
        page = Markup(render_to_string(template))
    assert page.faults() == []
    assert page.one("html").get("lang") == language
    assert page.one("title").text == f"{page.one('h1').text} – {site}"


def test_the_first_link_skips_to_the_content() -> None:
    page = Markup(render_to_string("404.html"))
    assert page.all("a")[0].get("href") == "#main-content"
    assert page.by_id("main-content").tag == "main"


def test_every_page_of_a_rehearsal_says_so(db: None) -> None:
    context = {"round": make_round(rehearsal=True), "texts": {}, "languages": ()}
    with translation.override("da"):
        assert "Øvelse – ikke en rigtig undersøgelse" in render_to_string("respondent/closed.html", context)
        context["round"] = make_round(slug="real", rehearsal=False)
        assert "Øvelse" not in render_to_string("respondent/closed.html", context)


def test_pages_for_respondents_touch_neither_session_nor_user(client: Client) -> None:
    response = client.get("/accessibility/")
    assert response.status_code == 200
    assert response.cookies == {}
    assert "Cookie" not in response.get("Vary", "")


def test_the_login_page_shows_what_is_missing(client: Client, db: None) -> None:
    assert Markup(client.get("/login/").content.decode()).faults() == []
    page = Markup(client.post("/login/", {"login": "dana"}, headers={"accept-language": "en"}).content.decode())
    assert page.faults() == []
    assert page.one("title").text.startswith("Error: Log in")
    assert [a.get("href") for a in page.all("a") if a.get("href").startswith("#id")] == ["#id_password"]


def test_no_template_breaks_the_content_security_policy() -> None:
    codebook = ROOT / "templates" / "responses" / "codebook" / "file.html"  # which is never a page, but downloaded
    pages = [path for path in (ROOT / "templates").rglob("*.html") if "emails" not in path.parts and path != codebook]
    assert len(pages) > 30
    for path in pages:
        text = path.read_text()
        assert not re.search(r"""\sstyle=|\son[a-z]+=["']|<script>|<style|javascript:""", text), path
        assert not re.search(r"""(src|href)=["'](https?:)?//""", text), path


def test_our_own_stylesheet_fetches_nothing() -> None:
    found = finders.find("barometer/site.css")
    assert found is not None
    css = Path(found).read_text()
    assert "url(" not in css
    assert "@import" not in css
    assert css.count("{") == css.count("}")


def test_a_stylesheet_that_was_not_built_is_left_out() -> None:
    assert built("barometer/never-built.css") == ""
    assert built("barometer/site.css") == "/static/barometer/site.css"


# ---- the design system's controls


@pytest.mark.parametrize("tag", ["{% crispy form %}", "<form>{{ form|crispy }}</form>"])
def test_every_kind_of_field_has_one_label_and_ids_that_hold(tag: str) -> None:
    markup = printed(EveryKind(), tag)
    assert markup.faults() == []
    shown = {field.get("name") for field in markup.fields}
    assert shown == {"name", "day", "note", "language", "kind", "levels", "sure", "file"}


def test_a_form_from_crispy_has_its_token_its_button_and_room_for_a_file() -> None:
    markup = printed(EveryKind())
    assert markup.one("form").get("enctype") == "multipart/form-data"
    assert [b.text for b in markup.all("button")] == ["Save"]
    assert {"csrfmiddlewaretoken", "secret"} <= {e.get("name") for e in markup.all("input")}


def test_a_field_that_may_stay_empty_is_marked() -> None:
    with translation.override("en"):
        labels = {label.get("for"): " ".join(label.text.split()) for label in printed(EveryKind()).all("label")}
    assert labels["id_note"] == "Note (optional)"
    assert labels["id_name"] == "Name"


def test_the_summary_leads_to_the_first_control_of_every_kind() -> None:
    form = EveryKind({"name": "much too long"})
    links = {link.target: link.text for link in error_links(form)}
    assert set(links) == {
        "",
        "id_name",
        "id_day",
        "id_language",
        "id_kind_0",
        "id_levels_0",
        "id_sure",
        "id_file",
    }
    assert links[""] == "The whole is wrong."
    assert links["id_kind_0"].startswith("Which kind? ")
    assert links["id_day"].startswith("Day: ")
    markup = printed(form)
    assert markup.faults() == []
    assert {a.get("href").removeprefix("#") for a in markup.all("a")} == set(links) - {""}


def test_errors_and_hints_are_tied_to_their_control() -> None:
    markup = printed(EveryKind({"name": "much too long"}))
    assert markup.by_id("id_name").get("aria-describedby") == "id_name_helptext id_name_error"
    assert markup.by_id("id_name").get("aria-invalid") == "true"
    group = next(w for w in reversed(markup.by_id("id_levels_0").within) if w.tag == "fieldset")
    assert group.get("aria-describedby") == "id_levels_helptext id_levels_error"
    assert markup.by_id("id_name").get("value") == "much too long"


def test_a_choice_made_is_shown_again() -> None:
    markup = printed(EveryKind({"kind": "t", "levels": ["r"], "language": "en"}))
    marked = [e.get("value") for e in markup.all("input") if "checked" in e.attributes]
    assert marked == ["t", "r"]


# ---- numbers and dates


@pytest.mark.parametrize(
    ("language", "whole", "part", "share", "day"),
    [
        ("da", "14.297", "1.234,6", "59\xa0%", "torsdag den 13. februar 2020"),
        ("en", "14,297", "1,234.6", "59%", "Thursday 13 February 2020"),
    ],
)
def test_numbers_and_dates_are_written_in_the_language(
    language: str, whole: str, part: str, share: str, day: str
) -> None:
    with translation.override(language):
        assert formats.number(14297) == whole
        assert formats.number(1234.56, 1) == part
        assert formats.percent(0.5901) == share
        assert formats.weekday_date(date(2020, 2, 13)) == day


def test_halves_are_rounded_up_as_published() -> None:
    with translation.override("en"):
        assert formats.percent(0.125) == "13%"
        assert formats.number(2.5) == "3"
        assert formats.percent(0.285, 1) == "28.5%"


def test_what_is_unknown_is_a_dash() -> None:
    assert (formats.number(None), formats.percent(None), formats.weekday_date(None)) == ("–", "–", "")


def test_a_moment_belongs_to_the_day_it_has_in_copenhagen() -> None:
    with translation.override("en"):
        assert formats.weekday_date(datetime(2020, 2, 12, 23, 30, tzinfo=UTC)) == "Thursday 13 February 2020"
        assert formats.day(datetime(2020, 2, 12, 23, 30, tzinfo=UTC)) == "13 February 2020"


@pytest.mark.parametrize(("language", "told"), [("da", "05.03.2020 kl. 09.05"), ("en", "05 Mar 2020 09:05")])
def test_a_moment_in_a_table_is_written_as_danes_write_it(language: str, told: str) -> None:
    with translation.override(language):
        assert formats.short_moment(datetime(2020, 3, 5, 8, 5, tzinfo=UTC)) == told
        assert formats.short_moment(None) == ""


def test_nobody_is_logged_in_on_the_page_shown_to_nobody() -> None:
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    assert "logout" not in render_to_string("429.html", {}, request)
