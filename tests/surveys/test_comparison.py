"""Two versions question by question: comparable, changed, new or gone, and why."""

import json
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from surveys.models import Questionnaire
from surveys.questionnaire.comparison import Comparison, compare
from surveys.questionnaire.definition import Questionnaire as Definition
from surveys.questionnaire.document import from_yaml
from tests.factories import TINY, make_questionnaire
from tests.people import browser_of, dana, olga
from tests.questionnaires import BAROMETER, STRATEGY, document, read
from tests.questionnaires.small import YES_NO, derived, page, question, questionnaire

A = question("a")
ROWS = "        rows: [{code: r, label: {da: Række, en: Row}}, {code: s, label: {da: Anden, en: Other}}]\n"
GRID = question("g", kind="grid", choices=YES_NO + ROWS)
MARKS = question("m", "max: 1", kind="multi")


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


def made(*pages: str, head: str = "") -> Definition:
    found, problems = from_yaml(questionnaire(*pages, head=head))
    assert found is not None, problems
    return found


def differences(found: Comparison, code: str) -> list[tuple[str, str]]:
    [one] = [one for one in (*found.questions, *found.derived) if one.code == code]
    return [(difference.code, difference.where) for difference in one.differences]


def changed(before: str, after: str, code: str) -> tuple[str | None, list[tuple[str, str]]]:
    """The mark and the differences of one question between two versions of one page."""
    found = compare(made(page("one", before)), made(page("one", after)))
    return found.mark(code), differences(found, code)


@pytest.mark.parametrize("name", [BAROMETER, STRATEGY])
def test_a_version_is_comparable_with_itself_in_all_questions(name: str) -> None:
    found = compare(read(name), read(name))
    assert {(one.mark, one.differences) for one in (*found.questions, *found.derived)} == {("comparable", ())}


def test_questions_of_only_one_version_are_new_and_gone() -> None:
    found = compare(made(page("one", A, question("old"))), made(page("one", question("fresh"), A)))
    assert [(one.code, one.mark) for one in found.questions] == [("fresh", "new"), ("a", "comparable"), ("old", "gone")]


def test_a_question_that_is_switched_off_is_gone() -> None:
    found = compare(made(page("one", A, GRID)), made(page("one", question("a", "enabled: false"), GRID)))
    assert found.mark("a") == "gone"


@pytest.mark.parametrize(
    ("before", "after", "code", "expected"),
    [
        (A, A.replace("Spørgsmål", "Et andet"), "a", [("diff_wording", "a")]),
        (A, A.replace('"Ja"', '"Jo"'), "a", [("diff_option_wording", "a.yes")]),
        (A, A + "          - {code: dk, label: {da: Ved ikke, en: DK}}\n", "a", [("diff_option_new", "a.dk")]),
        (
            A,
            A.replace('{code: "no"', "{code: never"),
            "a",
            [("diff_option_new", "a.never"), ("diff_option_gone", "a.no")],
        ),
        (A, A.replace("single", "multi"), "a", [("diff_type", "a")]),
        (MARKS, MARKS.replace("max: 1", "max: 2"), "m", [("diff_cap", "m")]),
        (
            MARKS,
            MARKS.replace('code: "no"', 'exclusive: true, code: "no"'),
            "m",
            [("diff_option_exclusive", "m.no")],
        ),
        (GRID, GRID.replace("en: Row", "en: Line"), "g", [("diff_row_wording", "g.r")]),
        (GRID, GRID.replace("code: s", "code: t"), "g", [("diff_row_new", "g.t"), ("diff_row_gone", "g.s")]),
    ],
)
def test_what_changes_a_question(before: str, after: str, code: str, expected: list[tuple[str, str]]) -> None:
    assert changed(before, after, code) == ("changed", expected)


