"""What the checks before a mailing say of settings and of name servers; pure, but for a name server on this machine."""

import base64
import re
import socket
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from responses import preflight, spf
from responses.dns_lookup import Lookup
from responses.preflight import Finding, Level, Sending, aligned, key_bits, organisational
from responses.preflight_texts import CHECKS, LEVELS, TEXTS
from tests.name_server import name_server

Records = dict[tuple[str, str], tuple[str, ...]]

# 198.41.0.4 and 192.0.32.8 are public addresses, which nothing here connects to.
HOST, OTHER = "198.41.0.4", "192.0.32.8"


def der(tag: int, *contents: bytes) -> bytes:
    body = b"".join(contents)
    size = len(body)
    length = bytes([size]) if size < 128 else bytes([0x82]) + size.to_bytes(2)
    return bytes([tag]) + length + body


def rsa_key(bits: int, *, bare: bool = False) -> str:
    """A public key of that length as DKIM publishes it; no private key belongs to it."""
    modulus = (1 << (bits - 1) | 1).to_bytes(bits // 8 + 1)
    key = der(0x30, der(0x02, modulus), der(0x02, b"\x01\x00\x01"))
    kind = der(0x30, bytes.fromhex("06092a864886f70d010101"), b"\x05\x00")
    return base64.b64encode(key if bare else der(0x30, kind, der(0x03, b"\x00" + key))).decode()


GOOD: Records = {
    ("mail.kommune.dk", "A"): (HOST,),
    ("kommune.dk", "TXT"): ("google-site-verification=x", f"v=spf1 ip4:{HOST} -all"),
    ("kommune.dk", "MX"): ("10 mx.kommune.dk",),
    ("s1._domainkey.kommune.dk", "TXT"): (f"v=DKIM1; k=rsa; p={rsa_key(2048)}",),
    ("_dmarc.kommune.dk", "TXT"): ("v=DMARC1; p=reject; rua=mailto:dmarc@kommune.dk",),
    ("4.0.41.198.in-addr.arpa", "PTR"): ("mail.kommune.dk",),
}


def sending(**changes: Any) -> Sending:
    values: dict[str, Any] = {
        "sender": "barometer@kommune.dk",
        "bounce": "barometer@kommune.dk",
        "help_addresses": ("hjaelp@kommune.dk",),
        "site_url": "https://svar.kommune.dk",
        "hosts": ("mail.kommune.dk",),
        "selector": "s1",
        "dkim_domain": "kommune.dk",
        "rehearsal": False,
    }
    return Sending(**values | changes)


def judge(records: Mapping[tuple[str, str], tuple[str, ...] | None], **changes: Any) -> list[Finding]:
    """What is found when the name servers have these records; each finding can be said in words."""
    found = list(preflight.of_names(sending(**changes), lambda name, kind: records.get((name, kind), ())))
    assert all(str(TEXTS[each.code]) % each.params for each in found)
    return found


def codes(findings: list[Finding]) -> dict[str, str]:
    return {finding.code: finding.level.value for finding in findings}


def code_of(check: str, findings: list[Finding]) -> tuple[str, str]:
    [found] = [finding for finding in findings if finding.check == check]
    return found.code, found.level.value


def test_where_all_is_in_place_all_is_ok() -> None:
    found = codes(judge(GOOD)) | codes(list(preflight.of_settings(sending())))
    assert set(found.values()) == {"ok"}
    assert found.keys() >= {"spf_ok", "dkim_ok", "dmarc_p_reject", "aligned", "reverse_ok", "mx_ok", "link_domain_ok"}


def test_every_check_and_every_level_has_its_words_and_no_words_are_left_over() -> None:
    folder = Path(preflight.__file__ or "").parent
    source = "".join((folder / name).read_text() for name in ("preflight.py", "preflight_run.py"))
    assert set(LEVELS) == set(Level)
    assert set(re.findall(r'Finding\(\s*"(\w+)"', source)) == set(CHECKS)
    assert [code for code in TEXTS if f'"{code}"' not in source and not code.startswith("dmarc_p_")] == []


# Settings


@pytest.mark.parametrize(
    ("changes", "code", "level"),
    [
        ({"sender": "barometer@example.org"}, "address_reserved", "fails"),
        ({"help_addresses": ("hjælp",)}, "address_bad", "fails"),
        ({"help_addresses": ("hjaelp@kommune.test",)}, "address_reserved", "fails"),
        ({"site_url": "http://svar.kommune.dk"}, "not_https", "fails"),
        ({"site_url": "http://svar.kommune.dk", "rehearsal": True}, "not_https", "warning"),
        ({"site_url": "https://survey-tool.com"}, "link_domain_other", "warning"),
        ({"site_url": "https://svar.kommune.dk:8443"}, "link_domain_ok", "ok"),
    ],
)
def test_of_settings(changes: dict[str, Any], code: str, level: str) -> None:
    assert codes(list(preflight.of_settings(sending(**changes))))[code] == level


def test_a_rehearsal_may_have_reserved_addresses() -> None:
    found = list(preflight.of_settings(sending(sender="barometer@example.org", rehearsal=True)))
    assert "address_reserved" not in codes(found)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("svar.dst.dk", "dst.dk"),
        ("dst.dk", "dst.dk"),
        ("dk", "dk"),
        ("a.b.C.DK", "c.dk"),
        ("svar.org.co.uk", "org.co.uk"),
        ("org.co.uk", "org.co.uk"),
        ("192.0.2.7", "192.0.2.7"),
        ("::1", "::1"),
        ("", ""),
    ],
)
def test_the_part_of_a_name_that_an_organisation_has(name: str, expected: str) -> None:
    assert organisational(name) == expected


