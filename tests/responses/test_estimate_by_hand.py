"""Estimates of rounds so small that they can be counted by hand: who is in the base, and words where nothing is."""

import re
from collections.abc import Iterator

import numpy as np
import pytest
from django.core.cache import cache
from django.utils import translation

from responses.estimates import estimate
from responses.round_design import RoundDesign
from responses.statistics.estimation import NOT_ASKED, Design
from surveys.models import Round
from tests.factories import NOON, make_case, make_open_round, make_response, make_stratum
from tests.instruments import shipped
from tests.responses.test_estimate import command, table_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


TYPES = {"product": "yes", "service": "no", "process": "no", "comm": "no"}


def innovator(**answers: object) -> dict[str, object]:
    return {"unit_confirm": "yes", "innov": TYPES, "initiators": ["employees"], **answers}


@pytest.fixture
def four() -> Round:
    """Two say that quality rose, one does not know, and one has left the question out."""
    cache.clear()
    round_ = make_open_round(questionnaire=shipped(NOON))
    stratum = make_stratum(round_, population_size=40, sample_size=5)
    for answers in (
        innovator(values=["quality", "efficiency"]),
        innovator(values=["quality"], initiators=["legislation"]),
        innovator(values=["dk"]),
        innovator(),
    ):
        make_response(make_case(round_, stratum=stratum), answers)
    return round_


def test_dont_know_stays_in_the_base_and_a_question_left_out_does_not(four: Round) -> None:
    line = table_of(estimate(four, ["R3-19"], "en"), "R3-19").lines[0]
    assert line.estimate.estimate == pytest.approx(2 / 3)
    assert (line.estimate.n, line.estimate.not_answered) == (3, 1)


def test_several_answers_may_add_up_to_more_than_all(four: Round) -> None:
    found = estimate(four, ["R3-19", "R3-06a"], "en", where=["any_of(values, 'quality')"])
    parts = [table_of(found, id_).lines[0].estimate.estimate for id_ in ("R3-19", "R3-06a")]
    assert parts == pytest.approx([1, 1 / 2])


def test_a_group_behind_a_question_left_out_is_counted_beside_the_groups(four: Round) -> None:
    case = make_case(four, stratum=make_stratum(four, population_size=9, sample_size=3))
    make_response(case, {key: value for key, value in innovator(values=["quality"]).items() if key != "initiators"})
    cache.clear()
    table = table_of(estimate(four, ["R3-06b"], "en"), "R3-06b")
    assert table.not_answered_by == 1
    assert [line.estimate.n for line in table.lines] == [4, 1, 2]


def test_an_indicator_that_divides_by_nothing_says_why(four: Round) -> None:
    (line,) = table_of(estimate(four, ["R3-28"], "en"), "R3-28").lines  # of those without innovation
    assert line.estimate.estimate is None and line.cv is None
    assert "Nobody in this group was asked and has answered." in command(four.slug, "R3-28")


def test_a_test_without_answers_says_why(four: Round) -> None:
    table = table_of(estimate(four, ["R3-40"], "en"), "R3-40")
    assert [test.reason for test in table.tests] == [
        "One of the groups has no answers, so there is nothing to compare."
    ]
    assert table.verdict == "untested"
    assert "it cannot be tested here" in command(four.slug, "R3-40")


def test_of_no_answers_at_all_there_are_words_only() -> None:
    cache.clear()
    round_ = make_open_round(questionnaire=shipped(NOON))
    make_stratum(round_, population_size=40, sample_size=5)
    text = command(round_.slug, "all", "--where=collaborated")
    assert "Nothing can be said before at least two questionnaires are submitted." in text
    assert not re.search(r"\b(nan|none)\b", text, re.IGNORECASE)


def test_stored_weights_whose_answers_are_gone_are_in_no_base_and_counted() -> None:
    """Three weights and one ineligible; of the responses one came without a weight, and one that had one was erased."""
    design = Design.of([0, 0, 0, 0], [40])
    basis = RoundDesign(design, np.array([2, -1, 0]), "final", responding=3, ineligible=1, population=40)
    assert basis.spread([1, 1, 0], NOT_ASKED).tolist() == [0, NOT_ASKED, 1, NOT_ASKED]
    assert (basis.without_weight, basis.without_answers) == (1, 1)
