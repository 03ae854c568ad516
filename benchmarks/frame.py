"""How long it takes to load a full register, to load it again, to draw the sample and to open the round.

    DATABASE_URL=postgresql://… python -m benchmarks.frame

Works on a database of its own, as the tests do. Targets: load 3 s, draw 1 s, open 3 s.
"""

import itertools
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import django
from django.db import connection
from django.test.utils import setup_databases, teardown_databases

from tests import environment

assert environment.VARIABLES  # set before Django reads its settings
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "barometer.settings")
django.setup()

from responses.actions.fieldwork import open_round  # noqa: E402
from surveys.actions.frame import load_frame  # noqa: E402
from surveys.actions.sample import draw_sample  # noqa: E402
from tests.factories import NOON, make_round, register_file  # noqa: E402

ROWS = 14_297
SAMPLE = 4_540
LEVELS = ("Kommune",) * 17 + ("Stat",) * 2 + ("Region",)
INDUSTRIES = ("889130", "889110", "852010", "873010", "841100", "861000", "842100", "910110")
EMPLOYEES = (4, 8, 12, 15, 18, 22, 27, 33, 41, 62, 85, 140)


def rows() -> Iterator[dict[str, str]]:
    """Yield a register of made-up workplaces, the cells of very different size."""
    for number in range(1, ROWS + 1):
        kind = LEVELS[number % len(LEVELS)]
        yield {
            "Arbejdsstedsnummer": f"{number * 7919:010}",
            "P-nummer": f"{1_000_000_000 + number}",
            "CVR-nummer": f"{10_000_000 + number % 400}",
            "Navn": f"Arbejdsplads {number:05} (øvelse)",
            "Adresse": f"Øvelsesvej {number % 300}",
            "Postnummer": f"{1000 + number % 8900}",
            "By": "Prøvekøbing",
            "Forvaltningsniveau": kind,
            "Myndighedskode": f"{100 + number % 98}",
            "Myndighed": f"Myndighed {number % 98}",
            "Branche": INDUSTRIES[number * number % 1009 % len(INDUSTRIES)],
            "Ansatte": str(EMPLOYEES[number * number % 997 % len(EMPLOYEES)]),
            "Region": "Midtjylland",
            "Leder": f"Leder {number}",
            "E-mail": f"leder{number}@arbejdsplads.example",
            "Adressetype": "Person",
        }


def timed(what: str, call: Callable[[], object]) -> None:
    begun = time.perf_counter()
    call()
    print(f"{what:<28} {time.perf_counter() - begun:6.2f} s", flush=True)


def main() -> None:
    round_ = make_round()
    register = list(rows())
    first = register_file(register)
    second = register_file(itertools.chain(register[200:], ({**row, "Ansatte": "9"} for row in register[:100])))
    print(f"{connection.vendor}: {ROWS:,} rows, {len(first) / 1e6:.1f} MB")
    timed("load", lambda: load_frame(round_=round_, name="register.csv", data=first, by=None, at=NOON))
    timed("load again, with changes", lambda: load_frame(round_=round_, name="r.csv", data=second, by=None, at=NOON))
    timed("load again, the first", lambda: load_frame(round_=round_, name="r.csv", data=first, by=None, at=NOON))
    timed("draw", lambda: draw_sample(round_=round_, size=SAMPLE, start=0.25, accept_merges=True, by=None, at=NOON))
    timed("open", lambda: open_round(round_=round_, by=None, at=NOON))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        if connection.vendor == "sqlite":
            connection.settings_dict["TEST"]["NAME"] = str(Path(folder, "benchmark.sqlite3"))
        databases = setup_databases(verbosity=0, interactive=False)
        try:
            main()
        finally:
            teardown_databases(databases, verbosity=0)
