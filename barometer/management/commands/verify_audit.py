"""manage.py verify_audit"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext

from barometer import audit
from barometer.models import AuditEvent


class Command(BaseCommand):
    help = "Check the chain of the audit log. The exit code is 1 where it is broken."

    def handle(self, *args: Any, **options: Any) -> None:
        found = audit.first_break()
        if found:
            said = gettext("The audit log is broken at line %(number)s. %(why)s")
            raise CommandError(said % {"number": found.number, "why": audit.BREAKS[found.code]})
        said = gettext("The audit log is whole: %(lines)s lines.")
        self.stdout.write(said % {"lines": AuditEvent.objects.count()})
