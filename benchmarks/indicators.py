"""How long the whole list of indicators by level takes for a full round, and one table of it, read anew and kept.

    DATABASE_URL=postgresql://… python -m benchmarks.indicators [SLUG]

Simulates a whole fieldwork first, in a database of its own; that takes minutes. With a SLUG it takes that round of the
database instead, and changes nothing. Target: 1 s for the list once the answers are kept.
"""

import sys
from contextlib import nullcontext

from django.core.cache import cache
from django.db import connection

from benchmarks.dashboard import full_round, measured
from responses.estimates import EVERY, estimate
from responses.models import Response
from surveys.models import Round

REPEATS = 5


def list_by_level(round_: Round) -> int:
    return len(estimate(round_, [EVERY], "en", by="reg_level").tables)


def list_anew(round_: Round) -> int:
    cache.clear()
    return list_by_level(round_)


def main() -> None:
    given = Round.objects.select_related("questionnaire").get(slug=sys.argv[1]) if len(sys.argv) > 1 else None
    with nullcontext(given) if given else full_round() as round_:
        print(f"{connection.vendor}: {Response.objects.submitted(round_).count()} responses")
        print(f"answers read anew {measured(lambda: list_anew(round_), REPEATS)}, {list_by_level(round_)} indicators")
        print(f"answers kept      {measured(lambda: list_by_level(round_), REPEATS)}")
        print(f"one of them       {measured(lambda: estimate(round_, ['R3-05'], 'en', by='reg_level'), REPEATS)}")


if __name__ == "__main__":
    main()
