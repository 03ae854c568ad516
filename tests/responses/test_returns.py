"""What a message in the bounce mailbox is taken for."""

import time
from datetime import UTC, date, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from responses.returns import MOST_BYTES, Kind, kind_of_status, read, status_in
from tests import returned as corpus
from tests.returned import BOUNCES, MESSAGE_ID, away, complaint, dsn, eml, read_receipt, reply

BOUNCED = {
    "postfix": (dsn(), Kind.HARD, "5.1.1"),
    "office 365 in Danish": (corpus.office_365(), Kind.HARD, "5.1.10"),
    "exchange in Danish, mailbox full": (corpus.exchange_on_premises(), Kind.SOFT, "5.2.2"),
    "exim": (corpus.exim(), Kind.HARD, "5.1.1"),
    "qmail": (corpus.qmail(), Kind.HARD, "5.0.0"),
    "gmail": (corpus.gmail(), Kind.HARD, "5.1.1"),
}


@pytest.mark.parametrize("name", BOUNCED)
def test_a_bounce_of_every_common_server_is_understood(name: str) -> None:
    content, kind, status_code = BOUNCED[name]
    found = read(content)
    assert (found.kind, found.status_code) == (kind, status_code)
    assert MESSAGE_ID in found.message_ids
    assert BOUNCES in found.sent_to
    assert found.written_at == datetime(2020, 1, 7, 11, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "diagnostic", "kind"),
    [
        ("5.1.1", "smtp; 550 no such user", Kind.HARD),
        ("5.1.2", "smtp; 550 no such domain", Kind.HARD),
        ("5.2.1", "smtp; 550 disabled", Kind.HARD),
        ("5.4.1", "smtp; 550 5.4.1 Recipient address rejected: Access denied", Kind.HARD),
        ("5.0.0", "smtp; 550 refused", Kind.HARD),
        ("5.0.0", "smtp; 552 5.2.2 Quota exceeded", Kind.SOFT),
        ("5.7.1", "smtp; 554 5.7.1 blocked as spam", Kind.SOFT),
        ("5.2.2", "smtp; 552 mailbox full", Kind.SOFT),
        ("5.1.8", "smtp; 550 bad sender domain", Kind.SOFT),
        ("4.4.7", "smtp; 451 expired", Kind.SOFT),
        ("4.2.2", "smtp; 452 mailbox full", Kind.SOFT),
        ("", "smtp; 550 5.1.1 no such user", Kind.HARD),
        ("", "smtp; 450 try again", Kind.SOFT),
        ("", "", Kind.HARD),
        ("nonsense", "x-unix; whatever", Kind.HARD),
    ],
)
def test_the_code_says_whether_the_address_works(status: str, diagnostic: str, kind: Kind) -> None:
    assert read(dsn(status, diagnostic)).kind is kind


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded"])
def test_a_delay_or_a_delivery_is_no_bounce(action: str) -> None:
    assert read(dsn("4.4.1", action=action)).kind is Kind.NOTICE


def test_a_delay_told_in_words_is_no_bounce() -> None:
    content = eml(f"""
From: Mail Delivery System <Mailer-Daemon@exim.example>
To: {BOUNCES}
Subject: Warning: message 1ioaaa delayed 24 hours

This message was created automatically by mail delivery software.
A message that you sent has not yet been delivered to one or more of its
recipients after more than 24 hours on the queue on exim.example.

The address to which the message has not yet been delivered is:

  lea@skole.example

No action is required on your part. Delivery attempts will continue for
some time, and this warning may be repeated at intervals if the message
remains undelivered.
""")
    assert read(content).kind in (Kind.NOTICE, Kind.UNREADABLE)


def test_a_server_that_says_nothing_that_can_be_understood_leaves_it_to_people() -> None:
    content = eml("""
From: postmaster@old.example
Subject: Returned mail

Det gik ikke.
""")
    assert read(content).kind is Kind.UNREADABLE


AUTOMATIC = {
    "RFC 3834": away(),
    "generated": away(subject="Hej", headers="Auto-Submitted: auto-generated"),
    "X-Autoreply": away(subject="Hej", headers="X-Autoreply: yes"),
    "precedence": away(subject="Hej", headers="Precedence: auto_reply"),
    **{
        subject: away(subject=subject, headers="X-Mailer: Outlook")
        for subject in (
            "Automatisk svar: Invitation",
            "Autosvar: jeg er på ferie",
            "Automatic reply: Invitation",
            "Out of Office: Invitation",
            "Out of the office",
            "Ikke til stede: Invitation",
            "Fraværende",
            "Frånvaro: Invitation",
            "Automatiskt svar: Invitation",
            "=?iso-8859-1?Q?Ikke_p=E5_kontoret?=",
        )
    },
}


@pytest.mark.parametrize("name", AUTOMATIC)
def test_an_automatic_reply_is_told_from_a_bounce_and_from_a_person(name: str) -> None:
    found = read(AUTOMATIC[name])
    assert found.kind is Kind.AUTO_REPLY
    assert found.returns_on == date(2020, 2, 3)
    assert MESSAGE_ID in found.message_ids


