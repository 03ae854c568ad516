"""A draft's pages, scales, variables and texts; undo; whole questionnaires."""

from typing import Any

import pytest

from barometer.models import AuditEvent
from surveys.actions import questionnaire as whole
from surveys.actions.draft import MOST_SNAPSHOTS, ChangedMeanwhile, DraftRefused, keep_snapshot, problems_of
from surveys.actions.part import (
    PartInUse,
    copy_part,
    delete_part,
    move_part,
    part_of,
    save_header,
    save_part,
    save_texts,
)
from surveys.actions.plain import header_values, mark, part_values, question_values
from surveys.actions.question import (
    copy_question,
    delete_question,
    move_question,
    question_of,
    save_question,
)
from surveys.models import Act, Part, Question, Questionnaire
from surveys.models.questionnaire import QuestionnaireFrozen
from surveys.questionnaire.document import to_yaml
from tests.factories import NOON, make_questionnaire, make_round, refreshed
from tests.people import dana
from tests.questionnaires import document
from tests.surveys.test_draft import LATER, acts, both, codes, make_draft, option, order, part_saved, saved

pytestmark = pytest.mark.django_db


# ---- the other parts


def test_pages_scales_and_variables_are_added_at_the_end() -> None:
    draft = make_draft()
    part_saved(draft, Part.PAGE, name="final", label=both("Final"))
    part_saved(draft, Part.SCALE, name="agree", options=[option("agree"), option("disagree")])
    part_saved(draft, Part.DERIVED, name="fresh", expression="new == 'yes'", label=both("Fresh"))
    register = {"name": "reg_size", "type": "integer", "label": both("Size"), "codes": []}
    part_saved(draft, Part.REGISTER, **register)
    found = draft.definition()
    assert found.pages[-1].name == "final"
    assert [choice.code for choice in found.scales["agree"]] == ["agree", "disagree"]
    assert found.derived[-1].expression.text == "new == 'yes'"
    assert found.register[-1].type == "integer"
    assert [act for act, _, _ in acts(draft)[1:]] == [Act.ADDED] * 4
    assert AuditEvent.objects.filter(what="derived.added", who="dana").exists()


def test_the_expression_of_a_derived_variable_is_checked_at_once() -> None:
    draft = make_draft()
    for expression, code in (
        ("nosuch == 'x'", "unknown_name"),
        ("new =", "expression_syntax"),
        ("fresh", "loop"),
    ):
        with pytest.raises(DraftRefused) as refused:
            part_saved(draft, Part.DERIVED, name="fresh", expression=expression, label=both("Fresh"))
        assert code in [problem.code for problem in refused.value.problems]
    assert not draft.derived_variables.exists()


def test_a_register_variable_begins_with_reg() -> None:
    draft = make_draft()
    with pytest.raises(DraftRefused, match="register_prefix"):
        part_saved(draft, Part.REGISTER, name="size", type="integer", label=both("Size"), codes=[])


def test_parts_are_moved_copied_and_deleted() -> None:
    draft = make_draft("grid")
    given: dict[str, Any] = {"questionnaire": draft, "by": dana(), "at": LATER}
    names = list(draft.pages.order_by("position").values_list("name", flat=True))
    move_part(**given, part=Part.PAGE, name=names[0], up=False)
    moved = list(draft.pages.order_by("position").values_list("name", flat=True))
    assert moved == [names[1], names[0], *names[2:]]
    assert copy_part(**given, part=Part.SCALE, name="yes_no").name == "yes_no_2"
    assert draft.definition().scales["yes_no_2"] == draft.definition().scales["yes_no"]
    stored = part_values(part_of(draft, Part.SCALE, "yes_no_2"))
    delete_part(**given, part=Part.SCALE, name="yes_no_2", based_on=mark(stored))
    assert "yes_no_2" not in draft.definition().scales


def test_a_copied_page_takes_copies_of_its_questions_along() -> None:
    draft = make_draft()
    assert copy_part(questionnaire=draft, part=Part.PAGE, name="last", by=dana(), at=LATER).name == "last_2"
    assert order(draft)[-2:] == [["thanks", "happy"], ["thanks_2", "happy_2"]]
    found = draft.definition()
    assert found.question("thanks_2").ask_if == found.question("thanks").ask_if
    assert found.question("happy_2").options == found.question("happy").options


