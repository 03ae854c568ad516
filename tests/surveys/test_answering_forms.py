"""Pages as the respondent gets them: fields, words, errors."""

from collections.abc import Iterator, Mapping

import pytest
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.datastructures import MultiValueDict

from surveys.answering import blocks
from surveys.answering.controls import controls
from surveys.answering.forms import PageForm
from surveys.answering.reading import page_hash, read_page
from surveys.problem_texts import ANSWERING
from surveys.questionnaire.definition import Answers, Questionnaire
from surveys.questionnaire.routing import Route, RoutePage, route
from tests.markup import Markup
from tests.questionnaires import BAROMETER, read

LEVELS = ("municipality", "region", "state")
Sent = Mapping[str, list[str]]


def register(level: str = "municipality") -> dict[str, str | int]:
    return {"reg_level": level, "reg_name": "Børnehave 0417 (øvelse)", "reg_address": "Skovvej 12", "reg_employees": 60}


def printed(form: PageForm, language: str = "da") -> Markup:
    with translation.override(language):
        return Markup(render_to_string("surveys/answering/form.html", {"form": form}))


def form_of(
    questionnaire: Questionnaire,
    answers: Answers | None = None,
    sent: Sent | None = None,
    *,
    page: int = 1,
    language: str = "da",
    seen: Answers | None = None,
) -> PageForm:
    stored = answers or {}
    route_ = route(questionnaire, register(), stored)
    found = route_.page(page)
    assert found is not None
    with translation.override(language):
        if sent is None:
            return PageForm(found, route_, stored, language=language)
        data = MultiValueDict({"_stored": [page_hash(found, stored if seen is None else seen)], **sent})
        posted = read_page(found, route_, stored, data, complete=True)
        return PageForm(found, route_, stored, language=language, posted=posted)


def shown(name: str, answers: Answers | None = None, sent: Sent | None = None, **how: object) -> Markup:
    language = str(how.get("language", "da"))
    return printed(form_of(read(name), answers, sent, **how), language)  # type: ignore[arg-type]


def values(markup: Markup, name: str) -> list[str]:
    """What a browser would send for a field if the form were posted as it stands."""
    found = [e for e in markup.elements if e.get("name") == name]
    marked = [e.get("value") for e in found if e.get("type") in ("radio", "checkbox") and "checked" in e.attributes]
    texts = [e.get("value") for e in found if e.get("type") in ("text", "hidden")]
    return marked + texts + [e.text.removeprefix("\n") for e in found if e.tag == "textarea"]


# ---- every page of the shipped instrument


def filled(questionnaire: Questionnaire, level: str) -> Route:
    """Answer the whole way, first option everywhere, with everything that can be marked marked."""
    answers: dict[str, object] = {}
    while True:
        route_ = route(questionnaire, register(level), answers)
        item = route_.first_unanswered
        if item is None:
            return route_
        marks = [code for code in item.option_codes if code not in item.exclusive_codes][: item.question.max_marks]
        answer: object = marks if item.question.many_marks else item.option_codes[0]
        answers[item.code] = dict.fromkeys(item.row_codes, answer) if item.question.has_rows else answer


def every_page(level: str) -> Iterator[tuple[Route, RoutePage]]:
    route_ = filled(read(BAROMETER), level)
    assert len(route_.pages) >= 11
    for page in route_.pages:
        yield route_, page


@pytest.mark.parametrize("language", ["da", "en"])
@pytest.mark.parametrize("level", LEVELS)
def test_every_page_is_sound_when_filled_and_when_sent_back(level: str, language: str) -> None:
    for route_, page in every_page(level):
        with translation.override(language):
            fresh = PageForm(page, route_, route_.answers, language=language)
            empty = read_page(page, route_, route_.answers, MultiValueDict(), complete=True)
            sent_back = PageForm(page, route_, route_.answers, language=language, posted=empty)
        names = {control.name for item in page.items for control in controls(item)}
        for form in (fresh, sent_back):
            markup = printed(form, language)
            assert markup.faults() == [], page.name
            assert set(form.fields) == {field.get("name") for field in markup.fields} == names
        if any(item.question.required for item in page.items if item.question.type != "display"):
            links = [a for a in markup.all("a") if a.get("href").startswith("#")]
            assert len(links) == len(sent_back.errors) > 0


def test_fields_are_named_as_the_columns_of_the_export() -> None:
    assert list(form_of(read("grid")).fields) == ["innov__product", "innov__service"]
    assert list(form_of(read("marks")).fields) == ["partners", "partners__other__text"]
    assert list(form_of(read("rows_marked_in"), {"who": ["eu"]}, page=2).fields) == ["part__eu"]


def test_a_page_fills_in_what_is_stored_and_carries_its_hash() -> None:
    stored = {"partners": ["companies", "other"], "partners.other": "Genboerne"}
    markup = shown("marks", stored)
    assert values(markup, "partners") == ["companies", "other"]
    assert values(markup, "partners__other__text") == ["Genboerne"]
    assert values(markup, "_stored") == [page_hash(route(read("marks"), {}, stored).pages[0], stored)]
    assert values(shown("grid", {"innov": {"service": "no"}}), "innov__service") == ["no"]


# ---- what comes back


@pytest.mark.parametrize("text", ["<b>&amp;\"'</b>", "\nførste linje tom", "to\nlinjer  ", "{{ form }}", "æøå 🎓"])
def test_what_was_typed_comes_back_exactly(text: str) -> None:
    sent = {"how": [text], "best": ["bogus"], "citizens_how": ["x" * 3000]}
    markup = shown("marks", {"partners": ["citizens", "companies"]}, sent, page=2)
    assert values(markup, "how") == [text]
    assert values(markup, "citizens_how") == ["x" * 3000]
    assert values(markup, "best") == []


