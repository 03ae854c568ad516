"""What respondents and staff decide about a case."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from barometer import audit
from barometer.addresses import is_address, is_reserved_address
from barometer.models import User
from responses import recipients
from responses.actions import address_mails, events
from responses.actions import contact as contacts
from responses.contact_facts import OF_THE_OWNER, ON_REMINDERS
from responses.models import Case, CaseEvent, DeclineReason, LinkHolder, Mail, Notice
from responses.recipients import Line
from responses.statistics.dispositions import Disposition, EventKind
from responses.statistics.hand_over import typed_name
from surveys.models import AddressKind

# Nothing is left to decline.
SAID_ALREADY = (
    Disposition.SUBMITTED,
    Disposition.INELIGIBLE_REPORTED,
    Disposition.INELIGIBLE,
    Disposition.ERASED,
)
MOST_CONFIRMATIONS = 3  # of one kind and case: whoever presses a button again and again fills no mailbox


class AddressRefused(Exception):
    """No mail can go to this address, or to this person there; ``code`` is of ``address_texts``."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class NewContact:
    """Who is to be written to about a case. ``kind`` is one of ``AddressKind``."""

    name: str
    email: str
    kind: str
    phone: str = ""

    def checked(self, *, rehearsal: bool) -> "NewContact":
        """Return it as it is stored. Raises: AddressRefused."""
        email, name = self.email.strip(), typed_name(self.name)
        if not is_address(email):
            raise AddressRefused("bad_address")
        if rehearsal and not is_reserved_address(email):
            raise AddressRefused("not_reserved")
        if self.kind == AddressKind.PERSON and not name:
            raise AddressRefused("no_name")
        return NewContact(name, email, AddressKind(self.kind).value, " ".join(self.phone.split())[:40])


class CaseClosed(Exception):
    """The round is not in the field, or the case has ended: nothing more can be said here."""


def lock_open(pk: int) -> Case:
    """Return the case, locked, when its round is in the field.

    Raises: CaseClosed.
    """
    case = events.lock(pk)
    if case.round.status != case.round.Status.OPEN:
        raise CaseClosed
    return case


def lock_unsubmitted(pk: int) -> Case:
    """Return the case, locked, when an answer or a no can still come from it.

    Raises: CaseClosed.
    """
    case = lock_open(pk)
    if case.disposition in (Disposition.SUBMITTED, Disposition.INELIGIBLE, Disposition.ERASED):
        raise CaseClosed
    return case


def lock_unpublished(pk: int) -> Case:
    """Return the case, locked, while its round is in the field or closed and nothing is published yet.

    Raises: CaseClosed.
    """
    case = events.lock(pk)
    if case.round.status not in (case.round.Status.OPEN, case.round.Status.CLOSED):
        raise CaseClosed
    return case


def check_answerable(case: Case) -> None:
    """Refuse answers when the round is not in the field, or the case has ended or declined.

    Raises: CaseClosed.
    """
    ended = (Disposition.SUBMITTED, Disposition.INELIGIBLE, Disposition.DECLINED, Disposition.ERASED)
    if case.round.status != case.round.Status.OPEN or case.disposition in ended:
        raise CaseClosed


@transaction.atomic
def decline(*, holder: LinkHolder, at: datetime, code: str = "", words: str = "") -> None:
    """The workplace does not wish to take part. Twice declined is once recorded; the first reason given stands.

    Only its owner can say so: the no of a delegate or colleague is ``hand_over.give_back``, never a refusal.
    ``code`` is one of ``DeclineReason.Code``, ``words`` are the respondent's own; both may be empty.
    Raises: CaseClosed, also for a workplace that is said not to exist: nothing more is asked of it.
    """
    if holder.role != LinkHolder.Role.OWNER:
        raise ValueError("only the owner declines")
    case = lock_unsubmitted(holder.case_id)
    if case.disposition in SAID_ALREADY:
        raise CaseClosed
    if case.disposition != Disposition.DECLINED:
        event = events.record(case, kind=EventKind.DECLINED, at=at, holder=holder)
        _confirm(Notice.DECLINED_CONFIRMED, holder, event)
        if code or words:
            DeclineReason.objects.create(case=case, code=code, words=words, at=at)


