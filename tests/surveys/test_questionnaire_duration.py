"""Estimated minutes to answer; the numbers here are worked out by hand from docs/methods/duration.md."""

import pytest

from surveys.questionnaire.definition import Questionnaire
from surveys.questionnaire.document import from_yaml
from surveys.questionnaire.duration import durations
from tests.questionnaires import BAROMETER
from tests.questionnaires import read as read_shipped
from tests.questionnaires.small import YES_NO, page, question, questionnaire


def made(*pages: str, head: str = "") -> Questionnaire:
    read, problems = from_yaml(questionnaire(*pages, head=head))
    assert read is not None, problems
    return read


def test_words_decisions_marks_and_pages_add_up() -> None:
    """Page title 1 word, question 1, two options 1 each: 4 words at 0.3 s; a page 4 s, a decision 3 s, a mark 1 s."""
    [danish, english] = durations(made(page("one", question("a"))))
    assert (danish.language, english.language) == ("da", "en")
    assert danish.longest == pytest.approx((4 * 0.3 + 4 + 3 + 1) / 60)
    assert danish.shortest == danish.longest == pytest.approx(danish.mean)


def test_every_row_of_a_grid_costs_its_words_a_decision_and_a_mark() -> None:
    """Words: page 1, question 1, options 2, rows 1 + 2."""
    rows = "        rows: [{code: r, label: {da: R, en: R}}, {code: s, label: {da: S, en: S T}}]\n"
    english = durations(made(page("one", question("g", kind="grid", choices=YES_NO + rows))))[1]
    assert english.longest == pytest.approx((7 * 0.3 + 4 + 2 * (3 + 1)) / 60)


def test_writing_costs_more_where_more_may_be_written() -> None:
    short, long_ = (
        durations(made(page("one", question("o", f"max_length: {most}", kind="open", choices=""))))[0].longest
        for most in (300, 301)
    )
    assert long_ - short == pytest.approx((45 - 15) / 60)


def test_the_shortest_and_the_longest_route_are_told_apart() -> None:
    pages = page("one", question("a")), page("two", question("b", "ask_if: a == 'yes'"))
    both = durations(made(*pages))[1]
    one = durations(made(pages[0]))[1]
    assert both.shortest == pytest.approx(one.longest)
    assert both.longest == pytest.approx(2 * one.longest)
    assert both.shortest < both.mean < both.longest
    assert both.mean == pytest.approx(1.5 * one.longest, rel=0.1)  # heads or tails, 400 times


def test_routes_that_end_out_of_scope_do_not_count_as_short() -> None:
    head = "derived:\n  - {name: in_scope, expression: a == 'yes', label: {da: M, en: S}}\n"
    duration = durations(made(page("one", question("a")), page("two", question("b", "ask_if: in_scope")), head=head))[0]
    assert duration.shortest == duration.longest == pytest.approx(duration.mean)


def test_the_barometer_takes_as_long_as_its_welcome_page_says() -> None:
    """It says about 10 to 15 minutes, of the long route."""
    for duration in durations(read_shipped(BAROMETER)):
        assert 10 < duration.longest < 15
        assert 3 < duration.shortest < 6
        assert duration.shortest < duration.mean < duration.longest
