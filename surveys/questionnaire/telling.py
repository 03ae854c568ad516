"""The answers worth trying: expressions tell codes apart only by naming them, so one code stands for all others.

Used to see what can be reached (``reach``) and how long it takes (``duration``). See docs/methods/routing.md.
"""

import ast
from collections.abc import Iterator, Sequence
from itertools import chain, combinations, islice, product
from typing import TypeVar

from surveys.questionnaire.definition import Choice, Questionnaire, RegisterVariable
from surveys.questionnaire.expression import Expression
from surveys.questionnaire.routing import Item

T = TypeVar("T")

MOST_COMBINATIONS = 100_000
UNANSWERED = None


class Named:
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


def answers(item: Item, named: Named) -> Iterator[object]:
    """The telling answers of one question."""
    match item.question.type:
        case "single":
            return iter(named.telling(item.options))
        case "multi":
            return _mark_sets(item, named)
        case "grid" | "grid_multi":
            return _grids(item, named)
    return iter(["text"])


def _mark_sets(item: Item, named: Named) -> Iterator[list[str]]:
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


def _grids(item: Item, named: Named) -> Iterator[dict[str, object]]:
    """Named rows with every telling answer; the other rows with every set of the telling answers among them."""
    alone = [row for row in item.row_codes if row in named.rows]
    cells = [*islice(_cells(item, named), MOST_COMBINATIONS), UNANSWERED]
    for values in product(cells, repeat=len(alone)):
        answered = {row: value for row, value in zip(alone, values, strict=True) if value is not UNANSWERED}
        for shared in _shared_rows(item, named):
            yield {**answered, **shared}


def _cells(item: Item, named: Named) -> Iterator[object]:
    return iter(named.telling(item.options)) if item.question.type == "grid" else _mark_sets(item, named)


def _shared_rows(item: Item, named: Named) -> Iterator[dict[str, object]]:
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
