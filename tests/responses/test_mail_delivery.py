"""What becomes of a mail by what a real mail server does."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.core.mail.backends import smtp
from django.db import connections
from pytest_django import Settings

from barometer.mail_folder import EmailBackend as FolderBackend
from barometer.smtp import EmailBackend, LostBeforeData
from responses.actions import contact, sending
from responses.models import Case, CaseEvent, Mail
from responses.statistics.dispositions import EventKind
from surveys.models import Round
from tests.factories import NOON, make_case, make_open_round
from tests.smtp_sink import DROP, TAKE_AND_DROP, Sink, smtp_sink

pytestmark = pytest.mark.django_db(transaction=True)

FIRST, SECOND, THIRD = "first@skole.example", "second@skole.example", "third@skole.example"


@pytest.fixture
def server() -> Iterator[Sink]:
    with smtp_sink() as sink:
        yield sink


def queue(*addresses: str) -> Round:
    """Put a mail to each address in the queue of a new round."""
    round_ = make_open_round()
    for address in addresses:
        make_case(round_, contact={"email": address})
    contact.queue_step(step=round_.contact_steps.get(mail_name="invitation"), at=NOON)
    return round_


@pytest.fixture
def round_() -> Round:
    """Three mails in the queue, to FIRST, SECOND and THIRD."""
    return queue(FIRST, SECOND, THIRD)


def send(server: Sink, minutes: int = 0) -> dict[str, int]:
    backend = EmailBackend(host="127.0.0.1", port=server.port, timeout=5)
    return sending.send_due(at=NOON + timedelta(minutes=minutes), connection=backend)


def mail_to(address: str) -> Mail:
    return Mail.objects.get(address=address)


def test_a_batch_leaves_over_one_connection_and_what_arrives_is_what_was_kept(server: Sink, round_: Round) -> None:
    assert send(server) == {"sent": 3}
    assert server.recipients == [FIRST, SECOND, THIRD]
    assert server.connections == 1
    received, kept = server.mail_to(SECOND), mail_to(SECOND)
    assert received["Message-ID"] == kept.message_id
    assert received["Subject"] == kept.subject
    assert "http://testserver/s/" in received.as_string()
    assert CaseEvent.objects.filter(kind=EventKind.INVITED).count() == 3


def test_mails_refused_for_now_are_tried_again_later_and_the_others_leave(server: Sink) -> None:
    replies = ("450 4.2.0 Greylisted", "451 4.3.0 Try again", "452 4.2.2 Full")
    script = {
        (stage, f"{stage}{reply[:3]}@x.example".lower()): reply for stage in ("RCPT", "DATA") for reply in replies
    }
    queue(*(address for _, address in script), THIRD)
    server.answers = dict(script)
    assert send(server) == {"sent": 1, "queued": 6}
    assert server.recipients == [THIRD]
    assert CaseEvent.objects.filter(kind=EventKind.INVITED).count() == 1
    for (_, address), reply in script.items():
        mail = mail_to(address)
        assert (mail.status, mail.attempts, mail.outcome) == ("queued", 1, reply)
        assert mail.scheduled_for == NOON + timedelta(minutes=5)
    server.answers.clear()
    assert send(server, minutes=4) == {}
    assert send(server, minutes=5) == {"sent": 6}
    assert server.mail_to(mail.address)["Message-ID"] == mail.message_id


def test_a_mail_refused_eight_times_fails_after_ever_longer_waits(server: Sink) -> None:
    queue(FIRST)
    server.answers["RCPT", FIRST] = "450 4.2.0 Greylisted"
    waits = []
    while (mail := mail_to(FIRST)).status == "queued":
        waits.append((mail.scheduled_for - NOON) // timedelta(minutes=1))
        send(server, minutes=waits[-1])
    assert waits == [0, 5, 15, 35, 75, 155, 315, 635]
    assert (mail.status, mail.attempts) == ("failed", 8)


def test_mails_refused_for_good_fail_and_the_others_leave(server: Sink) -> None:
    replies = ("550 5.1.1 No such user", "554 5.7.1 Refused")
    script = {
        (stage, f"{stage}{reply[:3]}@x.example".lower()): reply for stage in ("RCPT", "DATA") for reply in replies
    }
    queue(*(address for _, address in script), THIRD)
    server.answers = dict(script)
    assert send(server) == {"sent": 1, "failed": 4}
    for (_, address), reply in script.items():
        assert (mail_to(address).status, mail_to(address).outcome) == ("failed", reply)
    assert send(server, minutes=600) == {}


@pytest.mark.parametrize(
    ("reply", "disposition"),
    [
        ("550 5.1.1 No such user", "bounced"),
        ("550 5.2.1 Mailbox closed", "bounced"),
        ("550 Go away", "not_started"),
        ("552 5.2.2 Mailbox full", "not_started"),
        ("554 5.7.1 Spam", "not_started"),
    ],
)
def test_an_address_that_is_refused_as_not_working_is_to_be_repaired(
    server: Sink, reply: str, disposition: str
) -> None:
    queue(FIRST)
    server.answers["RCPT", FIRST] = reply
    assert send(server) == {"failed": 1}
    assert Case.objects.get().disposition == disposition


def test_a_connection_lost_before_the_message_is_opened_again_and_the_mail_leaves_at_once(
    server: Sink, round_: Round
) -> None:
    server.once["RCPT", SECOND] = DROP
    assert send(server) == {"sent": 3}
    assert server.recipients == [FIRST, SECOND, THIRD]
    assert server.connections == 2
    assert mail_to(SECOND).attempts == 1


def test_a_connection_lost_twice_before_the_message_puts_that_mail_off_and_the_others_leave(
    server: Sink, round_: Round
) -> None:
    server.answers["RCPT", SECOND] = DROP
    assert send(server) == {"sent": 2, "queued": 1}
    assert (mail_to(SECOND).attempts, mail_to(SECOND).scheduled_for) == (1, NOON + timedelta(minutes=5))
    server.answers.clear()
    assert send(server, minutes=5) == {"sent": 1}
    assert sorted(server.recipients) == [FIRST, SECOND, THIRD]


@pytest.mark.parametrize("answer", [DROP, TAKE_AND_DROP])
def test_a_connection_lost_with_the_message_leaves_it_unknown_and_it_is_never_sent_by_itself(
    server: Sink, round_: Round, answer: str
) -> None:
    server.answers["DATA", SECOND] = answer
    assert send(server) == {"sent": 2, "unknown": 1}
    assert mail_to(SECOND).outcome.startswith("connection_lost:")
    server.answers.clear()
    for minutes in (0, 60, 6000):
        assert send(server, minutes) == {}
    assert server.recipients.count(SECOND) == (answer == TAKE_AND_DROP)


def test_a_server_that_answers_too_slowly_leaves_the_mail_unknown(server: Sink, round_: Round) -> None:
    server.held = True
    backend = EmailBackend(host="127.0.0.1", port=server.port, timeout=0.2)
    assert sending.send_due(at=NOON, limit=1, connection=backend) == {"unknown": 1}


def test_a_server_that_is_down_costs_no_attempt(round_: Round, caplog: pytest.LogCaptureFixture) -> None:
    with smtp_sink() as gone:
        pass
    assert send(gone) == {}
    assert set(Mail.objects.values_list("status", "attempts")) == {("queued", 0)}
    assert "No connection to the mail server" in caplog.text


class GoesDown(EmailBackend):
    """A server that drops the connection at the first mail and then is not there any longer."""

    def open(self) -> bool | None:
        if self.port == 0:
            raise ConnectionRefusedError
        return super().open()

    def send_messages(self, messages: Sequence[EmailMessage]) -> int:
        self.port = 0
        raise LostBeforeData


def test_when_the_server_goes_down_in_the_middle_the_rest_of_the_batch_waits_in_the_queue(
    server: Sink, round_: Round
) -> None:
    assert sending.send_due(at=NOON, connection=GoesDown(host="127.0.0.1", port=server.port)) == {"queued": 1}
    assert list(Mail.objects.order_by("pk").values_list("status", "attempts")) == [
        ("queued", 1),
        ("queued", 0),
        ("queued", 0),
    ]
    assert send(server) == {"sent": 3}


def test_a_server_that_repeats_the_link_does_not_get_it_into_the_database(server: Sink, round_: Round) -> None:
    server.answers["DATA", SECOND] = "554 5.7.1 Blocked: http://testserver/s/t1-abcdefghijklmnopqrstuv/ looks bad"
    send(server)
    assert mail_to(SECOND).outcome == "554 5.7.1 Blocked: http://testserver/s/[secret]/ looks bad"


class Onlooker(EmailBackend):
    """Looks, from another connection to the database, at what is committed when a dialogue begins."""

    seen: list[str]

    def send_messages(self, messages: Sequence[EmailMessage]) -> int:
        other: Any = connections.create_connection("default")
        with other.cursor() as cursor:
            cursor.execute("SELECT status FROM responses_mail WHERE address = %s", messages[0].to)
            self.seen.append(cursor.fetchone()[0])
        other.close()
        return super().send_messages(messages)


def test_that_a_mail_is_handed_over_is_committed_before_its_own_dialogue_begins(server: Sink, round_: Round) -> None:
    backend = Onlooker(host="127.0.0.1", port=server.port)
    backend.seen = []
    sending.send_due(at=NOON, connection=backend)
    assert backend.seen == ["handed_over"] * 3


def test_without_our_back_end_a_lost_connection_is_unknown(server: Sink, round_: Round) -> None:
    server.answers["RCPT", FIRST] = DROP
    plain = smtp.EmailBackend(host="127.0.0.1", port=server.port)
    assert sending.send_due(at=NOON, limit=1, connection=plain) == {"unknown": 1}


def test_in_the_quick_start_every_mail_becomes_a_file_that_mail_programs_open(
    round_: Round, tmp_path: Path, settings: Settings
) -> None:
    settings.MAIL_FOLDER = str(tmp_path / "mails")
    assert sending.send_due(at=NOON, connection=FolderBackend()) == {"sent": 3}
    read = [message_from_bytes(file.read_bytes(), policy=policy.default) for file in (tmp_path / "mails").glob("*.eml")]
    assert sorted(message["To"] for message in read) == [FIRST, SECOND, THIRD]
    assert {message["Message-ID"] for message in read} == set(Mail.objects.values_list("message_id", flat=True))
