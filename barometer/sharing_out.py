"""Long work on two processors: every second piece is made by a process that is forked here for that."""

import logging
import multiprocessing
import os
import signal
from collections.abc import Callable, Generator, Sequence
from multiprocessing.connection import Connection
from typing import TypeVar

from django.db import connection

logger = logging.getLogger(__name__)

_INHERITED: list[object] = []  # connections of the first process: one that ceases to be says so to the server

Piece = TypeVar("Piece")
Made = TypeVar("Made")


class HelperLost(Exception):
    """The other process ended before its work; what it stumbled over stands in the log."""


def can_be_shared() -> bool:
    """Return whether another process would see the same rows, and has a processor to run on.

    Inside a transaction it would not, and SQLite forbids its connections to be carried into another process.
    """
    return connection.vendor == "postgresql" and not connection.in_atomic_block and len(os.sched_getaffinity(0)) > 1


def in_two_processes(pieces: Sequence[Piece], make: Callable[[Piece], Made]) -> Generator[Made]:
    """Yield what ``make`` makes of each piece, in order; it is one piece ahead at most.

    ``make`` may ask the database: the other process has a connection of its own. It can only give back what can be
    pickled, and what it changes stays in it.

    Raises: HelperLost.
    """
    here, there = multiprocessing.Pipe(duplex=False)
    process = os.fork()
    if process == 0:
        here.close()
        _other_process(there, pieces[1::2], make)
    there.close()
    try:
        for place, piece in enumerate(pieces):
            yield make(piece) if place % 2 == 0 else here.recv()
    except EOFError as error:
        raise HelperLost from error
    finally:
        here.close()
        os.kill(process, signal.SIGKILL)  # nothing that it has must be ended tidily
        os.waitpid(process, 0)


def _other_process(pipe: Connection, pieces: Sequence[Piece], make: Callable[[Piece], Made]) -> None:
    """Make the pieces and end; what belongs to the first process is neither used nor ended."""
    _INHERITED.append(connection.connection)
    connection.connection = None
    try:
        for piece in pieces:
            pipe.send(make(piece))
    except BrokenPipeError:  # nobody waits for it any more
        pass
    except BaseException:
        logger.exception("The other process could not make its part")
    finally:
        os._exit(0)
