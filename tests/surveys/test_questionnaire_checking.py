"""Checks before publishing: errors block it, warnings do not; and the command that shows both."""

from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from barometer.models import AuditEvent
from surveys.actions.checking import findings
from surveys.actions.questionnaire import DocumentRefused, publish_questionnaire
from surveys.models import Choice, Question, Questionnaire
from tests.factories import NOON, TINY, make_questionnaire
from tests.people import browser_of, dana
from tests.questionnaires import BAROMETER

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


def run(name: str) -> str:
    out = StringIO()
    call_command("check_questionnaire", name, stdout=out, stderr=out)
    return out.getvalue()


def spoil(questionnaire: Questionnaire) -> None:
    """Two faults in the rows of a draft."""
    Question.objects.filter(questionnaire=questionnaire).update(ask_if="nosuch == 'yes'")
    Choice.objects.filter(question__questionnaire=questionnaire, code="no").update(label={"da": "Nej"})


def test_errors_block_publishing_and_all_of_them_are_told() -> None:
    draft = make_questionnaire(published=False)
    spoil(draft)
    with pytest.raises(DocumentRefused) as refused:
        publish_questionnaire(questionnaire=draft, by=None, at=NOON)
    assert {problem.code for problem in refused.value.problems} == {"unknown_name", "missing_translation"}
    assert Questionnaire.objects.get().published_at is None


def test_an_expression_that_cannot_be_read_blocks_publishing_and_is_quoted() -> None:
    draft = make_questionnaire(published=False)
    Question.objects.filter(questionnaire=draft).update(ask_if="new ==")
    with pytest.raises(DocumentRefused) as refused:
        publish_questionnaire(questionnaire=draft, by=None, at=NOON)
    [problem] = refused.value.problems
    assert (problem.code, problem.params["expression"]) == ("expression_syntax", "new ==")


def test_warnings_do_not_block_publishing_and_are_kept_in_the_audit_log() -> None:
    first = make_questionnaire(code="series")
    text = TINY.format(code="series").replace("version: 1", "version: 2").replace('en: "No"', 'en: "Never"')
    second = make_questionnaire(text, published=False)
    found = findings(second)
    assert (found.errors, [problem.code for problem in found.warnings]) == ([], ["changed_meaning"])
    publish_questionnaire(questionnaire=second, by=None, at=NOON)
    event = AuditEvent.objects.filter(what="questionnaire.published").latest("number")
    assert event.facts["warnings"] == ["new.no: changed_meaning"]
    assert findings(first).warnings == []  # it was there before


def test_a_draft_of_an_earlier_version_is_not_compared_with() -> None:
    make_questionnaire(code="series", published=False)
    text = TINY.format(code="series").replace("version: 1", "version: 2").replace('en: "No"', 'en: "Never"')
    assert findings(make_questionnaire(text, published=False)).warnings == []


# ---- the command


def test_the_command_tells_minutes_when_there_are_no_errors() -> None:
    said = run(str(make_questionnaire(published=False)))
    assert "can be published" in said
    assert "Minutes to answer (da): 0 to 0, on average 0." in said


def test_the_command_lists_all_errors_and_fails() -> None:
    draft = make_questionnaire(published=False)
    spoil(draft)
    with pytest.raises(CommandError) as failed:
        run(str(draft))
    said = str(failed.value)
    assert "Errors: 2. It cannot be published." in said
    assert "- new.no: “label” has no text in “en”. Add it." in said
    assert "- new: “nosuch == 'yes'” names “nosuch”" in said


def test_the_command_warns_of_a_changed_meaning_and_does_not_fail() -> None:
    make_questionnaire(code="series")
    text = TINY.format(code="series").replace("version: 1", "version: 2").replace('en: "No"', 'en: "Never"')
    said = run(str(make_questionnaire(text, published=False)))
    assert (
        "Warnings: 1\n- new.no: The code was used in series@1 for something else: then “No”, now “Never” (en)." in said
    )
    assert "can be published" in said


def test_the_command_takes_a_file_and_a_shipped_instrument(tmp_path: Path) -> None:
    file = tmp_path / "q.yaml"
    file.write_text(TINY.format(code="in-a-file"), encoding="utf-8")
    assert "in-a-file@1 can be published" in run(str(file))
    assert f"{BAROMETER}@2 can be published" in run(BAROMETER)
    file.write_text(TINY.format(code="in-a-file").replace('en: "No"', 'sv: "Nej"'), encoding="utf-8")
    with pytest.raises(CommandError, match="Errors: 2"):
        run(str(file))


@pytest.mark.parametrize("name", ["nosuch@1", "nosuch.yaml"])
def test_the_command_says_when_there_is_no_such_questionnaire(name: str) -> None:
    with pytest.raises(CommandError, match="nosuch"):
        run(name)


def test_the_command_changes_nothing() -> None:
    draft = make_questionnaire(published=False)
    events = AuditEvent.objects.count()
    run(str(draft))
    assert AuditEvent.objects.count() == events
    assert Questionnaire.objects.get().published_at is None


# ---- the page


def test_the_page_for_publishing_tells_the_minutes_when_there_are_no_errors() -> None:
    draft = make_questionnaire(published=False)
    address = f"/questionnaires/{draft.pk}/publish/"
    assert "Danish: 0 to 0, on average 0" in browser_of(dana()).get(address).content.decode()
    spoil(draft)
    assert "Minutes to answer" not in browser_of(dana()).get(address).content.decode()
