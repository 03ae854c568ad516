"""Two workers want the same mail at the same moment, on two real connections to PostgreSQL."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier, Event

import pytest
from django.db import connection, transaction

from barometer.smtp import EmailBackend
from responses.actions import contact, sending
from responses.models import CaseEvent, Mail
from responses.statistics.dispositions import EventKind
from tests.factories import NOON, make_case, make_open_round
from tests.smtp_sink import smtp_sink

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


def queue_mails(number: int) -> list[int]:
    round_ = make_open_round()
    for _ in range(number):
        make_case(round_)
    contact.queue_step(step=round_.contact_steps.get(mail_name="invitation"), at=NOON)
    return list(Mail.objects.order_by("pk").values_list("pk", flat=True))


def in_two_threads(work: Callable[[int], object]) -> list[object]:
    """Do the work in two threads, each with a connection of its own, and return both results."""

    def with_own_connection(worker: int) -> object:
        try:
            return work(worker)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(with_own_connection, range(2)))


def test_of_two_workers_that_claim_a_mail_at_once_exactly_one_wins() -> None:
    for pk in queue_mails(25):
        start = Barrier(2)

        def claim(worker: int, pk: int = pk, start: Barrier = start) -> int:
            start.wait(5)
            return Mail.objects.claim([pk], NOON + timedelta(microseconds=worker))

        assert sorted(map(bool, in_two_threads(claim))) == [False, True]


def test_a_claim_that_waits_for_another_transaction_sees_that_it_has_lost() -> None:
    (pk,) = queue_mails(1)
    claimed, waiting = Event(), Event()

    def claim(worker: int) -> int:
        if worker == 0:
            with transaction.atomic():
                won = Mail.objects.claim([pk], NOON)
                claimed.set()
                waiting.wait(0.3)  # the other now hangs on the locked row
            return won
        claimed.wait(5)
        return Mail.objects.claim([pk], NOON + timedelta(seconds=1))

    assert in_two_threads(claim) == [True, False]
    assert Mail.objects.get().claimed_at == NOON


def test_two_workers_share_a_wave_and_send_each_mail_once() -> None:
    queue_mails(40)
    with smtp_sink() as server:

        def send(worker: int) -> int:
            backend = EmailBackend(host="127.0.0.1", port=server.port)
            return sending.send_due(at=NOON + timedelta(microseconds=worker), connection=backend)["sent"]

        sent = in_two_threads(send)
        assert len(server.recipients) == len(set(server.recipients)) == 40
    assert sum(map(int, map(str, sent))) == 40
    assert CaseEvent.objects.filter(kind=EventKind.INVITED).count() == 40
    assert set(Mail.objects.values_list("status", flat=True)) == {"sent"}
