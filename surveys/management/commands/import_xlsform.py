"""manage.py import_xlsform FILE.xlsx --code NAME --start DATE --end DATE, and more: --help"""

from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext

from barometer.problems import sentence
from surveys.actions.questionnaire import DocumentRefused, VersionTaken
from surveys.actions.xlsform import import_xlsform
from surveys.models import Questionnaire
from surveys.problem_texts import TEXTS
from surveys.questionnaire.checks import is_error
from surveys.xlsform.reading import Header


class Command(BaseCommand):
    help = "Make a draft of an XLSForm workbook, and list everything that could not be taken over."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE.xlsx")
        parser.add_argument("--code", required=True, help="short name of the questionnaire")
        parser.add_argument("--questionnaire-version", type=int, default=1, metavar="N", help="version (1)")
        parser.add_argument("--country", default="DK", help="two capital letters (DK)")
        parser.add_argument("--start", type=date.fromisoformat, required=True, metavar="DATE", help="reference period")
        parser.add_argument("--end", type=date.fromisoformat, required=True, metavar="DATE")
        parser.add_argument("--language", default="da", help="of columns that name none (da)")

    def handle(self, *args: Any, **options: Any) -> None:
        header = Header(
            code=options["code"],
            version=options["questionnaire_version"],
            country=options["country"],
            reference_start=options["start"],
            reference_end=options["end"],
            language=options["language"],
        )
        try:
            data = Path(options["file"]).read_bytes()
            draft = import_xlsform(data=data, header=header, by=None, at=timezone.now())
        except OSError as error:
            raise CommandError(gettext("%(file)s cannot be read.") % {"file": options["file"]}) from error
        except DocumentRefused as refused:
            raise CommandError("\n".join(sentence(problem, TEXTS) for problem in refused.problems)) from refused
        except VersionTaken as taken:
            said = gettext("%(name)s is there already. Choose another code or version.")
            raise CommandError(said % {"name": taken.questionnaire}) from taken
        self.tell(draft)

    def tell(self, draft: Questionnaire) -> None:
        self.stdout.write(gettext("%(name)s has been loaded as a draft.") % {"name": draft})
        problems = [remark.problem for remark in draft.import_remarks.order_by("number")]
        for heading, found in (
            (gettext("Not taken over; to be settled before publishing: %(number)s"), list(filter(is_error, problems))),
            (gettext("Changed: %(number)s"), [problem for problem in problems if not is_error(problem)]),
        ):
            if found:
                self.stdout.write(heading % {"number": len(found)})
                self.stdout.write("\n".join(f"- {sentence(problem, TEXTS)}" for problem in found))
