"""Two browsers save answers of one case at the same moment, on two real connections to PostgreSQL."""

from threading import Event

import pytest
from django.db import transaction

from responses.actions import answering, events
from responses.models import Case, Response
from tests.factories import NOON, make_case, make_open_round
from tests.integration.test_claim_race import in_two_threads

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


def begun(answers: dict[str, object]) -> Case:
    case = make_case(make_open_round())
    Response.objects.create(case=case, questionnaire=case.round.questionnaire, answers=answers, started_at=NOON)
    return case


def test_whoever_waits_for_the_lock_reads_the_answers_that_the_other_has_saved() -> None:
    case = begun({"before": "a"})
    locked, waiting = Event(), Event()

    def save(worker: int) -> object:
        with transaction.atomic():
            if worker == 0:
                _, response = events.lock_again(case)
                assert response is not None
                locked.set()
                waiting.wait(0.5)  # the other now hangs on the locked row
                response.answers = {**response.answers, "meanwhile": "b"}
                answering.ANSWERS.save(response)
                return None
            locked.wait(5)
            _, response = events.lock_again(case)
            assert response is not None
            return response.answers

    assert in_two_threads(save) == [None, {"before": "a", "meanwhile": "b"}]


def test_whoever_waits_for_the_lock_finds_answers_that_the_other_has_begun() -> None:
    case = make_case(make_open_round())
    locked, waiting = Event(), Event()

    def save(worker: int) -> object:
        with transaction.atomic():
            if worker == 0:
                _, none = events.lock_again(case)
                locked.set()
                waiting.wait(0.5)
                begun = Response(case=case, questionnaire=case.round.questionnaire, answers={"a": "b"}, started_at=NOON)
                answering.BEGUN.insert(begun)
                return none
            locked.wait(5)
            _, response = events.lock_again(case)
            return response and response.answers

    assert in_two_threads(save) == [None, {"a": "b"}]
