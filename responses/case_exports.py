"""Lists of cases, and what staff have noted, as CSV files; no name, address or number of a person in the first."""

from collections.abc import Iterable, Iterator

from django.db.models import QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from barometer import spreadsheet
from responses.models import Case, CaseNote
from responses.references import reference
from surveys.models import Round

ROWS_AT_ONCE = 500


def case_rows(cases: QuerySet[Case]) -> Iterator[list[str]]:
    """Yield the header in the active language, then a row per case."""
    yield [
        _("Reference"),
        _("Register number"),
        _("Workplace"),
        _("Authority"),
        _("Level"),
        _("Stratum"),
        _("Language"),
        _("Status"),
    ]
    for case in cases.select_related("sample_unit__workplace", "sample_unit__stratum").iterator(ROWS_AT_ONCE):
        workplace = case.sample_unit.workplace
        yield [
            reference(case.pk),
            workplace.register_id,
            workplace.name,
            workplace.authority,
            str(workplace.get_level_display()),
            case.sample_unit.stratum.code,
            case.language,
            str(case.get_disposition_display()),
        ]


def note_rows(round_: Round) -> Iterator[list[str]]:
    """Yield the header in the active language, then a row per note; one that was corrected says by which."""
    yield [_("No."), _("Corrects no."), _("Written"), _("By"), _("Register number"), _("Workplace"), _("Note")]
    notes = CaseNote.objects.filter(case__round=round_).select_related("by", "case__sample_unit__workplace")
    for note in notes.order_by("pk").iterator(ROWS_AT_ONCE):
        workplace = note.case.sample_unit.workplace
        yield [
            str(note.pk),
            str(note.corrects_id or ""),
            timezone.localtime(note.at).strftime("%Y-%m-%d %H:%M"),
            note.by.get_username() if note.by else "",
            workplace.register_id,
            workplace.name,
            note.text,
        ]


def lines(rows: Iterable[list[str]], language: str) -> Iterator[str]:
    """Yield a file line by line: semicolons, but commas for a spreadsheet in English; no cell is ever a formula."""
    with translation.override(language):
        table = list(rows)
    return spreadsheet.lines(table, language)
