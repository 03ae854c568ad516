"""The page of one question, filled in as a browser sends it: what is saved, refused, rearranged and never lost."""

from typing import Any

import pytest
from django.forms import BaseForm
from django.http import HttpResponse
from django.urls import reverse

from surveys.actions.plain import question_values
from surveys.actions.question import question_of
from surveys.actions.questionnaire import publish_questionnaire
from surveys.models import Questionnaire
from surveys.questionnaire.document import to_yaml
from tests.factories import NOON, make_questionnaire, refreshed
from tests.people import browser_of, dana
from tests.questionnaires import BAROMETER, FOLDER, document
from tests.surveys.test_draft import acts, both, make_draft, saved

pytestmark = pytest.mark.django_db


def page(draft: Questionnaire, code: str = "", wanted: str = "") -> str:
    """The address of a question, or of a new one on the page that is wanted."""
    if code:
        return reverse("question", args=[draft.pk, code])
    return reverse("question-new", args=[draft.pk]) + f"?page={wanted}"


def fields(form: BaseForm) -> dict[str, str]:
    """What a browser sends of a form that nobody has touched."""
    values = {form[name].html_name: form[name].value() for name in form.fields}
    sent = {name: value for name, value in values.items() if value is not None and value is not False}
    return {name: "on" if value is True else str(value) for name, value in sent.items()}


def shown_at(address: str) -> dict[str, str]:
    """What a browser sends of the form at an address, each field of which must really be on the page."""
    answer = browser_of(dana()).get(address)
    form, body = answer.context["form"], answer.content.decode()
    assert [name for name in form.fields if f'name="{name}"' not in body] == []
    return fields(form)


def shown(draft: Questionnaire, code: str = "", wanted: str = "") -> dict[str, str]:
    return shown_at(page(draft, code, wanted))


def sent(draft: Questionnaire, code: str = "", data: dict[str, str] | None = None, /, **changes: str) -> Any:
    """Send the form of a question as it is shown, or other data, with these changes; None takes a field out."""
    data = dict(shown(draft, code) if data is None else data) | {"save": "outline"} | changes
    return browser_of(dana()).post(
        page(draft, code), {name: value for name, value in data.items() if value is not None}
    )


def errors(answer: HttpResponse) -> dict[str, list[str]]:
    return dict(answer.context["form"].errors)  # type: ignore[attr-defined]


EXTRA = {
    "code": "extra",
    "type": "single",
    "page": "last",
    "label__da": "Er det ekstra?",
    "label__en": "Is it extra?",
    "ask_if": "new == 'yes'",
    "required": "on",
    "enabled": "on",
    "options-0-code": "very",
    "options-0-value": "1",
    "options-0-label__da": "Meget",
    "options-0-label__en": "Very",
    "options-0-enabled": "on",
    "options-1-code": "no",
    "options-1-value": "0",
    "options-1-label__da": "Nej",
    "options-1-label__en": "No",
    "options-1-enabled": "on",
}


def each_kind(draft: Questionnaire) -> list[str]:
    """The codes of questions, one of each kind that is there: what fields it has and which of them are filled in."""
    kinds: dict[object, str] = {}
    for row in draft.questions.order_by("pk"):
        values = question_values(row)
        choices = [*values["options"], *values["rows"]]
        filled = tuple(bool(values[name]) for name in sorted(values) if name not in ("code", "label", "page"))
        by = "by" in values["label"] or any("by" in choice["label"] for choice in choices)
        kinds.setdefault((row.type, filled, by, any(choice["ask_if"] for choice in choices)), row.code)
    return list(kinds.values())


@pytest.mark.parametrize("name", [*sorted(path.stem for path in FOLDER.glob("*.yaml")), BAROMETER])
def test_a_form_that_nobody_touches_changes_nothing(name: str) -> None:
    draft = make_draft(name)
    before = to_yaml(draft.definition())
    for code in each_kind(draft):
        answer = sent(draft, code)
        assert answer.status_code == 302
    assert to_yaml(refreshed(draft).definition()) == before
    assert len(acts(draft)) == 1