def test_wrong_marks_come_back_as_they_were_set() -> None:
    sent = {"partners": ["citizens", "companies", "none"], "partners__other__text": ["Genboerne"]}
    markup = shown("marks", {"partners": ["other"]}, sent)
    assert values(markup, "partners") == ["citizens", "companies", "none"]
    assert values(markup, "partners__other__text") == ["Genboerne"]


def test_the_error_summary_names_each_question_and_leads_to_its_first_control() -> None:
    markup = shown("grid", None, {"innov__product": ["yes"]})
    [summary] = markup.with_class("alert-error")
    assert "autofocus" in summary.attributes
    [link] = markup.all("a")
    assert (link.text, link.get("href")) == ("Ydelser: Vælg et svar.", "#id_innov__service_0")
    assert markup.by_id("id_innov__service_0").get("type") == "radio"


def test_an_error_stands_beside_its_field_and_is_tied_to_it() -> None:
    markup = shown("grid", None, {"innov__product": ["yes"]})
    row = next(w for w in reversed(markup.by_id("id_innov__service_0").within) if w.tag == "fieldset")
    assert row.get("aria-describedby") == "id_innov__service_error"
    assert markup.by_id("id_innov__service_error").text == "Fejl: Vælg et svar."


def test_an_error_speaks_of_options_by_their_label() -> None:
    sent = {"partners": ["none", "citizens"]}
    assert "”Ingen” kan ikke vælges" in shown("marks", None, sent).by_id("id_partners_error").text
    assert "“Nobody” cannot stand" in shown("marks", None, sent, language="en").by_id("id_partners_error").text


def test_every_problem_of_a_page_has_a_sentence_in_danish() -> None:
    with translation.override("en"):
        english = {code: str(text) for code, text in ANSWERING.items()}
    with translation.override("da"):
        assert [code for code, text in ANSWERING.items() if str(text) == english[code]] == []


# ---- how questions are put


def test_a_row_of_a_grid_is_a_fieldset_of_its_own() -> None:
    markup = shown("grid")
    legends = [legend.text for legend in markup.all("legend")]
    assert legends == ["Produkter", "Ydelser"]
    assert markup.all("table") == []
    assert markup.with_class("answer-grid-head")[0].get("aria-hidden") == "true"


def test_each_partner_is_asked_about_by_name() -> None:
    stored = {"who": ["citizens", "eu", "other"], "who.other": "Roskilde Universitet"}
    legends = [legend.text for legend in shown("rows_marked_in", stored, page=2).all("legend")]
    assert legends == [
        "Hvad var borgere med til?",
        "Hvad var EU med til?",
        "Hvad var Roskilde Universitet med til?",
    ]


def test_how_many_marks_are_wanted_is_said() -> None:
    assert "Sæt højst 2 krydser." in shown("marks").html
    barometer = read(BAROMETER)
    assert "Sæt gerne flere krydser." in printed(form_of(barometer, filled(barometer, "state").answers, page=4)).html


def test_options_that_stand_alone_are_set_apart() -> None:
    assert [e.text for e in shown("marks").with_class("option-apart")] == ["eller"]


def test_a_text_that_may_stay_empty_says_so() -> None:
    markup = shown("marks", {"partners": ["citizens"]}, page=2)
    labels = {label.get("for"): " ".join(label.text.split()) for label in markup.all("label")}
    assert labels["id_how"] == "Hvordan?"
    assert labels["id_citizens_how"] == "Hvad gjorde borgerne? (frivilligt)"


def test_a_remark_stands_at_its_question_and_is_carried_on() -> None:
    form = form_of(read("soft_check"), None, {"value": ["dk"]})
    markup = printed(form)
    assert markup.by_id("id_value_remark").text.strip() == "Kan du pege på ét udbytte?"
    assert form.remarks == [("id_value_remark", "Hvad kom der ud af det?")]
    assert not form.errors
    [key] = values(markup, "_soft")
    assert form_of(read("soft_check"), None, {"value": ["dk"], "_soft": [key]}).remarks == []


def test_a_conflict_shows_both_answers() -> None:
    form = form_of(read("marks"), {"partners": ["companies"]}, {"partners": ["none"]}, seen={})
    markup = printed(form)
    assert form.conflicts == [("id_partners_conflict", "Hvem hjalp?")]
    assert "”Virksomheder”" in markup.by_id("id_partners_conflict").text
    assert values(markup, "partners") == ["none"]


@pytest.mark.parametrize(
    "name, stored, page",
    [("marks", {"partners": ["citizens"]}, 1), ("rows_marked_in", {"who": ["other"], "who.other": "Jens Jensen"}, 2)],
)
def test_only_questions_in_which_nobody_has_said_anything_are_kept_in_memory(
    name: str, stored: Answers, page: int
) -> None:
    blocks._rendered.cache_clear()
    shown(name, stored, page=page)
    shown("marks", sent={"partners": ["citizens"]})
    assert blocks._rendered.cache_info().currsize == 0
    shown("marks")
    assert blocks._rendered.cache_info().currsize == 1


def test_a_question_kept_in_memory_speaks_the_language_of_the_page() -> None:
    assert [shown("marks", language=language).with_class("option-apart")[0].text for language in ("da", "en")] == [
        "eller",
        "or",
    ]
