"""What our SMTP back end tells about a connection that breaks."""

import smtplib
from collections.abc import Iterator

import pytest
from django.core.mail import EmailMessage

from barometer.smtp import EmailBackend, LostBeforeData
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
