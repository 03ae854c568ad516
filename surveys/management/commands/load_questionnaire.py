"""manage.py load_questionnaire FILE [--publish]"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from barometer.problems import sentence
from surveys.actions.questionnaire import (
    DocumentRefused,
    load_questionnaire,
    publish_questionnaire,
)
from surveys.management.questionnaires import document_text
from surveys.models.questionnaire import QuestionnaireFrozen
from surveys.problem_texts import TEXTS


class Command(BaseCommand):
    help = "Load a questionnaire document as a draft, all or nothing; with --publish, publish it too."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", help="a YAML document, or the code of an instrument shipped here")
        parser.add_argument("--publish", action="store_true", help="publish it: from then on it never changes")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self.load(document_text(options["file"]), publish=options["publish"])
        except DocumentRefused as refused:
            said = gettext("Nothing has been loaded. Problems: %(number)s") % {"number": len(refused.problems)}
            lines = [f"- {sentence(problem, TEXTS)}" for problem in refused.problems]
            raise CommandError("\n".join([said, *lines])) from refused
        except QuestionnaireFrozen as refused:
            said = gettext(
                "This version is published with other content and never changes. Give your document a new version."
            )
            raise CommandError(said) from refused

    @transaction.atomic
    def load(self, document: str, *, publish: bool) -> None:
        at = timezone.now()
        loaded = load_questionnaire(document=document, by=None, at=at)
        for warning in loaded.problems:
            self.stderr.write(sentence(warning, TEXTS))
        said = {
            "created": gettext("%(name)s has been loaded as a draft."),
            "replaced": gettext("The draft %(name)s has been replaced."),
            "unchanged": gettext("%(name)s is there already, with the same content."),
        }
        self.stdout.write(said[loaded.outcome] % {"name": loaded.questionnaire})
        if publish and loaded.questionnaire.published_at is None:
            publish_questionnaire(questionnaire=loaded.questionnaire, by=None, at=at)
            self.stdout.write(gettext("%(name)s has been published.") % {"name": loaded.questionnaire})
