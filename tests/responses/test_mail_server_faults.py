"""Mail servers that misbehave: nothing is lost, nothing is sent twice, and one mail's trouble is not another's."""

import logging
from collections.abc import Iterator, Sequence
from datetime import timedelta

import pytest
from django.core.mail import EmailMessage
from django.template import TemplateSyntaxError
from pytest_django import Settings

from barometer.smtp import EmailBackend
from responses import mail as mails
from responses.actions import contact, sending
from responses.models import Mail, MailDomain
from surveys.models import Round
from tests.factories import NOON, make_case, make_open_round
from tests.smtp_sink import CERTIFICATE, Sink, smtp_sink

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]

ADDRESSES = [f"leder{number}@skole{number}.example" for number in range(6)]


@pytest.fixture
def server() -> Iterator[Sink]:
    with smtp_sink() as sink:
        yield sink


@pytest.fixture
def trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server's certificate is known to this machine."""
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))


@pytest.fixture(autouse=True)
def round_() -> Round:
    """Six mails in the queue, each to a domain of its own."""
    round_ = make_open_round()
    for address in ADDRESSES:
        make_case(round_, contact={"email": address})
    contact.queue_step(step=round_.contact_steps.get(mail_name="invitation"), at=NOON)
    return round_


def send(server: Sink, minutes: float = 0, **options: object) -> dict[str, int]:
    chosen: dict[str, object] = {"host": "127.0.0.1", "port": server.port, "timeout": 5} | options
    backend = EmailBackend(**chosen)  # type: ignore[arg-type]
    return sending.send_due(at=NOON + timedelta(minutes=minutes), connection=backend)


def states() -> set[tuple[str, int]]:
    return set(Mail.objects.values_list("status", "attempts"))


# Before any mail


def test_a_server_that_is_busy_from_the_greeting_on_costs_no_attempt_and_pauses_no_domain(
    server: Sink, caplog: pytest.LogCaptureFixture
) -> None:
    server.greeting = "421 4.3.2 Service not available"
    assert send(server) == {}
    assert states() == {("queued", 0)}
    assert not MailDomain.objects.exists()
    assert "No connection to the mail server" in caplog.text
    server.greeting = ""
    assert send(server) == {"sent": 6}


def test_without_starttls_where_it_is_asked_for_nothing_leaves_in_the_clear(
    server: Sink, caplog: pytest.LogCaptureFixture
) -> None:
    assert send(server, use_tls=True) == {}
    assert send(server, use_tls=True) == {}
    assert (server.contents, states()) == ([], {("queued", 0)})
    assert "No connection to the mail server: SMTPNotSupportedError" in caplog.text


def test_a_certificate_that_nobody_knows_lets_nothing_leave(caplog: pytest.LogCaptureFixture) -> None:
    with smtp_sink(starttls=True) as server:
        assert send(server, use_tls=True) == {}
        assert (server.contents, states()) == ([], {("queued", 0)})
    assert "SSLCertVerificationError" in caplog.text


@pytest.mark.usefixtures("trusted")
def test_a_wrong_password_keeps_all_mails_in_the_queue_and_raises_an_alarm(caplog: pytest.LogCaptureFixture) -> None:
    with smtp_sink(starttls=True, password="right") as server:
        assert send(server, use_tls=True, username="barometer", password="wrong") == {}
        assert states() == {("queued", 0)}
        alarms = [record for record in caplog.records if record.levelno >= logging.ERROR and "responses" in record.name]
        assert [alarm.getMessage()[:32] for alarm in alarms] == ["No connection to the mail server"]
        assert "wrong" not in caplog.text
        assert send(server, use_tls=True, username="barometer", password="right") == {"sent": 6}