@pytest.mark.parametrize(
    ("before", "after", "code", "expected"),
    [
        (A, A.replace("Spørgsmål", "spørgsmål?"), "a", [("diff_punctuation", "a")]),
        (A, A.replace("type: single", "type: single\n        required: false"), "a", [("diff_required", "a")]),
        (A, A.replace("type: single", "type: single\n        hint: {da: H, en: H}"), "a", [("diff_hint", "a")]),
        (A, A.replace('code: "no"', 'open: true, code: "no"'), "a", [("diff_option_open", "a.no")]),
        (GRID, GRID.replace("Række, en: Row", "RÆKKE, en: Row."), "g", [("diff_punctuation", "g.r")] * 2),
    ],
)
def test_what_leaves_a_question_comparable(before: str, after: str, code: str, expected: list[tuple[str, str]]) -> None:
    assert changed(before, after, code) == ("comparable", expected)


def test_the_order_of_options_is_told_and_leaves_the_question_comparable() -> None:
    heading, yes, no = YES_NO.strip("\n").splitlines()
    turned = question("a", choices="\n".join([heading, no, yes]) + "\n")
    assert changed(A, turned, "a") == ("comparable", [("diff_option_order", "a")])


def test_the_order_of_questions_is_told_and_leaves_them_comparable() -> None:
    b, c = question("b"), question("c")
    found = compare(made(page("one", A, b, c)), made(page("one", A, c, b)))
    assert {one.mark for one in found.questions} == {"comparable"}
    assert differences(found, "c") == [("diff_moved", "c")]
    assert differences(found, "a") == []


def two(condition: str, *, first: str = A, head: str = "") -> Definition:
    return made(page("one", first), page("two", question("b", f"ask_if: {condition}")), head=head)


def test_another_condition_is_another_routing() -> None:
    found = compare(two("a == 'yes'"), two("a == 'no'"))
    assert (found.mark("b"), differences(found, "b")) == ("changed", [("diff_routing", "b")])
    none = compare(two("a == 'yes'"), made(page("one", A), page("two", question("b"))))
    assert differences(none, "b") == [("diff_routing", "b")]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a == 'yes'", "a in ('yes',)"),
        ("a in ('yes', 'no')", "a in ('no', 'yes')"),
        ("a == 'yes' or a == 'no'", "a in ('no', 'yes')"),
        ("not (a == 'yes')", "a != 'yes'"),
        ("d1", "a == 'yes'"),
    ],
)
def test_a_condition_written_otherwise_is_the_same_routing(one: str, other: str) -> None:
    head = derived("a == 'yes'")
    found = compare(two(one, head=head), two(other, head=head))
    assert (found.mark("b"), differences(found, "b")) == ("comparable", [])


def test_a_derived_variable_with_another_expression_changes_whoever_reads_it() -> None:
    before, after = two("d1", head=derived("a == 'yes'")), two("d1", head=derived("a == 'no'"))
    found = compare(before, after)
    assert differences(found, "b") == [("diff_routing", "b")]
    assert differences(found, "d1") == [("diff_expression", "d1")]
    [difference] = next(one for one in found.questions if one.code == "b").differences
    assert difference.params == {"before": "d1; d1: a == 'yes'", "after": "d1; d1: a == 'no'"}


def test_the_base_changes_with_what_it_rests_on_however_far_below() -> None:
    pages = page("two", question("b", "ask_if: a == 'yes'")), page("three", question("c", "ask_if: b == 'yes'"))
    before = made(page("one", A), *pages, head=derived("b == 'no'"))
    after = made(page("one", A.replace("en: Question", "en: Is it?")), *pages, head=derived("b == 'no'"))
    found = compare(before, after)
    for code in ("b", "c", "d1"):
        assert (found.mark(code), differences(found, code)) == ("changed", [("diff_base", code)])
    [difference] = next(one for one in found.questions if one.code == "c").differences
    assert difference.params == {"names": "a"}


def test_a_hint_below_does_not_change_the_base() -> None:
    hint = A.replace("type: single", "type: single\n        hint: {da: H, en: H}")
    assert compare(two("a == 'yes'"), two("a == 'yes'", first=hint)).mark("b") == "comparable"


