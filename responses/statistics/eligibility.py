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
    REMINDERS_STOPPED = "reminders_stopped"
    LINK_RETIRED = "link_retired"
    NO_ADDRESS = "no_address"
    BOUNCED = "bounced"
    AUTHORITY_MAILBOX = "authority_mailbox"
    OVERTAKEN = "overtaken"
    TASK_ELSEWHERE = "task_elsewhere"
    ADDRESS_CHANGED = "address_changed"


ENDED = {
    Disposition.SUBMITTED: LeftOut.SUBMITTED,
    Disposition.DECLINED: LeftOut.DECLINED,
    Disposition.INELIGIBLE_REPORTED: LeftOut.NOT_ELIGIBLE,
    Disposition.INELIGIBLE: LeftOut.NOT_ELIGIBLE,
}


@dataclass(frozen=True, slots=True)
class Contactable:
    """What decides whether a case's link holder may be written to.

    Attributes:
        bounced: the last thing known of the address is that a mail to it came back.
        reads_for_the_authority: the address is a mailbox of the authority, not of the workplace or a person.
        task_elsewhere: somebody else has the task, or is to be written to about it (``statistics.hand_over``).
    """

    disposition: Disposition
    reminders_stopped: bool
    link_retired: bool
    has_address: bool
    bounced: bool
    reads_for_the_authority: bool
    round_open: bool
    task_elsewhere: bool = False


def left_out(case: Contactable, *, reminder: bool) -> LeftOut | None:
    """Return why the case is not to be written to; None when it is eligible.

    After an opt-out comes nothing more, not even a delayed invitation. A reminder tells by itself that an
    answer is missing, so a mailbox of the authority gets the invitation only.
    """
    if not case.round_open:
        return LeftOut.ROUND_NOT_OPEN
    if case.disposition in ENDED:
        return ENDED[case.disposition]
    reasons = {
        LeftOut.TASK_ELSEWHERE: case.task_elsewhere,
        LeftOut.REMINDERS_STOPPED: case.reminders_stopped,
        LeftOut.LINK_RETIRED: case.link_retired,
        LeftOut.NO_ADDRESS: not case.has_address,
        LeftOut.BOUNCED: case.bounced or case.disposition == Disposition.BOUNCED,
        LeftOut.AUTHORITY_MAILBOX: reminder and case.reads_for_the_authority,
    }
    return next((reason for reason, holds in reasons.items() if holds), None)


UNFINISHED = frozenset(Disposition) - ENDED.keys()
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
    told = replace(case, disposition=Disposition.NOT_STARTED, reminders_stopped=False)
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
        LeftOut.AUTHORITY_MAILBOX: case.reads_for_the_authority and not rule.to_authority,
    }
    return next((reason for reason, holds in reasons.items() if holds), None)
