"""A wave is paused or stopped while a worker is in the middle of it, on two real connections to PostgreSQL."""

import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event

import pytest
from django.db import connection, transaction

from barometer.smtp import EmailBackend
from responses.actions import contact, sending
from responses.actions import wave as actions
from responses.models import CaseEvent, Mail, Wave
from responses.statistics.dispositions import EventKind
from tests.factories import NOON, make_case, make_open_round
from tests.people import finn
from tests.smtp_sink import Sink, smtp_sink, wait_until

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]

MAILS = 6
LATER = NOON + timedelta(minutes=1)


def make_wave() -> Wave:
    round_ = make_open_round()
    for _ in range(MAILS):
        make_case(round_)
    contact.queue_step(step=round_.contact_steps.get(mail_name="invitation"), at=NOON)
    return Wave.objects.get()


def statuses() -> Counter[str]:
    return Counter(Mail.objects.values_list("status", flat=True))


def send(server: Sink) -> Counter[str]:
    """What a worker does, in a thread of its own."""
    try:
        return sending.send_due(at=NOON, connection=EmailBackend(host="127.0.0.1", port=server.port))
    finally:
        connection.close()


@pytest.mark.parametrize(("act", "left"), [(actions.pause, "held"), (actions.stop, "cancelled")])
def test_what_a_worker_has_claimed_and_not_handed_over_does_not_leave(act: Callable[..., int], left: str) -> None:
    wave = make_wave()
    with smtp_sink() as server, ThreadPoolExecutor(1) as pool:
        server.held = True
        work = pool.submit(send, server)
        wait_until(lambda: len(server.recipients) == 1)  # the server has the first message, and does not answer yet
        assert statuses() == {"handed_over": 1, "claimed": MAILS - 1}
        start = time.monotonic()
        assert act(wave=wave, by=finn(), at=LATER) == MAILS - 1
        assert time.monotonic() - start < 2
        server.held = False
        work.result(timeout=20)
        assert len(server.recipients) == 1
    assert statuses() == {"sent": 1, left: MAILS - 1}
    assert CaseEvent.objects.filter(kind=EventKind.INVITED).count() == 1


def test_a_wave_resumed_while_the_worker_still_holds_old_claims_is_sent_once() -> None:
    wave = make_wave()
    with smtp_sink() as server, ThreadPoolExecutor(1) as pool:
        server.held = True
        work = pool.submit(send, server)
        wait_until(lambda: len(server.recipients) == 1)
        actions.pause(wave=wave, by=finn(), at=LATER)
        actions.resume(wave=wave, by=finn(), at=LATER)
        server.held = False
        work.result(timeout=20)
        assert len(server.recipients) == 1
        sending.send_due(at=LATER, connection=EmailBackend(host="127.0.0.1", port=server.port))
        assert len(server.recipients) == len(set(server.recipients)) == MAILS
    assert statuses() == {"sent": MAILS}


def test_a_hand_over_that_waits_for_a_pause_sees_that_it_has_lost() -> None:
    """The pause holds the row and has not committed; the worker then finds the mail taken back."""
    wave = make_wave()
    paused, waiting = Event(), Event()

    def pause() -> None:
        try:
            with transaction.atomic():
                actions.pause(wave=wave, by=finn(), at=LATER)
                paused.set()
                waiting.wait(0.5)
        finally:
            connection.close()

    finn()
    Mail.objects.update(status=Mail.Status.CLAIMED, claimed_at=NOON)
    with ThreadPoolExecutor(1) as pool:
        work = pool.submit(pause)
        assert paused.wait(10)
        mail = Mail.objects.order_by("pk")[0]
        ours = Mail.objects.filter(pk=mail.pk, status=Mail.Status.CLAIMED, claimed_at=NOON)
        assert ours.update(status=Mail.Status.HANDED_OVER, handed_over_at=NOON) == 0
        work.result(timeout=10)
    assert statuses() == {"held": MAILS}
