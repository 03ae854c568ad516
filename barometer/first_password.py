"""The link with which somebody chooses a password: made by an administrator, good for two days, and once.

Nothing is stored for it: it is signed over the present password, so the new one ends it.
"""

from datetime import datetime

from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.db import transaction
from django.urls import reverse

from barometer import audit
from barometer.models import User

LARGEST_KEY = 15  # digits


class Tokens(PasswordResetTokenGenerator):
    key_salt = "barometer.first_password"


def link(person: User) -> str:
    """Return the path of the page."""
    return reverse("choose-password", args=[f"{person.pk}-{Tokens().make_token(person)}"])


def person_of(token: str) -> User | None:
    """Return who may choose a password with this; None when it is wrong, too old or used."""
    key, _dash, rest = token.partition("-")
    if not (key.isascii() and key.isdecimal() and len(key) <= LARGEST_KEY):
        return None
    person = User.objects.filter(pk=int(key), is_active=True).first()
    return person if person and Tokens().check_token(person, rest) else None


@transaction.atomic
def choose(*, person: User, password: str, at: datetime) -> None:
    """Save the password. Sessions of the person end, because they are signed over the old one."""
    person.set_password(password)
    person.save(update_fields=["password"])
    audit.record("person.password_chosen", target=person, by=person, at=at)
