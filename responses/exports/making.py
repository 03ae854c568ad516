"""One file of a round: what may be asked for, and how it is made."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from barometer.garbage import seldom_collected
from barometer.problems import Problem
from responses.exports.formats import FORMATS
from responses.exports.history_tables import contacts_table, events_table, paradata_table, words_table
from responses.exports.responses_table import responses_table
from responses.exports.table import Table
from responses.variables import Privacy
from surveys.models import Round

# each with the lowest level of privacy at which it may leave
CONTENTS: dict[str, tuple[Privacy, Callable[[Round, Privacy, str], Table]]] = {
    "responses": (Privacy.STATISTICAL, responses_table),
    "texts": (Privacy.RESEARCH, words_table),
    "paradata": (Privacy.RESEARCH, paradata_table),
    "contacts": (Privacy.RESEARCH, contacts_table),
    "events": (Privacy.FULL, events_table),
}


class ExportRefused(Exception):
    """What was asked for cannot be had. ``problem`` is for staff."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked for: names of ``CONTENTS``, ``Privacy`` and ``FORMATS``; ``language`` is that of the labels."""

    content: str
    privacy: Privacy
    format: str
    language: str


@dataclass(frozen=True, slots=True)
class Made:
    """A finished file: how many rows it has, the digest of rows and codebook, that of the file, and what it lacks."""

    rows: int
    content_sha256: str
    sha256: str
    size: int
    notes: Sequence[Problem]


def check(order: Order) -> None:
    """Raises: ExportRefused for what a level does not let out, and for a format whose library is not installed."""
    if not FORMATS[order.format].available:
        raise ExportRefused(Problem(f"export_needs_{FORMATS[order.format].needs}", ""))
    least, _table = CONTENTS[order.content]
    levels = list(Privacy)
    if levels.index(order.privacy) < levels.index(least):
        raise ExportRefused(Problem("export_needs_level", "", {"content": order.content, "level": least.value}))


def make_file(round_: Round, order: Order, path: Path, progress: Callable[[int, int], None]) -> Made:
    """Make a file from rows of its own.

    Raises: ExportRefused; RowsChanged when rows came or went meanwhile.
    """
    return write(table_of(round_, order), order, path, progress)


def table_of(round_: Round, order: Order) -> Table:
    """Return what the file is made of; its rows are not read yet.

    Raises: ExportRefused.
    """
    check(order)
    return CONTENTS[order.content][1](round_, order.privacy, order.language)


def write(table: Table, order: Order, path: Path, progress: Callable[[int, int], None]) -> Made:
    """Write the file; ``progress`` is told every so often how many rows of how many are written.

    Raises: RowsChanged when rows came or went meanwhile.
    """
    table.progress = lambda rows: progress(rows, table.count)
    with seldom_collected():  # a quarter of the time of a large file
        FORMATS[order.format].write(table, path)
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return Made(table.count, table.digest, sha256, path.stat().st_size, tuple(table.notes))


def file_name(round_: Round, order: Order) -> str:
    """Return what the file is called; a rehearsal's says so."""
    return f"{round_.file_name(f'{order.content}-{order.privacy.value}')}.{FORMATS[order.format].ending}"
