"""Some statements are planned by PostgreSQL every time, for the values that they are asked with."""

import pytest
from django.db import connection

from barometer.bulk import unprepared

pytestmark = pytest.mark.django_db


def ask(times: int, statement: str) -> None:
    with connection.cursor() as cursor:
        for _ in range(times):
            cursor.execute(statement, ["a"])


def prepared(word: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE %s", [f"%{word}%"])
        return int(cursor.fetchone()[0])


@pytest.mark.postgresql
def test_a_statement_that_is_asked_often_is_prepared_unless_somebody_wants_a_plan_for_its_values() -> None:
    with unprepared():
        ask(10, "SELECT 'asked in here' || %s")
    ask(10, "SELECT 'asked out there' || %s")
    assert [prepared("asked in here"), prepared("asked out there")] == [0, 1]


@pytest.mark.postgresql
def test_statements_are_prepared_again_also_after_a_failure() -> None:
    with pytest.raises(ValueError, match="broken"), unprepared():
        raise ValueError("broken")
    ask(10, "SELECT 'asked after a failure' || %s")
    assert prepared("asked after a failure") == 1


def test_every_database_answers_there() -> None:
    with unprepared():
        ask(1, "SELECT %s")
