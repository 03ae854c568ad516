"""manage.py export_responses ROUND --out FILE.csv [--labels] [--language da|en] [--raw] [--without-texts]"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext

from responses.actions.export import export_responses
from responses.exports import Style
from surveys.management.rounds import round_named


class Command(BaseCommand):
    help = "Write the submitted responses of a round to a CSV file; docs/export-format.md describes it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("round", help="slug of the round")
        parser.add_argument("--out", required=True, metavar="FILE.csv")
        parser.add_argument("--labels", action="store_true", help="labels of the answers instead of their codes")
        parser.add_argument(
            "--language", choices=["da", "en"], default="en",
            help="of the labels and of the spreadsheet: da has semicolons and decimal commas (default: en)",
        )  # fmt: skip
        parser.add_argument(
            "--raw", action="store_true", help="for a program: no byte order mark, texts exactly as written"
        )
        parser.add_argument("--without-texts", action="store_true", help="leave out open answers")

    def handle(self, *args: Any, **options: Any) -> None:
        round_ = round_named(options["round"])
        out = Path(options["out"])
        style = Style(
            labels=options["labels"],
            language=options["language"],
            raw=options["raw"],
            texts=not options["without_texts"],
        )
        try:
            file = out.open("w", encoding="utf-8", newline="")
        except OSError as error:
            raise CommandError(
                gettext("%(file)s cannot be written: %(error)s") % {"file": out, "error": error}
            ) from error
        with file:
            file.writelines(export_responses(round_=round_, style=style, by=None, at=timezone.now()))
        if round_.rehearsal:
            self.stdout.write(gettext("Rehearsal – not a real survey"))
        self.stdout.write(gettext("The answers are in %(file)s.") % {"file": out})
