"""Connections that last longer than a request: one that no longer works is replaced, and nobody notices."""

import select
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from django.db import connection

from surveys.models import Round

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgresql]


@contextmanager
def next_request() -> Iterator[list[str]]:
    """As Django does between two requests; yield the statements that are sent to ask whether the connection works."""
    connection.close_if_unusable_or_obsolete()
    asked: list[str] = []
    is_usable = connection.is_usable

    def ask() -> bool:
        asked.append("SELECT 1")
        return is_usable()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connection, "is_usable", ask)
        yield asked


def server_process() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def of_another_session(statement: str) -> None:
    """Execute what the server then tells our connection of, and wait until that has arrived."""
    with psycopg.connect(**connection.get_connection_params(), autocommit=True) as other:
        other.execute(statement)
    assert select.select([connection.connection], [], [], 10)[0]


def test_a_connection_that_works_is_used_again_without_asking() -> None:
    before = server_process()
    with next_request() as asked:
        assert server_process() == before
    assert asked == []


def test_a_connection_that_the_server_has_ended_is_replaced_before_it_is_used() -> None:
    before = server_process()
    of_another_session(f"SELECT pg_terminate_backend({before})")
    with next_request() as asked:
        assert Round.objects.count() == 0
        assert server_process() != before
    assert asked == ["SELECT 1"]


def test_a_connection_on_which_the_server_has_said_something_is_asked_and_kept() -> None:
    before = server_process()
    with connection.cursor() as cursor:
        cursor.execute("LISTEN news")
    of_another_session("NOTIFY news")
    with next_request() as asked:
        assert server_process() == before
    assert asked == ["SELECT 1"]
