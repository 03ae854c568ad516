"""XLSForm workbooks read as questionnaires: what is taken over, and what is listed because it is not."""

import random
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from surveys.problem_texts import XLSFORM
from surveys.questionnaire.checks import check, is_error
from surveys.questionnaire.definition import Questionnaire
from surveys.questionnaire.expression import parse as parse_expression
from surveys.questionnaire.routing import Route, route
from surveys.xlsform import reading
from surveys.xlsform.expressions import Target, written
from surveys.xlsform.names import Names, language_of
from surveys.xlsform.reading import Imported, read_xlsform
from surveys.xlsform.workbook import LARGEST_FILE
from surveys.xlsform.xpath import Compare, Count, Joined, Name, Node, Not, Selected, Text, Truth, Unsupported, parse
from tests.xlsforms import FRUIT, HEADER, LABELS, YES_NO, imported, line, workbook

A = line("select_one yn", "a", "A?", required="yes")
M = line("select_multiple fruit", "m", "M?")


def read(found: Imported) -> Questionnaire:
    assert found.questionnaire is not None, found.remarks
    return found.questionnaire


def listed(found: Imported) -> list[tuple[str, str]]:
    return [(remark.code, remark.where) for remark in found.remarks]


def test_a_plain_form_is_taken_over_whole_with_nothing_to_remark() -> None:
    found = imported(
        line("begin_group", "one", "Side 1"),
        A,
        line("end_group"),
        line("begin_group", "two", "Side 2"),
        line("select_multiple fruit", "m", "M?", relevant="${a} = 'yes'", hint__x="", required="true()"),
        line("text", "t", "T?"),
        line("note", "n", "N"),
        line("end_group"),
    )
    assert found.remarks == []
    questionnaire = read(found)
    assert [(page.name, page.questions) for page in questionnaire.pages] == [("one", ("a",)), ("two", ("m", "t", "n"))]
    assert [question.type for question in questionnaire.questions] == ["single", "multi", "open", "display"]
    assert [question.required for question in questionnaire.questions] == [True, True, False, False]
    assert questionnaire.question("m").ask_if == parse_expression("a == 'yes'")
    assert questionnaire.question("m").scale == "fruit"
    assert questionnaire.scales["yn"][0].label.texts == {"da": "Ja", "en": "Yes"}
    assert questionnaire.title.texts == {"da": "Prøve"}
    assert [problem.code for problem in check(questionnaire)] == ["missing_translation"]  # the title in English


# ---- languages


def test_labels_and_hints_are_read_in_every_language() -> None:
    found = imported({"type": "text", "name": "t", LABELS[0]: "Hej", "label::English": "Hello", "hint::sv": "Tips"})
    question = read(found).question("t")
    assert question.label.texts == {"da": "Hej", "en": "Hello"}
    assert question.hint is not None
    assert question.hint.texts == {"sv": "Tips"}
    assert read(found).languages == ("da", "en", "sv")


def test_a_column_without_a_language_is_in_the_default_one() -> None:
    rows = {"type": "text", "name": "t", "label": "Hello", LABELS[0]: "Hej"}
    named = read_xlsform(
        workbook(rows, choices=(), settings={"form_title": "T", "default_language": "English (en)"}), HEADER
    )
    assert read(named).question("t").label.texts == {"en": "Hello", "da": "Hej"}
    assert read(named).languages[0] == "en"
    assert read(imported({"type": "text", "name": "t", "label": "Hej"}, choices=())).question("t").label.texts == {
        "da": "Hej"
    }


def test_a_column_in_an_unknown_language_is_listed() -> None:
    found = imported({"type": "text", "name": "t", LABELS[0]: "Hej", "label::Klingon": "nuqneH"}, choices=())
    assert ("xls_language", "survey:1") in listed(found)


