"""manage.py load_status ROUND FILE"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext

from barometer.formats import number
from barometer.problems import sentence
from responses.actions.register_status import StatusRefused, load_status
from responses.problem_texts import TEXTS
from surveys.management.rounds import round_named


class Command(BaseCommand):
    help = "Record how sampled units stand in a newer register: a CSV file with register number and status."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("round", help="slug of the round")
        parser.add_argument("file", type=Path, help="CSV file; the status is exists, closed, merged or not found")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        try:
            data = path.read_bytes()
        except OSError as error:
            raise CommandError(gettext("The file cannot be read: %(path)s") % {"path": path}) from error
        round_ = round_named(options["round"])
        try:
            loaded = load_status(round_=round_, name=path.name, data=data, by=None, at=timezone.now())
        except StatusRefused as refused:
            raise CommandError("\n".join(sentence(problem, TEXTS) for problem in refused.problems)) from refused
        said = gettext("Loaded: %(rows)s units, %(new)s of them with another status than before.")
        self.stdout.write(said % {"rows": number(loaded.rows), "new": number(loaded.new)})
