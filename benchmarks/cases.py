"""How long it takes to find a case among 100,000.

    DATABASE_URL=postgresql://… python -m benchmarks.cases [--cases 100000]

Makes a round of that many cases in a database of its own; that takes a minute or two. Target: 50 ms a search.
"""

import argparse
import os
import random
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import django
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext, setup_databases, teardown_databases
from django.urls import reverse

from tests import environment

assert environment.VARIABLES  # set before Django reads its settings
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "barometer.settings")
django.setup()

from barometer.bulk import copy_rows  # noqa: E402
from benchmarks.dashboard import measured  # noqa: E402
from responses.case_search import search_row  # noqa: E402
from responses.models import Case, CaseSearch, LinkHolder  # noqa: E402
from responses.references import reference  # noqa: E402
from surveys.models import Round, SampleUnit, Stratum, Workplace  # noqa: E402
from tests.factories import make_open_round, make_stratum  # noqa: E402
from tests.people import browser_of, finn  # noqa: E402

KINDS = ("Børnehaven", "Vuggestuen", "Skolen", "Plejehjemmet", "Biblioteket", "Lægehuset", "Jobcenter", "Museet")
PLACES = ("Skov", "Sø", "Eng", "Bakke", "Ø", "Å", "Mark", "Kær", "Lund", "Birke", "Ege", "Elme", "Sten", "Sand")
STANDS = {"submitted": 45, "not_started": 38, "started": 9, "declined": 4, "bounced": 2, "ineligible": 2}  # per cent
STRATA = 75
ENDS = ("bo", "højen", "gården", "ly", "trolden", "parken", "vænget", "stien")


def make_cases(round_: Round, number: int) -> None:
    """Write the rows of so many cases in the middle of a fieldwork, with names as registers have them, of 98 towns."""
    chance = random.Random(2026)
    strata = [make_stratum(round_, code=f"{place}") for place in range(STRATA)]
    workplaces = [workplace(round_, place, chance) for place in range(number)]
    stands = chance.choices(list(STANDS), list(STANDS.values()), k=number)
    with transaction.atomic():
        made = Workplace.objects.bulk_create(workplaces, 5000)
        units = [unit(work, chance.choice(strata)) for work in made]
        units = SampleUnit.objects.bulk_create(units, 5000)
        pairs = zip(units, stands, strict=True)
        cases = [Case(round=round_, sample_unit=unit, language="da", disposition=stand) for unit, stand in pairs]
        cases = Case.objects.bulk_create(cases, 5000)
        copy_rows(CaseSearch, [search_row(case, work) for case, work in zip(cases, made, strict=True)])
        owners = [LinkHolder(case=case, email=f"leder{case.pk}@by.example", address_kind="person") for case in cases]
        LinkHolder.objects.bulk_create(owners, 5000)
    with connection.cursor() as cursor:  # as PostgreSQL itself does within a minute or two
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


def unit(work: Workplace, stratum: Stratum) -> SampleUnit:
    return SampleUnit(sample=stratum.sample, workplace=work, stratum=stratum, inclusion_probability=1)


def workplace(round_: Round, place: int, chance: random.Random) -> Workplace:
    town = chance.randrange(98)
    return Workplace(
        round=round_,
        register_id=f"{place:010}",
        p_number=f"1{chance.randrange(10**9):09}",
        name=f"{chance.choice(KINDS)} {chance.choice(PLACES)}{chance.choice(ENDS)} {chance.randrange(300)}",
        address="Øvelsesvej 1, 8000 Aarhus C",
        level="municipality" if town < 80 else "region" if town < 88 else "state",
        authority_code=f"{town + 100}",
        authority=f"{chance.choice(PLACES)}by {town} Kommune",
        industry_group="childcare",
        employees=12,
        size_class="s10_24",
        region="midtjylland",
        permanent_random_number=chance.random(),
    )


@contextmanager
def database(number: int) -> Iterator[Round]:
    with tempfile.TemporaryDirectory() as folder:
        if connection.vendor == "sqlite":
            connection.settings_dict["TEST"]["NAME"] = str(Path(folder, "benchmark.sqlite3"))
        databases = setup_databases(verbosity=0, interactive=False)
        try:
            round_ = make_open_round(slug="benchmark")
            make_cases(round_, number)
            yield round_
        finally:
            teardown_databases(databases, verbosity=0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=100_000)
    with database(parser.parse_args().cases) as round_:
        browser, last = browser_of(finn()), Case.objects.latest("pk")
        searches = {
            "a rare name": {"q": "skovtrolden 217"},
            "a common part of a name": {"q": "skole"},
            "two words": {"q": "børnehaven søby"},
            "nothing": {"q": "findes ikke"},
            "a register number": {"q": f"{77_777:010}"},
            "a reference": {"q": reference(last.pk)},
            "an e-mail address": {"q": f"leder{last.pk}@by.example"},
            "an authority and a word": {"q": "lund", "authority": "151"},
            "an authority": {"authority": "151"},
            "a common part and a status": {"q": "skole", "disposition": "not_started"},
            "a common part and a level": {"q": "skole", "level": "municipality"},
            "a common part, a stratum": {"q": "skole", "stratum": str(last.sample_unit.stratum_id)},
            "two words and a status": {"q": "børnehaven søby", "disposition": "not_started"},
            "a status": {"disposition": "not_started"},
            "a level": {"level": "municipality"},
            "all": {},
            "… page 1,500": {"page": "1500"},
        }
        print(f"{connection.vendor}: {round_.cases.count()} cases")
        path = reverse("cases", args=[round_.slug])
        for name, query in searches.items():
            connection.queries_log.clear()
            with CaptureQueriesContext(connection) as queries:
                assert browser.get(path, query).status_code == 200
            visit = partial(browser.get, path, query)
            print(f"{name:<26} {measured(visit)}, {len(queries)} queries")


if __name__ == "__main__":
    main()
