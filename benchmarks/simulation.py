"""How long the demonstration round takes at full size, and where the time goes.

    DATABASE_URL=postgresql://… python -m benchmarks.simulation [--until-day 30]

Works on a database of its own, as the tests do. Targets: 60 s on SQLite, 150 s on PostgreSQL.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import django
from django.db import connection
from django.test.utils import setup_databases, teardown_databases

from tests import environment

assert environment.VARIABLES  # set before Django reads its settings
os.environ["DEBUG"] = "0"
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "barometer.settings")
django.setup()

from responses.models import CaseEvent, Mail  # noqa: E402
from responses.simulation import rehearsal  # noqa: E402
from responses.simulation.field import Field  # noqa: E402

OPENS = date(2020, 1, 7)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--until-day", type=int, default=30)
    days = parser.parse_args().until_day
    with tempfile.TemporaryDirectory() as folder:
        if connection.vendor == "sqlite":
            connection.settings_dict["TEST"]["NAME"] = str(Path(folder, "benchmark.sqlite3"))
        databases = setup_databases(verbosity=0, interactive=False)
        try:
            with timed(f"all, until day {days}"):
                simulate(days)
        finally:
            teardown_databases(databases, verbosity=0)


def simulate(days: int) -> None:
    with timed("set-up: frame, sample, opening"):
        round_ = rehearsal.set_up(slug="demo", opens_on=OPENS, seed=1)
    with timed("truth and leaders"):
        field = Field(round_, seed=1)
    with timed("fieldwork"):
        last = [*field.days(days)][-1]
    events, mails = CaseEvent.objects.count(), Mail.objects.count()
    print(f"{field.submitted()} submitted by {last + timedelta(days=1)}, {mails} mails, {events} events")


@contextmanager
def timed(what: str) -> Iterator[None]:
    """Print the time on the clock and the processor time of this process."""
    clock, cpu = time.perf_counter(), time.process_time()
    yield
    print(f"{what:<32} {time.perf_counter() - clock:6.1f} s, {time.process_time() - cpu:6.1f} s of CPU", flush=True)


if __name__ == "__main__":
    main()