@pytest.mark.parametrize(
    ("column", "language"),
    [
        ("label::Dansk (da)", "da"),
        ("label::English", "en"),
        ("label::da", "da"),
        ("hint::Norsk (nb)", "nb"),
        ("label::Portuguese (pt-BR)", "pt"),
        ("label::Klingon", None),
        ("label::Klingon (tlh)", None),
    ],
)
def test_the_language_of_a_column(column: str, language: str | None) -> None:
    assert language_of(column) == language


# ---- names


def test_names_that_do_not_fit_are_changed_listed_and_found_again_in_conditions() -> None:
    found = imported(
        line("begin_group", "1. Side", "Side"),
        line("select_one Ja/Nej", "Er det nyt?", "A?", required="yes"),
        line("end_group"),
        line("begin_group", "two", "Side"),
        line("text", "class", "B?", relevant="${Er det nyt?} = '1'"),
        line("end_group"),
        choices=(("Ja/Nej", 1, "Ja", "Yes"), ("Ja/Nej", 2, "Nej", "No")),
    )
    questionnaire = read(found)
    assert [page.name for page in questionnaire.pages] == ["page_1_side", "two"]
    assert [question.code for question in questionnaire.questions] == ["er_det_nyt", "q_class"]
    assert [(option.code, option.value) for option in questionnaire.scales["ja_nej"]] == [("c_1", 1), ("c_2", 2)]
    assert questionnaire.question("q_class").ask_if == parse_expression("er_det_nyt == 'c_1'")
    renamed = {remark.params["name"]: remark.params["code"] for remark in found.remarks}
    assert renamed == {
        "1. Side": "page_1_side",
        "Er det nyt?": "er_det_nyt",
        "class": "q_class",
        "Ja/Nej": "ja_nej",
        "1": "c_1",
        "2": "c_2",
    }
    assert not any(is_error(remark) for remark in found.remarks)


def test_different_names_never_become_the_same_code() -> None:
    names = Names("q")
    codes = [
        names.code(name) for name in ("Ny", "ny", "NY", "ny ", "æ", "ae", "x" * 80, "x" * 81, "", "_", "reg_a", "if")
    ]
    assert len(set(codes)) == len(codes)
    assert names.code("Ny") == codes[0]


# ---- questions


def test_or_other_adds_an_option_with_a_text_field() -> None:
    found = imported(line("select_one fruit or_other", "f", "F?"), line("select_multiple fruit", "m", "M?"))
    assert [(option.code, option.open) for option in read(found).question("f").options] == [
        ("apple", False),
        ("pear", False),
        ("none", False),
        ("other", True),
    ]
    assert read(found).question("f").options[-1].label.texts == {"da": "Andet", "en": "Other"}
    assert len(read(found).question("m").options) == 3


@pytest.mark.parametrize(
    ("constraint", "most", "alone"),
    [
        ("count-selected(.) <= 2", 2, ()),
        ("count-selected(.) < 3", 2, ()),
        ("3 >= count-selected(.)", 3, ()),
        ("not(selected(., 'none') and count-selected(.) > 1)", None, ("none",)),
        ("count-selected(.) <= 2 and not(selected(., 'none') and count-selected(.) >= 2)", 2, ("none",)),
    ],
)
def test_a_constraint_on_the_number_of_marks_is_a_cap(
    constraint: str, most: int | None, alone: tuple[str, ...]
) -> None:
    found = imported(M | {"constraint": constraint})
    question = read(found).question("m")
    assert question.max_marks == most
    assert tuple(option.code for option in question.options if option.exclusive) == alone
    assert [remark for remark in found.remarks if remark.code == "xls_expression"] == []


@pytest.mark.parametrize(
    "constraint", ["count-selected(.) >= 2", "regex(., 'x')", "count-selected(${a}) <= 2", "count-selected(.) <= 0"]
)
def test_any_other_constraint_is_listed(constraint: str) -> None:
    found = imported(A, M | {"constraint": constraint})
    assert ("xls_expression", "survey:3") in listed(found)
    assert read(found).question("m").max_marks is None


def test_a_disabled_question_is_switched_off() -> None:
    assert read(imported(line("text", "t", "T?", disabled="yes"))).question("t").enabled is False


