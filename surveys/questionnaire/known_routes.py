"""Routes of many respondents, question by question: what has been worked out once is looked up for all who are alike.

Nothing is decided here. A condition's value, a question as it is offered and an answer cut down to it are worked out by
``routing`` and ``expression`` the first time, and kept by what they were worked out from:

- an expression by the values of the names in it. Of a question it sees no more than its parts about that question say
  (``'idea' in phases``), so that those who differ in other marks are alike to it, and of a grid the row that it names;
- a question by its conditions, and by the answer to the question that its rows are marked in;
- an answer by what was stored.

A column is a list with one entry per respondent, in their order.
"""

import ast
from collections.abc import Callable, Iterator, Sequence
from itertools import repeat
from typing import Any, Final, TypeAlias, TypeVar

from surveys.questionnaire.definition import Answers, Question, Questionnaire, Register
from surveys.questionnaire.expression import Expression, Value, parse
from surveys.questionnaire.routing import Item, RouteScope, offered_item

MOST_KEPT: Final = 1_000  # of one kind: beyond that, what a few respondents share is not worth the memory
UNKNOWN: Final = object()
LEFT_OPEN: Final = object()  # of a cell that was asked for
NOT_ASKED: Final = None
Found = TypeVar("Found")


class Kept(dict[object, Found]):
    """Begins anew when there is too much in it."""

    def __setitem__(self, key: object, value: Found) -> None:
        if len(self) >= MOST_KEPT:
            self.clear()
        super().__setitem__(key, value)

    def column(self, keys: Sequence[object], make: Callable[[int], Found]) -> list[Found]:
        """Return what is kept by each key; what is not is made, of the respondent at that place."""
        found: list[Any] = list(map(self.get, keys, repeat(UNKNOWN)))
        if UNKNOWN in found:
            for place, key in enumerate(keys):
                if found[place] is UNKNOWN:
                    value: Any = self.get(key, UNKNOWN)
                    if value is UNKNOWN:
                        value = self[key] = make(place)
                    found[place] = value
        return found


class Offered:
    """A question as it is offered to some."""

    __slots__ = ("item", "options", "rows")

    def __init__(self, item: Item) -> None:
        self.item, self.rows, self.options = item, frozenset(item.row_codes), item.option_codes


class Step:
    """A question that is asked, and the answer: the same object for all who have both.

    ``made`` is what has been worked out of it, by whoever needed it.
    """

    __slots__ = ("_scope", "answer", "complete", "item", "made", "offered")

    def __init__(self, offered: Offered, answer: object) -> None:
        self.offered, self.item = offered, offered.item
        self.answer: Any = answer
        self.complete = self.item.complete(answer)
        self.made: dict[object, Any] = {}
        self._scope: RouteScope | None = None

    def scope(self, questionnaire: Questionnaire) -> RouteScope:
        """Return what an expression sees that reads this question alone."""
        if self._scope is None:
            self._scope = RouteScope(questionnaire, {})
            self._scope.add(self.item, self.answer)
        return self._scope


Steps: TypeAlias = list[Step | None]


def of_steps(steps: Steps, by: object, make: Callable[[Step], Found], unasked: Found) -> list[Found]:
    """Return what ``by`` has made of each step, made once for those who share it; ``unasked`` where there is none."""
    found: list[Any] = [unasked if step is None else step.made.get(by, UNKNOWN) for step in steps]
    if UNKNOWN in found:
        for place, step in enumerate(steps):
            if found[place] is UNKNOWN and step is not None:
                if by not in step.made:
                    step.made[by] = make(step)
                found[place] = step.made[by]
    return found


