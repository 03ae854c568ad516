"""The parts of a draft as plain values, as forms show and return them, and a mark that tells two states apart."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from surveys.models import Choice, DerivedVariable, Page, Question, Questionnaire, RegisterVariable, Scale

Values: TypeAlias = Mapping[str, Any]
PartRow: TypeAlias = Question | Page | Scale | DerivedVariable | RegisterVariable

CHOICE_FIELDS = ("code", "value", "label", "hint", "ask_if", "exclusive", "open", "group", "enabled")
ROW_FIELDS = ("code", "label", "hint", "ask_if", "enabled")
QUESTION_FIELDS = (
    *("code", "type", "label", "hint", "ask_if", "required", "max_marks", "max_length", "enabled"),
    *("rows_like", "rows_marked_in", "row_text", "soft_check_when", "soft_check_text"),
)
HEADER_FIELDS = ("code", "version", "country", "reference_start", "reference_end", "languages", "title")


def mark(values: Values | None) -> str:
    """Return a short digest: another one whenever a value differs; "" for a part that is not there."""
    if values is None:
        return ""
    return hashlib.sha256(json.dumps(values, sort_keys=True, default=str).encode()).hexdigest()[:24]


def question_values(question: Question) -> dict[str, Any]:
    """One query."""
    choices = list(question.choices.order_by("position", "pk"))
    return {
        **{name: getattr(question, name) for name in QUESTION_FIELDS},
        "page": question.page.name,
        "scale": question.scale.name if question.scale else "",
        "options": _choices(choices, Choice.Kind.OPTION, CHOICE_FIELDS),
        "rows": _choices(choices, Choice.Kind.ROW, ROW_FIELDS),
    }


def part_values(part: PartRow) -> dict[str, Any]:
    """The values of any part with a name or code of its own."""
    match part:
        case Question():
            return question_values(part)
        case Scale():
            options = list(part.choices.order_by("position", "pk"))
            return {"name": part.name, "options": _choices(options, Choice.Kind.OPTION, CHOICE_FIELDS)}
        case DerivedVariable():
            return {"name": part.name, "expression": part.expression, "label": part.label}
        case RegisterVariable():
            return {"name": part.name, "type": part.type, "label": part.label, "codes": part.codes}
    return {"name": part.name, "label": part.label}


def header_values(questionnaire: Questionnaire) -> dict[str, Any]:
    return {name: getattr(questionnaire, name) for name in HEADER_FIELDS}


def _choices(choices: Sequence[Choice], kind: str, names: Sequence[str]) -> list[dict[str, Any]]:
    return [{name: getattr(choice, name) for name in names} for choice in choices if choice.kind == kind]
