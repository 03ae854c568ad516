"""What a document can mean wrongly; each fault is refused and named, and all of them at once."""

import re
from dataclasses import replace

import pytest
from django.utils import translation

from barometer.problems import sentence
from surveys.problem_texts import TEXTS
from surveys.questionnaire.checks import check
from surveys.questionnaire.document import from_yaml
from tests.questionnaires import document
from tests.questionnaires.small import YES_NO, derived, found, page, question, questionnaire


def test_the_small_documents_of_these_tests_are_right() -> None:
    text = questionnaire(
        page("one", question("a")), page("two", question("b", "ask_if: d1")), head=derived("a == 'yes'")
    )
    assert found(text) == []


# ---- names and codes in expressions


@pytest.mark.parametrize(
    ("condition", "code"),
    [
        ("nosuch == 'yes'", "unknown_name"),
        ("case_day > 3", "unknown_name"),
        ("reg_nosuch == 'x'", "unknown_name"),
        ("a == 'maybe'", "unknown_code"),
        ("a in ('yes', 'maybe')", "unknown_code"),
        ("any_of(m, 'x', 'nosuch')", "unknown_code"),
        ("'nosuch' in m", "unknown_code"),
        ("any_row(g, 'nosuch')", "unknown_code"),
        ("g.r == 'nosuch'", "unknown_code"),
        ("g.nosuch == 'yes'", "unknown_row"),
        ("reg_level == 'county'", "unknown_code"),
        ("a", "not_true_or_false"),
        ("a == 'yes' and m", "not_true_or_false"),
        ("not reg_level", "not_true_or_false"),
        ("count(m)", "not_true_or_false"),
        ("'yes' in a", "not_several_marks"),
        ("m == 'x'", "does_not_compare"),
        ("a > 'no'", "does_not_compare"),
        ("a == 1", "does_not_compare"),
        ("a == reg_level", "does_not_compare"),
        ("reg_employees > '10'", "does_not_compare"),
        ("count(m) in ('x',)", "does_not_compare"),
        ("1 == 1", "does_not_compare"),
        ("a.r == 'yes'", "wrong_use"),
        ("any_row(a, 'yes')", "wrong_use"),
        ("any_of(a, 'yes')", "wrong_use"),
        ("count(g) > 1", "wrong_use"),
        ("g == 'yes'", "wrong_use"),
        ("o == 'text'", "wrong_use"),
        ("answered(t)", "wrong_use"),
        ("a == nosuch", "unknown_name"),
    ],
)
def test_a_condition_that_does_not_fit_the_questionnaire_is_refused(condition: str, code: str) -> None:
    marks = YES_NO.replace('"yes"', "x").replace('"no"', "y")
    rows = "        rows: [{code: r, label: {da: Række, en: Row}}]\n"
    head = """
register:
  - {name: reg_employees, type: integer, label: {da: Ansatte, en: Employees}}
  - name: reg_level
    type: code
    label: {da: Niveau, en: Level}
    codes: [{code: state, label: {da: Stat, en: State}}]
"""
    first = page(
        "one",
        question("a"),
        question("m", kind="multi", choices=marks),
        question("g", kind="grid", choices=YES_NO + rows),
        question("o", kind="open", choices=""),
        question("t", kind="display", choices=""),
    )
    text = questionnaire(first, page("two", question("b", f'ask_if: "{condition}"')), head=head)
    assert ("b", code) in found(text)


def test_a_derived_variable_may_count_but_not_hold_a_code() -> None:
    head = derived("count(m)", "d1 >= 1", "a")
    text = questionnaire(page("one", question("a"), question("m", kind="multi")), head=head)
    assert found(text) == [("derived.d3", "not_true_or_false")]


# ---- order


def test_a_condition_on_a_later_question_is_refused() -> None:
    text = questionnaire(page("one", question("a", "ask_if: b == 'yes'")), page("two", question("b")))
    assert found(text) == [("a", "forward_reference")]


def test_a_condition_on_itself_is_refused() -> None:
    assert found(questionnaire(page("one", question("a", "ask_if: a == 'yes'")))) == [("a", "forward_reference")]


def test_a_condition_on_a_later_question_through_derived_variables_is_refused() -> None:
    head = derived("b == 'yes'", "d1 or a == 'no'")
    pages = page("one", question("a")), page("two", question("c", "ask_if: d2")), page("three", question("b"))
    assert found(questionnaire(*pages, head=head)) == [("c", "forward_reference")]


