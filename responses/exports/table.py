"""A table on its way into a file: its variables, its rows, and the digest of both."""

import csv
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any, TypeAlias, TypeVar

from barometer.problems import Problem
from barometer.sharing_out import can_be_shared, in_two_processes
from responses.exports.study import Study
from responses.variables import Cell, Texts, Variable

Made = TypeVar("Made")
PROGRESS_EVERY = 500
LONG = 20_000  # rows: with fewer, a second process is not worth its while
KEPT = 5_000  # rows at most, of some 10 kB


class Echo:
    """A file that gives back what is written to it."""

    def write(self, text: str) -> str:
        return text


_RAW = csv.writer(Echo(), lineterminator="\r\n")  # what the end of a line is decides what is quoted


class Part:
    """Cells that stand beside each other in a row, and how the raw CSV file writes them: rendered once, used often.

    A part always stands at the same place of a row. ``made`` is what a format made of it, and ``by`` whose that is
    (``Table.made``).
    """

    __slots__ = ("by", "cells", "made", "text")

    def __init__(self, cells: Iterable[Cell]) -> None:
        self.cells = tuple(cells)
        # a lone empty cell would be quoted
        self.text = "" if self.cells == (None,) else str(_RAW.writerow(self.cells))[:-2]
        self.made: Any = None
        self.by: object = None


Parts: TypeAlias = Sequence[Part]
Piece: TypeAlias = Callable[[], Iterable[Parts]]


class RowsChanged(Exception):
    """While the file was made, rows came or went: what it would hold was never true at one moment."""

    def __init__(self, expected: int, found: int) -> None:
        super().__init__(f"{expected} rows expected, {found} found")
        self.expected, self.found = expected, found


@dataclass(frozen=True, slots=True)
class About:
    """What a file says of itself; equal for equal requests."""

    round: str
    title: str
    rehearsal: bool
    questionnaire: str
    content: str
    privacy: str
    filter: str
    weights: str
    program: str
    language: str


@dataclass(slots=True)
class Table:
    """``pieces`` give the rows, ``count`` of them, each in parts whose cells are those of ``variables``.

    ``digest`` is known once all rows have been read; ``notes`` are what a format could not hold as it is. ``sections``
    are the headings of a codebook, each with the number of variables under it; without any it has none. Unless there
    are too many, ``read_rows`` keeps the rows that were read, with their lines, for the next format (``again``).
    """

    about: About
    variables: tuple[Variable, ...]
    count: int
    pieces: Sequence[Piece]
    progress: Callable[[int], None] = lambda rows: None
    notes: list[Problem] = field(default_factory=list)
    digest: str = ""
    sections: tuple[tuple[Texts, int], ...] = ()
    study: Study = field(default_factory=Study)
    read_rows: Sequence[tuple[Parts, str]] | None = None

    def again(self) -> "Table":
        """Return the table as it was read, for another format, which has notes of its own."""
        return replace(self, notes=[])

    def lines(self) -> Iterator[tuple[Parts, str]]:
        """Yield every row with its line of the raw CSV file.

        Raises: RowsChanged.
        """
        rows = 0
        for row in self._new_lines() if self.read_rows is None else self.read_rows:
            rows += 1
            if rows % PROGRESS_EVERY == 0:
                self.progress(rows)
            yield row
        self.progress(rows)

    def _new_lines(self) -> Iterator[tuple[Parts, str]]:
        """Read the rows, and work out the digest on the way."""
        sha, rows = hashlib.sha256(self.codebook()), 0
        kept: list[tuple[Parts, str]] = []
        for parts in chain.from_iterable(piece() for piece in self.pieces):
            line = _line(parts)
            sha.update(line.encode())
            rows += 1
            if self.count <= KEPT:
                kept.append((parts, line))
            yield parts, line
        self._end(rows, sha.hexdigest())
        if self.count <= KEPT:
            self.read_rows = kept

    def blocks(self) -> Iterator[bytes]:
        """Yield the rows of the raw CSV file, many at a time; those of a long table are made by two processes.

        Raises: RowsChanged, HelperLost.
        """
        if self.count < LONG or len(self.pieces) < 2 or not can_be_shared():
            yield from (line.encode() for _parts, line in self.lines())
            return
        sha, rows = hashlib.sha256(self.codebook()), 0
        for number, block in in_two_processes(self.pieces, _block):
            sha.update(block)
            rows += number
            self.progress(rows)
            yield block
        self._end(rows, sha.hexdigest())

    def _end(self, rows: int, digest: str) -> None:
        if rows != self.count:
            raise RowsChanged(self.count, rows)
        self.digest = digest

    def rows(self) -> Iterator[list[Cell]]:
        """Yield every row as one list of cells."""
        for parts, _line in self.lines():
            yield [cell for part in parts for cell in part.cells]

    def read(self) -> None:
        """Read all rows for their digest alone: a codebook says of which rows it is.

        Raises: RowsChanged.
        """
        for _line in self.lines():
            pass

    def made(self, make: Callable[[Part, int], Made]) -> Iterator[list[Made]]:
        """Yield what a format makes of the parts of each row; ``make`` is told the place of the first cell.

        A part that comes again, which is the same object, is made once by the same ``make``.
        """
        for parts, _line in self.lines():
            row, place = [], 0
            for part in parts:
                if part.by is not make:
                    part.made, part.by = make(part, place), make
                row.append(part.made)
                place += len(part.cells)
            yield row

    def codebook(self) -> bytes:
        """Return the variables and what the file says of itself, as the digest takes them."""
        return json.dumps(self.described(), ensure_ascii=False, sort_keys=True).encode()

    def described(self) -> tuple[Mapping[str, object], list[Mapping[str, object]]]:
        """Return what the file says of itself, and its variables, as plain values."""
        about = {name: getattr(self.about, name) for name in self.about.__slots__}
        return about, [_plain(variable) for variable in self.variables]


def columns_of(rows: Iterable[Sequence[Sequence[Made]]]) -> Iterator[tuple[Made, ...]]:
    """Yield the columns of rows whose parts were made into a value per cell."""
    blocks = zip(*rows, strict=True)  # the parts that stand below each other
    return (column for parts in blocks for column in zip(*parts, strict=True))


def _line(parts: Parts) -> str:
    return ",".join([part.text for part in parts]) + "\r\n"


def _block(piece: Piece) -> tuple[int, bytes]:
    lines = [_line(parts) for parts in piece()]
    return len(lines), "".join(lines).encode()


def _plain(variable: Variable) -> Mapping[str, object]:
    values = [[value.code, value.number, dict(value.label), value.missing] for value in variable.values]
    return {
        "name": variable.name,
        "kind": variable.kind.value,
        "label": dict(variable.label),
        "values": values,
        "question": dict(variable.question),
        "base": dict(variable.base),
    }
