"""A table on its way into a file: its variables, its rows, and the digest of both."""

import csv
import hashlib
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from barometer.problems import Problem
from responses.exports.study import Study
from responses.variables import Cell, Texts, Variable

Part: TypeAlias = tuple[Cell, ...]
Parts: TypeAlias = Sequence[Part]
PROGRESS_EVERY = 500
MOST_KEPT = 20_000


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
    """``source`` yields the rows, ``count`` of them, each in parts whose cells are those of ``variables``.

    ``digest`` is known once all rows have been read; ``notes`` are what a format could not hold as it is. ``sections``
    are the headings of a codebook, each with the number of variables under it; without any it has none.
    """

    about: About
    variables: tuple[Variable, ...]
    count: int
    source: Callable[[], Iterable[Parts]]
    progress: Callable[[int], None] = lambda rows: None
    notes: list[Problem] = field(default_factory=list)
    digest: str = ""
    sections: tuple[tuple[Texts, int], ...] = ()
    study: Study = field(default_factory=Study)

    def lines(self) -> Iterator[tuple[Parts, str]]:
        """Yield every row with its line of the raw CSV file, and work out the digest on the way.

        Raises: RowsChanged.
        """
        sha, fragments, rows = hashlib.sha256(self.codebook()), Fragments(), 0
        for parts in self.source():
            line = ",".join([fragments.of(part) for part in parts]) + "\r\n"
            sha.update(line.encode())
            rows += 1
            if rows % PROGRESS_EVERY == 0:
                self.progress(rows)
            yield parts, line
        if rows != self.count:
            raise RowsChanged(self.count, rows)
        self.progress(rows)
        self.digest = sha.hexdigest()

    def rows(self) -> Iterator[list[Cell]]:
        """Yield every row as one list of cells."""
        for parts, _line in self.lines():
            yield [cell for part in parts for cell in part]

    def read(self) -> None:
        """Read all rows for their digest alone: a codebook says of which rows it is.

        Raises: RowsChanged.
        """
        for _line in self.lines():
            pass

    def codebook(self) -> bytes:
        """Return the variables and what the file says of itself, as the digest takes them."""
        return json.dumps(self.described(), ensure_ascii=False, sort_keys=True).encode()

    def described(self) -> tuple[Mapping[str, object], list[Mapping[str, object]]]:
        """Return what the file says of itself, and its variables, as plain values."""
        about = {name: getattr(self.about, name) for name in self.about.__slots__}
        return about, [_plain(variable) for variable in self.variables]


class Fragments:
    """Renders parts of a row as raw CSV; a part that comes again is the same tuple and is rendered once."""

    def __init__(self) -> None:
        self.known: dict[int, tuple[Part, str]] = {}
        self.buffer = io.StringIO()
        self.writer = csv.writer(self.buffer, lineterminator="\r\n")

    def of(self, part: Part) -> str:
        found = self.known.get(id(part))
        if found is not None and found[0] is part:
            return found[1]
        text = self._rendered(part)
        if len(self.known) >= MOST_KEPT:
            self.known.clear()
        self.known[id(part)] = part, text  # the part is kept too, so that nothing else can get its id
        return text

    def _rendered(self, part: Part) -> str:
        if len(part) == 1 and part[0] is None:
            return ""  # a lone empty cell would be quoted
        self.writer.writerow(part)
        text = self.buffer.getvalue()[:-2]  # without the end of the line: what stands in it decides what is quoted
        self.buffer.seek(0)
        self.buffer.truncate()
        return text


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
