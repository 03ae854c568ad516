"""A workbook for people: the codes, the same in labels, and the codebook, a sheet each.

xlsxwriter makes the workbook with its codebook. The rows of the two large sheets are put in afterwards: what many
respondents have in common is written once and only numbered anew, which takes a fifth of the time.
"""

import io
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

import xlsxwriter
from django.utils.translation import gettext
from xlsxwriter.utility import xl_col_to_name

from barometer.problems import Problem
from responses.exports.table import Part, Table
from responses.exports.text_files import in_words
from responses.variables import Cell, in_language

MOST_CHARACTERS = 32_767  # in one cell
OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
ROW = "\x00"  # stands for the number of the row; no text holds it
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]")
LIKE_CONTROL = re.compile("(?=_x[0-9a-fA-F]{4}_)")
EMPTY = re.compile(b"<sheetData ?/>")
SIZE = re.compile(b'<dimension ref="[^"]*" ?/>')


def write_workbook(table: Table, path: Path) -> None:
    """Rows are written while they are read. A text is a text, whatever it begins with."""
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".workbook-") as folder:
        data, words = Path(folder, "data"), Path(folder, "words")
        cells = _Cells(table)
        with data.open("w", encoding="utf-8", newline="") as first, words.open("w", encoding="utf-8") as second:
            for number, (codes, labels) in enumerate(cells.rows(), start=1):
                first.write(f'<row r="{number}">{codes.replace(ROW, str(number))}</row>')
                second.write(f'<row r="{number}">{labels.replace(ROW, str(number))}</row>')
        size = f"A1:{cells.columns[-1]}{table.count + 1}"
        _put_together(
            _skeleton(table), {"xl/worksheets/sheet1.xml": data, "xl/worksheets/sheet2.xml": words}, size, path
        )
    if cells.cut:
        table.notes.append(Problem("export_texts_shortened", "", {"count": cells.cut}))


class _Cells:
    """Writes cells as XML; ``cut`` counts texts that had to be shortened."""

    def __init__(self, table: Table) -> None:
        self.table, self.cut = table, 0
        self.columns = [xl_col_to_name(column) for column in range(len(table.variables))]
        self.labels = [variable.labels(table.about.language) for variable in table.variables]

    def rows(self) -> Iterator[tuple[str, str]]:
        """Yield each row twice, in codes and in labels, the names of the variables first."""
        names = self._cells([variable.name for variable in self.table.variables], 0)
        yield names, names
        for row in self.table.made(self._both):
            yield "".join([codes for codes, _labels in row]), "".join([labels for _codes, labels in row])

    def _both(self, part: Part, place: int) -> tuple[str, str]:
        self.cut += sum(isinstance(cell, str) and len(cell) > MOST_CHARACTERS for cell in part)
        words = in_words(part, self.labels[place : place + len(part)])
        return self._cells(part, place), self._cells(words, place)

    def _cells(self, cells: Sequence[Cell], place: int) -> str:
        written = (_cell(self.columns[place + number], cell) for number, cell in enumerate(cells))
        return "".join([cell for cell in written if cell])


def _cell(column: str, cell: Cell) -> str:
    if cell is None or cell == "":
        return ""
    if not isinstance(cell, str):
        return f'<c r="{column}{ROW}"><v>{cell!r}</v></c>'
    keep = ' xml:space="preserve"' if cell[0].isspace() or cell[-1].isspace() or "\n" in cell else ""
    return f'<c r="{column}{ROW}" t="inlineStr"><is><t{keep}>{_text(cell[:MOST_CHARACTERS])}</t></is></c>'


def _text(text: str) -> str:
    """Write what XML cannot hold as the format does: _x0007_."""
    if "_x" in text:
        text = LIKE_CONTROL.sub("_x005F", text)
    return escape(CONTROL.sub(lambda found: f"_x{ord(found[0]):04X}_", text))


def _skeleton(table: Table) -> bytes:
    """Return the workbook with its codebook, and without rows in the other sheets."""
    found = io.BytesIO()
    with xlsxwriter.Workbook(found, OPTIONS) as book:
        for name in (gettext("Data"), gettext("Labels")):
            book.add_worksheet(name).freeze_panes(1, 0)
        _write_codebook(table, _Sheet(book, gettext("Codebook")))
    return found.getvalue()


def _put_together(skeleton: bytes, sheets: dict[str, Path], size: str, path: Path) -> None:
    with ZipFile(io.BytesIO(skeleton)) as source, ZipFile(path, "w", ZIP_DEFLATED, compresslevel=4) as made:
        for entry in source.infolist():
            content = source.read(entry)
            rows = sheets.get(entry.filename)
            if rows is None:
                made.writestr(entry, content)
                continue
            before, after = EMPTY.split(SIZE.sub(f'<dimension ref="{size}"/>'.encode(), content))
            with made.open(entry, "w") as sheet, rows.open("rb") as lines:
                sheet.write(before + b"<sheetData>")
                shutil.copyfileobj(lines, sheet)
                sheet.write(b"</sheetData>" + after)


def _write_codebook(table: Table, sheet: "_Sheet") -> None:
    language = table.about.language
    for name in table.about.__slots__:
        sheet.write([name, str(getattr(table.about, name))])
    sheet.write(["content_sha256", table.digest])
    sheet.write([])
    heads = [gettext("Variable"), gettext("Label"), gettext("Kind"), gettext("Code"), gettext("Value")]
    sheet.write(
        [*heads, gettext("Label of the code"), gettext("Missing value"), gettext("Question"), gettext("Asked of")]
    )
    for variable in table.variables:
        texts = [in_language(text, language) for text in (variable.label, variable.question, variable.base)]
        first: list[Cell] = [variable.name, texts[0], variable.kind.value]
        if not variable.values:
            sheet.write([*first, "", "", "", "", *texts[1:]])
        for value in variable.values:
            label = in_language(value.label, language)
            sheet.write([*first, value.code, value.number, label, int(value.missing), *texts[1:]])


class _Sheet:
    """Writes one row below the other."""

    def __init__(self, book: xlsxwriter.Workbook, name: str) -> None:
        self.sheet, self.row = book.add_worksheet(name), 0

    def write(self, cells: Iterable[Cell]) -> None:
        for column, cell in enumerate(cells):
            if isinstance(cell, str) and cell:
                self.sheet.write_string(self.row, column, cell[:MOST_CHARACTERS])
            elif isinstance(cell, int | float):
                self.sheet.write_number(self.row, column, cell)
        self.row += 1
