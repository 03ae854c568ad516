"""Work shared out between two processes: the same in the same order, and nobody is left behind."""

import multiprocessing
import os
import signal
import time
from pathlib import Path

import pytest
from django.contrib.auth.models import Group
from django.db import connection, transaction

from barometer import sharing_out
from barometer.sharing_out import HelperLost, can_be_shared, in_two_processes

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgresql]


def asked(number: int) -> tuple[int, str]:
    return os.getpid(), Group.objects.get(name=str(number)).name


def slowly(number: int) -> tuple[int, str]:
    time.sleep(0.01)
    return asked(number)


def make_groups(number: int) -> None:
    Group.objects.bulk_create(Group(name=str(place)) for place in range(number))


def test_what_two_processes_make_comes_in_order() -> None:
    make_groups(40)
    made = list(in_two_processes(range(40), slowly))
    assert [name for _process, name in made] == [str(place) for place in range(40)]
    others = {process for process, _name in made} - {os.getpid()}
    assert len(others) == 1
    assert 10 < sum(process == os.getpid() for process, _name in made) < 30


def test_the_first_process_keeps_its_connection() -> None:
    make_groups(2)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        before = cursor.fetchone()
        assert len(list(in_two_processes(range(2), asked))) == 2
        cursor.execute("SELECT pg_backend_pid()")
        assert cursor.fetchone() == before


def test_a_fault_in_the_other_process_is_one_here() -> None:
    first = os.getpid()

    def fails_elsewhere(number: int) -> int:
        time.sleep(0.01)
        if os.getpid() != first:
            raise ValueError(number)
        return number

    with pytest.raises(HelperLost):
        list(in_two_processes(range(40), fails_elsewhere))


def test_who_was_killed_while_it_took_a_piece_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sharing_out, "PATIENCE", 0.2)
    first, begun = os.getpid(), multiprocessing.Value("l", 0)
    monkeypatch.setattr(multiprocessing, "Value", lambda *_kind: begun)

    def dies_with_the_lock(number: int) -> int:
        if os.getpid() != first:
            begun.get_lock().acquire()
            os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(0.05)
        return number

    with pytest.raises(HelperLost):
        list(in_two_processes(range(40), dies_with_the_lock))


def test_nobody_is_left_when_the_first_process_gives_up() -> None:
    make_groups(40)
    pieces = in_two_processes(range(40), slowly)
    other = next(process for process, _name in pieces if process != os.getpid())
    os.kill(other, 0)  # it is there
    pieces.close()
    with pytest.raises(ProcessLookupError):
        os.kill(other, 0)


def test_the_other_process_ends_when_the_first_is_killed() -> None:
    here, there = multiprocessing.Pipe(duplex=False)

    def told(number: int) -> int:
        time.sleep(0.01)
        there.send(os.getpid())
        return number

    if (first := os.fork()) == 0:
        list(in_two_processes(range(100_000), told))
        os._exit(0)
    other = next(process for process in iter(here.recv, None) if process != first)
    os.kill(first, signal.SIGKILL)
    os.waitpid(first, 0)
    end = time.monotonic() + 10
    while state(other) not in ("Z", None) and time.monotonic() < end:
        time.sleep(0.05)
    assert state(other) in ("Z", None)


def state(process: int) -> str | None:
    """Return what a process does, in the letter of the kernel; None of one that is gone."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return None


def test_nothing_is_shared_out_inside_a_transaction() -> None:
    assert can_be_shared() == (len(os.sched_getaffinity(0)) > 1)
    with transaction.atomic():
        assert not can_be_shared()
