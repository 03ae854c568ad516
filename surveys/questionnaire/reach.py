"""Can any answers reach a question? Tried by routing every telling combination of the answers it rests on.

Expressions tell codes apart only by naming them, so of the codes that no expression names one stands for all. What is
left is tried in full, up to ``MOST_COMBINATIONS``. See docs/methods/routing.md.
"""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, combinations, islice, product
from typing import TypeVar

from barometer.problems import Problem
from surveys.questionnaire.definition import Answers, Choice, Question, Questionnaire, Register, RegisterVariable
from surveys.questionnaire.expression import Expression
from surveys.questionnaire.expression_checks import reads
from surveys.questionnaire.routing import Item, Route, route

T = TypeVar("T")

MOST_COMBINATIONS = 100_000
UNANSWERED = None


def check_reach(questionnaire: Questionnaire, faulty: frozenset[str]) -> list[Problem]:
    """``unreachable`` per question that no answers reach; ``reach_not_tried`` where there are too many to try.

    Args:
        faulty: questions and derived variables with problems of their own; what rests on one of them is not tried.
    """
    problems = []
    for question in questionnaire.questions:
        support = _support(questionnaire, question)
        names = {question.code, *support.questions, *support.derived}
        if names & faulty or not (support.questions or support.expressions):
            continue
        reached = _is_reached(_only(questionnaire, question, support), question.code, support)
        if reached is None:
            problems.append(Problem("reach_not_tried", question.code, {"most": MOST_COMBINATIONS}))
        elif not reached:
            condition = question.ask_if.text if question.ask_if else ""
            problems.append(Problem("unreachable", question.code, {"expression": condition}))
    return problems


@dataclass(frozen=True, slots=True)
class _Support:
    """What decides whether a question is asked: the questions below it all, and the expressions that read them."""

    questions: frozenset[str]
    derived: frozenset[str]
    expressions: tuple[Expression, ...]


def _support(questionnaire: Questionnaire, question: Question) -> _Support:
    """Follow conditions down through derived variables and through the conditions of the questions they read."""
    read: dict[str, Question] = {}
    derived: set[str] = set()
    expressions: list[Expression] = []
    waiting = [question]
    while waiting:
        asked = waiting.pop()
        names = _derived_names(questionnaire, asked.conditions)
        derived |= names
        expressions += [*asked.conditions, *(questionnaire.derived_named[name].expression for name in names)]
        sources = reads(questionnaire, *asked.conditions) | ({asked.rows_marked_in} if asked.rows_marked_in else set())
        for code in sources:
            if code not in read and code != question.code and questionnaire.has_question(code):
                read[code] = questionnaire.question(code)
                waiting.append(read[code])
    return _Support(frozenset(read), frozenset(derived), tuple(expressions))


def _derived_names(questionnaire: Questionnaire, expressions: Sequence[Expression]) -> set[str]:
    found: set[str] = set()
    waiting = [name for expression in expressions for name in expression.names]
    while waiting:
        name = waiting.pop()
        if name in questionnaire.derived_named and name not in found:
            found.add(name)
            waiting += questionnaire.derived_named[name].expression.names
    return found


def _only(questionnaire: Questionnaire, question: Question, support: _Support) -> Questionnaire:
    """The questionnaire with nothing but the question and its support; for one that is off, as if all were on."""
    codes = {question.code, *support.questions}
    kept = [other for other in questionnaire.questions if other.code in codes]
    if not question.enabled:
        kept = [_all_on(other) for other in kept]
    derived = tuple(variable for variable in questionnaire.derived if variable.name in support.derived)
    return replace(questionnaire, pages=(), derived=derived, questions=tuple(kept))


def _all_on(question: Question) -> Question:
    options, rows = (
        tuple(replace(choice, enabled=True) for choice in choices) for choices in (question.options, question.rows)
    )
    return replace(question, enabled=True, options=options, rows=rows)


def _is_reached(questionnaire: Questionnaire, target: str, support: _Support) -> bool | None:
    """Whether some combination asks the target; None when the limit came first."""
    named = _Named(support.expressions)
    tried = 0
    for register in named.registers(questionnaire):
        for taken in _routes(questionnaire, register, {}, target, named):
            tried += 1
            if taken.item(target) is not None:
                return True
            if tried == MOST_COMBINATIONS:
                return None
    return False


