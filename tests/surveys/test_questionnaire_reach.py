"""A question that no answers can reach is refused when the document is loaded."""

import pytest

from surveys.questionnaire import reach
from surveys.questionnaire.document import from_yaml
from tests.questionnaires import document
from tests.questionnaires.small import YES_NO, derived, found, page, question, questionnaire


def test_a_question_that_no_answers_reach_is_refused() -> None:
    condition = "ask_if: a == 'yes' and a == 'no'"
    assert found(questionnaire(page("one", question("a")), page("two", question("b", condition)))) == [
        ("b", "unreachable")
    ]


def test_a_question_is_unreachable_behind_one_that_rules_it_out() -> None:
    pages = (
        page("one", question("a")),
        page("two", question("b", "ask_if: a == 'yes'")),
        page("three", question("c", "ask_if: b == 'yes' and a == 'no'")),
    )
    assert found(questionnaire(*pages)) == [("c", "unreachable")]


def test_a_question_is_unreachable_through_derived_variables() -> None:
    head = derived("a == 'yes'", "not d1", "d1 and d2")
    text = questionnaire(page("one", question("a")), page("two", question("b", "ask_if: d3")), head=head)
    assert found(text) == [("b", "unreachable")]


def test_a_question_behind_one_that_is_off_is_unreachable_but_one_that_is_off_itself_is_not() -> None:
    pages = (
        page("one", question("a", "enabled: false")),
        page("two", question("b", "ask_if: a == 'yes'"), question("c", "ask_if: a == 'no'")),
    )
    assert found(questionnaire(*pages)) == [("b", "unreachable"), ("c", "unreachable")]
    off = page("two", question("b", "ask_if: a == 'yes'\n        enabled: false"))
    assert found(questionnaire(pages[0], off)) == []


def test_more_marks_than_allowed_are_not_tried() -> None:
    marks = question("m", "max: 1", kind="multi", choices=YES_NO.replace('"yes"', "x").replace('"no"', "y"))
    both = page("two", question("b", "ask_if: \"'x' in m and 'y' in m\""))
    assert found(questionnaire(page("one", marks), both)) == [("b", "unreachable")]
    assert found(questionnaire(page("one", marks.replace("max: 1", "max: 2")), both)) == []


def test_exclusive_marks_are_not_tried_together_with_others() -> None:
    options = YES_NO.replace('code: "no"', "code: none, exclusive: true")
    both = page("two", question("b", "ask_if: \"'yes' in m and 'none' in m\""))
    assert found(questionnaire(page("one", question("m", kind="multi", choices=options)), both)) == [
        ("b", "unreachable")
    ]


@pytest.mark.parametrize(
    ("condition", "reached"),
    [
        ("any_row(g, 'yes') and any_row(g, 'no')", True),
        ("any_row(g, 'yes') and any_row(g, 'no') and any_row(g, 'dk')", False),
        ("g.r == 'no' and any_row(g, 'yes')", True),
        ("g.r == 'no' and g.s == 'no' and any_row(g, 'yes')", False),
        ("g.r == 'no' and not answered(g)", True),
        ("any_row(g, 'no') and not answered(g)", True),
    ],
)
def test_grids_are_tried_by_row(condition: str, reached: bool) -> None:
    rows = "        rows: [{code: r, label: {da: R, en: R}}, {code: s, label: {da: S, en: S}}]\n"
    options = YES_NO + "          - {code: dk, label: {da: Ved ikke, en: Don't know}}\n"
    grid = question("g", kind="grid", choices=options + rows)
    text = questionnaire(page("one", grid), page("two", question("b", f'ask_if: "{condition}"')))
    assert found(text) == ([] if reached else [("b", "unreachable")])


def test_rows_taken_from_marks_can_be_reached() -> None:
    """rows_marked_in.yaml asks its last question only when a partner took part in the test."""
    assert found(document("rows_marked_in")) == []
    never = document("rows_marked_in").replace("any_row(part, 'test')", "any_row(part, 'test') and any_of(who, 'none')")
    assert found(never) == [("result", "unreachable")]


