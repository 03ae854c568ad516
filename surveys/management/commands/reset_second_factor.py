"""manage.py reset_second_factor USERNAME"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone
from django.utils.translation import gettext

from surveys.actions.access import reset_second_factor
from surveys.management.people import person_named


class Command(BaseCommand):
    help = "Forget somebody's second factor, and end their sessions. Make sure that it is that person who asks."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username", metavar="USERNAME")

    def handle(self, *args: Any, **options: Any) -> None:
        reset_second_factor(person=person_named(options["username"]), by=None, at=timezone.now())
        self.stdout.write(gettext("The second factor is forgotten: a new one is set up at login."))
