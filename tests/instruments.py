"""Questionnaires for tests: loaded and published once in each process, after that copied row by row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from django.db import models
from django.db.models import Q

from surveys.actions.questionnaire import load_questionnaire, publish_questionnaire, shipped_document
from surveys.models import (
    Choice,
    DerivedVariable,
    Page,
    Question,
    Questionnaire,
    QuestionnaireSnapshot,
    RegisterVariable,
    Scale,
)

BAROMETER = "innovation-barometer-dk-2018-19"


def shipped(at: datetime, name: str = BAROMETER) -> Questionnaire:
    """A shipped instrument, published."""
    document = shipped_document(name)
    assert document is not None
    return instrument(document, at=at)


def instrument(document: str, *, at: datetime, code: str = "", published: bool = True) -> Questionnaire:
    """Return a questionnaire with the content of the document, which may leave its code open as ``{code}``.

    A copy has every row that loading and publishing leave, but no line in the audit log.
    """
    kept = _kept.get((document, published))
    if kept is not None:
        return _copy(kept, code=code, published_at=at if published else None, at=at)
    text = document.format(code=code) if code else document
    loaded = load_questionnaire(document=text, by=None, at=at).questionnaire
    if published:
        publish_questionnaire(questionnaire=loaded, by=None, at=at)
    _kept[document, published] = _rows_of(loaded)
    return Questionnaire.objects.get(pk=loaded.pk)


@dataclass(frozen=True, slots=True)
class _Row:
    """A row as it was: its key then, and its other columns."""

    key: int
    values: dict[str, Any]


_Model: TypeAlias = type[models.Model]
_Rows: TypeAlias = Mapping[_Model, Sequence[_Row]]
_kept: dict[tuple[str, bool], _Rows] = {}


def _rows_of(questionnaire: Questionnaire) -> _Rows:
    """Read everything that belongs to a questionnaire, each model after those that it points to."""
    found: dict[_Model, list[_Row]] = {Questionnaire: _read(Questionnaire, Q(pk=questionnaire.pk))}
    for model in (QuestionnaireSnapshot, RegisterVariable, DerivedVariable, Page, Scale, Question):
        found[model] = _read(model, Q(questionnaire=questionnaire))
    found[Choice] = _read(Choice, Q(question__questionnaire=questionnaire) | Q(scale__questionnaire=questionnaire))
    return found


def _read(model: _Model, which: Q) -> list[_Row]:
    columns = [field.attname for field in model._meta.concrete_fields if not field.primary_key]
    rows = model._default_manager.filter(which).order_by("pk").values("pk", *columns)
    return [_Row(row.pop("pk"), row) for row in rows]


def _copy(kept: _Rows, *, code: str, published_at: datetime | None, at: datetime) -> Questionnaire:
    [original], [snapshot] = kept[Questionnaire], kept[QuestionnaireSnapshot]
    changes: dict[_Model, dict[str, object]] = {
        Questionnaire: {"published_at": published_at},
        QuestionnaireSnapshot: {"at": at},
    }
    if code:
        document = snapshot.values["document"].replace(f"code: {original.values['code']}\n", f"code: {code}\n", 1)
        changes[Questionnaire]["code"], changes[QuestionnaireSnapshot]["document"] = code, document
    keys: dict[tuple[_Model, int], int] = {}
    for model, rows in kept.items():
        changed, points_to = changes.get(model, {}), _points_to(model)
        made = model._default_manager.bulk_create(
            model(**row.values | changed | {name: keys.get((other, row.values[name])) for name, other in points_to})
            for row in rows
        )
        keys |= {(model, row.key): copy.pk for row, copy in zip(rows, made, strict=True)}
    return Questionnaire.objects.get(pk=keys[Questionnaire, original.key])


def _points_to(model: _Model) -> list[tuple[str, _Model]]:
    fields = model._meta.concrete_fields
    return [(field.attname, field.related_model) for field in fields if isinstance(field, models.ForeignKey)]