# SPF


def spf_of(record: str | tuple[str, ...], more: Records | None = None, **changes: Any) -> tuple[str, str]:
    records = (record,) if isinstance(record, str) else record
    return code_of("spf", judge({**GOOD, ("kommune.dk", "TXT"): records, **(more or {})}, **changes))


@pytest.mark.parametrize(
    ("record", "code"),
    [
        ("v=spf1 ip4:198.41.0.0/24 ~all", "spf_ok"),
        ("v=spf1 a:mail.kommune.dk -all", "spf_ok"),
        ("v=spf1 a:mail.kommune.dk/24 -all", "spf_ok"),
        ("v=spf1 mx -all", "spf_ok"),
        ("v=spf1 include:_spf.provider.dk -all", "spf_ok"),
        ("v=spf1 redirect=_spf.provider.dk", "spf_ok"),
        ("V=SPF1 IP4:198.41.0.4 -ALL", "spf_ok"),
        ("v=spf1 exists:%{i}._spf.kommune.dk ip4:198.41.0.4 -all", "spf_ok"),
        ("v=spf1 ip4:192.0.32.8 -all", "spf_not_listed"),
        ("v=spf1 -all", "spf_not_listed"),
        ("v=spf1 ip4:192.0.32.8 ~all", "spf_not_listed"),
        ("v=spf1 -ip4:198.41.0.4 +all", "spf_not_listed"),
        ("v=spf1", "spf_not_listed"),
        ("v=spf1 ip4:198.41.0.4 ?all", "spf_open"),
        ("v=spf1 ip4:198.41.0.4 +all", "spf_open"),
        ("v=spf1 ip4:198.41.0.4", "spf_open"),
        ("v=spf1 ip4:198.41.0.400 -all", "spf_broken"),
        ("v=spf1 nonsense -all", "spf_broken"),
        ("v=spf1 include:nobody.dk -all", "spf_broken"),
        ("v=spf1 include:kommune.dk -all", "spf_broken"),
        ("v=spf1 redirect=kommune.dk", "spf_broken"),
        ("v=spf10 ip4:198.41.0.4 -all", "spf_none"),
        ("something else", "spf_none"),
    ],
)
def test_spf(record: str, code: str) -> None:
    more: Records = {
        ("_spf.provider.dk", "TXT"): (f"v=spf1 ip4:{HOST} -all",),
        ("mx.kommune.dk", "A"): (HOST,),
    }
    assert spf_of(record, more)[0] == code


