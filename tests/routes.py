"""Every route of a questionnaire, where a route is a set of questions, with answers that lead along it. Pure."""

from collections.abc import Iterator, Mapping

from surveys.questionnaire.definition import Questionnaire, Register
from surveys.questionnaire.expression_checks import reads
from surveys.questionnaire.reach import derived_names
from surveys.questionnaire.routing import Item, Route, route
from surveys.questionnaire.telling import Named, answers

Given = dict[str, object]


def routes_of(questionnaire: Questionnaire, register: Register) -> dict[frozenset[str], Given]:
    """Return for every route its questions (without display questions) and answers that lead along it.

    Only questions that conditions rest on are tried, with every answer that a condition can tell from another; the
    first answers found that lead along a route are kept.
    """
    conditions = [condition for question in questionnaire.questions for condition in question.conditions]
    derived = derived_names(questionnaire, conditions)
    expressions = [*conditions, *(questionnaire.derived_named[name].expression for name in derived)]
    deciding = set(reads(questionnaire, *conditions))
    named = Named(expressions)
    found: dict[frozenset[str], Given] = {}
    for given, taken in _taken(questionnaire, register, deciding, named, {}):
        found.setdefault(questions_of(taken), given)
    return found


def questions_of(taken: Route) -> frozenset[str]:
    return frozenset(item.code for item in taken.items if item.question.type != "display")


def _taken(
    questionnaire: Questionnaire, register: Register, deciding: set[str], named: Named, given: Given
) -> Iterator[tuple[Given, Route]]:
    taken = route(questionnaire, register, given)
    open_ = next((item for item in taken.items if item.code in deciding and item.code not in given), None)
    if open_ is None:
        yield given, taken
        return
    for answer in _telling(open_, named):
        yield from _taken(questionnaire, register, deciding, named, {**given, open_.code: answer})


def _telling(item: Item, named: Named) -> Iterator[object]:
    """Of a grid, only what answers every row; of many marks, the exclusive ones alone and one set of others."""
    if item.question.has_rows:
        every = answers(item, named)
        yield from (each for each in every if isinstance(each, Mapping) and len(each) == len(item.rows))
    elif item.question.many_marks:
        alone = [option.code for option in item.options if option.exclusive]
        yield from ([code] for code in alone)
        yield [option.code for option in item.options if option.code not in alone][:2]
    else:
        yield from answers(item, named)