def test_a_derived_variable_that_reads_one_below_is_refused() -> None:
    text = questionnaire(page("one", question("a")), head=derived("not d2", "a == 'yes'"))
    assert found(text) == [("derived.d1", "forward_reference")]


def test_derived_variables_that_read_each_other_in_a_circle_are_told_once_with_the_way_round() -> None:
    head = derived("d3 and a == 'yes'", "d1", "not d2", "d4 or a == 'no'", "d1")
    text = questionnaire(page("one", question("a")), page("two", question("b", "ask_if: d5")), head=head)
    problems = from_yaml(text)[1]
    assert [(problem.where, problem.code, problem.params["chain"]) for problem in problems] == [
        ("derived.d1", "loop", "d1 → d3 → d2 → d1"),
        ("derived.d4", "loop", "d4 → d4"),
    ]


def test_derived_variables_that_grow_without_end_when_written_out_are_refused_where_they_do() -> None:
    """The "billion laughs": each names the one above it twice."""
    head = derived("a == 'yes'", *(f"d{number} and d{number}" for number in range(1, 60)))
    text = questionnaire(page("one", question("a")), page("two", question("b", "ask_if: d60")), head=head)
    assert found(text)[0] == ("derived.d8", "condition_too_long")
    assert {code for _where, code in found(text)} == {"condition_too_long"}


def test_a_condition_on_the_same_page_is_refused() -> None:
    text = questionnaire(page("one", question("a"), question("b", "ask_if: a == 'yes'")))
    assert found(text) == [("b", "same_page")]


def test_a_condition_on_the_same_page_through_derived_variables_is_refused() -> None:
    text = questionnaire(page("one", question("a"), question("b", "ask_if: d2")), head=derived("a == 'yes'", "not d1"))
    assert found(text) == [("b", "same_page")]


def test_rows_taken_from_marks_on_the_same_page_are_refused() -> None:
    grid = question("g", "rows_marked_in: m", kind="grid_multi")
    assert found(questionnaire(page("one", question("m", kind="multi"), grid))) == [("g", "same_page")]


def test_the_condition_of_an_option_on_the_same_page_is_refused() -> None:
    options = YES_NO.replace('{code: "no"', '{code: "no", ask_if: "a == \'yes\'"')
    text = questionnaire(page("one", question("a"), question("b", choices=options)))
    assert found(text) == [("b.no", "same_page")]


def test_a_remark_may_read_its_own_question_but_none_below() -> None:
    check = "soft_check: {{when: \"{} == 'no'\", label: {{da: Sikker?, en: Sure?}}}}"
    assert found(questionnaire(page("one", question("a", check.format("a")), question("b")))) == []
    text = questionnaire(page("one", question("a", check.format("b")), question("b")))
    assert found(text) == [("a.soft_check", "forward_reference")]


# ---- codes


@pytest.mark.parametrize("code", ["Yes", "1st", "a-b", "a__b", "_a", "æ", "x" * 51])
def test_a_code_that_is_not_well_formed_is_refused(code: str) -> None:
    assert found(questionnaire(page("one", question(f'"{code}"')))) == [(code, "bad_code")]


@pytest.mark.parametrize(
    ("code", "problem"), [("reg_x", "reserved_prefix"), ("case_x", "reserved_prefix"), ("import", "reserved_word")]
)
def test_a_code_that_means_something_else_is_refused(code: str, problem: str) -> None:
    assert found(questionnaire(page("one", question(code)))) == [(code, problem)]


def test_a_code_used_twice_is_refused() -> None:
    pages = page("one", question("a")), page("two", question("a"), question("d1"))
    assert found(questionnaire(*pages, head=derived("1 in (1,)"))) == [
        ("a", "duplicate_code"),
        ("d1", "duplicate_code"),
        ("derived.d1", "does_not_compare"),
    ]


def test_an_option_a_row_and_a_value_used_twice_are_refused() -> None:
    options = """
        options:
          - {code: x, value: 1, label: {da: X, en: X}}
          - {code: x, value: 2, label: {da: X, en: X}}
          - {code: y, value: 1, label: {da: Y, en: Y}}
        rows: [{code: r, label: {da: R, en: R}}, {code: r, label: {da: R, en: R}}]
"""
    text = questionnaire(page("one", question("g", kind="grid", choices=options)))
    assert found(text) == [("g.x", "duplicate_code"), ("g.y", "duplicate_value"), ("g.r", "duplicate_code")]


