"""manage.py export ROUND --format FORMAT --level LEVEL --out FILE"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext

from barometer.problems import sentence
from responses.actions.export import write_file
from responses.exports.formats import FORMATS
from responses.exports.making import CONTENTS, ExportRefused, Order
from responses.exports.table import RowsChanged
from responses.problem_texts import TEXTS
from responses.variables import Privacy
from surveys.management.rounds import round_named


class Command(BaseCommand):
    help = "Write a file of a round: answers, own words, paradata or contacts; docs/export-format.md describes them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("round", help="slug of the round")
        parser.add_argument("--out", required=True, metavar="FILE")
        parser.add_argument("--format", choices=list(FORMATS), default="csv", help="default: csv")
        parser.add_argument("--content", choices=list(CONTENTS), default="responses", help="default: responses")
        parser.add_argument(
            "--level", choices=[privacy.value for privacy in Privacy], default=Privacy.STATISTICAL.value,
            help="how much the file tells of a workplace; full has names and needs --reason (default: statistical)",
        )  # fmt: skip
        parser.add_argument("--language", default="da", help="of the labels (default: da)")
        parser.add_argument("--reason", default="", help="why a full file is needed; kept in the audit log")

    def handle(self, *args: Any, **options: Any) -> None:
        round_, out = round_named(options["round"]), Path(options["out"])
        order = Order(options["content"], Privacy(options["level"]), options["format"], options["language"])
        try:
            made = write_file(round_=round_, order=order, out=out, reason=options["reason"], by=None, at=timezone.now())
        except ExportRefused as refused:
            raise CommandError(sentence(refused.problem, TEXTS)) from refused
        except RowsChanged as changed:
            raise CommandError(
                gettext("Answers came or went while the file was made. Run the command again.")
            ) from changed
        except OSError as error:
            raise CommandError(
                gettext("%(file)s cannot be written: %(error)s") % {"file": out, "error": error}
            ) from error
        if round_.rehearsal:
            self.stdout.write(gettext("Rehearsal – not a real survey"))
        for problem in made.notes:
            self.stdout.write(sentence(problem, TEXTS))
        said = gettext("%(rows)s rows are in %(file)s. Content: sha256 %(digest)s")
        self.stdout.write(said % {"rows": made.rows, "file": out, "digest": made.content_sha256})
