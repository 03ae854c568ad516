"""manage.py open_round ROUND"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import ngettext

from barometer.problems import sentence
from responses.actions.fieldwork import OpeningRefused, open_round
from responses.problem_texts import TEXTS
from surveys.management.rounds import round_named


class Command(BaseCommand):
    help = "Open a round: make one case per sampled workplace and queue the invitations. It cannot be undone."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("round", help="slug of the round")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            cases = open_round(round_=round_named(options["round"]), by=None, at=timezone.now())
        except OpeningRefused as refusal:
            raise CommandError("\n".join(sentence(problem, TEXTS) for problem in refusal.problems)) from refusal
        text = ngettext(
            "The round is open: %(count)d case, and its invitation is in the queue.",
            "The round is open: %(count)d cases, and their invitations are in the queue.",
            cases,
        )
        self.stdout.write(text % {"count": cases})
