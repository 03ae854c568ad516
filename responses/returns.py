"""What came back: from the bytes of a message in the bounce mailbox to what it says about a mail of ours.

Anybody can write to that mailbox, so nothing here is believed of a sender: ``actions.returns`` counts only what names a
mail by what the mail alone carried. And any bytes may stand in it, so reading is bounded and never fails.
Sources: RFC 3464 (delivery status), 3463 (its codes), 3834 (automatic replies), 5965 (complaints), 8098 (receipts).
"""

import hashlib
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime
from enum import StrEnum

from flufl.bounce import all_failures

from responses.return_dates import return_date

MOST_BYTES = 262_144  # of a message that are looked at; what a mail server says stands at the beginning
MOST_OF_WORDS = 65_536  # bytes that the slow ways of reading a mail server's own words get
MOST_HEADER_LINES, MOST_BOUNDARIES, MOST_MULTIPARTS = 1000, 200, 20


class Kind(StrEnum):
    """What a message is."""

    HARD = "hard"
    SOFT = "soft"
    AUTO_REPLY = "auto_reply"
    COMPLAINT = "complaint"
    UNREADABLE = "unreadable"
    NOTICE = "notice"  # a delay, a delivery, a receipt: nothing came back
    PERSON = "person"  # for people to read


@dataclass(frozen=True, slots=True)
class Returned:
    """What a message says.

    Attributes:
        status_code: as in RFC 3463, e.g. 5.1.1; "" where none was found.
        sent_to: the addresses that the message itself was sent to, one of which may tell which mail it is about.
        message_ids: of the mail that it is about.
        written_at: with a time zone; None without a date that can be read.
        returns_on: of an automatic reply, the first day back.
        digest: the same for the same message, however often it comes.
    """

    kind: Kind
    digest: str
    status_code: str = ""
    sent_to: tuple[str, ...] = ()
    message_ids: tuple[str, ...] = ()
    written_at: datetime | None = None
    returns_on: date | None = None


