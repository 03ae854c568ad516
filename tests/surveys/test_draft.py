"""A draft as staff change it: every act, what it records, and what it refuses."""

from datetime import timedelta
from typing import Any

import pytest

from barometer.models import AuditEvent
from surveys.actions import questionnaire as whole
from surveys.actions.draft import ChangedMeanwhile, DraftRefused, PartGone, problems_of
from surveys.actions.part import part_of, save_part
from surveys.actions.plain import mark, part_values, question_values
from surveys.actions.question import (
    copy_question,
    delete_question,
    move_question,
    question_of,
    save_question,
)
from surveys.forms.question import NEW
from surveys.models import Act, Part, Questionnaire
from surveys.questionnaire.document import to_yaml
from tests.factories import NOON, make_questionnaire, refreshed
from tests.people import dana
from tests.questionnaires import BAROMETER, document

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(hours=1)


def make_draft(name: str = "ask_if") -> Questionnaire:
    return make_questionnaire(document(name), published=False)


def both(text: str) -> dict[str, str]:
    return {"da": f"{text} (da)", "en": text}


def option(code: str, **changes: Any) -> dict[str, Any]:
    values = {"code": code, "value": None, "label": both(code), "hint": None, "ask_if": ""}
    return {**values, "exclusive": False, "open": False, "group": "", "enabled": True, **changes}


def new_question(**changes: Any) -> dict[str, Any]:
    options = [option("a"), option("b")]
    return {**NEW, "code": "extra", "page": "last", "label": both("Extra?"), "options": options, **changes}


def saved(draft: Questionnaire, of: str | None = None, /, **changes: Any) -> Any:
    """Save a new question, or changes of one that is there."""
    stored = question_values(question_of(draft, of)) if of else new_question()
    return save_question(
        questionnaire=draft, code=of, values={**stored, **changes}, based_on=mark(stored), by=dana(), at=LATER
    )


def part_saved(draft: Questionnaire, part: Part, of: str | None = None, /, **values: Any) -> Any:
    stored = part_values(part_of(draft, part, of)) if of else {}
    return save_part(
        questionnaire=draft,
        part=part,
        name=of,
        values={**stored, **values},
        based_on=mark(stored),
        by=dana(),
        at=LATER,
    )


def codes(draft: Questionnaire) -> list[str]:
    return list(draft.questions.order_by("page__position", "position").values_list("code", flat=True))


def order(draft: Questionnaire) -> list[list[str]]:
    """The codes of each page."""
    pages = draft.pages.order_by("position")
    return [list(page.questions.order_by("position").values_list("code", flat=True)) for page in pages]


def acts(draft: Questionnaire) -> list[tuple[str, str, str]]:
    """What the history tells, oldest first."""
    return list(draft.snapshots.order_by("number").values_list("act", "part", "name"))


# ---- questions


def test_a_new_question_with_routing_stands_at_the_end_of_its_page() -> None:
    draft = make_draft()
    page = order(draft)
    saved(draft, ask_if="new == 'yes'", page=draft.pages.order_by("-position")[0].name)
    assert order(draft) == [*page[:-1], [*page[-1], "extra"]]
    added = draft.definition().question("extra")
    assert [choice.code for choice in added.options] == ["a", "b"]
    assert added.ask_if is not None
    assert added.ask_if.text == "new == 'yes'"
    assert added.label.text("da", {}) == "Extra? (da)"


def test_every_change_is_audited_and_kept() -> None:
    draft = make_draft()
    saved(draft, page=draft.pages.order_by("position")[0].name)
    saved(draft, "extra", required=False)
    assert acts(draft) == [
        (Act.LOADED, Part.QUESTIONNAIRE, ""),
        (Act.ADDED, Part.QUESTION, "extra"),
        (Act.CHANGED, Part.QUESTION, "extra"),
    ]
    last = draft.snapshots.order_by("-number")[0]
    assert (last.by, last.at, last.document) == (dana(), LATER, to_yaml(draft.definition()))
    event = AuditEvent.objects.get(what="question.changed")
    assert (event.who, event.target) == ("dana", "ask-if@1")
    assert event.facts == {"name": "extra", "changed": ["required"]}


def test_saving_without_a_change_leaves_no_trace() -> None:
    draft = make_draft()
    before = acts(draft), AuditEvent.objects.count()
    saved(draft, "new")
    assert (acts(draft), AuditEvent.objects.count()) == before


