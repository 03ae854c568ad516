"""How long the page of the outcome rates takes, with 4,540 cases and with 100,000.

    DATABASE_URL=postgresql://… python -m benchmarks.rates

In a database of its own. Targets: 150 ms and 1 s.
"""

import os
import random

import django
from django.db import connection
from django.test.utils import setup_databases, teardown_databases
from django.urls import reverse

from tests import environment

assert environment.VARIABLES  # set before Django reads its settings
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "barometer.settings")
django.setup()

from barometer.bulk import copy_rows  # noqa: E402
from benchmarks.dashboard import measured  # noqa: E402
from responses.groups import VARIABLES  # noqa: E402
from responses.models import Case, CaseEvent  # noqa: E402
from responses.statistics.dispositions import EventKind  # noqa: E402
from responses.statistics.outcomes import CaseOutcome  # noqa: E402
from surveys.models import IndustryGroup, Level, Region, Round, SampleUnit, SizeClass, Workplace  # noqa: E402
from tests.factories import NOON, make_open_round, make_stratum  # noqa: E402
from tests.people import browser_of, finn  # noqa: E402

LIKELY = [CaseOutcome.COMPLETE] * 45 + [CaseOutcome.SILENT] * 40 + [*CaseOutcome]


def make_field(cases: int) -> Round:
    """A round with so many cases in 105 strata and 98 authorities, of any outcome, two thirds of which have started."""
    rng, round_ = random.Random(cases), make_open_round()
    strata = [
        make_stratum(
            round_, level=level, industry_groups=[industry], size_classes=[size], population_size=3000, sample_size=1000
        )
        for level in Level.values
        for industry in IndustryGroup.values
        for size in SizeClass.values
    ]
    drawn = [rng.choice(strata) for _ in range(cases)]
    copy_rows(
        Workplace,
        [
            Workplace(
                round=round_,
                register_id=f"{number:010}",
                name=f"Børnehave {number}",
                address="Øvelsesvej 1, 8000 Aarhus C",
                level=stratum.level,
                authority_code=str(number % 98),
                authority=f"Kommune {number % 98}",
                industry_group=stratum.industry_groups[0],
                employees=12,
                size_class=stratum.size_classes[0],
                region=rng.choice(Region.values),
                permanent_random_number=rng.random(),
            )
            for number, stratum in enumerate(drawn)
        ],
    )
    keys = Workplace.objects.of_round(round_).order_by("register_id").values_list("pk", flat=True)
    pairs = zip(keys, drawn, strict=True)
    copy_rows(
        SampleUnit,
        [
            SampleUnit(sample_id=stratum.sample_id, workplace_id=key, stratum=stratum, inclusion_probability=1 / 3)
            for key, stratum in pairs
        ],
    )
    units = SampleUnit.objects.filter(sample__round=round_).order_by("pk").values_list("pk", flat=True)
    copy_rows(
        Case,
        [Case(round=round_, sample_unit_id=unit, language="da", outcome=rng.choice(LIKELY).value) for unit in units],
    )
    numbers = Case.objects.of_round(round_).order_by("pk").values_list("pk", flat=True)
    copy_rows(
        CaseEvent,
        [
            CaseEvent(case_id=number, kind=kind, at=NOON)
            for number in numbers
            for kind in (EventKind.OPENED, EventKind.INVITED, EventKind.STARTED)
            if kind != EventKind.STARTED or number % 3
        ],
    )
    return round_


def main() -> None:
    databases = setup_databases(verbosity=0, interactive=False)
    try:
        browser = browser_of(finn())
        for cases in (4_540, 100_000):
            round_ = make_field(cases)
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")
            address = reverse("rates", args=[round_.slug])
            for by in VARIABLES:
                told = measured(lambda by=by, address=address: browser.get(address, {"by": by}), 5)  # type: ignore[misc]
                print(f"{cases:>7} cases, by {by:<15} {told}")
    finally:
        teardown_databases(databases, verbosity=0)


if __name__ == "__main__":
    main()
