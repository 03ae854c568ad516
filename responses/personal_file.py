"""Everything that is known about one workplace or person: what somebody who asks for their data is given."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain
from typing import Any

from django.apps import apps
from django.db.models import Model, Q, QuerySet

from barometer.personal_data import FIELDS
from responses.models import Case
from responses.references import case_of, reference

# How a row of each model is found from cases.
OF_A_CASE: Mapping[str, str] = {
    "surveys.WorkplaceContact": "workplace__sample_unit__case",
    "responses.Case": "pk",
    "responses.LinkHolder": "case",
    "responses.HandOver": "holder__case",
    "responses.CaseEvent": "case",
    "responses.CaseContact": "holder__case",
    "responses.ResultRequest": "holder__case",
    "responses.DeclineReason": "case",
    "responses.Mail": "lines__case",
    "responses.ContactAttempt": "case",
    "responses.MailReturn": "mail__lines__case",
    "responses.Call": "case",
    "responses.CaseNote": "case",
    "responses.CasePause": "case",
    "responses.BulkChange": "case",
    "responses.CallClaim": "case",
    "responses.ContactCorrection": "case",
    "responses.LeftOff": "case",
    "responses.Response": "case",
    "responses.Screening": "response__case",
    "responses.Weight": "case",
}
# And how from an e-mail address, where no case is behind the row.
OF_AN_ADDRESS: Mapping[str, str] = {
    "surveys.WorkplaceContact": "email",
    "surveys.AuthorityContact": "email",
    "responses.Coordinator": "contact__email",
    "responses.Mail": "address",
    "responses.CaseContact": "email",
    "responses.ResultRequest": "email",
    "barometer.User": "email",
}
# Personal because they say who of the staff did something when: found by the name of the account, in the audit log.
OF_STAFF = frozenset(
    {
        "barometer.AuditEvent",
        "surveys.ImportRemark",
        "surveys.RoundRole",
        "surveys.QuestionnaireSnapshot",
        "surveys.RoundText",
        "surveys.MailText",
        "surveys.FrameFile",
        "surveys.Sample",
        "responses.Wave",
        "responses.BulkAct",
        "responses.DigestReader",
        "responses.DigestMail",
        "responses.MailDomain",
        "responses.ImportedRound",
        "responses.ExportFile",
        "responses.WeightSet",
    }
)
ANSWERS = frozenset({"responses.Response"})
SECRET = frozenset({"password"})


@dataclass(frozen=True, slots=True)
class Entry:
    """One row: its number, and its personal fields by name, as values of JSON."""

    pk: int
    values: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Section:
    """The rows of one model."""

    model: str
    label: str
    entries: tuple[Entry, ...]


def cases_of(words: str) -> QuerySet[Case]:
    """Return the cases of a register number, of a reference, or of an e-mail address that is or was written to."""
    found = Q(sample_unit__workplace__register_id=words)
    if "@" in words:
        found = (
            Q(holders__email__iexact=words)
            | Q(sample_unit__workplace__contact__email__iexact=words)
            | Q(contact_attempts__mail__address__iexact=words)
            | Q(contact_corrections__email__iexact=words)
        )
    elif (number := case_of(words)) is not None:
        found |= Q(pk=number)
    numbers = Case.objects.filter(found).order_by().values("pk")
    return Case.objects.filter(pk__in=numbers).select_related("round", "sample_unit__workplace").order_by("pk")


def sections(cases: QuerySet[Case], address: str, *, with_answers: bool) -> Iterator[Section]:
    """Yield everything personal about these cases and this address ("" for none); one query per model."""
    numbers = list(cases.values_list("pk", flat=True))
    for label in sorted(OF_A_CASE.keys() | OF_AN_ADDRESS.keys()):
        if label in ANSWERS and not with_answers:
            continue
        model: type[Model] = apps.get_model(label)
        wanted = Q(**{f"{OF_A_CASE[label]}__in": numbers}) if label in OF_A_CASE else Q(pk__in=())
        if address and label in OF_AN_ADDRESS:
            wanted |= Q(**{f"{OF_AN_ADDRESS[label]}__iexact": address})
        rows = model._default_manager.filter(wanted).order_by("pk").distinct()
        entries = tuple(_entry(row, FIELDS[label].personal.split()) for row in rows)
        if entries:
            yield Section(label, str(model._meta.verbose_name), entries)


def document(cases: QuerySet[Case], found: Iterator[Section]) -> dict[str, Any]:
    """Return the file as a JSON document."""
    return {
        "cases": [
            {
                "reference": reference(case.pk),
                "round": case.round.slug,
                "register_id": case.sample_unit.workplace.register_id,
                "name": case.sample_unit.workplace.name,
                "address": case.sample_unit.workplace.address,
            }
            for case in cases
        ],
        "data": {section.model: [{"id": entry.pk, **entry.values} for entry in section.entries] for section in found},
    }


def _entry(row: Model, names: list[str]) -> Entry:
    shown = (name for name in names if name not in SECRET)
    return Entry(int(row.pk), {name: _value(row, name) for name in shown})


def _value(row: Model, name: str) -> object:
    """Return a field as a value of JSON; of another row only its number, so that nobody else is told about."""
    field = row._meta.get_field(name)
    if field.many_to_many:
        return None
    value = field.value_from_object(row)  # type: ignore[union-attr]
    return value.isoformat() if isinstance(value, (date, datetime)) else value


def models_known() -> set[str]:
    """Return the models that this module accounts for; a test compares it with those that have personal fields."""
    return set(chain(OF_A_CASE, OF_AN_ADDRESS, OF_STAFF))
