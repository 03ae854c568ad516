"""manage.py preflight ROUND [--test-to ADDRESS]: the checks before a mailing."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext

from barometer.problems import sentence
from responses import preflight_run
from responses.actions import preflight as actions
from responses.delivery import Answer
from responses.preflight import Level
from responses.preflight_texts import CHECKS, LEVELS, TEXTS
from responses.problem_texts import TEXTS as PROBLEMS
from surveys.management.rounds import round_named
from surveys.models import Round


class Command(BaseCommand):
    help = "Check whether mails will arrive, and whether the worker is alive. Ends with an error if something fails."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("round", help="slug of the round")
        parser.add_argument("--test-to", metavar="ADDRESS", help="send a test mail to this address")

    def handle(self, *args: Any, **options: Any) -> None:
        round_, now = round_named(options["round"]), timezone.now()
        asked = preflight_run.of_names(round_, now, anew=True)
        found = [*preflight_run.of_settings(round_), *asked.findings, *preflight_run.of_worker(now)]
        for each in found:
            said = str(TEXTS[each.code]) % each.params
            self.stdout.write(f"{LEVELS[each.level]}: {CHECKS[each.check]}: {said}")
        failed = sum(each.level == Level.FAILS for each in found)
        if options["test_to"]:
            failed += not self.tested(round_, options["test_to"])
        if failed:
            raise CommandError(gettext("Failed: %(number)s") % {"number": failed})

    def tested(self, round_: Round, address: str) -> bool:
        """Send the test mail, and say what the server said."""
        try:
            answer, reply = actions.send_test(round_=round_, to=address, by=None, at=timezone.now())
        except actions.TestMailRefused as refused:
            raise CommandError(sentence(refused.problem, PROBLEMS)) from refused
        self.stdout.write(f"{gettext('Test delivery')}: {answer.name.lower()}: {reply}")
        return answer is Answer.ACCEPTED
