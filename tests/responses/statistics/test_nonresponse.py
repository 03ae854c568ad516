"""Non-response adjustment within classes."""

import numpy as np
import pytest

from responses.statistics.nonresponse import TooFewInClass, adjust_in_classes, propensity_classes
from tests.responses.statistics import barometer_from_r as barometer


def test_the_known_carry_the_weight_of_their_class() -> None:
    """By hand: class 0 weighs 6 and its known 4, so they are raised by 1.5; class 1 weighs 9, its known 6."""
    weights, classes = [2.0, 2.0, 2.0, 3.0, 3.0, 3.0], [0, 0, 0, 1, 1, 1]
    assert adjust_in_classes(weights, [1, 1, 0, 1, 0, 1], classes) == pytest.approx([3, 3, 4.5, 4.5])


def test_within_strata_the_weight_is_the_population_by_the_known() -> None:
    stratum = barometer.coded("stratum")
    drawn, known, population = (barometer.numbers(name) for name in ("n_h", "m_h", "N_h"))
    by_stratum = np.array([np.flatnonzero(stratum == number)[0] for number in range(45)])
    units = drawn[by_stratum].astype(int)
    classes = np.repeat(np.arange(45), units)
    answered = np.concatenate([np.arange(units[h]) < known[by_stratum[h]] for h in range(45)])
    found = adjust_in_classes(np.repeat((population / drawn)[by_stratum], units), answered, classes)
    expected = np.repeat((population / known)[by_stratum], known[by_stratum].astype(int))
    assert found == pytest.approx(expected, rel=1e-12)
    assert found.sum() == pytest.approx(14_000)


def test_a_class_of_fewer_than_two_known_is_refused_and_named() -> None:
    with pytest.raises(TooFewInClass) as refused:
        adjust_in_classes([1.0] * 6, [1, 1, 1, 0, 0, 0], [0, 0, 1, 1, 2, 2])
    assert refused.value.small == (1, 2)
    assert refused.value.problem.params == {"response_class": 2, "units": 1, "count": 2}


def test_propensity_classes_are_fifths_and_part_no_equals() -> None:
    assert np.bincount(propensity_classes(np.linspace(0.2, 0.8, 100))).tolist() == [20] * 5
    classes = propensity_classes([0.3] * 50 + [0.5] * 50)
    assert classes.tolist() == [0] * 50 + [1] * 50


def test_a_propensity_is_a_probability() -> None:
    with pytest.raises(ValueError, match="0 to 1"):
        propensity_classes([0.3, 1.2])
