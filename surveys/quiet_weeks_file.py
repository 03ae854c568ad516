"""Quiet weeks of authorities from a CSV file (PURE): authority_code;year;week."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from barometer.problems import Problem
from surveys.small_table import Column, Row, read_table

COLUMNS = {
    "authority_code": Column(("Myndighedskode", "Kommunekode", "Kode"), 10, may_be_empty=True),
    "year": Column(("År",), 10),
    "week": Column(("Uge", "Ugenummer", "Ugenr"), 10),
}
FIRST_YEAR, LAST_YEAR = 2000, 2100
MOST_WEEKS = 26  # of an authority and year: more are no breaks, but a mistake


class QuietRow(NamedTuple):
    """An empty code is for all authorities without rows of their own."""

    authority_code: str
    year: int
    week: int


def read_quiet_weeks(data: bytes) -> tuple[list[QuietRow], list[Problem]]:
    """Return the rows of the file, and all that is wrong with it; no rows when anything is."""
    rows, problems = read_table(data, COLUMNS)
    found: dict[QuietRow, int] = {}
    for row in rows:
        read = _read(row)
        if isinstance(read, Problem):
            problems.append(read)
        elif read in found:
            problems.append(Problem("quiet_twice", "", {"row": row.number, "first": found[read]}))
        else:
            found[read] = row.number
    problems += _too_many(list(found))
    return ([] if problems else list(found)), problems


def weeks_in(year: int) -> int:
    """Return the number of the last week of a year: 52 or 53."""
    return date(year, 12, 28).isocalendar().week


def _read(row: Row) -> QuietRow | Problem:
    year, week = row.cells["year"], row.cells["week"]
    if not (year.isascii() and year.isdigit() and FIRST_YEAR <= int(year) <= LAST_YEAR):
        return Problem("quiet_bad_year", "", {"row": row.number, "value": year})
    weeks = weeks_in(int(year))
    if not (week.isascii() and week.isdigit() and 1 <= int(week) <= weeks):
        return Problem("quiet_bad_week", "", {"row": row.number, "value": week, "year": year, "weeks": weeks})
    return QuietRow(row.cells["authority_code"], int(year), int(week))


def _too_many(rows: Sequence[QuietRow]) -> list[Problem]:
    counts: dict[tuple[str, int], int] = {}
    for row in rows:
        key = (row.authority_code, row.year)
        counts[key] = counts.get(key, 0) + 1
    return [
        Problem("quiet_too_many", "", {"code": code, "year": year, "weeks": weeks, "most": MOST_WEEKS})
        for (code, year), weeks in counts.items()
        if weeks > MOST_WEEKS
    ]
