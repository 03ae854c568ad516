"""Corrected names and addresses as a CSV file: register number, name, e-mail. PURE."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from barometer.problems import Problem
from surveys.register_headers import ALIASES, HEADERS, normalise

MOST_BYTES = 800_000  # so that it can be sent back in a form
_FIELDS = {"register_id": "register_id", "leader": "name", "email": "email", "address_kind": "kind"}
KINDS = {
    normalise(word): kind
    for kind, words in {
        "person": ("person",),
        "workplace": ("workplace", "mailbox of the workplace", "arbejdsplads", "arbejdspladsens postkasse"),
        "authority": ("authority", "mailbox of the authority", "myndighed", "myndighedens postkasse"),
    }.items()
    for word in words
}


@dataclass(frozen=True, slots=True)
class Correction:
    """One line; ``row`` as a spreadsheet numbers it. ``kind`` is "" where the file does not say."""

    row: int
    register_id: str
    name: str
    email: str
    kind: str


def read_corrections(data: bytes) -> tuple[list[Correction], list[Problem]]:
    """Return the lines that have an address, and what is wrong with the file; lines without one are passed over.

    Comma or semicolon, UTF-8 or Windows-1252, headers as ``surveys/register_headers.py`` lists them; "name" is the
    leader's where no other column is.
    """
    if len(data) > MOST_BYTES:
        return [], [Problem("too_large", "")]
    text = _decoded(data)
    if text is None:
        return [], [Problem("not_text", "")]
    rows, problems = _rows(text)
    columns = _columns(rows[0][1]) if rows else {}
    for field in ("register_id", "name", "email"):
        if field not in columns:
            source = next(name for name, ours in _FIELDS.items() if ours == field)
            problems.append(Problem("column_missing", "", {"column": HEADERS[source][0]}))
    if problems:
        return [], problems
    corrections = [found for number, row in rows[1:] if (found := _correction(number, row, columns)).email]
    problems += [Problem("bad_kind", str(each.row)) for each in corrections if each.kind not in ("", *KINDS.values())]
    return corrections, problems or ([] if corrections else [Problem("no_rows", "")])


def _decoded(data: bytes) -> str | None:
    if b"\0" in data:
        return None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _rows(text: str) -> tuple[list[tuple[int, list[str]]], list[Problem]]:
    first = text.lstrip().partition("\n")[0]
    delimiter = ";" if first.count(";") >= first.count(",") else ","
    rows: list[tuple[int, list[str]]] = []
    try:
        for number, row in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True), 1):
            if any(cell.strip() for cell in row):
                rows.append((number, row))
    except csv.Error:
        return rows, [Problem("bad_quotes", str(len(rows) + 1))]
    return rows, []


def _columns(header: Sequence[str]) -> dict[str, int]:
    """Return where each field stands."""
    found = {ALIASES.get(normalise(cell), ""): place for place, cell in enumerate(header)}
    columns = {ours: found[theirs] for theirs, ours in _FIELDS.items() if theirs in found}
    if "name" not in columns and "name" in found:
        columns["name"] = found["name"]
    return columns


def _correction(number: int, row: Sequence[str], columns: dict[str, int]) -> Correction:
    cells = dict(_cells(row, columns))
    kind = cells.get("kind", "")
    return Correction(number, cells["register_id"], cells["name"], cells["email"], KINDS.get(normalise(kind), kind))


def _cells(row: Sequence[str], columns: dict[str, int]) -> Iterator[tuple[str, str]]:
    for field, place in columns.items():
        cell = row[place].strip() if place < len(row) else ""
        yield field, cell.removeprefix("'").strip()  # which keeps a spreadsheet from computing it
