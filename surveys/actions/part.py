"""Add, change, copy, move and delete the other parts of a draft: pages, scales, derived and register variables."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypeAlias, cast

from django.db import models

from barometer.models import User
from surveys.actions.choices import refuse_twins, write_choices
from surveys.actions.draft import (
    PLACES,
    ChangedMeanwhile,
    Draft,
    PartGone,
    changing,
    refuse_taken,
    refuse_unreadable,
    save_row,
)
from surveys.actions.plain import HEADER_FIELDS, Values, header_values, mark, part_values
from surveys.actions.question import copy_questions, free_code, free_name
from surveys.actions.rename import rename_in
from surveys.models import Act, Choice, DerivedVariable, Page, Part, Questionnaire, RegisterVariable, Scale

PartRow: TypeAlias = Page | Scale | DerivedVariable | RegisterVariable
RELATED = {
    Part.PAGE: "pages",
    Part.SCALE: "scales",
    Part.DERIVED: "derived_variables",
    Part.REGISTER: "register_variables",
}
MODELS: Mapping[Part, type[PartRow]] = {
    Part.PAGE: Page,
    Part.SCALE: Scale,
    Part.DERIVED: DerivedVariable,
    Part.REGISTER: RegisterVariable,
}


class PartInUse(Exception):
    """Questions use the scale: it cannot be deleted."""

    def __init__(self, users: Sequence[str]) -> None:
        super().__init__(", ".join(users))
        self.users = users


def save_part(
    *,
    questionnaire: Questionnaire,
    part: Part,
    name: str | None,
    values: Values,
    based_on: str,
    by: User | None,
    at: datetime,
) -> Draft:
    """Write a page, scale, derived or register variable; ``name`` None adds one at the end.

    Raises: DraftRefused; ChangedMeanwhile; PartGone; QuestionnaireFrozen.
    """
    with changing(questionnaire, by=by, at=at) as draft:
        row = part_of(draft.questionnaire, part, name) if name else MODELS[part](questionnaire=draft.questionnaire)
        if name and mark(part_values(row)) != based_on:
            raise ChangedMeanwhile
        others = parts_of(draft.questionnaire, part)
        where = PLACES[part].format(values["name"])
        refuse_taken(others.exclude(pk=row.pk), "name", values["name"], where)
        if part == Part.DERIVED:  # they share their names with the questions
            refuse_taken(draft.questionnaire.questions.all(), "code", values["name"], where)
        refuse_unreadable({where: values.get("expression", "")})
        refuse_twins([*values.get("options", ()), *values.get("codes", ())], where)
        if not name:
            row.position = len(others) + 1
        _write(row, values)
        facts: dict[str, object] = {}
        if name and name != row.name:
            draft.followed = rename_in(draft.questionnaire, name, row.name) if part == Part.DERIVED else []
            facts = {"was": name, "followed": draft.followed}
        draft.did(Act.CHANGED if name else Act.ADDED, part, row.name, **facts)
    return draft


def move_part(*, questionnaire: Questionnaire, part: Part, name: str, up: bool, by: User | None, at: datetime) -> Draft:
    """One place up or down; at the edge nothing happens."""
    with changing(questionnaire, by=by, at=at) as draft:
        row = part_of(draft.questionnaire, part, name)
        rows = list(parts_of(draft.questionnaire, part))
        place = next(number for number, other in enumerate(rows) if other.pk == row.pk)
        rows.insert(max(place - 1 if up else place + 1, 0), rows.pop(place))
        _order(rows)
        draft.did(Act.MOVED, part, name)
    return draft


def copy_part(*, questionnaire: Questionnaire, part: Part, name: str, by: User | None, at: datetime) -> Draft:
    """Put a copy, with a name of its own, right below the part. A page takes copies of its questions along."""
    with changing(questionnaire, by=by, at=at) as draft:
        row = part_of(draft.questionnaire, part, name)
        rows = list(parts_of(draft.questionnaire, part))
        if part == Part.DERIVED:
            new = free_code(draft.questionnaire, name)
        else:
            new = free_name({other.name for other in rows}, name)
        copy = MODELS[part](questionnaire=draft.questionnaire, position=len(rows) + 1)
        _write(copy, part_values(row) | {"name": new})
        rows.insert(next(number for number, other in enumerate(rows) if other.pk == row.pk) + 1, copy)
        _order(rows)
        if isinstance(row, Page) and isinstance(copy, Page):
            copy_questions(row, copy)
        draft.did(Act.COPIED, part, new, copy_of=name)
    return draft


def delete_part(
    *, questionnaire: Questionnaire, part: Part, name: str, based_on: str, by: User | None, at: datetime
) -> Draft:
    """A page takes its questions with it.

    Raises: PartInUse for a scale that questions use; ChangedMeanwhile; PartGone; QuestionnaireFrozen.
    """
    with changing(questionnaire, by=by, at=at) as draft:
        row = part_of(draft.questionnaire, part, name)
        if mark(part_values(row)) != based_on:
            raise ChangedMeanwhile
        users = list(row.questions.values_list("code", flat=True)) if isinstance(row, Page | Scale) else []
        if users and isinstance(row, Scale):
            raise PartInUse(users)
        row.delete()
        draft.did(Act.DELETED, part, name, **({"questions": users} if users else {}))
    return draft


def save_header(*, questionnaire: Questionnaire, values: Values, based_on: str, by: User | None, at: datetime) -> Draft:
    """Code, version, country, reference period, languages and title; a language taken out takes its texts with it.

    Raises: DraftRefused; ChangedMeanwhile; QuestionnaireFrozen.
    """
    with changing(questionnaire, by=by, at=at) as draft:
        row = draft.questionnaire
        before = header_values(row)
        if mark(before) != based_on:
            raise ChangedMeanwhile
        others = Questionnaire.objects.exclude(pk=row.pk).filter(version=values["version"])
        refuse_taken(cast("models.QuerySet[models.Model]", others), "code", values["code"], "")
        for name in HEADER_FIELDS:
            setattr(row, name, values[name])
        save_row(row)
        for language in set(before["languages"]) - set(row.languages):
            _forget_language(row, language)
        changed = sorted(name for name in values if values[name] != before[name])
        draft.did(Act.CHANGED, Part.QUESTIONNAIRE, changed=changed)
    return draft


def save_texts(
    *, questionnaire: Questionnaire, texts: Mapping[str, Any], based_on: str, by: User | None, at: datetime
) -> Draft:
    """The general texts, by name. Raises: DraftRefused; ChangedMeanwhile; QuestionnaireFrozen."""
    with changing(questionnaire, by=by, at=at) as draft:
        row = draft.questionnaire
        if mark(row.texts) != based_on:
            raise ChangedMeanwhile
        changed = sorted(name for name in {*texts, *row.texts} if texts.get(name) != row.texts.get(name))
        row.texts = dict(texts)
        save_row(row)
        draft.did(Act.CHANGED, Part.TEXTS, changed=changed)
    return draft


def parts_of(questionnaire: Questionnaire, part: Part) -> "models.QuerySet[Any]":
    """All parts of a kind, in order."""
    rows: models.QuerySet[Any] = getattr(questionnaire, RELATED[part]).order_by("position", "pk")
    return rows


def part_of(questionnaire: Questionnaire, part: Part, name: str) -> PartRow:
    """Return the part of that name; ``PartGone`` when there is none."""
    row: PartRow | None = parts_of(questionnaire, part).filter(name=name).first()
    if row is None:
        raise PartGone
    return row


def _write(row: PartRow, values: Values) -> None:
    for name in ("name", "label", "type", "codes", "expression"):
        if name in values:
            setattr(row, name, values[name])
    save_row(row)
    if isinstance(row, Scale):
        write_choices(row.choices.all(), values["options"], Choice.Kind.OPTION, scale=row)


def _order(rows: Sequence[PartRow]) -> None:
    for position, row in enumerate(rows, start=1):
        if row.position != position:
            row.position = position
            row.save(update_fields=["position"])


def _forget_language(questionnaire: Questionnaire, language: str) -> None:
    """Take the texts of one language out of every part."""
    of_this = models.Q(question__questionnaire=questionnaire) | models.Q(scale__questionnaire=questionnaire)
    named = [row for part in (Part.PAGE, Part.DERIVED, Part.REGISTER) for row in parts_of(questionnaire, part)]
    rows: list[models.Model] = [
        *named,
        *questionnaire.questions.order_by("pk"),
        *Choice.objects.filter(of_this).order_by("pk"),
        questionnaire,
    ]
    for row in rows:
        changed: list[str] = []
        for name in ("title", "label", "hint", "row_text", "soft_check_text"):
            label = getattr(row, name, None)
            if label and language in label:
                setattr(row, name, _without(label, language))
                changed.append(name)
        if isinstance(row, RegisterVariable):
            row.codes = [{**code, "label": _without(code["label"], language)} for code in row.codes]
            changed.append("codes")
        if isinstance(row, Questionnaire):
            row.texts = {name: _without(text, language) for name, text in row.texts.items()}
            changed.append("texts")
        if changed:
            row.save(update_fields=changed)


def _without(label: Mapping[str, Any], language: str) -> dict[str, Any]:
    """A label is never without any text at all: what is left is then an empty one, which the checks report."""
    left = {key: text for key, text in label.items() if key != language}
    return left or {"en" if language != "en" else "da": ""}
