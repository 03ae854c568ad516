"""A questionnaire as a whole: load it from a document, start a new version, set it back, publish and delete it."""

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
from surveys.actions.draft import ChangedMeanwhile, Draft, changing, definition_of, keep_snapshot
from surveys.actions.plain import Values
from surveys.models import Act, Choice, DerivedVariable, Page, Part, Question, Questionnaire, RegisterVariable, Scale
from surveys.models.questionnaire import QuestionnaireFrozen
from surveys.questionnaire import definition
from surveys.questionnaire.checks import SLUG
from surveys.questionnaire.document import from_snapshot, from_yaml, label_to_plain, to_yaml

SHIPPED = Path(__file__).resolve().parent.parent / "questionnaires"


class DocumentRefused(Exception):
    """The document has errors; ``problems`` holds all of them, warnings included. Nothing was written."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(", ".join(f"{problem.where}: {problem.code}" for problem in problems))
        self.problems = problems


class OtherQuestionnaire(Exception):
    """The document belongs to another questionnaire than the draft that it is to replace."""


class VersionTaken(Exception):
    """There is a questionnaire of that code and version already."""

    def __init__(self, questionnaire: Questionnaire) -> None:
        super().__init__(str(questionnaire))
        self.questionnaire = questionnaire


class QuestionnaireInUse(Exception):
    """A round uses the questionnaire, or it is published: it cannot be deleted."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What loading did; ``problems`` are warnings."""

    questionnaire: Questionnaire
    outcome: Literal["created", "replaced", "unchanged"]
    problems: Sequence[Problem]


@transaction.atomic
def load_questionnaire(*, document: str, by: User | None, at: datetime, only_new: bool = False) -> Loaded:
    """Write the rows of a draft, all or nothing; a draft of the same code and version is replaced.

    Raises: DocumentRefused with every problem; QuestionnaireFrozen when that version is published with other content;
        with ``only_new`` VersionTaken when that version is there, whatever it holds.
    """
    read, problems = from_yaml(document)
    if read is None:
        raise DocumentRefused(problems)
    questionnaire = Questionnaire.objects.select_for_update().filter(code=read.code, version=read.version).first()
    if questionnaire is not None and only_new:
        raise VersionTaken(questionnaire)
    outcome: Literal["created", "replaced"] = "created" if questionnaire is None else "replaced"
    if questionnaire is None:
        questionnaire = Questionnaire(code=read.code, version=read.version)
    elif definition_of(questionnaire) == read:
        return Loaded(questionnaire, "unchanged", problems)
    elif questionnaire.published_at is not None:
        raise QuestionnaireFrozen
    if outcome == "replaced" and not questionnaire.snapshots.exists():
        keep_snapshot(questionnaire, act=Act.FOUND, part=Part.QUESTIONNAIRE, by=None, at=at)
    write_rows(questionnaire, read)
    keep_snapshot(questionnaire, act=Act.LOADED, part=Part.QUESTIONNAIRE, by=by, at=at)
    facts = {"document_sha256": hashlib.sha256(document.encode()).hexdigest()}
    audit.record(f"questionnaire.{outcome}", target=str(questionnaire), by=by, at=at, facts=facts)
    return Loaded(questionnaire, outcome, problems)


def replace_draft(*, questionnaire: Questionnaire, document: str, by: User | None, at: datetime) -> Sequence[Problem]:
    """Put the content of a document into a draft, whose version it keeps; return the document's warnings.

    Raises: DocumentRefused; OtherQuestionnaire; QuestionnaireFrozen.
    """
    read, problems = from_yaml(document)
    if read is None:
        raise DocumentRefused(problems)
    with changing(questionnaire, by=by, at=at) as draft:
        if read.code != draft.questionnaire.code:
            raise OtherQuestionnaire
        write_rows(draft.questionnaire, read)
        digest = hashlib.sha256(document.encode()).hexdigest()
        draft.did(Act.LOADED, Part.QUESTIONNAIRE, document_sha256=digest)
    return problems


