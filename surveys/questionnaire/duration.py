"""How long a questionnaire takes to answer, estimated from its words and marks: docs/methods/duration.md."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice

from surveys.questionnaire.definition import OUTCOME, Answers, Label, Questionnaire, Register
from surveys.questionnaire.expression_checks import reads
from surveys.questionnaire.reach import derived_names
from surveys.questionnaire.routing import Item, Route, route
from surveys.questionnaire.telling import UNANSWERED, Named

# The assumptions, all in seconds but the first; docs/methods/duration.md says where they come from.
WORDS_PER_MINUTE = 200
PER_PAGE = 4.0  # to find one's way on a new page and to press the button at its foot
PER_DECISION = 3.0  # per question, and per row of a grid: to make up one's mind
PER_MARK = 1.0
PER_SHORT_TEXT = 15.0  # the text of an open option, or an open question of up to SHORT_TEXT characters
PER_LONG_TEXT = 45.0
SHORT_TEXT = 300
MARKS = 3  # of a question with several marks, at most

MOST_ROUTES = 5_000
DRAWS = 400


@dataclass(frozen=True, slots=True)
class Duration:
    """Minutes in one language.

    Attributes:
        shortest, longest: of all routes tried that end in a submission.
        mean: of made-up respondents who draw each answer that steers the route with equal chances.
    """

    language: str
    shortest: float
    longest: float
    mean: float


def durations(questionnaire: Questionnaire) -> tuple[Duration, ...]:
    """One per language. The questionnaire must have passed its checks; takes about a second at most."""
    tried, drawn = _tried_routes(questionnaire), _drawn_routes(questionnaire)
    return tuple(_duration(language, tried, drawn) for language in questionnaire.languages)


def _duration(language: str, tried: list[Route], drawn: list[Route]) -> Duration:
    seconds = _Seconds(language)
    of_drawn = [seconds.of_route(taken) for taken in drawn]
    of_all = [*of_drawn, *(seconds.of_route(taken) for taken in tried)]
    return Duration(language, min(of_all) / 60, max(of_all) / 60, sum(of_drawn) / len(of_drawn) / 60)


class _Seconds:
    """Adds up a route, question by question; what a question costs is worked out once per set of rows and options."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._known: dict[tuple[str, tuple[str, ...], tuple[str, ...]], float] = {}

    def of_route(self, taken: Route) -> float:
        pages = sum(PER_PAGE + self.reading(page.label, taken.register) for page in taken.pages)
        return pages + sum(self.of_item(item, taken.register) for item in taken.items)

    def of_item(self, item: Item, register: Register) -> float:
        key = (item.code, item.row_codes, item.option_codes)
        if key not in self._known:
            self._known[key] = self._item(item, register)
        return self._known[key]

    def _item(self, item: Item, register: Register) -> float:
        question = item.question
        labels = [question.label, question.hint, *(option.label for option in item.options)]
        labels += [option.hint for option in item.options]
        labels += [text for row in item.rows for text in (row.label, row.hint, question.row_text)]
        return sum(self.reading(label, register) for label in labels) + self._answering(item)

    def _answering(self, item: Item) -> float:
        question = item.question
        if question.type == "display":
            return 0.0
        if question.type == "open":
            length = question.max_length
            return PER_SHORT_TEXT if length is not None and length <= SHORT_TEXT else PER_LONG_TEXT
        marks = min(question.max_marks or MARKS, MARKS, len(item.options)) if question.many_marks else 1
        return (PER_DECISION + marks * PER_MARK) * (len(item.rows) if question.has_rows else 1)

    def reading(self, label: Label | None, register: Register) -> float:
        return 0.0 if label is None else len(label.text(self.language, register).split()) / WORDS_PER_MINUTE * 60


def _steering(questionnaire: Questionnaire) -> frozenset[str]:
    """The questions whose answers decide what is asked."""
    asked = [question for question in questionnaire.questions if question.enabled]
    conditions = [condition for question in asked for condition in question.conditions]
    return reads(questionnaire, *conditions) | {
        question.rows_marked_in for question in asked if question.rows_marked_in
    }


