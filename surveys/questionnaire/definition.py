"""The compiled questionnaire: frozen dataclasses, made from a document or from rows, read by everything else."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal, TypeAlias

from surveys.questionnaire.expression import Expression

Register: TypeAlias = Mapping[str, str | int]
Answers: TypeAlias = Mapping[str, object]
QuestionType: TypeAlias = Literal["display", "single", "multi", "grid", "grid_multi", "open"]
RegisterType: TypeAlias = Literal["text", "code", "integer"]

BRACE = re.compile(r"\{([^{}]*)\}")
LANGUAGES = ("da", "en", "sv", "nb", "fi", "is", "nl")  # in which a questionnaire can be written
OUTCOME = "in_scope"  # the derived variable that, when declared and false, ends without a submission
POSSIBLE_CASE = "possible_case"  # the derived variable that, when true, has the workplace asked for a case contact
OPENING = "opening_answered"  # the derived variable without which answers that were never submitted are no partial


@dataclass(frozen=True, slots=True)
class Label:
    """A text in every language; one text per code of the register variable ``by`` where that is given.

    Braces hold register variables ({reg_name}). ``verbatim``: somebody's own words, where braces mean nothing.
    """

    texts: Mapping[str, str | Mapping[str, str]]
    by: str | None = None
    verbatim: bool = False

    def text(self, language: str, register: Mapping[str, str | int]) -> str:
        """The text for this respondent, braces filled; some other text where this language or code is missing."""
        chosen = self.texts[language if language in self.texts else min(self.texts)]
        if not isinstance(chosen, str):
            code = str(register.get(self.by or "", ""))
            chosen = chosen[code if code in chosen else min(chosen)]
        return self.filled(chosen, register)

    def filled(self, text: str, register: Mapping[str, str | int]) -> str:
        """Return one of the texts with what is known of the workplace in the place of braces."""
        if self.verbatim or "{" not in text:
            return text
        return BRACE.sub(lambda found: str(register.get(found[1], "")), text)

    @property
    def braces(self) -> frozenset[str]:
        """The names in braces, in any language."""
        values = self.texts.values()
        texts = (text for value in values for text in ((value,) if isinstance(value, str) else value.values()))
        return frozenset(name for text in texts for name in BRACE.findall(text))


@dataclass(frozen=True, slots=True)
class Choice:
    """An option of a question or scale, a row of a grid, or a code of a register variable.

    Attributes:
        value: the number that stands for the code in statistical files.
        ask_if: offered only when true; None means always.
        exclusive: clears all other marks.
        open: adds a text field, stored under ``question.option``.
        group: analytic group, never shown.
    """

    code: str
    value: int | None
    label: Label
    hint: Label | None = None
    ask_if: Expression | None = None
    exclusive: bool = False
    open: bool = False
    group: str | None = None
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class RegisterVariable:
    """Something known from the register and never asked; ``codes`` for type "code" only."""

    name: str
    type: RegisterType
    label: Label
    codes: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True)
class SoftCheck:
    """A remark shown once while ``when`` is true; the same answer sent again is accepted."""

    when: Expression
    label: Label


@dataclass(frozen=True, slots=True)
class Question:
    """One question. ``options`` and ``rows`` are complete: a scale is filled in, ``rows_like`` copied.

    ``options``, ``rows`` also hold what is switched off; ``options_on``, ``rows_on`` do not. ``closed``: answered by
    marking, not by writing. What routing asks of every question, of every respondent, is worked out once.
    """

    code: str
    type: QuestionType
    label: Label
    hint: Label | None = None
    ask_if: Expression | None = None
    required: bool = True
    max_marks: int | None = None
    max_length: int | None = None
    enabled: bool = True
    scale: str | None = None
    options: tuple[Choice, ...] = ()
    rows: tuple[Choice, ...] = ()
    rows_like: str | None = None
    rows_marked_in: str | None = None
    row_text: Label | None = None
    soft_check: SoftCheck | None = None

    options_on: tuple[Choice, ...] = field(init=False, compare=False, repr=False)
    rows_on: tuple[Choice, ...] = field(init=False, compare=False, repr=False)
    options_vary: bool = field(init=False, compare=False, repr=False)
    rows_vary: bool = field(init=False, compare=False, repr=False)
    exclusive_codes: frozenset[str] = field(init=False, compare=False, repr=False)
    open_codes: tuple[str, ...] = field(init=False, compare=False, repr=False)
    closed: bool = field(init=False, compare=False, repr=False)
    has_rows: bool = field(init=False, compare=False, repr=False)
    many_marks: bool = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        options, rows = (tuple(c for c in choices if c.enabled) for choices in (self.options, self.rows))
        once = {
            "options_on": options,
            "rows_on": rows,
            "options_vary": any(option.ask_if for option in options),
            "rows_vary": any(row.ask_if for row in rows),
            "exclusive_codes": frozenset(option.code for option in options if option.exclusive),
            "open_codes": tuple(option.code for option in options if option.open),
            "closed": self.type in ("single", "multi", "grid", "grid_multi"),
            "has_rows": self.type in ("grid", "grid_multi"),
            "many_marks": self.type in ("multi", "grid_multi"),
        }
        for name, value in once.items():
            object.__setattr__(self, name, value)

    @property
    def conditions(self) -> tuple[Expression, ...]:
        """Every condition of the question, its options and its rows."""
        choices = (choice.ask_if for choice in (*self.options, *self.rows))
        return tuple(condition for condition in (self.ask_if, *choices) if condition is not None)


@dataclass(frozen=True, slots=True)
class Page:
    name: str
    label: Label
    questions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Derived:
    name: str
    expression: Expression
    label: Label


@dataclass(frozen=True, slots=True)
class Questionnaire:
    """One version of one instrument; ``questions`` in the order of the pages."""

    code: str
    version: int
    country: str
    reference_start: date
    reference_end: date
    languages: tuple[str, ...]
    title: Label
    texts: Mapping[str, Label]
    register: tuple[RegisterVariable, ...]
    scales: Mapping[str, tuple[Choice, ...]]
    derived: tuple[Derived, ...]
    pages: tuple[Page, ...]
    questions: tuple[Question, ...]

    derived_named: Mapping[str, Derived] = field(init=False, compare=False, repr=False)
    _questions: Mapping[str, Question] = field(init=False, compare=False, repr=False)
    _pages: Mapping[str, Page] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "derived_named", {derived.name: derived for derived in reversed(self.derived)})
        object.__setattr__(self, "_questions", {question.code: question for question in reversed(self.questions)})
        object.__setattr__(self, "_pages", {code: page for page in reversed(self.pages) for code in page.questions})

    @property
    def name(self) -> str:
        """NAME@VERSION, as commands take it."""
        return f"{self.code}@{self.version}"

    def question(self, code: str) -> Question:
        """``KeyError`` when there is no such question."""
        return self._questions[code]

    def has_question(self, code: str) -> bool:
        return code in self._questions

    def page_of(self, code: str) -> Page:
        """The page a question stands on; ``KeyError`` when there is no such question."""
        return self._pages[code]

    def register_variable(self, name: str) -> RegisterVariable | None:
        return next((variable for variable in self.register if variable.name == name), None)


def completed(questions: tuple[Question, ...], scales: Mapping[str, tuple[Choice, ...]]) -> tuple[Question, ...]:
    """Fill in the options of scales and the rows of ``rows_like``; names that do not exist leave them empty."""
    rows = {question.code: question.rows for question in reversed(questions)}
    return tuple(
        replace(
            question,
            options=question.options if question.scale is None else scales.get(question.scale, ()),
            rows=question.rows if question.rows_like is None else rows.get(question.rows_like, ()),
        )
        for question in questions
    )
