"""The questionnaire as rows: loaded, dumped, published and frozen; and its two commands."""

from collections.abc import Iterator
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, models, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from barometer.models import AuditEvent
from surveys.actions.questionnaire import (
    DocumentRefused,
    load_questionnaire,
    publish_questionnaire,
    shipped_document,
)
from surveys.models import Choice, DerivedVariable, Page, Question, Questionnaire, RegisterVariable, Scale
from surveys.models.questionnaire import QuestionnaireFrozen
from surveys.questionnaire.document import from_yaml, to_yaml
from tests.questionnaires import BAROMETER, FOLDER, STRATEGY, document, read

NOON = datetime(2020, 1, 7, 11, tzinfo=UTC)
ROWS: tuple[type[models.Model], ...] = (Page, Question, Choice, Scale, RegisterVariable, DerivedVariable)
DOCUMENTS = [*sorted(path.stem for path in FOLDER.glob("*.yaml")), BAROMETER, STRATEGY]

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


def loaded(name: str, *, published: bool = False) -> Questionnaire:
    questionnaire = load_questionnaire(document=document(name), by=None, at=NOON).questionnaire
    if published:
        publish_questionnaire(questionnaire=questionnaire, by=None, at=NOON)
    return questionnaire


def run(*args: str) -> str:
    out = StringIO()
    call_command(*args, stdout=out, stderr=out)
    return out.getvalue()


def rows() -> list[int]:
    return [model._default_manager.count() for model in ROWS]


# ---- loading


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_rows_say_the_same_as_the_document(name: str) -> None:
    pk = loaded(name).pk
    assert Questionnaire.objects.get(pk=pk).definition() == read(name)
    assert to_yaml(Questionnaire.objects.get(pk=pk).definition()) == to_yaml(read(name))


def test_a_loaded_questionnaire_is_a_draft_with_an_audit_line() -> None:
    questionnaire = loaded("ask_if")
    assert questionnaire.published_at is None
    event = AuditEvent.objects.get()
    assert (event.what, event.target, event.at) == ("questionnaire.created", "ask-if@1", NOON)


def test_a_scale_and_copied_rows_are_stored_once() -> None:
    loaded("grid")
    assert Choice.objects.filter(scale__name="yes_no").count() == 2
    assert Choice.objects.filter(question__code="planned").count() == 0
    assert Choice.objects.filter(kind=Choice.Kind.ROW).count() == 4


def test_a_refused_document_writes_nothing_and_names_all_problems() -> None:
    bad = document("ask_if").replace("new == 'yes'", "nosuch == 'yes'").replace("what == 'product'", "what == 'law'")
    with pytest.raises(DocumentRefused) as refused:
        load_questionnaire(document=bad, by=None, at=NOON)
    assert [problem.code for problem in refused.value.problems] == ["unknown_name", "unknown_code"]
    assert Questionnaire.objects.count() == 0
    assert AuditEvent.objects.count() == 0


def test_loading_the_same_again_changes_nothing() -> None:
    first = loaded("grid")
    again = load_questionnaire(document=document("grid"), by=None, at=NOON)
    assert (again.outcome, again.questionnaire.pk) == ("unchanged", first.pk)
    assert AuditEvent.objects.count() == 1


def test_loading_other_content_replaces_a_draft() -> None:
    first, before = loaded("grid"), rows()
    other = document("grid").replace("Proud?", "Are you proud?")
    again = load_questionnaire(document=other, by=None, at=NOON)
    assert (again.outcome, again.questionnaire.pk) == ("replaced", first.pk)
    assert rows() == before
    question = Questionnaire.objects.get(pk=first.pk).definition().question("proud")
    assert question.label.text("en", {}) == "Are you proud?"


def test_another_version_stands_beside_the_first() -> None:
    loaded("grid", published=True)
    second = load_questionnaire(document=document("grid").replace("version: 1", "version: 2"), by=None, at=NOON)
    assert second.outcome == "created"
    assert [str(questionnaire) for questionnaire in Questionnaire.objects.all()] == ["grid@1", "grid@2"]


# ---- published is frozen


def test_publishing_sets_the_time_and_leaves_an_audit_line() -> None:
    questionnaire = loaded("grid", published=True)
    assert questionnaire.published_at == NOON
    assert Questionnaire.objects.get().published_at == NOON
    assert AuditEvent.objects.order_by("-number")[0].what == "questionnaire.published"


def test_publishing_twice_is_refused() -> None:
    questionnaire = loaded("grid", published=True)
    with pytest.raises(QuestionnaireFrozen):
        publish_questionnaire(questionnaire=questionnaire, by=None, at=NOON)