@pytest.mark.usefixtures("trusted")
def test_a_server_that_wants_a_login_and_gets_none_ends_the_batch_after_three_mails(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with smtp_sink(starttls=True, password="right") as server:
        assert send(server, use_tls=True) == {"queued": 3}
        assert states() == {("queued", 0), ("queued", 1)}
        assert "takes nothing from us" in caplog.text
        assert send(server, minutes=5, use_tls=True, username="barometer", password="right") == {"sent": 6}


@pytest.mark.usefixtures("trusted")
def test_mails_leave_after_starttls_and_a_login() -> None:
    with smtp_sink(starttls=True, password="right") as server:
        assert send(server, use_tls=True, username="barometer", password="right") == {"sent": 6}


@pytest.mark.usefixtures("trusted")
def test_mails_leave_over_a_connection_that_is_encrypted_from_the_start() -> None:
    with smtp_sink(tls=True) as server:
        assert send(server, use_ssl=True) == {"sent": 6}


# In the middle


def test_a_server_that_closes_after_so_many_mails_is_opened_again(server: Sink) -> None:
    server.most = 2
    assert send(server) == {"sent": 6}
    assert server.recipients == ADDRESSES
    assert server.connections == 3
    assert states() == {("sent", 1)}
    assert not MailDomain.objects.exists()


def test_a_421_half_way_holds_back_that_domain_and_the_rest_leaves_over_a_new_connection(server: Sink) -> None:
    server.once["DATA", ADDRESSES[2]] = "421 4.3.0 Shutting down"
    assert send(server) == {"sent": 5, "queued": 1}
    assert MailDomain.objects.get().name == "skole2.example"
    assert send(server, minutes=5) == {"sent": 1}
    assert sorted(server.recipients) == ADDRESSES


def test_a_sender_that_is_refused_is_no_fault_of_the_mails(server: Sink, caplog: pytest.LogCaptureFixture) -> None:
    server.mail_from = "550 5.7.1 Sender not allowed"
    assert send(server) == {"queued": 3}
    assert set(Mail.objects.values_list("status", flat=True)) == {"queued"}
    assert "takes nothing from us" in caplog.text
    server.mail_from = ""
    assert send(server, minutes=5) == {"sent": 6}


def test_a_server_that_takes_too_long_before_the_message_ends_the_batch_and_nothing_is_unknown(server: Sink) -> None:
    server.slow = 1
    assert send(server, timeout=0.1) == {"queued": 3}
    assert set(Mail.objects.values_list("status", flat=True)) == {"queued"}
    server.slow = 0
    assert send(server, minutes=5) == {"sent": 6}


def test_with_a_slow_server_the_rest_of_a_batch_returns_to_the_queue_in_time(
    server: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "LONGEST_BATCH", 0.3)
    server.slow = 0.2
    sent = send(server)["sent"]
    assert 1 <= sent < 6
    assert Mail.objects.filter(status="queued", claimed_at=None).count() == 6 - sent


def test_a_refusal_of_one_recipient_hides_no_other(server: Sink) -> None:
    replies = ["550 5.1.1 Unknown", "450 4.2.0 Greylisted", "421 4.7.0 Slow down", "552 5.2.2 Full", "451 4.7.1 Later"]
    server.answers = {("RCPT", address): reply for address, reply in zip(ADDRESSES, replies, strict=False)}
    assert send(server) == {"sent": 1, "failed": 2, "queued": 3}
    assert server.recipients == ADDRESSES[-1:]
    outcomes = dict(Mail.objects.values_list("address", "outcome"))
    assert outcomes == dict(zip(ADDRESSES, [*replies, ""], strict=True))


def test_a_pause_by_staff_holds_what_is_claimed_but_has_not_left(server: Sink) -> None:
    class Pauses(EmailBackend):
        def send_messages(self, messages: Sequence[EmailMessage]) -> int:
            sent = super().send_messages(messages)
            Mail.objects.filter(status__in=("queued", "claimed")).update(status="held", claimed_at=None)
            return sent

    backend = Pauses(host="127.0.0.1", port=server.port, timeout=5)
    assert sending.send_due(at=NOON, connection=backend)["sent"] == 1
    assert len(server.recipients) == 1
    assert Mail.objects.filter(status="held").count() == 5


# Something nobody foresaw


def test_one_mail_that_cannot_be_written_stops_no_other_and_is_tried_a_bounded_number_of_times(
    server: Sink, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    write, bad = mails.write, Mail.objects.get(address=ADDRESSES[1])

    def fails_for_one(mail: Mail, *args: object) -> mails.Written:
        if mail.pk == bad.pk:
            raise TemplateSyntaxError("Could not parse the remainder")
        return write(mail, *args)  # type: ignore[arg-type]

    monkeypatch.setattr(mails, "write", fails_for_one)
    assert send(server) == {"sent": 5, "queued": 1}
    assert f"Mail {bad.pk} could not be written" in caplog.text
    minutes, rounds = 0, 1
    while (mail := Mail.objects.get(pk=bad.pk)).status == "queued":
        minutes = int((mail.scheduled_for - NOON) / timedelta(minutes=1))
        send(server, minutes)
        rounds += 1
    assert (mail.status, mail.attempts, mail.outcome, rounds) == ("failed", 8, "unexpected: TemplateSyntaxError", 8)
    assert len(server.recipients) == 5


def test_a_text_that_staff_mend_in_time_is_sent(server: Sink, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(mails, "write", lambda *args: 1 / 0)
        assert send(server) == {"queued": 6}
    assert send(server, minutes=5) == {"sent": 6}


def test_a_failure_nobody_foresaw_in_the_dialogue_leaves_that_mail_unknown_and_the_others_leave(
    server: Sink, caplog: pytest.LogCaptureFixture
) -> None:
    class Surprises(EmailBackend):
        def send_messages(self, messages: Sequence[EmailMessage]) -> int:
            if messages[0].to == [ADDRESSES[3]]:
                raise LookupError("nobody thought of this")
            return super().send_messages(messages)

    backend = Surprises(host="127.0.0.1", port=server.port, timeout=5)
    assert sending.send_due(at=NOON, connection=backend) == {"sent": 5, "unknown": 1}
    assert Mail.objects.get(status="unknown").outcome == "unexpected: LookupError"
    assert "Traceback" in caplog.text


def test_the_time_limit_of_the_dialogue_is_a_setting(settings: Settings) -> None:
    settings.EMAIL_TIMEOUT = 7
    assert EmailBackend().timeout == 7