@pytest.mark.parametrize(
    ("expression", "code"),
    [
        ("nosuch == 'yes'", "unknown_name"),
        ("new == 'maybe'", "unknown_code"),
        ("new ==", "expression_syntax"),
        ("len(new) == 3", "expression_part"),
        ("new", "not_true_or_false"),
        ("extra == 'a'", "forward_reference"),
    ],
)
def test_a_condition_with_a_fault_is_refused_at_once_and_nothing_is_written(expression: str, code: str) -> None:
    draft = make_draft()
    before = to_yaml(draft.definition())
    with pytest.raises(DraftRefused) as refused:
        saved(draft, ask_if=expression, page=draft.pages.order_by("-position")[0].name)
    assert [(problem.where, problem.code) for problem in refused.value.problems] == [("extra", code)]
    assert to_yaml(draft.definition()) == before


def test_the_condition_of_an_option_is_checked_too() -> None:
    draft = make_draft()
    with pytest.raises(DraftRefused) as refused:
        saved(draft, "new", options=[option("yes"), option("no", ask_if="reg_nosuch == 'x'"), option("dk")])
    assert ("new.no", "unknown_name") in [(problem.where, problem.code) for problem in refused.value.problems]


def test_a_missing_translation_may_wait_until_publishing() -> None:
    draft = make_draft()
    saved(draft, "new", label={"da": "Nyt?", "en": ""})
    with pytest.raises(whole.DocumentRefused) as refused:
        whole.publish_questionnaire(questionnaire=draft, by=dana(), at=LATER)
    assert [(problem.where, problem.code) for problem in refused.value.problems] == [("new", "missing_translation")]
    assert refreshed(draft).published_at is None


def test_a_fault_that_was_there_before_does_not_hinder_other_changes() -> None:
    draft = make_draft()
    draft.questions.filter(code="what").update(ask_if="gone == 'x'")
    saved(draft, "what", label=both("What is it?"))
    assert draft.definition().question("what").label.text("en", {}) == "What is it?"


def test_a_change_tells_which_problems_it_makes_elsewhere() -> None:
    draft = make_draft()
    told = saved(draft, "what", options=[option("service"), option("product_new")]).elsewhere
    assert [(problem.where, problem.code) for problem in told] == [("whose", "unknown_code")]
    assert [choice.code for choice in draft.definition().question("what").options] == ["service", "product_new"]


def test_what_calls_a_question_by_its_name_follows_when_that_changes() -> None:
    draft = make_draft()
    told = saved(draft, "new", code="newness")
    assert (told.followed, told.elsewhere) == (["what", "thanks"], [])
    conditions = {question.code: question.ask_if and question.ask_if.text for question in draft.definition().questions}
    assert (conditions["what"], conditions["thanks"]) == ("newness == 'yes'", "newness == 'no'")
    assert AuditEvent.objects.get(what="question.changed").facts["followed"] == ["what", "thanks"]
    assert problems_of(draft) == []


def test_rows_and_derived_variables_follow_too() -> None:
    draft = make_draft(BAROMETER)
    found = draft.definition()
    source = next(question.rows_marked_in for question in found.questions if question.rows_marked_in)
    like = next(question.rows_like for question in found.questions if question.rows_like)
    for code in (source, like, "novelty"):
        saved(draft, code, code=f"{code}_x")
    part_saved(draft, Part.DERIVED, "innovative", name="innovated")
    assert problems_of(draft) == []
    found = draft.definition()
    assert f"{source}_x" in {question.rows_marked_in for question in found.questions}
    assert f"{like}_x" in {question.rows_like for question in found.questions}
    assert found.derived_named["reused"].expression.names == {"novelty_x"}


def test_a_code_is_used_once_among_questions_and_derived_variables() -> None:
    draft = make_draft()
    lines = AuditEvent.objects.filter(target="ask-if@1").count()
    with pytest.raises(DraftRefused, match="duplicate_code"):
        saved(draft, code="new", page=draft.pages.order_by("position")[0].name)
    with pytest.raises(DraftRefused, match="duplicate_code"):
        saved(draft, "new", options=[option("a"), option("a")])
    assert AuditEvent.objects.filter(target="ask-if@1").count() == lines


