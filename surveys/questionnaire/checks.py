"""What a document can mean wrongly: every problem of a questionnaire at once, in words for the person who wrote it."""

import keyword
import re
from collections.abc import Iterator, Sequence

from barometer.problems import Problem
from surveys.questionnaire.definition import LANGUAGES, Choice, Question, Questionnaire
from surveys.questionnaire.expression import Expression
from surveys.questionnaire.expression_checks import check_condition, check_derived, reads, size
from surveys.questionnaire.label_checks import check_labels
from surveys.questionnaire.reach import check_reach, derived_names

# All other problems are errors: they refuse the document, and block publishing.
WARNINGS = frozenset(
    {
        *("reach_not_tried", "changed_meaning", "changed_value", "some_without_value"),
        *("xls_renamed", "xls_page_split"),  # of an import (surveys/xlsform): told, and nothing is lost by it
    }
)

MOST_CODE_CHARACTERS = 50
MOST_TEXT_CHARACTERS = 10_000
MOST_PIECES = 300  # of a condition (``size``); the longest of the barometer has some 40
CODE = re.compile(r"[a-z](?:_?[a-z0-9])*_?")
SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
COUNTRY = re.compile(r"[A-Z]{2}")

FITTING_TYPES = {
    "max": ("multi", "grid_multi"),
    "max_length": ("open",),
    "options": ("single", "multi", "grid", "grid_multi"),
    "rows": ("grid", "grid_multi"),
    "row_text": ("grid_multi",),
    "required": ("single", "multi", "grid", "grid_multi", "open"),
    "soft_check": ("single", "multi", "grid", "grid_multi", "open"),
}


def is_error(problem: Problem) -> bool:
    """Whether it blocks publishing."""
    return problem.code not in WARNINGS


def check(questionnaire: Questionnaire, unreadable: frozenset[str] = frozenset()) -> list[Problem]:
    """Return all problems of one questionnaire taken by itself; no error among them means that it can be published.

    Args:
        unreadable: questions and derived variables that the document does not define properly (reported already):
            their own conditions are not looked at.
    """
    problems = [*_header(questionnaire), *_codes(questionnaire), *check_labels(questionnaire)]
    problems += _sizes(questionnaire)
    faulty = set(unreadable) | {str(problem.params["code"]) for problem in problems if problem.code == "duplicate_code"}
    for number, derived in enumerate(questionnaire.derived):
        found = [] if derived.name in unreadable else list(_derived(questionnaire, number))
        problems += found
        faulty |= {derived.name} if found else set()
    for question in questionnaire.questions:
        found = list(_structure(questionnaire, question))
        if question.code not in unreadable:
            found += _conditions(questionnaire, question)
        problems += found
        faulty |= {question.code} if found else set()
    return problems + check_reach(questionnaire, frozenset(faulty))


def _header(questionnaire: Questionnaire) -> Iterator[Problem]:
    if questionnaire.code and (
        not SLUG.fullmatch(questionnaire.code) or len(questionnaire.code) > MOST_CODE_CHARACTERS
    ):
        yield Problem("bad_slug", "", {"code": questionnaire.code})
    if questionnaire.version < 1:
        yield Problem("bad_version", "")
    if questionnaire.country and not COUNTRY.fullmatch(questionnaire.country):
        yield Problem("bad_country", "", {"country": questionnaire.country})
    for language in questionnaire.languages:
        if language not in LANGUAGES:
            yield Problem("bad_language", "", {"language": language, "known": ", ".join(LANGUAGES)})
    if questionnaire.reference_end < questionnaire.reference_start:
        yield Problem("period_backwards", "reference_period")
    if not questionnaire.questions:
        yield Problem("no_questions", "")


# ---- codes


