"""The tests' own helpers: every route is found, and every pair of values."""

from collections.abc import Hashable

from surveys.actions.questionnaire import shipped_document
from surveys.questionnaire.document import from_yaml
from surveys.questionnaire.routing import route
from tests.instruments import BAROMETER
from tests.pairwise import missing, spread
from tests.routes import questions_of, routes_of


def test_the_barometer_has_twenty_routes_and_each_is_found_with_answers_that_lead_along_it() -> None:
    questionnaire, _problems = from_yaml(shipped_document(BAROMETER) or "")
    assert questionnaire
    for level in ("municipality", "region", "state"):
        found = routes_of(questionnaire, {"reg_level": level})
        # gone in two ways; nothing new in two; else: taken over, together, technological, evaluated, or not
        assert len(found) == 2 + 2 + 2**4
        for questions, given in found.items():
            assert questions_of(route(questionnaire, {"reg_level": level}, given)) == questions
    reached = frozenset().union(*found)
    asked = {question.code for question in questionnaire.questions if question.enabled and question.type != "display"}
    assert reached == asked


def test_free_values_are_spread_so_that_every_pair_of_them_is_held() -> None:
    free: dict[str, list[Hashable]] = {"level": ["m", "r", "s"], "language": ["da", "en"], "rows": [1, 2, 3]}
    found = spread([{"route": number} for number in range(9)], free)
    assert [each["route"] for each in found] == list(range(9))
    assert missing(found, free) == set()
    assert len(missing(found[:1], free)) == 21 - 3
