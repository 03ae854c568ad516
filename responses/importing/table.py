"""A CSV file of any width, as numbered rows of cells, and a list of all that is wrong with it (PURE)."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from barometer.problems import Problem

MOST_TOLD = 100
LONGEST_QUOTE = 40
WIDEST_CELL = 1_000_000


@dataclass(slots=True)
class Findings:
    """What is wrong with the files of an import: the first ``MOST_TOLD`` problems, and how many there are."""

    problems: list[Problem] = field(default_factory=list)
    count: int = 0

    def say(self, code: str, **params: object) -> None:
        self.count += 1
        if len(self.problems) < MOST_TOLD:
            self.problems.append(Problem(code, "", params))


@dataclass(frozen=True, slots=True)
class Table:
    """A file: its headers, and its rows under the number that a spreadsheet shows; as wide as the headers."""

    headers: tuple[str, ...]
    rows: tuple[tuple[int, Sequence[str]], ...]
    decimal_comma: bool


def read_table(data: bytes, file: str, findings: Findings) -> Table | None:
    """Read CSV in UTF-8, with or without a byte order mark, separated by commas or by semicolons.

    The delimiter is the one that the first line has more of. Empty rows do not count. ``file``: its name in problems.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        findings.say("import_not_utf8", file=file, place=error.start + 1)
        return None
    if "\0" in text:
        findings.say("import_not_utf8", file=file, place=text.index("\0") + 1)
        return None
    first_line = text.partition("\n")[0]
    delimiter = ";" if first_line.count(";") > first_line.count(",") else ","
    records: list[tuple[int, list[str]]] = []
    try:
        records.extend(_records(text, delimiter))
    except csv.Error:
        findings.say("import_bad_quotes", file=file, row=records[-1][0] + 1 if records else 1)
        return None
    return _table(records, file, delimiter == ";", findings)


def _records(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    csv.field_size_limit(WIDEST_CELL)
    for number, record in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True), 1):
        if any(record):
            yield number, record


def _table(
    records: Sequence[tuple[int, list[str]]], file: str, decimal_comma: bool, findings: Findings
) -> Table | None:
    headers = tuple(cell.strip() for cell in records[0][1]) if records else ()
    before = findings.count
    if len(records) < 2:
        findings.say("import_empty", file=file)
    elif len(headers) == 1:
        findings.say("import_one_column", file=file)
    for place, header in enumerate(headers, 1):
        if not header:
            findings.say("import_header_empty", file=file, place=place)
        elif header in headers[: place - 1]:
            findings.say("import_header_twice", file=file, column=header)
    for number, record in records[1:]:
        if len(record) != len(headers):
            findings.say("import_wrong_width", file=file, row=number, found=len(record), expected=len(headers))
    return None if findings.count > before else Table(headers, tuple(records[1:]), decimal_comma)


def short(value: str) -> str:
    """Return a cell as a problem quotes it."""
    return value if len(value) <= LONGEST_QUOTE else value[: LONGEST_QUOTE - 1] + "…"


def whole(text: str) -> str:
    """Return the digits of a whole number that a program has written as a decimal one; other texts as they are."""
    return text.removesuffix(".0").removesuffix(",0")


def count_of(text: str) -> int | None:
    """Return a number of something, 0 or more; None when the text is no such number."""
    digits = whole(text)
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 9 else None
