"""Tables as CSV files that a spreadsheet opens: its separators by language, and no cell taken for a formula."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from django.http import StreamingHttpResponse
from django.utils import translation

BYTE_ORDER_MARK = "\ufeff"
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")

Cell = str | int | float | None


def for_spreadsheet(cell: Cell, decimal_comma: bool) -> Cell:
    """Return the cell so that a spreadsheet shows it and never computes it."""
    if isinstance(cell, str):
        return f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell
    return str(cell).replace(".", ",") if decimal_comma and isinstance(cell, float) else cell


def lines(table: Iterable[Sequence[Cell]], language: str) -> Iterator[str]:
    """Yield the file line by line; semicolons and decimal commas, but commas and points in English."""
    english = language == "en"
    buffer = io.StringIO()
    buffer.write(BYTE_ORDER_MARK)
    writer = csv.writer(buffer, delimiter="," if english else ";", lineterminator="\r\n")
    for row in table:
        writer.writerow([for_spreadsheet(cell, not english) for cell in row])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()


def lines_in(language: str, table: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """Return the lines of the file of a table that is made on the way, with its words in that language."""
    with translation.override(language):
        rows = list(table)
    return lines(rows, language)


def download(table: Iterable[Sequence[Cell]], name: str, language: str) -> StreamingHttpResponse:
    """Answer with the table as a file ``name``.csv; the rows are read while they are sent."""
    return attachment(lines(table, language), name)


def attachment(pieces: Iterable[str], name: str) -> StreamingHttpResponse:
    """Answer with the pieces of a file ``name``.csv, which no browser keeps."""
    response = StreamingHttpResponse(pieces, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    response["Cache-Control"] = "no-store"
    return response
