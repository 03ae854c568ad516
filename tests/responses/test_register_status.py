"""How units stand in a newer register: a file, all or nothing, and put right by a corrected one."""

from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import translation

from barometer.models import AuditEvent
from responses.actions.register_status import StatusRefused, load_status
from responses.models import Case, CaseEvent
from responses.problem_texts import TEXTS
from responses.statistics.dispositions import IN_REGISTER, Disposition, EventKind
from responses.statistics.outcomes import CaseOutcome
from responses.status_file import Status, read_statuses
from surveys.models import Round
from tests.factories import NOON, make_case, make_open_round, refreshed
from tests.people import browser_of, finn, olga

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


SAMPLED = {"0000000001", "0000000002", "9000000003", "0000000003"}


def read(text: str) -> tuple[list[tuple[str, Status]], list[tuple[str, object]]]:
    rows, problems = read_statuses(text.encode(), SAMPLED)
    return [(row.register_id, row.status) for row in rows], [
        (problem.code, problem.params.get("row")) for problem in problems
    ]


def load(round_: Round, text: str) -> int:
    return load_status(round_=round_, name="status.csv", data=text.encode(), by=finn(), at=NOON).new


def upload(round_: Round, text: str, language: str = "en") -> object:
    file = SimpleUploadedFile("status.csv", text.encode())
    return browser_of(finn(), language).post(reverse("register-status", args=[round_.slug]), {"file": file})


def test_danish_and_english_words_in_either_kind_of_csv() -> None:
    assert read("Arbejdsstedsnummer;Navn;Status\n0000000001;Skovbo;Nedlagt\n0000000002;Elm;lagt sammen\n") == (
        [("0000000001", Status.CLOSED), ("0000000002", Status.MERGED)],
        [],
    )
    assert read("register id,status\n0000000001,Not found\n0000000002,exists\n")[0] == [
        ("0000000001", Status.NOT_FOUND),
        ("0000000002", Status.EXISTS),
    ]


def test_zeros_that_a_spreadsheet_has_eaten_are_put_back_where_that_is_certain() -> None:
    assert read("register id;status\n1;exists\n'0000000002;closed\n")[0] == [
        ("0000000001", Status.EXISTS),
        ("0000000002", Status.CLOSED),
    ]
    rows, problems = read_statuses(b"register id;status\n7;exists\n", {"07", "007"})
    assert (rows, [problem.code for problem in problems]) == ([], ["status_not_sampled"])


def test_every_row_with_a_problem_is_told_and_no_row_is_read() -> None:
    text = "register id;status\n0000000001;gone\n4711;exists\n0000000002;closed\n2;exists\n0000000003;\nx\n"
    rows, problems = read(text)
    assert rows == []
    assert sorted(problems, key=str) == [
        ("status_not_sampled", 3),
        ("status_twice", 5),
        ("status_unknown_word", 2),
        ("table_value_missing", 6),
        ("table_wrong_number_of_fields", 7),
    ]
    assert {code for code, _ in problems} <= set(TEXTS)


@pytest.mark.parametrize("text", ["", "register id;status\n", "name;status\nSkovbo;exists\n", '"register id;status\n'])
def test_a_file_that_is_none_is_refused(text: str) -> None:
    rows, problems = read(text)
    assert rows == []
    assert len(problems) == 1


def test_a_status_settles_what_nobody_else_has_and_leaves_the_rest() -> None:
    round_ = make_open_round()
    silent = make_case(round_, register_id="1000000001")
    bounced = make_case(round_, register_id="1000000002", events=[EventKind.BOUNCED])
    lost = make_case(round_, register_id="1000000003")
    submitted = make_case(round_, register_id="1000000004", events=[EventKind.SUBMITTED])
    text = "register id;status\n1000000001;exists\n1000000002;closed\n1000000003;not found\n1000000004;closed\n"
    assert load(round_, text) == 4
    assert refreshed(silent).outcome == CaseOutcome.EXISTS
    assert refreshed(bounced).outcome == CaseOutcome.CLOSED
    assert refreshed(bounced).disposition == Disposition.BOUNCED  # weights and mails do not hear of it
    assert refreshed(lost).outcome == CaseOutcome.NOT_FOUND
    assert refreshed(submitted).outcome == CaseOutcome.COMPLETE
    facts = AuditEvent.objects.get(what="status.loaded").facts
    assert (facts["rows"], facts["new"], facts["closed"]) == (4, 4, 2)
    assert len(facts["sha256"]) == 64


