"""Routes of many respondents, question by question: what has been worked out once is looked up for all who are alike.

Nothing is decided here. A condition's value, a question as it is offered and an answer cut down to it are worked out by
``routing`` and ``expression`` the first time, and kept by what they were worked out from:

- an expression by what its parts say (``known_expressions``);
- a question by its conditions, and by the answer to the question that its rows are marked in;
- an answer by what was stored; of a grid row by row, since hardly two grids are alike, but many of their rows.
"""

from collections.abc import Callable, Hashable, Iterable, Sequence
from functools import partial
from itertools import repeat
from typing import Any, TypeAlias

import numpy as np

from surveys.questionnaire.definition import Question, Questionnaire, Register
from surveys.questionnaire.expression import Expression
from surveys.questionnaire.known_expressions import TRUE, KnownExpression, Values
from surveys.questionnaire.numbering import Coded, Column, Joint, Numbering
from surveys.questionnaire.routing import Item, RouteScope, offered_item

Stored: TypeAlias = dict[str, Any]  # answers as they came from the database


class Offered:
    """A question as it is offered to some."""

    __slots__ = ("item", "options", "rows")

    def __init__(self, item: Item) -> None:
        self.item, self.rows, self.options = item, frozenset(item.row_codes), item.option_codes


class Step:
    """A question that is asked, and the answer: the same object for all who have both. Of a grid it can be one row."""

    __slots__ = ("answer", "complete", "item", "offered")

    def __init__(self, offered: Offered, answer: object) -> None:
        self.offered, self.item = offered, offered.item
        self.answer: Any = answer
        self.complete = self.item.complete(answer)

    def scope(self, questionnaire: Questionnaire) -> RouteScope:
        """Return what an expression sees that reads this question alone."""
        scope = RouteScope(questionnaire, {})
        scope.add(self.item, self.answer)
        return scope


class Grid:
    """What respondents are asked of a grid: how it is offered, and a column per row, as of a grid of that row alone."""

    def __init__(self, known: "_KnownGrid", offered: Coded, rows: dict[str, Coded]) -> None:
        self._known, self.offered, self.rows = known, offered, rows

    def step(self, place: int) -> Step | None:
        """Return the whole grid of one respondent."""
        offered: Offered | None = self.offered.at(place)
        if offered is None:
            return None
        steps = [self.rows[row].at(place) for row in offered.item.row_codes]
        return Step(offered, {row: cell for step in steps if step.answer for row, cell in step.answer.items()} or None)

    def incomplete(self) -> Any:
        """Return whether a row is asked and not answered."""
        given = [row.of("answered", _is_answered, bool) for row in self.rows.values()]
        asked = self.offered.of("rows", lambda offered: 0 if offered is None else len(offered.rows), np.intp)
        return np.sum(given, axis=0) != asked

    def seen(self, part: Expression, is_true: Callable[[Step | None], bool]) -> Column:
        """Return whether it is asked, left open somewhere, and whether the part is true of a row."""
        found: Column = (self.offered.numbers > 0) + 2 * self.incomplete()
        for row in self.rows.values():
            found |= 4 * row.of(part.text, is_true, np.intp)
        return found

    def whole(self) -> Coded:
        """Return a column in which only those are alike who gave the same answer in all rows."""
        columns = [self.offered, *self.rows.values()]
        self._known.whole.rests_on(column.numbering for column in columns)
        together = [column.numbers for column in columns]
        numbers = self._known.whole.together(together, len(self.offered.numbers), lambda place: None)
        return Coded(self._known.whole, numbers)


