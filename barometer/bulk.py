"""What PostgreSQL does faster or needs said: many rows or keys, its plans, commits that need not wait, one at a time.

Nothing else knows the vendor.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

from django.db import connection, models, transaction
from django.db.models.expressions import RawSQL

Row = TypeVar("Row", bound=models.Model)


def copy_rows(model: type[Row], rows: Sequence[Row]) -> None:
    """Insert unsaved instances in the caller's transaction; their primary keys stay unset.

    Takes every concrete field but an automatic key. ``save()`` is not called.
    """
    if connection.vendor != "postgresql":
        model._default_manager.bulk_create(rows, batch_size=500)
        return
    fields = [field for field in model._meta.concrete_fields if not isinstance(field, models.AutoField)]
    names = ", ".join(connection.ops.quote_name(field.column or "") for field in fields)
    statement = f"COPY {connection.ops.quote_name(model._meta.db_table)} ({names}) FROM STDIN"
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row([field.get_db_prep_save(field.pre_save(row, add=True), connection) for field in fields])


def one_of(keys: Sequence[int]) -> RawSQL | Sequence[int]:
    """Return hundreds of keys as a value of ``pk__in``: on PostgreSQL a table of its own, so that each is looked up.

    Listed one by one, they make it read the whole table as soon as that has a hundred thousand rows.
    """
    return RawSQL("SELECT unnest(%s::bigint[])", [list(keys)]) if connection.vendor == "postgresql" else keys


@contextmanager
def atomic_without_waiting() -> Iterator[None]:
    """A transaction whose commit does not wait for the disk on PostgreSQL; inside another transaction, a part of it.

    A crash of the database may lose it as a whole: only for what can be found out again.
    """
    outermost = not connection.in_atomic_block
    with transaction.atomic(savepoint=False):
        if outermost and connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL synchronous_commit TO off")
        yield


def one_at_a_time(name: str) -> None:
    """Wait until no other transaction has said the same name, and keep the name until this one ends.

    SQLite has one writing transaction at a time anyway.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [name])


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
