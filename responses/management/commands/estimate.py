"""manage.py estimate ROUND INDICATOR… [--by VARIABLE] [--format text|json|csv]: the figures, as on the pages."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import get_language, gettext

from responses.actions import figures_seen
from responses.estimate_files import as_csv, as_json, as_text
from responses.estimates import EVERY, NoIndicators, NotEstimated, UnknownIndicator, estimate
from surveys.management.rounds import round_named


class Command(BaseCommand):
    help = "Estimate indicators and their parts from what is submitted, with standard errors, intervals and tests."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("round", help="slug of the round")
        parser.add_argument(
            "indicators",
            nargs="+",
            metavar="indicator",
            help=f"for example R3-02, which has R3-02a and so on; or {EVERY}",
        )
        parser.add_argument("--by", default="", metavar="VARIABLE", help="groups in the place of the indicators' own")
        parser.add_argument("--where", action="append", default=[], metavar="CONDITION", help="only those it holds for")
        parser.add_argument("--holm", action="store_true", help="adjust the tests for each other")
        parser.add_argument("--format", choices=["text", "json", "csv"], default="text")

    def handle(self, *args: Any, **options: Any) -> None:
        round_, ids = round_named(options["round"]), options["indicators"]
        by, where = options["by"], options["where"]
        try:
            found = estimate(round_, ids, get_language() or "en", by=by, where=where, adjust=options["holm"])
        except NoIndicators as error:
            raise CommandError(gettext("The questionnaire comes without indicators.")) from error
        except UnknownIndicator as error:
            said = gettext("There is no indicator %(id)s. There are: %(ids)s.")
            raise CommandError(said % {"id": error.id, "ids": ", ".join(error.known)}) from error
        except NotEstimated as error:
            raise CommandError(error.said) from error
        if found.basis.provisional:
            figures_seen.record(round_=round_, shown=ids, groups=by, where=where, by=None, at=timezone.now())
        if options["format"] == "json":
            self.stdout.write(as_json(round_.slug, found))
        elif options["format"] == "csv":
            self.stdout.write(as_csv(round_.slug, found))
        else:
            for text in as_text(found):
                self.stdout.write(text)