def test_a_draft_whose_rows_went_wrong_cannot_be_published() -> None:
    questionnaire = loaded("ask_if")
    question = Question.objects.get(code="whose")
    question.ask_if = "nosuch == 'yes'"
    question.save(update_fields=["ask_if"])
    with pytest.raises(DocumentRefused) as refused:
        publish_questionnaire(questionnaire=questionnaire, by=None, at=NOON)
    assert [(problem.where, problem.code) for problem in refused.value.problems] == [("whose", "unknown_name")]
    question.ask_if = "what = 'product'"
    question.save(update_fields=["ask_if"])
    with pytest.raises(DocumentRefused):
        publish_questionnaire(questionnaire=questionnaire, by=None, at=NOON)
    assert Questionnaire.objects.get().published_at is None


def test_other_content_for_a_published_version_is_refused() -> None:
    loaded("grid", published=True)
    before = rows()
    with pytest.raises(QuestionnaireFrozen):
        load_questionnaire(document=document("grid").replace("Proud?", "Are you proud?"), by=None, at=NOON)
    assert rows() == before
    assert load_questionnaire(document=document("grid"), by=None, at=NOON).outcome == "unchanged"


@pytest.mark.parametrize("model", (Questionnaire, *ROWS))
def test_no_row_of_a_published_questionnaire_is_saved_or_deleted(model: type[models.Model]) -> None:
    loaded("grid", published=True)
    for row in model._default_manager.all():
        with pytest.raises(QuestionnaireFrozen):
            row.save()
        with pytest.raises(QuestionnaireFrozen):
            row.delete()


def test_no_row_is_added_to_a_published_questionnaire() -> None:
    questionnaire = loaded("grid", published=True)
    with pytest.raises(QuestionnaireFrozen):
        Page.objects.create(questionnaire=questionnaire, position=9, name="new", label={})
    with pytest.raises(QuestionnaireFrozen):
        Choice.objects.create(scale=Scale.objects.get(), position=9, code="new", label={})


@pytest.mark.parametrize("model", (Questionnaire, *ROWS))
def test_the_rows_of_a_draft_may_be_saved(model: type[models.Model]) -> None:
    loaded("grid")
    for row in model._default_manager.all():
        row.save()


# ---- cost


def test_compiling_takes_six_queries_and_a_published_version_is_compiled_once() -> None:
    pk = loaded(BAROMETER, published=True).pk
    questionnaire = Questionnaire.objects.get(pk=pk)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        compiled = questionnaire.definition()
    assert len(queries) == 6
    with CaptureQueriesContext(connection) as queries:
        assert Questionnaire.objects.get(pk=pk).definition() is compiled
    assert len(queries) == 1


def test_a_draft_is_compiled_anew_each_time() -> None:
    questionnaire = loaded("grid")
    questionnaire.definition()
    Page.objects.filter(name="after").update(label={"da": "Senere", "en": "Later"})
    assert questionnaire.definition().pages[1].label.text("en", {}) == "Later"


# ---- what the database holds


@pytest.mark.each_database
@pytest.mark.parametrize(
    ("model", "changes"),
    [
        (Choice, {"question": None, "scale": None}),
        (Choice, {"kind": "row", "value": 3}),
        (Choice, {"code": "yes", "pk": None}),
        (Question, {"type": "slider"}),
        (Question, {"pk": None}),
        (Question, {"max_marks": 2}),
        (Question, {"max_length": 20}),
        (Question, {"rows_like": "innov", "rows_marked_in": "innov"}),
        (Question, {"soft_check_when": "answered(proud)"}),
        (RegisterVariable, {"type": "date"}),
        (Questionnaire, {"pk": None}),
        (Questionnaire, {"version": 0}),
        (Page, {"pk": None}),
        (Scale, {"pk": None}),
        (DerivedVariable, {"pk": None}),
    ],
)
def test_the_database_refuses_rows_that_cannot_be(model: type[models.Model], changes: dict[str, Any]) -> None:
    loaded("grid")
    which: dict[type[models.Model], dict[str, str]] = {
        Choice: {"scale__name": "yes_no", "code": "yes"},
        Question: {"code": "proud"},
        Page: {"name": "after"},
    }
    row = model._default_manager.get(**which.get(model, {}))
    for name, value in changes.items():
        setattr(row, name, value)
    if changes.get("pk", "") is None:
        row._state.adding = True
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()