# ---- parts that do not go together


@pytest.mark.parametrize(
    ("kind", "extra", "choices", "problem"),
    [
        ("single", "max: 2", YES_NO, "not_for_type"),
        ("single", "max_length: 20", YES_NO, "not_for_type"),
        ("single", "rows: [{code: r, label: {da: R, en: R}}]", YES_NO, "not_for_type"),
        ("single", "row_text: {da: R, en: R}", YES_NO, "not_for_type"),
        ("open", "", YES_NO, "not_for_type"),
        ("display", "required: true", "", "not_for_type"),
        ("display", "soft_check: {when: answered(a), label: {da: R, en: R}}", "", "not_for_type"),
        ("single", "", "", "no_options"),
        ("multi", "options: []", "", "no_options"),
        ("single", "scale: nosuch", "", "unknown_scale"),
        ("grid", "", YES_NO, "no_rows"),
        ("grid", "rows: [{code: r, enabled: false, label: {da: R, en: R}}]", YES_NO, "no_rows"),
        ("grid", "rows_like: nosuch", YES_NO, "unknown_source"),
        ("grid", "rows_like: a", YES_NO, "wrong_source"),
        ("grid", "rows_marked_in: nosuch", YES_NO, "unknown_source"),
        ("grid_multi", "rows_marked_in: a", YES_NO, "wrong_source"),
        ("grid", "rows_like: q", YES_NO, "wrong_source"),
        ("multi", "max: 0", YES_NO, "max_out_of_range"),
        ("multi", "max: 3", YES_NO, "max_out_of_range"),
        ("open", "max_length: 0", "", "max_length_out_of_range"),
        ("open", "max_length: 20000", "", "max_length_out_of_range"),
    ],
)
def test_parts_that_do_not_go_together_are_refused(kind: str, extra: str, choices: str, problem: str) -> None:
    text = questionnaire(page("one", question("a")), page("two", question("q", extra, kind, choices)))
    assert ("q", problem) in found(text)


@pytest.mark.parametrize(
    ("kind", "mark", "problem"), [("single", "exclusive", "exclusive_single"), ("grid", "open", "open_in_grid")]
)
def test_an_option_with_a_mark_that_its_type_lacks_is_refused(kind: str, mark: str, problem: str) -> None:
    rows = "        rows: [{code: r, label: {da: R, en: R}}]\n" if kind == "grid" else ""
    options = YES_NO.replace('code: "no"', f'code: "no", {mark}: true')
    assert found(questionnaire(page("one", question("q", kind=kind, choices=options + rows)))) == [("q.no", problem)]


def test_rows_taken_from_a_grid_further_down_are_refused() -> None:
    rows = "        rows: [{code: r, label: {da: R, en: R}}]\n"
    later = question("h", kind="grid", choices=YES_NO + rows)
    text = questionnaire(page("one", question("g", "rows_like: h", "grid")), page("two", later))
    assert found(text) == [("g", "forward_reference")]


def test_register_variables_are_called_reg_and_have_codes_only_as_codes() -> None:
    head = """
register:
  - {name: level, type: text, label: {da: N, en: L}}
  - {name: reg_a, type: code, label: {da: N, en: L}}
  - {name: reg_b, type: text, label: {da: N, en: L}, codes: [{code: x, label: {da: X, en: X}}]}
"""
    assert found(questionnaire(page("one", question("a")), head=head)) == [
        ("register.level", "register_prefix"),
        ("register.reg_a", "no_codes"),
        ("register.reg_b", "codes_not_for_type"),
    ]


# ---- texts


@pytest.mark.parametrize(
    ("label", "problem"),
    [
        ("{da: Tekst}", "missing_translation"),
        ('{da: Tekst, en: " "}', "missing_translation"),
        ("{da: Tekst, en: Text, de: Text}", "unknown_language"),
        ('{da: "{reg_navn}", en: Text}', "unknown_brace"),
        ('{da: "{partner}", en: Text}', "unknown_brace"),
        ("{by: reg_nosuch, da: {state: S}, en: {state: S}}", "unknown_by"),
        ("{by: reg_name, da: {state: S}, en: {state: S}}", "unknown_by"),
        ("{by: reg_level, da: {state: S, region: R}, en: {state: S}}", "missing_translation_of_code"),
        ("{by: reg_level, da: {state: S, region: R}, en: {state: S, region: R, county: C}}", "unknown_code"),
        ("{by: reg_level, da: {state: S, region: R}, en: Text}", "by_and_texts_differ"),
        ("{da: {state: S, region: R}, en: Text}", "by_and_texts_differ"),
    ],
)
def test_a_text_that_some_respondent_could_not_read_is_refused(label: str, problem: str) -> None:
    head = """
register:
  - {name: reg_name, type: text, label: {da: Navn, en: Name}}
  - name: reg_level
    type: code
    label: {da: Niveau, en: Level}
    codes: [{code: state, label: {da: Stat, en: State}}, {code: region, label: {da: Region, en: Region}}]
"""
    text = questionnaire(page("one", question("a", f"hint: {label}")), head=head)
    assert found(text) == [("a", problem)]


