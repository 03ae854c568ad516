"""A condition taken apart into plain facts, so that it can be said in words or compared with another one.

Derived variables are written out, negations moved to the facts, what the register is known to say is filled in, and
what another part says already is left out: whoever has answered a question was asked it, so the condition of that
question need not be said again.
"""

import ast
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from surveys.questionnaire.definition import Questionnaire, Register
from surveys.questionnaire.expression import COMPARISONS, Expression

Operator: TypeAlias = Literal["in", "==", "<=", ">="]


@dataclass(frozen=True, slots=True)
class Fact:
    """Something about one question or register variable.

    Attributes:
        kind: "is" (its answer, or that in ``row``, is one of ``values``), "marked" (one of ``values`` is among the
            marks), "any_row" (some row has one of ``values``), "count" (of marks), "answered", "register".
        operator: "in" for ``values``; for a number, with one value, also the others.
        negated: it is not so. Never of a number but with "==".
    """

    kind: Literal["is", "marked", "any_row", "count", "answered", "register"]
    name: str
    row: str = ""
    operator: Operator = "in"
    values: tuple[str | int, ...] = ()
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Both:
    """All parts hold; at least two, none of them a ``Both``."""

    parts: tuple["Fact | Either", ...]


@dataclass(frozen=True, slots=True)
class Either:
    """At least one part holds; at least two, none of them an ``Either``."""

    parts: tuple["Fact | Both", ...]


Condition: TypeAlias = Fact | Both | Either | bool


class Conditions:
    """Takes the conditions of one questionnaire apart, what a question rests on only once however often it is read.

    Args:
        known: the register variables whose value is known here; the others stay facts.
    """

    def __init__(self, questionnaire: Questionnaire, known: Register) -> None:
        self.questionnaire = questionnaire
        self.known = known
        self._derived: dict[tuple[str, bool], Condition] = {}
        self._asked: dict[str, frozenset[Fact | Either]] = {}
        self._questions = iter(questionnaire.questions)

    def of(self, expression: Expression | None) -> Condition:
        """Take apart a condition that has passed its checks; True where it always holds, False where it never does."""
        return True if expression is None else self.read(expression.tree, negated=False)

    def read(self, node: ast.expr, *, negated: bool) -> Condition:
        match node:
            case ast.BoolOp(op=op, values=values):
                parts = [self.read(value, negated=negated) for value in values]
                return self.both(parts) if isinstance(op, ast.And) is not negated else either(parts)
            case ast.UnaryOp(operand=operand):
                return self.read(operand, negated=not negated)
            case ast.Name(id=name):
                return self.derived(name, negated=negated)
            case ast.Call(func=ast.Name(id=function), args=[ast.Name(id=name), *codes]):
                return self.call(function, name, codes, negated=negated)
            case ast.Compare(left=left, ops=[op], comparators=[right]):
                return self.comparison(left, op, right, negated=negated)
        raise ValueError(f"no condition: {ast.unparse(node)}")

    def derived(self, name: str, *, negated: bool) -> Condition:
        if (name, negated) not in self._derived:
            tree = self.questionnaire.derived_named[name].expression.tree
            self._derived[name, negated] = self.read(tree, negated=negated)
        return self._derived[name, negated]

    def call(self, function: str, name: str, codes: list[ast.expr], *, negated: bool) -> Fact:
        values = _constants(codes)
        match function:
            case "any_row":
                return Fact("any_row", name, values=values, negated=negated)
            case "any_of":
                return Fact("marked", name, values=values, negated=negated)
        return Fact("answered", name, negated=negated)

    def comparison(self, left: ast.expr, op: ast.cmpop, right: ast.expr, *, negated: bool) -> Condition:
        if isinstance(op, ast.In | ast.NotIn):
            negated = negated is not isinstance(op, ast.NotIn)
            if isinstance(right, ast.Tuple):
                return self.fact(left, _constants(right.elts), negated=negated)
            return replace(self.operand(right, "marked"), values=_constants([left]), negated=negated)
        if isinstance(left, ast.Constant):
            left, op, right = right, _turned(op), left
        [value] = _constants([right])
        if isinstance(op, ast.Eq | ast.NotEq):
            return self.fact(left, (value,), negated=negated is not isinstance(op, ast.NotEq))
        return self.order(left, op, int(value), negated=negated)

    def fact(self, left: ast.expr, values: tuple[str | int, ...], *, negated: bool) -> Condition:
        fact = replace(self.operand(left, "is"), values=values, negated=negated)
        if fact.kind == "register" and fact.name in self.known:
            return (self.known[fact.name] in values) is not negated
        if fact.kind in ("count", "register") and all(isinstance(value, int) for value in values):
            equals = [replace(fact, operator="==", values=(value,)) for value in values]
            return self.both(equals) if negated else either(equals)
        return fact

    def order(self, left: ast.expr, op: ast.cmpop, value: int, *, negated: bool) -> Condition:
        """An order of whole numbers as "at least" or "at most"."""
        fact = self.operand(left, "is")
        if fact.kind == "register" and fact.name in self.known:
            return COMPARISONS[type(op)](self.known[fact.name], value) is not negated
        upwards = isinstance(op, ast.Gt | ast.GtE) is not negated
        strict = isinstance(op, ast.Gt | ast.Lt) is not negated
        if upwards:
            return replace(fact, operator=">=", values=(value + strict,))
        return replace(fact, operator="<=", values=(value - strict,))

    def operand(self, node: ast.expr, kind: Literal["is", "marked"]) -> Fact:
        match node:
            case ast.Attribute(value=ast.Name(id=name), attr=row):
                return Fact(kind, name, row=row)
            case ast.Call(args=[ast.Name(id=name)]):
                return Fact("count", name)
            case ast.Name(id=name):
                if self.questionnaire.register_variable(name) is not None:
                    return Fact("register", name)
                derived = self.questionnaire.derived_named.get(name)
                return Fact(kind, name) if derived is None else self.operand(derived.expression.tree, kind)
        raise ValueError(f"no operand: {ast.unparse(node)}")

    def both(self, parts: Iterable[Condition]) -> Condition:
        """The conjunction, without what its other parts say already."""
        found: list[Fact | Either] = []
        for part in parts:
            if part is False:
                return False
            if part is not True:
                found += part.parts if isinstance(part, Both) else [part]
        found = list(dict.fromkeys(found))
        for part in [part for part in found if isinstance(part, Either)]:
            left = _without_contradicted(part, found)
            if left is False:
                return False
            found = [other for other in found if other is not part]
            if left is not True:
                found += [new for new in _conjuncts(left) if new not in found]
        implied = {part: self.implied(part) for part in found}
        found = [part for part in found if not any(part in implied[other] for other in found if other != part)]
        return found[0] if len(found) == 1 else Both(tuple(found)) if found else True

    def implied(self, part: "Fact | Either | Both") -> frozenset["Fact | Either"]:
        """What must hold when the part does, because the question that it is about was asked."""
        if isinstance(part, Both):
            return frozenset().union(*(self.implied(each) for each in part.parts))
        if isinstance(part, Either):
            return frozenset.intersection(*(self.implied(each) for each in part.parts))
        if part.kind == "register" or (part.kind == "answered" and part.negated):
            return frozenset()
        return self.asked(part.name)

    def asked(self, code: str) -> frozenset["Fact | Either"]:
        """What holds whenever a question is asked, through all that it rests on.

        Worked out from the first question downwards: however long a chain of conditions is, none is looked up deep.
        """
        while code not in self._asked:
            question = next(self._questions)
            condition = self.of(question.ask_if)
            direct = () if isinstance(condition, bool) else _conjuncts(condition)
            self._asked[question.code] = frozenset(direct).union(*(self.implied(each) for each in direct))
        return self._asked[code]


