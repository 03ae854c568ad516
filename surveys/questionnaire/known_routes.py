"""Routes of many respondents, one after the other: what has been worked out once is looked up for all who are alike.

Nothing is decided here. A condition's value, a question as it is offered and an answer cut down to it are worked out by
``routing`` and ``expression`` the first time, and kept by what they were worked out from:

- an expression by the values of the names in it. Of a question it sees no more than its parts about that question say
  (``'idea' in phases``), so that those who differ in other marks are alike to it;
- a question by its conditions, and by the answer to the question that its rows are marked in;
- an answer by what was stored.
"""

import ast
from collections.abc import Iterator
from contextlib import suppress
from itertools import groupby
from typing import Any, Final, TypeVar

from surveys.questionnaire.definition import Answers, Question, Questionnaire, Register
from surveys.questionnaire.expression import Expression, Value, parse
from surveys.questionnaire.routing import Item, RouteScope, offered_item

MOST_KEPT: Final = 1_000  # of one kind: beyond that, what a few respondents share is not worth the memory
UNKNOWN: Final = object()
Found = TypeVar("Found")


class _Kept(dict[object, Found]):
    """Begins anew when there is too much in it."""

    def __setitem__(self, key: object, value: Found) -> None:
        if len(self) >= MOST_KEPT:
            self.clear()
        super().__setitem__(key, value)


class Step:
    """A question that is asked, and the answer: the same object for all who have both. ``cells``: a caller's own."""

    __slots__ = ("_scope", "answer", "cells", "complete", "item", "seen")

    def __init__(self, item: Item, answer: object) -> None:
        self.item, self.answer, self.complete = item, answer, item.complete(answer)
        self.seen: dict[KnownExpression, Any] = {}  # what an expression sees of it; its value, if it sees nothing else
        self.cells: Any = None
        self._scope: RouteScope | None = None

    def scope(self, questionnaire: Questionnaire) -> RouteScope:
        """Return what an expression sees that reads this question alone."""
        if self._scope is None:
            self._scope = RouteScope(questionnaire, {})
            self._scope.add(self.item, self.answer)
        return self._scope


class Walk:
    """What one respondent is asked, by code and in order; ``values`` are the register and what derives from answers."""

    __slots__ = ("routes", "steps", "values")

    def __init__(self, routes: "KnownRoutes", register: Register) -> None:
        self.routes = routes
        self.steps: dict[str, Step] = {}
        self.values: dict[str, Any] = dict(register)

    def value(self, name: str) -> Value:
        """Return the value of a register or derived variable; None is unknown."""
        value = self.lookup(name)
        return value if isinstance(value, (bool, int, str)) else None

    def lookup(self, name: str) -> object:
        """Return a value, or the step of a question; each derived variable is worked out once, as in ``RouteScope``."""
        value = self.values.get(name, UNKNOWN)
        if value is not UNKNOWN:
            return value
        if name in self.steps:
            return self.steps[name]
        derived = self.routes.derived.get(name)
        if derived is None:
            return None
        value = self.values[name] = derived.value(self)
        return value

    def scope(self) -> RouteScope:
        """Return what conditions see here."""
        scope = RouteScope(self.routes.questionnaire, self.values)
        for step in self.steps.values():
            scope.add(step.item, step.answer)
        return scope


