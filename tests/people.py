"""The fixed cast. Dana and Finn work in a small office and share all work but releases; the others have one role each.

Olga is an outsider with an account that is not staff's.
"""

from django.test import Client

from barometer.models import User
from barometer.roles import Role
from surveys.models import Round, RoundRole

SMALL_OFFICE = (Role.DESIGNER, Role.FIELDWORK, Role.ANALYST)


def dana() -> User:
    return _person("dana", "Dana Dam", *SMALL_OFFICE)


def finn() -> User:
    return _person("finn", "Finn Friis", *SMALL_OFFICE)


def ana() -> User:
    return _person("ana", "Ana Andersen", Role.ANALYST)


def paul() -> User:
    return _person("paul", "Paul Poulsen", Role.PUBLISHER)


def adam() -> User:
    return _person("adam", "Adam Aaby", Role.ADMINISTRATOR)


def audrey() -> User:
    return _person("audrey", "Audrey Agger", Role.AUDITOR)


def olga() -> User:
    return _person("olga", "Olga Olsen", is_staff=False)


def holder_of(role: Role, round_: Round | None = None) -> User:
    """Somebody who has this role alone, in this round or in all."""
    person = _person(f"{role}-{round_.slug if round_ else 'all'}", "")
    RoundRole.objects.get_or_create(user=person, role=role, round=round_)
    return person


def browser_of(user: User | None, language: str = "en") -> Client:
    """Return a client in which this person is logged in; nobody for None."""
    client = Client(headers={"accept-language": language})
    if user:
        client.force_login(user)
    return client


def _person(username: str, full_name: str, *roles: Role, is_staff: bool = True) -> User:
    first_name, _, last_name = full_name.partition(" ")
    names = {"first_name": first_name, "last_name": last_name}
    person, is_new = User.objects.get_or_create(username=username, defaults={**names, "is_staff": is_staff})
    if is_new:
        RoundRole.objects.bulk_create(RoundRole(user=person, role=role) for role in roles)
    return person
