"""``make_*``: valid by default; pass only what the test is about."""

import csv
import io
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from django.conf import settings
from django.db import models

from responses.actions.events import record
from responses.case_search import search_row
from responses.models import Case, Coordinator, HandOver, LinkHolder, Response
from responses.statistics.dispositions import EventKind
from responses.statistics.hand_over import silent_after
from surveys.actions.default_plan import StepPlan
from surveys.actions.frame import load_frame
from surveys.actions.round import create_round
from surveys.actions.sample import draw_sample
from surveys.models import (
    AuthorityContact,
    ContactStep,
    FrameFile,
    Questionnaire,
    Round,
    Sample,
    SampleUnit,
    Stratum,
    Workplace,
    WorkplaceContact,
)
from surveys.sampling import permanent_random_number
from tests.instruments import instrument

NOON = datetime(2020, 1, 7, 11, tzinfo=UTC)  # the first day of make_round, 12 o'clock in Denmark

TINY = """
code: {code}
version: 1
country: DK
reference_period: {{start: "2018-01-01", end: "2019-12-31"}}
languages: [da, en]
title: {{da: "Lille undersøgelse", en: "Small survey"}}
texts: {{}}
register: []
scales: {{}}
derived: []
pages:
- name: only
  label: {{da: "Spørgsmål", en: "Questions"}}
  questions:
  - code: new
    type: single
    label: {{da: "Har I indført noget nyt?", en: "Have you introduced anything new?"}}
    options:
    - {{code: "yes", value: 1, label: {{da: "Ja", en: "Yes"}}}}
    - {{code: "no", value: 0, label: {{da: "Nej", en: "No"}}}}
"""

SHORT_PLAN = (
    StepPlan(ContactStep.MailName.INVITATION, 0, waits=False),
    StepPlan(ContactStep.MailName.REMINDER_1, 5, waits=False),
)

_numbers = count(1)


def make_questionnaire(document: str = "", *, code: str = "", published: bool = True) -> Questionnaire:
    """One question, yes or no, unless a document is given."""
    if document:
        return instrument(document, at=NOON, published=published)
    return instrument(TINY, at=NOON, code=code or f"tiny-{next(_numbers)}", published=published)


def make_round(**changes: Any) -> Round:
    """A rehearsal in January and February 2020, as a draft.

    Its plan is an invitation and a reminder on their very days, which nobody has to approve.
    """
    plan: dict[str, Any] = {
        "slug": f"round-{next(_numbers)}",
        "opens_on": date(2020, 1, 7),
        "deadline": date(2020, 2, 6),
        "closes_on": date(2020, 2, 21),
        "rehearsal": True,
        "second_person": False,
        "plan": SHORT_PLAN,
        "by": None,
        "at": NOON,
    }
    if "questionnaire" not in changes:
        plan["questionnaire"] = make_questionnaire()
    return create_round(**plan | changes)


def make_workplace(
    round_: Round | None = None, *, contact: Mapping[str, Any] | None = None, **changes: Any
) -> Workplace:
    """A municipal kindergarten with 12 employees and a leader who has an address of their own."""
    number = next(_numbers)
    values: dict[str, Any] = {
        "register_id": f"{number:010}",
        "name": f"Børnehave {number:04} (øvelse)",
        "address": f"Øvelsesvej {number}, 8000 Aarhus C",
        "level": "municipality",
        "authority_code": "751",
        "authority": "Aarhus Kommune",
        "db07": "889130",
        "industry_group": "childcare",
        "employees": 12,
        "size_class": "s10_24",
        "region": "midtjylland",
    } | changes
    values.setdefault("permanent_random_number", permanent_random_number(values["register_id"], settings.SAMPLING_KEY))
    workplace = Workplace.objects.create(round=round_ or make_round(), **values)
    person = {"leader": "Lea Leder", "email": f"leder{number}@boernehave.example", "kind": "person", "language": "da"}
    WorkplaceContact.objects.create(workplace=workplace, **person | dict(contact or {}))
    return workplace


def register_rows(workplaces: int = 40, first: int = 1, **changes: str) -> list[dict[str, str]]:
    """Return lines of a register file by Danish header: municipal kindergartens with 12 employees."""
    return [
        {
            "Arbejdsstedsnummer": f"{number:010}",
            "Navn": f"Børnehave {number:04} (øvelse)",
            "Adresse": f"Øvelsesvej {number}, 8000 Aarhus C",
            "Forvaltningsniveau": "Kommune",
            "Myndighedskode": "751",
            "Myndighed": "Aarhus Kommune",
            "Branche": "889130",
            "Ansatte": "12",
            "Region": "Midtjylland",
            "Leder": "Lea Leder",
            "E-mail": f"leder{number}@boernehave.example",
            "Adressetype": "Person",
        }
        | changes
        for number in range(first, first + workplaces)
    ]


def register_file(rows: Iterable[Mapping[str, str]] | None = None) -> bytes:
    """Return a register file as a Danish spreadsheet saves it: semicolons, UTF-8 with BOM."""
    lines = list(register_rows() if rows is None else rows)
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(lines[0]), delimiter=";")
    writer.writeheader()
    writer.writerows(lines)
    return text.getvalue().encode("utf-8-sig")


def make_frame(round_: Round | None = None, rows: Iterable[Mapping[str, str]] | None = None) -> FrameFile:
    """Load a frame, 40 kindergartens unless other rows are given."""
    round_ = round_ or make_round()
    load_frame(round_=round_, name="register.csv", data=register_file(rows), by=None, at=NOON)
    return FrameFile.objects.get(round=round_)


