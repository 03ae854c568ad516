"""The page and the command of the checks before a mailing: name servers, test delivery, worker and queue."""

from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from barometer.models import AuditEvent
from barometer.smtp import EmailBackend
from responses import preflight_run, tasks
from responses.actions import contact, preflight
from responses.delivery import Answer
from responses.dns_lookup import Lookup
from responses.models import Heartbeat, Mail
from surveys.models import Round
from tests.factories import NOON, make_case, make_open_round, make_round
from tests.name_server import NameServer, name_server
from tests.people import browser_of, finn
from tests.responses.test_preflight import GOOD
from tests.smtp_sink import Sink, smtp_sink

pytestmark = pytest.mark.django_db(transaction=True)

HERS = "finn@kommune.example"


@pytest.fixture
def server() -> Iterator[NameServer]:
    with name_server(GOOD) as running:
        yield running


@pytest.fixture
def sink() -> Iterator[Sink]:
    with smtp_sink() as running:
        yield running


@pytest.fixture
def real(settings: Any, server: NameServer) -> Round:
    """A real round whose mail is in perfect order."""
    settings.DNS_SERVER, settings.DEFAULT_FROM_EMAIL = server.address, "Barometer <barometer@kommune.dk>"
    settings.SITE_URL, settings.EMAIL_HOST, settings.DKIM_SELECTOR = "https://svar.kommune.dk", "mail.kommune.dk", "s1"
    round_ = make_round(rehearsal=False)
    for language in round_.languages:
        round_.texts.create(field="help_email", language=language, text="hjaelp@kommune.dk")
    return round_


@pytest.fixture
def browser() -> Client:
    who = finn()
    who.email = HERS
    who.save()
    return browser_of(who)


def page_of(round_: Round) -> str:
    return reverse("preflight", args=[round_.slug])


def test_the_page_says_of_each_check_what_was_found(browser: Client, real: Round) -> None:
    preflight.beat(task="send_due_mails", at=timezone.now())
    page = browser.get(page_of(real)).content.decode()
    for words in (
        "lists the sending hosts",
        "p=reject",
        "There is a key at s1._domainkey.kommune.dk",
        "and back again",
    ):
        assert words in page
    assert "Fails" not in page and "Warning" not in page and "Not checked" not in page
    assert f"OK: {page.count('>OK<')}" in page


def test_name_servers_are_asked_once_in_five_minutes_and_again_when_told(
    browser: Client, real: Round, server: NameServer
) -> None:
    browser.get(page_of(real))
    asked = len(server.asked)
    browser.get(page_of(real))
    assert len(server.asked) == asked > 5
    server.records["_dmarc.kommune.dk", "TXT"] = ("v=DMARC1; p=none",)
    assert "p=none" not in browser.get(page_of(real)).content.decode()
    assert browser.post(page_of(real), {"act": "again"})["Location"] == page_of(real)
    assert "p=none" in browser.get(page_of(real)).content.decode()


def test_offline_the_page_comes_and_says_not_checked(browser: Client, real: Round, settings: Any) -> None:
    settings.DNS_SERVER = "off"
    page = browser.get(page_of(real)).content.decode()
    assert page.count("Not checked") >= 5
    assert "No name server answered" in page


def test_the_default_is_at_most_ten_seconds() -> None:
    assert Lookup("off").seconds_in_all < 10
    assert Lookup("off").seconds_each <= 3


@pytest.mark.parametrize("posted", [{}, {"act": "x"}])
def test_what_no_button_says_is_refused(browser: Client, posted: dict[str, str]) -> None:
    assert browser.post(page_of(make_round()), posted).status_code == 400


def test_the_page_that_opens_a_round_leads_here_and_nothing_stands_in_the_way(browser: Client) -> None:
    round_ = make_round()
    make_case(round_)
    assert page_of(round_) in browser.get(reverse("round-open", args=[round_.slug])).content.decode()


# Test delivery


def backend(sink: Sink) -> EmailBackend:
    return EmailBackend(host="127.0.0.1", port=sink.port, timeout=5)


def send_test(round_: Round, sink: Sink, to: str = HERS) -> tuple[Answer, str]:
    return preflight.send_test(round_=round_, to=to, by=finn(), at=NOON, connection=backend(sink))


def test_a_test_mail_goes_the_real_way_and_the_servers_words_come_back(sink: Sink) -> None:
    round_ = make_round()
    answer, words = send_test(round_, sink)
    assert (answer, words) == (Answer.ACCEPTED, "250 OK")
    mail = sink.mail_to(HERS)
    assert mail["From"].addresses[0].addr_spec == "barometer@example.org"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert "/s/" not in mail.as_string()
    assert AuditEvent.objects.filter(what="preflight.test_sent").exists()
    assert not Mail.objects.exists()


