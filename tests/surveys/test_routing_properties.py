"""What holds of route() for any answers whatever, garbage included."""

import json
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveys.questionnaire.definition import Questionnaire
from surveys.questionnaire.routing import Item, route
from tests.questionnaires import BAROMETER, STRATEGY, read

NAMES = ("ask_if", "grid", "marks", "register", "rows_marked_in", "scope", BAROMETER, STRATEGY)
QUESTIONNAIRES = {name: read(name) for name in NAMES}

seeds = st.integers(0, 2**32)
several = settings(max_examples=40, deadline=None)
garbage = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
ODD: tuple[Any, ...] = (
    None,
    True,
    7,
    1.5,
    "",
    "gone",
    [],
    ["gone"],
    [["yes"]],
    {},
    {"gone": "yes"},
    {"product": ["yes"]},
)


def some_register(questionnaire: Questionnaire, rng: random.Random) -> dict[str, str | int]:
    """Most of the register variables, with fitting values."""
    values: dict[str, str | int] = {}
    for variable in questionnaire.register:
        if rng.random() < 0.9:
            fitting: str | int = rng.randint(1, 500) if variable.type == "integer" else "Børnehave {reg_level}"
            values[variable.name] = rng.choice(variable.codes).code if variable.codes else fitting
    return values


def some_answers(questionnaire: Questionnaire, rng: random.Random) -> dict[str, Any]:
    """Stored answers to any questions, asked or not: many that fit, some missing, stale, too many or of no kind."""
    stored: dict[str, Any] = {}
    for question in questionnaire.questions:
        codes = [*(option.code for option in question.options), "gone"]
        rows = [row.code for row in question.rows] or codes
        if question.rows_marked_in:
            rows = [option.code for option in questionnaire.question(question.rows_marked_in).options]

        def code(codes: list[str] = codes) -> str:
            return codes[0] if rng.random() < 0.5 else rng.choice(codes)

        def marks(codes: list[str] = codes) -> list[str]:
            return rng.sample(codes, rng.randint(0, min(4, len(codes))))

        fitting: dict[str, Any] = {
            "single": code(),
            "multi": marks(),
            "grid": {row: code() for row in rows if rng.random() < 0.9},
            "grid_multi": {row: marks() for row in rows if rng.random() < 0.9},
            "open": rng.choice(["text", " text ", " "]),
        }
        chance = rng.random()
        if chance < 0.85:
            stored[question.code] = rng.choice(ODD) if chance < 0.1 else fitting.get(question.type)
        for option in question.open_codes:
            stored[f"{question.code}.{option}"] = rng.choice(["Naboen", "", *ODD])
    return stored


def drawn(name: str, seed: int) -> tuple[Questionnaire, dict[str, str | int], dict[str, Any], random.Random]:
    rng = random.Random(seed)
    questionnaire = QUESTIONNAIRES[name]
    return questionnaire, some_register(questionnaire, rng), some_answers(questionnaire, rng), rng


def some_answer(item: Item, rng: random.Random) -> Any:
    """A valid and complete answer to one item."""

    def marks() -> list[str]:
        together = [code for code in item.option_codes if code not in item.exclusive_codes]
        if item.exclusive_codes and (not together or rng.random() < 0.2):
            return [rng.choice(sorted(item.exclusive_codes))]
        most = item.question.max_marks or len(together)
        return rng.sample(together, rng.randint(1, min(most, len(together))))

    match item.question.type:
        case "single":
            return rng.choice(item.option_codes)
        case "multi":
            return marks()
        case "grid":
            return {row: rng.choice(item.option_codes) for row in item.row_codes}
        case "grid_multi":
            return {row: marks() for row in item.row_codes}
    return "text"


@pytest.mark.parametrize("name", NAMES)
@several
@given(seed=seeds)
def test_answers_off_the_route_never_steer(name: str, seed: int) -> None:
    questionnaire, register, answers, rng = drawn(name, seed)
    before = route(questionnaire, register, answers)
    on_route = {item.code for item in before.items}
    other = {key: value for key, value in some_answers(questionnaire, rng).items() if key.split(".")[0] not in on_route}
    after = route(questionnaire, register, {**answers, **other})
    assert (after.items, after.pages, after.answers) == (before.items, before.pages, before.answers)
    assert (after.first_unanswered, after.in_scope) == (before.first_unanswered, before.in_scope)
    for derived in questionnaire.derived:
        assert after.value(derived.name) is before.value(derived.name)


@pytest.mark.parametrize("name", NAMES)
@several
@given(seed=seeds)
def test_every_path_ends(name: str, seed: int) -> None:
    questionnaire, register, answers, rng = drawn(name, seed)
    for _ in range(len(questionnaire.questions) + 1):
        item = route(questionnaire, register, answers).first_unanswered
        if item is None:
            break
        answers[item.code] = some_answer(item, rng)
    ended = route(questionnaire, register, answers)
    assert ended.first_unanswered is None
    assert all(item.answered(ended.answers) for item in ended.items)


@pytest.mark.parametrize("name", NAMES)
@several
@given(seed=seeds)
def test_the_review_equals_the_route(name: str, seed: int) -> None:
    """What counts belongs to a question that is asked, and counts again unchanged, also after a trip through JSON."""
    questionnaire, register, answers, _rng = drawn(name, seed)
    route_ = route(questionnaire, register, answers)
    assert {key.split(".")[0] for key in route_.answers} <= {item.code for item in route_.items}
    again = route(questionnaire, register, json.loads(json.dumps(route_.answers)))
    assert again.answers == route_.answers
    assert again.items == route_.items
    assert again.first_unanswered == route_.first_unanswered


@pytest.mark.parametrize("name", NAMES)
@several
@given(seed=seeds)
def test_every_question_of_the_route_stands_on_one_page_of_it_in_order(name: str, seed: int) -> None:
    questionnaire, register, answers, _rng = drawn(name, seed)
    route_ = route(questionnaire, register, answers)
    assert [item for page in route_.pages for item in page.items] == list(route_.items)
    assert [page.number for page in route_.pages] == sorted({page.number for page in route_.pages})
    assert all(page.items for page in route_.pages)


@pytest.mark.parametrize("name", NAMES)
@several
@given(st.data())
def test_no_stored_answer_makes_it_crash(name: str, data: st.DataObject) -> None:
    questionnaire = QUESTIONNAIRES[name]
    keys = st.sampled_from([question.code for question in questionnaire.questions]) | st.text(max_size=8)
    answers = data.draw(st.dictionaries(keys, garbage))
    register = data.draw(st.dictionaries(st.sampled_from(["reg_level", "reg_employees", "x"]), garbage))
    route(questionnaire, register, answers)  # type: ignore[arg-type]  # that is the point
