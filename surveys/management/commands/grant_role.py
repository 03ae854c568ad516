"""manage.py grant_role USERNAME ROLE [--round SLUG]"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone
from django.utils.translation import gettext

from barometer.roles import Role
from surveys.actions.access import grant_role
from surveys.management.people import person_named
from surveys.management.rounds import round_named


class Command(BaseCommand):
    help = "Give somebody a role in a round, or in all of them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username", metavar="USERNAME")
        parser.add_argument("role", metavar="ROLE", choices=Role.values, help=", ".join(Role.values))
        parser.add_argument("--round", metavar="SLUG", help="in this round alone")

    def handle(self, *args: Any, **options: Any) -> None:
        person = person_named(options["username"])
        round_ = round_named(options["round"]) if options["round"] else None
        is_new = grant_role(person=person, role=Role(options["role"]), round_=round_, by=None, at=timezone.now())
        self.stdout.write(gettext("The role is given.") if is_new else gettext("Nothing was new."))
