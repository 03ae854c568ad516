"""The one expression language: conditions, derived variables, indicators and mail audiences.

Text is parsed with ``ast`` and compiled to closures once; see docs/methods/routing.md for the language and its
three-valued (Kleene) logic. Nothing here knows a questionnaire: ``checks`` holds names and codes against one.
"""

import ast
import operator
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias

Value: TypeAlias = bool | int | str | None

MAX_LENGTH = 2000
MAX_DEPTH = 40


class Scope(Protocol):
    """What an expression reads. Everything unanswered or off the route is None: unknown."""

    def lookup(self, name: str, /) -> object:
        """The value of a register variable, a derived variable or a question (a list for a multi question)."""

    def cell(self, question: str, row: str, /) -> object:
        """The answer in one row of a grid (a list for a grid_multi)."""

    def any_row(self, question: str, codes: frozenset[str], /) -> bool | None:
        """Whether some row of the grid has one of the codes; unknown while that is open."""

    def count(self, question: str, /) -> int | None:
        """The number of marked options of a multi question, exclusive ones not counted."""

    def answered(self, question: str, /) -> bool:
        """Whether the question is on the route and answered; never unknown."""


Evaluate: TypeAlias = Callable[[Scope], object]


class ExpressionError(ValueError):
    """The text is not an expression of the language.

    Attributes:
        part: the piece that does not belong to the language, or "" when the text cannot be read at all.
    """

    def __init__(self, text: str, part: str = "") -> None:
        super().__init__(f"not an expression: {text!r}" + (f" at {part!r}" if part else ""))
        self.text = text
        self.part = part


@dataclass(frozen=True, slots=True)
class Expression:
    """A parsed expression; equal when the text is equal."""

    text: str
    names: frozenset[str] = field(compare=False, repr=False)
    tree: ast.expr = field(compare=False, repr=False)
    evaluate: Evaluate = field(compare=False, repr=False)

    def value(self, scope: Scope) -> Value:
        """Evaluate in a scope: True, False, a code, a number, or None for unknown."""
        result = self.evaluate(scope)
        return result if isinstance(result, (bool, int, str)) else None


def parse(text: str) -> Expression:
    """Parse and compile; ``ExpressionError`` names the part that is not in the language."""
    text = text.strip()
    if len(text) > MAX_LENGTH or "\\" in text:
        raise ExpressionError(text, "\\" if "\\" in text else "")
    try:
        tree = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise ExpressionError(text) from error
    compiler = _Compiler(text)
    evaluate = compiler.compile(tree)
    return Expression(text=text, names=frozenset(compiler.names), tree=tree, evaluate=evaluate)


COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}


