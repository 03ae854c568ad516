"""Who tries typed codes is slowed down, never locked out."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.cache import cache

from responses import guessing
from tests.factories import NOON

HERE, ELSEWHERE = "192.0.2.0/24", "198.51.100.0/24"


@pytest.fixture(autouse=True)
def empty_cache() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def wrong(network: str, times: int) -> None:
    for _ in range(times):
        guessing.note_wrong(network, NOON)


def test_a_slip_of_the_finger_costs_nothing() -> None:
    wrong(HERE, guessing.FREE_WRONG_CODES - 1)
    assert guessing.may_try(HERE, NOON)


def test_after_five_wrong_codes_a_network_may_try_once_a_minute() -> None:
    wrong(HERE, guessing.FREE_WRONG_CODES)
    assert not guessing.may_try(HERE, NOON)
    assert guessing.may_try(HERE, NOON + timedelta(seconds=guessing.PAUSE_SECONDS))
    assert guessing.may_try(ELSEWHERE, NOON)


def test_many_networks_together_are_slowed_after_one_wrong_code_each() -> None:
    for number in range(guessing.MANY_WRONG_CODES - 1):
        wrong(f"10.0.{number}.0/24", 1)
    assert guessing.may_try("10.0.1.0/24", NOON)
    wrong(HERE, 1)
    assert not guessing.may_try("10.0.1.0/24", NOON)
    assert guessing.may_try("10.0.1.0/24", NOON + timedelta(minutes=1))
    assert guessing.may_try(ELSEWHERE, NOON)  # who has typed nothing wrong is let in
