"""Files made in the background: asked for, claimed, made once, kept for some days; and by the command."""

import hashlib
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import InMemoryStorage
from django.core.management import CommandError, call_command
from django.urls import reverse
from pytest import LogCaptureFixture

from barometer.models import AuditEvent
from barometer.roles import Role
from responses.actions import erasure, export
from responses.exports.making import ExportRefused, Order
from responses.models import ExportFile, Response
from responses.models.export import MOST_ATTEMPTS, STALE
from responses.variables import Privacy
from surveys.models import Round
from tests.every_type import FULL, every_type
from tests.exported import rows_of, text_of
from tests.factories import NOON, make_case, make_response
from tests.markup import Element, Markup
from tests.people import ana, browser_of, holder_of, olga

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("storage")]

CSV = Order("responses", Privacy.STATISTICAL, "csv", "da")


@pytest.fixture
def round_() -> Round:
    round_ = every_type()
    make_response(make_case(round_), FULL)
    return round_


def asked(round_: Round, order: Order = CSV, reason: str = "", at: datetime = NOON) -> ExportFile:
    [file] = export.ask(round_=round_, orders=[order], reason=reason, by=ana(), at=at)
    return file


def made(round_: Round, order: Order = CSV, reason: str = "", at: datetime = NOON) -> ExportFile:
    file = asked(round_, order, reason, at)
    export.make_waiting(clock=lambda: at)
    file.refresh_from_db()
    return file


def test_a_file_asked_for_is_made_with_its_facts(round_: Round, storage: InMemoryStorage) -> None:
    file = made(round_)
    content = storage.open(file.storage_name).read()
    assert content.decode() == text_of(round_, privacy="statistical")
    assert file.sha256 == hashlib.sha256(content).hexdigest()
    assert (file.rows, file.rows_done, file.size) == (1, 1, len(content))
    assert file.state(NOON) is ExportFile.State.READY
    assert file.expires_at == NOON + export.KEPT
    said = AuditEvent.objects.filter(what__startswith="export.").order_by("number")
    assert [event.what for event in said] == ["export.asked", "export.made"]


def test_equal_requests_give_equal_files_which_are_kept_once(round_: Round, storage: InMemoryStorage) -> None:
    for format_ in ("csv", "csv-people", "jsonl"):
        order = Order("responses", Privacy.STATISTICAL, format_, "da")
        one, other = made(round_, order), made(round_, order, at=NOON + timedelta(days=1))
        assert (one.sha256, one.content_sha256) == (other.sha256, other.content_sha256)
    assert len(storage.listdir("exports")[1]) == 3
    assert ExportFile.objects.values("content_sha256").distinct().count() == 1


def test_another_answer_another_level_or_another_language_give_another_content(round_: Round) -> None:
    first = made(round_)
    research = made(round_, Order("responses", Privacy.RESEARCH, "csv", "da"))
    english = made(round_, Order("responses", Privacy.STATISTICAL, "csv", "en"))
    response = round_.cases.get().response
    response.answers = FULL | {"new": "no"}
    response.save()
    assert len({file.content_sha256 for file in (first, research, english, made(round_))}) == 4


def test_only_one_of_two_workers_makes_a_file(round_: Round) -> None:
    file = asked(round_)
    assert ExportFile.objects.claim(file.pk, NOON)
    assert not ExportFile.objects.claim(file.pk, NOON)
    assert export.make_waiting(clock=lambda: NOON) == 0


def test_a_file_whose_worker_died_is_made_by_the_next_one(round_: Round) -> None:
    file = asked(round_)
    ExportFile.objects.claim(file.pk, NOON)
    assert export.make_waiting(clock=lambda: NOON + STALE) == 0
    assert export.make_waiting(clock=lambda: NOON + STALE + timedelta(seconds=1)) == 1
    file.refresh_from_db()
    assert (file.attempts, file.state(NOON)) == (2, ExportFile.State.READY)


def test_a_file_that_kills_every_worker_is_given_up(round_: Round) -> None:
    file = asked(round_)
    at = NOON
    for _ in range(MOST_ATTEMPTS):
        assert ExportFile.objects.claim(file.pk, at)
        at += STALE + timedelta(seconds=1)
    assert export.make_waiting(clock=lambda: at) == 0
    file.refresh_from_db()
    assert (file.state(at), file.failure) == (ExportFile.State.FAILED, "export_gave_up")
    page = browser_of(ana()).get(reverse("export", args=[round_.slug])).content.decode()
    assert "It was begun three times and never finished." in page


