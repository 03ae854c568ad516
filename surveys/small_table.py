"""A small CSV file with known columns, turned into rows and a list of all that is wrong with it (PURE)."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from barometer.problems import Problem
from surveys.register_headers import normalise


@dataclass(frozen=True, slots=True)
class Column:
    """A column that the file must or may have.

    Attributes:
        headers: what it may be called; upper and lower case and signs make no difference.
        may_be_missing: the whole column; then all its cells are "".
        may_be_empty: a single cell.
    """

    headers: tuple[str, ...]
    longest: int
    may_be_missing: bool = False
    may_be_empty: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the file by the names of its columns; ``number`` is the one that a spreadsheet shows."""

    number: int
    cells: Mapping[str, str]


def read_table(data: bytes, columns: Mapping[str, Column]) -> tuple[list[Row], list[Problem]]:
    """Read CSV with comma or semicolon, in UTF-8 or Windows-1252, under a line of headers; empty lines do not count."""
    text = _decoded(data)
    if text is None:
        return [], [Problem("table_not_decodable", "")]
    records: list[tuple[int, list[str]]] = []
    try:
        records.extend(_records(text))
    except csv.Error:
        return [], [Problem("table_bad_quotes", "", {"row": records[-1][0] + 1 if records else 1})]
    if not records:
        return [], [Problem("table_empty", "")]
    (_, header), *lines = records
    places, problems = _places(header, columns)
    if problems:
        return [], problems
    if not lines:
        return [], [Problem("table_without_rows", "")]
    rows = []
    for number, record in lines:
        found = _row(number, record, header, places, columns)
        if isinstance(found, Row):
            rows.append(found)
        else:
            problems += found
    return rows, problems


def _decoded(data: bytes) -> str | None:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
    return None if "\ufffd" in text or "\0" in text else text


def _records(text: str) -> Iterator[tuple[int, list[str]]]:
    first_line = next(iter(text.strip().splitlines()), "")
    delimiter = ";" if first_line.count(";") >= first_line.count(",") else ","
    for number, record in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True), 1):
        cells = [" ".join(cell.replace("\0", "").split()) for cell in record]
        if any(cells):
            yield number, cells


def _places(header: Sequence[str], columns: Mapping[str, Column]) -> tuple[dict[str, int], list[Problem]]:
    """Return where each column stands, and what is wrong with the headers."""
    named = {normalise(name): key for key, column in columns.items() for name in (key, *column.headers)}
    places: dict[str, int] = {}
    problems = []
    for place, cell in enumerate(header):
        key = named.get(normalise(cell))
        if key in places:
            problems.append(Problem("table_column_twice", "", {"column": cell}))
        elif key:
            places[key] = place
    for key, column in columns.items():
        if key not in places and not column.may_be_missing:
            problems.append(Problem("table_column_missing", "", {"accepted": ", ".join((key, *column.headers))}))
    return places, problems


def _row(
    number: int, record: list[str], header: Sequence[str], places: Mapping[str, int], columns: Mapping[str, Column]
) -> Row | list[Problem]:
    if len(record) < len(header) or any(record[len(header) :]):
        params = {"row": number, "found": len(record), "expected": len(header)}
        return [Problem("table_wrong_number_of_fields", "", params)]
    cells = {key: record[places[key]] if key in places else "" for key in columns}
    problems = []
    for key, column in columns.items():
        place: dict[str, object] = {"row": number, "column": header[places[key]] if key in places else key}
        if not cells[key] and not (column.may_be_empty or column.may_be_missing):
            problems.append(Problem("table_value_missing", "", place))
        elif len(cells[key]) > column.longest:
            problems.append(Problem("table_too_long", "", place | {"longest": column.longest}))
    return problems or Row(number, cells)
