"""Lists of cases and notes leave as files; who took which stands in the audit log."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import QuerySet

from barometer import audit, spreadsheet
from barometer.models import User
from responses import case_exports
from responses.models import Case
from surveys.models import Round


def take_cases(*, round_: Round, cases: QuerySet[Case], language: str, by: User, at: datetime) -> Iterator[str]:
    """Return these cases as a CSV file, line by line."""
    audit.record("cases.exported", target=round_, by=by, at=at, facts={"cases": cases.count()})
    return spreadsheet.lines_in(language, case_exports.case_rows(cases))


def take_notes(*, round_: Round, language: str, by: User, at: datetime) -> Iterator[str]:
    """Return the notes of a round as a CSV file, line by line."""
    audit.record("notes.exported", target=round_, by=by, at=at)
    return spreadsheet.lines_in(language, case_exports.note_rows(round_))
