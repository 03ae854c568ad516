"""The instrument as rows that staff edit; ``surveys.questionnaire`` is the pure form of the same.

Texts are JSON as in a document: ``{"da": …, "en": …}``, or ``{"by": "reg_level", "da": {code: …}, …}``.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Self, cast

from django.db import models
from django.utils.translation import gettext_lazy as _

from surveys.questionnaire import definition
from surveys.questionnaire.document import label_from_plain
from surveys.questionnaire.expression import Expression, parse

MOST_COMPILED = 32
_compiled: dict[tuple[int, datetime], definition.Questionnaire] = {}


class QuestionnaireFrozen(Exception):
    """A published questionnaire never changes: a change is a new version."""


def save_draft(self: models.Model, *args: Any, **kwargs: Any) -> None:
    """Save a row of a questionnaire; ``QuestionnaireFrozen`` when that is published."""
    _refuse_published(self)
    models.Model.save(self, *args, **kwargs)


def delete_draft(self: models.Model, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
    """Delete a row of a questionnaire; ``QuestionnaireFrozen`` when that is published."""
    _refuse_published(self)
    return models.Model.delete(self, *args, **kwargs)


def _refuse_published(row: models.Model) -> None:
    """One query: what counts is the database, not what this process remembers."""
    pk: int | None = row.pk
    if isinstance(row, Choice):
        owner = row.question or row.scale
        pk = owner.questionnaire_id if owner else None
    elif isinstance(row, RegisterVariable | DerivedVariable | Scale | Page | Question):
        pk = row.questionnaire_id
    if pk is not None and Questionnaire.objects.published().filter(pk=pk).exists():
        raise QuestionnaireFrozen


class QuestionnaireQuerySet(models.QuerySet["Questionnaire"]):
    def published(self) -> Self:
        """Those that a round may use, and that no longer change."""
        return self.filter(published_at__isnull=False)

    def named(self, name: str) -> Self:
        """The one called NAME@VERSION, if there is one."""
        code, _at, version = name.rpartition("@")
        return self.filter(code=code, version=int(version)) if version.isdecimal() else self.none()


class Questionnaire(models.Model):
    """One version of an instrument. Published = frozen: a change is a new version."""

    code = models.CharField(max_length=80)
    version = models.PositiveIntegerField()
    country = models.CharField(max_length=2)
    reference_start = models.DateField()
    reference_end = models.DateField()
    languages = models.JSONField()
    title = models.JSONField()
    texts = models.JSONField(default=dict, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)

    objects = QuestionnaireQuerySet.as_manager()

    class Meta:
        ordering = ["code", "version"]
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="questionnaire_version_once"),
            models.CheckConstraint(
                condition=models.Q(reference_start__lte=models.F("reference_end")),
                name="questionnaire_reference_period_in_order",
            ),
            models.CheckConstraint(condition=models.Q(version__gte=1), name="questionnaire_version_from_1"),
        ]

    save = save_draft
    delete = delete_draft

    def __str__(self) -> str:
        return f"{self.code}@{self.version}"

    def definition(self) -> definition.Questionnaire:
        """The pure definition: six queries, or none when this process has compiled the published version before.

        Raises: ExpressionError when a draft holds an expression that cannot be read.
        """
        if self.published_at is None:
            return _compile(self)
        key = (self.pk, self.published_at)
        if key not in _compiled:
            if len(_compiled) >= MOST_COMPILED:
                _compiled.clear()
            _compiled[key] = _compile(self)
        return _compiled[key]

    def forget_definition(self) -> None:
        """Compile anew at the next call of ``definition()``; whoever publishes calls this."""
        for key in [key for key in list(_compiled) if key[0] == self.pk]:
            _compiled.pop(key, None)


class RegisterVariable(models.Model):
    """Something known from the register and never asked; ``codes`` are ``{"code": …, "label": {…}}`` in order."""

    class Type(models.TextChoices):
        TEXT = "text", _("Text")
        CODE = "code", _("Code")
        INTEGER = "integer", _("Whole number")

    questionnaire = models.ForeignKey(Questionnaire, on_delete=models.CASCADE, related_name="register_variables")
    position = models.PositiveIntegerField()
    name = models.CharField(max_length=60)
    type = models.CharField(max_length=10, choices=Type)
    label = models.JSONField()
    codes = models.JSONField(default=list, blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["questionnaire", "name"], name="registervariable_once"),
            models.CheckConstraint(
                condition=models.Q(type__in=["text", "code", "integer"]), name="registervariable_type_known"
            ),
        ]

    save = save_draft
    delete = delete_draft

    def __str__(self) -> str:
        return self.name


class DerivedVariable(models.Model):
    """A named expression over the register, the answers and derived variables above it."""

    questionnaire = models.ForeignKey(Questionnaire, on_delete=models.CASCADE, related_name="derived_variables")
    position = models.PositiveIntegerField()
    name = models.CharField(max_length=60)
    expression = models.TextField()
    label = models.JSONField()

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["questionnaire", "name"], name="derivedvariable_once")]

    save = save_draft
    delete = delete_draft

    def __str__(self) -> str:
        return self.name


class Scale(models.Model):
    """Options shared by several questions."""

    questionnaire = models.ForeignKey(Questionnaire, on_delete=models.CASCADE, related_name="scales")
    position = models.PositiveIntegerField()
    name = models.CharField(max_length=60)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["questionnaire", "name"], name="scale_once")]

    save = save_draft
    delete = delete_draft

    def __str__(self) -> str:
        return self.name


class Page(models.Model):
    """Questions that are asked together."""

    questionnaire = models.ForeignKey(Questionnaire, on_delete=models.CASCADE, related_name="pages")
    position = models.PositiveIntegerField()
    name = models.CharField(max_length=60)
    label = models.JSONField()

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["questionnaire", "name"], name="page_once")]

    save = save_draft
    delete = delete_draft

    def __str__(self) -> str:
        return self.name


class Question(models.Model):
    """One question; ``position`` is its place on the page. Conditions are expressions; an empty one means always."""

    class Type(models.TextChoices):
        DISPLAY = "display", _("Text only")
        SINGLE = "single", _("One answer")
        MULTI = "multi", _("Several answers")
        GRID = "grid", _("Grid, one answer per row")
        GRID_MULTI = "grid_multi", _("Grid, several answers per row")
        OPEN = "open", _("Free text")

    questionnaire = models.ForeignKey(Questionnaire, on_delete=models.CASCADE, related_name="questions")
    page = models.ForeignKey(Page, on_delete=models.CASCADE, related_name="questions")
    position = models.PositiveIntegerField()
    code = models.CharField(max_length=60)
    type = models.CharField(max_length=10, choices=Type)
    label = models.JSONField()
    hint = models.JSONField(null=True, blank=True)
    ask_if = models.TextField(blank=True)
    required = models.BooleanField(default=True)
    max_marks = models.PositiveSmallIntegerField(null=True, blank=True)
    max_length = models.PositiveIntegerField(null=True, blank=True)
    enabled = models.BooleanField(default=True)
    scale = models.ForeignKey(Scale, null=True, blank=True, on_delete=models.PROTECT, related_name="questions")
    rows_like = models.CharField(max_length=60, blank=True)
    rows_marked_in = models.CharField(max_length=60, blank=True)
    row_text = models.JSONField(null=True, blank=True)
    soft_check_when = models.TextField(blank=True)
    soft_check_text = models.JSONField(null=True, blank=True)

    class Meta:
        ordering = ["page__position", "position"]
        constraints = [
            models.UniqueConstraint(fields=["questionnaire", "code"], name="question_code_once"),
            models.CheckConstraint(
                condition=models.Q(type__in=["display", "single", "multi", "grid", "grid_multi", "open"]),
                name="question_type_known",
            ),
            models.CheckConstraint(
                condition=models.Q(max_marks__isnull=True)
                | models.Q(max_marks__gte=1, type__in=["multi", "grid_multi"]),
                name="question_max_marks_of_several",
            ),
            models.CheckConstraint(
                condition=models.Q(max_length__isnull=True) | models.Q(max_length__gte=1, type="open"),
                name="question_max_length_of_open",
            ),
            models.CheckConstraint(
                condition=models.Q(rows_like="") | models.Q(rows_marked_in=""), name="question_rows_from_one_source"
            ),
            models.CheckConstraint(
                condition=models.Q(soft_check_when="", soft_check_text__isnull=True)
                | (~models.Q(soft_check_when="") & models.Q(soft_check_text__isnull=False)),
                name="question_soft_check_whole",
            ),
        ]

    save = save_draft
    delete = delete_draft

    def __str__(self) -> str:
        return self.code


class Choice(models.Model):
    """An option of a question or of a scale, or a row of a grid."""

    class Kind(models.TextChoices):
        OPTION = "option", _("Option")
        ROW = "row", _("Row")

    question = models.ForeignKey(Question, null=True, blank=True, on_delete=models.CASCADE, related_name="choices")
    scale = models.ForeignKey(Scale, null=True, blank=True, on_delete=models.CASCADE, related_name="choices")
    kind = models.CharField(max_length=6, choices=Kind, default=Kind.OPTION)
    position = models.PositiveIntegerField()
    code = models.CharField(max_length=60)
    value = models.IntegerField(null=True, blank=True)
    label = models.JSONField()
    hint = models.JSONField(null=True, blank=True)
    ask_if = models.TextField(blank=True)
    exclusive = models.BooleanField(default=False)
    open = models.BooleanField(default=False)
    group = models.CharField(max_length=60, blank=True)
    enabled = models.BooleanField(default=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(question__isnull=False, scale__isnull=True)
                | models.Q(question__isnull=True, scale__isnull=False),
                name="choice_of_one_question_or_scale",
            ),
            models.CheckConstraint(
                condition=models.Q(kind="option")
                | models.Q(kind="row", scale__isnull=True, value__isnull=True, exclusive=False, open=False, group=""),
                name="choice_row_is_only_a_row",
            ),
            models.UniqueConstraint(fields=["question", "kind", "code"], name="choice_once_per_question"),
            models.UniqueConstraint(fields=["scale", "code"], name="choice_once_per_scale"),
        ]

    save = save_draft
    delete = delete_draft

    def __str__(self) -> str:
        return self.code


def _compile(questionnaire: Questionnaire) -> definition.Questionnaire:
    """Read all rows, in six queries."""
    pages = list(questionnaire.pages.order_by("position", "pk"))
    codes: dict[int, list[str]] = {page.pk: [] for page in pages}
    choices: dict[tuple[str, int], list[Choice]] = {}
    of_this = models.Q(question__questionnaire=questionnaire) | models.Q(scale__questionnaire=questionnaire)
    for choice in Choice.objects.filter(of_this).order_by("position", "pk"):
        owner = choice.kind if choice.question_id else "scale"
        choices.setdefault((owner, choice.question_id or choice.scale_id or 0), []).append(choice)
    scale_names = dict(questionnaire.scales.order_by("position", "pk").values_list("pk", "name"))
    scales = {name: _choices(choices.get(("scale", pk), ())) for pk, name in scale_names.items()}
    questions = []
    for question in questionnaire.questions.order_by("page__position", "page_id", "position", "pk"):
        codes[question.page_id].append(question.code)
        options, rows = (_choices(choices.get((kind, question.pk), ())) for kind in Choice.Kind.values)
        scale = scale_names[question.scale_id] if question.scale_id else None
        questions.append(_question(question, scale, options, rows))
    return definition.Questionnaire(
        code=questionnaire.code,
        version=questionnaire.version,
        country=questionnaire.country,
        reference_start=questionnaire.reference_start,
        reference_end=questionnaire.reference_end,
        languages=tuple(questionnaire.languages),
        title=label_from_plain(questionnaire.title),
        texts={name: label_from_plain(text) for name, text in questionnaire.texts.items()},
        register=tuple(_register_variable(row) for row in questionnaire.register_variables.order_by("position", "pk")),
        scales=scales,
        derived=tuple(
            definition.Derived(row.name, parse(row.expression), label_from_plain(row.label))
            for row in questionnaire.derived_variables.order_by("position", "pk")
        ),
        pages=tuple(definition.Page(page.name, label_from_plain(page.label), tuple(codes[page.pk])) for page in pages),
        questions=definition.completed(tuple(questions), scales),
    )


def _register_variable(row: RegisterVariable) -> definition.RegisterVariable:
    codes = (definition.Choice(code["code"], None, label_from_plain(code["label"])) for code in row.codes)
    type_ = cast(definition.RegisterType, row.type)
    return definition.RegisterVariable(row.name, type_, label_from_plain(row.label), tuple(codes))


def _question(
    row: Question, scale: str | None, options: tuple[definition.Choice, ...], rows: tuple[definition.Choice, ...]
) -> definition.Question:
    soft_check = None
    if row.soft_check_when:
        soft_check = definition.SoftCheck(parse(row.soft_check_when), label_from_plain(row.soft_check_text or {}))
    return definition.Question(
        code=row.code,
        type=cast(definition.QuestionType, row.type),
        label=label_from_plain(row.label),
        hint=_label(row.hint),
        ask_if=_condition(row.ask_if),
        required=row.required,
        max_marks=row.max_marks,
        max_length=row.max_length,
        enabled=row.enabled,
        scale=scale,
        options=options,
        rows=rows,
        rows_like=row.rows_like or None,
        rows_marked_in=row.rows_marked_in or None,
        row_text=_label(row.row_text),
        soft_check=soft_check,
    )


def _choices(rows: Iterable[Choice]) -> tuple[definition.Choice, ...]:
    return tuple(
        definition.Choice(
            code=row.code,
            value=row.value,
            label=label_from_plain(row.label),
            hint=_label(row.hint),
            ask_if=_condition(row.ask_if),
            exclusive=row.exclusive,
            open=row.open,
            group=row.group or None,
            enabled=row.enabled,
        )
        for row in rows
    )


def _label(plain: Mapping[str, Any] | None) -> definition.Label | None:
    return label_from_plain(plain) if plain else None


def _condition(text: str) -> Expression | None:
    return parse(text) if text else None
