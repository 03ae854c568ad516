"""How long it takes to queue a full step, and how many mails a second one worker sends to a local server.

    DATABASE_URL=postgresql://… python -m benchmarks.mail [--mails 4540] [--workers 2] [--null]

Works on a database of its own, as the tests do; the mail server is a process of its own on this machine, which takes
its share of the processor, and so is each worker. ``--null`` leaves the server out, as the simulation does. Without
limits. Targets: queue 1.5 s, 120 mails/s with one worker and 1.5 times that with two.
"""

import argparse
import os
import subprocess
import sys
import time
from urllib.parse import urlsplit

import django
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.dummy import EmailBackend as NullBackend
from django.db import connection
from django.test.utils import setup_databases, teardown_databases

from tests import environment

assert environment.VARIABLES  # set before Django reads its settings
os.environ["DEBUG"] = "0"  # as in production: with it Django keeps the text of every query
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "barometer.settings")
django.setup()

from barometer.smtp import EmailBackend  # noqa: E402
from responses.actions import contact, sending  # noqa: E402
from responses.models import Case, CaseEvent, LinkHolder, Mail  # noqa: E402
from responses.statistics.dispositions import EventKind  # noqa: E402
from surveys.models import Round, SampleUnit, Workplace  # noqa: E402
from tests.factories import NOON, make_open_round, make_unit, make_workplace  # noqa: E402


def open_round(cases: int) -> Round:
    """Put so many workplaces of 98 authorities in the field, each with a leader of its own."""
    round_ = make_open_round()
    first = make_unit(make_workplace(round_))
    workplaces = [
        Workplace(
            round=round_,
            register_id=f"r{number}",
            name=f"Børnehave {number} (øvelse)",
            address=f"Øvelsesvej {number}, 8000 Aarhus C",
            level="municipality",
            authority_code=str(100 + number % 98),
            authority="Aarhus Kommune",
            industry_group="childcare",
            employees=12,
            size_class="s10_24",
            region="midtjylland",
            permanent_random_number=0.5,
        )
        for number in range(cases)
    ]
    sample = {"sample": first.sample, "stratum": first.stratum, "inclusion_probability": 1}
    units = [SampleUnit(workplace=each, **sample) for each in Workplace.objects.bulk_create(workplaces, 500)]
    made = Case.objects.bulk_create(
        [Case(round=round_, sample_unit=unit, language="da") for unit in SampleUnit.objects.bulk_create(units, 500)],
        500,
    )
    holders = [
        LinkHolder(case=case, name="Lea Leder", email=f"leder{case.pk}@boernehave.example", address_kind="person")
        for case in made
    ]
    LinkHolder.objects.bulk_create(holders, 500)
    CaseEvent.objects.bulk_create([CaseEvent(case=case, kind=EventKind.OPENED, at=NOON) for case in made], 500)
    return round_


def send_all(backend: BaseEmailBackend) -> tuple[int, float, float]:
    """Return mails sent, seconds, and seconds of this process's processor time."""
    sent, start, cpu = 0, time.perf_counter(), time.process_time()
    while batch := sending.send_due(at=NOON, connection=backend):
        sent += batch[Mail.Status.SENT]
    return sent, time.perf_counter() - start, time.process_time() - cpu


def work(port: int) -> None:
    """Be one of several workers: say so, wait for the word, send until nothing is due, and tell what it took."""
    print("ready", flush=True)
    sys.stdin.readline()
    print(*send_all(EmailBackend(host="127.0.0.1", port=port)), flush=True)


def with_workers(number: int, port: int) -> tuple[int, float, float]:
    """Let so many processes send; return mails, seconds by the clock, and seconds of processor time of them all."""
    address = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    command = [sys.executable, "-m", "benchmarks.mail", "--as-worker", str(port)]
    environment_ = os.environ | {"DATABASE_URL": address}
    workers = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment_)
        for _ in range(number)
    ]
    for worker in workers:
        assert worker.stdout and worker.stdout.readline() == "ready\n"
    start = time.perf_counter()
    told = _at_once(workers)
    seconds = time.perf_counter() - start
    figures = [line.split() for line in told]
    print("mails of each worker:", *(mails for mails, *_ in figures))
    return sum(int(each[0]) for each in figures), seconds, sum(float(each[2]) for each in figures)


def _at_once(workers: list["subprocess.Popen[str]"]) -> list[str]:
    for worker in workers:
        assert worker.stdin
        worker.stdin.write("go\n")
        worker.stdin.flush()
    return [worker.communicate()[0] for worker in workers]


def main(options: argparse.Namespace) -> None:
    round_ = open_round(options.mails)
    start = time.perf_counter()
    queued = contact.queue_step(step=round_.contact_steps.get(mail_name="invitation"), at=NOON)
    print(f"{connection.vendor}: queued {queued} mails in {time.perf_counter() - start:.2f} s")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    if options.null:
        sent, seconds, cpu = send_all(NullBackend())
    else:
        command = [sys.executable, "-m", "tests.smtp_sink"]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
            assert server.stdout and server.stdin
            sent, seconds, cpu = with_workers(options.workers, int(server.stdout.readline()))
            server.stdin.close()
            got, connections, size, server_cpu = server.stdout.readline().split()
        assert int(got) == sent == queued
        print(f"the server got {got} mails of {int(size) / sent:.0f} bytes over {connections} connections")
        print(f"it took {float(server_cpu) / sent * 1000:.2f} ms of CPU for each")
    print(f"sent {sent} in {seconds:.2f} s: {sent / seconds:.0f} a second; {cpu / sent * 1000:.2f} ms of CPU each")
    print("load of the machine:", *(f"{load:.1f}" for load in os.getloadavg()))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mails", type=int, default=4540)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--null", action="store_true")
    parser.add_argument("--as-worker", type=int, default=0, help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    given = arguments()
    if given.as_worker:
        work(given.as_worker)
    else:
        databases = setup_databases(verbosity=0, interactive=False)
        try:
            main(given)
        finally:
            teardown_databases(databases, verbosity=0)