class Walks:
    """What some respondents are asked: a column of steps per question, in order; None for who is not asked it."""

    def __init__(self, routes: "KnownRoutes", registers: Sequence[Register], answers: Sequence[Answers]) -> None:
        self.routes, self.registers, self.answers = routes, registers, answers
        self.steps: dict[str, Steps] = {}
        self._values: dict[str, list[Any]] = {}
        self._cells: dict[tuple[str, str], list[object]] = {}
        self._nobody: Steps = [None] * len(answers)

    def steps_of(self, code: str) -> Steps:
        return self.steps.get(code, self._nobody)

    def values(self, name: str) -> list[Value]:
        """Return a register or derived variable, worked out once as in ``RouteScope``; None is unknown."""
        column = self._values.get(name)
        if column is None:
            derived = self.routes.derived.get(name)
            column = derived.values(self) if derived else [register.get(name) for register in self.registers]
            self._values[name] = column
        return column

    def column(self, name: str) -> Sequence[object]:
        """Return what an expression may depend on: the steps of a question, or the values of a variable."""
        return self.steps_of(name) if self.routes.questionnaire.has_question(name) else self.values(name)

    def cells(self, code: str, row: str) -> Sequence[Any]:
        """Return the answers in one row of a grid, marks as a tuple, or ``LEFT_OPEN`` or ``NOT_ASKED``."""
        if code not in self.steps:
            return self._nobody
        column = self._cells.get((code, row))
        if column is None:
            found = [
                NOT_ASKED
                if step is None or row not in step.offered.rows
                else LEFT_OPEN
                if step.answer is None
                else step.answer.get(row, LEFT_OPEN)
                for step in self.steps_of(code)
            ]
            column = self._cells[code, row] = [tuple(cell) if type(cell) is list else cell for cell in found]
        return column

    def scope(self, place: int) -> RouteScope:
        """Return what conditions see of one respondent."""
        derived = {name: column[place] for name, column in self._values.items()}
        scope = RouteScope(self.routes.questionnaire, {**self.registers[place], **derived})
        for column in self.steps.values():
            if (step := column[place]) is not None:
                scope.add(step.item, step.answer)
        return scope


class KnownExpression:
    """An expression, and its value by what it has seen."""

    def __init__(self, questionnaire: Questionnaire, expression: Expression) -> None:
        self.questionnaire, self.expression, self.known = questionnaire, expression, Kept[Value]()
        parts: dict[str, list[Expression]] = {}
        whole: set[str] = set()
        cells: set[tuple[str, str]] = set()
        for leaf in _leaves(expression.tree):
            part = parse(ast.unparse(leaf))
            [name, *others] = sorted(part.names) or [""]
            if others or not questionnaire.has_question(name):
                whole |= part.names
            elif row := _row_of(leaf):
                cells.add((name, row))
            else:
                parts.setdefault(name, []).append(part)
        self.parts = tuple((name, tuple(found)) for name, found in parts.items() if name not in whole)
        self.whole, self.cells = tuple(sorted(whole)), tuple(sorted(cells))
        self.name = expression.text if self.whole == (expression.text,) else None
        self.question = self.parts[0][0] if len(self.parts) == 1 and not (whole or cells) else None
        self.unasked = expression.value(RouteScope(questionnaire, {})) if self.question else None

    def values(self, walks: Walks) -> list[Value]:
        if self.name is not None:  # no more than a variable
            return walks.values(self.name)
        if self.question is not None:
            return of_steps(walks.steps_of(self.question), self, self._of, self.unasked)
        columns = [walks.column(name) for name in self.whole]
        columns += [walks.cells(name, row) for name, row in self.cells]
        columns += [self._seen(walks.steps_of(name), parts) for name, parts in self.parts]
        keys = columns[0] if len(columns) == 1 else list(zip(*columns, strict=True)) or [()] * len(walks.answers)
        return self.known.column(keys, lambda place: self.expression.value(walks.scope(place)))

    def _of(self, step: Step) -> Value:
        """Return the value of an expression that reads one question alone."""
        return self.expression.value(step.scope(self.questionnaire))

    def _seen(self, steps: Steps, parts: tuple[Expression, ...]) -> list[tuple[Value, ...] | None]:
        def made(step: Step) -> tuple[Value, ...]:
            scope = step.scope(self.questionnaire)
            return tuple([part.value(scope) for part in parts])

        return of_steps(steps, self, made, None)