@pytest.mark.parametrize("required", ["yes", "TRUE", "true()", "no", "", "${a} = 'yes'"])
def test_required_is_yes_or_no_and_anything_else_is_listed(required: str) -> None:
    found = imported(A, line("text", "t", "T?", required=required))
    assert read(found).question("t").required is (required.lower() in ("yes", "true", "true()"))
    assert (("xls_expression", "survey:3") in listed(found)) is required.startswith("$")


# ---- groups and tables


def test_questions_outside_groups_stand_on_a_page_called_like_the_form() -> None:
    found = imported(
        line("text", "t", "T?"),
        line("begin group", "g", "G"),
        line("text", "u", "U?"),
        line("end group"),
        line("text", "v", "V?"),
    )
    assert [(page.name, page.questions) for page in read(found).pages] == [
        ("page", ("t",)),
        ("g", ("u",)),
        ("page_2", ("v",)),
    ]
    assert read(found).pages[0].label.texts == {"da": "Prøve"}


def test_the_condition_of_a_group_holds_for_all_in_it_and_its_title_stays() -> None:
    found = imported(
        A,
        line("begin_group", "g", "G", relevant="${a} = 'yes'"),
        line("text", "t", "T?"),
        line("begin_group", "inner", "Inner", relevant="${a} != 'no'"),
        line("text", "u", "U?"),
        line("end_group"),
        line("end_group"),
    )
    questionnaire = read(found)
    conditions = {question.code: question.ask_if and question.ask_if.text for question in questionnaire.questions}
    assert conditions == {
        "a": None,
        "t": "a == 'yes'",
        "inner": "a == 'yes' and a != 'no'",
        "u": "a == 'yes' and a != 'no'",
    }
    assert questionnaire.question("inner").type == "display"


def test_a_condition_on_the_same_page_begins_a_new_page_and_is_told() -> None:
    found = imported(
        line("begin_group", "g", "G"),
        A,
        line("calculate", "d", calculation="${a} = 'yes'"),
        line("text", "t", "T?", relevant="${d}"),
        line("text", "u", "U?"),
        line("end_group"),
    )
    assert [(page.name, page.questions) for page in read(found).pages] == [("g", ("a",)), ("g_2", ("t", "u"))]
    assert listed(found)[-1] == ("xls_page_split", "t")
    assert "same_page" not in [problem.code for problem in check(read(found))]


TABLE = (line("select_one yn", "r", "R", required="yes"), line("select_one yn", "s", "S", required="yes"))


@pytest.mark.parametrize("way", ["table-list", "label"])
def test_a_table_is_a_grid_with_its_questions_as_rows(way: str) -> None:
    if way == "table-list":
        lines = [line("begin_group", "g", "G?", appearance="table-list"), *TABLE]
    else:
        header: dict[str, object] = {"type": "select_one yn", "name": "head", "appearance": "label"}
        lines = [line("begin_group", "g", "G?"), header, *(row | {"appearance": "list-nolabel"} for row in TABLE)]
    after = line("text", "t", "T?", relevant="${r} = 'yes' and selected(${s}, 'no')")
    found = imported(*lines, line("end_group"), after)
    question = read(found).question("g")
    assert (question.type, question.scale, question.required) == ("grid", "yn", True)
    assert question.label.texts["da"] == "G?"
    assert [(row.code, row.label.texts["da"]) for row in question.rows] == [("r", "R"), ("s", "S")]
    assert read(found).question("t").ask_if == parse_expression("g.r == 'yes' and g.s == 'no'")
    assert {str(remark.params.get("list")) for remark in found.remarks if is_error(remark)} == {"fruit"}


