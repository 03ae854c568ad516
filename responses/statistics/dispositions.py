"""From the events of a case to its disposition and its outcome, by one rule (docs/methods/dispositions.md). PURE."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from responses.statistics.outcomes import OVERRIDES, CaseOutcome


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
    REPLIED = "replied"  # a person at the workplace wrote or rang; automatic replies are ``MailReturn``
    ABSENT = "absent"  # whoever can answer is away until after the close
    LEFT_PARTIAL = "left_partial"  # at the close: answers not submitted, and enough of them (``left``)
    LEFT_EARLY = "left_early"  # at the close: answers not submitted, and too few
    REPORTED_DUPLICATE = "reported_duplicate"  # the same workplace is in the sample by another number
    REPORTED_NOT_PUBLIC = "reported_not_public"
    OUTCOME_SET = "outcome_set"  # staff say how the case ends, instead of the rules
    OUTCOME_UNSET = "outcome_unset"  # the rules say it again
    REGISTER_EXISTS = "register_exists"  # a newer register has it, in operation
    REGISTER_CLOSED = "register_closed"  # a newer register has it as closed
    REGISTER_MERGED = "register_merged"  # a newer register has it as part of another
    REGISTER_NOT_FOUND = "register_not_found"  # a newer register does not have it
    ERASED = "erased"  # contact data and answers were deleted, as somebody had the right to ask
    FORGOTTEN = "forgotten"  # contact data alone were deleted


class Disposition(StrEnum):
    """Where a case stands."""

    NOT_STARTED = "not_started"
    BOUNCED = "bounced"
    STARTED = "started"
    SUBMITTED = "submitted"
    DECLINED = "declined"
    INELIGIBLE_REPORTED = "ineligible_reported"
    INELIGIBLE = "ineligible"
    ERASED = "erased"


REPORTS = {
    EventKind.REPORTED_CLOSED: CaseOutcome.CLOSED,
    EventKind.REPORTED_MERGED: CaseOutcome.MERGED,
    EventKind.REPORTED_DUPLICATE: CaseOutcome.DUPLICATE,
    EventKind.REPORTED_NOT_PUBLIC: CaseOutcome.NOT_PUBLIC,
}
IN_REGISTER = {
    EventKind.REGISTER_EXISTS: CaseOutcome.EXISTS,
    EventKind.REGISTER_CLOSED: CaseOutcome.CLOSED,
    EventKind.REGISTER_MERGED: CaseOutcome.MERGED,
    EventKind.REGISTER_NOT_FOUND: CaseOutcome.NOT_FOUND,
}
LEFT = {EventKind.LEFT_PARTIAL: CaseOutcome.PARTIAL, EventKind.LEFT_EARLY: CaseOutcome.BREAK_OFF}
# Somebody is there, so there is such a workplace. That reminders are not wanted may come from a wrong address.
SIGNS_OF_LIFE = frozenset(
    {
        EventKind.REPLIED,
        EventKind.REACHED,
        EventKind.INTERVIEW_BEGUN,
        EventKind.STARTED,
        EventKind.SUBMITTED,
        EventKind.DECLINE_UNDONE,
        EventKind.REPORT_WITHDRAWN,
        EventKind.INELIGIBLE_REJECTED,
        EventKind.HAND_OVER_ASKED,
        EventKind.HANDED_OVER,
        EventKind.SHARED,
        EventKind.GIVEN_BACK,
    }
)
ENOUGH = 0.5  # of the required questions on the route


@dataclass(slots=True)
class _Facts:
    """What the events so far add up to; disposition and outcome are the first fact that holds, from top to bottom.

    Attributes:
        reported: why the workplace is said, or confirmed, not to be eligible; ``NOT_ELIGIBLE`` when nobody said why.
        waits: it is said so, and nobody has confirmed it.
    """

    erased: bool = False
    ineligible: bool = False
    submitted: bool = False
    waits: bool = False
    reported: CaseOutcome = CaseOutcome.NOT_ELIGIBLE
    declined: bool = False
    started: bool = False
    bounced: bool = False
    alive: bool = False
    absent: bool = False
    left: CaseOutcome | None = None
    override: CaseOutcome | None = None
    in_register: CaseOutcome | None = None

    def add(self, kind: EventKind, said: str) -> None:
        self._add_to_disposition(kind)
        self.alive = self.alive or kind in SIGNS_OF_LIFE
        self.left = LEFT.get(kind, self.left)
        self.in_register = IN_REGISTER.get(kind, self.in_register)
        match kind:
            case EventKind.ABSENT:
                self.absent = True
            case EventKind.OUTCOME_SET:
                self.override = _override(said)
            case EventKind.OUTCOME_UNSET:
                self.override = None
            case EventKind.SUBMITTED | EventKind.REOPENED:
                self.override = self.left = None

    def _add_to_disposition(self, kind: EventKind) -> None:
        match kind:
            case EventKind.ERASED:
                self.erased = True
            case EventKind.SUBMITTED:
                self.submitted, self.started = True, True
                self._forget_report()
            case EventKind.REOPENED:
                self.submitted = False
            case EventKind.INELIGIBLE_REJECTED:
                self.ineligible = False
                self._forget_report()
            case EventKind.INELIGIBLE_CONFIRMED if not self.submitted:
                self.ineligible = True
            case EventKind() if kind in REPORTS and not self.submitted:
                self.waits, self.reported = True, REPORTS[kind]
            case EventKind.REPORT_WITHDRAWN:
                self._forget_report()
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

    def _forget_report(self) -> None:
        self.waits = False
        if not self.ineligible:
            self.reported = CaseOutcome.NOT_ELIGIBLE

    def disposition(self) -> Disposition:
        if self.ineligible:
            return Disposition.INELIGIBLE
        if self.erased:
            return Disposition.ERASED
        if self.submitted:
            return Disposition.SUBMITTED
        if self.waits:
            return Disposition.INELIGIBLE_REPORTED
        if self.declined:
            return Disposition.DECLINED
        if self.started:
            return Disposition.STARTED
        return Disposition.BOUNCED if self.bounced else Disposition.NOT_STARTED

    def outcome(self) -> CaseOutcome:
        if self.ineligible:
            return self.reported
        if self.erased:
            return CaseOutcome.ERASED
        if self.submitted:
            return CaseOutcome.COMPLETE
        if self.override:
            return self.override
        gone = self.in_register in (CaseOutcome.CLOSED, CaseOutcome.MERGED)
        if self.waits:
            return self.in_register if self.in_register and gone else CaseOutcome.REPORTED
        if self.declined:
            return CaseOutcome.REFUSAL
        if self.left:
            return self.left
        if self.absent or self.alive:
            return CaseOutcome.UNAVAILABLE if self.absent else CaseOutcome.CONTACTED
        return self.in_register or (CaseOutcome.BOUNCED if self.bounced else CaseOutcome.SILENT)


def standing(events: Iterable[tuple[str, str]]) -> tuple[Disposition, CaseOutcome]:
    """Return where a case stands, and how it ends, after these events in the order in which they were recorded.

    Args:
        events: the kind of each, and the outcome that it names ("" but for ``outcome_set``). Their order is that of
            their numbers, never of their times: a clock may have been set back.

    Raises: ValueError for a kind that is not an ``EventKind``, and an outcome that nobody can set.
    """
    facts = _Facts()
    for kind, said in events:
        facts.add(EventKind(kind), said)
    return facts.disposition(), facts.outcome()


def derive(kinds: Iterable[str]) -> Disposition:
    """Return where a case stands after these events, given in the order in which they were recorded.

    Raises: ValueError for a kind that is not an ``EventKind``.
    """
    facts = _Facts()
    for kind in kinds:
        facts._add_to_disposition(EventKind(kind))
    return facts.disposition()


def outcome_of(events: Iterable[tuple[str, str]]) -> CaseOutcome:
    """Return how a case ends after these events; see ``standing``."""
    return standing(events)[1]


def left(*, required: int, answered: int, opening: bool) -> EventKind:
    """Return what it is that answers were not submitted at the close: partial, or a break-off.

    Args:
        required: number of required questions on the route as it stood at the close.
        answered: how many of them were answered completely, at most ``required``.
        opening: whether the opening questions (blocks A and B) were all answered.

    Returns: LEFT_PARTIAL when the opening and at least half of the required questions were answered, else LEFT_EARLY.
    Raises: ValueError if more were answered than required.
    Source: docs/methods/dispositions.md; AAPOR (2023) leaves the line between 1.2 and 2.12 to each survey, to be said.
    """
    if not 0 <= answered <= required:
        raise ValueError(f"{answered} answered of {required} required")
    enough = opening and required > 0 and answered / required >= ENOUGH
    return EventKind.LEFT_PARTIAL if enough else EventKind.LEFT_EARLY


def _override(said: str) -> CaseOutcome:
    outcome = CaseOutcome(said)
    if outcome not in OVERRIDES:
        raise ValueError(f"{outcome} is not for staff to set")
    return outcome
