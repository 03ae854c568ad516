"""Figures beside an instrument: read whole, or refused with every problem."""

import pytest

from barometer.problems import sentence
from surveys.problem_texts import TEXTS
from surveys.questionnaire.figure_definition import Figures
from surveys.questionnaire.figures import read_figures
from surveys.questionnaire.indicators import read_indicators
from tests.questionnaires import BAROMETER, document, read

QUESTIONNAIRE = read("grid")
INDICATORS, _PROBLEMS = read_indicators(
    """
questionnaire: grid
indicators:
  - {id: I1, label: {da: "Innovative", en: "Innovative"}, share: innovative, base: innovative or not innovative}
  - {id: I2, label: {da: "Stolte", en: "Proud"}, share: proud == 'yes', base: innovative or not innovative}
  - {id: I3, label: {da: "Stolte", en: "Proud"}, share: proud == 'yes', base: innovative}
""",
    QUESTIONNAIRE,
)
FIGURES = """
questionnaire: grid
edition: "2018-19"
groups:
  - {when: proud == 'no', label: {da: "Ikke stolte", en: "Not proud"}}
figures:
  - id: fig1
    label: {da: "Søjler", en: "Bars"}
    bars: [I1, {code: I2, label: {da: "Meget stolte", en: "Very proud"}}]
    by: reg_level
    test: per_item
    note: [base, significance]
  - id: fig2
    label: {da: "Dele", en: "Parts"}
    base: innovative
    rows: [innov.product, {code: proud, label: {da: "Stolthed", en: "Pride"}}]
    parts: ["yes"]
    left_out: ["no"]
    by: [innovative, proud == 'no']
    test: distribution
    note: [left_out, significance]
"""


def read_all(text: str = FIGURES) -> Figures:
    assert INDICATORS is not None
    figures, problems = read_figures(text, QUESTIONNAIRE, INDICATORS)
    assert problems == []
    assert figures is not None
    return figures


def found(text: str) -> list[tuple[str, str]]:
    assert INDICATORS is not None
    figures, problems = read_figures(text, QUESTIONNAIRE, INDICATORS)
    assert figures is None
    assert all(sentence(problem, TEXTS) for problem in problems)
    return [(problem.where, problem.code) for problem in problems]


def changed(old: str, new: str) -> str:
    assert FIGURES.count(old) == 1
    return FIGURES.replace(old, new)


