"""manage.py load_frame ROUND FILE"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext

from surveys.actions.frame import FrameRefused, load_frame
from surveys.exports import problem_line
from surveys.management.rounds import round_named


class Command(BaseCommand):
    help = "Load a register file, CSV or Excel, into a round's frame: all of it or nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("round", metavar="ROUND")
        parser.add_argument("file", metavar="FILE", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        round_ = round_named(options["round"])
        path: Path = options["file"]
        try:
            data = path.read_bytes()
        except OSError as error:
            said = gettext("%(path)s cannot be read: %(reason)s")
            raise CommandError(said % {"path": path, "reason": error.strerror}) from error
        try:
            change = load_frame(round_=round_, name=path.name, data=data, by=None, at=timezone.now())
        except FrameRefused as refused:
            for problem in refused.problems:
                self.stderr.write(problem_line(problem))
            said = gettext("Nothing has been loaded. Problems: %(number)s")
            raise CommandError(said % {"number": len(refused.problems)}) from refused
        self.stdout.write(gettext("The frame has been loaded: %(rows)s workplaces.") % {"rows": change.rows})
        if change.replaced:
            counts = {"new": change.new, "gone": change.gone, "changed": change.changed}
            self.stdout.write(
                gettext("Compared with before: %(new)s new, %(gone)s gone, %(changed)s changed.") % counts
            )