def test_two_spf_records_are_none() -> None:
    assert spf_of(("v=spf1 -all", f"v=spf1 ip4:{HOST} -all")) == ("spf_many", "fails")


def test_more_than_ten_lookups_are_warned_of() -> None:
    includes = " ".join(f"include:n{number}.dk" for number in range(10))
    more: Records = {(f"n{number}.dk", "TXT"): ("v=spf1 ip4:192.0.2.1 ~all",) for number in range(10)}
    assert spf_of(f"v=spf1 {includes} ip4:{HOST} -all", more) == ("spf_ok", "ok")
    assert spf_of(f"v=spf1 {includes} a ip4:{HOST} -all", more) == ("spf_lookups", "warning")


def test_each_sending_host_is_looked_at() -> None:
    found = judge(GOOD, hosts=(HOST, OTHER))
    [listed] = [finding for finding in found if finding.check == "spf"]
    assert (listed.code, listed.params["addresses"]) == ("spf_not_listed", OTHER)


def test_ipv6_hosts_are_looked_at_too() -> None:
    six = "2a01:4f8::25"
    record = "v=spf1 ip6:2a01:4f8::/32 -all"
    assert spf_of(record, hosts=(six,)) == ("spf_ok", "ok")
    assert spf_of(f"v=spf1 ip4:{HOST} -all", hosts=(six,)) == ("spf_not_listed", "fails")


def test_a_relay_on_the_own_network_is_not_what_receivers_see() -> None:
    found = codes(judge({**GOOD, ("relay.kommune.dk", "A"): ("10.0.0.25",)}, hosts=("relay.kommune.dk",)))
    assert found == codes(judge(GOOD, hosts=("localhost",)))  # whatever a name server would say of that
    assert (found["host_private"], found["spf_no_hosts"]) == ("not_checked", "not_checked")
    assert "reverse_none" not in found


def test_a_host_without_an_address_fails() -> None:
    assert codes(judge(GOOD, hosts=("nowhere.kommune.dk",)))["host_unknown"] == "fails"


def test_spf_is_that_of_the_envelope() -> None:
    records: Records = {**GOOD, ("bounce.kommune.dk", "TXT"): ("v=spf1 -all",)}
    assert code_of("spf", judge(records, bounce="b@bounce.kommune.dk"))[0] == "spf_not_listed"


@pytest.mark.parametrize(
    ("record", "end"), [("v=spf1 -all", "fail"), ("v=spf1 a ~ALL", "softfail"), ("v=spf1 redirect=x.dk", "redirect")]
)
def test_what_a_record_says_of_others(record: str, end: str) -> None:
    assert spf.ending(record) == end


# DKIM


@pytest.mark.parametrize(
    ("record", "code", "level"),
    [
        (f"p={rsa_key(1024)}", "dkim_short", "warning"),
        (f"k=rsa; p={rsa_key(512)}", "dkim_weak", "fails"),
        (f"v=DKIM1; t=y; p={rsa_key(2048)}", "dkim_testing", "warning"),
        ("v=DKIM1; p=", "dkim_revoked", "fails"),
        ("v=DKIM1; p=AAAA", "dkim_unreadable", "fails"),
        ("v=DKIM1; p=%%%", "dkim_unreadable", "fails"),
        ("v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=", "dkim_ok", "ok"),
        ("hello", "dkim_none", "fails"),
    ],
)
def test_dkim(record: str, code: str, level: str) -> None:
    assert code_of("dkim", judge({**GOOD, ("s1._domainkey.kommune.dk", "TXT"): (record,)})) == (code, level)