def test_a_table_of_several_marks_is_a_grid_of_several_marks() -> None:
    rows = [line("select_multiple fruit", name, name, constraint="count-selected(.) <= 2") for name in ("r", "s")]
    after = line("text", "t", "T?", relevant="selected(${r}, 'apple')")
    found = imported(line("begin_group", "g", "G?", appearance="table-list"), *rows, line("end_group"), after)
    question = read(found).question("g")
    assert (question.type, question.max_marks) == ("grid_multi", 2)
    assert read(found).question("t").ask_if == parse_expression("'apple' in g.r")


def test_a_row_keeps_its_condition() -> None:
    rows = (TABLE[0] | {"relevant": "${a} = 'yes'"}, TABLE[1])
    found = imported(A, line("begin_group", "g", "G?", appearance="table-list"), *rows, line("end_group"))
    assert [row.ask_if and row.ask_if.text for row in read(found).question("g").rows] == ["a == 'yes'", None]


def test_a_table_of_different_lists_is_no_grid_and_that_is_listed() -> None:
    rows = (TABLE[0], line("select_one fruit", "s", "S"))
    found = imported(line("begin_group", "g", "G?", appearance="table-list"), *rows, line("end_group"))
    assert [question.type for question in read(found).questions] == ["single", "single"]
    assert ("xls_expression", "survey:2") in listed(found)


# ---- conditions

TARGETS = {
    "a": Target("single", "a", options={"yes": "yes", "no": "no"}),
    "s": Target("single", "s", options={"yes": "yes", "no": "no"}, sure=True),
    "m": Target("multi", "m", options={"apple": "apple", "1": "c_1"}),
    "t": Target("open", "t"),
    "r": Target("row", "g", row="r", options={"yes": "yes"}),
    "d": Target("derived", "d", node=parse("${a} = 'yes'")),
    "n": Target("derived", "n", node=parse("count-selected(${m})")),
}


@pytest.mark.parametrize(
    ("xpath", "expression"),
    [
        ("${s} = 'yes'", "s == 'yes'"),
        ("'yes' = ${s}", "s == 'yes'"),
        ("${s} != 'yes'", "s != 'yes'"),
        ("not(${s} = 'yes')", "s != 'yes'"),
        ("${a} != 'yes'", "(a != 'yes' or not answered(a))"),
        ("selected(${s}, 'yes')", "s == 'yes'"),
        ("selected(${m}, 'apple')", "'apple' in m"),
        ("selected(${m}, '1')", "'c_1' in m"),
        ("not(selected(${m}, 'apple'))", "('apple' not in m or not answered(m))"),
        ("${r} = 'yes'", "g.r == 'yes'"),
        ("${t} != ''", "answered(t)"),
        ("${a} = ''", "not answered(a)"),
        ("count-selected(${m}) >= 2", "count(m) >= 2"),
        ("count-selected(${m}) < 2", "(count(m) < 2 or not answered(m))"),
        ("2 <= count-selected(${m})", "count(m) >= 2"),
        ("${n} > 1", "n > 1"),
        ("${d}", "d"),
        ("${d} = 'true'", "d"),
        ("not(${d})", "(a != 'yes' or not answered(a))"),
        ("${s} = 'yes' and ${a} = 'no' or ${d}", "(s == 'yes' and a == 'no') or d"),
        ("${s} = 'yes' and (${a} = 'no' or ${d})", "s == 'yes' and (a == 'no' or d)"),
        ("not(${s} = 'yes' and ${a} = 'no')", "s != 'yes' or (a != 'no' or not answered(a))"),
        ("true() and ${d}", "d"),
    ],
)
def test_a_condition_is_said_in_our_language(xpath: str, expression: str) -> None:
    assert written(parse(xpath), TARGETS) == expression
    parse_expression(expression)