def test_a_format_that_stumbles_over_the_data_ends_at_once_and_the_next_file_is_made(
    round_: Round, caplog: LogCaptureFixture
) -> None:
    Response.objects.update(mode="odd")  # no number stands for it in SPSS
    bad, good = asked(round_, Order("paradata", Privacy.RESEARCH, "sav", "da")), asked(round_)
    assert export.make_waiting(clock=lambda: NOON) == 1
    bad.refresh_from_db()
    good.refresh_from_db()
    assert (bad.state(NOON), bad.failure, bad.attempts) == (ExportFile.State.FAILED, "export_failed", 1)
    assert good.state(NOON) is ExportFile.State.READY
    assert not ExportFile.objects.to_make(NOON + timedelta(days=1)).exists()
    [line] = [line for line in caplog.records if line.levelname == "ERROR"]
    assert line.getMessage() == f"Export {bad.pk} could not be made"
    assert line.exc_info is not None
    page = browser_of(ana()).get(reverse("export", args=[round_.slug])).content.decode()
    assert "The program met a fault while it made the file." in page


def test_a_worker_that_was_overtaken_leaves_the_file_to_the_other(round_: Round) -> None:
    file = asked(round_)
    slow = iter([NOON, NOON])
    later = NOON + STALE + timedelta(minutes=1)

    def clock() -> datetime:
        at = next(slow, None)
        if at is None:  # now it looks at its claim again, and another one has taken the file meanwhile
            ExportFile.objects.claim(file.pk, later)
            return NOON
        return at

    assert export.make_waiting(clock=clock) == 0
    file.refresh_from_db()
    assert (file.claimed_at, file.finished_at) == (later, None)


def test_files_end_after_their_days(round_: Round, storage: InMemoryStorage) -> None:
    file = made(round_)
    again = made(round_, at=NOON + timedelta(days=3))
    at = NOON + export.KEPT
    assert export.delete_expired(at=at) == 1
    assert storage.exists(file.storage_name)  # the other one, which is the same, is still wanted
    at += timedelta(days=3)
    assert export.delete_expired(at=at) == 1
    assert not storage.exists(again.storage_name)
    assert export.delete_expired(at=at) == 0
    again.refresh_from_db()
    assert again.state(at) is ExportFile.State.DELETED


def test_erasing_a_case_ends_the_files_of_its_round(round_: Round) -> None:
    file = made(round_)
    begun = asked(round_)
    ExportFile.objects.claim(begun.pk, NOON)
    erasure.erase_case(case=round_.cases.get(), reason="asked for it", by=None, at=NOON)
    assert not ExportFile.objects.kept(NOON).exists()
    assert ExportFile.objects.to_make(NOON).get() == begun
    file.refresh_from_db()
    assert file.state(NOON) is ExportFile.State.DELETED


def test_names_need_a_reason_and_a_level_lets_out_what_it_may(round_: Round) -> None:
    with pytest.raises(ExportRefused, match="export_needs_reason"):
        asked(round_, Order("responses", Privacy.FULL, "csv", "da"), reason=" ")
    with pytest.raises(ExportRefused, match="export_needs_level"):
        asked(round_, Order("texts", Privacy.STATISTICAL, "csv", "da"))
    with pytest.raises(ExportRefused, match="export_needs_level"):
        asked(round_, Order("events", Privacy.RESEARCH, "csv", "da"))
    assert not ExportFile.objects.exists()


# The pages


def boxes(answer: Any) -> list[Element]:
    return [box for box in Markup(answer.content.decode()).all("input") if box.get("name") == "formats"]


def test_staff_ask_for_a_file_see_it_made_and_download_it(round_: Round) -> None:
    browser, page = browser_of(ana()), reverse("export", args=[round_.slug])
    given = {"content": "responses", "privacy": "statistical", "formats": ["csv"], "language": "da"}
    assert browser.post(page, given).status_code == 302
    assert "Waits for its turn" in browser.get(page).content.decode()
    export.make_waiting(clock=lambda: ExportFile.objects.get().asked_at)
    file = ExportFile.objects.get()
    address = reverse("export-file", args=[round_.slug, file.pk])
    assert address in browser.get(page).content.decode()
    answer = browser.get(address)
    assert b"".join(answer) == text_of(round_, privacy="statistical").encode()
    assert answer["Content-Disposition"].endswith(f'"{round_.slug}-rehearsal-responses-statistical.csv"')
    assert answer["Cache-Control"] == "no-store"
    line = AuditEvent.objects.get(what="export.downloaded")
    assert (line.who, line.facts["sha256"]) == ("ana", file.sha256)


