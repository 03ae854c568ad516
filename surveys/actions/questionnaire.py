"""Load a questionnaire document as a draft, and publish it."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from django.db import transaction

from barometer import audit
from barometer.models import User
from barometer.problems import Problem
from surveys.actions.checking import findings
from surveys.models import Choice, DerivedVariable, Page, Question, Questionnaire, RegisterVariable, Scale
from surveys.models.questionnaire import QuestionnaireFrozen
from surveys.questionnaire import definition
from surveys.questionnaire.checks import SLUG
from surveys.questionnaire.document import from_yaml, label_to_plain, to_yaml
from surveys.questionnaire.expression import ExpressionError

SHIPPED = Path(__file__).resolve().parent.parent / "questionnaires"


class DocumentRefused(Exception):
    """The document has errors; ``problems`` holds all of them, warnings included. Nothing was written."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(", ".join(f"{problem.where}: {problem.code}" for problem in problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Loaded:
    """What loading did; ``problems`` are warnings."""

    questionnaire: Questionnaire
    outcome: Literal["created", "replaced", "unchanged"]
    problems: Sequence[Problem]


@transaction.atomic
def load_questionnaire(*, document: str, by: User | None, at: datetime) -> Loaded:
    """Write the rows of a draft, all or nothing; a draft of the same code and version is replaced.

    Raises: DocumentRefused with every problem; QuestionnaireFrozen when that version is published with other content.
    """
    read, problems = from_yaml(document)
    if read is None:
        raise DocumentRefused(problems)
    questionnaire = Questionnaire.objects.select_for_update().filter(code=read.code, version=read.version).first()
    outcome: Literal["created", "replaced"] = "created" if questionnaire is None else "replaced"
    if questionnaire is None:
        questionnaire = Questionnaire(code=read.code, version=read.version)
    elif _definition_of(questionnaire) == read:
        return Loaded(questionnaire, "unchanged", problems)
    elif questionnaire.published_at is not None:
        raise QuestionnaireFrozen
    _write(questionnaire, read)
    facts = {"document_sha256": hashlib.sha256(document.encode()).hexdigest()}
    audit.record(f"questionnaire.{outcome}", target=str(questionnaire), by=by, at=at, facts=facts)
    return Loaded(questionnaire, outcome, problems)


@transaction.atomic
def publish_questionnaire(*, questionnaire: Questionnaire, by: User | None, at: datetime) -> None:
    """Freeze a draft, so that rounds may use it; its rows are checked as a document is.

    Raises: DocumentRefused; QuestionnaireFrozen when it is published already.
    """
    locked = Questionnaire.objects.select_for_update().get(pk=questionnaire.pk)
    if locked.published_at is not None:
        raise QuestionnaireFrozen
    found = findings(locked)
    if found.errors:
        raise DocumentRefused([*found.errors, *found.warnings])
    document = to_yaml(locked.definition())
    locked.published_at = at
    locked.save(update_fields=["published_at"])
    locked.forget_definition()
    questionnaire.published_at = at
    facts = {
        "document_sha256": hashlib.sha256(document.encode()).hexdigest(),
        "warnings": sorted({f"{problem.where}: {problem.code}" for problem in found.warnings}),
    }
    audit.record("questionnaire.published", target=str(questionnaire), by=by, at=at, facts=facts)


def shipped_document(name: str) -> str | None:
    """The document of an instrument that comes with the project, by its code; None when there is none."""
    path = SHIPPED / f"{name}.yaml"
    return path.read_text(encoding="utf-8") if SLUG.fullmatch(name) and path.is_file() else None


def _definition_of(questionnaire: Questionnaire) -> definition.Questionnaire | None:
    """None when the rows of a draft hold an expression that cannot be read."""
    try:
        return questionnaire.definition()
    except ExpressionError:
        return None


