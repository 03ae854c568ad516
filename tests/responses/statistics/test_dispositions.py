"""Where a case stands after its events: the truth table."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from responses.statistics.dispositions import Disposition, EventKind, derive

TRUTH_TABLE = {
    # What is erased stays so, but a unit that is known not to be eligible is that first.
    "opened started erased": "erased",
    "opened started submitted erased": "erased",
    "opened erased started submitted": "erased",
    "opened reported_closed ineligible_confirmed erased": "ineligible",
    "opened started submitted forgotten": "submitted",
    "": "not_started",
    "opened": "not_started",
    "opened invited": "not_started",
    "opened letter_sent": "not_started",
    "opened called": "not_started",
    "opened reached": "not_started",
    "opened reached interview_begun": "not_started",
    "opened contact_proposed": "not_started",
    "opened address_checked": "not_started",
    "opened bounced address_checked": "bounced",
    # A bounce counts until somebody can be reached again.
    "opened invited bounced": "bounced",
    "opened invited bounced invited": "bounced",
    "opened invited bounced invited bounced": "bounced",
    "opened invited bounced address_changed": "not_started",
    "opened invited bounced link_issued": "not_started",
    "opened invited bounced reminders_stopped": "bounced",
    # A bounce never takes back what the workplace did.
    "opened invited bounced started": "started",
    "opened invited started bounced": "started",
    "opened invited started submitted bounced": "submitted",
    "opened invited declined bounced": "declined",
    # The way through.
    "opened invited started": "started",
    "opened invited started submitted": "submitted",
    "opened submitted": "submitted",
    # Submitted is final ...
    "opened started submitted started": "submitted",
    "opened started submitted declined": "submitted",
    "opened started submitted refused": "submitted",
    "opened started submitted reported_closed": "submitted",
    "opened started submitted ineligible_confirmed": "submitted",
    "opened started submitted decline_undone": "submitted",
    "opened started submitted ineligible_rejected": "submitted",
    # ... except by reopening, and what was of no account then stays so.
    "opened started submitted reopened": "started",
    "opened submitted reopened": "started",
    "opened started submitted reopened submitted": "submitted",
    "opened started submitted declined reopened": "started",
    "opened started submitted reported_closed reopened": "started",
    "opened started submitted ineligible_confirmed reopened": "started",
    "opened started submitted reopened declined": "declined",
    # A no stands until it is undone or an answer is submitted all the same.
    "opened declined": "declined",
    "opened refused": "declined",
    "opened started declined": "declined",
    "opened declined started": "declined",
    "opened declined invited": "declined",
    "opened declined decline_undone": "not_started",
    "opened refused decline_undone": "not_started",
    # What staff take back of many cases at once leaves them as they were.
    "opened started refused refusal_undone": "started",
    "opened bounced refused refusal_undone": "bounced",
    "opened reported_closed ineligible_confirmed ineligible_undone": "ineligible_reported",
    "opened declined ineligible_confirmed ineligible_undone": "declined",
    "opened started declined decline_undone": "started",
    "opened bounced declined decline_undone": "bounced",
    "opened declined decline_undone declined": "declined",
    "opened declined submitted": "submitted",
    "opened declined reopened": "declined",
    # A report of closure waits for staff; then it is confirmed, or all is as it was.
    "opened started reported_closed": "ineligible_reported",
    "opened started reported_merged": "ineligible_reported",
    "opened started reported_closed started": "ineligible_reported",
    "opened started reported_closed bounced": "ineligible_reported",
    "opened started reported_closed declined": "ineligible_reported",
    "opened started reported_closed submitted": "submitted",
    "opened started reported_closed submitted reopened": "started",
    "opened started reported_closed report_withdrawn": "started",
    "opened started reported_closed report_withdrawn reported_merged": "ineligible_reported",
    "opened started reported_closed ineligible_confirmed report_withdrawn": "ineligible",
    "opened started reported_closed ineligible_confirmed": "ineligible",
    "opened started reported_closed ineligible_rejected": "started",
    "opened reported_closed ineligible_rejected": "not_started",
    "opened declined reported_closed ineligible_rejected": "declined",
    "opened reported_closed ineligible_rejected reported_closed": "ineligible_reported",
    "opened ineligible_confirmed": "ineligible",
    "opened ineligible_confirmed ineligible_rejected": "not_started",
    "opened started ineligible_confirmed ineligible_rejected": "started",
    "opened started ineligible_confirmed reopened": "ineligible",
    "opened started ineligible_confirmed declined": "ineligible",
    "opened started ineligible_confirmed submitted": "ineligible",
    "opened started ineligible_confirmed submitted ineligible_rejected": "submitted",
    # A request to correct changes nothing until staff grant it.
    "opened started submitted correction_requested": "submitted",
    "opened started submitted correction_requested correction_withdrawn": "submitted",
    "opened started submitted correction_requested correction_refused": "submitted",
    "opened started submitted correction_requested reopened": "started",
    # Handing over and back changes nothing, and a delegate's bounce is not the workplace's.
    "opened hand_over_asked hand_over_refused": "not_started",
    "opened hand_over_asked handed_over": "not_started",
    "opened handed_over given_back": "not_started",
    "opened handed_over delegate_bounced": "not_started",
    "opened bounced handed_over": "bounced",
    "opened started handed_over taken_back": "started",
    "opened started shared given_back": "started",
    "opened started shared submitted taken_back": "submitted",
    "opened declined handed_over": "declined",
    # What only the outcome knows of.
    "opened replied": "not_started",
    "opened absent": "not_started",
    "opened started left_early": "started",
    "opened started left_partial": "started",
    "opened outcome_set outcome_unset": "not_started",
    "opened register_exists": "not_started",
    "opened register_closed": "not_started",
    "opened register_merged": "not_started",
    "opened bounced register_not_found": "bounced",
    # Staff can report, too.
    "opened reported_duplicate ineligible_confirmed": "ineligible",
    "opened reported_not_public": "ineligible_reported",
    # What is only noted.
    "opened reminders_stopped reminders_resumed": "not_started",
    "opened reminders_stopped": "not_started",
    "opened link_retired": "not_started",
    "opened paused resumed": "not_started",
    "opened started paused noted language_changed link_sent link_copied": "started",
    "opened link_issued": "not_started",
    "opened address_changed": "not_started",
    "opened started reminders_stopped link_retired link_issued address_changed": "started",
}


@pytest.mark.parametrize(("kinds", "disposition"), TRUTH_TABLE.items(), ids=[kinds or "none" for kinds in TRUTH_TABLE])
def test_truth_table(kinds: str, disposition: str) -> None:
    assert derive(kinds.split()) == Disposition(disposition)


def test_every_kind_and_every_disposition_is_in_the_table() -> None:
    assert {kind for kinds in TRUTH_TABLE for kind in kinds.split()} == set(EventKind)
    assert set(TRUTH_TABLE.values()) == set(Disposition)


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="exploded"):
        derive(["opened", "exploded"])


events = st.lists(st.sampled_from(EventKind), max_size=12)
TAKES_BACK = (EventKind.REOPENED, EventKind.ERASED)


@given(events, st.lists(st.sampled_from([kind for kind in EventKind if kind not in TAKES_BACK]), max_size=6))
def test_only_reopening_and_erasing_take_a_submission_back(before: list[EventKind], after: list[EventKind]) -> None:
    if derive([*before, EventKind.SUBMITTED]) == Disposition.SUBMITTED:
        assert derive([*before, EventKind.SUBMITTED, *after]) == Disposition.SUBMITTED


@given(events)
def test_a_bounce_changes_only_what_has_not_begun(kinds: list[EventKind]) -> None:
    before, after = derive(kinds), derive([*kinds, EventKind.BOUNCED])
    assert after == (Disposition.BOUNCED if before == Disposition.NOT_STARTED else before)


@given(events)
def test_the_same_event_twice_in_a_row_is_the_event_once(kinds: list[EventKind]) -> None:
    doubled = itertools.chain.from_iterable((kind, kind) for kind in kinds)
    assert derive(doubled) == derive(kinds)
