"""How PostgreSQL plans the statements that it is asked; SQLite plans each for its values."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def unprepared() -> Iterator[None]:
    """Have every statement planned for its own values, also one that was asked often before.

    A prepared statement soon has one plan for all values: a search for a word that few have is then answered like one
    for a word that many have, ten times as slowly. For the short questions of most pages that plan is the right one.
    """
    if connection.vendor != "postgresql":
        yield
        return
    connection.ensure_connection()
    client = connection.connection
    before, client.prepare_threshold = client.prepare_threshold, None
    try:
        yield
    finally:
        client.prepare_threshold = before
