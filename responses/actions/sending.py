"""Sending: what is due leaves, each mail at most once.

The rows are the truth. A mail goes queued → claimed → handed_over, committed, immediately before its own SMTP
dialogue, and → sent after it. Whatever happens in between, a mail found *claimed* has not left and returns to the
queue; one found *handed_over* may have left, becomes *unknown* and waits for a person.
"""

import logging
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.core import mail as django_mail
from django.core.mail.backends import dummy, locmem
from django.core.mail.backends.base import BaseEmailBackend
from django.db import models, transaction

from barometer.addresses import is_reserved_address
from barometer.bulk import atomic_without_waiting
from barometer.sealed_message import SealedMessage
from responses import coordinator_links, recipients
from responses import mail as mails
from responses.actions import events
from responses.actions.contact import is_reminder
from responses.mail import Answer, Reason, Unwritable
from responses.models import CaseEvent, ContactAttempt, CoordinatorMail, LinkHolder, Mail, Notice
from responses.recipients import Line
from responses.statistics.eligibility import NOTICES, LeftOut, blind, left_out, notice_left_out
from surveys.models import Round

logger = logging.getLogger(__name__)

MOST_ATTEMPTS = 8
FIRST_DELAY = timedelta(minutes=5)  # doubled at every further attempt: the eighth is 10½ hours after the first
STALE_AFTER = timedelta(minutes=10)
WITH_A_MAIL = ("step", "cause__holder__hand_over", "round__questionnaire", "authority_contact__coordinator")


@dataclass(slots=True)
class Batch:
    """What the mails of one sweep have in common. ``lines`` are by mail."""

    at: datetime
    connection: BaseEmailBackend
    lines: dict[int, list[Line]]
    letterheads: dict[tuple[int, str], dict[str, str]] = field(default_factory=dict)


def send_due(
    *, at: datetime, limit: int = 100, connection: BaseEmailBackend | None = None, round_: Round | None = None
) -> Counter[str]:
    """Send up to ``limit`` due mails, of one round or all, over one connection; return how many ended in which status.

    *queued* counts mails put back for later. Empty when nothing is due, or no server answers. Safe to run twice and
    by several workers. Must not run inside a transaction, unless ``connection`` sends nothing out of the process.
    """
    connection = connection or django_mail.get_connection()
    in_memory = isinstance(connection, dummy.EmailBackend | locmem.EmailBackend)
    if transaction.get_connection().in_atomic_block and not in_memory:
        raise ValueError("no mail is sent inside a transaction")
    recover_stale(at=at)
    mails_due = Mail.objects.due(at) if round_ is None else Mail.objects.due(at).filter(round=round_)
    due = list(mails_due.select_related(*WITH_A_MAIL)[:limit])
    if not due or not _open(connection):
        return Counter()
    claimed = _claim(due, at)
    batch = Batch(at, connection, recipients.lines_of([mail.pk for mail in claimed], at))
    ended: Counter[str] = Counter()
    try:
        for place, mail in enumerate(claimed):
            if not _open(connection):
                _release(claimed[place:], at)
                break
            ended[_send(mail, batch)] += 1
    finally:
        _close(connection)
    return ended


def recover_stale(*, at: datetime) -> None:
    """Take up mails whose worker died: what was only claimed returns to the queue, what was handed over is unknown."""
    before = at - STALE_AFTER
    claimed = Mail.objects.filter(status=Mail.Status.CLAIMED, claimed_at__lt=before)
    claimed.update(status=Mail.Status.QUEUED, claimed_at=None)
    handed_over = Mail.objects.filter(status=Mail.Status.HANDED_OVER, handed_over_at__lt=before)
    handed_over.update(status=Mail.Status.UNKNOWN, ended_at=at, outcome=Reason.INTERRUPTED)


@transaction.atomic(savepoint=False)
def _claim(mails_: Sequence[Mail], at: datetime) -> list[Mail]:
    """Claim the mails one by one, and return those that we won; one commit for all, which costs as much as one."""
    return [mail for mail in mails_ if Mail.objects.claim(mail.pk, at)]


def _release(mails_: Sequence[Mail], at: datetime) -> None:
    """Give back claims that we cannot use."""
    ours = Mail.objects.filter(pk__in=[mail.pk for mail in mails_], status=Mail.Status.CLAIMED, claimed_at=at)
    ours.update(status=Mail.Status.QUEUED, claimed_at=None)


def _open(connection: BaseEmailBackend) -> bool:
    """Make sure of a connection before a mail is handed over, so that a server that is down costs no attempt."""
    try:
        connection.open()
    except OSError as error:
        logger.error("No connection to the mail server: %s", type(error).__name__)
        return False
    return True


def _close(connection: BaseEmailBackend) -> None:
    with suppress(OSError):  # a server that is gone need not be told goodbye
        connection.close()


def _send(mail: Mail, batch: Batch) -> str:
    """Bring a claimed mail as far as it gets, and return the status it got."""
    lines = _lines_to_send(mail, batch)
    if mail.name in CoordinatorMail.values:
        if not coordinator_links.still_fits(mail, batch.at):
            return _end(mail, Mail.Status.CANCELLED, Reason.OVERTAKEN, batch.at)
    elif not lines:
        return _end(mail, Mail.Status.CANCELLED, Reason.NOBODY_LEFT, batch.at)
    if mail.round.rehearsal and not is_reserved_address(mail.address):
        return _end(mail, Mail.Status.CANCELLED, Reason.NOT_RESERVED, batch.at)
    key = (mail.round_id, mail.language)
    if key not in batch.letterheads:
        batch.letterheads[key] = mails.letterhead(mail.round, mail.language)
    try:
        written = mails.write(mail, lines, batch.letterheads[key])
        sealed = mails.message(mail, written, lines, batch.letterheads[key], at=batch.at)
    except Unwritable as problem:
        return _end(mail, Mail.Status.FAILED, str(problem), batch.at)
    if not _hand_over(mail, written, sealed, batch.at):
        return Mail.Status.QUEUED
    answer, reply = mails.deliver(batch.connection, sealed)
    if answer is not Answer.ACCEPTED:
        _close(batch.connection)  # whatever state the dialogue is in, the next mail begins a new one
    return _record(mail, lines, answer, reply, batch.at)


