"""Who may be written to: when a mail of the contact plan is queued, and for every mail at the moment of sending."""

from dataclasses import dataclass, replace
from enum import StrEnum

from responses.statistics.dispositions import Disposition


class LeftOut(StrEnum):
    """Why a case gets no mail of a step."""

    ROUND_NOT_OPEN = "round_not_open"
    SUBMITTED = "submitted"
    DECLINED = "declined"
    NOT_ELIGIBLE = "not_eligible"
    ERASED = "erased"
    REMINDERS_STOPPED = "reminders_stopped"
    PAUSED = "paused"
    LINK_RETIRED = "link_retired"
    NO_ADDRESS = "no_address"
    BOUNCED = "bounced"
    ADDRESS_CHANGED = "address_changed"
    AUTHORITY_MAILBOX = "authority_mailbox"
    OVERTAKEN = "overtaken"
    TASK_ELSEWHERE = "task_elsewhere"
    NOT_IN_AUDIENCE = "not_in_audience"
    NOT_SUBMITTED = "not_submitted"
    AFTER_THE_LAST = "after_the_last"


class StepKind(StrEnum):
    """What a step of the contact plan is to the cases that it goes to."""

    FIRST = "first"  # invitation and pre-notice
    REMINDER = "reminder"  # also the letter and the telephone round
    LAST = "last"
    THANK_YOU = "thank_you"


KINDS = {
    "pre_notice": StepKind.FIRST,
    "invitation": StepKind.FIRST,
    "reminder_1": StepKind.REMINDER,
    "reminder_2": StepKind.REMINDER,
    "reminder_3": StepKind.REMINDER,
    "letter": StepKind.REMINDER,
    "calls": StepKind.REMINDER,
    "last": StepKind.LAST,
    "thank_you": StepKind.THANK_YOU,
}  # by the name of the mail; kick-off and results go to no case


ENDED = {
    Disposition.SUBMITTED: LeftOut.SUBMITTED,
    Disposition.DECLINED: LeftOut.DECLINED,
    Disposition.INELIGIBLE_REPORTED: LeftOut.NOT_ELIGIBLE,
    Disposition.INELIGIBLE: LeftOut.NOT_ELIGIBLE,
    Disposition.ERASED: LeftOut.ERASED,
}
UNFINISHED = frozenset(Disposition) - ENDED.keys()


@dataclass(frozen=True, slots=True)
class Contactable:
    """What decides whether a case's link holder may be written to.

    Attributes:
        bounced: the last thing known of the address is that a mail to it came back.
        reads_for_the_authority: the address is a mailbox of the authority, not of the workplace or a person.
        round_closed: the round has been in the field; so it is also when its results are published.
        task_elsewhere: somebody else has the task, or is to be written to about it (``statistics.hand_over``).
        in_audience: the expression of the step is true of the case.
        got_the_last: the mail that says it is the last one has left to the case.
        address_changed: the mail was made for another address than the holder has now.
        paused: staff have asked for the case to be left in peace for a while.
    """

    disposition: Disposition
    reminders_stopped: bool
    link_retired: bool
    has_address: bool
    bounced: bool
    reads_for_the_authority: bool
    round_open: bool
    round_closed: bool = False
    task_elsewhere: bool = False
    in_audience: bool = True
    got_the_last: bool = False
    address_changed: bool = False
    paused: bool = False


def left_out(case: Contactable, kind: StepKind) -> LeftOut | None:
    """Return why the case is not to be written to in a step; None when it is eligible.

    After an opt-out or a no comes nothing more, not even a delayed invitation or a thank-you; nor during a pause. A
    reminder tells by itself that an answer is missing, and a thank-you that there is one, so a mailbox of the authority
    gets the invitation only.
    """
    if reason := _ended(case, kind):
        return reason
    reasons = {
        LeftOut.TASK_ELSEWHERE: case.task_elsewhere,
        LeftOut.REMINDERS_STOPPED: case.reminders_stopped,
        LeftOut.PAUSED: case.paused,
        LeftOut.LINK_RETIRED: case.link_retired,
        LeftOut.NO_ADDRESS: not case.has_address,
        LeftOut.BOUNCED: case.bounced or case.disposition == Disposition.BOUNCED,
        LeftOut.AUTHORITY_MAILBOX: kind is not StepKind.FIRST and case.reads_for_the_authority,
        LeftOut.AFTER_THE_LAST: kind in (StepKind.FIRST, StepKind.REMINDER) and case.got_the_last,
        LeftOut.NOT_IN_AUDIENCE: not case.in_audience,
        LeftOut.ADDRESS_CHANGED: case.address_changed,
    }
    return next((reason for reason, holds in reasons.items() if holds), None)


