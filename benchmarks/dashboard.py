"""How long the staff pages of a full round take: the round page and the figures.

    DATABASE_URL=postgresql://… python -m benchmarks.dashboard

Simulates a whole fieldwork of 4,540 cases first, in a database of its own; that takes minutes. Target: 100 ms.
"""

import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext, setup_databases, teardown_databases
from django.urls import reverse

from tests import environment

assert environment.VARIABLES  # set before Django reads its settings
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "barometer.settings")
django.setup()

from surveys.models import Round  # noqa: E402
from tests.people import browser_of, finn  # noqa: E402

REPEATS = 20
settings.SECOND_FACTOR_REQUIRED = False  # for a visit with a password alone; the way in is not measured


@contextmanager
def full_round() -> Iterator[Round]:
    """Yield the demonstration round on its last day, with about 2,270 responses."""
    with tempfile.TemporaryDirectory() as folder:
        if connection.vendor == "sqlite":
            connection.settings_dict["TEST"]["NAME"] = str(Path(folder, "benchmark.sqlite3"))
        databases = setup_databases(verbosity=0, interactive=False)
        try:
            with open(os.devnull, "w") as nowhere:
                call_command("simulate_round", "benchmark", "--until-day", "45", stdout=nowhere)
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")
            yield Round.objects.select_related("questionnaire").get(slug="benchmark")
        finally:
            teardown_databases(databases, verbosity=0)


def measured(call: Callable[[], object], repeats: int = REPEATS) -> str:
    """Return the first time, then the median of more, and of their processor time in this process."""
    times: list[tuple[float, float]] = []
    for _ in range(repeats + 1):
        clock, cpu = time.perf_counter(), time.process_time()
        call()
        times.append((time.perf_counter() - clock, time.process_time() - cpu))
    clock, cpu = (statistics.median(column) for column in zip(*times[1:], strict=True))
    return f"first {times[0][0] * 1000:6.0f} ms, then {clock * 1000:6.0f} ms ({cpu * 1000:.0f} ms of CPU)"


def visit(browser: Client, name: str, round_: Round, repeats: int = REPEATS) -> None:
    address = reverse(name, args=[round_.slug])
    connection.queries_log.clear()  # it is full of the simulation's, and would not grow
    with CaptureQueriesContext(connection) as queries:
        answer = browser.get(address)
    assert answer.status_code == 200
    told, size = measured(lambda: browser.get(address), repeats), len(answer.content)
    print(f"{name:<16} {told}, {len(queries)} queries, {size / 1000:.0f} kB")


def main() -> None:
    with full_round() as round_:
        print(f"{connection.vendor}: {round_.cases.count()} cases")
        browser = browser_of(finn())
        for name in ("round", "figures", "cases"):
            visit(browser, name, round_)


if __name__ == "__main__":
    main()
