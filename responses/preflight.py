"""Is everything in place for mail to arrive? Judges what the settings say and what the domain name servers answer.

Sources: RFC 7208 (SPF), 6376 and 8301 (DKIM and its key lengths), 7489 (DMARC and alignment), 1912, 2.1 (reverse DNS),
5321, 5 and 7505 (MX, null MX).
"""

import base64
import binascii
import ipaddress
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import urlsplit

from barometer.addresses import domain_of, is_address, is_reserved_address
from responses import spf
from responses.spf import Address, Ask

FEWEST_BITS, ENOUGH_BITS = 1024, 2048
# Under these, two-letter countries sell names: example.co.uk is the organisation's, not co.uk. A short rule instead of
# the list of public suffixes, and right for every Danish name.
SECOND_LEVEL = frozenset({"ac", "co", "com", "edu", "gov", "net", "org"})


class Level(StrEnum):
    OK = "ok"
    WARNING = "warning"
    FAILS = "fails"
    NOT_CHECKED = "not_checked"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found; ``code`` is a key of ``preflight_texts.TEXTS``, ``check`` of its CHECKS."""

    check: str
    level: Level
    code: str
    params: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sending:
    """How mail is sent.

    Attributes:
        sender: the address in From.
        bounce: the address on the envelope, where what cannot be delivered comes back.
        help_addresses: where replies go.
        hosts: names or addresses of the hosts that receivers see.
        selector: of the DKIM key; "" when it is not known.
        dkim_domain: the domain that signs.
    """

    sender: str
    bounce: str
    help_addresses: tuple[str, ...]
    site_url: str
    hosts: tuple[str, ...]
    selector: str
    dkim_domain: str
    rehearsal: bool


def of_settings(sending: Sending) -> Iterator[Finding]:
    """Judge what needs no question to a name server."""
    serious = Level.WARNING if sending.rehearsal else Level.FAILS
    for address in dict.fromkeys((sending.sender, sending.bounce, *sending.help_addresses)):
        if not is_address(address):
            yield Finding("addresses", Level.FAILS, "address_bad", {"address": address})
        elif is_reserved_address(address) and not sending.rehearsal:
            yield Finding("addresses", Level.FAILS, "address_reserved", {"address": address})
        else:
            yield Finding("addresses", Level.OK, "address_ok", {"address": address})
    host, domain = urlsplit(sending.site_url).hostname or "", domain_of(sending.sender)
    if not sending.site_url.startswith("https://"):
        yield Finding("links", serious, "not_https", {"address": sending.site_url})
    if organisational(host) == organisational(domain):
        yield Finding("links", Level.OK, "link_domain_ok", {"host": host, "domain": organisational(domain)})
    else:
        yield Finding("links", Level.WARNING, "link_domain_other", {"host": host, "domain": organisational(domain)})


def of_names(sending: Sending, ask: Ask) -> Iterator[Finding]:
    """Judge what the name servers say of the domains and hosts that the mail leaves from."""
    public, unknown = _addresses(sending.hosts, ask)
    yield from unknown
    envelope, sender = domain_of(sending.bounce), domain_of(sending.sender)
    yield _spf(envelope, public, ask)
    yield _dkim(sending, ask)
    yield from _dmarc(sending, envelope, sender, ask)
    yield from (_reverse(address, ask) for address in public)
    for domain in dict.fromkeys((envelope, sender, *map(domain_of, sending.help_addresses))):
        yield _mailbox(domain, ask)


def organisational(domain: str) -> str:
    """Return the part of a name that an organisation registers: ``dst.dk`` of ``svar.dst.dk``."""
    labels = domain.lower().strip(".").split(".")
    if _is_ip(domain) or len(labels) < 3:
        return domain.lower()
    three = len(labels[-1]) == 2 and labels[-2] in SECOND_LEVEL
    return ".".join(labels[-3 if three else -2 :])


def aligned(domain: str, sender: str, mode: str) -> bool:
    """Whether receivers take a domain that was checked for that of From; ``mode`` is DMARC's "r" or "s"."""
    if mode == "s":
        return domain.lower() == sender.lower()
    return organisational(domain) == organisational(sender)


