"""A code that meant something else in an earlier edition is a warning."""

from dataclasses import replace
from datetime import date

from surveys.questionnaire.definition import Questionnaire
from surveys.questionnaire.document import from_yaml
from surveys.questionnaire.meaning import check_meaning, is_earlier, same_instrument
from tests.questionnaires.small import YES_NO, page, question, questionnaire

OPTIONS = YES_NO.replace('code: "yes"', 'code: "yes", value: 1').replace('code: "no"', 'code: "no", value: 0')


def made(*pages: str, version: int = 1, head: str = "") -> Questionnaire:
    read, problems = from_yaml(questionnaire(*pages, head=head).replace("version: 1", f"version: {version}"))
    assert read is not None, problems
    return read


def changes(now: Questionnaire, *earlier: Questionnaire) -> list[tuple[str, str]]:
    return [(problem.where, problem.code) for problem in check_meaning(now, earlier)]


def test_a_code_with_another_text_than_before_is_told_with_both_texts() -> None:
    before = made(page("one", question("a", choices=OPTIONS)))
    now = made(page("one", question("a", choices=OPTIONS.replace('en: "No"', 'en: "Hardly"'))), version=2)
    [problem] = check_meaning(now, [before])
    assert (problem.where, problem.code) == ("a.no", "changed_meaning")
    assert problem.params == {"language": "en", "before": "No", "after": "Hardly", "version": "test@1"}


def test_capitals_spaces_and_punctuation_are_no_change_of_meaning() -> None:
    before = made(page("one", question("a", choices=OPTIONS)))
    now = made(page("one", question("a", choices=OPTIONS.replace('en: "No"', 'en: "no. "'))), version=2)
    assert changes(now, before) == []


def test_a_new_code_and_a_code_that_is_gone_are_no_change_of_meaning() -> None:
    before = made(page("one", question("a", choices=OPTIONS)))
    now = made(page("one", question("a", choices=OPTIONS.replace('"no"', "never"))), version=2)
    assert changes(now, before) == []


def test_another_number_in_statistical_files_is_told() -> None:
    before = made(page("one", question("a", choices=OPTIONS)))
    now = made(page("one", question("a", choices=OPTIONS.replace("value: 0", "value: 2"))), version=2)
    assert changes(now, before) == [("a.no", "changed_value")]


def test_an_option_of_a_scale_is_told_once_however_many_questions_use_it() -> None:
    head = "scales:\n  s:\n    - {code: x, label: {da: X, en: X}}\n    - {code: y, label: {da: Y, en: Y}}\n"
    asked = page("one", question("a", "scale: s", choices=""), question("b", "scale: s", choices=""))
    now = made(asked, version=2, head=head.replace("en: Y", "en: Z"))
    assert changes(now, made(asked, head=head)) == [("scales.s.y", "changed_meaning")]


def test_a_row_of_a_grid_is_told_too_but_not_where_it_is_copied() -> None:
    rows = "        rows: [{code: r, label: {da: R, en: R}}]\n"
    copied = question("h", "rows_like: g", kind="grid")
    before = made(page("one", question("g", kind="grid", choices=YES_NO + rows), copied))
    now = made(
        page("one", question("g", kind="grid", choices=YES_NO + rows.replace("en: R", "en: S")), copied), version=2
    )
    assert changes(now, before) == [("g.r", "changed_meaning")]


def test_the_text_of_one_level_counts_too() -> None:
    head = "register:\n  - {name: reg_level, type: code, label: {da: N, en: L}, codes: [" + (
        "{code: x, label: {da: X, en: X}}, {code: y, label: {da: Y, en: Y}}]}"
    )
    by = "{by: reg_level, da: {x: Nej, y: Nej}, en: {x: No, y: No}}"
    before = made(page("one", question("a", choices=YES_NO)), head=head)
    same = made(page("one", question("a", choices=YES_NO.replace('{da: "Nej", en: "No"}', by))), version=2, head=head)
    other = by.replace("en: {x: No, y: No}", "en: {x: No, y: Never}")
    changed = made(
        page("one", question("a", choices=YES_NO.replace('{da: "Nej", en: "No"}', other))), version=2, head=head
    )
    assert changes(same, before) == []
    assert changes(changed, before) == [("a.no", "changed_meaning")]


def test_the_latest_edition_that_has_the_code_is_compared_with() -> None:
    first = made(page("one", question("a", choices=OPTIONS.replace('en: "No"', 'en: "Never"'))))
    second = made(page("one", question("a", choices=OPTIONS)), version=2)
    now = made(page("one", question("a", choices=OPTIONS)), version=3)
    assert changes(now, first, second) == []
    assert changes(now, first) == [("a.no", "changed_meaning")]


def test_editions_of_one_instrument_are_known_by_their_code_or_by_half_their_questions() -> None:
    now = made(page("one", question("a"), question("b"), question("c")))
    renamed = replace(now, code="next")
    other = replace(made(page("one", question("a"), question("x"), question("y"))), code="other")
    assert same_instrument(now, renamed)
    assert not same_instrument(now, other)
    assert not same_instrument(now, replace(renamed, country="SE"))


def test_an_earlier_edition_is_one_of_a_lower_version_or_an_earlier_period() -> None:
    now = made(page("one", question("a")), version=2)
    assert is_earlier(replace(now, version=1), now)
    assert not is_earlier(now, now)
    before = replace(now, code="before", version=7, reference_end=date(2018, 12, 31))
    assert is_earlier(before, now)
    assert not is_earlier(now, before)
