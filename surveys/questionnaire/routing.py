"""The one route function: what a respondent is asked, and which stored answers count."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from surveys.questionnaire.definition import OUTCOME, Answers, Choice, Label, Page, Question, Questionnaire, Register
from surveys.questionnaire.expression import Expression, Value


class Item(NamedTuple):
    """A question as this respondent gets it, with its rows and options; a page makes every one of the route anew."""

    question: Question
    rows: tuple[Choice, ...]
    options: tuple[Choice, ...]

    @property
    def code(self) -> str:
        return self.question.code

    @property
    def option_codes(self) -> tuple[str, ...]:
        return tuple(option.code for option in self.options)

    @property
    def row_codes(self) -> tuple[str, ...]:
        return tuple(row.code for row in self.rows)

    @property
    def exclusive_codes(self) -> frozenset[str]:
        """The offered options that stand alone."""
        return frozenset(option.code for option in self.options if option.exclusive)

    @property
    def open_codes(self) -> tuple[str, ...]:
        """The offered options that have a text field."""
        return tuple(option.code for option in self.options if option.open)

    def text_key(self, option: str) -> str:
        """The key of an open option's text in the answers: ``question.option``."""
        return f"{self.question.code}.{option}"

    def row_label(self, row: Choice, language: str, register: Register) -> str:
        """The row's label, or the question's ``row_text`` with the row as {partner}."""
        label = row.label.text(language, register)
        if self.question.row_text is None:
            return label
        partner = label if row.label.verbatim else _lower_first(label)
        return self.question.row_text.text(language, {**register, "partner": partner})

    def cut(self, stored: object) -> object:
        """The stored answer cut down to the offered rows and options; None when nothing valid is left.

        Returns: a code, a list of codes in questionnaire order, {row: code}, {row: [codes]} or a text, by type.
            Too many marks, or an exclusive one beside others, are no answer.
        """
        match self.question.type:
            case "single":
                return self._code(stored)
            case "multi":
                return self._marks(stored)
            case "grid" | "grid_multi":
                return self._grid(stored)
            case "open":
                return (stored.strip() or None) if isinstance(stored, str) else None
        return None

    def _code(self, stored: object) -> str | None:
        if isinstance(stored, str):
            for option in self.options:
                if option.code == stored:
                    return option.code
        return None

    def _marks(self, stored: object) -> list[str] | None:
        if not isinstance(stored, list):
            return None
        marks = [option.code for option in self.options if option.code in stored]
        most = self.question.max_marks
        if not marks or (most is not None and len(marks) > most):
            return None
        if len(marks) > 1 and not self.question.exclusive_codes.isdisjoint(marks):
            return None
        return marks

    def _grid(self, stored: object) -> dict[str, object] | None:
        if not isinstance(stored, dict):
            return None
        if self.question.type == "grid":
            codes = self.option_codes
            return {row.code: cell for row in self.rows if (cell := stored.get(row.code)) in codes} or None
        cells = ((row.code, self._marks(stored[row.code])) for row in self.rows if row.code in stored)
        return {row: marks for row, marks in cells if marks is not None} or None

    def complete(self, answer: object) -> bool:
        """Whether a cut answer says all that the question asks; a display question has nothing to say."""
        if self.question.has_rows:
            return isinstance(answer, dict) and len(answer) == len(self.rows)
        return answer is not None

    def answered(self, answers: Answers) -> bool:
        """Complete, or not required to be."""
        question = self.question
        if question.type == "display" or not question.required:
            return True
        return self.complete(self.cut(answers.get(question.code)))


@dataclass(frozen=True, slots=True)
class RoutePage:
    """A page with what is to be asked on it; ``number`` is its place in the whole questionnaire, from 1."""

    name: str
    number: int
    label: Label
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Route:
    """What one respondent is asked, in order, and the answers that count."""

    questionnaire: Questionnaire
    register: Register
    items: tuple[Item, ...]
    pages: tuple[RoutePage, ...]
    answers: Mapping[str, object]
    first_unanswered: Item | None
    in_scope: bool | None
    scope: "RouteScope" = field(compare=False, repr=False)

    def item(self, code: str) -> Item | None:
        """The question on this route, or None."""
        return self.scope.items.get(code)

    def value(self, name: str) -> Value:
        """The value of a register variable, derived variable or single question here; None is unknown."""
        value = self.scope.lookup(name)
        return value if isinstance(value, (bool, int, str)) else None

    def evaluate(self, expression: Expression) -> Value:
        """The value of any expression on this route; None is unknown."""
        return expression.value(self.scope)

    def page(self, number: int) -> RoutePage | None:
        return next((page for page in self.pages if page.number == number), None)

    def page_of(self, code: str) -> RoutePage | None:
        return next((page for page in self.pages if any(item.code == code for item in page.items)), None)

    def next_page(self, number: int) -> RoutePage | None:
        """The first page after a number, which itself may have vanished."""
        return next((page for page in self.pages if page.number > number), None)

    def previous_page(self, number: int) -> RoutePage | None:
        return next((page for page in reversed(self.pages) if page.number < number), None)


