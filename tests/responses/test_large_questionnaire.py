"""A questionnaire of 300 questions loads, is published, opens, routes, saves and is submitted."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from responses.models import LinkHolder, Response
from surveys.questionnaire.document import from_yaml
from tests.factories import make_case, make_open_round, make_questionnaire
from tests.large_questionnaire import PER_PAGE, QUESTIONS, document
from tests.leaders import current_route, filled, link, owner_of, stored_answers, submit, walk

YES = {f"q{number}": ["yes"] for number in range(1, QUESTIONS) if number % 10 not in (3, 6, 9)}


@pytest.fixture
def holder(db: None) -> LinkHolder:
    return owner_of(make_case(make_open_round(questionnaire=make_questionnaire(document()))))


def test_the_document_is_one_without_faults() -> None:
    questionnaire, problems = from_yaml(document())
    assert problems == []
    assert questionnaire
    assert len(questionnaire.questions) == QUESTIONS
    assert len(questionnaire.pages) == QUESTIONS / PER_PAGE


def test_three_hundred_questions_are_answered_and_submitted(client: Client, holder: LinkHolder) -> None:
    assert client.get(link(holder)).status_code == 200
    assert list(walk(client, holder, YES)) == list(range(1, 31))
    assert len(current_route(holder).items) == QUESTIONS
    assert client.get(link(holder, "answer-review")).status_code == 200
    assert submit(client, holder).startswith("/k/")
    assert len(Response.objects.get().answers) >= QUESTIONS - QUESTIONS / 10


def test_answers_of_the_first_page_take_questions_off_the_last(client: Client, holder: LinkHolder) -> None:
    next(walk(client, holder, {**YES, "q1": ["no"]}))
    page = current_route(holder).page(30)
    assert page
    assert [item.code for item in page.items] == [
        f"q29{number}" for number in (1, 2, 3, 4, 6, 7, 9)
    ]  # 295 and 298 rest on page 29


def test_a_page_in_the_middle_takes_no_more_queries_than_that_of_a_small_questionnaire(
    client: Client, holder: LinkHolder, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    next(walk(client, holder, YES))
    with django_assert_max_num_queries(2):
        client.get(link(holder, "answer-page", 15))
    page = current_route(holder).page(15)
    assert page
    data = filled(page, stored_answers(holder))
    with django_assert_max_num_queries(6):
        client.post(link(holder, "answer-page", 15), data)