def _addresses(hosts: Collection[str], ask: Ask) -> tuple[list[Address], list[Finding]]:
    """Return the public addresses of the sending hosts, and what is to be said of the others."""
    public: dict[Address, None] = {}
    findings = []
    for host in hosts:
        here = host == "localhost"  # never to be asked for (RFC 6761, 6.3)
        found = ("127.0.0.1",) if here else (host,) if _is_ip(host) else _both(host, ask)
        if found is None:
            findings.append(Finding("hosts", Level.NOT_CHECKED, "no_answer", {"name": host}))
            continue
        addresses = [ipaddress.ip_address(each) for each in found]
        if not addresses:
            findings.append(Finding("hosts", Level.FAILS, "host_unknown", {"host": host}))
        elif not any(address.is_global for address in addresses):
            findings.append(Finding("hosts", Level.NOT_CHECKED, "host_private", {"host": host}))
        public |= dict.fromkeys(address for address in addresses if address.is_global)
    return list(public), findings


def _both(host: str, ask: Ask) -> tuple[str, ...] | None:
    four, six = ask(host, "A"), ask(host, "AAAA")
    return None if four is None and six is None else (four or ()) + (six or ())


def _spf(domain: str, addresses: Collection[Address], ask: Ask) -> Finding:
    lookups, refused = 0, []
    try:
        records = spf.records_of(domain, ask)
        if len(records) != 1:
            return Finding("spf", Level.FAILS, "spf_many" if records else "spf_none", {"domain": domain})
        if not addresses:
            return Finding("spf", Level.NOT_CHECKED, "spf_no_hosts", {"domain": domain})
        for address in addresses:
            check = spf.Check(address, ask)
            if check.result(domain) != "pass":
                refused.append(str(address))
            lookups = max(lookups, check.lookups)
    except spf.NotKnown:
        return Finding("spf", Level.NOT_CHECKED, "no_answer", {"name": domain})
    except spf.Broken:
        return Finding("spf", Level.FAILS, "spf_broken", {"domain": domain})
    if refused:
        return Finding("spf", Level.FAILS, "spf_not_listed", {"domain": domain, "addresses": ", ".join(refused)})
    if lookups > spf.MOST_LOOKUPS:
        return Finding("spf", Level.WARNING, "spf_lookups", {"domain": domain, "lookups": lookups})
    if spf.ending(records[0]) in ("neutral", "pass"):
        return Finding("spf", Level.WARNING, "spf_open", {"domain": domain})
    return Finding("spf", Level.OK, "spf_ok", {"domain": domain})


def _dkim(sending: Sending, ask: Ask) -> Finding:
    if not sending.selector:
        return Finding("dkim", Level.NOT_CHECKED, "dkim_no_selector")
    name = f"{sending.selector}._domainkey.{sending.dkim_domain}"
    records = ask(name, "TXT")
    if records is None:
        return Finding("dkim", Level.NOT_CHECKED, "no_answer", {"name": name})
    tags = next((found for found in map(_tags, records) if "p" in found), None)
    if tags is None:
        return Finding("dkim", Level.FAILS, "dkim_none", {"name": name})
    if not tags["p"]:
        return Finding("dkim", Level.FAILS, "dkim_revoked", {"name": name})
    if tags.get("k", "rsa") != "rsa":
        return Finding("dkim", Level.OK, "dkim_ok", {"name": name})
    bits = key_bits(tags["p"])
    params = {"name": name, "bits": bits}
    if bits < FEWEST_BITS:
        return Finding("dkim", Level.FAILS, "dkim_weak" if bits else "dkim_unreadable", params)
    if bits < ENOUGH_BITS:
        return Finding("dkim", Level.WARNING, "dkim_short", params)
    return Finding("dkim", Level.WARNING if "y" in tags.get("t", "") else Level.OK, _dkim_code(tags), params)


def _dkim_code(tags: Mapping[str, str]) -> str:
    return "dkim_testing" if "y" in tags.get("t", "") else "dkim_ok"


