"""How long 4,540 letters and the calling list of as many cases take, and how much memory.

    DATABASE_URL=postgresql://… python -m benchmarks.letters

Makes a round in the field in a database of its own first. Targets: the file in 60 s and 400 MB, the list in 200 ms.
"""

import resource
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from django.db import connection
from django.test.utils import setup_databases, teardown_databases
from django.utils import timezone

from benchmarks.dashboard import visit
from responses import letters
from responses.actions import call, fieldwork, letter
from responses.models import Call, Case
from surveys.models import ContactStep, Round
from tests.factories import make_frame, make_round, make_sample, register_rows
from tests.people import browser_of, finn

CASES, CALLS = 4_540, 500


@contextmanager
def open_round() -> Iterator[Round]:
    """Yield a round in its third week with ``CASES`` cases, of which none has answered, and ``CALLS`` calls."""
    with tempfile.TemporaryDirectory() as folder:
        if connection.vendor == "sqlite":
            connection.settings_dict["TEST"]["NAME"] = str(Path(folder, "benchmark.sqlite3"))
        databases = setup_databases(verbosity=0, interactive=False)
        try:
            today = timezone.localdate()
            dates = {"opens_on": today - timedelta(days=20), "deadline": today, "closes_on": today + timedelta(days=9)}
            round_ = make_round(**dates)
            make_frame(round_, register_rows(CASES, Telefon="86123456"))
            make_sample(round_, size=CASES)
            fieldwork.open_round(round_=round_, by=None, at=timezone.now())
            for case in Case.objects.of_round(round_).order_by("pk")[:CALLS]:
                call.record_call(case=case, outcome=Call.Outcome.NO_ANSWER, by=finn(), at=timezone.now())
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")
            yield Round.objects.select_related("questionnaire").get(pk=round_.pk)
        finally:
            teardown_databases(databases, verbosity=0)


def print_letters(round_: Round) -> None:
    step = ContactStep.objects.create(round=round_, day=20, channel="letter", mail_name="letter")
    start = time.perf_counter()
    wave = letter.prepare(step=step, by=finn(), at=timezone.now())
    print(f"prepared {wave.forecast} letters in {time.perf_counter() - start:.2f} s")
    start, cpu = time.perf_counter(), time.process_time()
    written = letters.write(letters.attempts_of(wave), wave, timezone.localdate())
    print(f"written in {time.perf_counter() - start:.2f} s")
    size = sum(len(piece) for piece in letters.pdf(written, round_))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    times = f"{time.perf_counter() - start:.1f} s, {time.process_time() - cpu:.1f} s of CPU"
    print(f"file: {times}, {size / 1e6:.1f} MB; the process took at most {memory:.0f} MB")


def main() -> None:
    with open_round() as round_:
        print(f"{connection.vendor}: {round_.cases.count()} cases")
        visit(browser_of(finn()), "calls", round_)
        visit(browser_of(finn()), "letters", round_)
        print_letters(round_)


if __name__ == "__main__":
    main()
