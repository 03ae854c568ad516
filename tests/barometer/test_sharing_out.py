"""Work shared out between two processes: the same in the same order, and nobody is left behind."""

import os

import pytest
from django.contrib.auth.models import Group
from django.db import connection, transaction

from barometer.sharing_out import HelperLost, can_be_shared, in_two_processes

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgresql]


def asked(number: int) -> tuple[int, str]:
    return os.getpid(), Group.objects.get(name=str(number)).name


def make_groups(number: int) -> None:
    Group.objects.bulk_create(Group(name=str(place)) for place in range(number))


def test_two_processes_make_every_second_piece_each_in_order() -> None:
    make_groups(7)
    made = list(in_two_processes(range(7), asked))
    assert [name for _process, name in made] == [str(place) for place in range(7)]
    mine, others = {made[place][0] for place in range(0, 7, 2)}, {made[place][0] for place in range(1, 7, 2)}
    assert mine == {os.getpid()}
    assert len(others) == 1 and others != mine


def test_the_first_process_keeps_its_connection() -> None:
    make_groups(2)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        before = cursor.fetchone()
        assert len(list(in_two_processes(range(2), asked))) == 2
        cursor.execute("SELECT pg_backend_pid()")
        assert cursor.fetchone() == before


def test_a_fault_in_the_other_process_is_one_here() -> None:
    make_groups(1)
    with pytest.raises(HelperLost):
        list(in_two_processes(range(4), asked))


def test_nobody_is_left_when_the_first_process_gives_up() -> None:
    make_groups(4)
    pieces = in_two_processes(range(4), asked)
    assert next(pieces)[0] == os.getpid()
    other = next(pieces)[0]
    os.kill(other, 0)  # it is there
    pieces.close()
    with pytest.raises(ProcessLookupError):
        os.kill(other, 0)


def test_nothing_is_shared_out_inside_a_transaction() -> None:
    assert can_be_shared() == (len(os.sched_getaffinity(0)) > 1)
    with transaction.atomic():
        assert not can_be_shared()
