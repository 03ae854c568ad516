"""Indicators beside an instrument: read whole, or refused with every problem."""

import pytest

from barometer.problems import sentence
from surveys.problem_texts import TEXTS
from surveys.questionnaire.indicator_definition import Indicators
from surveys.questionnaire.indicators import read_indicators
from tests.questionnaires import read

QUESTIONNAIRE = read("grid")
INDICATORS = """
questionnaire: grid
edition: "2018-19"
disclosure:
  default: {minimum_n: 3}
series:
  - {name: pride, note: {da: "Spurgt anderledes", en: "Asked differently"}}
groups:
  - {when: proud == 'no', label: {da: "Ikke stolte", en: "Not proud"}}
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
    expect: differs
    series: {name: pride, version: 1}
  - id: I2
    label: {da: "Stolte", en: "Proud"}
    share: proud == 'yes'
    base: innovative or not innovative
    by: [innovative, proud == 'no']
    about: [60, 0]
    decimals: 1
    expect: higher
    series: {name: pride, version: 2}
    edition: "2016-17"
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


def read_all() -> Indicators:
    indicators, problems = read_indicators(INDICATORS, QUESTIONNAIRE)
    assert problems == []
    assert indicators is not None
    return indicators


def test_indicators_are_read_in_order() -> None:
    indicators = read_all()
    whole, by_level, by_expressions = indicators.indicators
    assert whole.share is not None
    assert (whole.id, whole.share.text, whole.by, whole.published, whole.n) == ("I1", "innovative", None, {"": 81}, 20)
    assert (by_level.published, by_level.n, by_level.expect) == ({"region": 80, "state": 82}, None, "differs")
    assert by_level.label.text("en", {}) == "Innovative by level"
    assert (by_expressions.about, by_expressions.decimals) == ({"innovative": 60, "proud == 'no'": 0}, 1)
    assert [each.edition for each in indicators.indicators] == ["2018-19", "2018-19", "2016-17"]
    assert indicators.disclosure[whole.disclosure] == 3
    assert indicators.indicator("I1a") is by_level
    assert indicators.indicator("I9") is None


def test_groups_are_the_codes_of_a_register_variable_or_expressions_with_names() -> None:
    _, by_level, by_expressions = read_all().indicators
    assert by_level.by is not None and by_expressions.by is not None
    assert by_level.by.variable == "reg_level"
    assert [group.when.text for group in by_level.by.groups][-1] == "reg_level == 'state'"
    names = [(group.code, group.label.text("en", {})) for group in by_expressions.by.groups]
    assert names == [
        ("innovative", QUESTIONNAIRE.derived_named["innovative"].label.text("en", {})),
        ("proud == 'no'", "Not proud"),
    ]


def test_only_equal_versions_of_a_series_are_comparable() -> None:
    whole, before, after = read_all().indicators
    assert before.comparable(before)
    assert not before.comparable(after)
    assert not whole.comparable(whole)  # of no series


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
        ("{region: 80, state: 82}", "[80, 81, 82, 83]", ("I1a", "one_per_group")),
        ("published: 81", "published: {state: 81}", ("I1", "must_be_percent")),
        ("published: 81", "published: 810", ("I1", "must_be_percent")),
        ("published: 81", "published: .nan", ("I1", "must_be_percent")),
        ("n: 20", "n: 0", ("I1", "must_be_at_least_one")),
        ("n: 20", "rank: proud", ("I1", "only_one_of")),
        ("share: innovative\n", "rank: proud\n", ("I1", "unknown_rank")),
        ("n: 20", "expect: higher", ("I1", "expects_without_groups")),
        ("n: 20", "about: 80", ("I1", "only_one_of")),
        ("n: 20", "disclosure: strict", ("I1", "unknown_rule")),
        ("minimum_n: 3", "minimum_n: 0", ("disclosure.default", "must_be_at_least_one")),
        ("expect: differs", "expect: more", ("I1a", "must_be_one_of")),
        ("expect: higher", "expect: differs", ("I2", "differs_without_variable")),
        ("decimals: 1", "decimals: 7", ("I2", "bad_decimals")),
        ("by: [innovative, proud == 'no']", "by: [innovative, proud == 'yes']", ("I2", "group_without_label")),
        ("by: [innovative, proud == 'no']", "by: [innovative, proud == 'maybe']", ("I2", "unknown_code")),
        ("by: [innovative, proud == 'no']", "by: [innovative, innovative]", ("I2", "group_twice")),
        ("by: [innovative, proud == 'no']", "by: [innovative, proud ==]", ("I2", "expression_syntax")),
        ("version: 2", "version: two", ("I2.series", "must_be_number")),
        ("n: 20", "n: many", ("I1", "must_be_number")),
        ("id: I1a", "id: I1", ("I1", "duplicate_code")),
        ("id: I1a", 'id: "1a"', ("1a", "bad_identifier")),
        ('{da: "Innovative", en: "Innovative"}', '{da: "Innovative"}', ("I1", "missing_translation")),
        ("n: 20", "n: 20\n    colour: red", ("I1", "unknown_key")),
    ],
)
def test_what_does_not_fit_is_refused_where_it_stands(old: str, new: str, expected: tuple[str, str]) -> None:
    assert expected in found(changed(old, new))


def test_all_problems_are_named_at_once() -> None:
    text = changed("share: innovative\n", "share: nosuch\n").replace("by: reg_level", "by: nosuch")
    assert found(text) == [("I1", "unknown_name"), ("I1a", "unknown_by")]


@pytest.mark.parametrize("text", ["", "- a", "a: [", "hello"])
def test_what_is_no_document_is_refused(text: str) -> None:
    assert found(text) in ([("", "not_a_mapping")], [("", "not_yaml")])
