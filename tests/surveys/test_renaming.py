"""A name exchanged in an expression."""

import pytest

from surveys.questionnaire.renaming import renamed


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("new == 'yes'", "newness == 'yes'"),
        ("new == 'new' and not new_type", "newness == 'new' and not new_type"),
        ("'new' in new", "'new' in newness"),
        ("factors.new == 'dk'", "factors.new == 'dk'"),
        ("new.law == 'dk' or any_row(new, 'dk')", "newness.law == 'dk' or any_row(newness, 'dk')"),
        ("('æøå' == x and\n  new == 'ø' or new == 'å')", "('æøå' == x and\n  newness == 'ø' or newness == 'å')"),
        ("new == 'unclosed", "new == 'unclosed"),
        ("(new ==", "(new =="),
        ("", ""),
    ],
)
def test_only_the_name_itself_is_exchanged(expression: str, expected: str) -> None:
    assert renamed(expression, "new", "newness") == expected


def test_a_question_called_like_a_function_is_told_from_it() -> None:
    assert renamed("count(count) > 1", "count", "partners") == "count(partners) > 1"
