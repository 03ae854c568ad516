"""Make the rows by which the cases of rounds already opened are found."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from responses.case_search import folded, name_key


def fill(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    Case = apps.get_model("responses", "Case")
    CaseSearch = apps.get_model("responses", "CaseSearch")
    rows = []
    for case in Case.objects.select_related("sample_unit__workplace").order_by("pk").iterator(chunk_size=2000):
        workplace = case.sample_unit.workplace
        parts = (workplace.name, workplace.authority, workplace.register_id, workplace.p_number)
        rows.append(
            CaseSearch(
                case=case,
                round_id=case.round_id,
                name_key=name_key(workplace.name),
                words=folded(" ".join(parts))[:300],
            )
        )
    CaseSearch.objects.bulk_create(rows, batch_size=500)


class Migration(migrations.Migration):
    dependencies = [("responses", "0016_case_search")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
