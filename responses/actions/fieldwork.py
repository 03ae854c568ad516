"""Open a round for answers, and close it."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from barometer import audit, catalogues
from barometer.bulk import copy_rows
from barometer.formats import language_name
from barometer.models import User
from barometer.problems import Problem
from responses.actions import contact, left_off
from responses.case_search import search_row
from responses.models import Case, CaseEvent, CaseSearch, LinkHolder
from responses.statistics.dispositions import EventKind
from surveys.actions.contact_plan import plan_problems
from surveys.actions.round import missing_texts
from surveys.models import AddressKind, Round, SampleUnit, WorkplaceContact


class OpeningRefused(Exception):
    """The round lacks something. ``problems`` holds all that is missing."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(", ".join(problem.code for problem in problems))
        self.problems = problems


class RoundNotOpen(Exception):
    """Only a round in the field can be closed."""


def opening_problems(round_: Round) -> list[Problem]:
    """Return all that keeps the round from being opened."""
    checks = {
        "round_already_opened": round_.opened_at is not None,
        "questionnaire_not_published": round_.questionnaire.published_at is None,
        "round_without_sample": not hasattr(round_, "sample"),
    }
    problems = [Problem(code, "") for code, wrong in checks.items() if wrong]
    problems += plan_problems(round_)
    problems += [
        Problem("round_text_missing", "", {"field": field.label, "language": language_name(language)})
        for field, language in missing_texts(round_)
    ]
    return problems + [
        Problem("round_language_incomplete", "", {"language": language_name(language), "missing": missing})
        for language in round_.languages
        if not round_.rehearsal and (missing := catalogues.untranslated(language))
    ]


@transaction.atomic
def open_round(*, round_: Round, by: User | None, at: datetime) -> int:
    """Make one case per sample unit and prepare what is due by now; return the number of cases.

    As a rule those are the invitations; of a round that is opened ahead of its first day it is a kick-off, or nothing.
    From here on the link holder, not the frame, says where a case is written to.
    Raises: OpeningRefused, with nothing changed.
    """
    round_ = Round.objects.select_for_update(of=("self",)).select_related("questionnaire").get(pk=round_.pk)
    if problems := opening_problems(round_):
        raise OpeningRefused(problems)
    units = list(SampleUnit.objects.filter(sample__round=round_).select_related("workplace").order_by("pk"))
    contacts = WorkplaceContact.objects.filter(workplace__round=round_, workplace__sample_unit__isnull=False).in_bulk()
    cases = Case.objects.bulk_create(
        [
            Case(round=round_, sample_unit=unit, language=_language(round_, contacts.get(unit.workplace_id)))
            for unit in units
        ],
        batch_size=500,
    )
    copy_rows(CaseSearch, [search_row(case, unit.workplace) for case, unit in zip(cases, units, strict=True)])
    owners = [_owner(case, contacts.get(unit.workplace_id)) for case, unit in zip(cases, units, strict=True)]
    LinkHolder.objects.bulk_create(owners, batch_size=500)
    CaseEvent.objects.bulk_create(
        [CaseEvent(case=case, kind=EventKind.OPENED, at=at, by=by) for case in cases], batch_size=500
    )
    round_.opened_at = at
    round_.save(update_fields=["opened_at"])
    audit.record("round.opened", target=round_, by=by, at=at, facts={"cases": len(cases)})
    contact.prepare_due_of(round_=round_, at=at, by=by, at_any_hour=True)
    return len(cases)


@transaction.atomic
def close_round(*, round_: Round, by: User | None, at: datetime) -> None:
    """End the fieldwork: no answer counts and no mail leaves from here on.

    How far answers have come that are not submitted is noted, and who is away until after now. Closed before it was
    opened, as a clock has it that was set back, the round closes in the moment of the opening.
    Raises: RoundNotOpen.
    """
    round_ = Round.objects.select_for_update(of=("self",)).select_related("questionnaire").get(pk=round_.pk)
    if round_.status != Round.Status.OPEN or round_.opened_at is None:
        raise RoundNotOpen
    round_.closed_at = max(at, round_.opened_at)
    round_.save(update_fields=["closed_at"])
    contact.cancel_queued(round_=round_, at=at)
    facts = {"answers_left": left_off.note_left(round_=round_, at=at)}
    facts |= {"absent": left_off.note_absent(round_=round_, at=at)}
    audit.record("round.closed", target=round_, by=by, at=at, facts=facts)


def _language(round_: Round, contact_: WorkplaceContact | None) -> str:
    languages: list[str] = round_.languages
    return contact_.language if contact_ and contact_.language in languages else languages[0]


def _owner(case: Case, contact_: WorkplaceContact | None) -> LinkHolder:
    if contact_ is None:
        return LinkHolder(case=case, address_kind=AddressKind.WORKPLACE)
    return LinkHolder(
        case=case, name=contact_.leader, email=contact_.email, phone=contact_.phone, address_kind=contact_.kind
    )
