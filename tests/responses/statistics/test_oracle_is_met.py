"""Every case of the oracle is looked at by some test (tests/oracles/README.md)."""

from tests import oracles
from tests.responses.statistics import test_comparing_against_r as comparing
from tests.responses.statistics import test_estimation_against_r as estimation
from tests.responses.statistics import test_totals_against_r as totals

# How weights are calibrated is held against R where weights are made; barometer_weights.csv has R's.
OF_THE_WEIGHTS = {"b.cal.infeasible_bounds", "b.population_totals", "b.check.sampling_calib_linear"}
BY_NAME = {
    "b.total.innovative",
    "b.total.by.sector.innovative",
    "b.ratio.employees_in_innovative",
    "b.twophase.innovative",
}


def test_every_case_of_the_barometer_is_looked_at_by_one_kind_of_test() -> None:
    looked_at = [
        *estimation.MEANS,
        *estimation.INTERVALS,
        *totals.CALIBRATED_TOTALS,
        *totals.WEIGHTS,
        *comparing.DIFFERENCES,
        *comparing.TABLES,
        *BY_NAME,
        *OF_THE_WEIGHTS,
    ]
    assert sorted(looked_at) == sorted(oracles.cases("barometer"))
    assert len(looked_at) == 115


def test_every_case_of_the_small_set_is_looked_at_or_refused() -> None:
    # `mean.y` and `domain_p` rest on the stratum of one unit, for which R has four rules and we have none.
    compared = {id_ for id_ in estimation.RULES if id_.endswith(("by.dom.y", "mean.all_one"))}
    refused = {id_ for id_ in estimation.RULES if id_.endswith(("mean.y", "domain_p.degf"))} | {"edge.fail"}
    assert compared | refused == set(oracles.cases("edge"))
    assert len(compared) == 8
