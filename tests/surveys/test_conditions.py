"""Conditions in words: what they say is what the route function does, and a respondent can read it."""

import random
import re
from collections.abc import Mapping

import pytest
from django.utils import translation

from surveys.answering.conditions import ConditionWords
from surveys.answering.whole import levels
from surveys.answering.wording import Wording
from surveys.questionnaire.conditions import Both, Condition, Conditions, Either, Fact
from surveys.questionnaire.definition import Questionnaire
from surveys.questionnaire.document import from_yaml
from surveys.questionnaire.expression import Expression, parse
from surveys.questionnaire.routing import Item, Route, route
from tests.questionnaires import BAROMETER, FOLDER, STRATEGY, read
from tests.questionnaires.small import YES_NO, page, question, questionnaire

NAMES = [*sorted(path.stem for path in FOLDER.glob("*.yaml")), BAROMETER, STRATEGY]
MARKS = YES_NO.replace('"yes"', "x").replace('"no"', "y")
ROWS = "        rows: [{code: r, label: {da: Række, en: Row}}, {code: s, label: {da: Anden, en: Other}}]\n"
HEAD = """
register:
  - {name: reg_employees, type: integer, label: {da: Ansatte, en: Employees}}
  - name: reg_level
    type: code
    label: {da: Niveau, en: Level}
    codes: [{code: state, label: {da: Stat, en: State}}, {code: region, label: {da: Region, en: Region}}]
derived:
  - {name: d, expression: a == 'yes', label: {da: D, en: D}}
  - {name: e, expression: "d and any_row(g, 'yes')", label: {da: E, en: E}}
  - {name: n, expression: count(m), label: {da: N, en: N}}
"""


def small() -> Questionnaire:
    """Question 1 is a, then m (marks), g (a grid), k (a grid with several marks) and o (open), asked when d holds."""
    first = page("one", question("a"))
    second = page(
        "two",
        question("m", "ask_if: d", kind="multi", choices=MARKS),
        question("g", "ask_if: d", kind="grid", choices=YES_NO + ROWS),
        question("k", kind="grid_multi", choices=MARKS + ROWS),
        question("o", kind="open", choices=""),
    )
    found, problems = from_yaml(questionnaire(first, second, head=HEAD))
    assert found is not None, problems
    return found


SMALL = small()
NUMBERS = {asked.code: number for number, asked in enumerate(SMALL.questions, start=1)}


def said(text: str, language: str = "en", known: Mapping[str, str | int] | None = None) -> str:
    words = ConditionWords(Wording(SMALL, {}, language), known or {}, NUMBERS)
    with translation.override(language):
        return words.sentence(words.condition(parse(text)))


# ---- they say what the route function does


def holds(found: Condition, taken: Route) -> bool | None:
    """Evaluate the facts on a route, with the same three values."""
    match found:
        case bool():
            return found
        case Fact():
            value = _fact(found, taken)
            return value if value is None else value is not found.negated
        case Both(parts=parts):
            values = [holds(part, taken) for part in parts]
            return False if False in values else None if None in values else True
        case Either(parts=parts):
            values = [holds(part, taken) for part in parts]
            return True if True in values else None if None in values else False


def _fact(fact: Fact, taken: Route) -> bool | None:
    scope, codes = taken.scope, {str(value) for value in fact.values}
    if fact.kind == "answered":
        return scope.answered(fact.name)
    if fact.kind == "any_row":
        return scope.any_row(fact.name, frozenset(codes))
    value = scope.cell(fact.name, fact.row) if fact.row else scope.lookup(fact.name)
    if fact.kind == "count":
        value = scope.count(fact.name)
    if value is None:
        return None
    if isinstance(value, list):
        return not codes.isdisjoint(value)
    if fact.operator == "in":
        return value in fact.values
    assert isinstance(value, int)
    number = int(fact.values[0])
    return {"==": value == number, ">=": value >= number, "<=": value <= number}[fact.operator]


def random_answer(item: Item, rng: random.Random) -> object:
    match item.question.type:
        case "single":
            return rng.choice(item.option_codes)
        case "multi":
            return rng.sample(item.option_codes, rng.randint(1, min(2, len(item.options))))
        case "grid":
            return {row: rng.choice(item.option_codes) for row in item.row_codes if rng.random() < 0.9}
        case "grid_multi":
            return {row: [rng.choice(item.option_codes)] for row in item.row_codes}
    return "text"


