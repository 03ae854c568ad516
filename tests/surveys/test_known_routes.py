"""Routes of many respondents, looked up: for each of them what ``route`` says, whoever came before."""

import json
import random
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given

from surveys.questionnaire import numbering
from surveys.questionnaire.definition import Questionnaire, Register
from surveys.questionnaire.expression import parse
from surveys.questionnaire.known_routes import KnownRoutes
from surveys.questionnaire.routing import route
from tests.questionnaires import BAROMETER
from tests.surveys.test_routing_properties import (
    NAMES,
    QUESTIONNAIRES,
    garbage,
    seeds,
    several,
    some_answer,
    some_answers,
    some_register,
)

# one for all respondents of all tests, so that each finds what those before have left
KNOWN = {name: KnownRoutes(questionnaire) for name, questionnaire in QUESTIONNAIRES.items()}


def filled_in(questionnaire: Questionnaire, register: Register, rng: random.Random) -> dict[str, Any]:
    """Return the answers of somebody who answers most questions."""
    answers: dict[str, Any] = {}
    while (item := route(questionnaire, register, answers).first_unanswered) and rng.random() < 0.97:
        answers[item.code] = some_answer(item, rng)
    return answers


def assert_same(routes: KnownRoutes, people: Sequence[tuple[Register, dict[str, Any]]]) -> None:
    questionnaire = routes.questionnaire
    found = routes.walk([register for register, _answers in people], [answers for _register, answers in people])
    for place, (register, answers) in enumerate(people):
        expected = route(questionnaire, register, answers)
        codes = [question.code for question in questionnaire.questions]
        steps = [step for code in codes if (step := found.step(code, place)) is not None]
        assert [step.item.code for step in steps] == [item.code for item in expected.items]
        for step, item in zip(steps, expected.items, strict=True):
            assert (step.item.row_codes, step.item.option_codes) == (item.row_codes, item.option_codes)
            assert step.answer == expected.answers.get(item.code)
            assert step.complete is item.complete(step.answer)
            assert found.incomplete(item.code)[place] == (not step.complete)
        for derived in questionnaire.derived:
            assert found.values(derived.name).at(place) is expected.value(derived.name), derived.name


@pytest.mark.parametrize("name", NAMES)
@several
@given(seed=seeds)
def test_whoever_comes_is_asked_what_route_says(name: str, seed: int) -> None:
    rng, routes = random.Random(seed), KNOWN[name]
    people = []
    for _ in range(5):
        register = some_register(routes.questionnaire, rng)
        people.append((register, some_answers(routes.questionnaire, rng)))
        people.append((register, filled_in(routes.questionnaire, register, rng)))
    assert_same(routes, people[:1])
    assert_same(routes, people)


@several
@given(answers=garbage)
def test_stored_garbage_is_no_answer_here_either(answers: Any) -> None:
    stored = json.loads(json.dumps(answers))
    for name, routes in KNOWN.items():
        codes = [question.code for question in QUESTIONNAIRES[name].questions]
        assert_same(routes, [({}, {}), ({}, dict.fromkeys(codes, stored))])


@pytest.mark.parametrize(
    "text",
    [
        "any_row(innov, 'yes') == answered(culture)",  # two grids in one part
        "innov == 'yes' or reg_level == 'state'",
        "not answered(innov) or any_row(innov, 'no') and count(collab) > 1",
        "factors.legislation == factors.pol_leadership",
        "novelty",
    ],
)
def test_any_expression_has_the_value_that_it_has_on_the_route(text: str) -> None:
    questionnaire, expression, rng = QUESTIONNAIRES[BAROMETER], parse(text), random.Random(5)
    routes = KnownRoutes(questionnaire)
    known = routes.known(expression)
    for _ in range(4):
        registers = [some_register(questionnaire, rng) for _ in range(25)]
        people = [(register, filled_in(questionnaire, register, rng)) for register in registers]
        values = known.values(routes.walk(registers, [answers for _register, answers in people]))
        for place, (register, answers) in enumerate(people):
            assert values.at(place) is route(questionnaire, register, answers).evaluate(expression)


def test_beginning_anew_when_too_much_is_kept_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(numbering, "MOST_KEPT", 2)
    routes, rng = KnownRoutes(QUESTIONNAIRES[BAROMETER]), random.Random(7)
    for _ in range(40):
        registers = [some_register(routes.questionnaire, rng) for _ in range(5)]
        assert_same(routes, [(register, filled_in(routes.questionnaire, register, rng)) for register in registers])


def test_nobody_is_asked_nothing() -> None:
    walks = KNOWN[BAROMETER].walk([], [])
    assert {len(column.numbers) for column in walks.steps.values()} == {0}
    assert len(walks.values("innovative").numbers) == 0


def test_without_texts_only_open_questions_are_left_out_on_which_nothing_rests() -> None:
    questionnaire = QUESTIONNAIRES[BAROMETER]
    routes, rng = KnownRoutes(questionnaire, texts=False), random.Random(11)
    registers = [some_register(questionnaire, rng) for _ in range(100)]
    answers = [filled_in(questionnaire, register, rng) for register in registers]
    found = routes.walk(registers, answers)
    for place, (register, theirs) in enumerate(zip(registers, answers, strict=True)):
        expected = route(questionnaire, register, theirs)
        codes = [question.code for question in questionnaire.questions]
        asked = {code for code in codes if found.step(code, place) is not None}
        left_out = {item.code for item in expected.items} - asked
        assert {questionnaire.question(code).type for code in left_out} <= {"open", "display"}
        assert left_out.isdisjoint(routes.read)
        for derived in questionnaire.derived:
            assert found.values(derived.name).at(place) is expected.value(derived.name)