class Walks:
    """What some respondents are asked, question by question, in order; of a question that nobody is asked, nothing."""

    def __init__(self, routes: "KnownRoutes", registers: Sequence[Register], answers: Sequence[Stored]) -> None:
        self.routes, self.registers, self.answers = routes, registers, answers
        self.steps: dict[str, Coded] = {}
        self.grids: dict[str, Grid] = {}
        self._values: dict[str, Coded] = {}
        self._incomplete: dict[str, Any] = {}
        self._nobody = Coded(Numbering(None), np.zeros(len(answers), np.intp))

    def steps_of(self, code: str) -> Coded:
        """Return the steps of a question without rows; None for who is not asked it."""
        return self.steps.get(code, self._nobody)

    def row(self, code: str, row: str) -> Coded:
        """Return the steps of one row of a grid."""
        return self.grids[code].rows.get(row, self._nobody) if code in self.grids else self._nobody

    def step(self, code: str, place: int) -> Step | None:
        """Return what one respondent is asked."""
        step: Step | None = self.grids[code].step(place) if code in self.grids else self.steps_of(code).at(place)
        return step

    def incomplete(self, code: str) -> Any:
        """Return whether each is asked the question and has not answered all of it."""
        found = self._incomplete.get(code)
        if found is None:
            steps = self.steps_of(code)
            found = self.grids[code].incomplete() if code in self.grids else steps.of("incomplete", _is_open, bool)
            self._incomplete[code] = found
        return found

    def seen(self, code: str, part: Expression, is_true: Callable[[Step | None], bool]) -> Column:
        """Return what a part about a grid is alike to that says nothing of one row that it does not say of others."""
        return self.grids[code].seen(part, is_true) if code in self.grids else self._nobody.numbers

    def values(self, name: str) -> Coded:
        """Return a register or derived variable, worked out once as in ``RouteScope``; None is unknown."""
        found = self._values.get(name)
        if found is None:
            derived = self.routes.derived.get(name)
            found = self._values[name] = derived.values(self) if derived else self._register(name)
        return found

    def whole(self, name: str) -> Coded:
        """Return all that an expression may depend on: a question or a variable."""
        if name in self.grids:
            return self.grids[name].whole()
        return self.steps_of(name) if self.routes.questionnaire.has_question(name) else self.values(name)

    def scope(self, names: Iterable[str], place: int) -> RouteScope:
        """Return what an expression with these names sees of one respondent."""
        derived = {name: column.at(place) for name, column in self._values.items()}
        scope = RouteScope(self.routes.questionnaire, {**self.registers[place], **derived})
        for name in names:
            if (step := self.step(name, place)) is not None:
                scope.add(step.item, step.answer)
        return scope

    def _register(self, name: str) -> Coded:
        numbering = self.routes.registers.setdefault(name, Values())
        column = [register.get(name) for register in self.registers]
        return Coded(numbering, np.fromiter(map(numbering.number_of, column), np.intp, len(column)))


class KnownRoutes:
    """The routes of one questionnaire; ``read`` are the names that they and the derived variables rest on.

    Without ``texts`` open questions are left out where nothing rests on them. Rows never have own words as their label.
    """

    def __init__(self, questionnaire: Questionnaire, *, texts: bool = True) -> None:
        self.questionnaire = questionnaire
        self.registers: dict[str, Values] = {}
        self._expressions: dict[str, KnownExpression] = {}
        self.derived = {name: self.known(derived.expression) for name, derived in questionnaire.derived_named.items()}
        enabled = [question for question in questionnaire.questions if question.enabled]
        questions = [(_KnownGrid if question.has_rows else _KnownQuestion)(self, question) for question in enabled]
        self.read = frozenset(name for known in self._expressions.values() for name in known.expression.names)
        self._questions = [
            question
            for question in questions
            if texts or question.question.code in self.read or question.question.type not in ("open", "display")
        ]

    def known(self, expression: Expression) -> KnownExpression:
        found = self._expressions.get(expression.text)
        if found is None:
            found = self._expressions[expression.text] = KnownExpression(self.questionnaire, expression)
        return found

    def walk(self, registers: Sequence[Register], answers: Sequence[Stored]) -> Walks:
        """Return what these respondents are asked and the answers that count, as ``route`` does for each of them."""
        self._tidy()
        walks = Walks(self, registers, answers)
        for question in self._questions:
            question.walk(walks)
        return walks

    def _tidy(self) -> None:
        for numbering in (
            *self.registers.values(),
            *(expression.known for expression in self._expressions.values()),
            *(numbering for question in self._questions for numbering in question.numberings()),
        ):
            numbering.tidy()


