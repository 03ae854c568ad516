"""Expressions held against a questionnaire: do the names and codes exist, and do the pieces fit together?"""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from barometer.problems import Problem
from surveys.questionnaire.definition import Choice, Question, Questionnaire
from surveys.questionnaire.expression import Expression


@dataclass(frozen=True, slots=True)
class Kind:
    """What an operand yields: ``name`` is truth, text, number, marks or constant; ``codes`` where they are known."""

    name: str
    codes: frozenset[str] | None = None


TRUTH, TEXT, NUMBER = Kind("truth"), Kind("text"), Kind("number")


def check_expression(expression: Expression, questionnaire: Questionnaire, where: str) -> list[Problem]:
    """Problems of names, codes, rows and fit; whether it yields true or false is ``check_condition``."""
    checker = _Checker(questionnaire, expression, where)
    checker.kind(expression.tree)
    return checker.problems


def check_derived(expression: Expression, questionnaire: Questionnaire, where: str) -> list[Problem]:
    """A derived variable is true or false, or a number of marks."""
    check = check_expression if _is_call(expression.tree, "count") else check_condition
    return check(expression, questionnaire, where)


def check_condition(expression: Expression, questionnaire: Questionnaire, where: str) -> list[Problem]:
    """The problems of an expression that must be true or false."""
    checker = _Checker(questionnaire, expression, where)
    checker.truth(expression.tree)
    return checker.problems


def reads(questionnaire: Questionnaire, *expressions: Expression) -> frozenset[str]:
    """The codes of the questions that the expressions rest on, also through derived variables."""
    names = rests_on(questionnaire, *expressions)
    return frozenset(name for name in names if questionnaire.has_question(name))


def rests_on(questionnaire: Questionnaire, *expressions: Expression) -> frozenset[str]:
    """The questions and register variables that the expressions rest on, also through derived variables."""
    seen: set[str] = set()
    waiting = [name for expression in expressions for name in expression.names]
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            derived = questionnaire.derived_named.get(name)
            waiting += derived.expression.names if derived is not None else ()
    return frozenset(seen - questionnaire.derived_named.keys())


def size(expression: Expression, of_derived: Mapping[str, int]) -> int:
    """The number of names, comparisons, functions and words such as "and" in it, derived variables written out."""
    nodes = [
        node for node in ast.walk(expression.tree) if isinstance(node, ast.expr) and not isinstance(node, ast.Constant)
    ]
    return sum(of_derived.get(node.id, 1) if isinstance(node, ast.Name) else 1 for node in nodes)


def row_codes(question: Question, questionnaire: Questionnaire) -> frozenset[str]:
    """The rows a grid can have; for ``rows_marked_in`` the options of the other question that are not exclusive."""
    source = question.rows_marked_in
    if source is None:
        return _codes(question.rows)
    if not questionnaire.has_question(source):
        return frozenset()
    return frozenset(option.code for option in questionnaire.question(source).options if not option.exclusive)


