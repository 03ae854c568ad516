"""Sending: what is due leaves, each mail at most once.

The rows are the truth. A mail goes queued → claimed → handed_over, committed, immediately before its own SMTP
dialogue, and → sent after it. Whatever happens in between, a mail found *claimed* has not left and returns to the
queue; one found *handed_over* may have left, becomes *unknown* and waits for a person.
"""

import logging
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache, reduce
from operator import or_

from django.core import mail as django_mail
from django.core.mail.backends import dummy, locmem
from django.core.mail.backends.base import BaseEmailBackend
from django.db import DatabaseError, InterfaceError, OperationalError, connections, models, transaction

from barometer import mail_folder
from barometer.addresses import is_reserved_address
from barometer.bulk import atomic_without_waiting
from barometer.prepared import Given, PreparedUpdate
from barometer.sealed_message import SealedMessage
from responses import coordinator_links, recipients
from responses import mail as mails
from responses.actions import claiming, events
from responses.actions.result_mail import forget_address
from responses.delivery import Answer, deliver
from responses.mail import Reason, Unwritable
from responses.models import CaseEvent, ContactAttempt, CoordinatorMail, LinkHolder, Mail
from responses.recipients import Line
from responses.returns import says_no_such_address
from surveys.models import ContactStep, Round

logger = logging.getLogger(__name__)

MOST_ATTEMPTS = 8
FIRST_DELAY = timedelta(minutes=5)  # doubled at every further attempt: the eighth is 10½ hours after the first
STALE_AFTER = timedelta(minutes=10)
LONGEST_BATCH = 60  # seconds; with a server that answers slowly the rest of a batch returns to the queue
MOST_FAULTS = 3  # mails in a row that the server would not hear of at all: then it is the server, and a batch ends
MOST_LOOKS = 3  # at the lines of one mail, when its cases change just before it leaves
IN_MEMORY = (dummy.EmailBackend, locmem.EmailBackend)


def _of_mail(field: str) -> Given:
    return Given(field, Mail._meta.get_field(field))


AT = Given("at", models.DateTimeField())
SENT = PreparedUpdate(
    lambda: Mail.objects.filter(
        pk=_of_mail("id"), status__in=(Mail.Status.HANDED_OVER, Mail.Status.UNKNOWN), handed_over_at=AT
    ),
    status=Mail.Status.SENT,
    ended_at=AT,
    outcome="",
)


@dataclass(slots=True)
class Batch:
    """What the mails of one sweep have in common. ``lines`` are by mail.

    Attributes:
        paused: until when, by domain, for those that have asked us to wait during this batch.
        taken: domains that have taken a mail.
        faults: mails in a row that the server would not hear of, whoever they are for.
    """

    at: datetime
    connection: BaseEmailBackend
    lines: dict[int, list[Line]]
    letterheads: dict[tuple[int, str], dict[str, str]] = field(default_factory=dict)
    paused: dict[str, datetime] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)
    faults: int = 0


@dataclass(frozen=True, slots=True)
class Ready:
    """A mail as it is about to leave. ``events`` is how many its cases have had when it was decided that it may."""

    lines: list[ContactAttempt]
    cases: list[int]
    events: int
    written: mails.Written
    sealed: SealedMessage


def send_due(
    *, at: datetime, limit: int = 100, connection: BaseEmailBackend | None = None, round_: Round | None = None
) -> Counter[str]:
    """Send up to ``limit`` due mails, of one round or all, over one connection; return how many ended in which status.

    *queued* counts mails put back for later. Empty when nothing is due or within the limits, or no server answers.
    Mails that do not leave the machine have no limits. Safe to run twice and by several workers. Must not run inside a
    transaction, unless ``connection`` sends nothing out of the process.
    """
    connection = connection or django_mail.get_connection()
    if transaction.get_connection().in_atomic_block and not isinstance(connection, IN_MEMORY):
        raise ValueError("no mail is sent inside a transaction")
    recover_stale(at=at)
    due = Mail.objects.due(at) if round_ is None else Mail.objects.due(at).filter(round=round_)
    if not due.exists() or not _open(connection):
        return Counter()
    stays = isinstance(connection, (*IN_MEMORY, mail_folder.EmailBackend))
    limits = claiming.Limits() if stays else claiming.Limits.of_settings()
    try:
        claimed = claiming.claim(due, limits=limits, at=at, most=limit)
        return _send_all(claimed, Batch(at, connection, recipients.lines_of([mail.pk for mail in claimed], at)))
    finally:
        _close(connection)


