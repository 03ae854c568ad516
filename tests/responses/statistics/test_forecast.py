"""Where a round's response rate is going."""

import dataclasses
from typing import Any

import numpy as np
import pytest

from benchmarks.forecast import back_test, exact_range
from responses.statistics.curve_fit import BEFORE_ANY_ROUND, draws, fit
from responses.statistics.field_day_comparison import Group, Share, at_day, differences
from responses.statistics.forecast import Band, Projection, Question, Unknown, Why, beliefs_after, project
from responses.statistics.response_curve import (
    FIRST,
    FIRST_DAY,
    QUICK,
    SHARE_QUICK,
    SIZE,
    SLOW,
    Calls,
    Curve,
    Floats,
    Kind,
    Wave,
    hazards,
    survival,
)
from tests.simulated_rounds import Nature, as_of, simulate

USUAL = Nature(-0.4, 0.5, -0.3, 1.2, 9, 0.6, 0.1, 0.05, 0.2, 0.1)
INVITATION = Wave(Kind.FIRST, 0, ((0, 1.0),))


def usual(seed: int = 1) -> Curve:
    return simulate(USUAL, np.random.default_rng(seed))


def forecast(curve: Curve, *former: Curve, target: int = 10**6, **asked: Any) -> Projection | Unknown:
    question = Question(target=target, last_day=len(curve.free) - 1, **asked)
    return project(curve, question, former, np.random.default_rng(7))


def projected(curve: Curve, *former: Curve, target: int = 10**6) -> Projection:
    found = forecast(curve, *former, target=target)
    assert isinstance(found, Projection)
    return found


def parameters(**changes: float) -> Floats:
    """One half reacts, all at the same pace: a mean delay of one day, counted from the beginning of the day."""
    found = np.zeros((1, SIZE))
    found[0, [QUICK, SLOW, SHARE_QUICK, FIRST_DAY]] = 0, 0, 0, 0
    return found


# ---- the curve, by hand


def test_a_contact_brings_its_share_after_exponential_delays() -> None:
    """½ · (1 − e⁻¹) have answered by the end of the day, ½ · (1 − e⁻²) by the end of the next."""
    alive = survival(parameters(), [INVITATION], [False, False])[0]
    assert alive == pytest.approx([1 - 0.5 * (1 - np.exp(-1)), 1 - 0.5 * (1 - np.exp(-2))])


def test_contacts_work_side_by_side() -> None:
    """Who reacts to neither has not answered: the probabilities of not answering are multiplied."""
    reminder = Wave(Kind.REMINDER, 1, ((1, 0.5),))
    both = survival(parameters(), [INVITATION, reminder], [False, False])[0]
    alone = survival(parameters(), [INVITATION], [False, False])[0]
    assert both == pytest.approx([alone[0], alone[1] * (1 - 0.5 * 0.5 * (1 - np.exp(-1)))])


def test_a_free_day_counts_in_part() -> None:
    """Its weight is ½ with the parameters above: ½ · (1 − e^(−1½)) on the second day."""
    alive = survival(parameters(), [INVITATION], [False, True])[0]
    assert alive[1] == pytest.approx(1 - 0.5 * (1 - np.exp(-1.5)))


def test_the_chance_of_a_day_is_that_of_those_still_open() -> None:
    assert hazards(np.array([[0.8, 0.6]]))[0] == pytest.approx([0.2, 0.25])


@pytest.mark.parametrize(("sampled", "submitted"), [(0, ()), (3, (2, 2)), (3, (-1,))])
def test_a_curve_that_cannot_be_is_refused(sampled: int, submitted: tuple[int, ...]) -> None:
    with pytest.raises(ValueError):
        Curve(sampled, submitted, (INVITATION,), (False, False))


def test_days_of_which_nobody_knows_whether_they_are_free_are_refused() -> None:
    with pytest.raises(ValueError, match="free"):
        Curve(3, (1, 1), (INVITATION,), (False,))


# ---- fitting


def test_the_fit_finds_the_parameters_that_made_a_curve() -> None:
    """A curve without noise, from parameters that are not the believed ones."""
    true = BEFORE_ANY_ROUND.mean.copy()
    true[[FIRST, 1, QUICK, SHARE_QUICK, SLOW]] = -0.2, -0.9, np.log(0.8), 0.8, np.log(9)
    waves, free = (INVITATION, Wave(Kind.REMINDER, 1, ((7, 1.0),))), tuple(day % 7 >= 5 for day in range(40))
    alive = survival(true[None], waves, free)[0]
    counts = np.rint(200_000 * -np.diff(np.concatenate([[1.0], alive]))).astype(int)
    found = fit(Curve(200_000, tuple(int(count) for count in counts), waves, free), BEFORE_ANY_ROUND)
    assert survival(found.mode[None], waves, free)[0] == pytest.approx(alive, abs=0.003)
    assert found.mode[[FIRST, 1]] == pytest.approx(true[[FIRST, 1]], abs=0.1)


