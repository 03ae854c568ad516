"""Can any answers reach a question, an option or a row? Tried by routing every telling combination of what it rests on.

Expressions tell codes apart only by naming them, so of the codes that no expression names one stands for all. What is
left is tried in full, up to ``MOST_COMBINATIONS``. See docs/methods/routing.md.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice

from barometer.problems import Problem
from surveys.questionnaire.definition import Answers, Choice, Question, Questionnaire, Register
from surveys.questionnaire.expression import Expression
from surveys.questionnaire.expression_checks import reads
from surveys.questionnaire.routing import Item, Route, route
from surveys.questionnaire.telling import MOST_COMBINATIONS, UNANSWERED, Named, answers

TRIED_FROM_THE_WAY = 1000  # routes that begin as one does that is known to lead almost there
QUESTION = ""  # the question itself among the things to be reached; its options and rows are "option.x" and "row.x"


def check_reach(questionnaire: Questionnaire, faulty: frozenset[str]) -> list[Problem]:
    """``unreachable`` per question that no answers reach; ``unreachable_choice`` per option and row that no answers
    offer; ``reach_not_tried`` where there are too many to try.

    Args:
        faulty: questions and derived variables with problems of their own; what rests on one of them is not tried.
    """
    problems: list[Problem] = []
    reached: dict[str, Way] = {}
    for question in questionnaire.questions:
        support = _support(questionnaire, question)
        names = {question.code, *support.questions, *support.derived}
        if names & faulty or not (support.questions or support.expressions):
            continue
        only = _only(questionnaire, question, support)
        start = next((reached[other.code] for other in reversed(only.questions) if other.code in reached), None)
        missing, complete, way = _missing(only, question.code, support, start)
        reached |= {question.code: way} if way else {}
        problems += _problems(question, missing, complete=complete)
    return problems


def answers_to(questionnaire: Questionnaire, register: Register, code: str) -> Answers | None:
    """Answers that lead to a question in a workplace that is registered like this; None where none are found."""
    question = questionnaire.question(code)
    support = _support(questionnaire, question)
    alone = _only(questionnaire, question, support)
    routes = _routes(alone, register, {}, code, Named(support.expressions))
    return next((taken.answers for taken in islice(routes, MOST_COMBINATIONS) if taken.item(code) is not None), None)


def _problems(question: Question, missing: set[str], *, complete: bool) -> Iterator[Problem]:
    if missing and not complete:
        yield Problem("reach_not_tried", question.code, {"most": MOST_COMBINATIONS})
    elif QUESTION in missing:
        yield Problem("unreachable", question.code, {"expression": question.ask_if.text if question.ask_if else ""})
    else:
        for kind, choices in (("option", question.options), ("row", question.rows)):
            for choice in choices:
                if f"{kind}.{choice.code}" in missing and choice.ask_if is not None:
                    params = {"expression": choice.ask_if.text}
                    yield Problem("unreachable_choice", f"{question.code}.{choice.code}", params)


@dataclass(frozen=True, slots=True)
class Way:
    """A workplace and answers that lead to a question."""

    register: Register
    answers: Answers


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
        names = derived_names(questionnaire, asked.conditions)
        derived |= names
        expressions += [*asked.conditions, *(questionnaire.derived_named[name].expression for name in names)]
        sources = reads(questionnaire, *asked.conditions) | ({asked.rows_marked_in} if asked.rows_marked_in else set())
        for code in sources:
            if code not in read and code != question.code and questionnaire.has_question(code):
                read[code] = questionnaire.question(code)
                waiting.append(read[code])
    return _Support(frozenset(read), frozenset(derived), tuple(expressions))


def derived_names(questionnaire: Questionnaire, expressions: Sequence[Expression]) -> set[str]:
    """The derived variables that the expressions rest on, also through one another."""
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


def _missing(
    questionnaire: Questionnaire, target: str, support: _Support, start: Way | None
) -> tuple[set[str], bool, Way | None]:
    """What of the target no combination reaches, whether all were tried, and a way to the target.

    A long chain of conditions is found link by link from ``start``, a way to one of the questions it rests on; to try
    all combinations is only needed where that does not lead on.
    """
    named = Named(support.expressions)
    question = questionnaire.question(target)
    missing = {QUESTION, *_conditional("option", question.options), *_conditional("row", question.rows)}
    way: Way | None = None
    for tried, (register, taken) in enumerate(_all_routes(questionnaire, target, named, start), start=1):
        found = _reached(taken.item(target))
        way = way or (Way(register, taken.answers) if found else None)
        missing -= found
        if not missing or tried == MOST_COMBINATIONS:
            return missing, not missing, way
    return missing, True, way


def _all_routes(
    questionnaire: Questionnaire, target: str, named: Named, start: Way | None
) -> Iterator[tuple[Register, Route]]:
    if start is not None:
        routes = _routes(questionnaire, start.register, start.answers, target, named)
        yield from ((start.register, taken) for taken in islice(routes, TRIED_FROM_THE_WAY))
    for register in named.registers(questionnaire):
        yield from ((register, taken) for taken in _routes(questionnaire, register, {}, target, named))


def _conditional(kind: str, choices: tuple[Choice, ...]) -> Iterator[str]:
    return (f"{kind}.{choice.code}" for choice in choices if choice.enabled and choice.ask_if is not None)


def _reached(item: Item | None) -> set[str]:
    if item is None:
        return set()
    return {QUESTION, *(f"option.{code}" for code in item.option_codes), *(f"row.{code}" for code in item.row_codes)}


def _routes(
    questionnaire: Questionnaire, register: Register, given: Answers, target: str, named: Named
) -> Iterator[Route]:
    """Every telling route, question by question: each answer to the first open question, then what follows from it."""
    taken = route(questionnaire, register, given)
    yield taken
    undecided = (item for item in taken.items if item.code not in given and item.code != target)
    item = next((item for item in undecided if item.question.type != "display"), None)
    if item is not None:
        for answer in chain(answers(item, named), [UNANSWERED]):
            yield from _routes(questionnaire, register, {**given, item.code: answer}, target, named)