@transaction.atomic
def undo_decline(*, holder: LinkHolder, at: datetime) -> None:
    """The workplace wishes to take part after all, says its owner."""
    if holder.role != LinkHolder.Role.OWNER:
        raise ValueError("only the owner takes a no back")
    case = lock_unsubmitted(holder.case_id)
    if case.disposition == Disposition.DECLINED:
        events.record(case, kind=EventKind.DECLINE_UNDONE, at=at, holder=holder)
        DeclineReason.objects.filter(case=case).delete()


@transaction.atomic
def stop_reminders(*, holder: LinkHolder, at: datetime, confirm: bool = True) -> None:
    """No more reminders; the case can still be answered, and this is no refusal.

    The owner speaks for the case, a delegate or colleague for their own address.
    Raises: CaseClosed.
    """
    case = lock_open(holder.case_id)
    if not reminders_stopped(holder):
        event = events.record(case, kind=EventKind.REMINDERS_STOPPED, at=at, holder=holder)
        if confirm:
            _confirm(Notice.OPT_OUT_CONFIRMED, holder, event)


@transaction.atomic
def unsubscribe(*, mail: Mail, at: datetime) -> None:
    """No more reminders for whoever got this mail, about each of its workplaces; twice is once, and never a refusal.

    Not for somebody who holds the link now but has another address than the mail went to, nor where nothing is left to
    remind of. What is said about several workplaces is not confirmed by as many mails.
    """
    lines = receivers_of(mail, at)
    for line in lines:
        with suppress(CaseClosed):
            stop_reminders(holder=line.attempt.holder, at=at, confirm=len(lines) == 1)


def receivers_of(mail: Mail, at: datetime) -> list[Line]:
    """Return the lines of a mail whose link holders may still be reminded at its address; at most two queries."""
    ended = (*SAID_ALREADY, Disposition.DECLINED)
    return [
        line
        for line in recipients.lines_of([mail.pk], at).get(mail.pk, [])
        if line.contactable.disposition not in ended
        and not line.contactable.link_retired
        and line.attempt.holder.standing != LinkHolder.Standing.ENDED
        and line.attempt.holder.email.casefold() == mail.address.casefold()
    ]


@transaction.atomic
def resume_reminders(*, holder: LinkHolder, at: datetime) -> None:
    """The workplace, or a delegate or colleague, wants to be reminded after all.

    Raises: CaseClosed.
    """
    case = lock_open(holder.case_id)
    if reminders_stopped(holder):
        events.record(case, kind=EventKind.REMINDERS_RESUMED, at=at, holder=holder)


def reminders_stopped(holder: LinkHolder) -> bool:
    """Whether no more reminders are wanted, as the holder's last word on it says; one query."""
    owner = holder.role == LinkHolder.Role.OWNER
    own = (
        CaseEvent.objects.filter(OF_THE_OWNER, case=holder.case_id)
        if owner
        else CaseEvent.objects.filter(holder=holder)
    )
    last = own.filter(kind__in=ON_REMINDERS).order_by("-pk").values_list("kind", flat=True).first()
    return last == EventKind.REMINDERS_STOPPED


@transaction.atomic
def record_refusal(*, case: Case, reason: str, by: User, at: datetime) -> None:
    """Close a case as a refusal, as told to a member of staff."""
    case = lock_unsubmitted(case.pk)
    events.record(case, kind=EventKind.REFUSED, at=at, by=by)
    audit.record("case.refused", target=case, by=by, at=at, reason=reason)


@transaction.atomic
def confirm_ineligible(*, case: Case, reason: str, by: User | None, at: datetime) -> None:
    """The workplace does not belong to the population of this round; it leaves the eligible sample.

    Also after the close: what was reported in the last days is looked into then.
    """
    case = lock_unpublished(case.pk)
    if case.disposition in (Disposition.SUBMITTED, Disposition.INELIGIBLE, Disposition.ERASED):
        raise CaseClosed
    events.record(case, kind=EventKind.INELIGIBLE_CONFIRMED, at=at, by=by)
    audit.record("case.ineligible_confirmed", target=case, by=by, at=at, reason=reason)


@transaction.atomic
def reject_ineligible(*, case: Case, reason: str, by: User, at: datetime) -> None:
    """The workplace does exist: the case goes back to what it was before the report."""
    case = lock_unpublished(case.pk)
    events.record(case, kind=EventKind.INELIGIBLE_REJECTED, at=at, by=by)
    audit.record("case.ineligible_rejected", target=case, by=by, at=at, reason=reason)