def _conjuncts(condition: Fact | Both | Either) -> tuple["Fact | Either", ...]:
    return condition.parts if isinstance(condition, Both) else (condition,)


def _without_contradicted(part: Either, others: list["Fact | Either"]) -> Condition:
    """An alternative that holds makes the whole superfluous, one that the other parts rule out falls away."""
    if any(alternative in others for alternative in part.parts if isinstance(alternative, Fact)):
        return True
    return either(
        alternative
        for alternative in part.parts
        if not (isinstance(alternative, Fact) and replace(alternative, negated=not alternative.negated) in others)
    )


def either(parts: Iterable[Condition]) -> Condition:
    """The disjunction; codes of the same question are put together."""
    found: list[Fact | Both] = []
    for part in parts:
        if part is True:
            return True
        if part is not False:
            found += part.parts if isinstance(part, Either) else [part]
    merged: dict[object, Fact | Both] = {}
    for part in found:
        key: object = part
        if isinstance(part, Fact) and part.kind in ("is", "marked", "any_row") and not part.negated:
            key = (part.kind, part.name, part.row)
            before = merged.get(key)
            if isinstance(before, Fact):
                part = replace(part, values=tuple(dict.fromkeys([*before.values, *part.values])))
        merged[key] = part
    result = tuple(merged.values())
    return result[0] if len(result) == 1 else Either(result) if result else False


def _constants(nodes: list[ast.expr]) -> tuple[str | int, ...]:
    return tuple(node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str | int))


def _turned(op: ast.cmpop) -> ast.cmpop:
    """``2 < x`` is ``x > 2``."""
    turned: dict[type[ast.cmpop], type[ast.cmpop]] = {
        ast.Lt: ast.Gt,
        ast.Gt: ast.Lt,
        ast.LtE: ast.GtE,
        ast.GtE: ast.LtE,
    }
    return turned.get(type(op), type(op))()