def test_a_scale_in_use_stays() -> None:
    draft = make_draft("grid")
    stored = part_values(part_of(draft, Part.SCALE, "yes_no"))
    with pytest.raises(PartInUse) as refused:
        delete_part(questionnaire=draft, part=Part.SCALE, name="yes_no", based_on=mark(stored), by=dana(), at=LATER)
    assert refused.value.users
    assert draft.scales.filter(name="yes_no").exists()


def test_a_deleted_page_takes_its_questions_with_it_and_the_audit_log_names_them() -> None:
    draft = make_draft()
    page = draft.pages.order_by("-position")[0]
    there = list(page.questions.order_by("position").values_list("code", flat=True))
    stored = part_values(page)
    delete_part(questionnaire=draft, part=Part.PAGE, name=page.name, based_on=mark(stored), by=dana(), at=LATER)
    assert not set(there) & set(codes(draft))
    assert sorted(AuditEvent.objects.get(what="page.deleted").facts["questions"]) == sorted(there)


def test_a_language_that_is_taken_out_takes_its_texts_with_it_and_undo_brings_them_back() -> None:
    draft = make_draft("register")
    before = to_yaml(draft.definition())
    stored = header_values(draft)
    values = {**stored, "languages": ["en"], "title": {"en": "Title"}}
    save_header(questionnaire=draft, values=values, based_on=mark(stored), by=dana(), at=LATER)
    assert problems_of(refreshed(draft)) == []
    assert "da:" not in to_yaml(refreshed(draft).definition())
    whole.restore_snapshot(questionnaire=draft, number=1, by=dana(), at=LATER)
    assert to_yaml(refreshed(draft).definition()) == before


def test_the_general_texts_are_saved_together() -> None:
    draft = make_draft()
    texts = {"mark_all": both("Mark all")}
    save_texts(questionnaire=draft, texts=texts, based_on=mark(draft.texts), by=dana(), at=LATER)
    assert refreshed(draft).texts == texts
    with pytest.raises(ChangedMeanwhile):
        save_texts(questionnaire=draft, texts={}, based_on=mark({}), by=dana(), at=LATER)


def test_code_and_version_are_unique() -> None:
    draft = make_draft()
    other = whole.new_version(questionnaire=draft, by=dana(), at=LATER)
    stored = header_values(other)
    with pytest.raises(DraftRefused, match="duplicate_code"):
        save_header(questionnaire=other, values={**stored, "version": 1}, based_on=mark(stored), by=dana(), at=LATER)


# ---- undo


def test_undo_goes_back_to_an_earlier_change_and_can_be_undone() -> None:
    draft = make_draft()
    before = to_yaml(draft.definition())
    saved(draft, "new", label=both("Wrong"), code="wrong")
    after = to_yaml(refreshed(draft).definition())
    whole.restore_snapshot(questionnaire=draft, number=1, by=dana(), at=LATER)
    assert to_yaml(refreshed(draft).definition()) == before
    assert acts(draft)[-1] == (Act.RESTORED, Part.QUESTIONNAIRE, "1")
    whole.restore_snapshot(questionnaire=draft, number=2, by=dana(), at=LATER)
    assert to_yaml(refreshed(draft).definition()) == after
    assert AuditEvent.objects.filter(what="questionnaire.restored").count() == 2


def test_a_state_with_problems_can_be_gone_back_to() -> None:
    draft = make_draft()
    saved(draft, "new", options=[], label={"da": "", "en": ""})
    part_saved(draft, Part.PAGE, **{"name": "empty", "label": {"da": "", "en": ""}})
    broken = to_yaml(refreshed(draft).definition())
    whole.restore_snapshot(questionnaire=draft, number=1, by=dana(), at=LATER)
    whole.restore_snapshot(questionnaire=draft, number=3, by=dana(), at=LATER)
    assert to_yaml(refreshed(draft).definition()) == broken


def test_the_first_change_of_an_old_draft_keeps_what_was_there_before() -> None:
    draft = make_draft()
    draft.snapshots.all().delete()
    before = to_yaml(draft.definition())
    saved(draft, "new", required=False)
    assert acts(draft)[0] == (Act.FOUND, Part.QUESTIONNAIRE, "")
    assert draft.snapshots.order_by("number")[0].document == before