def _write(questionnaire: Questionnaire, read: definition.Questionnaire) -> None:
    """Replace everything below the questionnaire's row."""
    questionnaire.country = read.country
    questionnaire.reference_start, questionnaire.reference_end = read.reference_start, read.reference_end
    questionnaire.languages = list(read.languages)
    questionnaire.title = label_to_plain(read.title)
    questionnaire.texts = {name: label_to_plain(label) for name, label in read.texts.items()}
    questionnaire.save()
    questionnaire.questions.all().delete()  # before the scales that they use
    questionnaire.pages.all().delete()
    questionnaire.scales.all().delete()
    questionnaire.derived_variables.all().delete()
    questionnaire.register_variables.all().delete()
    _write_variables(questionnaire, read)
    scales = Scale.objects.bulk_create(
        Scale(questionnaire=questionnaire, position=position, name=name)
        for position, name in enumerate(read.scales, start=1)
    )
    Choice.objects.bulk_create(
        row for scale in scales for row in _choices(read.scales[scale.name], Choice.Kind.OPTION, scale=scale)
    )
    _write_questions(questionnaire, read, {scale.name: scale for scale in scales})


def _write_questions(questionnaire: Questionnaire, read: definition.Questionnaire, scales: dict[str, Scale]) -> None:
    """Pages, questions and their choices; not the options of a scale or the rows copied by ``rows_like``."""
    pages = Page.objects.bulk_create(
        Page(questionnaire=questionnaire, position=position, name=page.name, label=label_to_plain(page.label))
        for position, page in enumerate(read.pages, start=1)
    )
    questions = Question.objects.bulk_create(
        _question(questionnaire, row, position, read.question(code), scales)
        for page, row in zip(read.pages, pages, strict=True)
        for position, code in enumerate(page.questions, start=1)
    )
    choices: list[Choice] = []
    for row in questions:
        question = read.question(row.code)
        if question.scale is None:
            choices += _choices(question.options, Choice.Kind.OPTION, question=row)
        if question.rows_like is None:
            choices += _choices(question.rows, Choice.Kind.ROW, question=row)
    Choice.objects.bulk_create(choices)


def _write_variables(questionnaire: Questionnaire, read: definition.Questionnaire) -> None:
    RegisterVariable.objects.bulk_create(
        RegisterVariable(
            questionnaire=questionnaire,
            position=position,
            name=variable.name,
            type=variable.type,
            label=label_to_plain(variable.label),
            codes=[{"code": choice.code, "label": label_to_plain(choice.label)} for choice in variable.codes],
        )
        for position, variable in enumerate(read.register, start=1)
    )
    DerivedVariable.objects.bulk_create(
        DerivedVariable(
            questionnaire=questionnaire,
            position=position,
            name=derived.name,
            expression=derived.expression.text,
            label=label_to_plain(derived.label),
        )
        for position, derived in enumerate(read.derived, start=1)
    )


def _question(
    questionnaire: Questionnaire, page: Page, position: int, question: definition.Question, scales: dict[str, Scale]
) -> Question:
    soft_check = question.soft_check
    return Question(
        questionnaire=questionnaire,
        page=page,
        position=position,
        code=question.code,
        type=question.type,
        label=label_to_plain(question.label),
        hint=_label(question.hint),
        ask_if=question.ask_if.text if question.ask_if else "",
        required=question.required,
        max_marks=question.max_marks,
        max_length=question.max_length,
        enabled=question.enabled,
        scale=scales[question.scale] if question.scale else None,
        rows_like=question.rows_like or "",
        rows_marked_in=question.rows_marked_in or "",
        row_text=_label(question.row_text),
        soft_check_when=soft_check.when.text if soft_check else "",
        soft_check_text=label_to_plain(soft_check.label) if soft_check else None,
    )


def _choices(
    choices: Sequence[definition.Choice], kind: str, *, question: Question | None = None, scale: Scale | None = None
) -> list[Choice]:
    return [
        Choice(
            question=question,
            scale=scale,
            kind=kind,
            position=position,
            code=choice.code,
            value=choice.value,
            label=label_to_plain(choice.label),
            hint=_label(choice.hint),
            ask_if=choice.ask_if.text if choice.ask_if else "",
            exclusive=choice.exclusive,
            open=choice.open,
            group=choice.group or "",
            enabled=choice.enabled,
        )
        for position, choice in enumerate(choices, start=1)
    ]


def _label(label: definition.Label | None) -> dict[str, object] | None:
    return None if label is None else label_to_plain(label)
