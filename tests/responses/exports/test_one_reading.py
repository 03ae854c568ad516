"""One sweep reads the rows of a table once for all its formats, and never uses them where it must not."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from barometer.models import AuditEvent
from responses.actions import erasure, export
from responses.exports import responses_table, table
from responses.exports.making import ExportRefused, Order
from responses.models import ExportFile, Response
from responses.variables import Privacy
from surveys.models import Round
from tests.every_type import FULL, every_type
from tests.exported import screened, text_of
from tests.factories import NOON, make_case, make_open_round, make_response, make_stratum
from tests.people import ana

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("storage")]


@pytest.fixture
def round_() -> Round:
    round_ = every_type()
    stratum = make_stratum(round_, population_size=4, sample_size=2)
    for _ in range(2):
        make_response(make_case(round_, stratum=stratum), FULL)
    return round_


def ask(round_: Round, *formats: str, **changes: str) -> list[ExportFile]:
    asked = {"content": "responses", "privacy": "statistical", "language": "da"} | changes
    orders = [Order(asked["content"], Privacy(asked["privacy"]), name, asked["language"]) for name in formats]
    return export.ask(round_=round_, orders=orders, reason="A court asks", by=ana(), at=NOON)


def sweep(meanwhile: Callable[[], object], *, when: Callable[[], bool]) -> int:
    """Make what waits; as soon as it is so far, something else happens."""
    left = [meanwhile]

    def clock() -> datetime:
        if left and when():
            left.pop()()
        return NOON

    return export.make_waiting(clock=clock)


def finished(file: ExportFile) -> Callable[[], bool]:
    return ExportFile.objects.filter(pk=file.pk, finished_at__isnull=False).exists


def claimed(file: ExportFile) -> Callable[[], bool]:
    return ExportFile.objects.filter(pk=file.pk, claimed_at__isnull=False).exists


def answer_anew() -> None:
    Response.objects.update(answers=FULL | {"new": "no"})


def erase_one(round_: Round) -> Callable[[], object]:
    case = round_.cases.order_by("pk")[0]
    return lambda: erasure.erase_case(case=case, reason="asked for it", by=None, at=NOON)


def contents() -> list[str]:
    return list(ExportFile.objects.order_by("pk").values_list("content_sha256", flat=True))


def test_all_formats_of_a_table_are_made_of_rows_read_once(round_: Round, storage: Any) -> None:
    first, *others = ask(round_, "csv", "csv-people", "jsonl", "ddi", "csv")
    expected = {name: text_of(round_, privacy="statistical", format=name) for name in ("csv", "csv-people", "jsonl")}
    assert sweep(answer_anew, when=finished(first)) == 5
    assert len(set(contents())) == 1
    for file in ExportFile.objects.filter(format__in=expected):
        assert storage.open(file.storage_name).read().decode() == expected[file.format]
        assert (file.rows, file.rows_done) == (2, 2)
    assert AuditEvent.objects.filter(what="export.made").count() == 1 + len(others)


def test_every_file_has_its_own_notes_whatever_was_made_before_it(round_: Round) -> None:
    Response.objects.update(answers=FULL | {"remark": "x" * 40_000})  # a cell of a workbook has no room for it
    screened(round_)
    ask(round_, "csv", "xlsx", "jsonl", "xlsx", privacy="full")
    export.make_waiting(clock=lambda: NOON)
    shortened = [["export_texts_shortened", {"count": 2}]]
    assert list(ExportFile.objects.order_by("pk").values_list("notes", flat=True)) == [[], shortened, [], shortened]


@pytest.mark.parametrize("changes", [{"language": "en"}, {"privacy": "research"}, {"content": "paradata"}])
def test_another_table_is_read_for_itself(round_: Round, changes: dict[str, str]) -> None:
    ask(round_, "csv", privacy="research" if "content" in changes else "statistical")
    [other] = ask(round_, "csv", **{"privacy": "research"} | changes)
    ask(round_, "csv", privacy="research" if "content" in changes else "statistical")
    export.make_waiting(clock=lambda: NOON)
    first, second, third = contents()
    assert first == third != second
    other.refresh_from_db()
    assert other.rows == 2


def test_another_round_is_read_for_itself(round_: Round) -> None:
    other = make_open_round(slug="other", questionnaire=round_.questionnaire)
    ask(round_, "csv")
    ask(other, "csv")
    export.make_waiting(clock=lambda: NOON)
    assert list(ExportFile.objects.order_by("pk").values_list("rows", flat=True)) == [2, 0]


def test_a_file_asked_for_after_the_rows_were_read_holds_what_is_true_by_then(round_: Round) -> None:
    [first] = ask(round_, "csv")

    def change_and_ask() -> None:
        answer_anew()
        ask(round_, "csv")

    assert sweep(change_and_ask, when=claimed(first)) == 1
    assert export.make_waiting(clock=lambda: NOON) == 1
    assert len(set(contents())) == 2


def test_the_rows_of_a_long_table_are_not_kept(round_: Round, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "KEPT", 1)
    first, _second = ask(round_, "csv", "jsonl")
    assert sweep(answer_anew, when=finished(first)) == 2
    assert len(set(contents())) == 2


def test_rows_of_which_one_went_while_they_were_read_serve_no_file(
    round_: Round, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(responses_table, "AT_ONCE", 1)
    monkeypatch.setattr(table, "PROGRESS_EVERY", 1)
    first, second = ask(round_, "csv", "jsonl")
    assert sweep(lambda: Response.objects.update(submitted_at=None), when=claimed(first)) == 1
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.finished_at, second.rows) == (None, 0)


def test_a_case_erased_between_two_formats_is_not_in_the_second(round_: Round, storage: Any) -> None:
    first, second, third = ask(round_, "csv", "jsonl", "csv")
    assert sweep(erase_one(round_), when=finished(first)) == 3
    for file, state in ((first, "deleted"), (second, "ready"), (third, "ready")):
        file.refresh_from_db()
        assert file.state(NOON) == state
    assert (first.rows, second.rows, third.rows) == (2, 1, 1)
    assert storage.open(second.storage_name).read().decode() == text_of(round_, privacy="statistical", format="jsonl")


def test_a_case_erased_while_a_format_is_made_of_kept_rows_ends_that_file(round_: Round) -> None:
    _first, second = ask(round_, "csv", "jsonl")
    assert sweep(erase_one(round_), when=claimed(second)) == 1
    second.refresh_from_db()
    assert (second.finished_at, second.claimed_at) == (None, None)
    assert not ExportFile.objects.kept(NOON).exists()
    assert export.make_waiting(clock=lambda: NOON) == 1
    second.refresh_from_db()
    assert (second.rows, second.attempts) == (1, 2)


def test_a_case_erased_while_the_rows_are_read_is_in_no_file(round_: Round) -> None:
    first, _second = ask(round_, "csv", "jsonl")
    assert sweep(erase_one(round_), when=claimed(first)) == 1
    assert export.make_waiting(clock=lambda: NOON) == 1
    assert list(ExportFile.objects.kept(NOON).values_list("rows", flat=True)) == [1, 1]


def test_rows_of_a_file_that_another_worker_took_over_serve_no_other(round_: Round) -> None:
    first, second = ask(round_, "csv", "jsonl")
    later = NOON + export.KEPT

    def taken_over() -> None:
        answer_anew()
        ExportFile.objects.filter(pk=first.pk).update(claimed_at=later, seen_at=later)

    assert sweep(taken_over, when=claimed(first)) == 1
    second.refresh_from_db()
    ask(round_, "csv")
    export.make_waiting(clock=lambda: NOON)
    assert contents()[1] == contents()[2]


def test_of_several_formats_all_are_asked_for_or_none(round_: Round) -> None:
    with pytest.raises(ExportRefused, match="export_needs_level"):
        export.ask(
            round_=round_,
            orders=[Order(content, Privacy.STATISTICAL, "csv", "da") for content in ("responses", "texts")],
            reason="",
            by=ana(),
            at=NOON,
        )
    assert not ExportFile.objects.exists()
    assert not AuditEvent.objects.filter(what="export.asked").exists()


# Other workers


@pytest.mark.parametrize(("formats", "calls"), [([], 0), (["csv"], 0), (["csv", "jsonl"], 1), (["csv"] * 5, 1)])
def test_another_worker_is_called_once_if_there_is_work_for_it(round_: Round, formats: list[str], calls: int) -> None:
    called: list[bool] = []
    ask(round_, *formats)
    export.make_waiting(clock=lambda: NOON, call=lambda: called.append(ExportFile.objects.to_make(NOON).exists()))
    assert called == [True] * calls


def test_two_workers_share_the_files(round_: Round) -> None:
    """The second one begins where the first one has called it."""
    made: list[int] = []

    def other() -> None:
        made.append(export.make_waiting(clock=lambda: NOON))

    ask(round_, "csv", "jsonl", "csv-people")
    assert export.make_waiting(clock=lambda: NOON, call=other) == 1
    assert made == [2]
    assert ExportFile.objects.kept(NOON).count() == 3