@pytest.mark.parametrize(
    ("condition", "reached"),
    [
        ("reg_level == 'state' and a == 'yes'", True),
        ("reg_level == 'state' and reg_level == 'region'", False),
        ("reg_employees > 10 and reg_employees < 12", True),
        ("reg_employees > 10 and reg_employees < 11", False),
        ("reg_name == 'X' and reg_name != 'Y'", True),
    ],
)
def test_the_register_is_tried_too(condition: str, reached: bool) -> None:
    head = """
register:
  - {name: reg_name, type: text, label: {da: Navn, en: Name}}
  - {name: reg_employees, type: integer, label: {da: Ansatte, en: Employees}}
  - name: reg_level
    type: code
    label: {da: Niveau, en: Level}
    codes: [{code: state, label: {da: Stat, en: State}}, {code: region, label: {da: Region, en: Region}}]
"""
    text = questionnaire(page("one", question("a")), page("two", question("b", f'ask_if: "{condition}"')), head=head)
    assert found(text) == ([] if reached else [("b", "unreachable")])


def test_too_many_combinations_are_a_warning_and_the_document_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reach, "MOST_COMBINATIONS", 1_000)  # 100,000 take three seconds
    several = [question(f"q{number}") for number in range(1, 8)]
    never = " and ".join(f"(q{number} == 'yes' or q{number} == 'no')" for number in range(1, 8)) + " and q1 == 'no'"
    text = questionnaire(page("one", *several), page("two", question("b", f"ask_if: \"{never} and q1 == 'yes'\"")))
    read, problems = from_yaml(text)
    assert [(problem.where, problem.code) for problem in problems] == [("b", "reach_not_tried")]
    assert read is not None


@pytest.mark.parametrize(
    ("condition", "problems"),
    [
        ("a == 'yes'", []),
        ("a == 'yes' and a == 'no'", [("b.no", "unreachable_choice")]),
        ("a == 'no' and reg_level == 'state'", []),
        ("c == 'no' and a == 'no'", [("b.no", "unreachable_choice")]),
    ],
)
def test_an_option_that_no_answers_offer_is_refused(condition: str, problems: list[tuple[str, str]]) -> None:
    head = """
register:
  - {name: reg_level, type: code, label: {da: Niveau, en: Level}, codes: [{code: state, label: {da: Stat, en: State}}]}
"""
    options = YES_NO.replace('{code: "no"', f'{{code: "no", ask_if: "{condition}"')
    pages = (
        page("one", question("a")),
        page("two", question("c", "ask_if: a == 'yes'")),
        page("three", question("b", choices=options)),
    )
    assert found(questionnaire(*pages, head=head)) == problems


def test_a_row_that_no_answers_offer_is_refused_unless_it_is_off() -> None:
    rows = "        rows: [{code: r, label: {da: R, en: R}}, {code: s, ask_if: a == 'x', label: {da: S, en: S}}]\n"
    never = rows.replace("a == 'x'", "\"a == 'yes' and a == 'no'\"")
    grid = question("g", kind="grid", choices=YES_NO + never)
    assert found(questionnaire(page("one", question("a")), page("two", grid))) == [("g.s", "unreachable_choice")]
    off = grid.replace("{code: s,", "{code: s, enabled: false,")
    assert found(questionnaire(page("one", question("a")), page("two", off))) == []


def test_a_long_chain_of_conditions_is_followed_link_by_link(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not all of its answers are tried anew for each question: a draft is checked whenever it is saved."""
    monkeypatch.setattr(reach, "MOST_COMBINATIONS", 20)
    rest = (
        page(f"p{number}", question(f"q{number}", f"ask_if: q{number - 1} == 'no' and q{number - 2} == 'no'"))
        for number in range(3, 60)
    )
    assert found(questionnaire(page("p1", question("q1")), page("p2", question("q2")), *rest)) == []