def test_without_a_selector_no_key_can_be_looked_for() -> None:
    assert code_of("dkim", judge(GOOD, selector="")) == ("dkim_no_selector", "not_checked")
    assert code_of("dkim", judge(GOOD, selector="nope")) == ("dkim_none", "fails")


@pytest.mark.parametrize("bits", [512, 1024, 2048, 4096])
def test_the_length_of_a_key(bits: int) -> None:
    assert key_bits(rsa_key(bits)) == key_bits(rsa_key(bits, bare=True)) == bits


@pytest.mark.parametrize("cut", range(0, 380, 7))
def test_a_key_cut_off_is_unreadable_and_breaks_nothing(cut: int) -> None:
    raw = base64.b64decode(rsa_key(2048))
    if cut < len(raw):
        assert key_bits(base64.b64encode(raw[:cut]).decode()) == 0


# DMARC


@pytest.mark.parametrize(
    ("records", "code", "level"),
    [
        (("v=DMARC1; p=none",), "dmarc_p_none", "warning"),
        (("v=DMARC1; p=quarantine",), "dmarc_p_quarantine", "warning"),
        (("v=DMARC1;p=reject",), "dmarc_p_reject", "ok"),
        (("v=DMARC1; p=whatever",), "dmarc_none", "fails"),
        ((), "dmarc_none", "fails"),
        (("v=DMARC1; p=reject", "v=DMARC1; p=none"), "dmarc_many", "fails"),
    ],
)
def test_dmarc(records: tuple[str, ...], code: str, level: str) -> None:
    found = judge({**GOOD, ("_dmarc.kommune.dk", "TXT"): records})
    assert code_of("dmarc", found) == (code, level)


def test_a_subdomain_has_the_policy_that_its_organisation_gives_to_subdomains() -> None:
    records: Records = {**GOOD, ("_dmarc.kommune.dk", "TXT"): ("v=DMARC1; p=reject; sp=none",)}
    assert code_of("dmarc", judge(records, sender="b@svar.kommune.dk"))[0] == "dmarc_p_none"
    assert code_of("dmarc", judge(GOOD, sender="b@svar.kommune.dk"))[0] == "dmarc_p_reject"


@pytest.mark.parametrize(
    ("changes", "code", "level"),
    [
        ({}, "aligned", "ok"),
        ({"bounce": "x@bounces.provider.com"}, "aligned_by_dkim", "ok"),
        ({"bounce": "x@bounce.kommune.dk", "dkim_domain": "provider.com"}, "aligned_by_spf", "warning"),
        ({"selector": ""}, "aligned_by_spf", "warning"),
        ({"bounce": "x@provider.com", "dkim_domain": "provider.com"}, "not_aligned", "fails"),
    ],
)
def test_alignment(changes: dict[str, str], code: str, level: str) -> None:
    assert code_of("alignment", judge(GOOD, **changes)) == (code, level)


def test_strict_alignment_takes_the_very_domain_only() -> None:
    assert aligned("bounce.kommune.dk", "kommune.dk", "r")
    assert not aligned("bounce.kommune.dk", "kommune.dk", "s")
    strict: Records = {**GOOD, ("_dmarc.kommune.dk", "TXT"): ("v=DMARC1; p=reject; aspf=s; adkim=s",)}
    found = judge(strict, bounce="x@bounce.kommune.dk", dkim_domain="svar.kommune.dk")
    assert code_of("alignment", found)[0] == "not_aligned"


# Reverse DNS and mailboxes


@pytest.mark.parametrize(
    ("names", "code"),
    [((), "reverse_none"), (("other.dk",), "reverse_other"), (("other.dk", "mail.kommune.dk"), "reverse_ok")],
)
def test_the_hosts_name_leads_back_to_it(names: tuple[str, ...], code: str) -> None:
    records: Records = {**GOOD, ("4.0.41.198.in-addr.arpa", "PTR"): names, ("other.dk", "A"): (OTHER,)}
    assert code_of("reverse", judge(records))[0] == code


