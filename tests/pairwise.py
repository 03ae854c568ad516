"""Few combinations that still hold every pair of values."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from itertools import combinations, product

Pair = frozenset[tuple[str, Hashable]]
Combination = dict[str, Hashable]


def pairs(combination: Mapping[str, Hashable]) -> set[Pair]:
    """Return every pair of values in a combination, each with the name of its factor."""
    return {frozenset(pair) for pair in combinations(combination.items(), 2)}


def spread(fixed: Iterable[Mapping[str, Hashable]], free: Mapping[str, Sequence[Hashable]]) -> list[Combination]:
    """Return each fixed combination with values for the free factors: always those that bring most new pairs.

    Greedy, so not the fewest there could be; whoever needs every pair asks ``missing``.
    """
    choices = [dict(zip(free, values, strict=True)) for values in product(*free.values())]
    held: set[Pair] = set()
    found = []
    for each in fixed:
        best = max((dict(each) | choice for choice in choices), key=lambda one: len(pairs(one) - held))
        held |= pairs(best)
        found.append(best)
    return found


def missing(combinations_: Iterable[Mapping[str, Hashable]], free: Mapping[str, Sequence[Hashable]]) -> set[Pair]:
    """Return the pairs of free values that no combination holds."""
    held: set[Pair] = set().union(*(pairs(each) for each in combinations_))
    return {pair for values in product(*free.values()) for pair in pairs(dict(zip(free, values, strict=True)))} - held