def random_route(found: Questionnaire, register: Mapping[str, str], rng: random.Random) -> Route:
    answers: dict[str, object] = {}
    while True:
        taken = route(found, register, answers)
        item = next((item for item in taken.items if item.code not in answers), None)
        if item is None:
            return taken
        answers[item.code] = random_answer(item, rng) if rng.random() < 0.95 else None


@pytest.mark.parametrize("name", NAMES)
def test_a_condition_taken_apart_holds_exactly_when_the_question_is_asked(name: str) -> None:
    found, rng = read(name), random.Random(name)
    expressions = [c for asked in found.questions for c in asked.conditions if asked.enabled]
    expressions += [d.expression for d in found.derived if not d.expression.text.startswith("count(")]
    for level in [choice.code for choice in levels(found)] or [""]:
        known = {"reg_level": level} if level else {}
        apart = {expression: Conditions(found, known).of(expression) for expression in expressions}
        for _ in range(60):
            taken = random_route(found, known, rng)
            for expression, facts in apart.items():
                expected = taken.evaluate(expression) is True
                assert (holds(facts, taken) is True) is expected, (expression.text, facts, taken.answers)


@pytest.mark.parametrize(
    "text",
    [
        "not (a == 'yes' and count(m) > 1)",
        "not (a in ('yes', 'no') or 'x' in m)",
        "not (2 <= count(m))",
        "count(m) != 1 and count(m) < 3",
        "count(m) in (1, 2)",
        "n == 2 or g.r == 'no'",
        "'x' in k.s or not any_row(k, 'y')",
        "not answered(o) and e",
        "d and not e",
        "(d or g.r == 'yes') and not d",
        "reg_level == 'state' and a != 'no'",
        "not (reg_level != 'state' or reg_employees >= 10)",
        "reg_employees > 3 and not reg_employees > 7",
    ],
)
def test_every_kind_of_expression_can_be_taken_apart(text: str) -> None:
    rng, expression = random.Random(text), parse(text)
    registers: list[dict[str, str | int]] = [{}, {"reg_level": "state"}, {"reg_level": "region", "reg_employees": 5}]
    for known in registers:
        facts = Conditions(SMALL, known).of(expression)
        for _ in range(80):
            register = {"reg_level": rng.choice(("state", "region")), "reg_employees": rng.randint(0, 12), **known}
            answers = {item.code: random_answer(item, rng) for item in route(SMALL, register, {"a": "yes"}).items}
            taken = route(SMALL, register, {code: a for code, a in answers.items() if rng.random() < 0.8})
            assert (holds(facts, taken) is True) is (taken.evaluate(expression) is True), (facts, taken.answers)


# ---- and in words


