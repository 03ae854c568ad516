"""Long work on two processors: each next piece is made by whoever is free, this process or one that it forks."""

import logging
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Generator, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any, Final, TypeVar

from django.db import connection

if sys.platform == "linux":
    import fcntl

logger = logging.getLogger(__name__)

ROOM: Final = 1 << 20  # bytes on their way, so that whoever has made a piece need not wait until it is fetched
PATIENCE: Final = 30  # seconds for what takes a microsecond

Piece = TypeVar("Piece")
Made = TypeVar("Made")


class HelperLost(Exception):
    """The other process ended before its work; what it stumbled over stands in the log."""


def can_be_shared() -> bool:
    """Return whether another process would see the same rows, and has a processor to run on.

    Inside a transaction it would not, and SQLite forbids its connections to be carried into another process.
    """
    if sys.platform != "linux" or connection.vendor != "postgresql" or connection.in_atomic_block:
        return False
    return len(os.sched_getaffinity(0)) > 1


def in_two_processes(pieces: Sequence[Piece], make: Callable[[Piece], Made]) -> Generator[Made]:
    """Yield what ``make`` makes of each piece, in order.

    ``make`` may ask the database: the other process has a connection of its own. It can only give back what can be
    pickled, and what it changes stays in it.

    Raises: HelperLost.
    """
    here, there = _pipe()
    begun = multiprocessing.Value("l", 0)
    process = os.fork()
    if process == 0:
        here.close()
        _other_process(there, begun, pieces, make)
    there.close()
    made: dict[int, Made] = {}
    try:
        for place in range(len(pieces)):
            while place not in made:
                number = None if here.poll() else _next(begun, pieces)
                if number is None:
                    number, one = here.recv()
                    made[number] = one
                else:
                    made[number] = make(pieces[number])
            yield made.pop(place)
    except EOFError as error:
        raise HelperLost from error
    finally:
        here.close()
        os.kill(process, signal.SIGKILL)  # nothing that it has must be ended tidily
        os.waitpid(process, 0)


def _pipe() -> tuple[Connection, Connection]:
    here, there = multiprocessing.Pipe(duplex=False)
    if sys.platform == "linux":
        with suppress(OSError):  # the user has too many of them: then somebody waits
            fcntl.fcntl(there.fileno(), fcntl.F_SETPIPE_SZ, ROOM)
    return here, there


def _next(begun: Any, pieces: Sequence[object]) -> int | None:
    """Return the number of a piece that nobody has begun, and begin it.

    Raises: HelperLost when the other process was killed while it did that.
    """
    lock = begun.get_lock()
    if not lock.acquire(timeout=PATIENCE):
        raise HelperLost
    try:
        if begun.value == len(pieces):
            return None
        begun.value += 1
        return int(begun.value) - 1
    finally:
        lock.release()


def _other_process(pipe: Connection, begun: Any, pieces: Sequence[Piece], make: Callable[[Piece], Made]) -> None:
    """Make pieces and end; what belongs to the first process is neither used nor ended."""
    _inherited, connection.connection = connection.connection, None  # kept: its end would be said to the server
    try:
        while (number := _next(begun, pieces)) is not None:
            pipe.send((number, make(pieces[number])))
    except BrokenPipeError:  # nobody waits for it any more
        pass
    except BaseException:
        logger.exception("The other process could not make its part")
    finally:
        os._exit(0)
