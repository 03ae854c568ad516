"""manage.py check_questionnaire NAME@VERSION|FILE.yaml"""

from argparse import ArgumentParser
from collections.abc import Sequence
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext

from barometer.problems import Problem, sentence
from surveys.management.questionnaires import checked_questionnaire
from surveys.problem_texts import TEXTS
from surveys.questionnaire.duration import durations


class Command(BaseCommand):
    help = "Check a questionnaire before it is published: errors, warnings, and minutes to answer. Changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "name", metavar="NAME@VERSION|FILE", help="one in the database, a YAML file, or one shipped"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        questionnaire, found = checked_questionnaire(options["name"])
        self.say(gettext("Warnings: %(number)s"), found.warnings)
        if found.errors or questionnaire is None:
            said = gettext("Errors: %(number)s. It cannot be published.") % {"number": len(found.errors)}
            raise CommandError("\n".join([said, *_lines(found.errors)]))
        self.stdout.write(gettext("No errors: %(name)s can be published.") % {"name": questionnaire.name})
        for duration in durations(questionnaire):
            said = gettext("Minutes to answer (%(language)s): %(shortest).0f to %(longest).0f, on average %(mean).0f.")
            minutes = {"shortest": duration.shortest, "longest": duration.longest, "mean": duration.mean}
            self.stdout.write(said % {"language": duration.language, **minutes})

    def say(self, heading: str, problems: Sequence[Problem]) -> None:
        if problems:
            self.stdout.write("\n".join([heading % {"number": len(problems)}, *_lines(problems)]))


def _lines(problems: Sequence[Problem]) -> list[str]:
    return [f"- {sentence(problem, TEXTS)}" for problem in problems]
