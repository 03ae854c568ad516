"""How long it takes to prepare, prove and release a full wave.

    DATABASE_URL=postgresql://… python -m benchmarks.proof [--mails 4540]

Works on a database of its own, as the tests do. Target: rendering and proving 4,540 mails in 15 s.
"""

import argparse
import time
from collections.abc import Callable

from benchmarks.mail import open_round  # sets Django up  # isort: skip
from barometer.models import User  # isort: skip
from django.db import connection
from django.test.utils import setup_databases, teardown_databases

from responses.actions import contact
from responses.actions import wave as actions
from responses.models import Wave
from surveys.models import WorkplaceContact
from tests.factories import NOON


def timed(what: str, work: Callable[[], object]) -> None:
    start, cpu = time.perf_counter(), time.process_time()
    work()
    print(f"{what}: {time.perf_counter() - start:.2f} s, {time.process_time() - cpu:.2f} s of CPU here")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mails", type=int, default=4540)
    options = parser.parse_args()
    round_ = open_round(options.mails)
    owners = [
        (case.sample_unit.workplace_id, holder.email)
        for case in round_.cases.select_related("sample_unit").prefetch_related("holders")
        for holder in case.holders.all()
    ]
    WorkplaceContact.objects.bulk_create(
        [
            WorkplaceContact(workplace_id=workplace, leader="Lea Leder", email=email, kind="person", language="da")
            for workplace, email in owners
        ],
        500,
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    step = round_.contact_steps.get(mail_name="invitation")
    print(f"{connection.vendor}: a wave of {options.mails} mails")
    timed("prepare", lambda: contact.prepare_wave(step=step, at=NOON))
    timed("prove", lambda: actions.prove(wave=Wave.objects.get(), by=None, at=NOON))
    wave = Wave.objects.get()
    approver = User.objects.create(username="approver", is_staff=True)
    release = lambda: actions.approve(wave=wave, by=approver, at=NOON, proof_sha256=wave.proof_sha256)  # noqa: E731
    assert not wave.has_errors
    timed("approve: prove again, and give every mail its time", release)


if __name__ == "__main__":
    databases = setup_databases(verbosity=0, interactive=False)
    try:
        main()
    finally:
        teardown_databases(databases, verbosity=0)
