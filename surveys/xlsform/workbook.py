"""An XLSForm workbook as sheets of rows of texts, read by pyxform, the reference reader of the format."""

import io
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module

from barometer.problems import Problem

LARGEST_FILE = 5_000_000
LARGEST_CONTENT = 30_000_000  # unpacked: a small file can hold a very large sheet
MOST_ROWS = 5_000  # of one sheet; what is made of each is looked for among all others
# What zipfile, the XML parser and openpyxl raise for a file that is damaged, encrypted or written by hand.
BROKEN = (
    *(ArithmeticError, AttributeError, EOFError, LookupError, RuntimeError, SyntaxError, TypeError, ValueError),
    zlib.error,
)
SHEETS = ("survey", "choices", "settings")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a sheet; ``cells`` by column header, empty cells left out."""

    sheet: str
    number: int
    cells: Mapping[str, str]

    @property
    def where(self) -> str:
        return f"{self.sheet}:{self.number}"

    def get(self, column: str) -> str:
        return self.cells.get(column, "")


@dataclass(frozen=True, slots=True)
class Workbook:
    survey: Sequence[Row]
    choices: Sequence[Row]
    settings: Sequence[Row]
    other_sheets: Sequence[str]


def read_workbook(data: bytes) -> tuple[Workbook | None, list[Problem]]:
    """Read a file; what is no such workbook is one problem."""
    if len(data) > LARGEST_FILE or _unpacked(data) > LARGEST_CONTENT:
        return None, [Problem("xls_too_large", "")]
    backends = import_module("pyxform.xls2json_backends")  # and openpyxl: only an import needs them
    errors = import_module("pyxform.errors")
    try:
        read = backends.xlsx_to_dict(data)
    except (errors.PyXFormError, *BROKEN) as error:
        reason = (str(error) or type(error).__name__).splitlines()[0]
        return None, [Problem("xls_unreadable", "", {"reason": reason})]
    sheets = {name: tuple(_rows(name, read.get(name, ()))) for name in SHEETS}
    if any(len(rows) > MOST_ROWS for rows in sheets.values()):
        return None, [Problem("xls_too_large", "")]
    if not sheets["survey"]:
        return None, [Problem("xls_no_survey", "")]
    others = [name for name in read["sheet_names"] if name.lower() not in SHEETS]
    if len(read["sheet_names"]) == 1:
        others = []  # a single sheet is the survey, whatever it is called
    return Workbook(sheets["survey"], sheets["choices"], sheets["settings"], others), []


def _rows(sheet: str, rows: Sequence[Mapping[str, object]]) -> list[Row]:
    """Rows count from 2, below the headers; empty ones are left out."""
    read = [
        Row(sheet, number, {str(key).strip(): str(value).strip() for key, value in cells.items() if value is not None})
        for number, cells in enumerate(rows, start=2)
    ]
    return [row for row in read if any(row.cells.values())]


def _unpacked(data: bytes) -> int:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return sum(entry.file_size for entry in archive.infolist())
    except (zipfile.BadZipFile, *BROKEN):  # the reader says so
        return 0
