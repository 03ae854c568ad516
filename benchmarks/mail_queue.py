"""Whether a million mails in the table slow down a sweep: claiming a batch of 100 among them.

    DATABASE_URL=postgresql://… python -m benchmarks.mail_queue [--mails 1000000]

On PostgreSQL; works on a database of its own. Of the mails a third are queued for later, a third are held, a third are
queued and due, all for the same moment, as those of a wave are. Target: 50 ms for a batch of 100.
"""

import argparse
import os
import statistics
import time
from collections.abc import Callable
from datetime import timedelta

import django
from django.db import connection, transaction
from django.test.utils import setup_databases, teardown_databases

from tests import environment

assert environment.VARIABLES  # set before Django reads its settings
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "barometer.settings")
django.setup()

from responses.actions import claiming, sending  # noqa: E402
from responses.models import Mail  # noqa: E402
from tests.factories import NOON, make_open_round  # noqa: E402

LATER = NOON + timedelta(hours=1)
COLUMNS = "round_id, step_id, name, authority_code, address, domain, resend, language, status, scheduled_for, attempts"
EMPTY = "outcome, subject, text_body, html_body, message_id, sha256"


class Undo(Exception):
    """Ends the transaction of a measurement without a trace."""


def fill(mails: int) -> None:
    """Copy the rows: 5,000 domains, and every fifth mail to one large one."""
    round_ = make_open_round()
    step = round_.contact_steps.get(mail_name="invitation")
    states = (("queued", NOON), ("held", NOON), ("queued", NOON + timedelta(days=9)))
    with connection.cursor() as cursor:
        with cursor.copy(f"COPY responses_mail ({COLUMNS}, {EMPTY}) FROM STDIN") as copy:
            for number in range(mails):
                domain = "large.example" if number % 5 == 0 else f"d{number % 5000}.example"
                status, moment = states[number % 3]
                address = f"leder{number}@{domain}"
                copy.write_row(
                    [round_.pk, step.pk, "invitation", "751", address, domain, 0, "da", status, moment, 0, *[""] * 6]
                )
        cursor.execute("ANALYZE responses_mail")


def milliseconds(act: Callable[[], object], times: int = 30) -> str:
    """Return what so many runs took, each undone: the quickest says what it costs where nothing else runs."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        try:
            with transaction.atomic():
                act()
                taken.append((time.perf_counter() - start) * 1000)
                raise Undo
        except Undo:
            pass
    return f"{min(taken):.1f} ms at best, {statistics.median(taken):.1f} ms in the middle"


def claim(limits: claiming.Limits) -> None:
    claimed = claiming.claim(Mail.objects.due(LATER), limits=limits, at=LATER, most=100)
    assert len(claimed) == 100


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mails", type=int, default=1_000_000)
    start = time.perf_counter()
    fill(parser.parse_args().mails)
    print(f"{Mail.objects.count()} mails in {time.perf_counter() - start:.0f} s; {Mail.objects.due(LATER).count()} due")
    plan = Mail.objects.due(LATER).filter(cause__isnull=True).values_list("pk", "domain")[:100].explain()
    print(plan)
    assert "Seq Scan on responses_mail" not in plan and "mail_by_status_and_time" in plan
    print(f"claim 100 without limits: {milliseconds(lambda: claim(claiming.Limits()))}")
    limits = claiming.Limits(per_minute=1000, per_day=100_000, per_domain=20)
    print(f"claim 100 within limits: {milliseconds(lambda: claim(limits))}")
    print(f"look for mails whose worker died: {milliseconds(lambda: sending.recover_stale(at=LATER))}")
    print("load of the machine:", *(f"{load:.1f}" for load in os.getloadavg()))


if __name__ == "__main__":
    databases = setup_databases(verbosity=0, interactive=False)
    try:
        main()
    finally:
        teardown_databases(databases, verbosity=0)
