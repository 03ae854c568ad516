"""How a case ends after its events: the truth table, and AAPOR's codes."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from responses.statistics.dispositions import Disposition, EventKind, derive, left, outcome_of, standing
from responses.statistics.outcomes import AAPOR, OVERRIDES, CaseOutcome, Group

TRUTH_TABLE = {
    "opened started submitted erased": "erased",
    "opened invited erased": "erased",
    "opened reported_closed ineligible_confirmed erased": "closed",
    "opened started submitted forgotten": "complete",
    # Nothing is known of the workplace.
    "": "silent",
    "opened invited letter_sent called": "silent",
    "opened invited reminders_stopped": "silent",  # whoever has the address wants no mail; it may be a wrong one
    "opened invited bounced": "bounced",
    "opened invited bounced invited link_issued": "silent",
    "opened invited bounced address_changed": "silent",
    # A sign of life.
    "opened invited replied": "contacted",
    "opened invited started": "contacted",
    "opened reached": "contacted",
    "opened bounced reached": "contacted",
    "opened interview_begun": "contacted",
    "opened hand_over_asked": "contacted",
    "opened handed_over given_back": "contacted",
    "opened shared": "contacted",
    "opened declined decline_undone": "contacted",
    "opened reported_closed report_withdrawn": "contacted",
    "opened reported_closed ineligible_rejected": "contacted",
    # Away until after the close.
    "opened invited absent": "unavailable",
    "opened invited absent replied": "unavailable",
    # Answers that were left behind.
    "opened started left_partial": "partial",
    "opened started left_early": "break_off",
    "opened absent started left_early": "break_off",
    "opened started submitted reopened left_partial": "partial",
    "opened started left_early submitted reopened": "contacted",
    # A no, to whomever, whatever was answered before.
    "opened declined": "refusal",
    "opened reached refused": "refusal",
    "opened started declined left_partial": "refusal",
    "opened absent declined": "refusal",
    # Submitted is complete, on the web and by telephone.
    "opened started submitted": "complete",
    "opened interview_begun started submitted reached": "complete",
    "opened declined submitted": "complete",
    "opened started left_early submitted": "complete",
    "opened started submitted correction_requested": "complete",
    # Not eligible, once confirmed, for the reason reported last.
    "opened started reported_closed": "reported",
    "opened reported_merged left_early": "reported",
    "opened reported_closed ineligible_confirmed": "closed",
    "opened reported_merged ineligible_confirmed": "merged",
    "opened reported_closed reported_merged ineligible_confirmed": "merged",
    "opened reported_duplicate ineligible_confirmed": "duplicate",
    "opened reported_not_public ineligible_confirmed": "not_public",
    "opened reported_closed report_withdrawn ineligible_confirmed": "not_eligible",
    "opened ineligible_confirmed": "not_eligible",
    "opened reported_closed ineligible_confirmed report_withdrawn": "closed",
    "opened reported_closed ineligible_confirmed submitted": "closed",
    "opened reported_closed ineligible_confirmed ineligible_rejected": "contacted",
    "opened started submitted reported_closed ineligible_confirmed": "complete",
    # A newer register settles what nobody else has.
    "opened invited register_exists": "exists",
    "opened bounced register_exists": "exists",
    "opened invited register_closed": "closed",
    "opened invited register_merged": "merged",
    "opened invited register_not_found": "not_found",
    "opened bounced register_not_found": "not_found",
    "opened invited register_closed register_exists": "exists",
    "opened invited reached register_closed": "contacted",
    "opened declined register_closed": "refusal",
    "opened started left_early register_closed": "break_off",
    "opened submitted register_closed": "complete",
    "opened reported_closed register_closed": "closed",
    "opened reported_closed register_exists": "reported",
    "opened reported_closed register_not_found": "reported",
    # Staff say it instead; not of what is submitted or confirmed as not eligible.
    "opened outcome_set:other": "other",
    "opened declined outcome_set:unavailable": "unavailable",
    "opened started left_partial outcome_set:refusal": "refusal",
    "opened reported_closed outcome_set:contacted": "contacted",
    "opened outcome_set:other outcome_set:refusal": "refusal",
    "opened bounced outcome_set:other outcome_unset": "bounced",
    "opened outcome_set:refusal submitted": "complete",
    "opened outcome_set:refusal submitted reopened": "contacted",
    "opened reported_closed ineligible_confirmed outcome_set:refusal": "closed",
}


def events_of(words: str) -> list[tuple[str, str]]:
    return [(kind, said) for kind, _, said in (word.partition(":") for word in words.split())]


@pytest.mark.parametrize(("words", "outcome"), TRUTH_TABLE.items(), ids=[words or "none" for words in TRUTH_TABLE])
def test_truth_table(words: str, outcome: str) -> None:
    assert outcome_of(events_of(words)) == CaseOutcome(outcome)


def test_every_outcome_is_in_the_table() -> None:
    assert set(TRUTH_TABLE.values()) == set(CaseOutcome)


def test_every_outcome_has_a_code_of_its_group() -> None:
    first = {Group.COMPLETE: "1.1", Group.PARTIAL: "1.2", Group.REFUSAL: "2.1", Group.NON_CONTACT: "2.2"}
    first |= {Group.OTHER: "2.3", Group.UNKNOWN: "3.1", Group.UNKNOWN_OTHER: "3.", Group.NOT_ELIGIBLE: "4."}
    assert set(AAPOR) == set(CaseOutcome)
    for number, group in AAPOR.values():
        assert re.fullmatch(r"[1-4]\.\d{1,2}", number)
        assert number.startswith(first[group])
    assert {group for _, group in AAPOR.values()} == set(Group)


def test_staff_can_neither_make_a_complete_nor_a_partial_nor_a_not_eligible_by_saying_so() -> None:
    groups = {AAPOR[outcome].group for outcome in OVERRIDES}
    assert groups.isdisjoint({Group.COMPLETE, Group.PARTIAL, Group.NOT_ELIGIBLE})
    for outcome in set(CaseOutcome) - set(OVERRIDES):
        with pytest.raises(ValueError, match="not for staff"):
            outcome_of([("outcome_set", outcome)])


@pytest.mark.parametrize(
    ("required", "answered", "opening", "kind"),
    [
        (10, 5, True, "left_partial"),  # half is enough
        (10, 4, True, "left_early"),
        (9, 4, True, "left_early"),
        (10, 10, True, "left_partial"),  # all answered, and never sent
        (10, 9, False, "left_early"),  # without blocks A and B nothing is a partial
        (0, 0, True, "left_early"),
    ],
)
def test_what_was_left_is_partial_from_half_of_the_required_questions_on(
    required: int, answered: int, opening: bool, kind: str
) -> None:
    assert left(required=required, answered=answered, opening=opening) == kind


def test_more_answered_than_asked_is_our_mistake() -> None:
    with pytest.raises(ValueError, match="5 answered of 4"):
        left(required=4, answered=5, opening=True)


kinds = st.lists(st.sampled_from([kind for kind in EventKind if kind != EventKind.OUTCOME_SET]), max_size=12)


@given(kinds)
def test_disposition_and_outcome_agree_on_who_has_submitted_and_who_is_not_eligible(before: list[EventKind]) -> None:
    disposition, outcome = standing((kind, "") for kind in before)
    assert disposition == derive(before)
    assert (disposition == Disposition.SUBMITTED) == (outcome == CaseOutcome.COMPLETE)
    if disposition == Disposition.INELIGIBLE:
        assert AAPOR[outcome].group == Group.NOT_ELIGIBLE
    if disposition == Disposition.DECLINED:
        assert outcome == CaseOutcome.REFUSAL


@given(kinds, st.sampled_from(OVERRIDES))
def test_what_staff_set_is_undone_as_if_it_had_never_been(before: list[EventKind], said: CaseOutcome) -> None:
    events = [(kind, "") for kind in before if kind != EventKind.OUTCOME_UNSET]
    assert outcome_of([*events, ("outcome_set", said), ("outcome_unset", "")]) == outcome_of(events)


@given(kinds, st.sampled_from(OVERRIDES))
def test_nothing_that_staff_say_changes_how_many_have_submitted(before: list[EventKind], said: CaseOutcome) -> None:
    events = [(kind, "") for kind in before]
    submitted = outcome_of(events) == CaseOutcome.COMPLETE
    assert (outcome_of([*events, ("outcome_set", said)]) == CaseOutcome.COMPLETE) == submitted
