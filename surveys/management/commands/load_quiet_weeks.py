"""manage.py load_quiet_weeks FILE"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext

from barometer.problems import sentence
from surveys.actions.quiet_weeks import TableRefused, load_quiet_weeks
from surveys.problem_texts import TEXTS


class Command(BaseCommand):
    help = "Load the weeks in which authorities are not to be disturbed from a CSV file: all of it or nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path, help="columns authority_code;year;week")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        try:
            data = path.read_bytes()
        except OSError as error:
            said = gettext("%(path)s cannot be read: %(reason)s")
            raise CommandError(said % {"path": path, "reason": error.strerror}) from error
        try:
            rows = load_quiet_weeks(data=data, by=None, at=timezone.now())
        except TableRefused as refused:
            for problem in refused.problems:
                self.stderr.write(sentence(problem, TEXTS))
            said = gettext("Nothing has been loaded. Problems: %(number)s")
            raise CommandError(said % {"number": len(refused.problems)}) from refused
        self.stdout.write(gettext("The quiet weeks have been loaded: %(rows)s rows.") % {"rows": rows})
