"""Response rates."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from responses.statistics.outcome_rates import (
    Counts,
    Missing,
    Outcome,
    Rate,
    aapor_rates,
    eligibility,
    response_rate,
    response_rate_of_eligible,
)
from responses.statistics.outcomes import CaseOutcome


def outcome(**counts: int) -> Outcome:
    nothing = dict.fromkeys(
        ("sampled", "bounced", "started", "submitted", "declined", "ineligible_reported", "not_eligible"), 0
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


# The worked table of docs/methods/response-rates.md: 1,000 sampled, all looked up in a newer register.
WORKED = Counts(
    complete=400, partial=50, refusal=100, non_contact=150, other=20, unknown=200, not_eligible=80, to_look_up=0
)
BY_HAND = {
    # the denominator with all unknown: 400 + 50 + 100 + 150 + 20 + 200 = 920
    "RR1": 400 / 920,
    "RR2": 450 / 920,
    # e = 720 / (720 + 80) = 0.9; 720 + 0.9 × 200 = 900
    "RR3": 400 / 900,
    "RR4": 450 / 900,
    "COOP1": 400 / 570,
    "COOP2": 450 / 570,
    "COOP3": 400 / 550,
    "COOP4": 450 / 550,
    "REF1": 100 / 920,
    "REF2": 100 / 900,
    "REF3": 100 / 720,
    "CON1": 570 / 920,
    "CON2": 570 / 900,
    "CON3": 570 / 720,
}


def rates(counts: Counts) -> dict[str, Rate]:
    return aapor_rates({"state": counts}, {"state": eligibility(counts)})


def test_the_worked_table() -> None:
    assert eligibility(WORKED) == Rate(0.9, 720, 800)
    found = rates(WORKED)
    assert {name: found[name].value for name in BY_HAND} == pytest.approx(BY_HAND)
    assert (found["RR3"].numerator, found["RR3"].denominator) == (400, 900)


# The example that the R package outcomerate 1.0.1 (Pilliard Hellwig, after the 9th edition) prints of its own rates.
PUBLISHED = {"RR1": 0.364, "RR2": 0.545, "RR3": 0.370, "RR4": 0.556, "RR5": 0.444, "RR6": 0.667}
PUBLISHED |= {"COOP1": 0.500, "COOP2": 0.750, "COOP3": 0.571, "COOP4": 0.857}
PUBLISHED |= {"REF1": 0.091, "REF2": 0.093, "REF3": 0.111, "CON1": 0.727, "CON2": 0.741, "CON3": 0.889}


def test_all_sixteen_rates_are_those_of_a_published_program() -> None:
    seen = Counts(complete=4, partial=2, refusal=1, non_contact=1, other=1, unknown=2, not_eligible=1)
    found = rates(seen) | {name: rates(replace(seen, unknown=0))[name] for name in ("RR5", "RR6")}
    assert {name: round(rate.value or 0, 3) for name, rate in found.items()} == PUBLISHED


def test_rr5_and_rr6_have_no_value_while_a_single_case_is_unknown() -> None:
    found = rates(WORKED)
    assert {found[name].missing for name in ("RR5", "RR6")} == {Missing.UNKNOWNS_REMAIN}
    assert {found[name].value for name in ("RR5", "RR6")} == {None}


def test_without_unknowns_rr5_is_rr1_and_rr3_and_needs_no_e() -> None:
    found = aapor_rates({"state": Counts(complete=40, partial=10, refusal=20, non_contact=30)}, {})
    assert found["RR1"].value == found["RR3"].value == found["RR5"].value == 0.4
    assert found["RR2"].value == found["RR4"].value == found["RR6"].value == 0.5


def test_e_is_not_told_before_silent_and_bounced_units_have_been_looked_up() -> None:
    counts = Counts(complete=40, unknown=10, not_eligible=10, to_look_up=1)
    assert eligibility(counts).missing == Missing.NOT_LOOKED_UP
    found = rates(counts)
    assert {name for name, rate in found.items() if rate.missing == Missing.NOT_LOOKED_UP} == {
        "RR3",
        "RR4",
        "REF2",
        "CON2",
    }
    assert found["RR1"].value == 40 / 50


def test_each_level_has_its_own_e() -> None:
    levels = {
        "state": Counts(complete=50, non_contact=30, unknown=20, not_eligible=20),  # e = 80 / 100
        "region": Counts(complete=10, unknown=10, not_eligible=10),  # e = 10 / 20
    }
    e = {level: eligibility(counts) for level, counts in levels.items()}
    found = aapor_rates(levels, e)
    assert found["RR3"].denominator == 80 + 10 + 0.8 * 20 + 0.5 * 10
    assert found["RR3"].value == pytest.approx(60 / 111)


def test_where_nobody_is_resolved_there_is_no_e() -> None:
    assert rates(Counts(unknown=5))["RR3"].missing == Missing.NOTHING_RESOLVED
    assert rates(Counts())["RR1"].missing == Missing.NOTHING_IN_IT


def test_cases_are_counted_in_their_groups() -> None:
    outcomes = dict.fromkeys(CaseOutcome, 1.0)
    counts = Counts.of(outcomes)
    assert counts == Counts(
        complete=1, partial=1, refusal=2, non_contact=3, other=2, unknown=4, not_eligible=5, to_look_up=2
    )
    assert counts.sampled == len(outcomes)


cases = st.integers(0, 500)


@given(st.builds(Counts, *[cases] * 7))
def test_the_rates_keep_their_order(counts: Counts) -> None:
    found = {name: rate.value for name, rate in rates(counts).items() if rate.value is not None}
    assert all(0 <= value <= 1 for value in found.values())
    for low, high in (("RR1", "RR2"), ("RR1", "RR3"), ("RR3", "RR4"), ("COOP1", "COOP3"), ("REF1", "REF3")):
        if low in found and high in found:
            assert found[low] <= found[high] + 1e-12


@given(st.builds(Counts, *[cases] * 7), cases)
def test_calling_cases_ineligible_raises_rr1_and_leaves_the_headline(counts: Counts, called: int) -> None:
    silent = int(min(called, counts.unknown))
    after = Counts(*(getattr(counts, name) for name in ("complete", "partial", "refusal", "non_contact", "other")))
    after += Counts(unknown=counts.unknown - silent, not_eligible=counts.not_eligible + silent)
    assert after.sampled == counts.sampled
    headline = response_rate(int(counts.sampled), int(counts.complete))
    assert response_rate(int(after.sampled), int(after.complete)) == headline
    if counts.complete and counts.eligible + counts.unknown > silent:
        assert (rates(after)["RR1"].value or 0) >= (rates(counts)["RR1"].value or 0)
