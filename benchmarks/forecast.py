"""How often the 80 % band of the forecast holds the final response rate: a back-test on simulated rounds.

    python -m benchmarks.forecast --rounds 1000 --seed 1

Each round has a former one. Both are drawn from ranges that the forecast does not see (tests/simulated_rounds.py); the
forecast is made in the morning of several field days, with the curve alone and with the former round. No database.
"""

import argparse
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from typing import NamedTuple

import numpy as np
from scipy.special import bdtr

from responses.statistics.forecast import Projection, Question, project
from tests.simulated_rounds import as_of, nature, next_round, simulate

FIELD_DAYS = (8, 15, 22, 30)
COVERAGE = 0.8


class Held(NamedTuple):
    """One forecast beside what happened. ``width`` is that of the band, in shares of the sample."""

    day: int
    former: bool
    low: bool
    high: bool
    width: float

    @property
    def within(self) -> bool:
        return not (self.low or self.high)


def back_test(seed: int, number: int, days: Sequence[int] = FIELD_DAYS) -> Iterator[Held]:
    """Simulate a pair of rounds, and forecast the second one on each of these days, without and with the first."""
    rng = np.random.default_rng([seed, number])
    base = nature(rng)
    former, now = simulate(base, rng), simulate(next_round(base, rng), rng)
    final = sum(now.submitted)
    for day in days:
        for rounds in ((), (former,)):
            question = Question(target=now.sampled // 2, last_day=now.days - 1)
            made = project(as_of(now, day), question, rounds, np.random.default_rng([seed, number, day]))
            if isinstance(made, Projection):
                band = made.final
                width = (band.high - band.low) / now.sampled
                yield Held(day, bool(rounds), final < band.low, final > band.high, width)


def _all_days(seed: int, number: int) -> list[Held]:
    return list(back_test(seed, number))


def exact_range(trials: int, share: float = COVERAGE, certainty: float = 0.999) -> tuple[int, int]:
    """Return the numbers of hits, both included, outside of which it is unlikely at either end to fall by chance."""
    numbers = np.arange(trials + 1)
    below = bdtr(numbers, trials, share)
    tail = (1 - certainty) / 2
    return int(np.argmax(below > tail)), int(np.argmax(below >= 1 - tail))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=1)
    options = parser.parse_args()
    found: dict[tuple[int, bool], list[Held]] = defaultdict(list)
    with ProcessPoolExecutor(options.processes) as pool:
        for made in pool.map(partial(_all_days, options.seed), range(options.rounds), chunksize=10):
            for held in made:
                found[held.day, held.former].append(held)
    print("field day  former  rounds  within   below   above  median width  exact range")
    for (day, former), of in sorted(found.items()):
        low, high = exact_range(len(of))
        shares = [float(np.mean([getattr(held, name) for held in of])) for name in ("within", "low", "high")]
        width = float(np.median([held.width for held in of]))
        numbers = "  ".join(f"{share:6.1%}" for share in shares)
        print(
            f"{day:9}  {'yes' if former else 'no':>6}  {len(of):6}  {numbers}  {width:12.1%}  "
            f"{low / len(of):.1%}–{high / len(of):.1%}"
        )


if __name__ == "__main__":
    main()
