"""Whether a domain says that a host may send its mail.

Source: RFC 7208 (Sender Policy Framework). Macros are not worked out: a mechanism with one matches nothing here.
"""

import ipaddress
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

# (name, type of record) → the records as text; () for none, None when nobody answered.
Ask = Callable[[str, str], tuple[str, ...] | None]
Address = ipaddress.IPv4Address | ipaddress.IPv6Address

MOST_LOOKUPS = 10  # RFC 7208, 4.6.4: beyond it receivers give up
GIVE_UP = 40  # ours: a record that includes itself
RESULTS = {"+": "pass", "-": "fail", "~": "softfail", "?": "neutral"}
MECHANISMS = "all|include|a|mx|ptr|ip4|ip6|exists"
TERM = re.compile(rf"([+?~-]?)({MECHANISMS})(?::(.*?))?((?:/\d+)?(?://\d+)?)", re.IGNORECASE)


class NotKnown(Exception):
    """Nobody answered a question on the way."""


class Broken(Exception):
    """The record breaks the rules, so receivers take it for none ("permerror")."""


def records_of(domain: str, ask: Ask) -> list[str]:
    """Return the SPF records of a domain; there should be one. Raises: NotKnown."""
    found = _known(ask(domain, "TXT"))
    return [record for record in found if re.match(r"v=spf1(?: |$)", record, re.I)]


def ending(record: str) -> str:
    """Return what the record says of hosts that it does not list: "fail", "softfail", "neutral", "pass", "redirect"."""
    for term in record.split()[1:]:
        if match := re.fullmatch(r"([+?~-]?)all", term, re.I):
            return RESULTS[match[1] or "+"]
    return "redirect" if re.search(r"\sredirect=", record, re.I) else "neutral"


@dataclass(slots=True)
class Check:
    """One host held against one domain's record; ``lookups`` counts the questions that the rules limit."""

    address: Address
    ask: Ask
    lookups: int = 0

    def result(self, domain: str) -> str:
        """Return "pass", "fail", "softfail", "neutral" or "none". Raises: NotKnown, Broken."""
        records = records_of(domain, self.ask)
        if not records:
            return "none"
        if len(records) > 1:
            raise Broken
        redirect = ""
        for term in records[0].split()[1:]:
            if term.lower().startswith("redirect="):
                redirect = term[9:]
            elif "=" not in term.split(":")[0]:
                match = TERM.fullmatch(term)
                if match is None:
                    raise Broken
                if self._matches(match[2].lower(), match[3] or "", match[4], domain):
                    return RESULTS[match[1] or "+"]
        if not redirect:
            return "neutral"
        self._count()
        found = self.result(redirect)
        if found == "none":
            raise Broken
        return found

    def _matches(self, mechanism: str, value: str, prefix: str, domain: str) -> bool:
        if mechanism in ("ip4", "ip6"):
            return self._within(value, prefix.lstrip("/"))
        if mechanism == "all":
            return True
        self._count()
        name = value or domain
        if "%" in name or mechanism == "ptr":
            return False
        if mechanism == "include":
            found = self.result(name)
            if found == "none":
                raise Broken
            return found == "pass"
        if mechanism == "exists":
            return bool(_known(self.ask(name, "A")))
        hosts = [name] if mechanism == "a" else [mx.split()[-1] for mx in _known(self.ask(name, "MX"))]
        return any(self._within(address, self._length(prefix)) for address in self._addresses(hosts))

    def _addresses(self, hosts: list[str]) -> Iterator[str]:
        kind = "A" if self.address.version == 4 else "AAAA"
        for host in hosts[:MOST_LOOKUPS]:
            yield from _known(self.ask(host, kind))

    def _length(self, prefix: str) -> str:
        """Return the length for our kind of address out of ``/24//64``."""
        four, _, six = prefix.partition("//")
        return four.lstrip("/") if self.address.version == 4 else six

    def _within(self, text: str, length: str) -> bool:
        try:
            network = ipaddress.ip_network(f"{text}/{length}" if length else text, strict=False)
        except ValueError as error:
            raise Broken from error
        return self.address.version == network.version and self.address in network

    def _count(self) -> None:
        self.lookups += 1
        if self.lookups > GIVE_UP:
            raise Broken


def _known(found: tuple[str, ...] | None) -> tuple[str, ...]:
    if found is None:
        raise NotKnown
    return found
