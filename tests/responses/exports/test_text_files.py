"""Hard texts in every format, read back; what every file says of itself; and rows that come or go while it is made."""

import csv
import json
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet
import pyreadstat
import pytest
from python_calamine import CalamineWorkbook

from barometer import PROGRAM
from responses.exports.about import FILTERS
from responses.exports.formats import FORMATS
from responses.exports.making import CONTENTS
from responses.exports.table import About, Part, RowsChanged, Table
from responses.models import Call
from responses.statistics.dispositions import EventKind
from responses.variables import Cell, Kind, Value, Variable
from surveys.models import Round
from tests.every_type import FULL, every_type
from tests.exported import rows_of, screened
from tests.factories import NOON, make_case, make_response, make_step

HARD = ['Blåbærgrød, æ og Å; "så’n" – 😀\\', "a\r\nb\nc\rd", " \t.", "''", "ø" * 16_384, "x" * 32_767, "\u2028\x7f"]
LABEL, CODE_LABEL = "Æ" * 300, "en kode med et langt navn: " + "å" * 100


def table(*, count: int | None = None) -> Table:
    about = About("r", "Titel", True, "q@1", "responses", "statistical", "all", "live", "p 1", "da")
    values = (Value("yes", 1, {"da": CODE_LABEL}), Value("dk", 98, {"da": "Ved ikke"}, missing=True))
    variables = (
        Variable("text", Kind.TEXT, {"da": LABEL}),
        Variable("code", Kind.CODE, {"da": LABEL}, values),
        Variable("share", Kind.NUMBER, {"da": "Andel"}),
    )
    rows: list[tuple[Cell, ...]] = [(text, "yes", 1 / 3) for text in HARD] + [(None, "dk", 2.0), (None, None, None)]
    return Table(about, variables, len(rows) if count is None else count, [lambda: ([Part(row)] for row in rows)])


def written(name: str, folder: Path) -> tuple[Table, Path]:
    made, path = table(), folder / f"file.{FORMATS[name].ending}"
    FORMATS[name].write(made, path)
    return made, path


def test_csv_for_programs_holds_every_text_as_it_is(tmp_path: Path) -> None:
    made, path = written("csv", tmp_path)
    with path.open(encoding="utf-8", newline="") as file:
        header, *found = csv.reader(file)
    assert header == ["text", "code", "share"]
    assert found == [["" if cell is None else str(cell) for cell in row] for row in made.rows()]


def test_json_lines_hold_every_cell_as_it_is(tmp_path: Path) -> None:
    made, path = written("jsonl", tmp_path)
    lines = path.read_bytes().decode().split("\n")
    assert lines.pop() == ""
    assert [json.loads(line) for line in lines] == [
        dict(zip(("text", "code", "share"), row, strict=True)) for row in made.rows()
    ]


def test_csv_for_people_holds_every_text_behind_what_keeps_it_from_being_a_formula(tmp_path: Path) -> None:
    made, path = written("csv-people", tmp_path)
    with path.open(encoding="utf-8-sig", newline="") as file:
        found = list(csv.reader(file, delimiter=";"))
    assert [row[0].removeprefix("'") for row in found[1:]] == [
        str(row[0] or "").removeprefix("'") for row in made.rows()
    ]
    assert [row[1:] for row in found[-3:]] == [
        [CODE_LABEL, str(1 / 3).replace(".", ",")],
        ["Ved ikke", "2,0"],
        ["", ""],
    ]


def test_rows_made_into_one_format_can_be_made_into_another() -> None:
    rows = list(table().pieces[0]())
    of_one = replace(table(), pieces=[lambda: rows])

    def number(part: Part, place: int) -> int:
        return len(part.cells)

    def text(part: Part, place: int) -> str:
        return part.text

    assert list(of_one.made(number)) == [[3]] * len(rows)
    assert list(of_one.made(text)) == [[part.text for part in row] for row in rows]


def test_a_workbook_spss_stata_and_parquet_hold_every_text(tmp_path: Path) -> None:
    texts = [*HARD, "", ""]
    sheet = CalamineWorkbook.from_path(str(written("xlsx", tmp_path)[1])).get_sheet_by_index(0).to_python()
    assert [row[0] for row in sheet[1:]] == texts[: len(sheet) - 1]
    assert len(sheet) >= 1 + len(HARD)
    assert pyreadstat.read_sav(str(written("sav", tmp_path)[1]))[0]["text"].tolist() == texts
    assert pyreadstat.read_dta(str(written("dta", tmp_path)[1]))[0]["text"].tolist() == texts
    parquet = pyarrow.parquet.read_table(written("parquet", tmp_path)[1])
    assert parquet["text"].to_pylist() == [*HARD, None, None]


def test_long_labels_are_whole_in_a_workbook_and_cut_with_a_note_in_spss_and_stata(tmp_path: Path) -> None:
    codebook = CalamineWorkbook.from_path(str(written("xlsx", tmp_path)[1])).get_sheet_by_index(2).to_python()
    assert {LABEL, CODE_LABEL} <= {str(cell) for row in codebook for cell in row}
    spss, path = written("sav", tmp_path)
    _frame, about = pyreadstat.read_sav(str(path))
    assert about.column_names_to_labels["text"] == "Æ" * 126 + "…"
    assert about.variable_value_labels["code"][1] == CODE_LABEL[:71] + "…"
    stata, path = written("dta", tmp_path)
    _frame, about = pyreadstat.read_dta(str(path), user_missing=True)
    assert about.column_names_to_labels["text"] == "Æ" * 38 + "…"
    assert about.variable_value_labels["code"][1] == CODE_LABEL
    assert about.file_label == f"content_sha256 {stata.digest}"
    for made, count in ((spss, 3), (stata, 2)):
        assert [(note.code, note.params["count"]) for note in made.notes] == [("export_labels_shortened", count)]


@pytest.mark.parametrize("name", FORMATS)
def test_no_format_makes_a_file_of_other_rows_than_were_counted(name: str, tmp_path: Path) -> None:
    for count in (len(HARD) + 1, len(HARD) + 3):
        with pytest.raises(RowsChanged):
            FORMATS[name].write(table(count=count), tmp_path / "file")


@pytest.fixture
def answered(db: None) -> Round:
    made = every_type()
    case = make_case(made, events=[EventKind.STARTED])
    make_response(case, FULL)
    Call.objects.create(case=case, step=make_step(made, "calls"), at=NOON, outcome="no_answer")
    screened(made)
    return made


@pytest.mark.parametrize("content", CONTENTS)
def test_every_file_says_what_it_is_of_and_what_is_in_it(answered: Round, content: str) -> None:
    said = {
        "case_round": answered.slug,
        "case_rehearsal": "1",
        "case_questionnaire": "every-type@3",
        "file_privacy": "full",
        "file_filter": FILTERS[content],
        "file_weights": "live",
        "file_program": PROGRAM,
    }
    rows = rows_of(answered, content=content)
    assert rows
    assert all(row.items() >= said.items() for row in rows)
