"""Dealing answers out like cards: at random, but in exact proportions."""

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(eq=False, slots=True)
class Unit:
    """A workplace of the frame, and the answers that it would give.

    ``initiated`` is what politically started its innovation: leadership, legislation, both or other.
    """

    register_id: str
    level: str
    size_class: str
    initiated: str = "other"
    answers: dict[str, object] = field(default_factory=dict)

    def marks(self, question: str) -> list[str]:
        """The marks in a multi question so far; a list to add to, in any order."""
        marks = self.answers.setdefault(question, [])
        assert isinstance(marks, list)
        return marks

    def cells(self, question: str) -> dict[str, object]:
        """The rows of a grid answered so far; a mapping to add to."""
        cells = self.answers.setdefault(question, {})
        assert isinstance(cells, dict)
        return cells


class Deck:
    """Deals with one generator of random numbers: the same units in the same order get the same cards."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng

    def deal(
        self, units: Sequence[Unit], shares: Mapping[str, float], of: float | None = None
    ) -> Iterator[tuple[Unit, str]]:
        """Yield every unit with a card.

        Args:
            shares: how many units get each card, as shares of ``of``; the last card goes to all that are left.
            of: a number of units; that of ``units`` when it is not given.

        Every card but the last goes to its share of units, short of rounding (less than one unit).
        """
        total = len(units) if of is None else of
        shuffled = self.rng.sample(units, len(units))
        start, dealt = 0, 0.0
        *cards, last = shares
        for card in cards:
            dealt += max(0.0, shares[card])
            end = round(dealt * total)
            yield from ((unit, card) for unit in shuffled[start:end])
            start = max(start, end)
        yield from ((unit, last) for unit in shuffled[start:])

    def pick(self, units: Sequence[Unit], share: float, of: float | None = None) -> list[Unit]:
        """Return a random share of the units."""
        return [unit for unit, card in self.deal(units, {"in": share, "out": 0.0}, of) if card == "in"]

    def answer(
        self, units: Sequence[Unit], question: str, shares: Mapping[str, float], of: float | None = None
    ) -> None:
        """Answer a single question."""
        for unit, code in self.deal(units, shares, of):
            unit.answers[question] = code

    def mark(self, units: Sequence[Unit], question: str, option: str, share: float, of: float | None = None) -> None:
        """Mark an option of a multi question."""
        for unit in self.pick(units, share, of):
            unit.marks(question).append(option)

    def rate(
        self, units: Sequence[Unit], question: str, row: str, shares: Mapping[str, float], of: float | None = None
    ) -> None:
        """Answer one row of a grid."""
        for unit, code in self.deal(units, shares, of):
            unit.cells(question)[row] = code

    def some_of(self, weights: Mapping[str, float], how_many: int) -> list[str]:
        """Return at most this many different codes, the heavy ones oftener."""
        found: list[str] = []
        for code in self.rng.choices(list(weights), list(weights.values()), k=how_many):
            if code not in found:
                found.append(code)
        return found

    def chance(self, probability: float) -> bool:
        return self.rng.random() < probability


def split(units: Sequence[Unit], first: Sequence[Unit], share: float, difference: float) -> tuple[float, float]:
    """Return the shares in ``first`` and in the other units: ``share`` in all, the first higher by ``difference``."""
    part = len(first) / len(units) if units else 0.0
    return share + (1 - part) * difference, share - part * difference


def without(units: Iterable[Unit], others: Iterable[Unit]) -> list[Unit]:
    """Return the units that are not among the others, in their order."""
    left_out = {id(unit) for unit in others}
    return [unit for unit in units if id(unit) not in left_out]