def _lines_to_send(mail: Mail, batch: Batch) -> list[ContactAttempt]:
    """Return the lines of the mail that may leave as things stand at this moment; mark the others as left out.

    Whatever happens to a case leaves an event, so what was read with the batch holds while no event has come.
    """
    lines = batch.lines.get(mail.pk, [])
    happened = CaseEvent.objects.filter(case__in=[line.attempt.case_id for line in lines]).count()
    if happened != sum(line.events for line in lines):
        lines = recipients.lines_of([mail.pk], batch.at).get(mail.pk, [])
    to_send = []
    for line in lines:
        reason = _left_out(mail, line)
        if reason is None:
            to_send.append(line.attempt)
        else:
            ContactAttempt.objects.filter(pk=line.attempt.pk).update(left_out=reason)
    return to_send


def _left_out(mail: Mail, line: Line) -> LeftOut | None:
    """Return why this line does not leave. An address that its holder has no longer gets nothing, least of all a link.

    The one exception is told to the leader that the holder was, or perhaps will be.
    """
    own_address = mail.address.casefold() == line.attempt.holder.email.casefold()
    if mail.name == Notice.CONTACT_CHANGED:
        return notice_left_out(blind(line.contactable, own_address=own_address), NOTICES[mail.name])
    if mail.step:
        reason = left_out(line.contactable, reminder=is_reminder(mail.step))
    else:
        reason = notice_left_out(line.contactable, NOTICES[mail.name])
    return reason if reason or own_address else LeftOut.ADDRESS_CHANGED


def _end(mail: Mail, status: Mail.Status, outcome: str, at: datetime) -> str:
    """End a claimed mail that was not handed over."""
    ours = Mail.objects.filter(pk=mail.pk, status=Mail.Status.CLAIMED, claimed_at=at)
    ours.update(status=status, outcome=outcome[:200], ended_at=at)
    return status


def _hand_over(mail: Mail, written: mails.Written, sealed: SealedMessage, at: datetime) -> bool:
    """Commit that the mail is about to leave; False when a sweep has taken the claim back in the meantime.

    ``claimed_at`` tells our claim from a later one of another worker.
    """
    ours = Mail.objects.filter(pk=mail.pk, status=Mail.Status.CLAIMED, claimed_at=at)
    changed = ours.update(
        status=Mail.Status.HANDED_OVER,
        handed_over_at=at,
        attempts=models.F("attempts") + 1,
        subject=written.subject,
        text_body=written.text,
        html_body=written.html,
        message_id=sealed.extra_headers["Message-ID"],
        sha256=sealed.sha256,
    )
    return changed == 1


def _record(mail: Mail, lines: Sequence[ContactAttempt], answer: Answer, reply: str, at: datetime) -> str:
    """Record what the server said of a mail that was handed over."""
    handed_over = Mail.objects.filter(pk=mail.pk, status=Mail.Status.HANDED_OVER, handed_over_at=at)
    if answer is Answer.ACCEPTED:
        _record_sent(mail, lines, at)
        return Mail.Status.SENT
    if answer is Answer.UNCERTAIN:
        handed_over.update(status=Mail.Status.UNKNOWN, ended_at=at, outcome=reply)
        return Mail.Status.UNKNOWN
    attempts = mail.attempts + 1
    if answer is Answer.REFUSED or attempts >= MOST_ATTEMPTS:
        handed_over.update(status=Mail.Status.FAILED, ended_at=at, outcome=reply)
        _note_unreachable(lines, at)
        return Mail.Status.FAILED
    delay = timedelta(0) if answer is Answer.NOT_BEGUN else FIRST_DELAY * 2 ** (attempts - 1)
    handed_over.update(
        status=Mail.Status.QUEUED, claimed_at=None, handed_over_at=None, scheduled_for=at + delay, outcome=reply
    )
    return Mail.Status.QUEUED


def _note_unreachable(lines: Sequence[ContactAttempt], at: datetime) -> None:
    """Let a mail that never reached a delegate or colleague count as one that came back."""
    for line in lines:
        if line.holder.role != LinkHolder.Role.OWNER:
            with transaction.atomic():
                events.record_bounce(events.lock(line.case_id), holder=line.holder, at=at, by=None)


@atomic_without_waiting()
def _record_sent(mail: Mail, lines: Sequence[ContactAttempt], at: datetime) -> None:
    """Record that the server took the mail, also when a sweep has called it unknown in the meantime.

    Losing this commit leaves the mail handed over, so it becomes unknown, never a second mail.
    """
    taken = Mail.objects.filter(
        pk=mail.pk, status__in=(Mail.Status.HANDED_OVER, Mail.Status.UNKNOWN), handed_over_at=at
    )
    if taken.update(status=Mail.Status.SENT, ended_at=at, outcome="") and mail.step:
        events.record_invited(_holders(lines), at=at)


def _holders(lines: Sequence[ContactAttempt]) -> dict[int, int]:
    return {line.case_id: line.holder_id for line in lines}
