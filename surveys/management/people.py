"""What the commands that take a USERNAME share."""

from django.core.management.base import CommandError
from django.utils.translation import gettext

from barometer.models import User


def person_named(username: str) -> User:
    """Return the person; an unknown name ends the command."""
    person = User.objects.filter(username=username).first()
    if person is None:
        raise CommandError(gettext("There is no account %(name)s.") % {"name": username})
    return person