def test_only_the_newest_changes_are_kept() -> None:
    draft = make_draft()
    last = draft.snapshots.get()
    draft.snapshots.filter(pk=last.pk).update(number=MOST_SNAPSHOTS + 3)
    draft.snapshots.create(number=2, document="", act=Act.CHANGED, part=Part.PAGE, at=NOON)
    draft.snapshots.create(number=5, document="", act=Act.CHANGED, part=Part.PAGE, at=NOON)
    saved(draft, "new", required=False)
    assert sorted(draft.snapshots.values_list("number", flat=True)) == [5, MOST_SNAPSHOTS + 3, MOST_SNAPSHOTS + 4]


# ---- whole questionnaires


def test_a_new_version_starts_as_a_draft_with_the_same_content() -> None:
    first = make_questionnaire(document("grid"))
    second = whole.new_version(questionnaire=first, by=dana(), at=LATER)
    assert (str(second), second.published_at) == ("grid@2", None)
    assert to_yaml(second.definition()).replace("version: 2", "version: 1") == to_yaml(first.definition())
    assert acts(second) == [(Act.CREATED, Part.QUESTIONNAIRE, "")]
    assert AuditEvent.objects.get(what="questionnaire.created", target="grid@2").facts == {"from": "grid@1"}


def test_a_published_questionnaire_refuses_every_act() -> None:
    questionnaire = make_questionnaire(document("grid"))
    given: dict[str, Any] = {"questionnaire": questionnaire, "by": dana(), "at": LATER}
    stored = part_values(part_of(questionnaire, Part.SCALE, "yes_no"))
    asked = question_values(question_of(questionnaire, "proud"))
    before = to_yaml(questionnaire.definition())
    refused = (
        lambda: save_question(**given, code="proud", values=asked, based_on=mark(asked)),
        lambda: move_question(**given, name="proud", up=True),
        lambda: copy_question(**given, name="proud"),
        lambda: delete_question(**given, name="proud", based_on=mark(asked)),
        lambda: save_part(**given, part=Part.SCALE, name="yes_no", values=stored, based_on=mark(stored)),
        lambda: move_part(**given, part=Part.SCALE, name="yes_no", up=True),
        lambda: copy_part(**given, part=Part.SCALE, name="yes_no"),
        lambda: delete_part(**given, part=Part.SCALE, name="yes_no", based_on=mark(stored)),
        lambda: save_header(**given, values=header_values(questionnaire), based_on=""),
        lambda: save_texts(**given, texts={}, based_on=""),
        lambda: whole.replace_draft(**given, document=document("grid")),
        lambda: whole.restore_snapshot(**given, number=1),
    )
    for act in refused:
        with pytest.raises(QuestionnaireFrozen):
            act()
    with pytest.raises(whole.QuestionnaireInUse):
        whole.delete_questionnaire(**given)
    assert to_yaml(Questionnaire.objects.get().definition()) == before


def test_a_draft_is_deleted_with_all_that_belongs_to_it() -> None:
    draft = make_draft("grid")
    whole.delete_questionnaire(questionnaire=draft, by=dana(), at=LATER)
    assert not Questionnaire.objects.exists()
    assert not Question.objects.exists()
    assert AuditEvent.objects.get(what="questionnaire.deleted").target == "grid@1"


def test_a_questionnaire_that_a_round_uses_is_not_deleted() -> None:
    questionnaire = make_round().questionnaire
    with pytest.raises(whole.QuestionnaireInUse):
        whole.delete_questionnaire(questionnaire=questionnaire, by=dana(), at=LATER)


def test_a_file_replaces_the_content_of_a_draft_which_keeps_its_version() -> None:
    draft = whole.new_version(questionnaire=make_questionnaire(document("grid")), by=dana(), at=NOON)
    text = document("grid").replace("Proud?", "Are you proud?")
    whole.replace_draft(questionnaire=draft, document=text, by=dana(), at=LATER)
    assert str(refreshed(draft)) == "grid@2"
    assert draft.definition().question("proud").label.text("en", {}) == "Are you proud?"
    with pytest.raises(whole.OtherQuestionnaire):
        whole.replace_draft(questionnaire=draft, document=document("ask_if"), by=dana(), at=LATER)


def test_a_file_is_no_new_draft_where_that_version_is_there() -> None:
    draft = make_draft("grid")
    with pytest.raises(whole.VersionTaken):
        whole.load_questionnaire(document=document("grid"), by=dana(), at=LATER, only_new=True)
    assert Questionnaire.objects.get() == draft


def test_an_unchanged_draft_gets_no_second_snapshot() -> None:
    draft = make_draft()
    assert not keep_snapshot(draft, act=Act.CHANGED, part=Part.PAGE, by=None, at=LATER)
