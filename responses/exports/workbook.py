"""A workbook for people: the codes, the same in labels, and the codebook, a sheet each."""

from collections.abc import Iterable
from pathlib import Path

import xlsxwriter
from django.utils.translation import gettext

from barometer.problems import Problem
from responses.exports.table import Table
from responses.exports.text_files import in_words
from responses.variables import Cell, in_language

MOST_CHARACTERS = 32_767  # in one cell
IN_MEMORY = 5_000  # rows; written a fifth faster, for some 30 kB each
OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def write_workbook(table: Table, path: Path) -> None:
    """Many rows are written while they are read. A text is a text, whatever it begins with."""
    with xlsxwriter.Workbook(str(path), {**OPTIONS, "constant_memory": table.count > IN_MEMORY}) as book:
        data, words = _Sheet(book, gettext("Data")), _Sheet(book, gettext("Labels"))
        for each in (data, words):
            each.sheet.freeze_panes(1, 0)
        codebook = _Sheet(book, gettext("Codebook"))
        labels = [variable.labels(table.about.language) for variable in table.variables]
        names = [variable.name for variable in table.variables]
        data.write(names)
        words.write(names)
        for row in table.rows():
            data.write(row)
            words.write(in_words(row, labels))
        _write_codebook(table, codebook)
        if cut := data.cut:
            table.notes.append(Problem("export_texts_shortened", "", {"count": cut}))


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
    """Writes one row below the other; ``cut`` counts texts that had to be shortened."""

    def __init__(self, book: xlsxwriter.Workbook, name: str) -> None:
        self.sheet, self.row, self.cut = book.add_worksheet(name), 0, 0

    def write(self, cells: Iterable[Cell]) -> None:
        for column, cell in enumerate(cells):
            if isinstance(cell, str) and cell:
                self.cut += len(cell) > MOST_CHARACTERS
                self.sheet.write_string(self.row, column, cell[:MOST_CHARACTERS])
            elif isinstance(cell, int | float):
                self.sheet.write_number(self.row, column, cell)
        self.row += 1
