"""Empties the database after a test whose transactions were real.

Django truncates every table, which makes hundreds of files anew, and then writes all permissions again. Most tests
leave rows in a dozen tables: those are emptied, and permissions stay as the migrations left them.
"""

from functools import cache

from django.apps import apps
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction

OF_THE_MIGRATIONS = (ContentType, Permission)


def empty_database() -> None:
    """Delete all rows; on PostgreSQL after whoever still writes, as a truncation would wait."""
    tables = _tables()
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"LOCK TABLE {', '.join(tables)} IN ACCESS EXCLUSIVE MODE")
        cursor.execute(f"SELECT {', '.join(f'EXISTS (SELECT 1 FROM {table})' for table in tables)}")
        [has_rows] = cursor.fetchall()
        for table in (table for table, some in zip(tables, has_rows, strict=True) if some):
            cursor.execute(f"DELETE FROM {table}")  # foreign keys are asked at the end


@cache
def _tables() -> list[str]:
    """Quoted names of the tables of all models, those between two models included."""
    every = (model for model in apps.get_models(include_auto_created=True) if model not in OF_THE_MIGRATIONS)
    return sorted({connection.ops.quote_name(model._meta.db_table) for model in every if model._meta.managed})
