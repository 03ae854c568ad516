"""Make a closed round of a questionnaire document and a file of answers (docs/import-format.md)."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils import timezone

from barometer import audit
from barometer.models import User
from barometer.problems import Problem
from responses.actions.imported_rows import store_rows
from responses.actions.weighting import take_over_weights
from responses.importing.reading import Import, Settings, Source, read_import
from responses.importing.table import Findings
from responses.models import ImportedRound
from surveys.actions.questionnaire import DocumentRefused, load_questionnaire, publish_questionnaire
from surveys.actions.round import create_round
from surveys.models import Questionnaire, Round
from surveys.questionnaire.definition import Questionnaire as Definition
from surveys.questionnaire.document import from_yaml


class ImportRefused(Exception):
    """Nothing was stored. ``problems`` holds the first of what is wrong, ``count`` says how much there is."""

    def __init__(self, problems: Sequence[Problem], count: int) -> None:
        super().__init__(", ".join(problem.code for problem in problems[:5]))
        self.problems, self.count = problems, count


@dataclass(frozen=True, slots=True)
class Fieldwork:
    """The round as it was held, and how its files are to be read: see ``reading.Settings``."""

    slug: str
    opens_on: date
    closes_on: date
    deadline: date | None = None
    rehearsal: bool = False
    drop: bool = False
    use_weights: bool = True


@dataclass(frozen=True, slots=True)
class Imported:
    """What was made: a closed round, and what the files said and did not say."""

    round: Round
    found: Import


def import_round(
    *, document: str, responses: Source, strata: Source | None, fieldwork: Fieldwork, by: User | None, at: datetime
) -> Imported:
    """Check everything, then store the questionnaire, the round, its strata, units and answers in one transaction.

    A questionnaire that is there already, published and the same, is used again.
    Raises: ImportRefused; DocumentRefused.
    """
    definition, problems = from_yaml(document)
    if definition is None:
        raise DocumentRefused(problems)
    findings = _obstacles(definition, fieldwork, timezone.localdate(at))
    found = None
    if not findings.count:
        found, findings = read_import(definition, responses, strata, _settings(fieldwork))
    if found is None:
        raise ImportRefused(findings.problems, findings.count)
    return _store(document, found, responses, strata, fieldwork, by, at)


def _settings(fieldwork: Fieldwork) -> Settings:
    zone = timezone.get_default_timezone()
    return Settings(fieldwork.opens_on, fieldwork.closes_on, zone, fieldwork.drop, fieldwork.use_weights)


def _obstacles(definition: Definition, fieldwork: Fieldwork, today: date) -> Findings:
    """Return what the round itself, or what is stored already, forbids."""
    findings = Findings()
    deadline = fieldwork.deadline or fieldwork.closes_on
    if Round.objects.filter(slug=fieldwork.slug).exists():
        findings.say("import_slug_taken", slug=fieldwork.slug)
    if not fieldwork.opens_on <= deadline <= fieldwork.closes_on <= today:
        dates = {"opens": fieldwork.opens_on, "deadline": deadline, "closes": fieldwork.closes_on, "today": today}
        findings.say("import_dates", **dates)
    there = Questionnaire.objects.filter(code=definition.code, version=definition.version).first()
    if there is not None and there.published_at is None:
        findings.say("import_questionnaire_draft", name=definition.name)
    elif there is not None and there.definition() != definition:
        findings.say("import_questionnaire_differs", name=definition.name)
    return findings


@transaction.atomic
def _store(
    document: str,
    found: Import,
    responses: Source,
    strata: Source | None,
    fieldwork: Fieldwork,
    by: User | None,
    at: datetime,
) -> Imported:
    questionnaire = load_questionnaire(document=document, by=by, at=at).questionnaire
    if questionnaire.published_at is None:
        publish_questionnaire(questionnaire=questionnaire, by=by, at=at)
    round_ = create_round(
        slug=fieldwork.slug,
        questionnaire=questionnaire,
        opens_on=fieldwork.opens_on,
        deadline=fieldwork.deadline or fieldwork.closes_on,
        closes_on=fieldwork.closes_on,
        rehearsal=fieldwork.rehearsal or found.rehearsal,
        plan=(),
        by=by,
        at=at,
    )
    zone = timezone.get_default_timezone()
    round_.opened_at = datetime.combine(fieldwork.opens_on, time(0), zone)
    round_.closed_at = min(at, datetime.combine(fieldwork.closes_on + timedelta(days=1), time(0), zone))
    round_.save(update_fields=["opened_at", "closed_at"])
    digest = hashlib.sha256(responses.data).hexdigest()
    weights = store_rows(round_, found, digest, by=by)
    if found.weighted:
        take_over_weights(round_=round_, name=responses.name[-60:], values=weights, by=by, at=at)
    facts = _facts(found)
    ImportedRound.objects.create(
        round=round_,
        name=responses.name[-255:],
        sha256=digest,
        strata_sha256=hashlib.sha256(strata.data).hexdigest() if strata else "",
        rows=len(found.rows),
        timed=found.timed,
        sampled=found.sampled,
        facts=facts,
        imported_at=at,
        imported_by=by,
    )
    facts = {"sha256": digest, "rows": len(found.rows), **facts}
    audit.record("round.imported", target=round_, by=by, at=at, facts=facts)
    return Imported(round_, found)


def _facts(found: Import) -> dict[str, object]:
    return {
        "weighted": found.weighted,
        "without": list(found.without),
        "not_stored": list(found.not_stored),
        "missing": list(found.missing),
        "dropped": dict(found.dropped),
    }
