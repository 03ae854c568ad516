"""How fast mails leave: per minute, per day and per domain, over all workers; and domains that ask us to wait."""

import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest
from pytest_django import DjangoAssertNumQueries, Settings

from barometer.smtp import EmailBackend
from responses import tasks
from responses.actions import case as case_actions
from responses.actions import claiming, contact, sending
from responses.actions.events import record
from responses.models import Mail, MailDomain
from responses.statistics.dispositions import EventKind
from surveys.models import Round
from tests.factories import NOON, make_case, make_open_round
from tests.smtp_sink import Sink, smtp_sink

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def server() -> Iterator[Sink]:
    with smtp_sink() as sink:
        yield sink


def queue(**mails: int) -> Round:
    """Queue so many mails to each domain, those of the first domain in front."""
    round_ = make_open_round()
    for domain, number in mails.items():
        for each in range(number):
            make_case(round_, contact={"email": f"leder{each}@{domain}.example"})
    contact.queue_step(step=round_.contact_steps.get(mail_name="invitation"), at=NOON)
    return round_


def send(server: Sink, seconds: float = 0) -> Counter[str]:
    backend = EmailBackend(host="127.0.0.1", port=server.port, timeout=5)
    return sending.send_due(at=NOON + timedelta(seconds=seconds), connection=backend)


def domains(server: Sink) -> list[str]:
    return [recipient.partition("@")[2].partition(".")[0] for recipient in server.recipients]


def test_no_more_leave_in_any_minute_than_the_limit_says(server: Sink, settings: Settings) -> None:
    settings.MAIL_PER_MINUTE = 4
    queue(aarhus=10)
    assert send(server) == {"sent": 4}
    assert send(server, 30) == {}
    assert send(server, 59.9) == {}
    assert send(server, 60) == {"sent": 4}
    assert send(server, 120) == {"sent": 2}


def test_no_more_leave_in_any_day_than_the_limit_says(server: Sink, settings: Settings) -> None:
    settings.MAIL_PER_DAY = 3
    queue(aarhus=5)
    assert send(server) == {"sent": 3}
    assert send(server, 23 * 3600) == {}
    assert send(server, 24 * 3600) == {"sent": 2}


def test_no_more_leave_to_one_domain_in_a_minute_and_the_other_domains_do_not_wait(
    server: Sink, settings: Settings
) -> None:
    settings.MAIL_PER_DOMAIN_PER_MINUTE = 3
    queue(aarhus=8, odense=2, vejle=1)
    assert send(server) == {"sent": 6}
    assert Counter(domains(server)) == {"aarhus": 3, "odense": 2, "vejle": 1}
    assert send(server, 59) == {}
    assert send(server, 60) == {"sent": 3}
    assert send(server, 120) == {"sent": 2}
    assert Counter(domains(server)) == {"aarhus": 8, "odense": 2, "vejle": 1}