def test_a_question_with_routing_is_added_in_two_languages() -> None:
    draft = make_draft()
    answer = sent(draft, "", EXTRA)
    assert answer["location"] == f"{reverse('questionnaire', args=[draft.pk])}#question-extra"
    added = draft.definition().question("extra")
    assert {language: added.label.text(language, {}) for language in ("da", "en")} == {
        "da": "Er det ekstra?",
        "en": "Is it extra?",
    }
    assert [(option.code, option.value, option.label.text("da", {})) for option in added.options] == [
        ("very", 1, "Meget"),
        ("no", 0, "Nej"),
    ]
    assert added.ask_if is not None
    assert draft.definition().page_of("extra").name == "last"


def test_a_new_question_is_offered_the_page_it_was_asked_for_on() -> None:
    draft = make_draft()
    assert shown(draft, wanted="what")["page"] == "what"
    assert shown(draft, wanted="nosuch")["page"] == "last"


def test_a_wrong_name_in_a_condition_is_told_with_the_names_that_there_are() -> None:
    draft = make_draft()
    answer = sent(draft, "", EXTRA, ask_if="newer == 'yes'")
    [told] = errors(answer)["ask_if"]
    assert "“newer”" in told
    assert "Did you mean “new”?" in told
    assert "Names that can stand here: new, what, whose." in told
    assert answer.context["form"]["label__en"].value() == "Is it extra?"
    assert not draft.questions.filter(code="extra").exists()


def test_a_wrong_code_in_a_condition_is_told_with_the_codes_that_there_are() -> None:
    [told] = errors(sent(make_draft(), "", EXTRA, ask_if="what == 'produkt'"))["ask_if"]
    assert "Did you mean “product”?" in told
    assert "Codes of what: product, service." in told


def test_a_question_of_the_same_page_is_no_name_to_use() -> None:
    [told] = errors(sent(make_draft(), "", EXTRA, ask_if="happy == 'yes'"))["ask_if"]
    assert "same page" in told


def test_a_condition_may_be_written_on_several_lines() -> None:
    draft = make_draft()
    sent(draft, "", EXTRA, ask_if="new == 'yes'\r\nand what == 'product'")
    condition = draft.definition().question("extra").ask_if
    assert condition is not None
    assert condition.text == "new == 'yes' and what == 'product'"


def test_all_that_is_wrong_is_told_at_one_go_and_of_twins_the_second() -> None:
    draft = make_draft()
    twins = {"code": "new", "options-1-code": EXTRA["options-0-code"], "ask_if": "new =="}
    told = errors(sent(draft, "", {**EXTRA, **twins}))
    assert sorted(told) == ["ask_if", "code", "options-1-code"]


def test_the_names_beside_the_condition_are_those_of_earlier_pages_with_their_codes() -> None:
    draft = make_draft()
    names = browser_of(dana()).get(page(draft, "whose")).context["form"].names
    assert [(name.name, [choice.code for choice in name.codes]) for name in names] == [
        ("new", ["yes", "no"]),
        ("what", ["product", "service"]),
    ]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"code": ""}, "code"),
        ({"code": "Extra!"}, "code"),
        ({"code": "new"}, "code"),
        ({"code": "reg_extra"}, "code"),
        ({"code": "class"}, "code"),
        ({"options-1-code": "very"}, "options-1-code"),
        ({"options-1-code": ""}, "options-1-code"),
        ({"options-1-code": "No way"}, "options-1-code"),
        ({"options-1-value": "1"}, "options-1-value"),
        ({"options-1-value": "one"}, "options-1-value"),
        ({"options-1-ask_if": "nosuch"}, "options-1-ask_if"),
        ({"options-1-label__en": "{nosuch}"}, "options-1-label__da"),
        ({"label__en": "{reg_nosuch}"}, "label__da"),
        ({"type": "multi", "max_marks": "3"}, "max_marks"),
        ({"type": "open", "max_length": "20000"}, "max_length"),
        ({"soft_check_when": "extra == 'very'"}, "soft_check_when"),
        ({"soft_check_when": "nosuch", "soft_check_text__da": "Hm", "soft_check_text__en": "Hm"}, "soft_check_when"),
        ({"page": "nosuch"}, "page"),
        ({"type": "nosuch"}, "type"),
    ],
)
def test_a_fault_is_told_beside_its_field_and_nothing_is_saved(changes: dict[str, str], field: str) -> None:
    draft = make_draft()
    answer = sent(draft, "", EXTRA, **changes)
    assert list(errors(answer)) == [field]
    assert len(acts(draft)) == 1


