from django.core.management.base import BaseCommand

from barometer import catalogues


class Command(BaseCommand):
    help = "Bring the message catalogues up to date with the source, for translators."
    requires_system_checks = ()

    def handle(self, *args: object, **options: object) -> None:
        catalogues.update_all()
        missing = sum(not entry.translated() for entry in catalogues.catalogue("da"))
        self.stdout.write(f"{missing} messages without Danish")
