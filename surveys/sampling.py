"""Stratify a frame, share a sample out over the strata, and draw it by permanent random numbers.

Nothing here depends on the order in which units or strata are given. In prose: docs/methods/sampling.md.
"""

import hashlib
import hmac
import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from barometer.problems import Problem
from surveys.classifications import SIZE_CLASSES

SMALLEST_STRATUM = 20
MINIMUM_PER_STRATUM = 10


def permanent_random_number(register_id: str, key: bytes) -> float:
    """Return the number in [0, 1) that this workplace has in every round drawn with this key.

    The first 53 bits of HMAC-SHA256(key, register id) over 2⁵³: uniform, the same on every machine, and without
    the key nobody can tell whether a workplace will be drawn.
    Source: Ohlsson (1995), Coordination of samples using permanent random numbers, in Business Survey Methods.
    Raises: ValueError if the register id or the key is empty.
    """
    if not register_id or not key:
        raise ValueError("a permanent random number needs a register id and a key")
    digest = hmac.new(key, register_id.encode(), hashlib.sha256).digest()
    return (int.from_bytes(digest[:8], "big") >> 11) / 2**53


def key_fingerprint(key: bytes) -> str:
    """Return 16 hexadecimal digits that tell one sampling key from another and give nothing of it away."""
    return hashlib.sha256(b"sampling key fingerprint\0" + key).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Unit:
    """A workplace of the frame, as far as drawing needs it."""

    register_id: str
    level: str
    industry_group: str
    size_class: str
    permanent_random_number: float


@dataclass(frozen=True, slots=True)
class Cell:
    """The workplaces of one level × industry group × size class; ``population`` is how many."""

    level: str
    industry_group: str
    size_class: str
    population: int


@dataclass(frozen=True, slots=True)
class Stratum:
    """One cell, or several that were merged. ``units`` are in order of register id."""

    cells: tuple[Cell, ...]
    units: tuple[Unit, ...]

    @property
    def level(self) -> str:
        return self.cells[0].level

    @property
    def industry_groups(self) -> tuple[str, ...]:
        return tuple(sorted({cell.industry_group for cell in self.cells}))

    @property
    def size_classes(self) -> tuple[str, ...]:
        return tuple(sorted({cell.size_class for cell in self.cells}, key=SIZE_CLASSES.index))

    @property
    def code(self) -> str:
        """Its name, e.g. ``municipality.health.s1_9+s10_24``."""
        return f"{self.level}.{'+'.join(self.industry_groups)}.{'+'.join(self.size_classes)}"

    @property
    def population(self) -> int:
        return len(self.units)

    @property
    def merged(self) -> bool:
        return len(self.cells) > 1


@dataclass(frozen=True, slots=True)
class Stratification:
    """The strata of a frame, by level, industry group and size class, and what stands in the way of using them."""

    strata: tuple[Stratum, ...]
    problems: tuple[Problem, ...]

    @property
    def merges(self) -> tuple[Stratum, ...]:
        """The strata made of several cells: what staff must see and accept."""
        return tuple(stratum for stratum in self.strata if stratum.merged)


def stratify(units: Iterable[Unit], smallest: int = SMALLEST_STRATUM) -> Stratification:
    """Sort units into strata of at least ``smallest`` units: level × industry group × size class, merged where small.

    Within a level and industry group the smallest cell that is too small is merged with its smaller neighbour among
    the size classes, until none is too small (ties go to the lower size class). An industry group too small as a
    whole is first pooled with the smallest other one of its level (ties: alphabetical order). A level that is itself
    too small cannot be helped and is a problem.
    """
    by_industry: dict[str, dict[str, list[Unit]]] = defaultdict(lambda: defaultdict(list))
    for unit in units:
        by_industry[unit.level][unit.industry_group].append(unit)
    strata: list[Stratum] = []
    problems: list[Problem] = []
    for level, industries in sorted(by_industry.items()):
        population = sum(len(members) for members in industries.values())
        if population < smallest:
            params = {"level": level, "population": population, "smallest": smallest}
            problems.append(Problem("sample_level_too_small", "", params))
        for pooled in _pool_industries(industries, smallest):
            strata.extend(_merge_size_classes(pooled, smallest))
    return Stratification(tuple(strata), tuple(problems))


def _pool_industries(industries: Mapping[str, list[Unit]], smallest: int) -> list[list[Unit]]:
    """Return the units of each industry group of a level; groups with fewer than ``smallest`` in all are pooled."""
    pools: list[tuple[tuple[str, ...], list[Unit]]] = [
        ((code,), members) for code, members in sorted(industries.items())
    ]
    while len(pools) > 1:
        pools.sort(key=lambda pool: (len(pool[1]), pool[0]))
        (codes, members), (other_codes, others), *rest = pools
        if len(members) >= smallest:
            break
        pools = [(tuple(sorted(codes + other_codes)), members + others), *rest]
    return [members for _, members in sorted(pools)]


def _merge_size_classes(units: Sequence[Unit], smallest: int) -> list[Stratum]:
    """Return strata of neighbouring size classes with at least ``smallest`` units each, where there are that many."""
    by_size: dict[str, list[Unit]] = defaultdict(list)
    for unit in units:
        by_size[unit.size_class].append(unit)
    groups = [by_size[code] for code in sorted(by_size, key=SIZE_CLASSES.index)]
    while len(groups) > 1:
        sizes = [len(members) for members in groups]
        at = sizes.index(min(sizes))
        if sizes[at] >= smallest:
            break
        left = at - 1 if at == len(groups) - 1 or (at > 0 and sizes[at - 1] <= sizes[at + 1]) else at
        groups[left : left + 2] = [groups[left] + groups[left + 1]]
    return [_stratum(members) for members in groups]


