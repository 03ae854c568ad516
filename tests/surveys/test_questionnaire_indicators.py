"""Indicators beside an instrument: read whole, or refused with every problem."""

import pytest

from barometer.problems import sentence
from surveys.problem_texts import TEXTS
from surveys.questionnaire.indicators import read_indicators
from tests.questionnaires import read

QUESTIONNAIRE = read("grid")
INDICATORS = """
questionnaire: grid
indicators:
  - id: I1
    label: {da: "Innovative", en: "Innovative"}
    share: innovative
    base: innovative or not innovative
    published: 81
    n: 20
  - id: I1a
    label: {da: "Innovative efter niveau", en: "Innovative by level"}
    share: proud == 'yes'
    base: innovative
    by: reg_level
    published: {region: 80, state: 82}
figures:
  - id: fig1
    label: {da: "Figur", en: "Figure"}
    bars: [I1, I1a]
"""


def found(text: str) -> list[tuple[str, str]]:
    indicators, problems = read_indicators(text, QUESTIONNAIRE)
    assert indicators is None
    for problem in problems:
        assert sentence(problem, TEXTS)
    return [(problem.where, problem.code) for problem in problems]


def changed(old: str, new: str) -> str:
    assert INDICATORS.count(old) == 1
    return INDICATORS.replace(old, new)


def test_indicators_and_figures_are_read_in_order() -> None:
    indicators, problems = read_indicators(INDICATORS, QUESTIONNAIRE)
    assert problems == []
    assert indicators is not None
    whole, grouped = indicators.indicators
    assert (whole.id, whole.share.text, whole.by, whole.published, whole.n) == ("I1", "innovative", None, {"": 81}, 20)
    assert (grouped.by, grouped.published, grouped.n) == ("reg_level", {"region": 80, "state": 82}, None)
    assert grouped.label.text("en", {}) == "Innovative by level"
    assert [figure.bars for figure in indicators.figures] == [("I1", "I1a")]
    assert indicators.indicator("I1a") is grouped
    assert indicators.indicator("I9") is None
    assert indicators.figure("fig2") is None


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("questionnaire: grid", "questionnaire: marks", ("", "other_questionnaire")),
        ("share: innovative\n", "share: nosuch\n", ("I1", "unknown_name")),
        ("share: innovative\n", "share: proud == 'maybe'\n", ("I1", "unknown_code")),
        ("share: innovative\n", "share: proud\n", ("I1", "not_true_or_false")),
        ("share: innovative\n", "share: proud = 'yes'\n", ("I1", "expression_syntax")),
        ("    share: innovative\n", "", ("I1", "missing_key")),
        ("by: reg_level", "by: proud", ("I1a", "unknown_by")),
        ("{region: 80, state: 82}", "{region: 80, county: 82}", ("I1a", "unknown_code")),
        ("{region: 80, state: 82}", "80", ("I1a.published", "must_be_mapping")),
        ("published: 81", "published: {state: 81}", ("I1", "must_be_number")),
        ("n: 20", "n: many", ("I1", "must_be_number")),
        ("id: I1a", "id: I1", ("I1", "duplicate_code")),
        ("id: I1a", 'id: "1a"', ("1a", "bad_identifier")),
        ('{da: "Innovative", en: "Innovative"}', '{da: "Innovative"}', ("I1", "missing_translation")),
        ("bars: [I1, I1a]", "bars: [I1, I2]", ("fig1", "unknown_indicator")),
        ("bars: [I1, I1a]", "bars: []", ("fig1", "must_be_list_of_texts")),
        ("n: 20", "n: 20\n    colour: red", ("I1", "unknown_key")),
    ],
)
def test_what_does_not_fit_is_refused_where_it_stands(old: str, new: str, expected: tuple[str, str]) -> None:
    assert expected in found(changed(old, new))


def test_all_problems_are_named_at_once() -> None:
    text = (
        changed("share: innovative\n", "share: nosuch\n").replace("by: reg_level", "by: nosuch").replace("I1a]", "I7]")
    )
    assert found(text) == [("I1", "unknown_name"), ("I1a", "unknown_by"), ("fig1", "unknown_indicator")]


@pytest.mark.parametrize("text", ["", "- a", "a: [", "hello"])
def test_what_is_no_document_is_refused(text: str) -> None:
    assert found(text) in ([("", "not_a_mapping")], [("", "not_yaml")])