def test_empty_lines_are_left_out() -> None:
    draft = make_draft()
    sent(draft, "", EXTRA, **{"options-2-code": "", "options-2-enabled": "on"})
    assert [option.code for option in draft.definition().question("extra").options] == ["very", "no"]


def test_an_option_more_is_a_line_more_and_saves_nothing() -> None:
    draft = make_draft()
    answer = sent(draft, "new", act="add:options", label__en="Half writt")
    form = answer.context["form"]
    assert form["label__en"].value() == "Half writt"
    assert len(form.tables["options"]) == 3
    assert not form.errors
    assert "Nothing has been saved yet" in answer.content.decode()
    assert len(acts(draft)) == 1
    new = fields(form) | {"options-2-code": "maybe", "options-2-label__da": "Måske", "options-2-label__en": "Maybe"}
    sent(draft, "new", new)
    assert [option.code for option in draft.definition().question("new").options] == ["yes", "no", "maybe"]


@pytest.mark.parametrize(
    ("act", "left"),
    [
        ("down:options:0", ["no", "yes"]),
        ("up:options:1", ["no", "yes"]),
        ("up:options:0", ["yes", "no"]),
        ("remove:options:0", ["no"]),
        ("remove:options:7", ["yes", "no"]),
        ("remove:options:x", ["yes", "no"]),
        (f"remove:options:{'9' * 5000}", ["yes", "no"]),
        ("nosuch:options:0", ["yes", "no"]),
        ("add:nosuch", ["yes", "no"]),
    ],
)
def test_lines_are_rearranged_and_then_saved(act: str, left: list[str]) -> None:
    draft = make_draft()
    form = sent(draft, "new", act=act).context["form"]
    sent(draft, "new", fields(form))
    assert [option.code for option in draft.definition().question("new").options] == left


def test_a_text_by_a_register_variable_gets_a_field_per_code_and_back() -> None:
    draft = make_questionnaire(document("register"), published=False)
    code = draft.questions.exclude(label__has_key="by").order_by("pk")[0].code
    variable = next(one for one in draft.definition().register if one.codes)
    codes = [choice.code for choice in variable.codes]
    plain = {"label__by": variable.name, "label__shown": "", "label__da": "Ens?", "label__en": "Same?"}
    answer = sent(draft, code, {**shown(draft, code), **plain})
    assert answer["location"] == page(draft, code)
    texts = question_of(draft, code).label
    assert texts == {
        "by": variable.name,
        "da": dict.fromkeys(codes, "Ens?"),
        "en": dict.fromkeys(codes, "Same?"),
    }
    sent(draft, code, shown(draft, code), **{f"label__en__{codes[0]}": "Only here"})
    assert question_of(draft, code).label["en"][codes[0]] == "Only here"
    sent(draft, code, shown(draft, code), label__by="")
    assert question_of(draft, code).label == {"da": "Ens?", "en": "Only here"}


def test_another_type_shows_other_fields_before_and_after_it_is_saved() -> None:
    draft = make_draft()
    form = sent(draft, "happy", act="shape", type="grid").context["form"]
    assert "rows" in form.tables
    assert len(form.tables["options"]) == 2
    answer = sent(draft, "happy", type="multi")
    assert answer["location"] == page(draft, "happy")
    assert (
        "max_marks" in shown(draft, "happy")
        or "max_marks" in browser_of(dana()).get(page(draft, "happy")).context["form"].fields
    )


def test_a_grid_is_made_of_rows_and_a_scale() -> None:
    draft = make_draft("grid")
    grid = {
        "code": "extra",
        "type": "grid",
        "page": draft.pages.order_by("-position")[0].name,
        "label__da": "Hvad med",
        "label__en": "What about",
        "scale": "yes_no",
        "enabled": "on",
        "required": "on",
        "rows-0-code": "one",
        "rows-0-label__da": "Det ene",
        "rows-0-label__en": "The one",
        "rows-0-enabled": "on",
    }
    sent(draft, "", grid)
    added = draft.definition().question("extra")
    assert ([row.code for row in added.rows], added.scale) == (["one"], "yes_no")


