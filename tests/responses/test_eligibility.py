"""Who may be written to: the whole truth table of one rule."""

from dataclasses import replace
from itertools import product

import pytest

from responses.statistics.dispositions import Disposition
from responses.statistics.eligibility import Contactable, LeftOut, left_out

READY = Contactable(
    disposition=Disposition.NOT_STARTED,
    reminders_stopped=False,
    link_retired=False,
    has_address=True,
    bounced=False,
    reads_for_the_authority=False,
    round_open=True,
)


@pytest.mark.parametrize(
    ("disposition", "reason"),
    [
        (Disposition.NOT_STARTED, None),
        (Disposition.STARTED, None),
        (Disposition.BOUNCED, LeftOut.BOUNCED),
        (Disposition.SUBMITTED, LeftOut.SUBMITTED),
        (Disposition.DECLINED, LeftOut.DECLINED),
        (Disposition.INELIGIBLE_REPORTED, LeftOut.NOT_ELIGIBLE),
        (Disposition.INELIGIBLE, LeftOut.NOT_ELIGIBLE),
    ],
)
@pytest.mark.parametrize("reminder", [False, True])
def test_only_those_who_still_have_to_answer_are_written_to(
    disposition: Disposition, reason: LeftOut | None, reminder: bool
) -> None:
    assert left_out(replace(READY, disposition=disposition), reminder=reminder) is reason


@pytest.mark.parametrize(
    ("change", "invitation", "reminder"),
    [
        ({}, None, None),
        ({"round_open": False}, LeftOut.ROUND_NOT_OPEN, LeftOut.ROUND_NOT_OPEN),
        ({"reminders_stopped": True}, LeftOut.REMINDERS_STOPPED, LeftOut.REMINDERS_STOPPED),
        ({"link_retired": True}, LeftOut.LINK_RETIRED, LeftOut.LINK_RETIRED),
        ({"has_address": False}, LeftOut.NO_ADDRESS, LeftOut.NO_ADDRESS),
        ({"bounced": True}, LeftOut.BOUNCED, LeftOut.BOUNCED),
        ({"reads_for_the_authority": True}, None, LeftOut.AUTHORITY_MAILBOX),
    ],
)
@pytest.mark.parametrize("disposition", [Disposition.NOT_STARTED, Disposition.STARTED])
def test_each_reason_stops_a_mail_by_itself(
    change: dict[str, bool], invitation: LeftOut | None, reminder: LeftOut | None, disposition: Disposition
) -> None:
    case = replace(READY, disposition=disposition, **change)
    assert left_out(case, reminder=False) is invitation
    assert left_out(case, reminder=True) is reminder


def test_no_combination_of_facts_lets_a_mail_through_that_one_of_them_stops() -> None:
    both = (False, True)
    for disposition in Disposition:
        for reminder, stopped, retired, address, bounced, authority, open_ in product(both, repeat=7):
            case = Contactable(disposition, stopped, retired, address, bounced, authority, open_)
            to_answer = disposition in (Disposition.NOT_STARTED, Disposition.STARTED)
            reachable = address and not bounced and not retired
            may_be_written_to = to_answer and reachable and open_ and not stopped and not (reminder and authority)
            assert (left_out(case, reminder=reminder) is None) == may_be_written_to
