"""An XLSForm becomes a draft; what could not be taken over blocks publishing until a person has settled it."""

from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.utils import translation

from barometer.models import AuditEvent
from surveys.actions.checking import findings
from surveys.actions.questionnaire import DocumentRefused, VersionTaken, publish_questionnaire
from surveys.actions.xlsform import import_xlsform, settle_remarks
from surveys.models import Questionnaire
from surveys.models.questionnaire import QuestionnaireFrozen
from surveys.xlsform.reading import Header
from tests.factories import NOON, make_questionnaire
from tests.people import browser_of, dana, olga
from tests.xlsforms import HEADER, LABELS, line, workbook

pytestmark = pytest.mark.django_db

PLAIN = (
    line("begin_group", "one", "Side 1"),
    line("select_one yn", "a", "A?", required="yes"),
    line("end_group"),
    line("begin_group", "two", "Side 2"),
    line("select_multiple fruit", "m", "M?", relevant="${a} = 'yes'"),
    line("end_group"),
)
LOSSY = (*PLAIN, line("begin_group", "g", "G"), line("integer", "i", "I?", default="3"), line("end_group"))


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


def draft_of(*survey: dict[str, object]) -> Questionnaire:
    """The form has no title in English: that is mended here."""
    draft = import_xlsform(data=workbook(*survey), header=HEADER, by=None, at=NOON)
    Questionnaire.objects.filter(pk=draft.pk).update(title={"da": "Prøve", "en": "Test"})
    return Questionnaire.objects.get(pk=draft.pk)


def test_a_form_becomes_a_draft_with_its_history_and_an_audit_line() -> None:
    draft = draft_of(*PLAIN)
    assert (str(draft), draft.published_at) == ("imported@1", None)
    assert [question.code for question in draft.definition().questions] == ["a", "m"]
    assert draft.snapshots.count() == 1
    event = AuditEvent.objects.get(what="questionnaire.imported")
    assert event.facts["remarks"] == 0


def test_a_form_with_nothing_to_remark_can_be_published() -> None:
    draft = draft_of(*PLAIN)
    publish_questionnaire(questionnaire=draft, by=None, at=NOON)
    assert Questionnaire.objects.published().count() == 1


def test_what_could_not_be_taken_over_blocks_publishing_until_it_is_settled() -> None:
    draft = draft_of(*LOSSY)
    assert [problem.code for problem in findings(draft).errors] == ["xls_column", "xls_type"]
    with pytest.raises(DocumentRefused):
        publish_questionnaire(questionnaire=draft, by=None, at=NOON)
    assert settle_remarks(questionnaire=draft, numbers=[1], reason="No need", by=dana(), at=NOON) == 1
    with pytest.raises(DocumentRefused):
        publish_questionnaire(questionnaire=draft, by=None, at=NOON)
    assert settle_remarks(questionnaire=draft, numbers=[1, 2], reason="A text will do", by=dana(), at=NOON) == 1
    publish_questionnaire(questionnaire=draft, by=None, at=NOON)
    settled = AuditEvent.objects.filter(what="questionnaire.import_settled").order_by("number")
    assert [(event.reason, event.facts["remarks"]) for event in settled] == [
        ("No need", ["survey:9 xls_column"]),
        ("A text will do", ["survey:9 xls_type"]),
    ]
    assert {remark.settled_by for remark in draft.import_remarks.all()} == {dana()}


def test_a_remark_is_settled_for_a_reason_and_never_in_a_published_version() -> None:
    draft = draft_of(*LOSSY)
    with pytest.raises(ValueError, match="reason"):
        settle_remarks(questionnaire=draft, numbers=[1], reason=" ", by=None, at=NOON)
    with pytest.raises(QuestionnaireFrozen):
        settle_remarks(questionnaire=make_questionnaire(), numbers=[1], reason="x", by=None, at=NOON)


def test_changed_names_are_told_and_block_nothing() -> None:
    draft = draft_of(line("begin_group", "One", "Side"), line("text", "Hvad nyt", "T?"), line("end_group"))
    Questionnaire.objects.filter(pk=draft.pk).update(title={"da": "Prøve", "en": "Test"})
    names = [remark for remark in findings(draft).warnings if remark.code == "xls_renamed"]
    assert [remark.params["code"] for remark in names] == ["one", "hvad_nyt"]


def test_a_version_that_is_there_is_not_replaced() -> None:
    draft_of(*PLAIN)
    with pytest.raises(VersionTaken):
        draft_of(*LOSSY)
    assert [question.code for question in Questionnaire.objects.get().definition().questions] == ["a", "m"]


def test_a_file_that_cannot_be_read_writes_nothing() -> None:
    with pytest.raises(DocumentRefused):
        import_xlsform(data=b"no workbook", header=HEADER, by=None, at=NOON)
    assert Questionnaire.objects.count() == 0


# ---- the command


def run(*args: str) -> str:
    out = StringIO()
    call_command("import_xlsform", *args, stdout=out, stderr=out)
    return out.getvalue()


