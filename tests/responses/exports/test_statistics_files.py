"""Every format that a statistics program reads, read back: it holds what the rows hold."""

from pathlib import Path
from typing import Any

import pyreadstat
import pytest
from python_calamine import CalamineWorkbook

from responses.exports.formats import FORMATS
from responses.exports.responses_table import responses_table
from responses.exports.table import About, Part, Table
from responses.statistics.dispositions import EventKind
from responses.variables import NO_ANSWER, Cell, Kind, Privacy, Value, Variable
from surveys.models import Round
from tests.every_type import FULL, every_type
from tests.exported import screened
from tests.factories import make_case, make_response, make_stratum

pytestmark = pytest.mark.django_db

GONE = (EventKind.REPORTED_CLOSED, EventKind.INELIGIBLE_CONFIRMED)
REMARK = '=cmd|"Blåbærgrød"; æ, ø\nog å ' + "ø" * 16_384


@pytest.fixture
def round_() -> Round:
    made = every_type()
    stratum = make_stratum(made, population_size=5, sample_size=3)
    make_response(make_case(made, stratum=stratum), FULL | {"remark": REMARK})
    make_response(make_case(made, stratum=stratum), {"new": "no"})
    make_case(made, stratum=stratum, events=GONE)
    screened(made)
    return made


def table_of(round_: Round) -> Table:
    return responses_table(round_, Privacy.FULL, "en")


def written(round_: Round, name: str, folder: Path) -> tuple[Table, Path]:
    table, path = table_of(round_), folder / f"file.{FORMATS[name].ending}"
    FORMATS[name].write(table, path)
    return table, path


def test_spss_holds_every_cell_with_labels_and_three_kinds_of_nothing(round_: Round, tmp_path: Path) -> None:
    table, path = written(round_, "sav", tmp_path)
    frame, about = pyreadstat.read_sav(str(path), user_missing=True)
    source = list(table_of(round_).rows())
    assert frame.shape == (len(source), len(table.variables))
    for place, variable in enumerate(table.variables):
        for row, found in zip(source, frame[variable.name].tolist(), strict=True):
            if variable.kind in (Kind.TEXT, Kind.TIME):
                assert found == ("" if row[place] is None else row[place]), variable.name
            elif row[place] is None:
                assert found != found, variable.name  # system-missing
            else:
                assert found == variable.numbers.get(row[place], row[place]), variable.name
    labelled = {
        v.name: {float(value.number): value.label["en"] for value in v.values} for v in table.variables if v.values
    }
    assert about.variable_value_labels == labelled
    kept = {v.name: sorted(value.number for value in v.missing) for v in table.variables if v.missing}
    ranges: dict[str, Any] = dict(about.missing_ranges)
    assert {name: sorted(one["lo"] for one in given) for name, given in ranges.items()} == kept
    assert about.column_names_to_labels["new"] == table.variables[about.column_names.index("new")].label["en"]
    assert table.digest in "\n".join(about.notes)


def test_stata_holds_every_cell_and_says_why_a_value_is_missing(round_: Round, tmp_path: Path) -> None:
    table, path = written(round_, "dta", tmp_path)
    frame, about = pyreadstat.read_dta(str(path), user_missing=True)
    letters = {NO_ANSWER: "a", "dk": "b", "not_relevant": "c"}
    for place, variable in enumerate(table.variables):
        column = frame.iloc[:, place].tolist()
        for row, found in zip(table_of(round_).rows(), column, strict=True):
            if variable.kind in (Kind.TEXT, Kind.TIME):
                assert found == ("" if row[place] is None else row[place]), variable.name
            elif row[place] is None:
                assert found != found, variable.name
            elif any(value.code == row[place] for value in variable.missing):
                assert found == letters[str(row[place])], variable.name
            else:
                assert found == variable.numbers.get(row[place], row[place]), variable.name
    assert all(len(name) <= 28 for name in about.column_names)


def test_stata_takes_a_variable_whose_first_hundred_values_are_all_missing(tmp_path: Path) -> None:
    values = tuple(Value(code, number, {"en": code}, code == "dk") for code, number in [("yes", 1), ("dk", 98)])
    variable = Variable("shared", Kind.CODE, {"en": "Shared"}, values)
    about = About("r", "T", True, "q@1", "responses", "statistical", "all", "live", "p", "en")
    cells: list[Cell] = [None, *["dk"] * 150, "yes"]
    table = Table(about, (variable,), len(cells), [lambda: ([Part((cell,))] for cell in cells)])
    FORMATS["dta"].write(table, tmp_path / "file.dta")
    frame, _about = pyreadstat.read_dta(str(tmp_path / "file.dta"), user_missing=True)
    assert frame["shared"].tolist()[1:] == [*["b"] * 150, 1]


def test_names_that_stata_has_no_room_for_are_cut_told_apart_and_listed(tmp_path: Path) -> None:
    names = ["v" * 28, "v" * 29, "v" * 40]
    values = (Value("yes", 1, {"en": "Yes"}),)
    variables = tuple(Variable(name, Kind.CODE, {"en": name}, values) for name in names)
    about = About("r", "T", True, "q@1", "responses", "statistical", "all", "live", "p", "en")
    table = Table(about, variables, 1, [lambda: [[Part(("yes", "yes", "yes"))]]])
    FORMATS["dta"].write(table, tmp_path / "file.dta")
    frame, _about = pyreadstat.read_dta(str(tmp_path / "file.dta"))
    assert frame.columns.tolist() == ["v" * 28, "v" * 26 + "_1", "v" * 26 + "_2"]
    assert frame.iloc[0].tolist() == [1, 1, 1]
    assert [(note.code, note.params["count"]) for note in table.notes] == [("export_names_shortened", 2)]


def test_a_hundred_labelled_variables_of_the_longest_name_fit_into_a_stata_file(tmp_path: Path) -> None:
    values = (Value("yes", 1, {"en": "Yes"}),)
    names = [f"v{number:027}" for number in range(120)]
    variables = tuple(Variable(name, Kind.CODE, {"en": name}, values) for name in names)
    about = About("r", "T", True, "q@1", "responses", "statistical", "all", "live", "p", "en")
    table = Table(about, variables, 1, [lambda: [[Part(("yes",) * 120)]]])
    FORMATS["dta"].write(table, tmp_path / "file.dta")
    frame, _about = pyreadstat.read_dta(str(tmp_path / "file.dta"))
    assert frame.columns.tolist() == names


def test_a_workbook_has_codes_labels_and_codebook_and_runs_no_formula(round_: Round, tmp_path: Path) -> None:
    table, path = written(round_, "xlsx", tmp_path)
    book = CalamineWorkbook.from_path(str(path))
    data, words, codebook = (book.get_sheet_by_name(name).to_python() for name in book.sheet_names)
    names = [variable.name for variable in table.variables]
    source = [["" if cell is None else cell for cell in row] for row in table_of(round_).rows()]
    assert data[0] == words[0] == names
    for found, row in zip(data[1:], source, strict=True):  # a workbook keeps 16 digits of a number
        assert [*found, *[""] * (len(names) - len(found))] == [
            pytest.approx(cell, rel=1e-15) if isinstance(cell, float) else cell for cell in row
        ]
    place = names.index("remark")
    assert REMARK in [row[place] for row in data[1:]]
    assert ["content_sha256", table.digest] in [row[:2] for row in codebook]
    assert {row[0] for row in codebook} >= set(names)


def test_equal_requests_have_one_digest_in_every_format(round_: Round, tmp_path: Path) -> None:
    digests = {written(round_, name, tmp_path)[0].digest for name in FORMATS}
    assert len(digests) == 1
