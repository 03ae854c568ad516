"""Who may be written to: the whole truth table of one rule."""

from dataclasses import fields, replace
from itertools import product

import pytest

from responses.statistics.dispositions import Disposition
from responses.statistics.eligibility import KINDS, Contactable, LeftOut, StepKind, left_out
from surveys.models import ContactStep

READY = Contactable(
    disposition=Disposition.NOT_STARTED,
    reminders_stopped=False,
    link_retired=False,
    has_address=True,
    bounced=False,
    reads_for_the_authority=False,
    round_open=True,
)
FIRST, REMINDER, LAST, THANK_YOU = StepKind
TO_WHO_HAS_TO_ANSWER = (FIRST, REMINDER, LAST)
CLOSED = {"round_open": False, "round_closed": True}


# Where the case stands


@pytest.mark.parametrize(
    ("disposition", "to_answer", "thank_you"),
    [
        (Disposition.NOT_STARTED, None, LeftOut.NOT_SUBMITTED),
        (Disposition.STARTED, None, LeftOut.NOT_SUBMITTED),
        (Disposition.BOUNCED, LeftOut.BOUNCED, LeftOut.NOT_SUBMITTED),
        (Disposition.SUBMITTED, LeftOut.SUBMITTED, None),
        (Disposition.DECLINED, LeftOut.DECLINED, LeftOut.DECLINED),
        (Disposition.INELIGIBLE_REPORTED, LeftOut.NOT_ELIGIBLE, LeftOut.NOT_ELIGIBLE),
        (Disposition.INELIGIBLE, LeftOut.NOT_ELIGIBLE, LeftOut.NOT_ELIGIBLE),
    ],
)
def test_only_those_who_still_have_to_answer_are_written_to_and_only_those_who_have_are_thanked(
    disposition: Disposition, to_answer: LeftOut | None, thank_you: LeftOut | None
) -> None:
    case = replace(READY, disposition=disposition)
    assert [left_out(case, kind) for kind in StepKind] == [to_answer, to_answer, to_answer, thank_you]


# What else is known of it: first mail, reminder, last mail, thank-you


@pytest.mark.parametrize(
    ("change", "first", "reminder", "last", "thank_you"),
    [
        ({}, None, None, None, None),
        ({"round_open": False}, *[LeftOut.ROUND_NOT_OPEN] * 4),
        (CLOSED, *[LeftOut.ROUND_NOT_OPEN] * 3, None),
        ({"reminders_stopped": True}, *[LeftOut.REMINDERS_STOPPED] * 4),
        ({"link_retired": True}, *[LeftOut.LINK_RETIRED] * 4),
        ({"has_address": False}, *[LeftOut.NO_ADDRESS] * 4),
        ({"bounced": True}, *[LeftOut.BOUNCED] * 4),
        ({"task_elsewhere": True}, *[LeftOut.TASK_ELSEWHERE] * 4),
        ({"reads_for_the_authority": True}, None, *[LeftOut.AUTHORITY_MAILBOX] * 3),
        ({"in_audience": False}, *[LeftOut.NOT_IN_AUDIENCE] * 4),
        ({"got_the_last": True}, *[LeftOut.AFTER_THE_LAST] * 2, None, None),
        ({"paused": True}, *[LeftOut.PAUSED] * 4),
        ({"address_changed": True}, *[LeftOut.ADDRESS_CHANGED] * 4),
    ],
)
@pytest.mark.parametrize("disposition", [Disposition.NOT_STARTED, Disposition.STARTED])
def test_each_reason_stops_a_mail_by_itself(
    change: dict[str, bool],
    first: LeftOut | None,
    reminder: LeftOut | None,
    last: LeftOut | None,
    thank_you: LeftOut | None,
    disposition: Disposition,
) -> None:
    waiting = replace(READY, disposition=disposition, **change)
    answered = replace(READY, disposition=Disposition.SUBMITTED, **change)
    assert [left_out(waiting, kind) for kind in TO_WHO_HAS_TO_ANSWER] == [first, reminder, last]
    assert left_out(answered, THANK_YOU) is thank_you


def test_no_combination_of_facts_lets_a_mail_through_that_one_of_them_stops() -> None:
    facts = [each.name for each in fields(Contactable) if each.name != "disposition"]
    assert len(facts) == 12
    for disposition, kind in product(Disposition, StepKind):
        for values in product((False, True), repeat=len(facts)):
            case = Contactable(disposition, **dict(zip(facts, values, strict=True)))
            to_answer = disposition in (Disposition.NOT_STARTED, Disposition.STARTED) and case.round_open
            to_thank = disposition == Disposition.SUBMITTED and (case.round_open or case.round_closed)
            reachable = case.has_address and not (
                case.bounced or case.link_retired or case.task_elsewhere or case.address_changed
            )
            wanted = not case.reminders_stopped and not case.paused and case.in_audience
            seemly = kind is FIRST or not case.reads_for_the_authority
            after_the_last = kind in (FIRST, REMINDER) and case.got_the_last
            told = to_thank if kind is THANK_YOU else to_answer and not after_the_last
            assert (left_out(case, kind) is None) == (told and reachable and wanted and seemly)


def test_every_step_that_goes_to_cases_is_of_a_kind() -> None:
    to_no_case = {ContactStep.MailName.KICK_OFF, ContactStep.MailName.RESULT}
    assert KINDS.keys() == set(ContactStep.MailName) - to_no_case
    assert {name for name, kind in KINDS.items() if kind is FIRST} == {"pre_notice", "invitation"}
