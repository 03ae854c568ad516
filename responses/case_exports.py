"""Lists of cases, and what staff have noted, as CSV files; no name, address or number of a person in the first."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import F, OuterRef, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from barometer.spreadsheet import Cell
from responses.models import Case, CaseEvent, CaseNote
from responses.references import reference
from responses.statistics.dispositions import EventKind
from surveys.models import Round

ROWS_AT_ONCE = 500


def case_rows(cases: QuerySet[Case]) -> Iterator[list[Cell]]:
    """Yield the header in the active language, then a row per case: all that the rates and groups are counted from.

    Times are local. The weight is the workplaces of the frame that the case stands for.
    """
    yield [
        _("Reference"),
        _("Register number"),
        _("Workplace"),
        _("Authority"),
        _("Level"),
        _("Industry group"),
        _("Size class"),
        _("Region"),
        _("Stratum"),
        _("Design weight"),
        _("Language"),
        _("Status"),
        _("Outcome"),
        _("Invited"),
        _("Started"),
        _("Submitted"),
        _("Device"),
        _("Page"),
    ]
    for case in _with_their_story(cases).iterator(ROWS_AT_ONCE):
        workplace, unit = case.sample_unit.workplace, case.sample_unit
        yield [
            reference(case.pk),
            workplace.register_id,
            workplace.name,
            workplace.authority,
            str(workplace.get_level_display()),
            str(workplace.get_industry_group_display()),
            str(workplace.get_size_class_display()),
            str(workplace.get_region_display()),
            unit.stratum.code,
            1 / unit.inclusion_probability,
            case.language,
            str(case.get_disposition_display()),
            case.outcome,
            *(_time(moment) for moment in (case.invited_at, case.first_started_at, case.submitted_at)),
            case.device or "",
            case.resumes_at or "",
        ]


def _with_their_story(cases: QuerySet[Case]) -> QuerySet[Any]:
    """Return cases with when they were first invited and started, and how their answers stand."""

    def first(kind: EventKind) -> Subquery:
        return Subquery(CaseEvent.objects.filter(case=OuterRef("pk"), kind=kind).order_by("at").values("at")[:1])

    return cases.select_related("sample_unit__workplace", "sample_unit__stratum").annotate(
        invited_at=first(EventKind.INVITED),
        first_started_at=first(EventKind.STARTED),
        submitted_at=F("response__submitted_at"),
        device=F("response__device"),
        resumes_at=F("response__resumes_at"),
    )


def _time(moment: datetime | None) -> str:
    return timezone.localtime(moment).strftime("%Y-%m-%d %H:%M:%S") if moment else ""


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
