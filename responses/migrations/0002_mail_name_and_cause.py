import django.db.models.deletion
from django.db import migrations, models

import responses.models.contact


class Migration(migrations.Migration):
    dependencies = [("responses", "0001_initial")]

    operations = [
        migrations.AddField(
            "mail",
            "name",
            models.CharField(choices=responses.models.contact.mail_names, default="", max_length=40),
            preserve_default=False,
        ),
        migrations.AddField(
            "mail",
            "cause",
            models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="notices",
                to="responses.caseevent",
            ),
        ),
        migrations.AlterField(
            "mail",
            "step",
            models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="mails",
                to="surveys.contactstep",
            ),
        ),
        migrations.AlterField(
            "contactattempt",
            "step",
            models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="contact_attempts",
                to="surveys.contactstep",
            ),
        ),
    ]
