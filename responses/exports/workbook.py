"""A workbook for people: the codes, the same in labels, and the codebook, a sheet each."""

from collections.abc import Iterable
from functools import cached_property
from io import StringIO
from pathlib import Path
from shutil import copyfileobj
from tempfile import TemporaryFile
from typing import IO

import xlsxwriter
from django.utils.translation import gettext
from xlsxwriter.worksheet import Worksheet

from barometer.problems import Problem
from responses.exports.table import Part, Table
from responses.exports.text_files import in_words
from responses.variables import Cell, in_language

OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
LAST_ROW = 1_048_576  # that a sheet can have
SHORTENED = -2  # what the library says of a text that is longer than a cell's 32,767 characters


def write_workbook(table: Table, path: Path) -> None:
    """Rows are written while they are read. A text is a text, whatever it begins with."""
    with xlsxwriter.Workbook(str(path), OPTIONS) as book:
        names = gettext("Data"), gettext("Labels"), gettext("Codebook")
        data, words, codebook = (book.add_worksheet(name, _Sheet) for name in names)
        labels = [variable.labels(table.about.language) for variable in table.variables]

        def texts(part: Part, place: int) -> tuple[str, str]:
            known = labels[place : place + len(part.cells)]
            return data.text(part.cells, place), words.text(in_words(part.cells, known), place)

        for sheet in (data, words):
            sheet.freeze_panes(1, 0)
            sheet.add(variable.name for variable in table.variables)
        for row in table.made(texts):
            data.add_texts(text for text, _words in row)
            words.add_texts(text for _data, text in row)
        _write_codebook(table, codebook)
        if cut := data.cut:
            table.notes.append(Problem("export_texts_shortened", "", {"count": cut}))


def _write_codebook(table: Table, sheet: "_Sheet") -> None:
    language = table.about.language
    for name in table.about.__slots__:
        sheet.add([name, str(getattr(table.about, name))])
    sheet.add(["content_sha256", table.digest])
    sheet.add([])
    heads = [gettext("Variable"), gettext("Label"), gettext("Kind"), gettext("Code"), gettext("Value")]
    sheet.add(
        [*heads, gettext("Label of the code"), gettext("Missing value"), gettext("Question"), gettext("Asked of")]
    )
    for variable in table.variables:
        texts = [in_language(text, language) for text in (variable.label, variable.question, variable.base)]
        first: list[Cell] = [variable.name, texts[0], variable.kind.value]
        if not variable.values:
            sheet.add([*first, "", "", "", "", *texts[1:]])
        for value in variable.values:
            label = in_language(value.label, language)
            sheet.add([*first, value.code, value.number, label, int(value.missing), *texts[1:]])


class _Sheet(Worksheet):  # type: ignore[misc]
    """Writes one row below the other, straight into a file; ``cut`` counts texts that had to be shortened.

    The library is asked only once for a cell that comes again in its column, and as if it stood in the last row that
    there can be: from row to row nothing changes in its text but the row's number. Decision 0021 says what this saves.
    """

    STRING = ' t="s"'  # in the text of a cell that holds a text
    fh: IO[str]  # where the library writes to

    def __init__(self) -> None:
        super().__init__()
        self.count = self.cut = 0
        self.known: dict[tuple[int, Cell], str] = {}

    @cached_property
    def rows(self) -> IO[str]:
        """Hold the rows until the library writes the sheet, and then closes it."""
        return TemporaryFile("w+", encoding="utf-8")

    def text(self, cells: Iterable[Cell], place: int) -> str:
        """Return the library's text of cells side by side, from a column on."""
        known = self.known
        return "".join([known[at] if at in known else self._new(*at) for at in enumerate(cells, place)])

    def _new(self, column: int, cell: Cell) -> str:
        row, self.fh, shortened = LAST_ROW - 1, StringIO(), False
        if isinstance(cell, str) and cell:
            shortened = self.write_string(row, column, cell) == SHORTENED
            self.str_table.count -= 1  # it is counted with its rows
        elif isinstance(cell, int | float):
            self.write_number(row, column, cell)
        for kept in self.table.pop(row, {}).values():
            self._write_cell(row, column, kept)
        text = self.fh.getvalue()
        if shortened:
            self.cut += 1  # so it is not kept: another one counts too
        else:
            self.known[column, cell] = text
        return text

    def add(self, cells: Iterable[Cell]) -> None:
        """Write the next row."""
        self.add_texts([self.text(cells, 0)])

    def add_texts(self, texts: Iterable[str]) -> None:
        """Write the next row, of cells whose texts are known."""
        if text := "".join(texts):
            self.fh = self.rows
            self._write_row(self.count, None)
            self.fh.write(text.replace(f'{LAST_ROW}"', f'{self.count + 1}"'))
            self._xml_end_tag("row")
            self.str_table.count += text.count(self.STRING)
            self.dim_rowmin, self.dim_rowmax = 0, self.count
        self.count += 1

    def _write_rows(self) -> None:
        """Take the place of what writes the rows that the library has kept, which are none."""
        with self.rows:
            self.rows.seek(0)
            copyfileobj(self.rows, self.fh)