@transaction.atomic
def record_bounce(*, case: Case, by: User | None, at: datetime, reason: str = "") -> None:
    """A mail to the case's address came back."""
    case = lock_open(case.pk)
    events.record(case, kind=EventKind.BOUNCED, at=at, by=by)
    if by:
        audit.record("case.bounced", target=case, by=by, at=at, reason=reason)


@transaction.atomic
def confirm_address(*, case: Case, reason: str, by: User, at: datetime) -> None:
    """The owner's address is right, as staff have found out, though the frame says otherwise: the proof accepts it."""
    case = lock_open(case.pk)
    events.record(case, kind=EventKind.ADDRESS_CHECKED, at=at, by=by)
    audit.record("case.address_confirmed", target=case, by=by, at=at, reason=reason)


@transaction.atomic
def retire_link(*, holder: LinkHolder, reason: str, by: User, at: datetime) -> None:
    """End a personal link: it answers 404 from now on, and its holder gets no more mail."""
    case = events.lock(holder.case_id)
    holder.retired_at = at
    holder.save(update_fields=["retired_at"])
    events.record(case, kind=EventKind.LINK_RETIRED, at=at, by=by, holder=holder)
    audit.record("link.retired", target=holder, by=by, at=at, reason=reason)


@transaction.atomic
def reissue_link(*, holder: LinkHolder, reason: str, by: User, at: datetime) -> None:
    """Give the holder a new link; those already sent answer 404."""
    case = events.lock(holder.case_id)
    holder.generation += 1
    holder.retired_at = None
    holder.save(update_fields=["generation", "retired_at"])
    events.record(case, kind=EventKind.LINK_ISSUED, at=at, by=by, holder=holder)
    audit.record("link.reissued", target=holder, by=by, at=at, reason=reason)


@transaction.atomic
def change_address(
    *,
    case: Case,
    contact: NewContact,
    reason: str,
    by: User,
    at: datetime,
    wrong_person: bool = False,
    send_now: bool = False,
) -> bool:
    """Write to somebody else, or elsewhere, about the case from now on; False when nothing is new.

    Mails that wait for the old address go to the new one instead. ``wrong_person``: the link that went there opens
    nothing any longer. ``send_now``: the invitation, when it has gone out, goes to the new address at once.
    Raises: CaseClosed; AddressRefused.
    """
    case = lock_open(case.pk)
    owner = LinkHolder.objects.select_for_update().get(case=case, role=LinkHolder.Role.OWNER)
    owner.case = case
    contact = contact.checked(rehearsal=case.round.rehearsal)
    if contact_of(owner) == contact and not wrong_person:
        return False
    facts = put_contact(owner=owner, contact=contact, by=by, at=at, wrong_person=wrong_person)
    if send_now:
        facts |= {"invited": address_mails.invite(owner=owner, at=at)}
    audit.record("case.address_changed", target=case, by=by, at=at, reason=reason, facts=facts)
    return True


def contact_of(owner: LinkHolder) -> NewContact:
    """Return who is written to now."""
    return NewContact(owner.name, owner.email, owner.address_kind, owner.phone)


def put_contact(
    *, owner: LinkHolder, contact: NewContact, by: User | None, at: datetime, wrong_person: bool = False
) -> dict[str, int]:
    """Write a contact to the owner, move the mails that wait, and return what was done, for the audit log.

    ``contact`` is checked. The caller holds the locks on case and owner; ``owner`` has its case.
    """
    moves = owner.email.casefold() != contact.email.casefold()
    owner.name, owner.email, owner.address_kind, owner.phone = contact.name, contact.email, contact.kind, contact.phone
    owner.generation += wrong_person
    owner.save(update_fields=["name", "email", "address_kind", "phone", "generation"])
    facts: dict[str, int] = {"new_address": moves, "new_link": wrong_person}
    if moves:
        events.record(owner.case, kind=EventKind.ADDRESS_CHANGED, at=at, by=by, holder=owner)
        facts |= {"waiting": address_mails.move_waiting(owner=owner, at=at)}
    if wrong_person:
        events.record(owner.case, kind=EventKind.LINK_ISSUED, at=at, by=by, holder=owner)
    return facts


def _confirm(name: Notice, holder: LinkHolder, event: CaseEvent) -> None:
    """Tell by mail what was said, so that nobody else says it unnoticed."""
    if Mail.objects.filter(name=name, lines__holder=holder).count() < MOST_CONFIRMATIONS:
        contacts.queue_notice(name=name, holder=holder, cause=event, at=event.at)
