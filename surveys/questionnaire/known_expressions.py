"""Expressions of many respondents: the value is worked out once for all who are alike to it.

An expression is kept by the values of the names in it. Of a question it sees no more than its parts about that question
say (``'idea' in phases``), so that those who differ in other marks are alike to it; of a grid the row that it names, or
whether what it says of the grid is true of a row.
"""

import ast
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final

import numpy as np

from surveys.questionnaire.definition import Questionnaire
from surveys.questionnaire.expression import Expression, parse
from surveys.questionnaire.numbering import Coded, Joint, Numbering
from surveys.questionnaire.routing import RouteScope

if TYPE_CHECKING:
    from surveys.questionnaire.known_routes import Step, Walks

TRUE: Final = 1  # its number among values
OF_ROWS: Final = ("any_row", "answered")  # what they say of a grid, no row says more of than another


class Values(Numbering):
    """Numbers of values; unknown is 0, true is ``TRUE``."""

    def __init__(self) -> None:
        super().__init__(None, True, False)

    def number_of(self, value: object) -> int:
        if value is None:
            return 0
        return {True: TRUE, False: 2}[value] if isinstance(value, bool) else self.number((type(value), value), value)


class KnownExpression:
    """An expression, and its value by what it has seen."""

    def __init__(self, questionnaire: Questionnaire, expression: Expression) -> None:
        self.questionnaire, self.expression = questionnaire, expression
        self.found, self.known = Values(), Joint()
        self.seen = Numbering()  # what parts say of a question
        parts: dict[str, list[Expression]] = {}
        whole: set[str] = set()
        cells: dict[tuple[str, str], list[Expression]] = {}
        self.grids: list[tuple[str, Expression]] = []
        for leaf in _leaves(expression.tree):
            part = parse(ast.unparse(leaf))
            [name, *others] = sorted(part.names) or [""]
            if others or not questionnaire.has_question(name):
                whole |= part.names
            elif row := _row_of(leaf):
                cells.setdefault((name, row), []).append(part)
            elif not questionnaire.question(name).has_rows:
                parts.setdefault(name, []).append(part)
            elif _function(leaf) in OF_ROWS:
                self.grids.append((name, part))
            else:
                whole |= part.names
        self.parts = tuple((name, tuple(found)) for name, found in parts.items() if name not in whole)
        self.cells = tuple((*cell, tuple(found)) for cell, found in cells.items())
        self.whole = tuple(sorted(whole))
        self.name = expression.text if self.whole == (expression.text,) else None
        alone = len(self.parts) == 1 and not (whole or cells or self.grids)
        self.question = self.parts[0][0] if alone else None

    def values(self, walks: "Walks") -> Coded:
        """Return the value for each respondent; None is unknown."""
        if self.name is not None:  # no more than a variable
            return walks.whole(self.name)
        if self.question is not None:
            steps = walks.steps_of(self.question)
            return Coded(self.found, steps.of(self, self._of_one, np.intp))
        whole = [walks.whole(name) for name in self.whole]
        columns = [each.numbers for each in whole]
        columns += [walks.row(name, row).of((self, row), self._seen(parts), np.intp) for name, row, parts in self.cells]
        columns += [walks.steps_of(name).of((self, name), self._seen(parts), np.intp) for name, parts in self.parts]
        columns += [walks.seen(name, part, self._is_true(part)) for name, part in self.grids]
        self.known.rests_on(each.numbering for each in whole)
        numbers = self.known.together(columns, len(walks.answers), lambda place: self._at(walks, place))
        return Coded(self.found, self.known.of(numbers, "value", int, np.intp))

    def _at(self, walks: "Walks", place: int) -> int:
        scope = walks.scope(self.expression.names, place)
        return self.found.number_of(self.expression.value(scope))

    def _of_one(self, step: "Step | None") -> int:
        """Return the value of an expression that reads one question alone."""
        return self.found.number_of(self.expression.value(self._scope(step)))

    def _scope(self, step: "Step | None") -> RouteScope:
        return RouteScope(self.questionnaire, {}) if step is None else step.scope(self.questionnaire)

    def _seen(self, parts: tuple[Expression, ...]) -> "Callable[[Step | None], int]":
        def number(step: "Step | None") -> int:
            scope = self._scope(step)
            values = [part.value(scope) for part in parts]
            return self.seen.number(tuple([(type(value), value) for value in values]), None)

        return number

    def _is_true(self, part: Expression) -> "Callable[[Step | None], bool]":
        return lambda step: step is not None and part.value(self._scope(step)) is True


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


def _function(leaf: ast.expr) -> str | None:
    """Return the function that a part is no more than."""
    return leaf.func.id if isinstance(leaf, ast.Call) and isinstance(leaf.func, ast.Name) else None
