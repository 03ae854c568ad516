"""Real worker processes that are killed, and a broker that goes away: no mail twice, none lost from sight."""

import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from responses import links
from responses.actions import contact, events, sending
from responses.models import Case, CaseEvent, ContactAttempt, Mail
from responses.statistics.dispositions import EventKind
from tests.conftest import redis_server
from tests.factories import NOON, make_case, make_open_round
from tests.integration.test_worker import ROOT, order, worker
from tests.smtp_sink import Sink, smtp_sink, wait_until

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]

ADDRESSES = [f"leder{number}@skole{number % 3}.example" for number in range(20)] + ["faelles@kommune.example"] * 4


@pytest.fixture
def server() -> Iterator[Sink]:
    with smtp_sink() as sink:
        yield sink


@pytest.fixture
def environment(process_environment: dict[str, str], server: Sink, tmp_path: Path) -> dict[str, str]:
    return process_environment | {
        "EMAIL_HOST": "127.0.0.1",
        "EMAIL_PORT": str(server.port),
        "BROKER_DIR": str(tmp_path / "broker"),
    }


def queue() -> list[Case]:
    round_ = make_open_round()
    cases = [make_case(round_, contact={"email": address, "kind": "workplace"}) for address in ADDRESSES]
    contact.queue_step(step=round_.contact_steps.get(mail_name="invitation"), at=NOON)
    looked_at = timezone.localdate() + timedelta(days=1)  # the reminder, long due, comes at no hour of the day
    round_.contact_steps.update(queued_at=NOON, swept_on=looked_at)
    return cases


@contextmanager
def sweeping(environment: dict[str, str], number: int) -> Iterator[list["subprocess.Popen[bytes]"]]:
    """Run so many workers, each of which sweeps until nothing is due; at the end they are gone."""
    command = [sys.executable, "manage.py", "send_due_mails", "--batch", "4"]
    running = [
        subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(number)
    ]
    try:
        yield running
    finally:
        for process in running:
            process.kill()
            process.wait()


def say_no(case: Case) -> set[int]:
    """Let a workplace say no; return the mails to it that had been handed over by then."""
    handed_over = ContactAttempt.objects.filter(case=case, mail__handed_over_at__isnull=False)
    before = set(handed_over.values_list("mail_id", flat=True))
    events.record(case, kind=EventKind.DECLINED, at=timezone.now())
    return before | set(handed_over.values_list("mail_id", flat=True))


def check(server: Sink, kills: int, said_no: dict[int, set[int]]) -> None:
    delivered = Counter(server.recipients)
    assert max(delivered.values()) == 1, "no mail twice"
    statuses = Counter(Mail.objects.values_list("status", flat=True))
    assert set(statuses) <= {"sent", "cancelled", "unknown"}
    assert statuses["unknown"] <= kills
    assert delivered.keys() >= set(Mail.objects.filter(status="sent").values_list("address", flat=True))
    assert not delivered.keys() & set(Mail.objects.filter(status="cancelled").values_list("address", flat=True))
    for line in ContactAttempt.objects.filter(case__in=said_no).select_related("holder", "mail"):
        if line.mail_id not in said_no[line.case_id] and line.mail and delivered[line.mail.address]:
            text = server.mail_to(line.mail.address).as_string()
            assert links.token(links.ANSWER, line.holder) not in text, "who has said no gets no mail"


@pytest.mark.parametrize(("seed", "limit"), [(1, "0"), (2, "0"), (3, "500")], ids=["first", "second", "with limits"])
def test_two_workers_killed_in_the_middle_send_no_mail_twice(
    seed: int, limit: str, environment: dict[str, str], server: Sink
) -> None:
    rng = random.Random(seed)
    cases = queue()
    server.slow = 0.05
    said_no: dict[int, set[int]] = {}
    with sweeping(environment | {"MAIL_PER_DOMAIN_PER_MINUTE": limit}, 2) as workers:
        for number, process in enumerate(workers, start=1):
            wait_until(lambda number=number: len(server.recipients) >= 3 * number)
            time.sleep(rng.random() * 0.15)
            process.kill()
            process.wait()
            for case in rng.sample(cases, k=3):
                if case.pk not in said_no:
                    said_no[case.pk] = say_no(case)
    assert Mail.objects.filter(status__in=("queued", "claimed")).exists(), "they were in the middle"
    server.slow = 0
    sending.recover_stale(at=timezone.now() + timedelta(minutes=11))
    with sweeping(environment | {"MAIL_PER_DOMAIN_PER_MINUTE": limit}, 1) as (last,):
        assert last.wait(timeout=60) == 0
    check(server, kills=2, said_no=said_no)
    invited = CaseEvent.objects.filter(kind=EventKind.INVITED).count()
    assert invited == ContactAttempt.objects.filter(mail__status="sent", left_out="").count()


@pytest.mark.redis
def test_a_broker_that_goes_away_in_the_middle_loses_no_mail(
    environment: dict[str, str], server: Sink, tmp_path: Path
) -> None:
    queue()
    server.slow = 0.05
    with redis_server(tmp_path) as (url, redis):
        environment["CELERY_BROKER_URL"] = url
        with worker(environment, tmp_path / "worker.log"):
            order(environment, "send_due_mails")
            wait_until(lambda: len(server.recipients) >= 3)
            redis.kill()
            redis.wait()
            wait_until(lambda: Mail.objects.filter(status="sent").count() == len(set(ADDRESSES)))
    with sweeping(environment, 1) as (last,):
        assert last.wait(timeout=60) == 0
    check(server, kills=0, said_no={})
    assert set(Mail.objects.values_list("status", flat=True)) == {"sent"}