@pytest.mark.parametrize(
    ("xpath", "part"),
    [
        ("${a} + 1 = 2", "+"),
        ("if(${a} = 'yes', 1, 0)", "if()"),
        ("regex(${t}, 'x')", "regex()"),
        ("${t} = 'x'", "${t} = 'x'"),
        ("${m} = 'apple'", "${m} = 'apple'"),
        ("${nosuch} = 'x'", "${nosuch}"),
        ("${a} = 'maybe'", "'maybe'"),
        ("../a = 'x'", "."),
        ("${a}", "${a}"),
        ("today() > '2020-01-01'", "today()"),
        ("${a} = 'yes' and", "'yes' and"),
        ("(" * 60 + "${d}" + ")" * 60, "("),
    ],
)
def test_what_cannot_be_said_here_is_named(xpath: str, part: str) -> None:
    with pytest.raises(Unsupported) as refused:
        written(parse(xpath), TARGETS)
    assert part in refused.value.part


FORM = (
    line("begin_group", "one", "1"),
    A,
    line("end_group"),
    line("begin_group", "two", "2", relevant="${a} = 'yes'"),
    line("select_one yn", "b", "B?", required="yes"),
    line("select_multiple fruit", "m", "M?"),
    line("end_group"),
    line("begin_group", "g", "G?", appearance="table-list"),
    *TABLE,
    line("end_group"),
    line("calculate", "d", calculation="${b} = 'yes' or selected(${m}, 'pear')"),
)


@pytest.mark.parametrize(
    "xpath",
    [
        "${b} != 'yes'",
        "not(${d})",
        "not(${d} and ${a} = 'yes') or ${r} != 'no'",
        "count-selected(${m}) <= 1 and not(selected(${m}, 'apple'))",
        "count-selected(${m}) = 0 or ${b} = ''",
        "not(not(${s} = 'yes') or ${m} != '')",
        "count-selected(${m}) != 2",
    ],
)
def test_on_every_route_the_condition_holds_as_it_does_there(xpath: str) -> None:
    """Unanswered is the empty text there, and unknown here."""
    found = read(imported(*FORM, line("text", "t", "T?", relevant=xpath)))
    rng, node = random.Random(xpath), parse(xpath)
    for _ in range(300):
        answers: dict[str, object] = {"a": rng.choice(["yes", "no"]), "g": {r: rng.choice(["yes", "no"]) for r in "rs"}}
        answers["b"] = rng.choice(["yes", "no"])
        answers["m"] = rng.sample(["apple", "pear", "none"], rng.randint(0, 3))
        taken = route(found, {}, answers)
        assert (taken.item("t") is not None) is _xpath(node, _values(taken)), (xpath, answers)


def _values(taken: Route) -> Mapping[str, list[str]]:
    """The answers as an XLSForm has them: marks with spaces between, an empty text where there are none."""
    grid = taken.answers.get("g")
    rows = grid if isinstance(grid, dict) else {}
    values = {name: taken.answers.get(name) for name in ("a", "b", "m")} | {row: rows.get(row) for row in "rs"}
    return {name: value if isinstance(value, list) else [str(value)] if value else [] for name, value in values.items()}


def _xpath(node: Node, values: Mapping[str, list[str]]) -> bool:
    match node:
        case Joined(word=word, parts=parts):
            return (all if word == "and" else any)(_xpath(part, values) for part in parts)
        case Not(part=part):
            return not _xpath(part, values)
        case Selected(name=Name(name=name), code=code):
            return code in values[name]
        case Truth(value=value):
            return value
        case Name(name="d"):
            return values["b"] == ["yes"] or "pear" in values["m"]
        case Compare(left=Count(name=Name(name=name)), sign=sign, right=Text(value=number)):
            count = len(values[name])
            return {"<=": count <= int(number), "=": count == int(number), "!=": count != int(number)}[sign]
        case Compare(left=Name(name=name), sign=sign, right=Text(value=text)):
            return (" ".join(values[name]) == text) is (sign == "=")
    raise AssertionError(node)


def test_calculations_are_derived_variables() -> None:
    found = imported(
        A,
        M,
        line("calculate", "d", calculation="${a} = 'yes'"),
        line("calculate", "n", calculation="count-selected(${m})"),
    )
    assert [(one.name, one.expression.text) for one in read(found).derived] == [("d", "a == 'yes'"), ("n", "count(m)")]