class RouteScope:
    """What conditions see: the register, and answers given on the route itself."""

    __slots__ = ("_derived", "_values", "items")

    def __init__(self, questionnaire: Questionnaire, register: Register) -> None:
        self.items: dict[str, Item] = {}
        self._derived = questionnaire.derived_named
        self._values: dict[str, object] = dict(register)

    def add(self, item: Item, answer: object) -> None:
        self.items[item.question.code] = item
        if answer is not None:
            self._values[item.question.code] = answer

    def lookup(self, name: str, /) -> object:
        """Derived variables are computed once: whoever reads one stands below every question it rests on."""
        if name in self._values:
            return self._values[name]
        derived = self._derived.get(name)
        if derived is None:
            return None
        value = self._values[name] = derived.expression.evaluate(self)
        return value

    def cell(self, question: str, row: str, /) -> object:
        cells = self._values.get(question)
        return cells.get(row) if isinstance(cells, dict) else None

    def any_row(self, question: str, codes: frozenset[str], /) -> bool | None:
        cells = self._values.get(question)
        item = self.items.get(question)
        if item is None or not isinstance(cells, dict):
            return None
        for cell in cells.values():
            if cell in codes if isinstance(cell, str) else not codes.isdisjoint(cell):
                return True
        return False if item.complete(cells) else None

    def count(self, question: str, /) -> int | None:
        marks = self._values.get(question)
        item = self.items.get(question)
        if item is None or not isinstance(marks, list):
            return None
        return sum(mark not in item.question.exclusive_codes for mark in marks)

    def answered(self, question: str, /) -> bool:
        item = self.items.get(question)
        return item is not None and item.complete(self._values.get(question))


def route(questionnaire: Questionnaire, register: Register, answers: Answers) -> Route:
    """Return what this respondent is to be asked, in order, and the answers that count.

    A condition sees only answers given on the route itself: an answer stranded by a later change of mind stays
    stored, but can neither steer nor be counted. An unanswered question is unknown, and a question is asked only
    when its condition is true. Stored answers may be anything; what is not a valid answer is no answer.

    Args:
        register: the workplace's register variables (``reg_…``); a missing one is unknown.
        answers: as stored: codes, lists and mappings of codes, texts; see ``Item.cut``.
    """
    scope = RouteScope(questionnaire, register)
    kept: dict[str, object] = {}
    first_unanswered = None
    for question in questionnaire.questions:
        item = _item(question, scope, kept)
        if item is None:
            continue
        answer = item.cut(answers.get(question.code))
        scope.add(item, answer)
        if answer is not None:
            kept[question.code] = answer
            if question.open_codes:
                kept.update(marked_texts(item, answer, answers))
        if first_unanswered is None and question.required and question.type != "display" and not item.complete(answer):
            first_unanswered = item
    return Route(
        questionnaire=questionnaire,
        register=register,
        items=tuple(scope.items.values()),
        pages=_pages(questionnaire.pages, scope.items),
        answers=kept,
        first_unanswered=first_unanswered,
        in_scope=_truth(scope.lookup(OUTCOME)),
        scope=scope,
    )


def _item(question: Question, scope: RouteScope, kept: Answers) -> Item | None:
    """The question as asked here; None when it is off, its condition is not true, or there is nothing to mark."""
    if not question.enabled or (question.ask_if is not None and question.ask_if.evaluate(scope) is not True):
        return None
    return offered_item(question, scope, kept)


def offered_item(question: Question, scope: RouteScope, kept: Answers) -> Item | None:
    """The question as offered to those of whom its own condition is true; None when there is nothing to mark."""
    options = _offered(question.options_on, scope) if question.options_vary else question.options_on
    if question.rows_marked_in is not None:
        rows = _marked_rows(question.rows_marked_in, scope, kept)
    else:
        rows = _offered(question.rows_on, scope) if question.rows_vary else question.rows_on
    if (question.closed and not options) or (question.has_rows and not rows):
        return None
    return Item(question, rows, options)


def _offered(choices: tuple[Choice, ...], scope: RouteScope) -> tuple[Choice, ...]:
    return tuple(choice for choice in choices if choice.ask_if is None or choice.ask_if.evaluate(scope) is True)


def _marked_rows(source: str, scope: RouteScope, kept: Answers) -> tuple[Choice, ...]:
    """One row per marked, not exclusive option of another question; an open option is called by its text."""
    item, marks = scope.items.get(source), kept.get(source)
    if item is None or not isinstance(marks, list):
        return ()
    rows = (option for option in item.options if option.code in marks and not option.exclusive)
    return tuple(_own_words(option, kept.get(item.text_key(option.code))) for option in rows)


def _own_words(option: Choice, text: object) -> Choice:
    if not isinstance(text, str):
        return option
    return replace(option, label=Label(dict.fromkeys(option.label.texts, text), verbatim=True))


def marked_texts(item: Item, answer: object, answers: Answers) -> dict[str, str]:
    """The texts of the open options that are marked."""
    texts = {}
    for option in item.question.open_codes:
        text = answers.get(item.text_key(option))
        if isinstance(text, str) and text.strip() and _is_marked(option, answer):
            texts[item.text_key(option)] = text.strip()
    return texts


def _is_marked(option: str, answer: object) -> bool:
    return option in answer if isinstance(answer, list) else option == answer


def _pages(pages: tuple[Page, ...], items: Mapping[str, Item]) -> tuple[RoutePage, ...]:
    """Pages with something on them."""
    found = []
    for number, page in enumerate(pages, start=1):
        asked = tuple([items[code] for code in page.questions if code in items])
        if asked:
            found.append(RoutePage(page.name, number, page.label, asked))
    return tuple(found)


def _truth(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _lower_first(label: str) -> str:
    """First letter in lower case, except in an abbreviation ("EU")."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]
