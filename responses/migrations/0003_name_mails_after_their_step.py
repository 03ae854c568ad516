from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


def name_mails(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    mails = apps.get_model("responses", "Mail").objects
    steps = apps.get_model("surveys", "ContactStep").objects
    mail_name = steps.filter(pk=models.OuterRef("step")).values("mail_name")
    mails.filter(name="").update(name=models.Subquery(mail_name))


class Migration(migrations.Migration):
    dependencies = [("responses", "0002_mail_name_and_cause"), ("surveys", "0001_initial")]

    operations = [migrations.RunPython(name_mails, migrations.RunPython.noop, elidable=True)]