def _ended(case: Contactable, kind: StepKind) -> LeftOut | None:
    """Return why the round or the case is past this step: those who have answered are thanked, also after the close."""
    if not (case.round_open or (kind is StepKind.THANK_YOU and case.round_closed)):
        return LeftOut.ROUND_NOT_OPEN
    if kind is StepKind.THANK_YOU and case.disposition in (*UNFINISHED, Disposition.SUBMITTED):
        return None if case.disposition == Disposition.SUBMITTED else LeftOut.NOT_SUBMITTED
    return ENDED.get(case.disposition)


def by_another_way(case: Contactable, *, reachable: bool) -> Contactable:
    """Return how things stand for a letter or a call, which need no e-mail address: ``left_out`` reads it likewise.

    What is known of the e-mail address is of no account. ``reachable``: there is a postal address, or a telephone
    number, which are those of the workplace and never of its authority.
    """
    bounced = case.disposition == Disposition.BOUNCED
    return replace(
        case,
        disposition=Disposition.NOT_STARTED if bounced else case.disposition,
        has_address=reachable,
        bounced=False,
        address_changed=False,
        reads_for_the_authority=False,
    )


TOLD = UNFINISHED | {Disposition.SUBMITTED, Disposition.INELIGIBLE_REPORTED}  # who has said no hears no more


@dataclass(frozen=True, slots=True)
class NoticeRule:
    """What must still be so when a notice is sent, or it is not sent.

    Attributes:
        dispositions: where the case may stand.
        reminders_stopped: True when it only confirms that; None when it does not matter.
        to_authority: whether a mailbox of the authority may read it.
    """

    dispositions: frozenset[Disposition]
    reminders_stopped: bool | None = None
    to_authority: bool = False


NOTICES = {
    "receipt": NoticeRule(frozenset({Disposition.SUBMITTED})),
    "declined_confirmed": NoticeRule(frozenset({Disposition.DECLINED})),
    "opt_out_confirmed": NoticeRule(UNFINISHED, reminders_stopped=True),
    "handover": NoticeRule(UNFINISHED),
    "link_again": NoticeRule(UNFINISHED),  # asked for on the telephone just now, reminders or not
    "share": NoticeRule(UNFINISHED),
    # An owner is told whoever reads the address, and however quick the other one was: only so can nobody hand the task
    # over unnoticed.
    "owner_transferred": NoticeRule(TOLD, to_authority=True),
    "owner_shared": NoticeRule(TOLD, to_authority=True),
    "owner_waiting": NoticeRule(UNFINISHED, to_authority=True),
    "owner_given_back": NoticeRule(UNFINISHED, to_authority=True),
    "contact_changed": NoticeRule(TOLD, reminders_stopped=False, to_authority=True),  # and see ``blind``
}


def blind(case: Contactable, *, own_address: bool) -> Contactable:
    """Return what counts when somebody is told that another contact was given (``contact_changed``).

    The authority gave it, so whether the mail comes must not tell the authority how the workplace stands. What the
    holder has said, and what came back, is not about a new leader's address; a mailbox of the authority may be read by
    whoever gave the contact. A leader who has said no, or wants no more reminders, hears no more all the same.
    """
    if own_address and not case.reads_for_the_authority:
        return case
    told = replace(case, disposition=Disposition.NOT_STARTED, reminders_stopped=False, address_changed=False)
    return told if own_address else replace(told, has_address=True, bounced=False, link_retired=False)


def notice_left_out(case: Contactable, rule: NoticeRule) -> LeftOut | None:
    """Return why a notice is not to be sent; None when it is.

    A mailbox of the authority is told only what the authority may know, which is not who answers or says no.
    """
    if not case.round_open:
        return LeftOut.ROUND_NOT_OPEN
    reasons = {
        LeftOut.TASK_ELSEWHERE: case.task_elsewhere,
        LeftOut.OVERTAKEN: (
            case.disposition not in rule.dispositions or rule.reminders_stopped not in (None, case.reminders_stopped)
        ),
        LeftOut.LINK_RETIRED: case.link_retired,
        LeftOut.NO_ADDRESS: not case.has_address,
        LeftOut.BOUNCED: case.bounced,
        LeftOut.ADDRESS_CHANGED: case.address_changed,
        LeftOut.AUTHORITY_MAILBOX: case.reads_for_the_authority and not rule.to_authority,
    }
    return next((reason for reason, holds in reasons.items() if holds), None)