_RECIPIENT_HEADERS = ("Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "X-Forwarded-To", "To", "Cc")
_STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_STATUS_IN_WORDS = re.compile(r"(?<![\d.])([45]\.[0-7]\.\d{1,3})(?![\d.])")
_REPLY_CODE = re.compile(r"(?<![\d.])([45])\d\d(?=[ -])")
_SPARES_THE_ADDRESS = {(1, 7), (1, 8), (2, 2), (2, 3), (3, 1), (3, 4), (4, 5), (4, 7), (4, 300)}
_MESSAGE_ID = re.compile(r"<[^<>\s]{3,200}@[^<>\s]{1,200}>")
_ID_IN_WORDS = re.compile(r"^[>\s]*Message-ID:\s*(<[^<>\s]{3,200}@[^<>\s]{1,200}>)", re.IGNORECASE | re.MULTILINE)
_MULTIPART = re.compile(rb"^content-type:\s*(?:multipart|message)/", re.IGNORECASE | re.MULTILINE)
_BOUNDARY = re.compile(rb"^--\S", re.MULTILINE)
_NOT_WORDS = re.compile(r"<(?:style|script|head)\b", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
_SERVERS = re.compile(r"^(?:mailer-daemon|postmaster|mail-?daemon|microsoftexchange\w*|mdaemon|bounces?)(?:[+-]|@|$)")
_UNDELIVERED = re.compile(
    r"^\W*(?:undeliver|delivery (?:status|failure|has failed|notification)|mail delivery (?:failed|failure|system)|"
    r"failure notice|returned mail|non[- ]?remis|kan ikke leveres|kunne ikke leveres|ikke leveret|uleverbar|"
    r"meddelelsen kunne ikke|kan inte levereras|olevererbar|message (?:not|undeliverable)|warning: could not)"
)
_AWAY = re.compile(
    r"^\W*(?:automati[cs]k? ?(?:svar|reply|response|answer)|automatisches|autosvar|auto(?:matic)?[ -]?repl|"
    r"auto[ -]?response|out of (?:the )?office|away from|on (?:annual )?leave|on (?:holiday|vacation)|"
    r"ikke til stede|ikke på kontoret|fraværende|fravær|ude af huset|på ferie|ferie(?:lukket)?\b|"
    r"frånvaro|ej på kontoret|inte på kontoret|semester|automatiskt svar)"
)
# How the libraries say that they cannot make sense of a message.
_PUZZLED = (ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError)


def read(content: bytes) -> Returned:
    """Return what a message says; of a long one, what its beginning says."""
    content = content[:MOST_BYTES]
    by_bytes = hashlib.sha256(content).hexdigest()
    if _is_a_bomb(content):
        return Returned(Kind.UNREADABLE, by_bytes)
    try:
        return _read(content, by_bytes)
    except _PUZZLED:
        return Returned(Kind.UNREADABLE, by_bytes)


def kind_of_status(status_code: str) -> Kind:
    """Return whether the address does not work, by a code of RFC 3463.

    A full mailbox (5.2.2), what is wrong with our mail (5.1.7, 5.2.3, 5.3.4, 5.5.x, 5.6.x), a refusal by policy or a
    spam filter (5.7.x) and a server that was away too long (5.4.7) say nothing against the address.
    """
    family, subject, detail = (int(part) for part in status_code.split("."))
    if family == 2:
        return Kind.NOTICE
    spares_the_address = subject in (5, 6, 7) or (subject, detail) in _SPARES_THE_ADDRESS
    return Kind.SOFT if family == 4 or spares_the_address else Kind.HARD


def status_in(words: str) -> str:
    """Return the first code of RFC 3463 in a mail server's words, or one that says as much as its reply code; or ""."""
    if found := _STATUS_IN_WORDS.search(words):
        return found[1]
    reply = _REPLY_CODE.search(words)
    return f"{reply[1]}.0.0" if reply else ""


def says_no_such_address(reply: str) -> bool:
    """Whether a mail server's words hold a code of RFC 3463 by which the address does not work; 550 alone is none."""
    found = _STATUS_IN_WORDS.search(reply)
    return found is not None and not found[1].endswith(".0.0") and kind_of_status(found[1]) is Kind.HARD


def _is_a_bomb(content: bytes) -> bool:
    """Whether taking the message apart would cost much: thousands of headers or parts, or parts in parts in parts."""
    head = content.partition(b"\n\n")[0].partition(b"\r\n\r\n")[0]
    return (
        not content.strip()
        or head.count(b"\n") > MOST_HEADER_LINES
        or len(_MULTIPART.findall(content)) > MOST_MULTIPARTS
        or len(_BOUNDARY.findall(content)) > MOST_BOUNDARIES
    )


def _read(content: bytes, by_bytes: str) -> Returned:
    message = message_from_bytes(content, policy=policy.compat32)
    own_id = _MESSAGE_ID.search(_header(message, "Message-ID"))
    sent_to = tuple(address.lower() for address in _addresses(message, _RECIPIENT_HEADERS))
    kind, status_code = _kind(message, content)
    written_at, returns_on = _written_at(message), None
    if kind is Kind.AUTO_REPLY and written_at:
        returns_on = return_date(f"{_header(message, 'Subject')}\n{_words(message)}", written_at.date())
    return Returned(
        kind=kind,
        digest=hashlib.sha256(f"{own_id[0]} {kind} {sent_to}".encode()).hexdigest() if own_id else by_bytes,
        status_code=status_code,
        sent_to=sent_to,
        message_ids=_message_ids(message, kind),
        written_at=written_at,
        returns_on=returns_on,
    )


def _kind(message: Message, content: bytes) -> tuple[Kind, str]:
    """Return what the message is, and the code."""
    types = {part.get_content_type() for part in message.walk()}
    if "message/feedback-report" in types:
        return _kind_of_complaint(message), ""
    if "message/delivery-status" in types:
        found = _of_delivery_status(message)
        if found is not None:
            return found
    if "message/disposition-notification" in types:
        return Kind.NOTICE, ""
    if _is_from_a_server(message):
        return _of_its_words(message, content)
    return (Kind.AUTO_REPLY if _is_automatic(message) else Kind.PERSON), ""


def _kind_of_complaint(message: Message) -> Kind:
    reports = [part for part in message.walk() if part.get_content_type() == "message/feedback-report"]
    said = re.search(r"^feedback-type:\s*([\w-]+)", reports[0].as_string(), re.IGNORECASE | re.MULTILINE)
    return Kind.COMPLAINT if said and said[1].lower() in ("abuse", "fraud", "opt-out") else Kind.NOTICE


def _of_delivery_status(message: Message) -> tuple[Kind, str] | None:
    """Return what the machine-readable part says of the recipient for whom it is worst; None if it says nothing."""
    found = [_of_recipient(block) for block in _status_blocks(message) if block.get("Action") or block.get("Status")]
    return min(found, key=lambda each: (Kind.HARD, Kind.SOFT, Kind.NOTICE).index(each[0]), default=None)


def _status_blocks(message: Message) -> Iterator[Message]:
    for part in message.walk():
        if part.get_content_type() == "message/delivery-status":
            payload = part.get_payload()
            yield from (block for block in payload if isinstance(block, Message)) if isinstance(payload, list) else ()


def _of_recipient(block: Message) -> tuple[Kind, str]:
    action = _header(block, "Action").strip().lower()
    status = _STATUS.search(_header(block, "Status"))
    detail = status_in(_header(block, "Diagnostic-Code").partition(";")[2])
    code = status[1] if status else detail
    if action.startswith(("delayed", "delivered", "relayed", "expanded")):
        return Kind.NOTICE, code
    if code.endswith(".0.0") and detail:
        code = detail  # "5.0.0" says only that it failed
    if not code or (action and code.startswith("2")):
        return Kind.HARD, ""
    return kind_of_status(code), code


def _is_from_a_server(message: Message) -> bool:
    """Whether a mail server wrote it, and not the person or the mailbox that the mail went to."""
    senders = [address.lower() for address in _addresses(message, ("From", "Sender"))]
    return (
        message["X-Failed-Recipients"] is not None
        or any(_SERVERS.match(sender) for sender in senders)
        or _UNDELIVERED.match(_header(message, "Subject").casefold()) is not None
    )


def _of_its_words(message: Message, content: bytes) -> tuple[Kind, str]:
    """Return what a mail server says in its own words; these are many, and flufl.bounce knows most of them."""
    words = _words(message)
    code = status_in(words)
    for_now, for_good = all_failures(message_from_bytes(content[:MOST_OF_WORDS], policy=policy.compat32))
    if for_good or message["X-Failed-Recipients"]:
        return (kind_of_status(code), code) if code and not code.startswith("2") else (Kind.HARD, "")
    if for_now:
        return Kind.NOTICE, code
    return (kind_of_status(code), code) if code else (Kind.UNREADABLE, "")


def _is_automatic(message: Message) -> bool:
    """Whether a program wrote the reply. What a person writes in reply to such a reply begins with "Re:" or "SV:"."""
    submitted = _header(message, "Auto-Submitted").strip().lower()
    if submitted and not submitted.startswith("no"):
        return True
    marked = any(message[name] is not None for name in ("X-Autoreply", "X-Autorespond", "X-Autoresponder"))
    precedence = _header(message, "Precedence").strip().lower()
    away = _AWAY.match(_header(message, "Subject").casefold()) is not None
    return marked or away or precedence in ("auto_reply", "auto-reply", "autoreply")


def _message_ids(message: Message, kind: Kind) -> tuple[str, ...]:
    """Return the numbers of the mail that this is about, from its copy, or for a reply from what it answers."""
    found: list[str] = []
    for part in message.walk():
        if part is not message and part["Message-ID"]:
            found += _MESSAGE_ID.findall(_header(part, "Message-ID"))
        if part.get_content_type() == "text/rfc822-headers":
            found += _ID_IN_WORDS.findall(_text(part))
        found += _MESSAGE_ID.findall(_header(part, "Original-Message-ID"))
    for name in ("In-Reply-To", "References"):
        found += _MESSAGE_ID.findall(_header(message, name))
    if kind in (Kind.HARD, Kind.SOFT) and not found:
        found += _ID_IN_WORDS.findall(_words(message))
    return tuple(dict.fromkeys(found))[:20]


def _written_at(message: Message) -> datetime | None:
    try:
        written = parsedate_to_datetime(_header(message, "Date"))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    written = written if written.tzinfo else written.replace(tzinfo=UTC)
    return written if 1990 < written.year < 2200 else None


def _addresses(message: Message, names: tuple[str, ...]) -> list[str]:
    values = [str(value)[:2000] for name in names for value in message.get_all(name, [])]
    return [address for _, address in getaddresses(values) if address][:50]


def _words(message: Message) -> str:
    """Return what is meant for eyes: the first plain text, or the words of the first HTML."""
    parts = [part for part in message.walk() if part.get_content_maintype() == "text"]
    plain = [part for part in parts if part.get_content_type() == "text/plain"]
    text = _text((plain or parts)[0]) if parts else ""
    if plain:
        return text
    first, *rest = _NOT_WORDS.split(text)
    return _TAG.sub(" ", first + " ".join(f"<{piece.partition('</')[2]}" for piece in rest))


def _text(part: Message) -> str:
    """Return the text of a part; signs that are not of its character set are left out."""
    content = part.get_payload(decode=True)
    content = content[:MOST_OF_WORDS] if isinstance(content, bytes) else b""
    try:
        return content.decode(part.get_content_charset("utf-8"), errors="ignore")
    except LookupError:
        return content.decode("latin-1")


def _header(message: Message, name: str) -> str:
    """Return a header in one line, without its encoding; "" if it is not there."""
    found = (str(value) for key, value in message.raw_items() if key.lower() == name.lower())
    value = next(found, "")[:2000].encode("ascii", "surrogateescape").decode("utf-8", "replace")
    with suppress(ValueError, LookupError):  # no such character set, or bytes that are not of it
        value = str(make_header(decode_header(value)))
    return " ".join(value.split())