class _KnownQuestion:
    """A question without rows, as it is offered to those whose conditions are alike."""

    def __init__(self, routes: KnownRoutes, question: Question) -> None:
        self.question, self.source = question, question.rows_marked_in
        self.ask_if = routes.known(question.ask_if) if question.ask_if is not None else None
        choices = (choice.ask_if for choice in (*question.options_on, *question.rows_on))
        self.conditions = tuple(routes.known(condition) for condition in choices if condition is not None)
        self.names = {name for known in self.conditions for name in known.expression.names}
        if self.source:
            self.names.add(self.source)
        self.offered, self.steps = Joint(None), _Steps(question)
        self.steps.rests_on([self.offered])

    def numberings(self) -> Sequence[Numbering]:
        """Return those that grow with the answers."""
        return (self.offered, self.steps)

    def walk(self, walks: Walks) -> None:
        offered = self.offer(walks)
        asked = self.asked(walks, offered)
        code = self.question.code
        walks.steps[code] = self.steps.of_asked(asked, offered, walks.answers, code, Item.cut)

    def offer(self, walks: Walks) -> Coded:
        """Return the question as each would be offered it, if it were asked; None when there is nothing to mark."""
        columns = [condition.values(walks) for condition in self.conditions]
        if self.source:
            columns.append(walks.steps_of(self.source))
        self.offered.rests_on(column.numbering for column in columns)
        together = [column.numbers for column in columns]
        made = partial(self._made, walks)
        return Coded(self.offered, self.offered.together(together, len(walks.answers), made))

    def _made(self, walks: Walks, place: int) -> Offered | None:
        step = walks.step(self.source, place) if self.source else None
        kept = {step.item.code: step.answer} if step is not None else {}
        item = offered_item(self.question, walks.scope(self.names, place), kept)
        return None if item is None else Offered(item)

    def asked(self, walks: Walks, offered: Coded) -> Any:
        """Return who is asked the question."""
        asked = offered.of("asked", lambda each: each is not None, bool)
        return asked if self.ask_if is None else asked & (self.ask_if.values(walks).numbers == TRUE)


class _KnownGrid(_KnownQuestion):
    """A question with rows, each of them as it is offered to those whose conditions are alike."""

    def __init__(self, routes: KnownRoutes, question: Question) -> None:
        super().__init__(routes, question)
        rows = routes.questionnaire.question(self.source).options_on if self.source else question.rows_on
        self.rows = [_KnownRow(question, row.code) for row in rows]
        self.whole = Joint()

    def numberings(self) -> Sequence[Numbering]:
        return (self.offered, *(row.steps for row in self.rows), self.whole)

    def walk(self, walks: Walks) -> None:
        offered, code = self.offer(walks), self.question.code
        asked = self.asked(walks, offered)
        stored: Iterable[Any] = map(dict.get, walks.answers, repeat(code))
        grids: list[Stored] = [grid if isinstance(grid, dict) else {} for grid in stored]
        rows = {row.code: row.walk(asked, offered, grids) for row in self.rows}
        here = Coded(self.offered, np.where(asked, offered.numbers, 0))
        walks.grids[code] = Grid(self, here, rows)


class _KnownRow:
    """One row of a grid. How it is offered is a matter of its options: one grid that has them stands for all."""

    def __init__(self, question: Question, code: str) -> None:
        self.code, self.offered, self.steps = code, Numbering(None), _Steps(question)

    def walk(self, asked: Any, offered: Coded, grids: Sequence[Stored]) -> Coded:
        row = Coded(self.offered, offered.of(("row", self.code), self._number, np.intp))
        return self.steps.of_asked(asked & (row.numbers > 0), row, grids, self.code, self._cut)

    def _number(self, offered: Offered | None) -> int:
        if offered is None or self.code not in offered.rows:
            return 0
        return self.offered.number(offered.options, offered)

    def _cut(self, item: Item, stored: object) -> object:
        return item.cut({self.code: stored})


class _Steps(Numbering):
    """The steps of a question, or of a row, by what is stored; also by how it is offered, once that has differed."""

    def __init__(self, question: Question) -> None:
        self.many_marks, self.kinds = question.many_marks, 0
        super().__init__(None)

    def of_asked(
        self,
        asked: Any,
        offered: Coded,
        answers: Sequence[Stored],
        code: str,
        cut: Callable[[Item, object], object],
    ) -> Coded:
        """Return the steps of those who are asked."""
        kinds = [one for one in offered.numbering.entries if one is not None]
        if min(len(kinds), 2) != self.kinds:
            self.clear()
            self.kinds = min(len(kinds), 2)

        def made(place: int) -> Step | None:
            one = offered.at(place) if self.kinds > 1 else next(iter(kinds), None)
            return None if one is None else Step(one, cut(one.item, answers[place].get(code)))

        stored: list[Any] = list(map(dict.get, answers, repeat(code)))
        keys = [tuple(one) if type(one) is list else one for one in stored] if self.many_marks else stored
        try:
            numbers = self.column(self._keys(offered, keys), made)
        except TypeError:  # lists where there should be none
            numbers = self.column(self._keys(offered, [(type(one), repr(one)) for one in stored]), made)
        return Coded(self, np.where(asked, numbers, 0))

    def _keys(self, offered: Coded, keys: list[Any]) -> list[Hashable]:
        return keys if self.kinds < 2 else list(zip(offered.numbers.tolist(), keys, strict=True))


def _is_open(step: Step | None) -> bool:
    return step is not None and not step.complete


def _is_answered(step: Step | None) -> bool:
    return step is not None and step.answer is not None