def _send_all(claimed: Sequence[Mail], batch: Batch) -> Counter[str]:
    """Send the mails one after the other, as long as there is a server that hears us."""
    ended: Counter[str] = Counter()
    end = time.monotonic() + LONGEST_BATCH
    for place, mail in enumerate(claimed):
        if batch.faults >= MOST_FAULTS:
            logger.error("The mail server takes nothing from us: the rest of the batch waits")
        if batch.faults >= MOST_FAULTS or time.monotonic() > end or not _open(batch.connection):
            claiming.release(claimed[place:], batch.at)
            break
        ended[_send(mail, batch)] += 1
    if batch.taken:
        claiming.end_deferrals(batch.taken, at=batch.at)
    return ended


def recover_stale(*, at: datetime) -> None:
    """Take up mails whose worker died: what was only claimed returns to the queue, what was handed over is unknown."""
    before = at - STALE_AFTER
    claimed = Mail.objects.filter(status=Mail.Status.CLAIMED, claimed_at__lt=before)
    claimed.update(status=Mail.Status.QUEUED, claimed_at=None)
    handed_over = Mail.objects.filter(status=Mail.Status.HANDED_OVER, handed_over_at__lt=before)
    handed_over.update(status=Mail.Status.UNKNOWN, ended_at=at, outcome=Reason.INTERRUPTED)


def _open(connection: BaseEmailBackend) -> bool:
    """Make sure of a connection before a mail is handed over, so that a server that is down costs no attempt.

    Nor does one that lets us not log in, or has no STARTTLS: all mails stay in the queue.
    """
    try:
        connection.open()
    except OSError as error:
        code = getattr(error, "smtp_code", "")
        logger.error("No connection to the mail server: %s %s", type(error).__name__, code)
        _close(connection)
        return False
    return True


def _close(connection: BaseEmailBackend) -> None:
    with suppress(OSError):  # a server that is gone need not be told goodbye
        connection.close()


def _send(mail: Mail, batch: Batch) -> str:
    """Bring a claimed mail as far as it gets, and return the status it got."""
    if mail.domain in batch.paused:
        claiming.release([mail], batch.at, until=batch.paused[mail.domain])
        return Mail.Status.QUEUED
    lines = batch.lines.get(mail.pk, [])
    for _ in range(MOST_LOOKS):
        ready = _ready(mail, lines, batch)
        if isinstance(ready, str):
            return ready
        if _hand_over(mail, ready, batch.at):
            return _leave(mail, ready, batch)
        if not Mail.objects.filter(pk=mail.pk, status=Mail.Status.CLAIMED, claimed_at=batch.at).exists():
            return Mail.Status.QUEUED  # paused, or taken back by a sweep
        lines = recipients.lines_of([mail.pk], batch.at).get(mail.pk, [])
    claiming.release([mail], batch.at)
    return Mail.Status.QUEUED


