"""What our SMTP back end tells about a connection that breaks."""

import smtplib
from collections.abc import Callable, Iterator

import pytest
from django.core.mail import EmailMessage
from django.core.mail.message import sanitize_address

from barometer.smtp import EmailBackend, LostBeforeData, in_envelope
from tests.smtp_sink import DROP, TAKE_AND_DROP, Sink, smtp_sink


@pytest.fixture(scope="module")
def server() -> Iterator[Sink]:
    with smtp_sink() as sink:
        yield sink


def send(server: Sink, to: str) -> int:
    with EmailBackend(host="127.0.0.1", port=server.port) as connection:
        return connection.send_messages([EmailMessage("Subject", "Text", "a@example.org", [to])])


def test_mails_of_one_connection_share_it(server: Sink) -> None:
    before = server.connections
    with EmailBackend(host="127.0.0.1", port=server.port) as connection:
        for number in range(3):
            connection.send_messages([EmailMessage("Subject", "Text", "a@example.org", [f"{number}@shared.example"])])
    assert server.connections == before + 1


def test_a_connection_that_breaks_before_the_message_left_nothing_behind(server: Sink) -> None:
    server.answers["RCPT", "early@x.example"] = DROP
    with pytest.raises(LostBeforeData):
        send(server, "early@x.example")


@pytest.mark.parametrize("answer", [DROP, TAKE_AND_DROP])
def test_a_connection_that_breaks_after_the_message_may_have_left_it(server: Sink, answer: str) -> None:
    server.answers["DATA", "late@x.example"] = answer
    with pytest.raises(smtplib.SMTPServerDisconnected) as caught:
        send(server, "late@x.example")
    assert not isinstance(caught.value, LostBeforeData)


@pytest.mark.parametrize(
    "address",
    [
        "lea@boernehave.example",
        "lea.leder+a_b-c@Sub-Domain.boernehave.example",
        "Lea Leder <lea@boernehave.example>",
        "Børnehave <lea@børnehave.example>",
        "lea.ø@boernehave.example",
        '"lea leder"@boernehave.example',
        "lea@localhost",
        "lea@xn--brnehave-q1a.example",
    ],
)
def test_an_address_stands_in_the_envelope_as_django_puts_it_there(address: str) -> None:
    assert in_envelope(address) == sanitize_address(address, "utf-8")


@pytest.mark.parametrize(
    "address",
    ["", "lea", "lea@", "@x.example", "a@x.example\n", "a@x.example b", f"a@{'x' * 64}.example", "a@x..example"],
)
def test_what_django_takes_for_no_address_is_not_one(address: str) -> None:
    def said(put: Callable[[str], str]) -> str:
        try:
            return put(address)
        except ValueError as error:
            return type(error).__name__

    assert said(in_envelope) == said(lambda text: sanitize_address(text, "utf-8"))