def test_rows_taken_from_marks_rest_on_them() -> None:
    text = document("rows_marked_in")
    before, after = (from_yaml(each)[0] for each in (text, text.replace("Who took part?", "Who was there?")))
    assert before is not None
    assert after is not None
    found = compare(before, after)
    assert differences(found, "who") == [("diff_wording", "who")]
    assert differences(found, "part") == [("diff_base", "part")]


# ---- the command


def run(*args: str) -> str:
    out = StringIO()
    call_command("compare_questionnaires", *args, stdout=out, stderr=out)
    return out.getvalue()


@pytest.fixture
def versions(db: None) -> tuple[Questionnaire, Questionnaire]:
    text = TINY.format(code="series")
    second = text.replace("version: 1", "version: 2").replace('en: "No"', 'en: "Never"')
    return make_questionnaire(text), make_questionnaire(second, published=False)


@pytest.mark.django_db
def test_the_command_says_the_mark_and_the_reasons(versions: tuple[Questionnaire, Questionnaire]) -> None:
    said = run("series@1", "series@2")
    assert "Questions: series@1 → series@2" in said
    assert "- new: Changed" in said
    assert "new.no: The option has another wording." in said
    assert "No → Never (en)" in said


@pytest.mark.django_db
def test_the_command_gives_the_marks_to_other_programs(versions: tuple[Questionnaire, Questionnaire]) -> None:
    found = json.loads(run("series@1", "series@2", "--format", "json"))
    assert (found["before"], found["after"], found["derived"]) == ("series@1", "series@2", [])
    assert found["questions"] == [
        {
            "code": "new",
            "mark": "changed",
            "differences": [
                {
                    "code": "diff_option_wording",
                    "where": "new.no",
                    "minor": False,
                    "language": "en",
                    "before": "No",
                    "after": "Never",
                }
            ],
        }
    ]


@pytest.mark.django_db
def test_the_command_takes_files_and_refuses_those_with_errors(tmp_path: Path) -> None:
    file = tmp_path / "q.yaml"
    file.write_text(TINY.format(code="series"), encoding="utf-8")
    assert "- new: Comparable" in run(str(file), str(file))
    file.write_text(TINY.format(code="series").replace('en: "No"', 'sv: "Nej"'), encoding="utf-8")
    with pytest.raises(CommandError, match="has errors"):
        run(str(file), str(file))


# ---- the page

PAGE = "/questionnaires/compare/"


@pytest.mark.django_db
def test_staff_see_what_differs(versions: tuple[Questionnaire, Questionnaire]) -> None:
    first, second = versions
    response = browser_of(dana()).get(f"{PAGE}?before={first.pk}&after={second.pk}")
    content = response.content.decode()
    assert response.status_code == 200
    assert '<span class="mark mark-changed">Changed</span>' in content
    assert "The option has another wording. (English)" in content
    assert '<dt>Before</dt><dd lang="en">No</dd>' in content


@pytest.mark.django_db
def test_the_page_asks_for_two_versions_first(versions: tuple[Questionnaire, Questionnaire]) -> None:
    for query in ("", "?before=x&after=999999", f"?before={versions[0].pk}"):
        content = browser_of(dana()).get(f"{PAGE}{query}").content.decode()
        assert "Version 2 – Small survey</option>" in content
        assert 'class="mark ' not in content


@pytest.mark.django_db
def test_a_version_is_compared_with_the_latest_published_one_before_it(
    versions: tuple[Questionnaire, Questionnaire],
) -> None:
    first, second = versions
    content = browser_of(dana()).get(f"{PAGE}?after={second.pk}").content.decode()
    assert "series@1 → series@2" in content
    alone = browser_of(dana()).get(f"{PAGE}?after={first.pk}").content.decode()
    assert 'class="mark ' not in alone


@pytest.mark.django_db
def test_only_staff_compare_versions() -> None:
    assert browser_of(None).get(PAGE)["Location"].startswith("/login/")
    assert browser_of(olga()).get(PAGE).status_code == 403
    assert browser_of(dana()).post(PAGE).status_code == 405