def test_figures_are_read_in_order_with_the_labels_that_they_give() -> None:
    figures = read_all()
    bars, parts = figures.figures
    assert [figures.number(id_) for id_ in ("fig1", "fig2", "fig3")] == [1, 2, None]
    assert [(bar.code, bar.label and bar.label.text("en", {})) for bar in bars.bars] == [
        ("I1", None),
        ("I2", "Very proud"),
    ]
    assert (bars.base, bars.test, bars.note) == (None, "per_item", ("base", "significance"))
    assert bars.by is not None and [group.code for group in bars.by.groups] == ["region", "state"]
    assert parts.base is not None and parts.base.text == "innovative"
    assert [row.code for row in parts.rows] == ["innov.product", "proud"]
    assert "innov.product == 'yes'" in parts.expressions and "proud == 'no'" in parts.expressions


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("questionnaire: grid", "questionnaire: marks", ("", "other_questionnaire")),
        ("[I1, {", "[I9, {", ("fig1", "unknown_indicator")),
        ("[I1, {", "[I3, {", ("fig1", "figure_bases_differ")),
        ("[I1, {", "[I2, {", ("fig1", "duplicate_code")),
        ("by: reg_level", "by: reg_county", ("fig1", "unknown_by")),
        ("    by: reg_level\n", "", ("fig1", "figure_test_without_groups")),
        ("test: per_item", "test: distribution", ("fig1", "figure_test_misplaced")),
        ("test: per_item", "test: chi", ("fig1", "must_be_one_of")),
        ("test: per_item", "test: none", ("fig1", "figure_note_and_test_differ")),
        ("note: [base, significance]", "note: [base, colour]", ("fig1", "must_be_one_of")),
        ("    note: [base, significance]\n", "", ("fig1", "missing_key")),
        ("test: per_item", "test: per_item\n    parts: ['yes']", ("fig1", "figure_key_misplaced")),
        ('{da: "Meget stolte", en: "Very proud"}', '{da: "Meget stolte"}', ("fig1.I2", "missing_translation")),
        ("    base: innovative\n", "", ("fig2", "missing_key")),
        ("base: innovative", "base: nosuch", ("fig2", "unknown_name")),
        ("[innov.product, {", "[innov, {", ("fig2", "figure_row_unknown")),
        ("[innov.product, {", "[innov.old, {", ("fig2", "figure_row_unknown")),
        ("[innov.product, {", "[product_name, {", ("fig2", "figure_row_unknown")),
        ('parts: ["yes"]', 'parts: ["maybe"]', ("fig2", "unknown_code")),
        ('    left_out: ["no"]\n', "", ("fig2", "figure_answers_forgotten")),
        ("note: [left_out, significance]", "note: [significance]", ("fig2", "figure_left_out_unsaid")),
        ("test: distribution", "test: per_item", ("fig2", "figure_test_misplaced")),
        ("by: [innovative, proud == 'no']", "by: [innovative, proud == 'yes']", ("fig2", "group_without_label")),
        ("id: fig2", "id: fig1", ("fig1", "duplicate_code")),
        ("id: fig2", "id: 2", ("figures[2]", "must_be_text")),
        ('parts: ["yes"]', "parts: []", ("fig2", "must_be_list_of_texts")),
        ('parts: ["yes"]', "parts: [{label: x}]", ("fig2.parts[1]", "missing_key")),
        ("note: [base, significance]", "note: [base, significance]\n    colour: red", ("fig1", "unknown_key")),
    ],
)
def test_what_does_not_fit_is_refused_where_it_stands(old: str, new: str, expected: tuple[str, str]) -> None:
    assert expected in found(changed(old, new))


def test_more_patterns_than_can_be_told_apart_are_refused() -> None:
    many = [f"a{number}" for number in range(7)]
    text = changed('parts: ["yes"]', f"parts: {many}")
    assert ("fig2", "figure_too_many_patterns") in found(text)


@pytest.mark.parametrize("text", ["", "- a", "a: [", "hello"])
def test_what_is_no_document_is_refused(text: str) -> None:
    assert found(text) in ([("", "not_a_mapping")], [("", "not_yaml")])


def test_the_five_figures_of_the_third_edition_are_shipped() -> None:
    barometer = read(BAROMETER)
    indicators, problems = read_indicators(document(f"{BAROMETER}.indicators"), barometer)
    assert indicators is not None and problems == []
    figures, problems = read_figures(document(f"{BAROMETER}.figures"), barometer, indicators)
    assert figures is not None and problems == []
    bars = {figure.id: [bar.code for bar in figure.bars] for figure in figures.figures}
    assert bars["fig1"] == ["R3-02", "R3-02a", "R3-02b", "R3-02c", "R3-02d"]
    assert bars["fig4"] == ["R3-06b", "R3-06", "R3-06a", "R3-06c", "R3-05"]
    assert bars["fig5"] == ["R3-38a", "R3-38b", "R3-38d", "R3-38c", "R3-35", *(f"R3-38{end}" for end in "efgh")]
    rows = {figure.id: [row.code for row in figure.rows] for figure in figures.figures if figure.rows}
    assert rows == {"fig2": ["factors.pol_leadership", "factors.legislation"], "fig3": ["novelty"]}
    assert {figure.id: figure.test for figure in figures.figures} == {
        "fig1": "none",
        "fig2": "none",
        "fig3": "distribution",
        "fig4": "per_item",
        "fig5": "per_item",
    }