def test_what_does_not_go_with_the_type_is_left_out_and_named() -> None:
    draft = make_draft()
    told = saved(draft, "new", type="open", required=True, max_marks=2)
    assert sorted(told.dropped) == ["max_marks", "options"]
    row = question_of(draft, "new")
    assert (row.type, row.max_marks, row.choices.count()) == ("open", None, 0)
    saved(draft, "new", type="display")
    assert question_of(draft, "new").required is False


def test_a_question_that_takes_a_scale_gives_up_its_own_options() -> None:
    draft = make_draft("grid")
    stored = question_values(question_of(draft, "proud"))
    saved(draft, "proud", scale="yes_no", options=stored["options"])
    row = question_of(draft, "proud")
    assert row.scale is not None
    assert row.choices.filter(kind="option").count() == 0
    assert len(draft.definition().question("proud").options) == 2


def test_options_keep_their_order_and_are_known_by_their_code() -> None:
    draft = make_draft()
    pks = dict(question_of(draft, "new").choices.values_list("code", "pk"))
    saved(draft, "new", options=[option("no", label=both("Never")), option("yes"), option("later")])
    row = question_of(draft, "new")
    assert [choice.code for choice in row.choices.order_by("position")] == ["no", "yes", "later"]
    assert row.choices.get(code="no").pk == pks["no"]
    assert row.choices.get(code="no").label["en"] == "Never"


def test_a_question_moves_within_its_page_and_on_to_the_next() -> None:
    draft = make_draft("grid")
    first, *rest = order(draft)
    given: dict[str, Any] = {"questionnaire": draft, "by": dana(), "at": LATER}
    move_question(**given, name=first[-1], up=False)
    assert order(draft) == [first[:-1], [first[-1], *rest[0]], *rest[1:]]
    move_question(**given, name=first[-1], up=True)
    assert order(draft) == [first, *rest]
    move_question(**given, name=first[0], up=True)
    assert order(draft) == [first, *rest]


def test_a_move_that_breaks_a_condition_is_done_and_told() -> None:
    draft = make_draft()
    told = move_question(questionnaire=draft, name="what", up=True, by=dana(), at=LATER)
    assert "same_page" in {problem.code for problem in (*told.elsewhere, *problems_of(draft))}


def test_a_copy_stands_below_with_a_code_of_its_own() -> None:
    draft = make_draft()
    told = copy_question(questionnaire=draft, name="new", by=dana(), at=LATER)
    assert told.name == "new_2"
    place = codes(draft).index("new")
    assert codes(draft)[place + 1] == "new_2"
    copy, original = draft.definition().question("new_2"), draft.definition().question("new")
    assert (copy.label, copy.options) == (original.label, original.options)
    assert copy_question(questionnaire=draft, name="new", by=dana(), at=LATER).name == "new_3"


def test_a_deleted_question_takes_its_options_with_it() -> None:
    draft = make_draft()
    stored = question_values(question_of(draft, "new"))
    told = delete_question(questionnaire=draft, name="new", based_on=mark(stored), by=dana(), at=LATER)
    assert "new" not in codes(draft)
    assert {problem.code for problem in told.elsewhere} == {"unknown_name"}


# ---- two people


def test_a_form_based_on_an_older_state_writes_nothing() -> None:
    draft = make_draft()
    stored = question_values(question_of(draft, "new"))
    saved(draft, "new", label=both("Changed by another"))
    mine: dict[str, Any] = {"questionnaire": draft, "based_on": mark(stored), "by": dana(), "at": LATER}
    with pytest.raises(ChangedMeanwhile):
        save_question(**mine, code="new", values={**stored, "label": both("Mine")})
    with pytest.raises(ChangedMeanwhile):
        delete_question(**mine, name="new")
    assert question_of(draft, "new").label == both("Changed by another")


def test_a_move_by_another_is_no_conflict() -> None:
    draft = make_draft()
    stored = question_values(question_of(draft, "new"))
    saved(draft, page=question_of(draft, "new").page.name)
    move_question(questionnaire=draft, name="extra", up=True, by=None, at=LATER)
    assert mark(question_values(question_of(draft, "new"))) == mark(stored)


def test_a_question_deleted_by_another_is_gone() -> None:
    draft = make_draft()
    with pytest.raises(PartGone):
        save_question(questionnaire=draft, code="nosuch", values=new_question(), based_on="", by=dana(), at=LATER)
