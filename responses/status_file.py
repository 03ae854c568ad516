"""How units stand in a newer register, from a CSV file (PURE): register id;status."""

from collections.abc import Collection
from enum import StrEnum
from typing import NamedTuple

from barometer.problems import Problem
from surveys.register_headers import HEADERS, normalise
from surveys.small_table import Column, Row, read_table


class Status(StrEnum):
    """How a unit stands in the newer register on the day that decides who is eligible."""

    EXISTS = "exists"
    CLOSED = "closed"
    MERGED = "merged"
    NOT_FOUND = "not_found"


WORDS = {
    Status.EXISTS: ("exists", "active", "findes", "aktiv"),
    Status.CLOSED: ("closed", "ceased", "nedlagt", "ophørt"),
    Status.MERGED: ("merged", "lagt sammen", "sammenlagt", "fusioneret"),
    Status.NOT_FOUND: ("not found", "ikke fundet", "findes ikke"),
}
STATUSES = {normalise(word): status for status, words in WORDS.items() for word in (status.value, *words)}
ACCEPTED = ", ".join(words[0] for words in WORDS.values())
COLUMNS = {
    "register_id": Column(HEADERS["register_id"], 20),
    "status": Column(("Status", "Registerstatus", "Tilstand"), 40),
}


class StatusRow(NamedTuple):
    """One unit; ``number`` is the line as a spreadsheet numbers it."""

    number: int
    register_id: str
    status: Status


def read_statuses(data: bytes, sampled: Collection[str]) -> tuple[list[StatusRow], list[Problem]]:
    """Return the rows of the file, and all that is wrong with it; no rows when anything is.

    CSV with comma or semicolon, UTF-8 or Windows-1252; further columns are passed over.

    Args:
        sampled: the register ids that may stand in it. One that a spreadsheet has stripped of the zeros before it is
            taken for the only one that it can be.
    """
    rows, problems = read_table(data, COLUMNS)
    stripped = _without_zeros(sampled)
    found: list[StatusRow] = []
    row_of: dict[str, int] = {}
    for row in rows:
        written = row.cells["register_id"].removeprefix("'")
        register_id = written if written in sampled else stripped.get(written, written)
        faults = _faults(row, register_id, sampled)
        if row_of.setdefault(register_id, row.number) != row.number:
            params = {"row": row.number, "first": row_of[register_id], "value": register_id}
            faults.append(Problem("status_twice", "", params))
        problems += faults
        if not faults:
            found.append(StatusRow(row.number, register_id, STATUSES[normalise(row.cells["status"])]))
    return ([] if problems else found), problems


def _without_zeros(sampled: Collection[str]) -> dict[str, str]:
    """Return the register ids by what a spreadsheet may leave of them, where that tells them apart."""
    found: dict[str, str] = {}
    twice = set()
    for register_id in sampled:
        short = register_id.lstrip("0")
        if short in found:
            twice.add(short)
        found[short] = register_id
    return {short: register_id for short, register_id in found.items() if short not in twice}


def _faults(row: Row, register_id: str, sampled: Collection[str]) -> list[Problem]:
    status = row.cells["status"]
    checks = {
        "status_not_sampled": (register_id not in sampled, {"value": register_id}),
        "status_unknown_word": (normalise(status) not in STATUSES, {"value": status, "accepted": ACCEPTED}),
    }
    return [Problem(code, "", {"row": row.number, **params}) for code, (wrong, params) in checks.items() if wrong]