def test_what_another_has_saved_meanwhile_is_shown_and_what_was_typed_stays() -> None:
    draft = make_draft()
    mine = shown(draft, "new")
    saved(draft, "new", label=both("Theirs"))
    answer = sent(draft, "new", mine, label__en="Mine")
    body = answer.content.decode()
    assert answer.context["form"]["label__en"].value() == "Mine"
    assert "Somebody else has changed it meanwhile" in body
    assert "Theirs" in body
    assert question_of(draft, "new").label["en"] == "Theirs"
    sent(draft, "new", fields(answer.context["form"]))
    assert question_of(draft, "new").label["en"] == "Mine"


def test_what_was_typed_for_a_question_that_another_has_deleted_can_be_saved_as_a_new_one() -> None:
    draft = make_draft()
    mine = shown(draft, "happy")
    draft.questions.filter(code="happy").delete()
    answer = sent(draft, "happy", mine, label__en="Mine")
    assert "What you have written stands below" in answer.content.decode()
    sent(draft, "", fields(answer.context["form"]))
    assert question_of(draft, "happy").label["en"] == "Mine"


def test_what_was_typed_while_another_has_published_the_draft_is_shown_and_not_saved() -> None:
    draft = make_draft()
    mine = shown(draft, "happy")
    publish_questionnaire(questionnaire=draft, by=None, at=NOON)
    for code, data in (("happy", mine), ("", EXTRA)):
        answer = sent(draft, code, data, label__en="Mine")
        assert answer.context["form"]["label__en"].value() == "Mine"
        assert "It has been published meanwhile" in answer.content.decode()
        assert 'class="button button-primary" name="save"' not in answer.content.decode()
    assert question_of(draft, "happy").label["en"] == "Are you happy?"


def test_a_character_that_no_database_stores_is_a_fault_of_its_field() -> None:
    assert list(errors(sent(make_draft(), "", EXTRA, label__en="a\0b"))) == ["label__en"]


def test_a_question_that_is_not_there_is_not_found() -> None:
    draft = make_draft()
    assert browser_of(dana()).get(page(draft, "nosuch")).status_code == 404


def test_what_does_not_go_with_the_type_is_told() -> None:
    draft = make_draft()
    browser = browser_of(dana())
    data = shown(draft, "happy") | {"type": "open", "save": "stay"}
    stored = browser.post(page(draft, "happy"), data, follow=True).content.decode()
    assert question_of(draft, "happy").choices.count() == 0
    assert "The question happy has been saved." in stored


def test_deleting_asks_first_and_refuses_what_was_changed_meanwhile() -> None:
    draft = make_draft()
    browser, address = browser_of(dana()), reverse("question-delete", args=[draft.pk, "happy"])
    based_on = browser.get(address).context["form"]["based_on"].value()
    saved(draft, "happy", required=False)
    assert browser.post(address, {"based_on": based_on})["location"] == page(draft, "happy")
    assert draft.questions.filter(code="happy").exists()
    browser.post(address, {"based_on": browser.get(address).context["form"]["based_on"].value()})
    assert not draft.questions.filter(code="happy").exists()
    assert browser.post(address, {})["location"] == reverse("questionnaire", args=[draft.pk])


def test_a_change_that_makes_a_problem_elsewhere_says_so() -> None:
    draft = make_draft()
    data = shown(draft, "what") | {"options-0-code": "produce"}
    body = browser_of(dana()).post(page(draft, "what"), data, follow=True).content.decode()
    assert "The change makes a problem elsewhere." in body
    assert "whose:" in body


def test_a_new_code_is_put_into_the_conditions_that_read_it_and_that_is_told() -> None:
    draft = make_draft()
    data = shown(draft, "new") | {"code": "newness"}
    body = browser_of(dana()).post(page(draft, "new"), data, follow=True).content.decode()
    assert "The new name has been put in here too: what, thanks." in body


def test_the_first_button_of_the_form_saves() -> None:
    """Enter in a field presses the first button: it must not be one that rearranges."""
    body = browser_of(dana()).get(page(make_draft(), "new")).content.decode()
    main = body[body.index("<main") :]
    assert main.index('name="save"') < main.index('name="act"')