def test_the_button_sends_it_to_whoever_is_logged_in(browser: Client, sink: Sink, settings: Any) -> None:
    settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = (
        "barometer.smtp.EmailBackend",
        "127.0.0.1",
        sink.port,
    )
    page = browser.post(page_of(make_round()), {"act": "test"}, follow=True).content.decode()
    assert sink.recipients == [HERS]
    assert "It said: 250 OK" in page


def test_a_refusal_is_shown_in_the_servers_words(sink: Sink) -> None:
    sink.answers = {("RCPT", HERS): "550 5.7.1 We do not know you"}
    assert send_test(make_round(), sink) == (Answer.REFUSED, "550 5.7.1 We do not know you")


def test_a_server_that_is_not_there_is_told_too(browser: Client, settings: Any) -> None:
    with smtp_sink() as gone:
        port = gone.port
    settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = "barometer.smtp.EmailBackend", "127.0.0.1", port
    page = browser.post(page_of(make_round()), {"act": "test"}, follow=True).content.decode()
    assert "did not leave" in page and "ConnectionRefusedError" in page


def test_a_rehearsal_tests_reserved_addresses_only_and_nobody_is_written_to_without_an_address(sink: Sink) -> None:
    with pytest.raises(preflight.TestMailRefused, match="test_not_reserved"):
        send_test(make_round(), sink, to="finn@aarhus.dk")
    with pytest.raises(preflight.TestMailRefused, match="test_no_address"):
        send_test(make_round(), sink, to="")
    assert send_test(make_round(rehearsal=False), sink, to="finn@aarhus.dk")[0] is Answer.ACCEPTED
    assert sink.recipients == ["finn@aarhus.dk"]


def test_whoever_has_no_address_is_told_so() -> None:
    page = browser_of(finn()).get(page_of(make_round())).content.decode()
    assert "has no e-mail address" in page and "Send a test mail" not in page


def test_no_test_mail_is_sent_inside_a_transaction(sink: Sink) -> None:
    with transaction.atomic(), pytest.raises(ValueError, match="inside a transaction"):
        send_test(make_round(), sink)


# Worker and queue


def found(at: Any = None) -> dict[str, str]:
    return {each.code: each.level.value for each in preflight_run.of_worker(at or NOON)}


def test_the_worker_is_alive_when_its_task_ran_lately() -> None:
    assert found()["worker_never"] == "fails"
    preflight.beat(task="queue_due_steps", at=NOON)
    assert "worker_never" in found()
    for minutes, code, level in ((0, "worker_ok", "ok"), (4, "worker_late", "warning"), (11, "worker_silent", "fails")):
        preflight.beat(task="send_due_mails", at=NOON - timedelta(minutes=minutes))
        assert found()[code] == level
    assert Heartbeat.objects.count() == 2


def test_the_task_of_every_minute_leaves_a_sign_of_life() -> None:
    before = timezone.now()
    tasks.send_due_mails()
    assert Heartbeat.objects.get(task=preflight_run.WORKER).at >= before


def test_what_waits_is_stuck_or_unknown_is_told() -> None:
    assert found()["queue_ok"] == "ok"
    round_ = make_open_round()
    for _ in range(3):
        make_case(round_)
    contact.queue_step(step=round_.contact_steps.get(mail_name="invitation"), at=NOON)
    assert "queue_ok" in found(NOON + timedelta(minutes=14))
    assert found(NOON + timedelta(minutes=16))["queue_late"] == "warning"
    first, second, _third = Mail.objects.order_by("pk")
    Mail.objects.filter(pk=first.pk).update(status="claimed", claimed_at=NOON)
    Mail.objects.filter(pk=second.pk).update(status="unknown", claimed_at=NOON, handed_over_at=NOON, ended_at=NOON)
    later = found(NOON + timedelta(minutes=16))
    assert (later["queue_stuck"], later["queue_unknown"]) == ("warning", "warning")


# The command


def test_the_command_says_the_same_and_ends_with_an_error_when_something_fails(real: Round) -> None:
    out = StringIO()
    with pytest.raises(CommandError, match="1"):
        call_command("preflight", real.slug, stdout=out)  # no worker
    preflight.beat(task="send_due_mails", at=timezone.now())
    call_command("preflight", real.slug, stdout=out)
    assert "SPF" in out.getvalue() and "kommune.dk" in out.getvalue()


def test_the_command_can_send_the_test_mail(sink: Sink, settings: Any) -> None:
    settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = (
        "barometer.smtp.EmailBackend",
        "127.0.0.1",
        sink.port,
    )
    preflight.beat(task="send_due_mails", at=timezone.now())
    settings.SITE_URL = "https://svar.example.org"
    out = StringIO()
    call_command("preflight", make_round().slug, "--test-to", HERS, stdout=out)
    assert "250 OK" in out.getvalue()
    with pytest.raises(CommandError):
        call_command("preflight", make_round().slug, "--test-to", "finn@aarhus.dk", stdout=out)