def test_without_answers_the_beliefs_are_what_there_is() -> None:
    curve = Curve(500, (), (INVITATION,), (False,) * 10)
    drawn = draws(curve, BEFORE_ANY_ROUND, 4000, np.random.default_rng(1))
    deviations = np.sqrt(np.diag(BEFORE_ANY_ROUND.covariance))
    assert drawn.mean(axis=0) == pytest.approx(BEFORE_ANY_ROUND.mean, abs=0.06)
    assert drawn.std(axis=0) == pytest.approx(deviations, rel=0.08)


def test_a_former_round_narrows_what_is_believed_and_moves_it_toward_that_round() -> None:
    former = usual()
    after = beliefs_after([former])
    assert np.all(np.diag(after.covariance) <= np.diag(BEFORE_ANY_ROUND.covariance) + 1e-9)
    seen = fit(former, BEFORE_ANY_ROUND).mode[SLOW]
    before = BEFORE_ANY_ROUND.mean[SLOW]
    assert min(before, seen) < after.mean[SLOW] < max(before, seen)


# ---- the forecast


def test_the_band_holds_the_final_number_and_narrows_as_the_days_go_by() -> None:
    whole = usual()
    bands = [projected(as_of(whole, day)).final for day in (8, 15, 30)]
    widths = [band.high - band.low for band in bands]
    assert widths[0] > widths[1] > widths[2] > 0
    assert all(band.low <= band.expected <= band.high for band in bands)


def test_a_former_round_narrows_the_band() -> None:
    now, former = as_of(usual(1), 8), usual(2)
    alone, with_former = projected(now), projected(now, former)
    assert (alone.former, with_former.former) == (0, 1)
    assert width(with_former.final) < width(alone.final)


def width(band: Band) -> float:
    return band.high - band.low


def test_the_same_data_give_the_same_numbers() -> None:
    now = as_of(usual(), 15)
    assert forecast(now) == forecast(now)


def test_the_days_run_from_today_to_the_last_and_never_fall() -> None:
    now = as_of(usual(), 15)
    days = projected(now).days
    assert [each.day for each in days] == list(range(15, len(now.free)))
    expected = [each.band.expected for each in days]
    assert expected == sorted(expected)
    assert days[-1].band == projected(now).final


def test_what_has_come_in_today_is_not_expected_once_more() -> None:
    now = as_of(usual(), 15)
    found = forecast(now, today=400)
    assert isinstance(found, Projection)
    assert found.days[0].band.low >= sum(now.submitted) + 400


def test_a_target_within_reach_has_a_day_and_one_out_of_reach_has_none() -> None:
    now = as_of(usual(), 10)
    near = projected(now, target=sum(now.submitted) + 5).reaching
    assert near.chance == 1
    assert near.earliest is not None and near.latest is not None
    assert 10 <= near.earliest <= near.latest < 20
    far = projected(now, target=now.sampled).reaching
    assert (far.chance, far.expected, far.earliest, far.latest) == (0, None, None, None)


def test_a_target_that_has_been_reached_has_the_day_on_which_it_was() -> None:
    now = as_of(usual(), 15)
    reaching = projected(now, target=sum(now.submitted[:4])).reaching
    assert reaching == type(reaching)(1, 3, 3, 3)


def test_when_all_have_answered_nobody_else_is_expected() -> None:
    everybody = Curve(100, (60, 30, 10, 0, 0), (INVITATION,), (False,) * 20)
    found = projected(everybody, target=50)
    assert found.final == Band(100, 100, 100)
    assert found.reaching.expected == 0


@pytest.mark.parametrize(
    ("curve", "unknown"),
    [
        (Curve(100, (), (), (False,) * 20), Unknown(Why.NO_WAVE)),
        (Curve(100, (9, 9, 9, 9), (), (False,) * 20), Unknown(Why.NO_WAVE)),
        (Curve(100, (), (INVITATION,), (False,) * 20), Unknown(Why.TOO_EARLY)),
        (Curve(100, (30,), (INVITATION,), (False,) * 20), Unknown(Why.TOO_EARLY, 1)),
        (Curve(100, (0,) * 9, (INVITATION,), (False,) * 20), Unknown(Why.FEW_ANSWERS)),
        (Curve(100, (2,) * 9, (INVITATION,), (False,) * 20), Unknown(Why.FEW_ANSWERS, 18)),
        (Curve(100, (9,) * 9, (INVITATION,), (False,) * 9), Unknown(Why.PAST_CLOSING)),
    ],
)
def test_what_is_too_little_is_said_and_nothing_is_guessed(curve: Curve, unknown: Unknown) -> None:
    assert forecast(curve) == unknown


# ---- what more contacts would bring