@pytest.mark.parametrize(
    ("text", "english", "danish"),
    [
        ("a == 'yes'", "the answer to question 1 is “Yes”", "svaret på spørgsmål 1 er ”Ja”"),
        ("a != 'yes'", "the answer to question 1 is not “Yes”", "svaret på spørgsmål 1 ikke er ”Ja”"),
        (
            "a in ('yes', 'no')",
            "the answer to question 1 is “Yes” or “No”",
            "svaret på spørgsmål 1 er ”Ja” eller ”Nej”",
        ),
        (
            "a not in ('yes', 'no')",
            "the answer to question 1 is neither “Yes” nor “No”",
            "svaret på spørgsmål 1 hverken er ”Ja” eller ”Nej”",
        ),
        ("'x' in m", "“Yes” is marked in question 2", "”Ja” er markeret i spørgsmål 2"),
        ("'x' not in m", "“Yes” is not marked in question 2", "”Ja” ikke er markeret i spørgsmål 2"),
        (
            "not any_of(m, 'x', 'y')",
            "neither “Yes” nor “No” is marked in question 2",
            "hverken ”Ja” eller ”Nej” er markeret i spørgsmål 2",
        ),
        ("count(m) >= 2", "at least 2 answers are marked in question 2", "mindst 2 svar er markeret i spørgsmål 2"),
        ("n < 2", "at most 1 answer is marked in question 2", "højst 1 svar er markeret i spørgsmål 2"),
        (
            "any_row(g, 'yes')",
            "at least one line of question 3 is answered with “Yes”",
            "mindst én linje i spørgsmål 3 er besvaret med ”Ja”",
        ),
        (
            "not any_row(g, 'yes')",
            "no line of question 3 is answered with “Yes”",
            "ingen linje i spørgsmål 3 er besvaret med ”Ja”",
        ),
        ("g.r == 'no'", "the answer to “Row” in question 3 is “No”", "svaret ved ”Række” i spørgsmål 3 er ”Nej”"),
        ("'x' in k.s", "“Yes” is marked for “Other” in question 4", "”Ja” er markeret ved ”Anden” i spørgsmål 4"),
        ("answered(o)", "question 5 is answered", "spørgsmål 5 er besvaret"),
        ("not answered(o)", "question 5 is not answered", "spørgsmål 5 ikke er besvaret"),
        (
            "reg_employees < 50",
            "the register has at most 49 for “Employees”",
            "registret har højst 49 for ”Ansatte”",
        ),
        ("reg_level == 'state'", "the register has “State” for “Level”", "registret har ”Stat” for ”Niveau”"),
        (
            "a == 'no' or ('x' in m and g.r == 'no')",
            "the answer to question 1 is “No”, or (“Yes” is marked in question 2, and the answer to “Row” in "
            "question 3 is “No”)",
            "svaret på spørgsmål 1 er ”Nej”, eller (”Ja” er markeret i spørgsmål 2, og svaret ved ”Række” i "
            "spørgsmål 3 er ”Nej”)",
        ),
    ],
)
def test_a_condition_reads_as_a_sentence(text: str, english: str, danish: str) -> None:
    assert said(text) == f"Only if {english}."
    assert said(text, "da") == f"Kun hvis {danish}."


def test_what_goes_without_saying_is_left_out() -> None:
    """m and g are asked only when d holds."""
    assert said("d and 'x' in m") == said("'x' in m")
    assert said("e") == said("any_row(g, 'yes')")
    assert said("d and not e") == said("not any_row(g, 'yes')")
    assert said("d and (not d or 'x' in m)") == said("'x' in m")


def test_what_the_level_decides_is_not_said() -> None:
    assert said("reg_level == 'state' and a == 'yes'", known={"reg_level": "state"}) == said("a == 'yes'")
    assert Conditions(SMALL, {"reg_level": "region"}).of(parse("reg_level == 'state' and a == 'yes'")) is False
    assert said("reg_level == 'state'", known={"reg_level": "state"}) == ""


@pytest.mark.parametrize("language", ["da", "en"])
@pytest.mark.parametrize("name", [BAROMETER, STRATEGY])
def test_every_condition_of_the_shipped_instruments_reads_as_a_sentence_without_codes(name: str, language: str) -> None:
    found = read(name)
    numbers = {asked.code: number for number, asked in enumerate(found.questions, start=1)}
    expressions: list[Expression] = [c for asked in found.questions for c in asked.conditions]
    expressions += [d.expression for d in found.derived if not d.expression.text.startswith("count(")]
    codes = {asked.code for asked in found.questions if "_" in asked.code} | {d.name for d in found.derived}
    for level in ("municipality", "region", "state"):
        known = {"reg_level": level}
        words = ConditionWords(Wording(found, known, language), known, numbers)
        with translation.override(language):
            sentences = [words.sentence(words.condition(expression)) for expression in expressions]
        for sentence in filter(None, sentences):
            assert sentence.startswith("Kun hvis " if language == "da" else "Only if ")
            assert re.search(r"(spørgsmål|question) \d", sentence)
            outside = re.sub(r"[“”][^”]*”", "", sentence)
            assert not re.search(r"['=<>_%{}]|\b(in|not in|None|True|False|any)\b\(", outside), sentence
            assert codes.isdisjoint(re.findall(r"\w+", outside)), sentence


def test_a_chain_of_three_hundred_questions_that_each_rest_on_the_two_before_is_said_at_once() -> None:
    pages = [
        page(f"p{number}", question(f"q{number}", f"ask_if: q{number - 1} == 'yes' and q{number - 2} == 'yes'"))
        for number in range(3, 301)
    ]
    first = page("p1", question("q1")), page("p2", question("q2"))
    found, problems = from_yaml(questionnaire(*first, *pages))
    assert found is not None, problems
    conditions = Conditions(found, {})
    assert conditions.of(found.question("q300").ask_if) == Fact("is", "q299", values=("yes",))
