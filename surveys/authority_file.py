"""Contact persons of authorities from a CSV file (PURE): authority_code;name;email;language."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from barometer.addresses import is_address, is_reserved_address
from barometer.problems import Problem
from surveys.small_table import Column, Row, read_table

COLUMNS = {
    "authority_code": Column(("Myndighedskode", "Kommunekode", "Kode"), 10),
    "name": Column(("Navn", "Kontaktperson"), 60, may_be_missing=True, may_be_empty=True),
    "email": Column(("E-mail", "Mail", "Mailadresse"), 254),
    "language": Column(("Sprog",), 7, may_be_missing=True, may_be_empty=True),
}


class ContactRow(NamedTuple):
    """A contact person; ``authority`` is the name that the frame has for the code."""

    authority_code: str
    authority: str
    name: str
    email: str
    language: str


def read_contacts(
    data: bytes, *, authorities: Mapping[str, str], languages: Sequence[str], reserved_addresses: bool
) -> tuple[list[ContactRow], list[Problem]]:
    """Return the rows of the file, and all that is wrong with it; no rows when anything is.

    Args:
        authorities: the names of the authorities in the frame by code.
        languages: those of the round; an empty cell means the first.
        reserved_addresses: take only addresses that reach nobody, as a rehearsal must.
    """
    rows, problems = read_table(data, COLUMNS)
    found: list[ContactRow] = []
    row_of: dict[str, int] = {}
    for row in rows:
        code = row.cells["authority_code"]
        language = row.cells["language"].lower() or languages[0]
        faults = list(_faults(row, authorities, languages, language, reserved_addresses))
        if row_of.setdefault(code, row.number) != row.number:
            faults.append(Problem("contact_twice", "", {"row": row.number, "first": row_of[code], "value": code}))
        problems += faults
        if not faults:
            found.append(ContactRow(code, authorities[code], row.cells["name"], row.cells["email"], language))
    return ([] if problems else found), problems


def _faults(
    row: Row, authorities: Mapping[str, str], languages: Sequence[str], language: str, reserved_addresses: bool
) -> list[Problem]:
    email, code = row.cells["email"], row.cells["authority_code"]
    checks = {
        "contact_unknown_authority": (code not in authorities, {"value": code}),
        "contact_unknown_language": (language not in languages, {"value": language, "languages": ", ".join(languages)}),
        "contact_bad_email": (not is_address(email), {"column": "email"}),
        "contact_not_reserved": (reserved_addresses and is_address(email) and not is_reserved_address(email), {}),
    }
    return [Problem(code_, "", {"row": row.number, **params}) for code_, (wrong, params) in checks.items() if wrong]
