"""Write how the cases that are there end, by their events. What was left at earlier closes is noted by the nightly task."""

from itertools import groupby

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from responses.statistics.dispositions import outcome_of


def derive(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    events = apps.get_model("responses", "CaseEvent").objects.order_by("case_id", "pk")
    cases = apps.get_model("responses", "Case").objects
    found: dict[str, list[int]] = {}
    rows = events.values_list("case_id", "kind", "outcome").iterator(chunk_size=10_000)
    for case, group in groupby(rows, key=lambda row: row[0]):
        found.setdefault(outcome_of((kind, said) for _, kind, said in group), []).append(case)
    for outcome, numbers in found.items():
        for start in range(0, len(numbers), 500):
            cases.filter(pk__in=numbers[start : start + 500]).update(outcome=outcome)


class Migration(migrations.Migration):

    dependencies = [
        ('responses', '0012_outcomes'),
    ]

    operations = [
        migrations.RunPython(derive, migrations.RunPython.noop),
    ]