def _named(questionnaire: Questionnaire) -> Named:
    conditions = [c for question in questionnaire.questions if question.enabled for c in question.conditions]
    names = derived_names(questionnaire, conditions)
    if OUTCOME in questionnaire.derived_named:
        names |= {OUTCOME}
    return Named([*conditions, *(questionnaire.derived_named[name].expression for name in names)])


def _tried_routes(questionnaire: Questionnaire) -> list[Route]:
    """The routes of everybody who answers each question that steers in one of a few plain ways."""
    named, steering = _named(questionnaire), _steering(questionnaire)
    ends = chain.from_iterable(
        _ends(questionnaire, register, {}, named, steering) for register in named.registers(questionnaire)
    )
    return [taken for taken in islice(ends, MOST_ROUTES) if taken.in_scope is not False]


def _ends(
    questionnaire: Questionnaire, register: Register, given: Answers, named: Named, steering: frozenset[str]
) -> Iterator[Route]:
    """The routes on which every question that steers is answered, or left open where that is allowed."""
    taken = route(questionnaire, register, given)
    item = next((item for item in taken.items if item.code in steering and item.code not in given), None)
    if item is None:
        yield taken
        return
    left_open = [] if item.question.required else [UNANSWERED]
    for answer in [*_plain_answers(item, named), *left_open]:
        yield from _ends(questionnaire, register, {**given, item.code: answer}, named, steering)


def _plain_answers(item: Item, named: Named) -> list[object]:
    """Every telling code alone; of several marks also as many as possible; of a grid the same in all rows."""
    if item.question.type == "open":
        return ["text"]
    codes = named.telling(item.options)
    cells: list[object] = [[code] for code in codes] if item.question.many_marks else [*codes]
    together = [code for code in item.option_codes if code not in item.exclusive_codes][: item.question.max_marks]
    if item.question.many_marks and len(together) > 1:
        cells.append(together)
    return [dict.fromkeys(item.row_codes, cell) for cell in cells] if item.question.has_rows else cells


def _drawn_routes(questionnaire: Questionnaire) -> list[Route]:
    """Routes of made-up respondents; the same ones each time. Those that end out of scope are left out."""
    rng = random.Random(questionnaire.name)
    steering = _steering(questionnaire)
    drawn = [_draw(questionnaire, steering, rng) for _ in range(DRAWS)]
    return [taken for taken in drawn if taken.in_scope is not False] or drawn


def _draw(questionnaire: Questionnaire, steering: frozenset[str], rng: random.Random) -> Route:
    codes = {variable.name: [code.code for code in variable.codes] for variable in questionnaire.register}
    register: Register = {name: rng.choice(choices) for name, choices in codes.items() if choices}
    given: dict[str, object] = {}
    while True:
        taken = route(questionnaire, register, given)
        item = next((item for item in taken.items if item.code in steering and item.code not in given), None)
        if item is None:
            return taken
        given[item.code] = _some_answer(item, rng)


def _some_answer(item: Item, rng: random.Random) -> object:
    match item.question.type:
        case "single":
            return rng.choice(item.option_codes)
        case "multi":
            return _some_marks(item, rng)
        case "grid":
            return {row: rng.choice(item.option_codes) for row in item.row_codes}
        case "grid_multi":
            return {row: _some_marks(item, rng) for row in item.row_codes}
    return "text"


def _some_marks(item: Item, rng: random.Random) -> list[str]:
    """One to ``MARKS`` marks; an exclusive one that is drawn first stands alone."""
    first = rng.choice(item.option_codes)
    together = [code for code in item.option_codes if code not in item.exclusive_codes and code != first]
    if first in item.exclusive_codes:
        return [first]
    more = min(rng.randint(0, min(item.question.max_marks or MARKS, MARKS) - 1), len(together))
    return [first, *rng.sample(together, more)]
