"""One sweep by hand: what the worker does every minute."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from responses.actions import contact, sending


class Command(BaseCommand):
    help = "Queue the contact steps that are due, and send the mails that are due."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--batch", type=int, default=100, help="how many mails to claim at a time")

    def handle(self, *args: Any, **options: Any) -> None:
        queued = contact.queue_due_steps(at=timezone.now())
        self.stdout.write(f"queued: {queued}")
        while batch := sending.send_due(at=timezone.now(), limit=options["batch"]):
            self.stdout.write(", ".join(f"{status}: {number}" for status, number in sorted(batch.items())))
