"""The fixed cast: Dana designs, Finn does fieldwork, Olga is an outsider with an account that is not staff's."""

from django.contrib.auth.models import Permission
from django.test import Client

from barometer.models import User


def dana() -> User:
    return _person("dana", "Dana Dam")


def finn() -> User:
    """He may see who is written to, but neither answers nor links."""
    return may(_person("finn", "Finn Friis"), "see_contacts")


def olga() -> User:
    return _person("olga", "Olga Olsen", is_staff=False)


def browser_of(user: User | None, language: str = "en") -> Client:
    """Return a client in which this person is logged in; nobody for None."""
    client = Client(headers={"accept-language": language})
    if user:
        client.force_login(user)
    return client


def may(user: User, *permissions: str) -> User:
    """Return the person with these permissions of the responses."""
    found = Permission.objects.filter(content_type__app_label="responses", codename__in=permissions)
    user.user_permissions.add(*found)
    return User.objects.get(pk=user.pk)


def _person(username: str, full_name: str, is_staff: bool = True) -> User:
    first_name, _, last_name = full_name.partition(" ")
    names = {"first_name": first_name, "last_name": last_name}
    return User.objects.get_or_create(username=username, defaults={**names, "is_staff": is_staff})[0]
