"""How often 95 % intervals cover the truth, and how often 5 % tests reject it, over many drawn and simulated rounds.

    nice -n 19 python -m benchmarks.coverage --rounds 10000

One population of the size and strata of tests/oracles/ (14,000 workplaces in 45 strata, 4,540 drawn) stays as it is. In
each round a sample is drawn in each stratum by new permanent random numbers, each drawn unit answers, or is found to be
closed, with a chance that depends on its stratum alone, strata with fewer than two are joined as for live figures,
and every estimate is made by the package's own functions. Prints a table; exit code 1 if a line is out of its range.
Target: within the exact binomial 99.9 % range of the nominal value ± 1 point. Needs no database; results are in
docs/methods/coverage.md.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import stats

from responses.statistics.comparing import Difference, difference, distribution_test
from responses.statistics.estimation import Design, Estimate, Flags, Floats, Integers, share
from responses.statistics.linearisation import Calibration
from responses.statistics.rounds import RoundShare, change
from responses.statistics.totals import mean
from responses.statistics.weighting import collapse_strata
from tests import oracles

SEED, CLOSED = 2018, 0.045
SLACK, RANGE = 0.01, 0.999  # a point either side of the nominal value, and how sure we want to be of what we saw


@dataclass(frozen=True, slots=True, eq=False)
class Population:
    """All workplaces, and what each would answer.

    Attributes:
        cells: level, industry group and size class of each stratum.
        sizes, drawn, chances: N_h, n_h, and the chance that a drawn unit is known in the end; by stratum.
        stratum, level, size: numbers; one per workplace, as the rest.
        in_scope: not closed.
        innovative, rare: 1 or 0, in this round; later: innovative in the next one.
        novelty, half: a category (0–2) and a group (0, 1) that are independent of each other over those in scope.
        kind: a category (0–2) that is independent of the level over those in scope.
        employees: a number, skew.
    """

    cells: tuple[tuple[str, str, str], ...]
    sizes: Integers
    drawn: Integers
    chances: Floats
    stratum: Integers
    level: Integers
    size: Integers
    in_scope: Flags
    innovative: Integers
    rare: Integers
    later: Integers
    novelty: Integers
    half: Integers
    kind: Integers
    employees: Floats


def population(rng: np.random.Generator) -> Population:
    """Make the population; answers depend on level and size, so that strata matter."""
    rows = {row["stratum"]: row for row in oracles.table("barometer_responses")}
    cells = tuple((level, branch, size) for level, branch, size in (name.split(".") for name in sorted(rows)))
    sizes, drawn = (np.array([int(rows[".".join(cell)][name]) for cell in cells]) for name in ("N_h", "n_h"))
    stratum = np.repeat(np.arange(len(cells)), sizes)
    level, size = (
        np.array([sorted({cell[part] for cell in cells}).index(cell[part]) for cell in cells])[stratum]
        for part in (0, 2)
    )
    n = stratum.size
    in_scope = rng.random(n) >= CLOSED
    innovative = (rng.random(n) < 0.55 + 0.1 * size + 0.1 * (level == 1)).astype(np.int64)
    novelty = (rng.random(n) * 3 + 0.4 * size).astype(np.int64).clip(0, 2)
    return Population(
        cells=cells,
        sizes=sizes,
        drawn=drawn,
        chances=rng.uniform(0.35, 0.65, len(cells)),
        stratum=stratum,
        level=level,
        size=size,
        in_scope=in_scope,
        innovative=innovative,
        rare=(rng.random(n) < 0.03).astype(np.int64),
        later=np.where(rng.random(n) < 0.25, 1 - innovative, innovative),
        novelty=novelty,
        half=_balanced(np.zeros(n, dtype=np.int64), in_scope, novelty * len(cells) + stratum, 2),
        kind=_balanced(level, in_scope, rng.integers(0, 10**6, n), 3),
        employees=np.round(np.exp(rng.normal(2.5 + 0.8 * size, 0.6))).astype(np.float64),
    )


def _balanced(within: Integers, in_scope: Flags, order: Integers, categories: int) -> Integers:
    """Deal out categories in turn, so that every value of ``within`` has the same share of each."""
    dealt = np.zeros(within.size, dtype=np.int64)
    for value in np.unique(within):
        members = np.flatnonzero((within == value) & in_scope)
        dealt[members[np.argsort(order[members], kind="stable")]] = np.arange(members.size) % categories
    return dealt


def draw(people: Population, numbers: Floats, rng: np.random.Generator) -> Integers:
    """Return the units known in the end: of the drawn ones with the smallest numbers in their stratum, by chance."""
    order = np.lexsort((numbers, people.stratum))
    place = np.arange(order.size) - np.repeat(np.cumsum(people.sizes) - people.sizes, people.sizes)
    sample = order[place < people.drawn[people.stratum[order]]]
    known: Integers = sample[rng.random(sample.size) < people.chances[people.stratum[sample]]]
    return known


def weighted(people: Population, units: Integers) -> tuple[Design, Integers]:
    """Return the design of live figures, and the joined stratum of each workplace of the population."""
    counts = np.bincount(people.stratum[units], minlength=len(people.cells)).tolist()
    joined = collapse_strata(people.cells, people.sizes.tolist(), counts)
    stratum = np.array(joined.stratum)[people.stratum]
    return Design.of(stratum[units], joined.populations), stratum


def post_stratified(people: Population, units: Integers, design: Design) -> Design:
    """Return the design with weights calibrated to the workplaces of each level and size."""
    cell = people.level * 3 + people.size
    factor = np.bincount(cell) / np.bincount(cell[units], design.weights)
    auxiliary = np.eye(9)[cell[units]]
    calibration = Calibration.of(auxiliary, design.weights)
    return Design.of(design.stratum, design.populations, design.weights * factor[cell[units]], calibration)


def covered(found: Estimate | Difference, truth: float) -> bool:
    if found.interval_low is None or found.interval_high is None:
        return False
    return bool(found.interval_low <= truth <= found.interval_high)


def one_round(people: Population, rng: np.random.Generator) -> Iterator[tuple[str, bool]]:
    """Draw and estimate one round; yield for each line of the table whether it covered, or rejected."""
    numbers = rng.random(people.stratum.size)
    units = draw(people, numbers, rng)
    design, stratum = weighted(people, units)
    calibrated = post_stratified(people, units, design)
    yield from _shares_and_means(people, units, design, calibrated)
    yield from _differences(people, units, design)
    changed = _change(people, units, design, stratum, draw(people, numbers, rng))
    everybody = people.in_scope
    yield "change between two rounds", covered(changed, (people.later - people.innovative)[everybody].mean())
    yield from _tests(people, units, design, calibrated)


def _shares_and_means(
    people: Population, units: Integers, design: Design, calibrated: Design
) -> Iterator[tuple[str, bool]]:
    everybody, innovative = people.in_scope, people.innovative
    for line, of, variable, inside in (
        ("share of all", design, innovative, everybody),
        ("share of the smallest level", design, innovative, everybody & (people.level == 1)),
        ("share of a stratum", design, innovative, everybody & (people.stratum == 7)),
        ("share of 3 %", design, people.rare, everybody),
        ("share of all, post-stratified", calibrated, innovative, everybody),
        ("share of a level, post-stratified", calibrated, innovative, everybody & (people.level == 2)),
    ):
        yield line, covered(share(of, variable[units], inside[units]), variable[inside].mean())
    found = mean(design, people.employees[units], everybody[units])
    yield "mean number of employees", covered(found, people.employees[everybody].mean())


def _differences(people: Population, units: Integers, design: Design) -> Iterator[tuple[str, bool]]:
    a, b = (people.in_scope & (people.level == number) for number in (0, 1))
    found = difference(design, people.innovative[units], a[units], b[units])
    yield "difference of two levels", covered(found, people.innovative[a].mean() - people.innovative[b].mean())


def _tests(people: Population, units: Integers, design: Design, calibrated: Design) -> Iterator[tuple[str, bool]]:
    scope = people.in_scope[units]
    for line, category, group, of in (
        ("Rao–Scott, two groups of answers", people.novelty, people.half, design),
        ("Rao–Scott, three levels", people.kind, people.level, design),
        ("Rao–Scott, two groups, post-stratified", people.novelty, people.half, calibrated),
    ):
        p = distribution_test(of, category[units], group[units], scope).p
        yield line, p is not None and p < 0.05
    halves = (scope & (people.half[units] == number) for number in (0, 1))
    t = difference(design, (people.novelty == 0)[units].astype(np.int64), *halves)
    yield "t of a difference", t.p is not None and t.p < 0.05


def _change(
    people: Population, units: Integers, design: Design, stratum: Integers, later_units: Integers
) -> Difference:
    later_design, later_stratum = weighted(people, later_units)
    common = np.zeros((design.counts.size, later_design.counts.size))
    np.add.at(common, (stratum, later_stratum), 1)
    earlier = RoundShare(design, people.innovative[units], people.in_scope[units], units)
    later = RoundShare(later_design, people.later[later_units], people.in_scope[later_units], later_units)
    return change(earlier, later, common)


TESTS = ("Rao–Scott", "t of")


def nominal(line: str) -> float:
    return 0.05 if line.startswith(TESTS) else 0.95


def accepted(line: str, rounds: int) -> tuple[int, int]:
    """Return the smallest and the largest number of hits that a true rate within a point of the nominal one allows."""
    low, high = nominal(line) - SLACK, nominal(line) + SLACK
    return int(stats.binom.ppf((1 - RANGE) / 2, rounds, low)), int(stats.binom.ppf((1 + RANGE) / 2, rounds, high))


def simulate(rounds: int, seed: int = SEED) -> Counter[str]:
    """Return in how many rounds each interval covered, and each test rejected."""
    rng = np.random.default_rng(seed)
    people = population(rng)
    hits: Counter[str] = Counter()
    for _ in range(rounds):
        for line, hit in one_round(people, rng):
            hits[line] += hit
    return hits


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args()
    outside = 0
    for line, hits in simulate(options.rounds, options.seed).items():
        low, high = accepted(line, options.rounds)
        outside += not low <= hits <= high
        seen, least, most = (100 * number / options.rounds for number in (hits, low, high))
        print(f"{line:40} {seen:6.2f} %  ({least:5.2f} – {most:5.2f})  {'' if low <= hits <= high else 'OUTSIDE'}")
    return int(outside > 0)


if __name__ == "__main__":
    sys.exit(main())