def test_translations_are_wanted_everywhere() -> None:
    """Take away each English text of the barometer in turn: each is missed, where it stands."""
    text = document("grid")
    labels = text.split(", en: ")
    for number in range(1, len(labels)):
        rest = labels[number]
        without = ", en: ".join(labels[:number]) + rest[rest.index("}") :]
        without += ", en: " + ", en: ".join(labels[number + 1 :]) if labels[number + 1 :] else ""
        codes = [code for _, code in found(without)]
        assert codes == ["missing_translation"], without


# ---- all at once


def test_all_errors_are_named_at_once_each_with_its_question_and_what_to_do() -> None:
    pages = (
        page("one", question("a"), question("same", "ask_if: a == 'yes'")),
        page("two", question("named", "ask_if: nosuch == 'yes'"), question("coded", "ask_if: a == 'maybe'")),
        page("three", question("a"), question("forward", "ask_if: last == 'yes'")),
        page("four", question("never", "ask_if: named == 'yes' and first == 'yes' and first == 'no'")),
        page("five", question("last").replace(", en: Question", "")),
    )
    text = questionnaire(page("zero", question("first")), *pages).replace("ask_if: named == 'yes' and ", "ask_if: ")
    problems = from_yaml(text)[1]
    assert sorted((problem.where, problem.code) for problem in problems) == [
        ("a", "duplicate_code"),
        ("coded", "unknown_code"),
        ("forward", "forward_reference"),
        ("last", "missing_translation"),
        ("named", "unknown_name"),
        ("never", "unreachable"),
        ("same", "same_page"),
    ]
    with translation.override("en"):
        told = [sentence(problem, TEXTS) for problem in problems]
    for problem, text in zip(problems, told, strict=True):
        assert text.startswith(f"{problem.where}: ")
        assert re.search(r"\b(Correct|Choose|Move|Add|Change)\b", text)


def test_what_rests_on_a_fault_is_not_blamed_for_it() -> None:
    pages = (
        page("one", question("a", "ask_if: nosuch == 'yes'")),
        page("two", question("b", "ask_if: a == 'yes'"), question("c", "ask_if: d1")),
    )
    assert found(questionnaire(*pages, head=derived("a == 'no'"))) == [("a", "unknown_name")]


def test_what_rests_on_an_expression_that_cannot_be_read_is_not_blamed_for_it() -> None:
    pages = page("one", question("a")), page("two", question("b", "ask_if: d1"), question("c", "ask_if: d2"))
    assert found(questionnaire(*pages, head=derived("a = 'no'", "not d1"))) == [("derived.d1", "expression_syntax")]


# ---- choices


def test_a_scale_without_options_is_told_once_and_not_again_at_every_question() -> None:
    head = "scales: {none: []}"
    asked = question("a", "scale: none", choices=""), question("b", "scale: none", choices="")
    assert found(questionnaire(page("one", *asked), head=head)) == [("scales.none", "empty_scale")]


def test_options_without_codes_are_refused() -> None:
    text = questionnaire(page("one", question("a", choices=YES_NO.replace('code: "no", ', ""))))
    assert found(text) == [("a.options[2]", "missing_key")]
    read = from_yaml(questionnaire(page("one", question("a"))))[0]
    assert read is not None
    a = read.question("a")
    without = replace(read, questions=(replace(a, options=(a.options[0], replace(a.options[1], code=""))),))
    assert [(problem.where, problem.code) for problem in check(without)] == [("a", "missing_code")]


def test_numbers_for_some_options_only_are_a_warning() -> None:
    text = questionnaire(page("one", question("a", choices=YES_NO.replace('code: "no"', 'code: "no", value: 0'))))
    assert found(text) == [("a", "some_without_value")]
    assert from_yaml(text)[0] is not None
