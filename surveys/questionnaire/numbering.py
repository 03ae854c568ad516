"""Columns of numbers: one entry per respondent, the same number for all who are alike.

What belongs to a number is worked out once, however many have it, and looked up for all of them at a time.
"""

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

Column: TypeAlias = NDArray[np.intp]
MOST_KEPT: Final = 1_000  # of one kind: beyond that, what a few respondents share is not worth the memory
WIDEST: Final = 60  # bits of a key of several numbers
DENSE: Final = 12  # bits of one for which all there can be have a place


class Numbering:
    """Numbers things by their keys. ``entries[number]`` is the thing; ``first`` are those that have no key."""

    def __init__(self, *first: object) -> None:
        self._first = first
        self._followers: set[Numbering] = set()
        self.clear()

    def clear(self) -> None:
        """Begin anew, and with it all that is kept by these numbers."""
        self.entries: list[Any] = list(self._first)
        self._numbers = _Numbers(len(self._first))
        self._tables: dict[Hashable, NDArray[Any]] = {}
        for follower in self._followers:
            follower.clear()

    def tidy(self) -> None:
        if len(self.entries) > MOST_KEPT:
            self.clear()

    def rests_on(self, others: "Iterable[Numbering]") -> None:
        """Say whose numbers the keys are made of."""
        for other in others:
            other._followers.add(self)

    def number(self, key: Hashable, entry: object) -> int:
        """Return the number of one thing."""
        number = self._numbers[key]
        if number == len(self.entries):
            self._numbers.new.clear()
            self.entries.append(entry)
        return number

    def column(self, keys: Sequence[Hashable], make: Callable[[int], object]) -> Column:
        """Return the number of each key; the thing of a new one is made, of the respondent at that place.

        Raises: TypeError when a key cannot be one; then nothing is kept.
        """
        numbers = self._numbers
        try:
            found = np.fromiter(map(numbers.__getitem__, keys), np.intp, len(keys))
        except TypeError:
            numbers.forget()
            raise
        new, numbers.new = numbers.new, []
        for number in new:
            self.entries.append(make(int((found == number).argmax())))
        return found

    def of(self, column: Column, by: Hashable, make: Callable[[Any], object], dtype: Any = object) -> NDArray[Any]:
        """Return what ``by`` makes of the thing of each number; it is asked once for each thing."""
        table = self._tables.get(by)
        done = 0 if table is None else len(table)
        if table is None or done < len(self.entries):
            more = np.empty(len(self.entries) - done, dtype)
            for place, entry in enumerate(self.entries[done:]):
                more[place] = make(entry)
            table = self._tables[by] = more if table is None else np.concatenate([table, more])
        return table[column]


class Joint(Numbering):
    """Numbers what several columns say together."""

    def __init__(self, *first: object) -> None:
        self._widths: list[int] = []  # bits that each column has needed so far
        super().__init__(*first)

    def clear(self) -> None:
        super().clear()
        self._dense: Column | None = None

    def together(self, columns: Sequence[Column], respondents: int, make: Callable[[int], object]) -> Column:
        """Return one number for each of so many respondents; see ``column``."""
        if not respondents:
            return np.zeros(0, np.intp)
        widths = [int(column.max()).bit_length() for column in columns]
        if self._widths:
            widths = list(map(max, widths, self._widths))
        if widths != self._widths:
            self._widths = widths
            self.clear()
        if sum(widths) > WIDEST:
            return self.column(list(zip(*(column.tolist() for column in columns), strict=True)), make)
        packed = np.zeros(respondents, np.intp)
        for column, width in zip(columns, widths, strict=True):
            packed = packed << width | column
        return self._looked_up(packed, make) if sum(widths) <= DENSE else self.column(packed.tolist(), make)

    def _looked_up(self, packed: Column, make: Callable[[int], object]) -> Column:
        if self._dense is None:
            self._dense = np.full(1 << sum(self._widths), -1, np.intp)
        found = self._dense[packed]
        if found.min() < 0:
            for key in np.unique(packed[found < 0]):
                self._dense[key] = len(self.entries)
                self.entries.append(make(int((packed == key).argmax())))
            found = self._dense[packed]
        return found


class _Numbers(dict[Hashable, int]):
    """Gives a key that it does not know the next number; ``new`` are those given since somebody looked."""

    def __init__(self, first: int) -> None:
        super().__init__()
        self.first, self.new = first, list[int]()

    def __missing__(self, key: Hashable) -> int:
        number = self[key] = self.first + len(self)
        self.new.append(number)
        return number

    def forget(self) -> None:
        """Forget the new ones."""
        for _number in self.new:
            self.popitem()
        self.new = []


class Coded(NamedTuple):
    """A column of numbers, and what they stand for."""

    numbering: Numbering
    numbers: Column

    def at(self, place: int) -> Any:
        return self.numbering.entries[self.numbers[place]]

    def of(self, by: Hashable, make: Callable[[Any], object], dtype: Any = object) -> NDArray[Any]:
        return self.numbering.of(self.numbers, by, make, dtype)
