from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


def from_numbers(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Waves so far hold how many cases were left out by reason: as many unknown ones now."""
    for wave in apps.get_model("responses", "Wave").objects.only("left_out").order_by("pk"):
        wave.left_out = {reason: [None] * number for reason, number in wave.left_out.items()}
        wave.save(update_fields=["left_out"])


def to_numbers(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for wave in apps.get_model("responses", "Wave").objects.only("left_out").order_by("pk"):
        wave.left_out = {reason: len(cases) for reason, cases in wave.left_out.items()}
        wave.save(update_fields=["left_out"])


class Migration(migrations.Migration):
    dependencies = [("responses", "0028_search_by_parts_of_words")]

    operations = [migrations.RunPython(from_numbers, to_numbers)]
