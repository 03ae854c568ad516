"""How long estimates with their intervals take, in milliseconds of processor time; needs no database.

    python -m benchmarks.estimation

The rows of tests/oracles/ (2,271) and a design of 100,000 rows in 400 strata; plain, calibrated on three margins and
employees (12 columns), and with response classes that are not the strata. Target: 5 ms and 150 ms for any estimate.
"""

from collections.abc import Callable
from statistics import median
from time import process_time

import numpy as np

from responses.statistics.comparing import difference, distribution_test
from responses.statistics.estimation import Design, Flags, Integers, share
from responses.statistics.linearisation import Calibration
from responses.statistics.rounds import RoundShare, change
from responses.statistics.second_phase import ResponsePhase
from responses.statistics.totals import mean, ratio, total

REPEATS, MARGINS = 15, (3, 5, 3)


def milliseconds(call: Callable[[], object]) -> float:
    """Return the median processor time of a call."""
    times = []
    for _ in range(REPEATS):
        start = process_time()
        call()
        times.append(1000 * (process_time() - start))
    return median(times)


def designs(rows: int, strata: int, rng: np.random.Generator) -> dict[str, Callable[[], Design]]:
    """Return how to make each kind of design; twice as many units are drawn, and six times as many in the frame."""
    stratum = np.sort(np.concatenate([np.arange(strata).repeat(2), rng.integers(0, strata, rows - 2 * strata)]))
    counts = np.bincount(stratum)
    margins = [np.eye(levels)[rng.integers(0, levels, rows)] for levels in MARGINS]
    auxiliary = np.hstack([*margins, np.exp(rng.normal(3, 1, rows))[:, None]])
    weights = np.full(rows, 6.0) * rng.uniform(0.9, 1.1, rows)
    classes = rng.integers(0, 9, rows)
    known = np.full(rows, 0.5)
    return {
        "plain": lambda: Design.of(stratum, 6 * counts),
        "calibrated": lambda: Design.of(stratum, 6 * counts, weights, Calibration.of(auxiliary, np.full(rows, 6.0))),
        "response classes": lambda: Design.of(
            stratum, 6 * counts, response=ResponsePhase.of(classes, known, 2 * np.bincount(classes), 2 * counts)
        ),
    }


def estimates(design: Design, rng: np.random.Generator) -> dict[str, Callable[[], object]]:
    """Return the estimates to time."""
    rows = design.stratum.size
    codes: Integers = rng.choice([1, 0, -1, -2], rows, p=[0.5, 0.3, 0.15, 0.05])
    level, categories = rng.integers(0, 3, rows), rng.integers(0, 5, rows)
    inside: Flags = rng.random(rows) < 0.9
    values, units = np.exp(rng.normal(3, 1, rows)), rng.permutation(2 * rows)[:rows]
    round_ = RoundShare(design, codes, inside, units)
    common = np.diag(design.populations)
    return {
        "share": lambda: share(design, codes, inside),
        "mean": lambda: mean(design, values, inside),
        "total": lambda: total(design, values, inside),
        "ratio": lambda: ratio(design, values * (codes == 1), values, inside),
        "difference": lambda: difference(design, codes, inside & (level == 0), inside & (level == 1)),
        "change of rounds": lambda: change(round_, round_, common),
        "Rao–Scott, 2 × 3": lambda: distribution_test(design, categories % 2, level, inside),
        "Rao–Scott, 5 × 3": lambda: distribution_test(design, categories, level, inside),
    }


def main() -> None:
    rng = np.random.default_rng(1)
    for rows, strata in ((2_271, 45), (100_000, 400)):
        for kind, make in designs(rows, strata, rng).items():
            print(f"{rows:>7} rows, {kind}: the design {milliseconds(make):.2f} ms")
            for name, call in estimates(make(), rng).items():
                print(f"        {name:20} {milliseconds(call):8.2f} ms")


if __name__ == "__main__":
    main()