def test_staff_ask_for_several_formats_at_once_and_get_a_file_of_each(round_: Round) -> None:
    browser, page = browser_of(ana()), reverse("export", args=[round_.slug])
    ticked = [box.get("value") for box in boxes(browser.get(page)) if "checked" in box.attributes]
    assert ticked == ["csv-people"]
    given = {"content": "responses", "privacy": "statistical", "formats": ["csv", "sav", "ddi"], "language": "da"}
    assert browser.post(page, given).status_code == 302
    asked = ExportFile.objects.order_by("pk")
    assert [file.format for file in asked] == ["csv", "sav", "ddi"]
    lines = AuditEvent.objects.filter(what="export.asked").order_by("number")
    assert [line.facts["file"] for line in lines] == [file.pk for file in asked]


def test_without_any_format_the_page_says_what_is_missing_and_leads_there(round_: Round) -> None:
    browser, page = browser_of(ana()), reverse("export", args=[round_.slug])
    answer = browser.post(page, {"content": "responses", "privacy": "statistical", "language": "da"})
    assert answer.status_code == 422
    [link] = [a for a in Markup(answer.content.decode()).all("a") if a.get("href").startswith("#id")]
    assert link.text == "Formats: Choose at least one format."
    assert link.get("href") == f"#{boxes(answer)[0].get('id')}"


def test_a_request_that_does_not_fit_is_refused_with_the_form(round_: Round) -> None:
    browser, page = browser_of(ana()), reverse("export", args=[round_.slug])
    given = {"content": "texts", "privacy": "statistical", "formats": ["csv"], "language": "da"}
    answer = browser.post(page, given)
    assert answer.status_code == 422
    assert "is not in a file of this level" in answer.content.decode()
    assert browser.post(page, given | {"privacy": "full"}).status_code == 422
    assert not ExportFile.objects.exists()


def test_a_file_with_names_is_for_the_custodian_alone(round_: Round) -> None:
    custodian = browser_of(holder_of(Role.CUSTODIAN))
    page = reverse("export-named", args=[round_.slug])
    given = {"content": "responses", "privacy": "full", "formats": ["csv"], "language": "da"}
    assert custodian.post(page, given).status_code == 422
    assert custodian.post(page, given | {"reason": "A court asks"}).status_code == 302
    export.make_waiting(clock=lambda: ExportFile.objects.get().asked_at)
    file = ExportFile.objects.get()
    assert AuditEvent.objects.get(what="export.asked").reason == "A court asks"
    assert custodian.get(reverse("export-named-file", args=[round_.slug, file.pk])).status_code == 200
    assert custodian.get(reverse("export-file", args=[round_.slug, file.pk])).status_code == 404
    analyst = browser_of(ana())
    assert analyst.get(reverse("export-named-file", args=[round_.slug, file.pk])).status_code == 403
    assert analyst.get(reverse("export-file", args=[round_.slug, file.pk])).status_code == 404
    assert "court" not in analyst.get(reverse("export", args=[round_.slug])).content.decode()
    assert browser_of(olga()).get(page).status_code == 403


# The command


def test_the_command_writes_the_same_file_and_leaves_a_line_in_the_audit_log(round_: Round, tmp_path: Path) -> None:
    out, said = tmp_path / "answers.csv", StringIO()
    call_command("export", round_.slug, "--out", str(out), stdout=said)
    assert out.read_bytes().decode() == text_of(round_, privacy="statistical")
    line = AuditEvent.objects.get(what="export.written")
    assert (line.target, line.facts["rows"]) == (f"round:{round_.pk}", 1)
    assert line.facts["content_sha256"] in said.getvalue()
    assert list(tmp_path.iterdir()) == [out]


def test_the_command_refuses_what_the_pages_refuse(round_: Round, tmp_path: Path) -> None:
    out = tmp_path / "answers.csv"
    with pytest.raises(CommandError):
        call_command("export", round_.slug, "--level", "full", "--out", str(out))
    with pytest.raises(CommandError, match=r"cannot be written|kan ikke skrives"):
        call_command("export", round_.slug, "--out", str(tmp_path / "no folder" / "answers.csv"))
    assert not AuditEvent.objects.filter(what="export.written").exists()
    assert not out.exists()
    call_command("export", round_.slug, "--level", "full", "--reason", "A court asks", "--out", str(out))
    assert rows_of(round_)[0]["reg_name"] in out.read_text()