def restore_snapshot(*, questionnaire: Questionnaire, number: int, by: User | None, at: datetime) -> Draft:
    """Set a draft back to what it was after an earlier change; that is a change like any other.

    Raises: QuestionnaireSnapshot.DoesNotExist; QuestionnaireFrozen.
    """
    with changing(questionnaire, by=by, at=at) as draft:
        snapshot = draft.questionnaire.snapshots.get(number=number)
        read = from_snapshot(snapshot.document)
        taken = Questionnaire.objects.exclude(pk=questionnaire.pk).filter(code=read.code, version=read.version)
        if not taken.exists():
            draft.questionnaire.code, draft.questionnaire.version = read.code, read.version
        write_rows(draft.questionnaire, read)
        draft.did(Act.RESTORED, Part.QUESTIONNAIRE, str(number), number=number)
    return draft


@transaction.atomic
def new_version(*, questionnaire: Questionnaire, by: User | None, at: datetime) -> Questionnaire:
    """Start a draft with the content of a questionnaire, one version above all of the same code."""
    of_code = Questionnaire.objects.filter(code=questionnaire.code)
    list(of_code.select_for_update())  # one after another; what was made meanwhile is seen only by the next query
    version = 1 + max(of_code.values_list("version", flat=True))
    draft = Questionnaire(code=questionnaire.code, version=version)
    write_rows(draft, questionnaire.definition())
    keep_snapshot(draft, act=Act.CREATED, part=Part.QUESTIONNAIRE, by=by, at=at)
    facts = {"from": str(questionnaire)}
    audit.record("questionnaire.created", target=str(draft), by=by, at=at, facts=facts)
    return draft


@transaction.atomic
def create_questionnaire(*, values: Values, by: User | None, at: datetime) -> Questionnaire:
    """Start an empty draft, with one page. Raises: VersionTaken."""
    there = Questionnaire.objects.filter(code=values["code"], version=values["version"]).first()
    if there is not None:
        raise VersionTaken(there)
    draft = Questionnaire(**values)
    draft.full_clean()
    draft.save()
    label = dict.fromkeys(draft.languages, "")
    Page.objects.create(questionnaire=draft, position=1, name="page_1", label=label)
    keep_snapshot(draft, act=Act.CREATED, part=Part.QUESTIONNAIRE, by=by, at=at)
    audit.record("questionnaire.created", target=str(draft), by=by, at=at)
    return draft


@transaction.atomic
def delete_questionnaire(*, questionnaire: Questionnaire, by: User | None, at: datetime) -> None:
    """Delete a draft that no round uses, with its history. Raises: QuestionnaireInUse."""
    locked = Questionnaire.objects.select_for_update().get(pk=questionnaire.pk)
    if locked.published_at is not None or locked.rounds.exists():
        raise QuestionnaireInUse
    found = definition_of(locked)
    facts = {"document_sha256": hashlib.sha256(to_yaml(found).encode()).hexdigest()} if found else {}
    name = str(locked)
    locked.questions.all().delete()  # before the scales that they use
    locked.delete()
    audit.record("questionnaire.deleted", target=name, by=by, at=at, facts=facts)


def state_of(questionnaire: Questionnaire) -> str:
    """Return what tells one state of a draft from another: every change keeps a snapshot of its own."""
    last = questionnaire.snapshots.order_by("-number").values_list("number", flat=True).first()
    return f"change {last or 0}"


@transaction.atomic
def publish_questionnaire(*, questionnaire: Questionnaire, by: User | None, at: datetime, seen: str = "") -> None:
    """Freeze a draft, so that rounds may use it; its rows are checked as a document is.

    ``seen`` is the ``state_of`` what a person has looked at; "" for whoever saw no page.
    Raises: ChangedMeanwhile; DocumentRefused; QuestionnaireFrozen when it is published already.
    """
    locked = Questionnaire.objects.select_for_update().get(pk=questionnaire.pk)
    if locked.published_at is not None:
        raise QuestionnaireFrozen
    if seen and seen != state_of(locked):
        raise ChangedMeanwhile
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


def write_rows(questionnaire: Questionnaire, read: definition.Questionnaire) -> None:
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
