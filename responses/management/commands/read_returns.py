"""Read the bounce mailbox by hand: what the worker does every five minutes."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from responses.tasks import fetch_returns


class Command(BaseCommand):
    help = "Record what has come back to the bounce mailbox, and move it into the mailbox's own folders."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--url", default="", help="another mailbox than RETURNS_URL, e.g. folder:///tmp/returns")

    def handle(self, *args: Any, **options: Any) -> None:
        url = options["url"] or settings.RETURNS_URL
        if not url:
            raise CommandError("Set RETURNS_URL; docs/operators.md says how.")
        for what, number in sorted(fetch_returns(url).items()):
            self.stdout.write(f"{what}: {number}")
