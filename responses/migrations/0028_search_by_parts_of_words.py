"""An index by which PostgreSQL finds cases by any part of a word, where the extension that it needs can be had."""

from django.apps.registry import Apps
from django.db import migrations, transaction
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.utils import DatabaseError

INDEX = "casesearch_by_parts_of_words"


def add_index(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Without the extension, or the right to switch it on, every name is read: that is slower, and finds the same."""
    connection = schema_editor.connection
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_available_extensions WHERE name = 'pg_trgm'")
        if cursor.fetchone() is None:
            return
        try:
            with transaction.atomic(using=connection.alias):
                cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        except DatabaseError:
            return
        cursor.execute(f"CREATE INDEX {INDEX} ON responses_casesearch USING gin (words gin_trgm_ops)")


def drop_index(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"DROP INDEX IF EXISTS {INDEX}")


class Migration(migrations.Migration):
    dependencies = [("responses", "0027_search_in_order_of_names")]

    operations = [migrations.RunPython(add_index, drop_index)]
