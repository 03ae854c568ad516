"""How long the R-indicator and the work list take, alone and as pages, with 4,540 cases, and how often they ask.

    DATABASE_URL=postgresql://… python -m benchmarks.representativity

Makes a round in the field in a database of its own first: a register of three levels, five industries and five size
classes, of which some have answered and some have been called. Target: 2 s for both together, 25 queries a page.
"""

import random
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from django.db import connection
from django.test.utils import CaptureQueriesContext, setup_databases, teardown_databases
from django.utils import timezone

from benchmarks.dashboard import measured, visit
from responses import follow_up, representativity
from responses.actions import fieldwork
from responses.models import Call, Case, CaseEvent
from responses.statistics.follow_up import gain_curve
from surveys.models import Round
from tests.factories import make_frame, make_round, make_sample, register_rows
from tests.people import browser_of, finn

FRAME, CASES, CALLS = 9_000, 4_540, 500
KINDS = (("Kommune", "751"), ("Region", "1082"), ("Stat", "5001"))
INDUSTRIES = ("889130", "852010", "841100", "861000", "910110")
SIZES = ("5", "12", "30", "70", "200")


def register() -> Iterator[dict[str, str]]:
    """Yield a register in which every kind of workplace occurs, some of them often and some seldom."""
    draw = random.Random(1)
    for row in register_rows(FRAME, Telefon="86123456"):
        level, authority = draw.choices(KINDS, (8, 2, 3))[0]
        industry, size = draw.choices(INDUSTRIES, (5, 4, 2, 2, 1))[0], draw.choices(SIZES, (3, 5, 4, 2, 1))[0]
        yield row | {"Forvaltningsniveau": level, "Myndighedskode": authority, "Branche": industry, "Ansatte": size}


@contextmanager
def field() -> Iterator[Round]:
    """Yield a round of ``CASES`` cases, about a third of which have submitted; ``CALLS`` others have been called."""
    with tempfile.TemporaryDirectory() as folder:
        if connection.vendor == "sqlite":
            connection.settings_dict["TEST"]["NAME"] = str(Path(folder, "benchmark.sqlite3"))
        databases = setup_databases(verbosity=0, interactive=False)
        try:
            today, draw = timezone.localdate(), random.Random(2)
            dates = {"opens_on": today - timedelta(days=20), "deadline": today, "closes_on": today + timedelta(days=9)}
            round_ = make_round(**dates)
            make_frame(round_, register())
            make_sample(round_, size=CASES)
            fieldwork.open_round(round_=round_, by=None, at=timezone.now())
            cases = list(Case.objects.of_round(round_).order_by("pk").values_list("pk", flat=True))
            submitted = [pk for pk in cases if draw.random() < 0.33]
            events = [CaseEvent(case_id=pk, kind=kind, at=timezone.now()) for pk in submitted for kind in SUBMITTED]
            CaseEvent.objects.bulk_create(events)
            Case.objects.filter(pk__in=submitted).update(disposition="submitted")  # as derived from these events
            called = draw.sample(sorted(set(cases) - set(submitted)), CALLS)
            Call.objects.bulk_create(Call(case_id=pk, at=timezone.now(), outcome="no_answer") for pk in called)
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")
            yield round_
        finally:
            teardown_databases(databases, verbosity=0)


SUBMITTED = ("started", "submitted")


def both(round_: Round) -> None:
    """Compute R with its partials, the work list and the curve; the list reads the groups again, as its page does."""
    assert representativity.read(round_).found.indicator is not None
    work = follow_up.read(round_)
    assert work.standing is not None
    gain_curve(work.ranked, work.standing)


def main() -> None:
    with field() as round_:
        round_ = Round.objects.select_related("questionnaire").get(pk=round_.pk)
        groups = len(representativity.read(round_).cells)
        print(f"{connection.vendor}: {round_.cases.count()} cases in {groups} groups")
        connection.queries_log.clear()
        with CaptureQueriesContext(connection) as queries:
            both(round_)
        print(f"R and work list: {measured(lambda: both(round_), 5)}, {len(queries)} queries")
        for name in ("representativity", "what-next", "calls"):
            visit(browser_of(finn()), name, round_)


if __name__ == "__main__":
    main()
