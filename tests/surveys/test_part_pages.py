"""The pages of the smaller parts of a draft: pages, scales, derived and register variables, settings, general texts."""

from typing import Any

import pytest
from django.urls import reverse

from surveys.actions.part import part_of
from surveys.actions.questionnaire import publish_questionnaire
from surveys.forms.choices import EMPTY
from surveys.models import Part, Questionnaire
from surveys.questionnaire.document import to_yaml
from tests.factories import NOON, refreshed
from tests.people import browser_of, dana
from tests.questionnaires import BAROMETER
from tests.surveys.test_draft import acts, both, make_draft, part_saved
from tests.surveys.test_question_page import fields, shown_at

pytestmark = pytest.mark.django_db


def page(draft: Questionnaire, part: str, name: str = "") -> str:
    return reverse("part", args=[draft.pk, part, name]) if name else reverse("part-new", args=[draft.pk, part])


def outline(draft: Questionnaire, anchor: str = "") -> str:
    return reverse("questionnaire", args=[draft.pk]) + anchor


def sent(address: str, /, **changes: str) -> Any:
    """Send the form as it is shown, with these changes."""
    return browser_of(dana()).post(address, shown_at(address) | {"save": "outline"} | changes)


def parts(draft: Questionnaire) -> list[tuple[str, str]]:
    found = draft.definition()
    names = {
        "page": [page.name for page in found.pages],
        "scale": list(found.scales),
        "derived": [derived.name for derived in found.derived],
        "register": [variable.name for variable in found.register],
    }
    return [(part, name) for part, there in names.items() for name in there]


@pytest.mark.parametrize("name", ["grid", "register", BAROMETER])
def test_forms_that_nobody_touches_change_nothing(name: str) -> None:
    draft = make_draft(name)
    before = to_yaml(draft.definition())
    for part, of in parts(draft)[:: 6 if name == BAROMETER else 1]:
        assert sent(page(draft, part, of)).status_code == 302, of
    assert sent(reverse("questionnaire-texts", args=[draft.pk])).status_code == 302
    assert to_yaml(refreshed(draft).definition()) == before
    assert len(acts(draft)) == 1


def test_a_list_longer_than_one_writes_by_hand_is_saved_whole() -> None:
    draft = make_draft()
    name = "long"
    lines = [{**EMPTY, "code": f"c{number}", "label": both(f"Nr. {number}")} for number in range(201)]
    part_saved(draft, Part.SCALE, name=name, options=lines)
    before = to_yaml(refreshed(draft).definition())
    assert sent(page(draft, "scale", name)).status_code == 302
    assert to_yaml(refreshed(draft).definition()) == before


def test_the_settings_that_nobody_touches_change_nothing() -> None:
    draft = make_draft()
    address = reverse("questionnaire-settings", args=[draft.pk])
    data = shown_at(address) | {"languages": ["da", "en"]}
    assert browser_of(dana()).post(address, data)["location"] == outline(draft)
    assert len(acts(draft)) == 1


def test_each_kind_is_added_on_its_page() -> None:
    draft = make_draft()
    label = {"label__da": "Ny", "label__en": "New"}
    line = {"code": "one", "label__da": "En", "label__en": "One"}
    options = {f"options-0-{name}": text for name, text in line.items()} | {"options-0-enabled": "on"}
    added = {
        "page": {"name": "more", **label},
        "scale": {"name": "agree", **options},
        "derived": {"name": "fresh", "expression": "new == 'yes'", **label},
        "register": {"name": "reg_kind", "type": "code", **label, **{f"codes-0-{k}": t for k, t in line.items()}},
    }
    for part, data in added.items():
        answer = sent(page(draft, part), **data)
        assert answer["location"] == outline(draft, f"#{part}-{data['name']}")
        assert sent(page(draft, part, data["name"])).status_code == 302
    found = refreshed(draft).definition()
    assert found.pages[-1].label.texts == {"da": "Ny", "en": "New"}
    assert [option.code for option in found.scales["agree"]] == ["one"]
    assert found.derived[0].expression.text == "new == 'yes'"
    assert [choice.label.text("en", {}) for choice in found.register[0].codes] == ["One"]


@pytest.mark.parametrize(
    ("part", "changes", "field"),
    [
        ("page", {"name": "First page"}, "name"),
        ("page", {"name": "first"}, "name"),
        ("page", {"name": "ok", "label__en": "{reg_nosuch}"}, "label__da"),
        ("scale", {"name": "ok", "options-0-code": "No!"}, "options-0-code"),
        ("scale", {"name": "ok", "options-0-label__en": "Text only"}, "options-0-code"),
        ("derived", {"name": "new", "expression": "new == 'yes'"}, "name"),
        ("derived", {"name": "fresh", "expression": ""}, "expression"),
        ("derived", {"name": "fresh", "expression": "newer == 'yes'"}, "expression"),
        ("derived", {"name": "fresh", "expression": "new == 'maybe'"}, "expression"),
        ("register", {"name": "kind"}, "name"),
        ("register", {"name": "reg_kind", "codes-0-code": "No!"}, "codes-0-code"),
    ],
)
def test_a_fault_is_told_beside_its_field(part: str, changes: dict[str, str], field: str) -> None:
    draft = make_draft()
    answer = sent(page(draft, part), **changes)
    assert list(answer.context["form"].errors) == [field]
    assert len(acts(draft)) == 1