def _codes(questionnaire: Questionnaire) -> Iterator[Problem]:
    """Every code is well formed and used once where it must be one."""
    taken: set[str] = set()
    for variable in questionnaire.register:
        yield from _code(variable.name, f"register.{variable.name}", taken)
        if variable.name and not variable.name.startswith("reg_"):
            yield Problem("register_prefix", f"register.{variable.name}", {"code": variable.name})
        yield from _choice_codes(variable.codes, f"register.{variable.name}")
        if variable.type != "code" and variable.codes:
            yield Problem("codes_not_for_type", f"register.{variable.name}", {"type": variable.type})
        if variable.type == "code" and not variable.codes:
            yield Problem("no_codes", f"register.{variable.name}")
    for name, choices in questionnaire.scales.items():
        yield from _code(name, f"scales.{name}", set())
        yield from _choice_codes(choices, f"scales.{name}")
        if not any(choice.enabled for choice in choices):
            yield Problem("empty_scale", f"scales.{name}")
    names = [(derived.name, f"derived.{derived.name}") for derived in questionnaire.derived]
    for code, where in names + [(question.code, question.code) for question in questionnaire.questions]:
        yield from _code(code, where, taken)
        if code.startswith(("reg_", "case_")):
            yield Problem("reserved_prefix", where, {"code": code})
        if keyword.iskeyword(code):
            yield Problem("reserved_word", where, {"code": code})
    pages: set[str] = set()
    for page in questionnaire.pages:
        yield from _code(page.name, f"pages.{page.name}", pages)
    for question in questionnaire.questions:
        if question.scale is None:
            yield from _choice_codes(question.options, question.code)
        if question.rows_like is None:
            yield from _choice_codes(question.rows, question.code)
            yield from _row_words(question)


def _code(code: str, where: str, taken: set[str]) -> Iterator[Problem]:
    if not code:
        return
    if not CODE.fullmatch(code) or len(code) > MOST_CODE_CHARACTERS:
        yield Problem("bad_code", where, {"code": code, "most": MOST_CODE_CHARACTERS})
    if code in taken:
        yield Problem("duplicate_code", where, {"code": code})
    taken.add(code)


def _choice_codes(choices: tuple[Choice, ...], owner: str) -> Iterator[Problem]:
    taken: set[str] = set()
    values: set[int] = set()
    for choice in choices:
        if not choice.code:
            yield Problem("missing_code", owner)
        yield from _code(choice.code, f"{owner}.{choice.code}", taken)
        if choice.value is not None and choice.value in values:
            yield Problem("duplicate_value", f"{owner}.{choice.code}", {"value": choice.value})
        values |= {choice.value} if choice.value is not None else set()
    if 0 < sum(choice.value is None for choice in choices) < len(choices):
        yield Problem("some_without_value", owner)


def _row_words(question: Question) -> Iterator[Problem]:
    for row in question.rows:
        if keyword.iskeyword(row.code):
            yield Problem("reserved_word", f"{question.code}.{row.code}", {"code": row.code})


# ---- the parts of a question


def _structure(questionnaire: Questionnaire, question: Question) -> Iterator[Problem]:
    given = {
        "max": question.max_marks is not None,
        "max_length": question.max_length is not None,
        "options": bool(question.options or question.scale),
        "rows": bool(question.rows or question.rows_like or question.rows_marked_in),
        "row_text": question.row_text is not None,
        "required": question.required,
        "soft_check": question.soft_check is not None,
    }
    for key, types in FITTING_TYPES.items():
        if given[key] and question.type not in types:
            yield Problem("not_for_type", question.code, {"key": key, "type": question.type})
    if question.scale is not None and question.scale not in questionnaire.scales:
        yield Problem("unknown_scale", question.code, {"scale": question.scale})
    elif question.closed and not question.options_on and question.scale is None:  # an empty scale is told once
        yield Problem("no_options", question.code)
    if question.has_rows:
        yield from _rows(questionnaire, question)
    yield from _options(question)
    if question.max_length is not None and not 1 <= question.max_length <= MOST_TEXT_CHARACTERS:
        yield Problem("max_length_out_of_range", question.code, {"most": MOST_TEXT_CHARACTERS})


def _options(question: Question) -> Iterator[Problem]:
    for option in question.options:
        where = f"{question.code}.{option.code}"
        if option.exclusive and not question.many_marks:
            yield Problem("exclusive_single", where, {"type": question.type})
        if option.open and question.has_rows:
            yield Problem("open_in_grid", where)
    together = sum(not option.exclusive for option in question.options_on)
    if question.max_marks is not None and question.many_marks and not 1 <= question.max_marks <= max(together, 1):
        yield Problem("max_out_of_range", question.code, {"max": question.max_marks, "most": together})


def _rows(questionnaire: Questionnaire, question: Question) -> Iterator[Problem]:
    for key, types, source in (
        ("rows_like", ("grid", "grid_multi"), question.rows_like),
        ("rows_marked_in", ("multi",), question.rows_marked_in),
    ):
        if source is None:
            continue
        if not questionnaire.has_question(source):
            yield Problem("unknown_source", question.code, {"key": key, "name": source})
            return
        other = questionnaire.question(source)
        if other.type not in types or (key == "rows_like" and (other.rows_like or other.rows_marked_in)):
            yield Problem("wrong_source", question.code, {"key": key, "name": source, "types": ", ".join(types)})
        if key == "rows_like" and not _above(questionnaire, source, question.code):
            yield Problem("forward_reference", question.code, {"name": source, "expression": f"{key}: {source}"})
        return
    if not question.rows_on:
        yield Problem("no_rows", question.code)


