"""E-mail addresses: what one looks like, and which can never reach a person."""

import re

MAX_LENGTH, MAX_NAME = 254, 64  # characters; RFC 5321, 4.5.3.1
_WORD = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[^\W_](?:[\w-]*[^\W_])?"
_ADDRESS = re.compile(rf"{_WORD}(?:\.{_WORD})*@{_LABEL}(?:\.{_LABEL})+")
_RESERVED_TOP_LEVEL = {"example", "test", "invalid"}
_RESERVED_DOMAINS = {"example.com", "example.net", "example.org"}


def is_address(text: str) -> bool:
    """Return whether ``text`` is one plain address, ``name@domain``; the domain may hold æ, ø and å."""
    name, _at, domain = text.rpartition("@")
    if len(text) > MAX_LENGTH or len(name) > MAX_NAME:
        return False
    return _ADDRESS.fullmatch(text) is not None and _is_domain(domain)


def _is_domain(name: str) -> bool:
    """Whether name servers can be asked for it: not with 64 characters between two dots, for example."""
    try:
        return b".." not in name.encode("idna")
    except UnicodeError:
        return False


def is_reserved_address(email: str) -> bool:
    """Return whether ``email`` lies under a domain reserved for examples and tests, so that it can reach nobody.

    Source: RFC 2606 (BCP 32), Reserved Top Level DNS Names.
    """
    if not is_address(email):
        return False
    labels = email.rpartition("@")[2].lower().split(".")
    return labels[-1] in _RESERVED_TOP_LEVEL or ".".join(labels[-2:]) in _RESERVED_DOMAINS


def domain_of(email: str) -> str:
    """Return the domain of an address in lower case; "" for what has none."""
    return email.rpartition("@")[2].casefold()