def make_sample(round_: Round | None = None, *, size: int = 20, start: float = 0.25) -> Sample:
    """Draw from the round's frame, which is made if there is none."""
    round_ = round_ or make_round()
    if not FrameFile.objects.filter(round=round_).exists():
        make_frame(round_)
    return draw_sample(round_=round_, size=size, start=start, accept_merges=True, by=None, at=NOON)


def make_open_round(**changes: Any) -> Round:
    """A rehearsal in the field since NOON, with a short contact plan, the default texts, and no case yet."""
    round_ = make_round(**changes)
    round_.opened_at = NOON
    round_.save(update_fields=["opened_at"])
    return round_


def make_step(round_: Round, mail_name: str, **changes: Any) -> ContactStep:
    """The step of the round's contact plan with this mail, ten days into the field if the plan has none."""
    defaults = {"day": 10, **changes}
    step, made = ContactStep.objects.get_or_create(round=round_, mail_name=mail_name, defaults=defaults)
    if changes and not made:
        ContactStep.objects.filter(pk=step.pk).update(**changes)
        step.refresh_from_db()
    return step


def make_case(
    round_: Round | None = None,
    *,
    events: Iterable[EventKind] = (),
    language: str = "da",
    contact: Mapping[str, Any] | None = None,
    stratum: Stratum | None = None,
    **workplace: Any,
) -> Case:
    """A workplace in the field, drawn with certainty, and its owner; then these events, a minute apart."""
    round_ = round_ or make_open_round()
    unit = make_unit(make_workplace(round_, contact=contact, **workplace), stratum)
    case = Case.objects.create(round=round_, sample_unit=unit, language=language)
    search_row(case, unit.workplace).save()
    person = unit.workplace.contact
    LinkHolder.objects.create(
        case=case, name=person.leader, email=person.email, phone=person.phone, address_kind=person.kind
    )
    for minute, kind in enumerate((EventKind.OPENED, *events)):
        record(case, kind=kind, at=NOON + timedelta(minutes=minute))
    return case


def make_holder(case: Case, role: str = LinkHolder.Role.SHARED, *, at: datetime = NOON, **changes: Any) -> LinkHolder:
    """Somebody who got a link from the owner at that moment; a delegate takes the task from the owner."""
    values: dict[str, Any] = {
        "name": "Dorte Delegat",
        "email": f"dorte{next(_numbers)}@boernehave.example",
        "address_kind": "person",
        "standing": "works",
    } | changes
    delegate = role == LinkHolder.Role.DELEGATE
    holder = LinkHolder.objects.create(case=case, role=role, **values)
    silent_from = silent_after(at) if delegate else None
    HandOver.objects.create(holder=holder, given_by="Lea Leder", asked_at=at, began_at=at, silent_from=silent_from)
    if delegate:
        case.holders.filter(role=LinkHolder.Role.OWNER).update(standing="watches")
    record(case, kind=EventKind.HANDED_OVER if delegate else EventKind.SHARED, at=at, holder=holder)
    return holder


def make_response(case: Case, answers: Mapping[str, object], *, at: datetime = NOON) -> Response:
    """Submitted answers of a case."""
    for kind in (EventKind.STARTED, EventKind.SUBMITTED):
        record(case, kind=kind, at=at)
    questionnaire = case.round.questionnaire
    return Response.objects.create(
        case=case, questionnaire=questionnaire, answers=dict(answers), started_at=at, submitted_at=at
    )


def make_unit(workplace: Workplace, stratum: Stratum | None = None) -> SampleUnit:
    """Put a workplace in its round's sample, in one stratum for all unless one is given."""
    if stratum is None:
        stratum = make_stratum(workplace.round, code="all", level=workplace.level)
    return SampleUnit.objects.create(
        sample=stratum.sample,
        workplace=workplace,
        stratum=stratum,
        inclusion_probability=stratum.sampling_fraction,
    )


def make_authority_contact(round_: Round, **changes: Any) -> AuthorityContact:
    """The contact person of the municipality that ``make_case`` has its workplaces in."""
    values = {
        "authority_code": "751",
        "authority": "Aarhus Kommune",
        "name": "Karen Kontakt",
        "email": "kontakt@kommune.example",
        "language": "da",
    } | changes
    return AuthorityContact.objects.create(round=round_, **values)


def make_coordinator(round_: Round | None = None, *, at: datetime, **contact: Any) -> Coordinator:
    """A coordinator whose link works from that moment, in a round that has coordinators; no mail of it is left."""
    round_ = round_ or make_open_round()
    Round.objects.filter(pk=round_.pk).update(coordinators=True)
    of_round = make_authority_contact(round_, **contact)
    until = at + timedelta(days=30)
    return Coordinator.objects.create(contact=of_round, issued_at=at, expires_at=until)


def make_stratum(round_: Round, *, population_size: int = 1, sample_size: int = 1, **changes: Any) -> Stratum:
    """Return the stratum of that code in the round's sample; both are made if they are not there."""
    inputs = {"size": 1, "start": 0, "minimum_per_stratum": 1, "drawn_at": NOON}
    sample, _ = Sample.objects.get_or_create(round=round_, defaults=inputs)
    values: dict[str, Any] = {
        "level": "municipality",
        "industry_groups": ["childcare"],
        "size_classes": ["s10_24"],
    } | changes
    code = values.pop("code", f"{values['level']}.{values['industry_groups'][0]}.{values['size_classes'][0]}")
    sizes = {"population_size": population_size, "sample_size": sample_size}
    return Stratum.objects.get_or_create(sample=sample, code=code, defaults=values | sizes)[0]


def refreshed(instance: models.Model) -> Any:
    """Return the row as the database has it now."""
    return type(instance)._default_manager.get(pk=instance.pk)
