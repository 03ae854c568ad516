"""manage.py close_round ROUND"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext

from responses.actions.fieldwork import RoundNotOpen, close_round
from surveys.management.rounds import round_named


class Command(BaseCommand):
    help = "Close a round: no more answers are taken, and no more mails are sent. It cannot be undone."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("round", help="slug of the round")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            close_round(round_=round_named(options["round"]), by=None, at=timezone.now())
        except RoundNotOpen as refusal:
            raise CommandError(gettext("The round is not in the field, so it cannot be closed.")) from refusal
        self.stdout.write(gettext("The round is closed: no more answers are taken, and no more mails are sent."))