def _ready(mail: Mail, lines: Sequence[Line], batch: Batch) -> Ready | str:
    """Return the mail as it is to leave, or how it ended because it is not to.

    Whatever is wrong with one mail, the others leave: what is not foreseen here puts it off, as often as a server may,
    so that somebody who reads the log can mend it.
    """
    to_send = _lines_to_send(mail, lines)
    if mail.name in CoordinatorMail.values:
        if not coordinator_links.still_fits(mail, batch.at):
            return _end(mail, Mail.Status.CANCELLED, Reason.OVERTAKEN, batch.at)
    elif not to_send and not recipients.is_wanted(mail):
        return _end(mail, Mail.Status.CANCELLED, Reason.NOBODY_LEFT, batch.at)
    if mail.round.rehearsal and not is_reserved_address(mail.address):
        return _end(mail, Mail.Status.CANCELLED, Reason.NOT_RESERVED, batch.at)
    try:
        key = (mail.round_id, mail.language)
        if key not in batch.letterheads:
            batch.letterheads[key] = mails.letterhead(mail.round, mail.language)
        written = mails.write(mail, to_send, batch.letterheads[key])
        sealed = mails.message(mail, written, to_send, batch.letterheads[key], at=batch.at)
    except Unwritable as problem:
        return _end(mail, Mail.Status.FAILED, str(problem), batch.at)
    except DatabaseError:
        raise
    except Exception as error:
        logger.exception("Mail %s could not be written", mail.pk)
        return _put_off(mail, f"{Reason.UNEXPECTED}: {type(error).__name__}", batch.at)
    seen = {line.attempt.case_id: line.events for line in lines}
    return Ready(to_send, list(seen), sum(seen.values()), written, sealed)


def _lines_to_send(mail: Mail, lines: Sequence[Line]) -> list[ContactAttempt]:
    """Return the lines of the mail that may leave as things stood when they were read; mark the others as left out."""
    to_send = []
    for line in lines:
        reason = recipients.left_out_of(mail, line.contactable)
        if reason is None:
            to_send.append(line.attempt)
        else:
            ContactAttempt.objects.filter(pk=line.attempt.pk).update(left_out=reason)
    return to_send


def _end(mail: Mail, status: Mail.Status, outcome: str, at: datetime) -> str:
    """End a claimed mail that was not handed over."""
    ours = Mail.objects.filter(pk=mail.pk, status=Mail.Status.CLAIMED, claimed_at=at)
    ours.update(status=status, outcome=outcome[:200], ended_at=at)
    return status


def _put_off(mail: Mail, outcome: str, at: datetime) -> str:
    """Return a claimed mail that could not be handed over to the queue for later, or end it after so many attempts."""
    attempts = mail.attempts + 1
    ours = Mail.objects.filter(pk=mail.pk, status=Mail.Status.CLAIMED, claimed_at=at)
    if attempts >= MOST_ATTEMPTS:
        ours.update(status=Mail.Status.FAILED, outcome=outcome, ended_at=at, attempts=attempts)
        return Mail.Status.FAILED
    later = at + FIRST_DELAY * 2 ** (attempts - 1)
    ours.update(status=Mail.Status.QUEUED, outcome=outcome, claimed_at=None, attempts=attempts, scheduled_for=later)
    return Mail.Status.QUEUED


def _hand_over(mail: Mail, ready: Ready, at: datetime) -> bool:
    """Commit that the mail is about to leave.

    False when a sweep or a pause has taken the claim back in the meantime – ``claimed_at`` tells our claim from a later
    one of another worker – or when something has happened to one of its cases: whatever does leaves an event, so in one
    statement nobody who has just answered is written to.
    """
    about = {f"case_{place}": case for place, case in enumerate(ready.cases)}
    changed = _handing_over(len(ready.cases)).run(
        id=mail.pk,
        at=at,
        subject=ready.written.subject,
        text_body=ready.written.text,
        html_body=ready.written.html,
        message_id=ready.sealed.extra_headers["Message-ID"],
        sha256=ready.sealed.sha256,
        events=ready.events,
        **about,
    )
    return changed == 1


@cache
def _handing_over(cases: int) -> PreparedUpdate:
    """Return the statement that hands over a mail about so many cases."""

    def ours() -> models.QuerySet[Mail]:
        claimed = Mail.objects.filter(pk=_of_mail("id"), status=Mail.Status.CLAIMED, claimed_at=AT)
        if not cases:
            return claimed
        case = CaseEvent._meta.get_field("case")
        about = [models.Q(case=Given(f"case_{place}", case)) for place in range(cases)]
        happened = CaseEvent.objects.filter(reduce(or_, about)).order_by().values(all=models.Value(1))
        number = models.Subquery(happened.annotate(number=models.Count("pk")).values("number"))
        return claimed.alias(happened=number).filter(happened=Given("events", models.IntegerField()))

    told = ("subject", "text_body", "html_body", "message_id", "sha256")
    return PreparedUpdate(
        ours,
        status=Mail.Status.HANDED_OVER,
        handed_over_at=AT,
        attempts=models.F("attempts") + 1,
        **{name: _of_mail(name) for name in told},
    )