class _Checker:
    """Walks one expression; ``kind`` is None where a problem has been reported."""

    def __init__(self, questionnaire: Questionnaire, expression: Expression, where: str) -> None:
        self.questionnaire = questionnaire
        self.expression = expression
        self.where = where
        self.problems: list[Problem] = []

    def say(self, problem: str, /, **params: object) -> None:
        self.problems.append(Problem(problem, self.where, {"expression": self.expression.text, **params}))

    def truth(self, node: ast.expr) -> None:
        kind = self.kind(node)
        if kind is not None and kind.name != "truth":
            self.say("not_true_or_false", part=ast.unparse(node))

    def kind(self, node: ast.expr) -> Kind | None:
        match node:
            case ast.BoolOp(values=values):
                for value in values:
                    self.truth(value)
                return TRUTH
            case ast.UnaryOp(operand=operand):
                self.truth(operand)
                return TRUTH
            case ast.Compare(left=left, ops=[op], comparators=[right]):
                self.comparison(node, left, op, right)
                return TRUTH
            case ast.Constant():
                return Kind("constant")
            case ast.Name(id=name):
                return self.name(name)
            case ast.Attribute(value=ast.Name(id=name), attr=row):
                return self.cell(name, row)
            case ast.Call(func=ast.Name(id=function), args=[ast.Name(id=name), *codes]):
                return self.call(function, name, codes)
        raise ValueError(f"not parsed by this language: {ast.dump(node)}")

    # ---- operands

    def name(self, name: str) -> Kind | None:
        variable = self.questionnaire.register_variable(name)
        if variable is not None:
            codes = _codes(variable.codes) if variable.type == "code" else None
            return NUMBER if variable.type == "integer" else Kind("text", codes)
        derived = self.questionnaire.derived_named.get(name)
        if derived is not None:
            return NUMBER if _is_call(derived.expression.tree, "count") else TRUTH
        question = self.question(name)
        if question is None:
            return None
        kinds = {"single": "text", "multi": "marks"}
        if question.type not in kinds:
            self.say("wrong_use", name=name, type=question.type)
            return None
        return Kind(kinds[question.type], _codes(question.options))

    def question(self, name: str) -> Question | None:
        if self.questionnaire.has_question(name):
            return self.questionnaire.question(name)
        self.say("unknown_name", name=name)
        return None

    def cell(self, name: str, row: str) -> Kind | None:
        question = self.question(name)
        if question is None:
            return None
        if not question.has_rows:
            self.say("wrong_use", name=f"{name}.{row}", type=question.type)
            return None
        if row not in row_codes(question, self.questionnaire):
            self.say("unknown_row", name=name, row=row)
            return None
        return Kind("text" if question.type == "grid" else "marks", _codes(question.options))

    def call(self, function: str, name: str, codes: list[ast.expr]) -> Kind | None:
        question = self.question(name)
        if question is None:
            return None
        types = {
            "any_row": ("grid", "grid_multi"),
            "any_of": ("multi",),
            "count": ("multi",),
            "answered": ("single", "multi", "grid", "grid_multi", "open"),
        }[function]
        if question.type not in types:
            self.say("wrong_use", name=f"{function}({name})", type=question.type)
            return None
        for code in _constants(codes):
            self.code(code, name, _codes(question.options))
        return NUMBER if function == "count" else TRUTH

    def code(self, code: object, name: str, codes: frozenset[str] | None) -> None:
        if codes is not None and code not in codes:
            self.say("unknown_code", code=code, name=name)

    # ---- comparisons

    def comparison(self, node: ast.expr, left: ast.expr, op: ast.cmpop, right: ast.expr) -> None:
        if isinstance(op, ast.In | ast.NotIn) and not isinstance(right, ast.Tuple):
            marks = self.kind(right)
            if marks is not None and marks.name != "marks":
                self.say("not_several_marks", part=ast.unparse(right))
            elif marks is not None:
                for code in _constants([left]):
                    self.code(code, ast.unparse(right), marks.codes)
            return
        if isinstance(left, ast.Constant) and not isinstance(right, ast.Tuple):
            left, right = right, left
        kind = self.kind(left)
        if not isinstance(right, ast.Constant | ast.Tuple):
            self.kind(right)
        constants = list(_constants(right.elts if isinstance(right, ast.Tuple) else [right]))
        if kind is None:
            return
        ordered = isinstance(op, ast.Lt | ast.LtE | ast.Gt | ast.GtE)
        fitting = {"number": int, "text": str}.get(kind.name)
        fits = fitting is not None and constants and all(type(constant) is fitting for constant in constants)
        if not fits or (ordered and kind.name != "number"):
            self.say("does_not_compare", part=ast.unparse(node))
        elif kind.name == "text":
            for constant in constants:
                self.code(constant, ast.unparse(left), kind.codes)


def _codes(choices: tuple[Choice, ...]) -> frozenset[str]:
    return frozenset(choice.code for choice in choices)


def _constants(nodes: list[ast.expr]) -> Iterator[str | int]:
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, (str, int)):
            yield node.value


def _is_call(node: ast.expr, function: str) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == function
