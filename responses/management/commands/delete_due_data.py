"""manage.py delete_due_data [--preview]: what the night deletes of published rounds."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone
from django.utils.translation import gettext as _

from barometer.formats import day, number
from responses.actions import retention
from responses.data_protection_texts import CLOCKS
from surveys.models import Round


class Command(BaseCommand):
    help = "Delete what the clocks of published rounds say is due, as the task of the night does."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--preview", action="store_true", help="only say what would be deleted, and when")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["preview"]:
            self.stdout.write(str(retention.delete_due(at=timezone.now())))
            return
        for round_ in Round.objects.order_by("slug"):
            if not retention.archive_decided(round_):
                self.stdout.write(
                    _("%(round)s: nothing is deleted before the archive decision is written") % {"round": round_}
                )
            for planned in retention.plan(round_):
                due = day(planned.due_on) if planned.due_on else "–"
                done = day(planned.done_at.date()) if planned.done_at else "–"
                self.stdout.write(f"{round_}\t{CLOCKS[planned.clock].title}\t{number(planned.rows)}\t{due}\t{done}")
