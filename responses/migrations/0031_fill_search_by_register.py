"""Write level and authority into the rows by which the cases of rounds already opened are found."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import OuterRef, Subquery


def fill(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    Workplace, CaseSearch = apps.get_model("surveys", "Workplace"), apps.get_model("responses", "CaseSearch")
    own = Workplace.objects.filter(sample_unit__case=OuterRef("case")).order_by()
    CaseSearch.objects.update(level=Subquery(own.values("level")), authority_code=Subquery(own.values("authority_code")))


class Migration(migrations.Migration):
    dependencies = [("responses", "0030_search_by_register")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
