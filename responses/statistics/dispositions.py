"""From the events of a case to its disposition, by one rule (docs/methods/dispositions.md)."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class EventKind(StrEnum):
    """What can happen to a case."""

    OPENED = "opened"  # the case was made
    INVITED = "invited"  # a mail (invitation or reminder) was sent
    BOUNCED = "bounced"  # a mail came back
    STARTED = "started"  # the first answer was saved
    SUBMITTED = "submitted"
    LETTER_SENT = "letter_sent"
    CALLED = "called"  # by telephone, and nobody was reached who can answer for the workplace
    REACHED = "reached"  # by telephone
    INTERVIEW_BEGUN = "interview_begun"  # by telephone: a member of staff sees and fills in the answers from here on
    DECLINED = "declined"  # said no on the decline page
    DECLINE_UNDONE = "decline_undone"  # and changed their mind; also undoes REFUSED
    REFUSED = "refused"  # said no to a member of staff
    REPORTED_CLOSED = "reported_closed"  # the workplace is said not to exist any longer
    REPORTED_MERGED = "reported_merged"  # the workplace is said to be part of another
    REPORT_WITHDRAWN = "report_withdrawn"  # whoever reported it corrected the answer
    INELIGIBLE_CONFIRMED = "ineligible_confirmed"  # staff found it so
    INELIGIBLE_REJECTED = "ineligible_rejected"  # staff found that it does exist
    REMINDERS_STOPPED = "reminders_stopped"
    REMINDERS_RESUMED = "reminders_resumed"  # changed their mind
    LINK_RETIRED = "link_retired"
    LINK_ISSUED = "link_issued"  # somebody got a (new) personal link
    ADDRESS_CHANGED = "address_changed"
    ADDRESS_CHECKED = "address_checked"  # staff know that it is right, whatever the frame says
    HAND_OVER_ASKED = "hand_over_asked"  # to share or transfer the task; waits for staff
    HAND_OVER_REFUSED = "hand_over_refused"  # by staff
    HANDED_OVER = "handed_over"  # a delegate got the task
    SHARED = "shared"  # a colleague got a link
    GIVEN_BACK = "given_back"  # the delegate or colleague gave up the link
    TAKEN_BACK = "taken_back"  # the owner, or staff, ended it
    DELEGATE_BOUNCED = "delegate_bounced"  # a mail to a delegate or colleague came back
    CORRECTION_REQUESTED = "correction_requested"  # the workplace wants to change what it submitted
    CORRECTION_WITHDRAWN = "correction_withdrawn"  # and changed their mind
    CORRECTION_REFUSED = "correction_refused"  # staff let the answers stand
    CONTACT_PROPOSED = "contact_proposed"  # another leader or address, by the authority's coordinator; waits for staff
    PAUSED = "paused"  # staff let nobody write to or call the workplace for a while
    RESUMED = "resumed"  # and ended that
    NOTED = "noted"  # staff wrote a note
    LANGUAGE_CHANGED = "language_changed"  # by staff
    LINK_SENT = "link_sent"  # staff had the link sent once more
    LINK_COPIED = "link_copied"  # staff took the link out, to bring it to its holder another way
    REFUSAL_UNDONE = "refusal_undone"  # staff took back what they had recorded of many cases
    INELIGIBLE_UNDONE = "ineligible_undone"  # likewise
    REOPENED = "reopened"  # staff let a submitted questionnaire be changed: a request granted, or by themselves


class Disposition(StrEnum):
    """Where a case stands."""

    NOT_STARTED = "not_started"
    BOUNCED = "bounced"
    STARTED = "started"
    SUBMITTED = "submitted"
    DECLINED = "declined"
    INELIGIBLE_REPORTED = "ineligible_reported"
    INELIGIBLE = "ineligible"


@dataclass(slots=True)
class _Facts:
    """What the events so far add up to; the disposition is the first fact that holds, from top to bottom."""

    ineligible: bool = False
    submitted: bool = False
    reported: bool = False
    declined: bool = False
    started: bool = False
    bounced: bool = False

    def add(self, kind: EventKind) -> None:
        match kind:
            case EventKind.SUBMITTED:
                self.submitted, self.started, self.reported = True, True, False
            case EventKind.REOPENED:
                self.submitted = False
            case EventKind.INELIGIBLE_REJECTED:
                self.ineligible = self.reported = False
            case EventKind.INELIGIBLE_CONFIRMED if not self.submitted:
                self.ineligible = True
            case EventKind.REPORTED_CLOSED | EventKind.REPORTED_MERGED if not self.submitted:
                self.reported = True
            case EventKind.REPORT_WITHDRAWN:
                self.reported = False
            case EventKind.DECLINED | EventKind.REFUSED if not self.submitted:
                self.declined = True
            case EventKind.DECLINE_UNDONE:
                self.declined = False
            case EventKind.REFUSAL_UNDONE:
                self.declined = False
            case EventKind.INELIGIBLE_UNDONE:
                self.ineligible = False
            case EventKind.STARTED:
                self.started = True
            case EventKind.BOUNCED:
                self.bounced = True
            case EventKind.ADDRESS_CHANGED | EventKind.LINK_ISSUED:
                self.bounced = False
            case _:  # leaves the disposition as it is
                pass

    def disposition(self) -> Disposition:
        if self.ineligible:
            return Disposition.INELIGIBLE
        if self.submitted:
            return Disposition.SUBMITTED
        if self.reported:
            return Disposition.INELIGIBLE_REPORTED
        if self.declined:
            return Disposition.DECLINED
        if self.started:
            return Disposition.STARTED
        return Disposition.BOUNCED if self.bounced else Disposition.NOT_STARTED


def derive(kinds: Iterable[str]) -> Disposition:
    """Return where a case stands after these events, given in the order in which they happened.

    Raises: ValueError for a kind that is not an ``EventKind``.
    """
    facts = _Facts()
    for kind in kinds:
        facts.add(EventKind(kind))
    return facts.disposition()
