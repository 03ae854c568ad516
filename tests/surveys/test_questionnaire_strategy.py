"""The second Danish instrument: the strategy questionnaire to the top administrations."""

import pytest

from surveys.questionnaire.definition import Answers
from surveys.questionnaire.routing import route
from tests.questionnaires import STRATEGY, read

QUESTIONNAIRE = read(STRATEGY)


def asked(answers: Answers, level: str = "municipality") -> list[str]:
    return [item.code for item in route(QUESTIONNAIRE, {"reg_level": level}, answers).items]


def test_everybody_is_asked_for_strategy_pool_and_unit() -> None:
    assert asked({}) == ["welcome", "respondent_role", "strategy", "pool", "unit", "comment"]


@pytest.mark.parametrize(("answer", "follows"), [("have", True), ("drafting", False), ("none", False), ("dk", False)])
def test_only_a_strategy_that_is_there_can_have_been_adopted(answer: str, follows: bool) -> None:
    assert ("strategy_adopted" in asked({"strategy": answer})) is follows


def test_each_level_is_asked_for_its_own_politicians() -> None:
    label = QUESTIONNAIRE.question("strategy_adopted").label
    texts = [label.text("da", {"reg_level": level}) for level in ("municipality", "region", "state")]
    assert ["kommunalbestyrelsen" in texts[0], "regionsrådet" in texts[1], "ministeren" in texts[2]] == [True] * 3


@pytest.mark.parametrize(
    ("answers", "name", "value"),
    [
        ({"strategy": "drafting"}, "strategy_under_way", True),
        ({"strategy": "drafting"}, "has_strategy", False),
        ({"pool": "both"}, "has_pool", True),
        ({"pool": "none"}, "has_pool", False),
        ({"unit": "establishing"}, "has_unit", False),
        ({}, "has_unit", None),
    ],
)
def test_the_documented_shares_can_be_computed(answers: Answers, name: str, value: bool | None) -> None:
    assert route(QUESTIONNAIRE, {"reg_level": "state"}, answers).value(name) is value
