"""What "page x of y" says, before and after the route is known."""

from typing import Any

from surveys.answering.progress import Progress, progress
from surveys.questionnaire.routing import route
from tests.questionnaires import BAROMETER, read

HERE: dict[str, Any] = {"unit_confirm": "yes", "respondent_role": "top_manager"}
ROWS = ("product", "service", "process", "comm")


def seen(page: str, **answers: Any) -> Progress:
    questionnaire = read(BAROMETER)
    number = [page.name for page in questionnaire.pages].index(page) + 1
    return progress(route(questionnaire, {"reg_level": "state"}, answers), number)


def test_the_first_page_announces_the_long_way() -> None:
    assert seen("start") == Progress(1, 11)


def test_nobody_sees_which_answer_makes_it_short() -> None:
    assert seen("new", **HERE) == Progress(2, 11)
    assert seen("new", **HERE, innov={"product": "no"}) == Progress(2, 11)


def test_the_announced_number_holds_for_those_who_go_the_long_way() -> None:
    innov = dict.fromkeys(ROWS, "yes")
    assert seen("latest", **HERE, innov=innov) == Progress(3, 11)
    assert seen("culture", **HERE, innov=innov) == Progress(11, 11)


def test_once_decided_the_short_way_is_announced() -> None:
    innov = dict.fromkeys(ROWS, "no")
    assert seen("unfinished", **HERE, innov=innov) == Progress(3, 5)
    assert seen("culture", **HERE, innov=innov, ongoing="no") == Progress(4, 4)


def test_a_workplace_that_has_closed_is_asked_one_page_more() -> None:
    assert seen("out_of_scope", unit_confirm="closed", respondent_role="employee") == Progress(2, 2)


def test_conditions_on_plain_questions_count_as_open_too() -> None:
    questionnaire = read("marks")
    assert progress(route(questionnaire, {}, {}), 1) == Progress(1, 2)
    assert progress(route(questionnaire, {}, {"partners": ["none"]}), 1) == Progress(1, 1)