def test_the_command_lists_what_could_not_be_taken_over(tmp_path: Path) -> None:
    file = tmp_path / "form.xlsx"
    file.write_bytes(workbook(*LOSSY, line("text", "Ø l", "T?")))
    said = run(str(file), "--code", "from-file", "--start", "2020-01-01", "--end", "2021-12-31")
    assert "from-file@1 has been loaded as a draft." in said
    assert "Not taken over; to be settled before publishing: 2" in said
    assert "- survey:9: There are no questions of type “integer” here. It has become a free text." in said
    assert "Changed: 1\n- survey:11: The name “Ø l” does not fit our pattern and has become “oe_l”." in said


@pytest.mark.parametrize("code", ["from-file", "Bad Code"])
def test_the_command_refuses_what_cannot_be_a_draft(tmp_path: Path, code: str) -> None:
    file = tmp_path / "form.xlsx"
    period = ("--start", "2020-01-01", "--end", "2021-12-31")
    with pytest.raises(CommandError, match="cannot be read"):
        run(str(file), "--code", code, *period)
    file.write_bytes(b"no workbook")
    with pytest.raises(CommandError, match="Excel workbook"):
        run(str(file), "--code", code, *period)


def test_a_header_that_no_questionnaire_can_have_is_refused() -> None:
    header = Header("Bad Code", 0, "Denmark", HEADER.reference_end, HEADER.reference_start, "da")
    with pytest.raises(DocumentRefused) as refused:
        import_xlsform(data=workbook(*PLAIN), header=header, by=None, at=NOON)
    codes = [problem.code for problem in refused.value.problems]
    assert codes == ["bad_slug", "bad_version", "bad_country", "period_backwards"]


# ---- the pages

UPLOAD = "/questionnaires/import/"
FIELDS = {
    "code": "uploaded",
    "version": "1",
    "country": "DK",
    "reference_start": "2020-01-01",
    "reference_end": "2021-12-31",
    "language": "da",
}


def upload(data: bytes, **changes: str) -> tuple[int, str]:
    file = SimpleUploadedFile("form.xlsx", data)
    response = browser_of(dana()).post(UPLOAD, {**FIELDS, **changes, "file": file}, follow=True)
    return response.status_code, response.content.decode()


def test_staff_upload_a_form_and_settle_what_is_left() -> None:
    status, content = upload(workbook(*LOSSY))
    draft = Questionnaire.objects.get(code="uploaded")
    assert status == 200
    assert "survey:9: There are no questions of type “integer” here." in content
    address = f"/questionnaires/{draft.pk}/import/"
    browser = browser_of(dana())
    assert "form-error-message" in browser.post(address, {"numbers": ["1"]}).content.decode()
    after = browser.post(address, {"numbers": ["1", "2"], "reason": "A text will do"}, follow=True).content.decode()
    assert "2 remarks have been settled." in after
    assert "Nothing is left to settle." in after
    assert draft.import_remarks.unsettled().count() == 0


def test_the_outline_and_the_page_for_publishing_lead_to_the_remarks() -> None:
    draft = draft_of(*LOSSY)
    for page in ("", "publish/"):
        content = browser_of(dana()).get(f"/questionnaires/{draft.pk}/{page}").content.decode()
        assert f'href="/questionnaires/{draft.pk}/import/"' in content
    plain = make_questionnaire(published=False)
    assert (
        f"/questionnaires/{plain.pk}/import/"
        not in browser_of(dana()).get(f"/questionnaires/{plain.pk}/").content.decode()
    )


def test_an_imported_draft_can_be_shown_before_everything_is_settled() -> None:
    draft = draft_of(*LOSSY)
    for page in ("all/", "preview/"):
        content = browser_of(dana()).get(f"/questionnaires/{draft.pk}/{page}").content.decode()
        assert "cannot be shown" not in content


@pytest.mark.parametrize(
    ("data", "changes", "said"),
    [
        (b"no workbook", {}, "cannot be read as an Excel workbook"),
        (workbook(*PLAIN), {"code": "Bad Code"}, "form-error-message"),
        (workbook(*PLAIN), {"country": "Denmark"}, "form-error-message"),
        (workbook(*PLAIN), {"reference_end": "2019-01-01"}, "ends before it begins"),
    ],
)
def test_a_bad_upload_says_what_is_wrong_and_makes_nothing(data: bytes, changes: dict[str, str], said: str) -> None:
    assert said in upload(data, **changes)[1]
    assert Questionnaire.objects.count() == 0


def test_only_staff_import() -> None:
    draft = draft_of({"type": "text", "name": "t", LABELS[0]: "T?"})
    for address in (UPLOAD, f"/questionnaires/{draft.pk}/import/"):
        assert browser_of(dana()).get(address).status_code == 200
        assert browser_of(None).get(address)["Location"].startswith("/login/")
        assert browser_of(olga()).get(address).status_code == 403
        assert browser_of(dana()).put(address).status_code == 405