# ---- conditions


def _derived(questionnaire: Questionnaire, number: int) -> Iterator[Problem]:
    derived = questionnaire.derived[number]
    where = f"derived.{derived.name}"
    yield from check_derived(derived.expression, questionnaire, where)
    loops = _loops(questionnaire, number)
    if derived.name in loops:
        chain = " → ".join([*loops[derived.name], derived.name])
        yield Problem("loop", where, {"chain": chain, "expression": derived.expression.text})
    not_above = {other.name for other in questionnaire.derived[number:]} - set(loops)
    for name in sorted(derived.expression.names & not_above):
        yield Problem("forward_reference", where, {"name": name, "expression": derived.expression.text})


def _sizes(questionnaire: Questionnaire) -> Iterator[Problem]:
    """Whatever is written out for readers, or compared, has an end: twenty derived variables that each name the one
    above them twice would be a million names."""
    sizes: dict[str, int] = {}
    derived = [(f"derived.{variable.name}", variable.name, variable.expression) for variable in questionnaire.derived]
    asked = [(question.code, "", found) for question in questionnaire.questions for found in question.conditions]
    for where, name, expression in [*derived, *asked]:
        number = size(expression, sizes)
        if number > MOST_PIECES:
            yield Problem("condition_too_long", where, {"expression": expression.text})
        sizes |= {name: number if number <= MOST_PIECES else 1} if name else {}


def _loops(questionnaire: Questionnaire, number: int) -> dict[str, list[str]]:
    """The way from a derived variable to every one below it that leads back to it; its own name only once per loop:
    at the variable that stands first in it."""
    start = questionnaire.derived[number].name
    ways: dict[str, list[str]] = {}
    waiting = [[start]]
    while waiting:
        way = waiting.pop(0)
        for name in sorted(questionnaire.derived_named[way[-1]].expression.names & set(questionnaire.derived_named)):
            if name not in ways:
                ways[name] = way
                waiting.append([*way, name])
    if start not in ways:
        return {}
    above = {other.name for other in questionnaire.derived[:number]}
    members = {name for name in ways if start in _read_through(questionnaire, name)}
    return {name: way for name, way in ways.items() if name in members and (name != start or not members & above)}


def _read_through(questionnaire: Questionnaire, name: str) -> set[str]:
    return derived_names(questionnaire, [questionnaire.derived_named[name].expression])


def _conditions(questionnaire: Questionnaire, question: Question) -> Iterator[Problem]:
    choices = [(f"{question.code}.{choice.code}", choice.ask_if) for choice in (*question.options, *question.rows)]
    for where, condition in ((question.code, question.ask_if), *choices):
        if condition is not None:
            yield from check_condition(condition, questionnaire, where)
            yield from _positions(
                questionnaire, question, sorted(reads(questionnaire, condition)), where, condition.text
            )
    source = question.rows_marked_in
    if source is not None and questionnaire.has_question(source):
        yield from _positions(questionnaire, question, [source], question.code, f"rows_marked_in: {source}")
    if question.soft_check is not None:
        yield from _soft_check(questionnaire, question, question.soft_check.when)


def _positions(
    questionnaire: Questionnaire, question: Question, names: Sequence[str], where: str, expression: str
) -> Iterator[Problem]:
    """What a condition reads stands above it, and on an earlier page."""
    for name in names:
        params = {"name": name, "expression": expression}
        if not _above(questionnaire, name, question.code):
            yield Problem("forward_reference", where, params)
        elif questionnaire.page_of(name) is questionnaire.page_of(question.code):
            yield Problem("same_page", where, {**params, "page": questionnaire.page_of(name).name})


def _soft_check(questionnaire: Questionnaire, question: Question, when: Expression) -> Iterator[Problem]:
    where = f"{question.code}.soft_check"
    yield from check_condition(when, questionnaire, where)
    for name in sorted(reads(questionnaire, when) - {question.code}):
        if not _above(questionnaire, name, question.code):
            yield Problem("forward_reference", where, {"name": name, "expression": when.text})


def _above(questionnaire: Questionnaire, name: str, code: str) -> bool:
    order = [question.code for question in questionnaire.questions]
    return order.index(name) < order.index(code)