def test_a_condition_that_cannot_be_said_is_listed_and_so_is_what_rests_on_it() -> None:
    found = imported(
        A,
        line("calculate", "d", calculation="concat(${a}, 'x')"),
        line("text", "t", "T?", relevant="${d} = 'yesx'"),
        line("text", "u", "U?", relevant="${a} = 'yes' and string-length(${t}) > 3"),
    )
    assert [where for code, where in listed(found) if code == "xls_expression"] == ["survey:3", "survey:4", "survey:5"]
    assert [question.ask_if for question in read(found).questions] == [None, None, None]


# ---- everything else is listed


def test_every_remark_has_a_sentence_and_every_sentence_a_remark() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in Path(reading.__file__).parent.glob("*.py"))
    assert set(re.findall(r'Problem\(\s*"(\w+)"', source)) == set(XLSFORM)


@pytest.mark.parametrize(
    ("survey", "code"),
    [
        (line("integer", "x", "X?"), "xls_type"),
        (line("geopoint", "x", "X?"), "xls_type"),
        (line("select_one_from_file places.csv", "x", "X?"), "xls_type"),
        (line("deviceid", "x"), "xls_left_out"),
        (line("start", "x"), "xls_left_out"),
        (line("text", "x", "X?", default="3"), "xls_column"),
        (line("text", "x", "X?", constraint_message="No"), "xls_column"),
        (line("text", "x", "X?", media__image="x.png"), "xls_column"),
        (line("text", "x", "X?", read_only="yes"), "xls_column"),
        (line("select_one yn", "x", "X?", choice_filter="a=1"), "xls_column"),
        (line("select_one yn", "x", "X?", appearance="minimal"), "xls_expression"),
        (line("select_one nosuch", "x", "X?"), "xls_list_missing"),
        (line("text", "x", "Hej ${a}"), "xls_reference_in_text"),
        (line("note", "x", "**Hej**"), "xls_markup"),
        (line("calculate", "x", calculation="${a} = 'yes'", relevant="${a} = 'yes'"), "xls_expression"),
    ],
)
def test_what_has_no_place_here_is_listed_with_its_line(survey: dict[str, object], code: str) -> None:
    found = imported(A, survey)
    [remark] = [remark for remark in found.remarks if remark.code == code]
    assert remark.where == "survey:3"
    assert is_error(remark)


def test_repeats_sheets_settings_columns_of_lists_and_unused_lists_are_listed() -> None:
    found = imported(
        line("begin_repeat", "g", "G"),
        A,
        line("end_repeat"),
        choices=(
            ("yn", "yes", "Ja", "Yes", "x.png"),
            ("yn", "no", "Nej", "No", None),
            *((*choice, None) for choice in FRUIT),
        ),
        choice_columns=("list_name", "name", *LABELS, "media::image"),
        settings={"form_title": "Prøve", "public_key": "abc"},
        sheets=("entities", "notes"),
    )
    assert listed(found) == [
        ("xls_repeat", "survey:2"),
        ("xls_list_unused", "choices:1"),
        ("xls_column", "choices:2"),
        ("xls_column", "settings:2"),
        ("xls_sheet", ""),
        ("xls_sheet", ""),
    ]
    assert [remark.params["sheet"] for remark in found.remarks[-2:]] == ["entities", "notes"]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"no workbook", "xls_unreadable"),
        (b"PK\x03\x04 broken", "xls_unreadable"),
        (b"", "xls_unreadable"),
        (b"x" * (LARGEST_FILE + 1), "xls_too_large"),
        (workbook(choices=YES_NO), "xls_no_survey"),
        (workbook(line("begin_group", "g", "G"), A), "xls_group_never_closed"),
        (workbook(A, line("end_group")), "xls_group_never_opened"),
    ],
)
def test_a_file_that_is_no_form_is_one_problem(data: bytes, code: str) -> None:
    found = read_xlsform(data, HEADER)
    assert found.questionnaire is None
    assert [remark.code for remark in found.remarks] == [code]