def only_invited(days: int) -> Curve:
    whole = usual()
    return dataclasses.replace(as_of(whole, days), waves=(INVITATION,))


def test_nobody_knows_the_effect_of_a_reminder_before_there_was_one() -> None:
    now = dataclasses.replace(only_invited(5), waves=(INVITATION, Wave(Kind.REMINDER, 1, ((9, 1.0),))))
    found = forecast(now, reminder_day=20)
    assert isinstance(found, Projection)
    assert found.one_more == Unknown(Why.NO_REMINDER_YET)
    assert found.assumed and found.brought == ()


def test_a_former_round_tells_what_a_reminder_brings() -> None:
    found = forecast(only_invited(5), usual(2), reminder_day=20)
    assert isinstance(found, Projection)
    assert isinstance(found.one_more, Band) and 0 < found.one_more.low < found.one_more.high
    assert not found.assumed


def test_what_reminders_have_brought_is_what_the_curve_would_not_have_had() -> None:
    """A curve that falls off until day 9, and a burst after it: the burst is the reminder's."""
    falling = (120, 70, 40, 25, 15, 10, 8, 6, 4, 3)
    burst = (90, 50, 30, 18, 10, 7)
    waves = (INVITATION, Wave(Kind.REMINDER, 1, ((10, 1.0),)))
    [brought] = projected(Curve(1000, falling + burst, waves, (False,) * 40)).brought
    assert (brought.number, brought.day) == (1, 10)
    assert brought.answers.expected == pytest.approx(sum(burst) - 10, abs=25)


def test_one_more_reminder_needs_a_day() -> None:
    found = forecast(as_of(usual(), 25))
    assert isinstance(found, Projection)
    assert found.one_more == Unknown(Why.NO_DAY_LEFT)


def called(made: int, answered: int) -> Curve:
    return dataclasses.replace(as_of(usual(), 25), calls=Calls(((15, made),), answered))


@pytest.mark.parametrize(
    ("curve", "asked", "unknown"),
    [
        (as_of(usual(), 25), {"calls": 50, "callable_cases": 90}, Unknown(Why.NO_CALLS_YET)),
        (called(29, 9), {"calls": 50, "callable_cases": 90}, Unknown(Why.NO_CALLS_YET, 29)),
        (called(200, 60), {"calls": 50, "callable_cases": 0}, Unknown(Why.NOBODY_TO_CALL)),
    ],
)
def test_the_effect_of_calls_is_not_guessed(curve: Curve, asked: dict[str, int], unknown: Unknown) -> None:
    question = Question(target=10**6, last_day=len(curve.free) - 1, calling_days=(26, 27), **asked)
    found = project(curve, question, (), np.random.default_rng(7))
    assert isinstance(found, Projection)
    assert found.phone_round == unknown


def test_the_effect_of_calls_follows_how_they_have_gone_and_how_many_there_are() -> None:
    def gain(curve: Curve, calls: int) -> Band:
        question = Question(10**6, len(curve.free) - 1, calls=calls, callable_cases=500, calling_days=(26, 27, 28))
        found = project(curve, question, (), np.random.default_rng(7))
        assert isinstance(found, Projection) and isinstance(found.phone_round, Band)
        return found.phone_round

    good = gain(called(200, 80), 100)
    assert 15 < good.expected < 45
    assert gain(called(200, 20), 100).expected < good.expected / 2
    assert gain(called(200, 80), 300).expected == pytest.approx(3 * good.expected, rel=0.25)
    assert gain(called(200, 80), 9000) == gain(called(200, 80), 500)


# ---- held to what happens


def test_the_bands_hold_four_fifths_of_what_happens_in_rounds_whose_nature_they_do_not_know() -> None:
    """The small back-test; the one of 1,000 rounds stands in docs/methods/forecast.md."""
    forecasts = [held for number in range(40) for held in back_test(20, number, days=(15,))]
    for former in (False, True):
        of = [held for held in forecasts if held.former == former]
        low, high = exact_range(len(of))
        assert low <= sum(held.within for held in of) <= high


def test_the_exact_range_of_the_back_test() -> None:
    """P(X ≤ 756) and P(X ≥ 842) of 1,000 at 0.8 are under 0.0005; the next numbers inside are not."""
    assert exact_range(1000) == (757, 841)


# ---- former rounds at the same field day


def test_the_rate_at_a_field_day_counts_what_had_come_by_its_end() -> None:
    group = Group(50, {0: 5, 3: 10, 9: 20})
    assert [at_day(group, day).submitted for day in (-1, 0, 3, 8, 9)] == [0, 5, 15, 15, 35]
    assert at_day(group, 3).rate == 0.3


def test_the_difference_to_former_rounds_is_in_shares_and_none_without_a_rate() -> None:
    assert differences(Share(30, 100), [Share(25, 50), Share(0, 0)]) == [pytest.approx(-0.2), None]
