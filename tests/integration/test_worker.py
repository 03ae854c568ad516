"""A real Celery worker process takes its orders from a real broker and sends to a real mail server."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import time, timedelta
from pathlib import Path

import pytest
from celery import Celery
from django.utils import timezone
from kombu import Connection
from redis import Redis

from responses.actions import contact, sending
from responses.models import CaseEvent, Mail
from responses.statistics.dispositions import EventKind
from surveys.models import ContactStep
from tests.factories import NOON, make_case, make_open_round
from tests.smtp_sink import Sink, smtp_sink, wait_until

ROOT = Path(__file__).resolve().parent.parent.parent

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def server() -> Iterator[Sink]:
    with smtp_sink() as sink:
        yield sink


@pytest.fixture(params=["filesystem", pytest.param("redis", marks=pytest.mark.redis)])
def broker(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a broker with nothing in it: the quick start's, and production's."""
    if request.param == "filesystem":
        return "filesystem://"
    url = str(request.getfixturevalue("redis_url"))
    Redis.from_url(url).flushdb()
    return url


@pytest.fixture
def environment(process_environment: dict[str, str], server: Sink, broker: str, tmp_path: Path) -> dict[str, str]:
    """What a worker is told: the test database, this mail server, this broker."""
    (tmp_path / "broker").mkdir()
    return process_environment | {
        "EMAIL_HOST": "127.0.0.1",
        "EMAIL_PORT": str(server.port),
        "CELERY_BROKER_URL": broker,
        "BROKER_DIR": str(tmp_path / "broker"),
    }


@contextmanager
def worker(environment: dict[str, str], log: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a worker; at the end it and its children are gone, whatever happened."""
    options = ["--concurrency=1", "--loglevel=INFO", "--without-mingle", "--without-gossip"]
    command = [sys.executable, "-m", "celery", "-A", "barometer", "worker", *options]
    with open(log, "ab") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=output, stderr=output, start_new_session=True
        )
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def order(environment: dict[str, str], task: str) -> None:
    """Put one order in the broker's queue."""
    broker, folder = environment["CELERY_BROKER_URL"], environment["BROKER_DIR"]
    folders = {"data_folder_in": folder, "data_folder_out": folder, "control_folder": f"{folder}-control"}
    options = folders if broker == "filesystem://" else {}
    with Connection(broker, transport_options=options) as connection:
        Celery().send_task(f"responses.tasks.{task}", connection=connection, ignore_result=True)


def queue_mails(number: int) -> None:
    round_ = make_open_round()
    for _ in range(number):
        make_case(round_)
    contact.queue_step(step=round_.contact_steps.get(mail_name="invitation"), at=NOON)


def sent(mail_name: str) -> int:
    return Mail.objects.filter(step__mail_name=mail_name, status="sent").count()


def test_a_worker_queues_the_step_that_is_due_and_sends_what_is_due_when_it_is_told_to_look(
    environment: dict[str, str], server: Sink, tmp_path: Path
) -> None:
    queue_mails(3)
    with worker(environment, tmp_path / "log"):
        order(environment, "send_due_mails")
        wait_until(lambda: sent("invitation") == 3)
        assert len(set(server.recipients)) == 3
        Mail.objects.update(handed_over_at=NOON, ended_at=NOON)  # long ago, as the plan has it
        ContactStep.objects.update(time=time(0), skips_quiet_weeks=False)  # whatever hour and day it is
        order(environment, "queue_due_steps")  # the reminder of 2020
        order(environment, "send_due_mails")
        wait_until(lambda: sent("reminder_1") == 3)
    assert len(server.recipients) == 6
    assert CaseEvent.objects.filter(kind=EventKind.INVITED).count() == 6
    log = (tmp_path / "log").read_text()
    assert "succeeded" in log
    assert "/s/t" not in log, "a log holds no link"


def test_a_worker_killed_in_the_middle_of_a_dialogue_leaves_one_unknown_mail_that_is_never_sent_by_itself(
    environment: dict[str, str], server: Sink, tmp_path: Path
) -> None:
    queue_mails(3)
    server.held = True
    with worker(environment, tmp_path / "log") as process:
        order(environment, "send_due_mails")
        wait_until(lambda: len(server.recipients) == 1)  # it has all of the message, and does not answer
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    server.held = False
    assert sorted(Mail.objects.values_list("status", flat=True)) == ["claimed", "claimed", "handed_over"]

    sending.recover_stale(at=timezone.now() + timedelta(minutes=11))
    assert sorted(Mail.objects.values_list("status", flat=True)) == ["queued", "queued", "unknown"]
    with worker(environment, tmp_path / "log"):
        order(environment, "send_due_mails")
        wait_until(lambda: Mail.objects.filter(status="sent").count() == 2)
    assert sorted(Mail.objects.values_list("status", flat=True)) == ["sent", "sent", "unknown"]
    assert len(server.recipients) == len(set(server.recipients)) == 3
