"""What is read for a questionnaire is read once, and never taken for another one's."""

from dataclasses import replace

import pytest

from responses.kept import MOST_KEPT, kept
from surveys.questionnaire.definition import Questionnaire
from tests.questionnaires import read

QUESTIONNAIRE = read("grid")


def test_the_same_definition_is_read_once_and_an_equal_one_for_itself() -> None:
    asked: list[Questionnaire] = []

    @kept
    def read_code(questionnaire: Questionnaire) -> str:
        asked.append(questionnaire)
        return f"{questionnaire.code} {questionnaire.version}"

    other = replace(QUESTIONNAIRE, version=2)
    assert [read_code(QUESTIONNAIRE), read_code(other), read_code(QUESTIONNAIRE)] == ["grid 1", "grid 2", "grid 1"]
    assert asked == [QUESTIONNAIRE, other]
    many = [replace(QUESTIONNAIRE, version=version) for version in range(2 * MOST_KEPT)]
    assert [read_code(each) for each in many] == [f"grid {version}" for version in range(2 * MOST_KEPT)]


def test_a_failure_is_not_kept() -> None:
    outcomes = iter([ValueError("no"), None])

    @kept
    def read_or_fail(questionnaire: Questionnaire) -> str:
        if failure := next(outcomes):
            raise failure
        return questionnaire.code

    with pytest.raises(ValueError, match="no"):
        read_or_fail(QUESTIONNAIRE)
    assert read_or_fail(QUESTIONNAIRE) == "grid"