def _routes(
    questionnaire: Questionnaire, register: Register, answers: Answers, target: str, named: "_Named"
) -> Iterator[Route]:
    """Every telling route, question by question: each answer to the first open question, then what follows from it."""
    taken = route(questionnaire, register, answers)
    yield taken
    undecided = (item for item in taken.items if item.code not in answers and item.code != target)
    item = next((item for item in undecided if item.question.type != "display"), None)
    if item is not None:
        for answer in chain(_answers(item, named), [UNANSWERED]):
            yield from _routes(questionnaire, register, {**answers, item.code: answer}, target, named)


class _Named:
    """The names, codes, numbers and rows that a set of expressions mentions."""

    def __init__(self, expressions: Sequence[Expression]) -> None:
        nodes = [node for expression in expressions for node in ast.walk(expression.tree)]
        constants = [node.value for node in nodes if isinstance(node, ast.Constant)]
        self.names = frozenset(name for expression in expressions for name in expression.names)
        self.texts = frozenset(value for value in constants if isinstance(value, str))
        self.numbers = frozenset(value for value in constants if isinstance(value, int))
        self.rows = frozenset(node.attr for node in nodes if isinstance(node, ast.Attribute))

    def telling(self, choices: tuple[Choice, ...]) -> list[str]:
        """The codes that are named, and one that stands for the others."""
        named = [choice.code for choice in choices if choice.code in self.texts]
        return named + [choice.code for choice in choices if choice.code not in self.texts][:1]

    def registers(self, questionnaire: Questionnaire) -> Iterator[dict[str, str | int]]:
        """Every telling combination of the register variables that are read."""
        read = [variable for variable in questionnaire.register if variable.name in self.names]
        values: list[Sequence[str | int]] = [self.register_values(variable) for variable in read]
        for combination in product(*values):
            yield {variable.name: value for variable, value in zip(read, combination, strict=True)}

    def register_values(self, variable: RegisterVariable) -> list[str] | list[int]:
        if variable.type == "integer":
            return sorted({number + step for number in self.numbers or {0} for step in (-1, 0, 1)})
        return self.telling(variable.codes) if variable.type == "code" else [*sorted(self.texts), ""]


def _answers(item: Item, named: _Named) -> Iterator[object]:
    """The telling answers of one question."""
    match item.question.type:
        case "single":
            return iter(named.telling(item.options))
        case "multi":
            return _mark_sets(item, named)
        case "grid" | "grid_multi":
            return _grids(item, named)
    return iter(["text"])


def _mark_sets(item: Item, named: _Named) -> Iterator[list[str]]:
    """Exclusive options alone; every set of the named others together with 0, 1, 2 … of those not named."""
    yield from ([code] for code in named.telling(tuple(option for option in item.options if option.exclusive)))
    together = [option.code for option in item.options if not option.exclusive]
    chosen = [code for code in together if code in named.texts or code in named.rows]
    others = [code for code in together if code not in chosen]
    most = item.question.max_marks or len(together)
    for marks in _subsets(chosen, most):
        for number in range(len(others) + 1):
            if 0 < len(marks) + number <= most:
                yield [*marks, *others[:number]]


def _grids(item: Item, named: _Named) -> Iterator[dict[str, object]]:
    """Named rows with every telling answer; the other rows with every set of the telling answers among them."""
    alone = [row for row in item.row_codes if row in named.rows]
    cells = [*islice(_cells(item, named), MOST_COMBINATIONS), UNANSWERED]
    for values in product(cells, repeat=len(alone)):
        answered = {row: value for row, value in zip(alone, values, strict=True) if value is not UNANSWERED}
        for shared in _shared_rows(item, named):
            yield {**answered, **shared}


def _cells(item: Item, named: _Named) -> Iterator[object]:
    return iter(named.telling(item.options)) if item.question.type == "grid" else _mark_sets(item, named)


def _shared_rows(item: Item, named: _Named) -> Iterator[dict[str, object]]:
    """The rows that no expression names, which only ``any_row`` reads: sets of codes spread over them."""
    rows = [row for row in item.row_codes if row not in named.rows]
    if not rows:
        yield {}
        return
    codes = named.telling(item.options)
    cells: list[object] = list(codes) if item.question.type == "grid" else [[code] for code in codes]
    sets = chain(([cell] for cell in _cells(item, named)), _subsets(cells, most=len(rows)))
    for chosen in sets:
        if chosen:
            yield _spread(chosen, rows)
            yield _spread(chosen, rows[:-1])  # and one row left open


def _spread(values: Sequence[object], rows: Sequence[str]) -> dict[str, object]:
    return {row: values[number % len(values)] for number, row in enumerate(rows)}


def _subsets(values: Sequence[T], most: int) -> Iterator[tuple[T, ...]]:
    return chain.from_iterable(combinations(values, size) for size in range(min(most, len(values)) + 1))
