from django.core.management.base import BaseCommand

from barometer import catalogues


class Command(BaseCommand):
    help = "Compile the message catalogues, so that pages are shown in Danish."
    requires_system_checks = ()

    def handle(self, *args: object, **options: object) -> None:
        catalogues.compile_all()