def _stratum(units: Iterable[Unit]) -> Stratum:
    ordered = tuple(sorted(units, key=lambda unit: unit.register_id))
    counts: dict[tuple[str, str, str], int] = defaultdict(int)
    for unit in ordered:
        counts[unit.level, unit.industry_group, unit.size_class] += 1
    keys = sorted(counts, key=lambda key: (key[1], SIZE_CLASSES.index(key[2])))
    return Stratum(tuple(Cell(*key, counts[key]) for key in keys), ordered)


def allocation_problems(
    populations: Mapping[str, int],
    size: int,
    minimum: int = MINIMUM_PER_STRATUM,
    take_all: Collection[str] = (),
) -> list[Problem]:
    """Return why ``allocate`` could not share out this size: more than there are, or less than the floors need."""
    most, least = sum(populations.values()), sum(_floors(populations, minimum, take_all).values())
    if size > most:
        return [Problem("sample_size_above_population", "", {"size": size, "population": most})]
    if size < least:
        return [Problem("sample_size_below_minimum", "", {"size": size, "least": least, "minimum": minimum})]
    return []


def allocate(
    populations: Mapping[str, int],
    size: int,
    minimum: int = MINIMUM_PER_STRATUM,
    take_all: Collection[str] = (),
) -> dict[str, int]:
    """Return how many units to draw in each stratum; together exactly ``size``.

    The real-valued shares of ``proportional_shares``, rounded by the largest remainder; equal remainders go to the
    alphabetically first stratum. A stratum whose number equals its population is taken all.

    Args:
        populations: units per stratum, N_h ≥ 1, by stratum code.
        size: units to draw in all.
        minimum: units to draw in each stratum at least, or all of it if it has fewer.
        take_all: codes of strata to draw completely.

    Returns: n_h by stratum code, min(N_h, minimum) ≤ n_h ≤ N_h, in the order of ``populations``.
    Raises: ValueError if ``allocation_problems`` has something to say, or take_all names an unknown stratum.
    Source: Cochran (1977), Sampling Techniques, 3rd ed., chapter 5.
    """
    shares = proportional_shares(populations, size, minimum, take_all)
    allocation = {code: math.floor(share) for code, share in shares.items()}
    by_remainder = sorted(shares, key=lambda code: (allocation[code] - shares[code], code))
    for code in by_remainder[: size - sum(allocation.values())]:
        allocation[code] += 1
    return allocation


def proportional_shares(
    populations: Mapping[str, int],
    size: int,
    minimum: int = MINIMUM_PER_STRATUM,
    take_all: Collection[str] = (),
) -> dict[str, Fraction]:
    """Return the exact proportional share of each stratum, kept between its floor and its population.

    Strata that reach their population are fixed first, then those that fall under their floor, and what is left is
    shared out again among the others, until nothing changes. Arguments and errors as ``allocate``.
    """
    if unknown := set(take_all) - set(populations):
        raise ValueError(f"take_all names strata that are not there: {sorted(unknown)}")
    if problems := allocation_problems(populations, size, minimum, take_all):
        raise ValueError(f"{problems[0].code}: {dict(problems[0].params)}")
    floors = _floors(populations, minimum, take_all)
    fixed = {code: Fraction(populations[code]) for code in take_all}
    while free := [code for code in populations if code not in fixed]:
        rate = (size - sum(fixed.values())) / Fraction(sum(populations[code] for code in free))
        reached = [code for code in free if rate * populations[code] >= populations[code]]
        under = [code for code in free if rate * populations[code] <= floors[code]]
        if reached:
            fixed |= {code: Fraction(populations[code]) for code in reached}
        elif under:
            fixed |= {code: Fraction(floors[code]) for code in under}
        else:
            fixed |= {code: rate * populations[code] for code in free}
    return {code: fixed[code] for code in populations}


def _floors(populations: Mapping[str, int], minimum: int, take_all: Collection[str]) -> dict[str, int]:
    return {code: n if code in take_all else min(n, minimum) for code, n in populations.items()}


def select(units: Iterable[Unit], size: int, start: float) -> tuple[Unit, ...]:
    """Return the first ``size`` units at or after ``start`` by permanent random number, going on from 0 after 1.

    Every unit has the inclusion probability size / number of units. Units with the same number come in order of
    register id. Two rounds with starts far apart overlap little; with the same start, as much as possible.

    Args:
        units: the units of one stratum.
        size: how many to take, 0 … number of units.
        start: where to begin, in [0, 1).

    Returns: the units taken, in the order in which they were reached.
    Raises: ValueError if size or start is outside its limits.
    Source: Ohlsson (1995), sequential simple random sampling with permanent random numbers.
    """
    ordered = sorted(units, key=lambda unit: (unit.permanent_random_number, unit.register_id))
    if not 0 <= size <= len(ordered):
        raise ValueError(f"cannot take {size} of {len(ordered)} units")
    if not 0 <= start < 1:
        raise ValueError(f"a start point lies in [0, 1), not at {start}")
    after = [unit for unit in ordered if unit.permanent_random_number >= start]
    before = ordered[: len(ordered) - len(after)]
    return tuple((after + before)[:size])