def test_a_choice_cannot_belong_to_a_question_and_a_scale() -> None:
    loaded("grid")
    choice = Choice.objects.filter(scale__isnull=False)[0]
    choice.question = Question.objects.get(code="proud")
    with pytest.raises(IntegrityError), transaction.atomic():
        choice.save()


# ---- commands


def test_the_command_loads_a_file_as_a_draft(tmp_path: Path) -> None:
    path = tmp_path / "skema æøå.yaml"
    path.write_text(document("ask_if"), encoding="utf-8-sig")
    assert run("load_questionnaire", str(path)) == "ask-if@1 has been loaded as a draft.\n"
    assert Questionnaire.objects.get().published_at is None
    assert run("load_questionnaire", str(path)) == "ask-if@1 is there already, with the same content.\n"


def test_the_command_loads_a_shipped_instrument_by_its_code_and_publishes_it() -> None:
    out = run("load_questionnaire", BAROMETER, "--publish")
    assert out == f"{BAROMETER}@2 has been loaded as a draft.\n{BAROMETER}@2 has been published.\n"
    assert Questionnaire.objects.published().named(f"{BAROMETER}@2").exists()
    assert (
        run("load_questionnaire", BAROMETER, "--publish") == f"{BAROMETER}@2 is there already, with the same content.\n"
    )


def test_the_command_publishes_a_draft_that_is_there_already() -> None:
    loaded(BAROMETER)
    run("load_questionnaire", BAROMETER, "--publish")
    assert Questionnaire.objects.get().published_at is not None


def test_the_command_lists_every_problem_and_loads_nothing(tmp_path: Path) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(
        document("ask_if").replace("new == 'yes'", "nosuch == 'yes'").replace("what == 'product'", "what == 'law'")
    )
    with pytest.raises(CommandError) as refused:
        run("load_questionnaire", str(path), "--publish")
    said, *lines = str(refused.value).splitlines()
    assert said == "Nothing has been loaded. Problems: 2"
    assert [line.split(":")[0] for line in lines] == ["- what", "- whose"]
    assert Questionnaire.objects.count() == 0


def test_the_command_asks_for_a_new_version_of_what_is_published(tmp_path: Path) -> None:
    loaded("ask_if", published=True)
    path = tmp_path / "changed.yaml"
    path.write_text(document("ask_if").replace("Are you happy?", "Happy?"))
    with pytest.raises(CommandError, match="Give your document a new version"):
        run("load_questionnaire", str(path))


@pytest.mark.parametrize("name", ["no-such-instrument", "../questionnaires/x", "surveys", f"{BAROMETER}.indicators"])
def test_the_command_refuses_a_file_that_is_not_there(name: str) -> None:
    with pytest.raises(CommandError, match="cannot be read"):
        run("load_questionnaire", name)


def test_the_command_refuses_a_file_that_is_not_utf_8(tmp_path: Path) -> None:
    path = tmp_path / "latin.yaml"
    path.write_bytes("title: Prøve".encode("latin-1"))
    with pytest.raises(CommandError, match="not a text in UTF-8"):
        run("load_questionnaire", str(path))


@pytest.mark.parametrize("name", DOCUMENTS)
def test_what_is_dumped_loads_as_the_same(name: str) -> None:
    questionnaire = loaded(name)
    dumped = run("dump_questionnaire", str(questionnaire))
    assert from_yaml(dumped) == (read(name), [])
    assert load_questionnaire(document=dumped, by=None, at=NOON).outcome == "unchanged"


def test_the_dump_goes_to_a_file(tmp_path: Path) -> None:
    loaded("ask_if")
    path = tmp_path / "dump.yaml"
    assert run("dump_questionnaire", "ask-if@1", "--out", str(path)) == f"ask-if@1 has been written to {path}.\n"
    assert path.read_text(encoding="utf-8") == run("dump_questionnaire", "ask-if@1")
    with pytest.raises(CommandError, match="cannot be written"):
        run("dump_questionnaire", "ask-if@1", "--out", str(tmp_path))


@pytest.mark.parametrize("name", ["ask-if@2", "ask-if", "ask-if@x", "@"])
def test_an_unknown_name_lists_the_known_ones(name: str) -> None:
    loaded("ask_if")
    with pytest.raises(CommandError, match=f"There is no questionnaire {name}. There are: ask-if@1."):
        run("dump_questionnaire", name)


def test_only_instruments_of_the_project_are_shipped() -> None:
    assert shipped_document(BAROMETER) is not None
    assert shipped_document("../questionnaires/" + BAROMETER) is None