class _Compiler:
    """Turns one syntax tree into a closure and notes the names it reads."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.names: set[str] = set()

    def refuse(self, node: ast.AST) -> ExpressionError:
        try:
            return ExpressionError(self.text, ast.unparse(node))
        except RecursionError:  # hundreds of brackets or signs in one another
            return ExpressionError(self.text)

    def compile(self, node: ast.expr, depth: int = 0) -> Evaluate:
        if depth > MAX_DEPTH:
            raise ExpressionError(self.text)
        match node:
            case ast.BoolOp(op=op, values=values):
                parts = tuple(self.compile(value, depth + 1) for value in values)
                return _both(parts) if isinstance(op, ast.And) else _either(parts)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return _negation(self.compile(operand, depth + 1))
            case ast.Compare(left=left, ops=[op], comparators=[right]):
                return self.comparison(node, left, op, right)
            case _:
                return self.operand(node)

    def operand(self, node: ast.expr) -> Evaluate:
        """A constant, a name, ``question.row`` or a function call."""
        match node:
            case ast.Constant(value=value) if type(value) in (str, int):
                return lambda scope: value
            case ast.Name(id=name):
                self.names.add(name)
                return lambda scope: scope.lookup(name)
            case ast.Attribute(value=ast.Name(id=question), attr=row):
                self.names.add(question)
                return lambda scope: scope.cell(question, row)
            case ast.Call(func=ast.Name(id=function), args=[ast.Name(id=question), *rest], keywords=[]):
                self.names.add(question)
                return self.call(node, function, question, rest)
            case _:
                raise self.refuse(node)

    def call(self, node: ast.expr, function: str, question: str, rest: list[ast.expr]) -> Evaluate:
        codes = frozenset(self.string(argument) for argument in rest)
        match function, bool(codes):
            case "any_row", True:
                return lambda scope: scope.any_row(question, codes)
            case "any_of", True:
                return lambda scope: _any_of(scope.lookup(question), codes)
            case "count", False:
                return lambda scope: scope.count(question)
            case "answered", False:
                return lambda scope: scope.answered(question)
            case _:
                raise self.refuse(node)

    def string(self, node: ast.expr) -> str:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return node.value
        raise self.refuse(node)

    def comparison(self, node: ast.expr, left: ast.expr, op: ast.cmpop, right: ast.expr) -> Evaluate:
        if isinstance(op, ast.In | ast.NotIn):
            contained = self.membership(node, left, right)
            return _negation(contained) if isinstance(op, ast.NotIn) else contained
        if type(op) not in COMPARISONS:
            raise self.refuse(node)
        return _comparison(COMPARISONS[type(op)], self.operand(left), self.operand(right))

    def membership(self, node: ast.expr, left: ast.expr, right: ast.expr) -> Evaluate:
        """``x in ('a', 'b')``, ``'a' in multi`` or ``'a' in grid.row``."""
        if isinstance(right, ast.Tuple) and right.elts:
            constants = [element.value for element in right.elts if isinstance(element, ast.Constant)]
            if len(constants) != len(right.elts) or not all(type(value) in (str, int) for value in constants):
                raise self.refuse(right)
            return _one_of(self.operand(left), frozenset(constants))
        if isinstance(right, ast.Name | ast.Attribute):
            return _marked(self.string(left), self.operand(right))
        raise self.refuse(node)


def _both(parts: tuple[Evaluate, ...]) -> Evaluate:
    def evaluate(scope: Scope) -> bool | None:
        result: bool | None = True
        for part in parts:
            value = part(scope)
            if value is False:
                return False
            if value is not True:
                result = None
        return result

    return evaluate


def _either(parts: tuple[Evaluate, ...]) -> Evaluate:
    def evaluate(scope: Scope) -> bool | None:
        result: bool | None = False
        for part in parts:
            value = part(scope)
            if value is True:
                return True
            if value is not False:
                result = None
        return result

    return evaluate


def _negation(part: Evaluate) -> Evaluate:
    def evaluate(scope: Scope) -> bool | None:
        value = part(scope)
        return not value if isinstance(value, bool) else None

    return evaluate


def _comparison(compare: Callable[[Any, Any], bool], left: Evaluate, right: Evaluate) -> Evaluate:
    def evaluate(scope: Scope) -> bool | None:
        one, other = left(scope), right(scope)
        if one is None or other is None:
            return None
        try:
            return compare(one, other)
        except TypeError:  # a text against a number, out of a broken register
            return None

    return evaluate


def _one_of(operand: Evaluate, constants: frozenset[object]) -> Evaluate:
    def evaluate(scope: Scope) -> bool | None:
        value = operand(scope)
        return value in constants if isinstance(value, (str, int)) else None

    return evaluate


def _marked(code: str, operand: Evaluate) -> Evaluate:
    def evaluate(scope: Scope) -> bool | None:
        marks = operand(scope)
        return code in marks if isinstance(marks, list) else None

    return evaluate


def _any_of(marks: object, codes: frozenset[str]) -> bool | None:
    return not codes.isdisjoint(marks) if isinstance(marks, list) else None