def _dmarc(sending: Sending, envelope: str, sender: str, ask: Ask) -> Iterator[Finding]:
    own = organisational(sender)
    for place in dict.fromkeys((sender, own)):
        records = ask(f"_dmarc.{place}", "TXT")
        if records is None:
            yield Finding("dmarc", Level.NOT_CHECKED, "no_answer", {"name": f"_dmarc.{place}"})
            return
        found = [tags for tags in map(_tags, records) if tags.get("v", "").upper() == "DMARC1"]
        if found:
            break
    if len(found) != 1:
        yield Finding("dmarc", Level.FAILS, "dmarc_many" if found else "dmarc_none", {"domain": sender})
    tags = found[0] if len(found) == 1 else {}
    policy = tags.get("p", "").lower()
    if place == own != sender:
        policy = tags.get("sp", policy).lower()
    if policy in ("none", "quarantine", "reject"):
        level = Level.OK if policy == "reject" else Level.WARNING
        yield Finding("dmarc", level, f"dmarc_p_{policy}", {"domain": place})
    elif tags:
        yield Finding("dmarc", Level.FAILS, "dmarc_none", {"domain": place})
    yield _alignment(sending, envelope, sender, tags)


def _alignment(sending: Sending, envelope: str, sender: str, tags: Mapping[str, str]) -> Finding:
    params = {"domain": sender, "envelope": envelope, "signer": sending.dkim_domain}
    by_dkim = bool(sending.selector) and aligned(sending.dkim_domain, sender, tags.get("adkim", "r"))
    by_spf = aligned(envelope, sender, tags.get("aspf", "r"))
    if by_dkim:
        return Finding("alignment", Level.OK, "aligned" if by_spf else "aligned_by_dkim", params)
    if by_spf:
        return Finding("alignment", Level.WARNING, "aligned_by_spf", params)
    return Finding("alignment", Level.FAILS, "not_aligned", params)


def _reverse(address: Address, ask: Ask) -> Finding:
    params = {"address": str(address)}
    names = ask(address.reverse_pointer, "PTR")
    if names is None:
        return Finding("reverse", Level.NOT_CHECKED, "no_answer", {"name": str(address)})
    if not names:
        return Finding("reverse", Level.FAILS, "reverse_none", params)
    kind = "A" if address.version == 4 else "AAAA"
    for name in names[:10]:
        back = ask(name, kind)
        if back and address in map(ipaddress.ip_address, back):
            return Finding("reverse", Level.OK, "reverse_ok", {**params, "name": name})
    return Finding("reverse", Level.FAILS, "reverse_other", {**params, "name": names[0]})


def _mailbox(domain: str, ask: Ask) -> Finding:
    params = {"domain": domain}
    servers = ask(domain, "MX")
    if servers is None:
        return Finding("mailboxes", Level.NOT_CHECKED, "no_answer", {"name": domain})
    if any(server.split()[-1] not in (".", "0") for server in servers):
        return Finding("mailboxes", Level.OK, "mx_ok", params)
    if not servers and _both(domain, ask):
        return Finding("mailboxes", Level.WARNING, "mx_by_address", params)
    return Finding("mailboxes", Level.FAILS, "mx_none", params)


def key_bits(text: str) -> int:
    """Return the length of an RSA key as DKIM publishes it (base64 of DER); 0 when it cannot be read."""
    try:
        data = base64.b64decode("".join(text.split()), validate=True)
        tag, start, _end = _der(data, 0)
        if data[start] == 0x30:  # the kind of key, then the key in a bit string (X.509); else the key itself (PKCS #1)
            _tag, _start, end = _der(data, start)
            tag, start, _end = _der(data, end)
            tag, start, _end = _der(data, start + 1)
        number, start, end = _der(data, start)
        if (tag, number) != (0x30, 0x02):
            return 0
        return int.from_bytes(data[start:end]).bit_length()
    except (binascii.Error, ValueError, IndexError):
        return 0


def _der(data: bytes, at: int) -> tuple[int, int, int]:
    """Return the tag of the value at this place, and where its contents begin and end."""
    length, start = data[at + 1], at + 2
    if length > 127:
        size = length - 128
        length, start = int.from_bytes(data[start : start + size]), start + size
    if start + length > len(data):
        raise ValueError
    return data[at], start, start + length


def _tags(record: str) -> dict[str, str]:
    """Return the tags of a DKIM or DMARC record by name."""
    pairs = (part.partition("=") for part in record.split(";"))
    return {name.strip().lower(): value.strip() for name, _, value in pairs if name.strip()}


def _is_ip(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