def _leave(mail: Mail, ready: Ready, batch: Batch) -> str:
    """Bring a mail that is handed over to the server, and record what became of it.

    A connection lost before the message certainly leaves nothing behind, so a new one is tried at once, once.
    """
    answer, reply = deliver(batch.connection, ready.sealed)
    there = True
    if answer is Answer.NOT_BEGUN:
        _close(batch.connection)
        there = _open(batch.connection)
        if there:
            answer, reply = deliver(batch.connection, ready.sealed)
    if answer is Answer.ACCEPTED:
        batch.taken.add(mail.domain)
    else:
        _close(batch.connection)  # whatever state the dialogue is in, the next mail begins a new one
    batch.faults = batch.faults + 1 if answer in (Answer.NOT_BEGUN, Answer.NOT_NOW) else 0
    try:
        return _record(mail, ready.lines, answer, reply, batch, there=there)
    except (OperationalError, InterfaceError):  # the database went away: once more, if it is back
        connections["default"].close()
        return _record(mail, ready.lines, answer, reply, batch, there=there)


def _record(
    mail: Mail, lines: Sequence[ContactAttempt], answer: Answer, reply: str, batch: Batch, *, there: bool
) -> str:
    """Record what the server said of a mail that was handed over; ``there`` is whether it still answers at all.

    Twice is once. A mail put off keeps the time of its claim, which counts for the limits.
    """
    at = batch.at
    handed_over = Mail.objects.filter(pk=mail.pk, status=Mail.Status.HANDED_OVER, handed_over_at=at)
    if answer is Answer.ACCEPTED:
        _record_sent(mail, lines, at)
        return Mail.Status.SENT
    if answer is Answer.UNCERTAIN:
        handed_over.update(status=Mail.Status.UNKNOWN, ended_at=at, outcome=reply)
        return Mail.Status.UNKNOWN
    later = at
    if answer is Answer.DOMAIN_LATER:
        later = batch.paused[mail.domain] = claiming.pause_domain(mail.domain, reply=reply, at=at)
    attempts = mail.attempts + 1
    if answer is Answer.REFUSED or attempts >= MOST_ATTEMPTS:
        if handed_over.update(status=Mail.Status.FAILED, ended_at=at, outcome=reply):
            _note_unreachable(lines, reply, at)
        return Mail.Status.FAILED
    if there:
        later = max(later, at + FIRST_DELAY * 2 ** (attempts - 1))
    handed_over.update(status=Mail.Status.QUEUED, handed_over_at=None, scheduled_for=later, outcome=reply)
    return Mail.Status.QUEUED


def _note_unreachable(lines: Sequence[ContactAttempt], reply: str, at: datetime) -> None:
    """Let a mail count as one that came back: that never reached a delegate or colleague, or whose address is refused.

    An owner's address is given up only for a code that says of the address that it does not work.
    """
    does_not_work = says_no_such_address(reply)
    for line in lines:
        if does_not_work or line.holder.role != LinkHolder.Role.OWNER:
            with transaction.atomic():
                events.record_bounce(events.lock(line.case_id), holder=line.holder, at=at, by=None)


@atomic_without_waiting()
def _record_sent(mail: Mail, lines: Sequence[ContactAttempt], at: datetime) -> None:
    """Record that the server took the mail, also when a sweep has called it unknown in the meantime.

    Losing this commit leaves the mail handed over, so it becomes unknown, never a second mail.
    """
    if SENT.run(id=mail.pk, at=at) and mail.step:
        events.record_invited(_holders(lines), at=at)
        if mail.name == ContactStep.MailName.RESULT:
            forget_address(mail=mail)


def _holders(lines: Sequence[ContactAttempt]) -> dict[int, int]:
    return {line.case_id: line.holder_id for line in lines}