@pytest.mark.parametrize(
    ("records", "code", "level"),
    [
        ({("kommune.dk", "MX"): ()}, "mx_none", "fails"),
        ({("kommune.dk", "MX"): ("0 .",)}, "mx_none", "fails"),
        ({("kommune.dk", "MX"): (), ("kommune.dk", "A"): (HOST,)}, "mx_by_address", "warning"),
    ],
)
def test_a_domain_takes_mail(records: Records, code: str, level: str) -> None:
    assert code_of("mailboxes", judge({**GOOD, **records})) == (code, level)


def test_help_and_bounce_domains_are_looked_at_too() -> None:
    found = judge(GOOD, bounce="b@bounce.kommune.dk", help_addresses=("h@help.dk",))
    asked = [finding.params["domain"] for finding in found if finding.check == "mailboxes"]
    assert asked == ["bounce.kommune.dk", "kommune.dk", "help.dk"]


def test_where_nobody_answers_nothing_is_judged() -> None:
    found = list(preflight.of_names(sending(), lambda name, kind: None))
    levels = {finding.check: finding.level for finding in found if finding.check != "alignment"}
    assert set(levels.values()) == {Level.NOT_CHECKED}


# A name server on this machine


def test_a_real_name_server_is_asked_and_each_question_once() -> None:
    with name_server(GOOD) as server:
        lookup = Lookup(server.address)
        found = codes(list(preflight.of_names(sending(), lookup)))
        assert set(found.values()) == {"ok"}
        assert len(server.asked) == len(set(server.asked))


def test_names_that_are_not_there_are_none_and_silence_is_not_known() -> None:
    with name_server({**GOOD, ("long.dk", "TXT"): ("x" * 700,)}) as server:
        server.silent, server.broken = {"silent.dk"}, {"broken.dk"}
        lookup = Lookup(server.address, seconds_each=0.3)
        assert lookup("nobody.dk", "TXT") == ()
        assert lookup("kommune.dk", "AAAA") == ()
        assert lookup("long.dk", "TXT") == ("x" * 700,)
        assert lookup("kommune.dk", "MX") == ("10 mx.kommune.dk",)
        assert lookup("broken.dk", "A") is None
        assert lookup("KOMMUNE.dk.", "MX") == ("10 mx.kommune.dk",)
        for odd in ("x" * 300 + ".dk", f"{'x' * 70}.dk", "a..dk", "æøå.dk", f"{'æ' * 70}.dk", ""):
            assert lookup(odd, "A") == ()
        assert lookup("silent.dk", "A") is None


def test_without_a_name_server_everything_is_not_checked_and_it_does_not_take_long() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as deaf:  # takes questions, answers none
        deaf.bind(("127.0.0.1", 0))
        started = time.monotonic()
        lookup = Lookup(f"127.0.0.1:{deaf.getsockname()[1]}", seconds_each=0.5, seconds_in_all=2)
        found = list(preflight.of_names(sending(), lookup))
        assert time.monotonic() - started < 3
    assert {finding.level for finding in found if finding.check != "alignment"} == {Level.NOT_CHECKED}


def test_a_dead_port_is_not_checked_either() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    lookup = Lookup(f"127.0.0.1:{port}", seconds_each=0.3)
    assert lookup("kommune.dk", "MX") is None


def test_the_time_in_all_is_bounded_however_many_names_are_slow() -> None:
    with name_server(GOOD) as server:
        server.silent = {f"slow{number}.dk" for number in range(50)}
        lookup = Lookup(server.address, seconds_each=0.2, seconds_in_all=0.5)
        started = time.monotonic()
        for number in range(50):
            lookup(f"slow{number}.dk", "A")
            lookup("kommune.dk", "MX")
        assert time.monotonic() - started < 1.5


def test_off_asks_nobody() -> None:
    assert Lookup("off")("kommune.dk", "MX") is None