def test_loaded_twice_is_loaded_once_and_a_corrected_file_puts_it_right() -> None:
    round_ = make_open_round()
    first, second = make_case(round_, register_id="1000000001"), make_case(round_, register_id="1000000002")
    text = "register id;status\n1000000001;closed\n1000000002;closed\n"
    assert load(round_, text) == 2
    assert load(round_, text) == 0
    assert load(round_, "register id;status\n1000000001;exists\n") == 1
    assert refreshed(first).outcome == CaseOutcome.EXISTS
    assert refreshed(second).outcome == CaseOutcome.CLOSED
    assert CaseEvent.objects.filter(kind__in=IN_REGISTER).count() == 3


def test_nothing_is_half_done() -> None:
    round_ = make_open_round()
    case = make_case(round_, register_id="1000000001")
    make_case(register_id="1000000002")  # of another round
    with pytest.raises(StatusRefused) as refused:
        load(round_, "register id;status\n1000000001;closed\n1000000002;closed\n")
    assert [problem.code for problem in refused.value.problems] == ["status_not_sampled"]
    assert refreshed(case).outcome == CaseOutcome.SILENT
    assert not AuditEvent.objects.filter(what="status.loaded").exists()


def test_many_units_are_loaded_in_few_queries(django_assert_max_num_queries: object) -> None:
    round_ = make_open_round()
    for number in range(12):
        make_case(round_, register_id=f"10000000{number:02}")
    lines = "".join(f"10000000{number:02};exists\n" for number in range(12))
    with django_assert_max_num_queries(23):  # type: ignore[operator]  # three begin the audit log
        assert load(round_, f"register id;status\n{lines}") == 12
    assert Case.objects.filter(outcome=CaseOutcome.EXISTS).count() == 12


def test_the_command_loads_a_file_or_tells_every_row_with_a_problem(tmp_path: Path) -> None:
    round_ = make_open_round()
    make_case(round_, register_id="1000000001")
    file = tmp_path / "status.csv"
    file.write_text("register id;status\n1000000001;closed\n")
    out = StringIO()
    call_command("load_status", round_.slug, str(file), stdout=out)
    assert "1 units" in out.getvalue()
    file.write_text("register id;status\n1000000001;shut\n2;exists\n")
    with pytest.raises(CommandError, match=r"(?s)Row 2.*Row 3"):
        call_command("load_status", round_.slug, str(file))
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("load_status", round_.slug, str(tmp_path / "none.csv"))


def test_the_page_loads_a_file_and_says_what_it_did() -> None:
    round_ = make_open_round()
    make_case(round_, register_id="1000000001")
    page = browser_of(finn()).get(reverse("register-status", args=[round_.slug])).content.decode()
    assert "1 unit is still to be looked up." in page
    assert upload(round_, "register id;status\n1000000001;exists\n").status_code == 302  # type: ignore[attr-defined]
    page = browser_of(finn()).get(reverse("register-status", args=[round_.slug])).content.decode()
    assert "No unit is left to be looked up." in page
    assert "status.csv" in page


def test_the_page_tells_what_is_wrong_row_by_row() -> None:
    round_ = make_open_round()
    make_case(round_, register_id="1000000001")
    answer = upload(round_, "register id;status\n1000000001;<b>shut</b>\n")
    assert answer.status_code == 422  # type: ignore[attr-defined]
    assert "Row 2: “&lt;b&gt;shut&lt;/b&gt;” is no status." in answer.content.decode()  # type: ignore[attr-defined]


def test_the_list_to_look_up_is_filled_in_and_loaded_again() -> None:
    round_ = make_open_round()
    make_case(round_, register_id="1000000001", name="=SUM(A1)")
    make_case(round_, register_id="1000000002", events=[EventKind.REACHED])
    with translation.override("da"):
        answer = browser_of(finn(), "da").get(reverse("rates-file", args=[round_.slug, "to-look-up"]))
    text = answer.getvalue().decode("utf-8-sig")
    assert text.splitlines()[0] == "Arbejdsstedsnummer;P-nummer;Navn;Adresse;Status"
    assert "'=SUM(A1)" in text
    assert "1000000002" not in text
    assert load(round_, text.rstrip("\r\n") + "findes\r\n") == 1


def test_before_the_opening_and_after_the_publication_nothing_is_loaded() -> None:
    round_ = make_open_round()
    make_case(round_, register_id="1000000001")
    Round.objects.filter(pk=round_.pk).update(closed_at=NOON, published_at=NOON)
    with pytest.raises(StatusRefused):
        load(round_, "register id;status\n1000000001;closed\n")


def test_the_page_is_for_staff() -> None:
    address = reverse("register-status", args=[make_open_round().slug])
    assert browser_of(finn()).get(address).status_code == 200
    assert browser_of(None).get(address)["Location"].startswith(reverse("account_login"))
    assert browser_of(olga()).get(address).status_code == 403
    assert browser_of(finn()).put(address).status_code == 405