def test_what_is_over_the_limit_of_its_domain_is_put_into_the_minutes_that_follow(settings: Settings) -> None:
    queue(aarhus=9)
    limits = claiming.Limits(per_domain=2)
    assert len(claiming.claim(Mail.objects.due(NOON), limits=limits, at=NOON, most=100)) == 2
    waiting = Mail.objects.filter(status="queued").order_by("pk").values_list("scheduled_for", flat=True)
    assert [(moment - NOON).seconds // 60 for moment in waiting] == [1, 1, 2, 2, 3, 3, 4]


def test_one_large_domain_in_front_does_not_keep_a_small_one_waiting(
    server: Sink, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claiming, "WINDOW", 5)
    settings.MAIL_PER_DOMAIN_PER_MINUTE = 2
    queue(aarhus=40, odense=1)
    for _ in range(4):
        send(server)
    assert Counter(domains(server)) == {"aarhus": 2, "odense": 1}


def test_domains_take_turns(server: Sink) -> None:
    queue(aarhus=3, odense=3, vejle=1)
    assert send(server) == {"sent": 7}
    assert domains(server) == ["aarhus", "odense", "vejle", "aarhus", "odense", "aarhus", "odense"]


def test_a_notice_goes_before_the_mails_of_a_step_and_counts(server: Sink, settings: Settings) -> None:
    settings.MAIL_PER_MINUTE = 2
    round_ = queue(aarhus=4)
    answered = make_case(round_, contact={"email": "ny@vejle.example"})
    case_actions.decline(holder=answered.holders.get(), at=NOON + timedelta(seconds=1))
    assert send(server, 2) == {"sent": 2}
    assert domains(server)[0] == "vejle"
    assert send(server, 3) == {}


def test_a_mail_put_off_by_its_server_counts_and_one_that_was_cancelled_does_not(
    server: Sink, settings: Settings
) -> None:
    settings.MAIL_PER_MINUTE = 2
    round_ = queue(aarhus=4)
    first, second, *_ = round_.cases.order_by("pk")
    record(first, kind=EventKind.DECLINED, at=NOON)
    server.answers["RCPT", second.holders.get().email] = "451 4.3.0 Try again"
    assert send(server) == {"cancelled": 1, "queued": 1}
    assert send(server, 1) == {"sent": 1}
    assert send(server, 2) == {}


def test_without_limits_nothing_is_counted_and_nobody_waits(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    queue(aarhus=3)
    pauses, notices, steps, claims, reads, transaction = 1, 1, 1, 1, 1, 2
    with django_assert_num_queries(pauses + notices + steps + claims + reads + transaction):
        claiming.claim(Mail.objects.due(NOON), limits=claiming.Limits(), at=NOON, most=100)


def test_mails_that_do_not_leave_the_machine_have_no_limits(settings: Settings) -> None:
    settings.MAIL_PER_MINUTE = 1
    queue(aarhus=3)
    assert sending.send_due(at=NOON) == {"sent": 3}


@pytest.mark.parametrize("reply", ["421 4.7.0 Too many", "451 4.7.500 Server busy", "450 4.7.1 Slow down"])
@pytest.mark.parametrize("stage", ["RCPT", "DATA"])
def test_a_domain_that_asks_us_to_wait_gets_nothing_for_five_minutes_and_the_others_go_on(
    stage: str, reply: str, server: Sink
) -> None:
    queue(aarhus=3, odense=2)
    server.once[stage, "leder0@aarhus.example"] = reply
    assert send(server) == {"queued": 3, "sent": 2}
    assert domains(server) == ["odense", "odense"]
    domain = MailDomain.objects.get()
    assert (domain.name, domain.deferrals, domain.reply) == ("aarhus.example", 1, reply)
    assert domain.paused_until == NOON + timedelta(minutes=5)
    assert sorted(Mail.objects.filter(status="queued").values_list("attempts", flat=True)) == [0, 0, 1]
    assert send(server, 299) == {}
    assert send(server, 300) == {"sent": 3}


def test_a_mail_queued_during_the_pause_of_its_domain_waits_too(server: Sink) -> None:
    claiming.pause_domain("aarhus.example", reply="421 Busy", at=NOON)
    round_ = queue(aarhus=2, odense=1)
    assert send(server, 10) == {"sent": 1}
    assert set(round_.mails.filter(status="queued").values_list("scheduled_for", flat=True)) == {
        NOON + timedelta(minutes=5)
    }


def test_a_domain_that_keeps_asking_waits_longer_each_time_and_at_most_two_hours() -> None:
    waits, at = [], NOON
    for _ in range(8):
        until = claiming.pause_domain("aarhus.example", reply="421 Busy", at=at)
        waits.append((until - at) // timedelta(minutes=1))
        at = until
    assert waits == [5, 10, 20, 40, 80, 120, 120, 120]
    assert MailDomain.objects.get().deferrals == 8


def test_two_workers_that_are_told_at_once_count_once() -> None:
    claiming.pause_domain("aarhus.example", reply="421 Busy", at=NOON)
    claiming.pause_domain("aarhus.example", reply="421 Busy", at=NOON + timedelta(seconds=3))
    domain = MailDomain.objects.get()
    assert (domain.deferrals, domain.paused_until) == (1, NOON + timedelta(minutes=5))


def test_a_domain_that_takes_a_mail_again_begins_anew(server: Sink) -> None:
    queue(aarhus=1)
    for minutes in (-30, -20, -10):
        claiming.pause_domain("aarhus.example", reply="421 Busy", at=NOON + timedelta(minutes=minutes))
    MailDomain.objects.update(paused_until=NOON)
    assert send(server) == {"sent": 1}
    assert MailDomain.objects.get().deferrals == 0


def test_the_words_of_a_domain_are_kept_without_links(server: Sink) -> None:
    queue(aarhus=1)
    server.answers["DATA", "leder0@aarhus.example"] = "421 4.7.0 http://testserver/s/t1-abcdefghijklmnopqrstuv/ is odd"
    send(server)
    assert MailDomain.objects.get().reply == "421 4.7.0 http://testserver/s/[secret]/ is odd"


def test_a_sweep_waits_for_what_may_leave_within_its_minute(
    server: Sink, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.MAIL_PER_DOMAIN_PER_MINUTE = 2
    settings.EMAIL_BACKEND = "barometer.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
    monkeypatch.setattr(claiming, "MINUTE", timedelta(seconds=1))
    queue(aarhus=5)
    monkeypatch.setattr(tasks, "LONGEST", 10)
    assert tasks.send_due_mails() >= 5
    assert len(server.recipients) == 5


def test_without_limits_a_sweep_does_not_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "sleep", lambda seconds: pytest.fail("it waited"))
    queue(aarhus=1)
    assert tasks.send_due_mails() == 1
