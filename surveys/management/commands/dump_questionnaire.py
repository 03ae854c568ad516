"""manage.py dump_questionnaire NAME@VERSION [--out FILE]"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext

from surveys.management.questionnaires import named_questionnaire
from surveys.questionnaire.document import to_yaml


class Command(BaseCommand):
    help = "Write a questionnaire as a YAML document that load_questionnaire reads back unchanged."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", metavar="NAME@VERSION")
        parser.add_argument("--out", metavar="FILE", help="write there instead of to standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        name, out = options["name"], options["out"]
        questionnaire = named_questionnaire(name)
        document = to_yaml(questionnaire.definition())
        if not out:
            self.stdout.write(document, ending="")
            return
        try:
            Path(out).write_text(document, encoding="utf-8")
        except OSError as error:
            raise CommandError(gettext("%(file)s cannot be written.") % {"file": out}) from error
        self.stdout.write(gettext("%(name)s has been written to %(file)s.") % {"name": name, "file": out})