class KnownRoutes:
    """The routes of one questionnaire; ``read`` are the names that they and the derived variables rest on.

    Without ``texts`` open questions are left out where nothing rests on them. Rows never have own words as their label.
    """

    def __init__(self, questionnaire: Questionnaire, *, texts: bool = True) -> None:
        self.questionnaire = questionnaire
        self._expressions: dict[str, KnownExpression] = {}
        self.derived = {name: self.known(derived.expression) for name, derived in questionnaire.derived_named.items()}
        questions = [_KnownQuestion(self, question) for question in questionnaire.questions if question.enabled]
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

    def walk(self, registers: Sequence[Register], answers: Sequence[Answers]) -> Walks:
        """Return what these respondents are asked and the answers that count, as ``route`` does for each of them."""
        walks = Walks(self, registers, answers)
        for question in self._questions:
            walks.steps[question.question.code] = question.steps(walks)
        return walks


class _Asked:
    """A question as it is offered, with the steps of all who got it so."""

    __slots__ = ("offered", "steps")

    def __init__(self, offered: Offered) -> None:
        self.offered = offered
        self.steps: Kept[Step] = Kept()


class _KnownQuestion:
    """A question, as it is offered to those whose conditions are alike."""

    def __init__(self, routes: KnownRoutes, question: Question) -> None:
        self.question, self.source = question, question.rows_marked_in
        self.ask_if = routes.known(question.ask_if) if question.ask_if is not None else None
        choices = (choice.ask_if for choice in (*question.options_on, *question.rows_on))
        self.conditions = tuple(routes.known(condition) for condition in choices if condition is not None)
        self.known: Kept[_Asked | None] = Kept()

    def steps(self, walks: Walks) -> Steps:
        asked = self._asked(walks)
        if self.ask_if is not None:
            is_asked = self.ask_if.values(walks)
            asked = [one if value is True else None for one, value in zip(asked, is_asked, strict=True)]
        code = self.question.code
        stored = [answers.get(code) for answers in walks.answers]
        try:
            keys = [
                tuple(one) if type(one) is list else tuple(one.items()) if type(one) is dict else one for one in stored
            ]
            return _steps(asked, keys, stored)
        except TypeError:  # lists in it
            return _steps(asked, [(type(one), repr(one)) for one in stored], stored)

    def _asked(self, walks: Walks) -> list[_Asked | None]:
        """Return the question as each would be offered it; what it does not depend on, it is made for once."""
        columns: list[Sequence[object]] = [condition.values(walks) for condition in self.conditions]
        if self.source:
            columns.append(walks.steps_of(self.source))
        keys = list(zip(*columns, strict=True)) or [()] * len(walks.answers)
        return self.known.column(keys, lambda place: self._offered(walks, place))

    def _offered(self, walks: Walks, place: int) -> _Asked | None:
        kept = {code: step.answer for code, column in walks.steps.items() if (step := column[place]) is not None}
        item = offered_item(self.question, walks.scope(place), kept)
        return None if item is None else _Asked(Offered(item))


def _steps(asked: list[_Asked | None], keys: list[object], stored: list[object]) -> Steps:
    found: list[Any] = [
        None if one is None else one.steps.get(key, UNKNOWN) for one, key in zip(asked, keys, strict=True)
    ]
    if UNKNOWN in found:
        for place, one in enumerate(asked):
            if found[place] is UNKNOWN and one is not None:
                step = one.steps.get(keys[place])
                if step is None:
                    step = one.steps[keys[place]] = Step(one.offered, one.offered.item.cut(stored[place]))
                found[place] = step
    return found


def _leaves(node: ast.expr) -> Iterator[ast.expr]:
    """Yield the parts that "and", "or" and "not" hold together."""
    match node:
        case ast.BoolOp(values=values):
            for value in values:
                yield from _leaves(value)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield from _leaves(operand)
        case _:
            yield node


def _row_of(leaf: ast.expr) -> str | None:
    """Return the row that a part is about which reads one grid, and of it only that row."""
    nodes = list(ast.walk(leaf))
    rows = {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    once = sum(isinstance(node, ast.Name) for node in nodes) == 1
    return rows.pop() if once and len(rows) == 1 else None
