"""The bytes of a mail, as any mail program reads them."""

import hashlib
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from django.core.mail import BadHeaderError
from hypothesis import given
from hypothesis import strategies as st

from barometer.sealed_message import SealedMessage


def seal(**changes: Any) -> SealedMessage:
    values: dict[str, Any] = {
        "subject": "Svar senest i dag",
        "text": "Kære Åse\n\nTak.",
        "html": "<p>Kære Åse</p>",
        "sender": ("Innovationsbarometeret", "barometer@example.org"),
        "to": "leder@skole.example",
        "reply_to": "hjaelp@example.org",
        "headers": {"Message-ID": "<1@example.org>", "Date": "Tue, 07 Jan 2020 11:00:00 +0000"},
    }
    return SealedMessage(**values | changes)


def read(message: SealedMessage) -> EmailMessage:
    return message_from_bytes(message.message().as_bytes(), policy=policy.default)


def part(message: EmailMessage, kind: str) -> str:
    found = message.get_body(preferencelist=(kind,))
    assert found is not None
    return str(found.get_content()).replace("\r\n", "\n")


def test_a_mail_program_finds_the_text_its_html_twin_and_the_headers() -> None:
    mail = read(seal())
    assert mail.get_content_type() == "multipart/alternative"
    assert part(mail, "plain") == "Kære Åse\n\nTak."
    assert part(mail, "html") == "<p>Kære Åse</p>"
    assert mail["Subject"] == "Svar senest i dag"
    assert mail["From"] == "Innovationsbarometeret <barometer@example.org>"
    assert mail["To"] == "leder@skole.example"
    assert mail["Reply-To"] == "hjaelp@example.org"
    assert mail["Message-ID"] == "<1@example.org>"


def test_danish_letters_survive_in_names_subject_and_domain() -> None:
    mail = read(
        seal(subject="Nye løsninger: " + "ø" * 60, sender=("Økonomi, Ældre & Å", "a@b.example"), to="a@ældre.example")
    )
    assert mail["Subject"] == "Nye løsninger: " + "ø" * 60
    assert mail["From"].addresses[0].display_name == "Økonomi, Ældre & Å"
    assert mail["To"].addresses[0].domain == "xn--ldre-uoa.example"


def test_every_byte_passes_the_oldest_relay() -> None:
    message = seal(subject="æ" * 70, text="ø" * 5000, html=f"<p>{'å ' * 3000}</p>", sender=("Å" * 60, "a@b.example"))
    lines = message.message().as_bytes().split(b"\r\n")
    assert max(map(len, lines)) <= 76
    assert all(line.isascii() and b"\r" not in line and b"\n" not in line for line in lines)


def test_a_quoted_name_cannot_end_early() -> None:
    mail = read(seal(sender=('A" <evil@evil.example>, "B\\', "a@b.example")))
    (address,) = mail["From"].addresses
    assert address.addr_spec == "a@b.example"
    assert address.display_name == 'A" <evil@evil.example>, "B\\'


@pytest.mark.parametrize("evil", ["a\nBcc: x@evil.example", "a\r\nBcc: x@evil.example", "a\rb", "a\r\n\r\nbody"])
@pytest.mark.parametrize("where", ["subject", "name", "header"])
def test_a_line_break_in_a_header_is_refused(evil: str, where: str) -> None:
    changes: dict[str, dict[str, Any]] = {
        "subject": {"subject": evil},
        "name": {"sender": (evil, "a@b.example")},
        "header": {"headers": {"Message-ID": evil}},
    }
    with pytest.raises(BadHeaderError):
        seal(**changes[where])


def test_the_fingerprint_is_of_the_bytes_that_leave_and_they_never_change() -> None:
    message = seal()
    first, second = message.message().as_bytes(), message.message().as_bytes(linesep="\r\n")
    assert first == second
    assert message.sha256 == hashlib.sha256(first).hexdigest()


printable = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1, max_size=200)


@given(
    subject=printable,
    text=st.text(st.characters(exclude_categories=["Cc", "Cs"], include_characters="\n\t"), max_size=400),
)
def test_whatever_is_written_is_what_is_read(subject: str, text: str) -> None:
    mail = read(seal(subject=f"x{subject}x", text=f"{text}.", html=f"<p>{text}</p>"))
    assert mail["Subject"] == f"x{subject}x"
    assert part(mail, "plain") == f"{text}."
    assert part(mail, "html") == f"<p>{text}</p>"