class KnownExpression:
    """An expression, and its value by what it has seen."""

    def __init__(self, questionnaire: Questionnaire, expression: Expression) -> None:
        self.expression, self.known = expression, _Kept[Value]()
        parts: dict[str, list[Expression]] = {}
        whole: set[str] = set()
        for leaf in _leaves(expression.tree):
            part = parse(ast.unparse(leaf))
            [name, *others] = sorted(part.names) or [""]
            if questionnaire.has_question(name) and not others:
                parts.setdefault(name, []).append(part)
            else:
                whole |= part.names
        self.parts = tuple((name, tuple(found)) for name, found in parts.items() if name not in whole)
        self.whole = tuple(sorted(whole))
        self.only = self.whole[0] if len(self.whole) == 1 and not self.parts else None
        self.question = self.parts[0][0] if len(self.parts) == 1 and not self.whole else None

    def value(self, walk: Walk) -> Value:
        key: object = None
        if self.only is not None:
            key = walk.values.get(self.only, UNKNOWN)
            if key is UNKNOWN:
                key = walk.lookup(self.only)
        elif self.question is not None:
            step = walk.steps.get(self.question)
            if step is not None:
                return self._of(step, walk)
        else:
            key = self._seen(walk)
        value = self.known.get(key, UNKNOWN)
        if value is UNKNOWN:
            value = self.known[key] = self.expression.value(walk.scope())
        return value  # type: ignore[return-value]

    def _of(self, step: Step, walk: Walk) -> Value:
        """Return the value of an expression that reads one question alone."""
        if self not in step.seen:
            step.seen[self] = self.expression.value(step.scope(walk.routes.questionnaire))
        value: Value = step.seen[self]
        return value

    def _seen(self, walk: Walk) -> object:
        steps = walk.steps
        seen: list[object] = [walk.lookup(name) for name in self.whole]
        for name, parts in self.parts:
            step = steps.get(name)
            seen.append(None if step is None else step.seen.get(self) or self._part(walk, step, parts))
        return tuple(seen)

    def _part(self, walk: Walk, step: Step, parts: tuple[Expression, ...]) -> tuple[Value, ...]:
        scope = step.scope(walk.routes.questionnaire)
        made = step.seen[self] = tuple([part.value(scope) for part in parts])
        return made


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
        wanted = [
            question
            for question in questions
            if texts or question.code in self.read or question.question.type not in ("open", "display")
        ]
        # Neighbours that hang on one derived variable or none: it has one value, so one look is enough for all.
        alike = groupby(wanted, lambda one: one.ask_if if one.ask_if is None or one.ask_if.only else one)
        self._groups = [(group[0].ask_if, group) for group in (list(each) for _key, each in alike)]

    def known(self, expression: Expression) -> KnownExpression:
        found = self._expressions.get(expression.text)
        if found is None:
            found = self._expressions[expression.text] = KnownExpression(self.questionnaire, expression)
        return found

    def walk(self, register: Register, answers: Answers) -> Walk:
        """Return what this respondent is asked and the answers that count, as ``route`` does."""
        walk = Walk(self, register)
        steps = walk.steps
        for condition, questions in self._groups:
            if condition is not None and condition.value(walk) is not True:
                continue
            for question in questions:
                asked = question.asked(walk) if question.varies else question.always
                if asked is not None:
                    stored = answers.get(question.code)
                    steps[question.code] = asked.step_of(stored)
        return walk


class _KnownQuestion:
    """A question, as it is offered to those whose conditions are alike."""

    __slots__ = ("always", "ask_if", "code", "conditions", "known", "question", "source", "varies")

    def __init__(self, routes: KnownRoutes, question: Question) -> None:
        self.question, self.code, self.source = question, question.code, question.rows_marked_in
        self.ask_if = routes.known(question.ask_if) if question.ask_if is not None else None
        choices = (choice.ask_if for choice in (*question.options_on, *question.rows_on))
        self.conditions = tuple(routes.known(condition) for condition in choices if condition is not None)
        self.varies = bool(self.conditions or self.source)
        self.known = _Kept[_Asked | None]()
        self.always = None if self.varies else _asked(question, Walk(routes, {}))

    def asked(self, walk: Walk) -> "_Asked | None":
        source = walk.steps.get(self.source) if self.source else None
        key = (source, *[condition.value(walk) for condition in self.conditions])
        found = self.known.get(key, UNKNOWN)
        if found is UNKNOWN:
            found = self.known[key] = _asked(self.question, walk)
        return found  # type: ignore[return-value]


class _Asked:
    """A question as it is offered, with the steps of all who got it so."""

    __slots__ = ("item", "steps")

    def __init__(self, item: Item) -> None:
        self.item, self.steps = item, _Kept[Step]()

    def step_of(self, stored: object) -> Step:
        key: object = stored
        if type(stored) is list:
            key = tuple(stored)
        elif type(stored) is dict:
            key = tuple(stored.items())
        try:
            step = self.steps.get(key)
        except TypeError:  # lists in it
            key = _key(stored)
            step = self.steps.get(key)
        if step is None:
            step = self.steps[key] = Step(self.item, self.item.cut(stored))
        return step


def _asked(question: Question, walk: Walk) -> _Asked | None:
    kept = {code: step.answer for code, step in walk.steps.items()}
    item = offered_item(question, walk.scope(), kept)
    return None if item is None else _Asked(item)


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


def _key(stored: object) -> object:
    """Return something that can be a key of a dictionary and tells one stored answer from every other."""
    if type(stored) is dict:
        key = tuple([(row, tuple(cell) if type(cell) is list else cell) for row, cell in stored.items()])
        with suppress(TypeError):
            hash(key)
            return key
    return type(stored), repr(stored)  # lists in lists and the like, which are no answers