@pytest.mark.parametrize(
    "subject", ["SV: Invitation", "Re: Automatisk svar: Invitation", "Spørgsmål om ferie", "", "VS: Autosvar"]
)
def test_what_a_person_writes_is_for_people(subject: str) -> None:
    found = read(reply(subject))
    assert found.kind is Kind.PERSON
    assert found.returns_on is None


def test_a_reply_marked_as_not_automatic_is_a_persons() -> None:
    assert read(away(subject="SV: Invitation", headers="Auto-Submitted: no")).kind is Kind.PERSON


@pytest.mark.parametrize(
    ("kind", "expected"), [("abuse", Kind.COMPLAINT), ("fraud", Kind.COMPLAINT), ("not-spam", Kind.NOTICE)]
)
def test_a_report_of_spam_is_a_complaint(kind: str, expected: Kind) -> None:
    found = read(complaint(kind))
    assert found.kind is expected
    assert MESSAGE_ID in found.message_ids


def test_a_receipt_of_reading_says_nothing() -> None:
    assert read(read_receipt()).kind is Kind.NOTICE


def test_the_same_message_has_the_same_digest_however_it_was_carried() -> None:
    again = b"Received: from a by b; Tue, 7 Jan 2020 13:00:00 +0100\r\n" + dsn()
    assert read(dsn()).digest == read(again).digest
    assert read(dsn()).digest != read(dsn(own_id="<other@mx.skole.example>")).digest


def nested(depth: int) -> bytes:
    head = "".join(f'Content-Type: multipart/mixed; boundary="b{n}"\n\n--b{n}\n' for n in range(depth))
    return b"From: a@b.example\n" + head.encode() + b"Content-Type: text/plain\n\nx\n"


GARBAGE = {
    "nothing": b"",
    "white space": b"\r\n \r\n\r\n",
    "noise": bytes(range(256)) * 40,
    "zeros": b"\0" * 100_000,
    "cut off in a header": dsn()[:300],
    "cut off in a part": dsn()[:1200],
    "no such character set": dsn().replace(b"us-ascii", b"klingon-8").replace(b"message/delivery-status", b"text/x"),
    "a codec that is none": away().replace(b"utf-8", b"zlib"),
    "wrong character set": away().replace(b"charset=utf-8", b"charset=utf-16"),
    "bad encoded word": away(subject="=?utf-8?B?////?= =?x?Q?=ZZ?="),
    "10,000 parts": b'Content-Type: multipart/mixed; boundary="b"\n\n' + b"--b\n\nx\n" * 10_000,
    "parts in parts": nested(3000),
    "100,000 headers": b"X-A: b\n" * 100_000 + b"\nx",
    "a header of a megabyte": b"Subject: " + b"=?utf-8?B?w6Y=?= " * 60_000 + b"\n\nx",
    "a million recipients": b"To: " + b"a@b.example, " * 80_000 + b"\n\nx",
    "brackets": b"To: " + b"(" * 100_000 + b"\nSubject: " + b"<" * 100_000 + b"\n\n" + b"<style" * 20_000,
    "20 MB": dsn(words="A" * 70 + "\n") + b"\r\nA" * 7_000_000,
    "a date of another world": dsn().replace(b"Tue, 7 Jan 2020 12:05:00 +0100", b"Foo, 99 Bar 99999 99:99:99 +9999"),
    "no line ends": b"From: mailer-daemon@x.example Subject: failure notice " * 5000,
    "from a server, long": b"From: mailer-daemon@x.example\nSubject: failure notice\n\n" + b"Your message\n<" * 20_000,
}


@pytest.mark.parametrize("name", GARBAGE)
def test_garbage_is_read_quickly_and_never_fails(name: str) -> None:
    began = time.monotonic()
    found = read(GARBAGE[name])
    assert isinstance(found.kind, Kind)
    assert len(found.digest) == 64
    assert time.monotonic() - began < 2


@pytest.mark.parametrize("name", ["nothing", "10,000 parts", "parts in parts", "100,000 headers"])
def test_what_would_cost_much_to_take_apart_is_unreadable(name: str) -> None:
    assert read(GARBAGE[name]).kind is Kind.UNREADABLE


def test_of_a_very_long_message_the_beginning_is_read() -> None:
    content = GARBAGE["20 MB"]
    assert len(content) > 20_000_000 > MOST_BYTES
    assert read(content).kind is Kind.HARD


WHOLE = [dsn(), corpus.office_365(), corpus.exim(), corpus.qmail(), corpus.gmail(), away(), complaint(), reply()]


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(WHOLE), st.data())
def test_a_damaged_message_never_fails(content: bytes, data: st.DataObject) -> None:
    damaged = bytearray(content)
    for _ in range(data.draw(st.integers(1, 6))):
        begin = data.draw(st.integers(0, len(damaged)))
        end = min(len(damaged), begin + data.draw(st.integers(0, 60)))
        damaged[begin:end] = data.draw(st.binary(max_size=20))
    assert isinstance(read(bytes(damaged)).kind, Kind)


@given(st.text(max_size=300))
def test_any_words_have_a_code_or_none(words: str) -> None:
    code = status_in(words)
    assert code == "" or isinstance(kind_of_status(code), Kind)
