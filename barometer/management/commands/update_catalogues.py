from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from barometer import catalogues


class Command(BaseCommand):
    help = "Bring the message catalogues up to date with the source, for translators."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--begin", nargs="+", default=[], metavar="LANGUAGE", help="begin a catalogue, as in: sv nb"
        )

    def handle(self, *args: object, **options: Any) -> None:
        catalogues.update_all(*options["begin"])
        for language in catalogues.translated():
            missing = sum(not entry.translated() for entry in catalogues.catalogue(language))
            self.stdout.write(f"{language}: {missing} messages without a translation")
