"""Parquet, read back: it holds what the rows hold, with types, and the codebook with them."""

import json
import sys
from datetime import datetime
from io import StringIO
from pathlib import Path

import pyarrow
import pyarrow.parquet
import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from pytest import MonkeyPatch

from responses.exports import making
from responses.exports.formats import FORMATS
from responses.exports.making import CONTENTS, ExportRefused, Order
from responses.exports.parquet_file import ROWS_PER_GROUP
from responses.exports.table import About, Part, Table
from responses.variables import Cell, Kind, Privacy, Value, Variable
from surveys.models import Round
from tests.every_type import FULL, every_type
from tests.exported import screened
from tests.factories import make_case, make_response, make_stratum
from tests.people import ana, browser_of

pytestmark = pytest.mark.django_db

TYPES = {
    Kind.CODE: pyarrow.dictionary(pyarrow.int32(), pyarrow.string()),
    Kind.MARK: pyarrow.int8(),
    Kind.INTEGER: pyarrow.int64(),
    Kind.NUMBER: pyarrow.float64(),
    Kind.TEXT: pyarrow.string(),
    Kind.TIME: pyarrow.timestamp("ms"),
}


@pytest.fixture
def round_() -> Round:
    made = every_type()
    stratum = make_stratum(made, population_size=5, sample_size=3)
    make_response(make_case(made, stratum=stratum), FULL)
    make_response(make_case(made, stratum=stratum), {"new": "no"})
    screened(made)
    return made


def read(table: Table, folder: Path) -> pyarrow.Table:
    FORMATS["parquet"].write(table, folder / "file.parquet")
    return pyarrow.parquet.read_table(folder / "file.parquet")


def as_parquet(cell: Cell, variable: Variable) -> object:
    if variable.kind is Kind.MARK:
        return variable.numbers.get(cell, cell)
    return datetime.fromisoformat(str(cell)) if variable.kind is Kind.TIME and cell else cell


@pytest.mark.parametrize("content", CONTENTS)
def test_parquet_holds_every_cell_with_its_type(round_: Round, tmp_path: Path, content: str) -> None:
    make = CONTENTS[content][1]
    table = make(round_, Privacy.FULL, "en")
    found = read(table, tmp_path)
    assert found.column_names == [variable.name for variable in table.variables]
    source = list(make(round_, Privacy.FULL, "en").rows())
    for place, variable in enumerate(table.variables):
        assert found.schema.field(variable.name).type == TYPES[variable.kind], variable.name
        assert found.column(place).to_pylist() == [as_parquet(row[place], variable) for row in source]


def test_its_metadata_hold_what_the_file_says_of_itself_and_the_codebook(round_: Round, tmp_path: Path) -> None:
    table = CONTENTS["responses"][1](round_, Privacy.RESEARCH, "da")
    read(table, tmp_path)
    said = pyarrow.parquet.read_metadata(tmp_path / "file.parquet").metadata
    assert said[b"content_sha256"].decode() == table.digest
    codebook = json.loads(said[b"codebook"])
    assert [variable["name"] for variable in codebook] == [variable.name for variable in table.variables]
    assert json.dumps([json.loads(said[b"about"]), codebook], ensure_ascii=False, sort_keys=True).encode() == (
        table.codebook()
    )


def test_more_rows_than_fit_into_one_group_are_all_there_in_order(tmp_path: Path) -> None:
    values = (Value("yes", 1, {"en": "Yes"}), Value("no", 2, {"en": "No"}))
    variable = Variable("answer", Kind.CODE, {"en": "Answer"}, values)
    about = About("r", "T", True, "q@1", "responses", "statistical", "all", "live", "p", "en")
    cells: list[Cell] = [("yes", "no", None)[number % 3] for number in range(2 * ROWS_PER_GROUP + 1)]
    found = read(Table(about, (variable,), len(cells), [lambda: ([Part((cell,))] for cell in cells)]), tmp_path)
    assert found.column("answer").to_pylist() == cells


def test_without_rows_there_are_still_the_columns(tmp_path: Path) -> None:
    about = About("r", "T", True, "q@1", "responses", "statistical", "all", "live", "p", "en")
    found = read(Table(about, (Variable("name", Kind.TEXT, {"en": "Name"}),), 0, []), tmp_path)
    assert (found.column_names, found.num_rows) == (["name"], 0)


def test_without_the_library_the_format_is_not_offered_and_the_command_says_what_is_missing(
    round_: Round, tmp_path: Path, monkeypatch: MonkeyPatch
) -> None:
    page = reverse("export", args=[round_.slug])
    assert 'value="parquet"' in browser_of(ana()).get(page).content.decode()
    monkeypatch.setitem(sys.modules, "pyarrow", None)  # what an import finds where it is not installed
    assert 'value="parquet"' not in browser_of(ana()).get(page).content.decode()
    with pytest.raises(ExportRefused, match="export_needs_pyarrow"):
        making.check(Order("responses", Privacy.STATISTICAL, "parquet", "da"))
    with pytest.raises(CommandError, match="pyarrow"):
        call_command("export", round_.slug, "--format", "parquet", "--out", str(tmp_path / "f"), stdout=StringIO())
