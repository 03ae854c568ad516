"""Two members of staff save the same draft at the same moment, on two real connections to PostgreSQL."""

from threading import Barrier

import pytest

from surveys.actions.draft import ChangedMeanwhile
from surveys.actions.plain import mark, question_values
from surveys.actions.question import question_of, save_question
from surveys.actions.questionnaire import new_version
from surveys.models import Questionnaire
from tests.factories import NOON, make_questionnaire
from tests.integration.test_claim_race import in_two_threads

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


def test_of_two_who_save_a_question_at_once_one_is_told_of_the_other() -> None:
    draft = make_questionnaire(published=False)
    for turn in range(10):
        stored, start = question_values(question_of(draft, "new")), Barrier(2)

        def save(worker: int, stored: dict[str, object] = stored, start: Barrier = start, turn: int = turn) -> str:
            label = {"da": "Nyt?", "en": f"{turn}, {worker}"}
            start.wait(5)
            try:
                save_question(
                    questionnaire=draft,
                    code="new",
                    values={**stored, "label": label},
                    based_on=mark(stored),
                    by=None,
                    at=NOON,
                )
            except ChangedMeanwhile:
                return "told"
            return label["en"]

        told, won = sorted(map(str, in_two_threads(save)), reverse=True)
        assert told == "told"
        assert question_of(draft, "new").label["en"] == won
    assert draft.snapshots.count() == 11


def test_two_new_versions_started_at_once_are_two() -> None:
    first, start = make_questionnaire(), Barrier(2)

    def begin(worker: int) -> int:
        start.wait(5)
        return new_version(questionnaire=first, by=None, at=NOON).version

    assert sorted(map(str, in_two_threads(begin))) == ["2", "3"]
    assert Questionnaire.objects.filter(code=first.code).count() == 3
