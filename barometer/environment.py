"""Read settings from environment variables, refusing bad values with a word on how to fix them."""

import ipaddress
import os
from collections.abc import Sequence
from email.utils import parseaddr
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from barometer.addresses import is_address

MOST_LOCAL = 30  # characters; 64 with what responses.bounce_address adds
TRUE, FALSE = ("1", "true", "yes", "on"), ("0", "false", "no", "off", "")


def text(name: str, default: str | None = None) -> str:
    """Return the variable; without a default it must be set and not empty."""
    value = os.environ.get(name, "").strip()
    if value:
        return value
    if default is None:
        raise ImproperlyConfigured(f"Set the environment variable {name}; docs/operators.md says what it is for.")
    return default


def boolean(name: str, default: bool = False) -> bool:
    value = os.environ.get(name, "1" if default else "0").strip().lower()
    if value in TRUE:
        return True
    if value in FALSE:
        return False
    raise ImproperlyConfigured(f"{name} is {value!r}: write 1 or 0.")


def integer(name: str, default: int) -> int:
    value = text(name, str(default))
    if not (value.isascii() and value.isdecimal()):
        raise ImproperlyConfigured(f"{name} is {value!r}: write a whole number.")
    return int(value)


def one_of(name: str, beginnings: tuple[str, ...], default: str) -> str:
    """Return the variable, which must begin with one of these."""
    value = text(name, default)
    if not value.startswith(beginnings):
        raise ImproperlyConfigured(f"{name} is {value!r}: it begins with {' or '.join(beginnings)}.")
    return value


def choice(name: str, choices: tuple[str, ...], default: str) -> str:
    """Return the variable, which must be one of these words."""
    value = text(name, default)
    if value not in choices:
        raise ImproperlyConfigured(f"{name} is {value!r}: write {' or '.join(choices)}.")
    return value


def site_address(name: str, default: str | None) -> str:
    """Return ``http(s)://host`` with nothing behind it: what links are made of, so half of one ends in every mail."""
    value = text(name, default).rstrip("/")
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.netloc or value != f"{parts.scheme}://{parts.netloc}":
        raise ImproperlyConfigured(f"{name} is {value!r}: write https:// and the host, for example https://example.org")
    return value


def page_address(name: str) -> str:
    """Return the address of a page elsewhere, or "" where none is given."""
    value = text(name, "")
    if value and (urlsplit(value).scheme not in ("http", "https") or not urlsplit(value).netloc):
        raise ImproperlyConfigured(f"{name} is {value!r}: write the whole address of the page, with https://")
    return value


def sender(name: str, default: str | None) -> str:
    """Return ``name@domain`` or ``Name <name@domain>``."""
    value = text(name, default)
    address = parseaddr(value)[1]
    if not (address.isascii() and is_address(address)):
        raise ImproperlyConfigured(f"{name} is {value!r}: write an e-mail address, for example survey@example.org")
    return value


def bounce_address(name: str) -> str:
    """Return a plain ``name@domain`` with room for a signed number behind the name, or "" where none is given."""
    value = text(name, "")
    local = value.partition("@")[0]
    if value and not (value.isascii() and is_address(value) and len(local) <= MOST_LOCAL and "+" not in local):
        raise ImproperlyConfigured(
            f"{name} is {value!r}: write an e-mail address with at most {MOST_LOCAL} characters before the @ and no +, "
            "for example bounces@bounce.example.org"
        )
    return value


def mailbox(name: str) -> str:
    """Return the address of a mailbox, or "" where none is given. The value holds a password: no message repeats it.

    Without encryption only a server on the same machine is asked.
    """
    value = text(name, "")
    parts = urlsplit(value)
    on_disk = parts.scheme in ("maildir", "mbox", "folder") and not parts.netloc and parts.path.startswith("/")
    schemes = ("imaps", "imap") if parts.hostname in ("localhost", "127.0.0.1") else ("imaps",)
    on_a_server = parts.scheme in schemes and parts.hostname and parts.username and parts.password is not None
    if value and not (on_disk or on_a_server):
        raise ImproperlyConfigured(
            f"{name}: write imaps://user:password@host/INBOX, with what is no letter or digit in the password written "
            "as %XX, or maildir:///folder, mbox:///file or folder:///folder"
        )
    return value


def name_server(name: str) -> str:
    """Return ``address:port`` of a name server, "off" for none, or "" for the system's own."""
    value = text(name, "")
    if value in ("", "off"):
        return value
    address, _, port = value.rpartition(":") if value.count(":") == 1 or "]:" in value else (value, "", "53")
    try:
        ipaddress.ip_address(address.strip("[]"))
    except ValueError:
        address = ""
    if not address or not (port.isascii() and port.isdecimal() and 0 < int(port) < 65536):
        raise ImproperlyConfigured(f"{name} is {value!r}: write the address of a name server, as 192.0.2.53, or off.")
    return f"{address}:{port}"


def listing(name: str, default: Sequence[str] = ()) -> list[str]:
    """Return the parts of a comma-separated variable, without empty ones."""
    return [part.strip() for part in text(name, ",".join(default)).split(",") if part.strip()]


def secret(name: str) -> bytes:
    """Return a key written as hexadecimal digits, at least 32 bytes."""
    return _key(name, text(name))


def secrets_by_id(name: str) -> dict[str, bytes]:
    """Return keys by id from ``id:hex,id:hex``; the first one signs, all of them verify."""
    keys: dict[str, bytes] = {}
    for part in listing(name) or [text(name)]:
        identifier, _, digits = part.partition(":")
        if len(identifier) != 1 or not (identifier.isascii() and identifier.isalnum()) or identifier in keys:
            raise ImproperlyConfigured(f"{name}: write each key as a one-character id of its own, a colon and the key.")
        keys[identifier] = _key(name, digits)
    return keys


def _key(name: str, digits: str) -> bytes:
    try:
        key = bytes.fromhex(digits)
    except ValueError:
        key = b""
    if len(key) < 32:
        example = 'python3 -c "import secrets; print(secrets.token_hex(32))"'
        raise ImproperlyConfigured(f"{name}: write at least 64 hexadecimal digits, for example from {example}")
    return key
