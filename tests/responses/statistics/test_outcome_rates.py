"""Response rates."""

import pytest

from responses.statistics.outcome_rates import Outcome, response_rate, response_rate_of_eligible


def outcome(**counts: int) -> Outcome:
    nothing = dict.fromkeys(
        ("sampled", "invited", "bounced", "started", "submitted", "declined", "ineligible_reported", "not_eligible"), 0
    )
    return Outcome(**(nothing | counts))


def test_the_fourth_edition_had_36_percent() -> None:
    assert response_rate(4494, 1611) == pytest.approx(0.3585, abs=5e-5)


def test_the_target_of_the_demonstration_round_is_half_of_the_sample() -> None:
    assert response_rate(4540, 2270) == 0.5


def test_calling_cases_ineligible_cannot_raise_the_headline() -> None:
    before, after = outcome(sampled=100, submitted=40), outcome(sampled=100, submitted=40, not_eligible=20)
    assert before.response_rate == after.response_rate == 0.4
    assert after.response_rate_of_eligible == 0.5


def test_a_report_not_yet_confirmed_leaves_both_rates_alone() -> None:
    reported = outcome(sampled=100, submitted=40, ineligible_reported=20)
    assert reported.response_rate == reported.response_rate_of_eligible == 0.4


def test_no_rate_of_nothing() -> None:
    assert response_rate(0, 0) is None
    assert response_rate_of_eligible(5, 0, 5) is None
    assert outcome().response_rate is None


def test_more_finished_cases_than_sampled_is_our_mistake() -> None:
    with pytest.raises(ValueError, match="of 10"):
        outcome(sampled=10, submitted=6, not_eligible=5)
