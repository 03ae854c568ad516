"""A small run of the simulation whose large one is recorded in docs/methods/coverage.md."""

import pytest

from benchmarks import coverage

ROUNDS = 100


@pytest.fixture(scope="module")
def hits() -> dict[str, int]:
    return dict(coverage.simulate(ROUNDS, seed=7))


def test_intervals_cover_and_tests_reject_about_as_often_as_they_promise(hits: dict[str, int]) -> None:
    assert len(hits) == 13
    for line, count in hits.items():
        low, high = coverage.accepted(line, ROUNDS)
        assert low <= count <= high, line


def test_the_range_is_the_exact_binomial_one_around_a_point_either_side() -> None:
    # Of 10,000 rounds, 94 % to 96 % true coverage can show as this many, and 4 % to 6 % rejections as that many.
    low, high = coverage.accepted("share of all", 10_000)
    assert 9_315 < low < 9_330
    assert 9_655 < high < 9_670
    assert coverage.accepted("Rao–Scott, three levels", 10_000) == (10_000 - high, 10_000 - low)
