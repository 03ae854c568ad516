"""Questions to the domain name servers, with an end: whatever happens, an answer or "not known" comes in time."""

import time
from dataclasses import dataclass, field

import dns.exception
import dns.name
import dns.rdatatype
import dns.resolver
from django.conf import settings

OFF = "off"
SECONDS_EACH, SECONDS_IN_ALL = 3.0, 9.0
MOST_UNANSWERED = 2  # in a row: then there is no name server to ask


@dataclass(slots=True)
class Lookup:
    """Asks ``server`` ("" the system's own, "off" none, else address and port), each question once.

    Of the type ``responses.spf.Ask``: () is "there is none", None "nobody answered".
    """

    server: str = field(default_factory=lambda: settings.DNS_SERVER)
    seconds_each: float = SECONDS_EACH
    seconds_in_all: float = SECONDS_IN_ALL
    _known: dict[tuple[str, str], tuple[str, ...] | None] = field(default_factory=dict)
    _until: float = 0.0
    _unanswered: int = 0

    def __call__(self, name: str, kind: str) -> tuple[str, ...] | None:
        key = (name.lower().rstrip("."), kind)
        if key not in self._known:
            self._known[key] = self._ask(*key)
        return self._known[key]

    def _ask(self, name: str, kind: str) -> tuple[str, ...] | None:
        self._until = self._until or time.monotonic() + self.seconds_in_all
        left = min(self.seconds_each, self._until - time.monotonic())
        if self.server == OFF or left <= 0 or self._unanswered >= MOST_UNANSWERED:
            return None
        try:
            answer = self._resolver().resolve(dns.name.from_text(_ascii(name)), kind, lifetime=left, search=False)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            self._unanswered = 0
            return ()
        except (dns.name.NameTooLong, dns.name.LabelTooLong, dns.name.EmptyLabel, UnicodeError):
            return ()
        except (dns.exception.DNSException, OSError):
            self._unanswered += 1
            return None
        self._unanswered = 0
        return tuple(_text(record) for record in answer)

    def _resolver(self) -> dns.resolver.Resolver:
        resolver = dns.resolver.Resolver(configure=not self.server)
        if self.server:
            address, _, port = self.server.rpartition(":")
            resolver.nameservers, resolver.port = [address.strip("[]")], int(port)
        return resolver


def _ascii(name: str) -> str:
    return name if name.isascii() else name.encode("idna").decode()


def _text(record: object) -> str:
    """Return a record as text: the strings of a TXT joined, names without the dot at the end."""
    if hasattr(record, "strings"):
        return b"".join(record.strings).decode(errors="replace")
    text = str(record)
    return text if text.endswith(" .") else text.rstrip(".")