def test_a_wrong_name_in_a_derived_variable_is_told_with_the_names_that_there_are() -> None:
    answer = sent(page(make_draft(), "derived"), name="fresh", expression="newer == 'yes'")
    [told] = answer.context["form"].errors["expression"]
    assert "Did you mean “new”?" in told
    assert "new, what, whose, happy." in told


def test_an_option_of_a_scale_is_added_and_moved_before_it_is_saved() -> None:
    draft = make_draft("grid")
    address = page(draft, "scale", "yes_no")
    more = sent(address, act="add:options").context["form"]
    assert len(more.table) == 3
    data = fields(more) | {"options-2-code": "dk", "options-2-label__da": "Ved ikke", "options-2-label__en": "?"}
    moved = browser_of(dana()).post(address, data | {"act": "up:options:2"}).context["form"]
    assert len(acts(draft)) == 1
    browser_of(dana()).post(address, fields(moved) | {"save": "stay"})
    assert [option.code for option in refreshed(draft).definition().scales["yes_no"]] == ["yes", "dk", "no"]


def test_what_another_has_saved_meanwhile_is_shown_and_what_was_typed_stays() -> None:
    draft = make_draft()
    address = page(draft, "page", "last")
    mine = shown_at(address)
    part_saved(draft, Part.PAGE, "last", label=both("Theirs"))
    answer = browser_of(dana()).post(address, mine | {"label__en": "Mine"})
    assert answer.context["form"]["label__en"].value() == "Mine"
    assert "Theirs" in answer.content.decode()
    browser_of(dana()).post(address, fields(answer.context["form"]))
    assert part_of(draft, Part.PAGE, "last").label["en"] == "Mine"  # type: ignore[union-attr]


def test_what_was_typed_for_a_part_that_another_has_renamed_can_be_saved_as_a_new_one() -> None:
    draft = make_draft()
    address = page(draft, "page", "last")
    mine = shown_at(address)
    part_saved(draft, Part.PAGE, "last", name="final")
    answer = browser_of(dana()).post(address, mine | {"label__en": "Mine"})
    assert "What you have written stands below" in answer.content.decode()
    browser_of(dana()).post(page(draft, "page"), fields(answer.context["form"]))
    assert part_of(draft, Part.PAGE, "last").label["en"] == "Mine"  # type: ignore[union-attr]


def test_settings_and_texts_changed_by_another_come_back_with_what_was_typed() -> None:
    draft = make_draft()
    settings, texts = (reverse(name, args=[draft.pk]) for name in ("questionnaire-settings", "questionnaire-texts"))
    mine = {address: shown_at(address) for address in (settings, texts)}
    languages = {"languages": ["da", "en"]}
    browser_of(dana()).post(settings, mine[settings] | languages | {"country": "NO"})
    browser_of(dana()).post(texts, mine[texts] | {"mark_all__da": "Deres", "mark_all__en": "Theirs"})
    again = browser_of(dana()).post(settings, mine[settings] | languages | {"country": "SE"})
    assert again.context["form"]["country"].value() == "SE"
    assert "NO" in again.content.decode()
    again = browser_of(dana()).post(texts, mine[texts] | {"mark_all__da": "Mine", "mark_all__en": "Mine"})
    assert again.context["form"]["mark_all__en"].value() == "Mine"
    assert "Theirs" in again.content.decode()
    assert refreshed(draft).country == "NO"
    browser_of(dana()).post(texts, fields(again.context["form"]))
    assert refreshed(draft).texts["mark_all"]["en"] == "Mine"


def test_a_language_is_added_and_its_texts_are_then_asked_for() -> None:
    draft = make_draft()
    address = reverse("questionnaire-settings", args=[draft.pk])
    browser = browser_of(dana())
    body = browser.post(address, shown_at(address) | {"languages": ["da", "en", "sv"]}, follow=True)
    assert refreshed(draft).languages == ["da", "en", "sv"]
    assert body.context["errors"] > 0
    form = browser.get(reverse("question", args=[draft.pk, "new"])).context["form"]
    assert "label__sv" in form.fields


def test_what_was_typed_while_another_has_published_the_draft_is_shown_and_not_saved() -> None:
    draft = make_draft()
    address = page(draft, "page", "last")
    mine = shown_at(address)
    publish_questionnaire(questionnaire=draft, by=None, at=NOON)
    answer = browser_of(dana()).post(address, mine | {"label__en": "Mine"})
    assert answer.context["form"]["label__en"].value() == "Mine"
    assert "It has been published meanwhile" in answer.content.decode()


def test_a_scale_in_use_is_not_deleted_and_the_page_says_who_uses_it() -> None:
    draft = make_draft("grid")
    address = reverse("part-delete", args=[draft.pk, "scale", "yes_no"])
    data = shown_at(address)
    body = browser_of(dana()).post(address, data, follow=True).content.decode()
    assert "These questions use the scale" in body
    assert "yes_no" in refreshed(draft).definition().scales


def test_a_page_is_deleted_with_its_questions_after_asking() -> None:
    draft = make_draft()
    address = reverse("part-delete", args=[draft.pk, "page", "last"])
    assert "The 2 questions on this page go with it" in browser_of(dana()).get(address).content.decode()
    sent(address)
    assert [part.name for part in draft.pages.order_by("position")] == ["first", "what", "whose"]


@pytest.mark.parametrize("address", ["nosuch/new/", "page/nosuch/edit/", "nosuch/first/edit/", "nosuch/first/delete/"])
def test_what_is_not_there_is_not_found(address: str) -> None:
    assert browser_of(dana()).get(f"/questionnaires/{make_draft().pk}/{address}").status_code == 404
