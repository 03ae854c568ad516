"""What came back for a mail that had left, whoever tells: the bounce mailbox, the mail provider, or staff."""

import hashlib
from datetime import date, datetime

from django.db import transaction

from barometer import audit
from barometer.models import User
from responses.actions import events
from responses.actions.case import lock_open, reminders_stopped
from responses.models import Case, ContactAttempt, LinkHolder, Mail, MailReturn
from responses.statistics.dispositions import EventKind

HAS_LEFT = (Mail.Status.HANDED_OVER, Mail.Status.SENT, Mail.Status.UNKNOWN)
SOFT_ON_STEPS = 3  # so many steps in a row that came back for now: the address does not work


@transaction.atomic
def record_bounce(
    *,
    mail: Mail,
    at: datetime,
    by: User | None = None,
    kind: str = MailReturn.Kind.HARD,
    source: str = MailReturn.Source.STAFF,
    digest: str = "",
    status_code: str = "",
    returns_on: date | None = None,
) -> bool:
    """Record what came back for a mail; False when that is known already, or the mail never left.

    Hard: the address is marked, and its cases are not written to until they have another. Soft: counted; on the third
    step that comes back it is hard. An automatic reply is logged. A complaint: no more reminders, which is no refusal.
    What comes back from an address that has been changed since says nothing of the new one. ``digest`` is that of the
    message, so that it counts once.
    """
    mail = Mail.objects.select_for_update(of=("self",)).get(pk=mail.pk)
    digest = digest or hashlib.sha256(f"{source} {kind} {mail.pk}".encode()).hexdigest()
    if mail.status not in HAS_LEFT or MailReturn.objects.filter(digest=digest).exists():
        return False
    MailReturn.objects.create(
        mail=mail, kind=kind, source=source, status_code=status_code[:12], at=at, returns_on=returns_on, digest=digest
    )
    if kind == MailReturn.Kind.HARD or (kind == MailReturn.Kind.SOFT and _is_once_too_often(mail)):
        _mark_address(mail, by, at)
    elif kind == MailReturn.Kind.COMPLAINT:
        _stop_reminders(mail, at)
    return True


@transaction.atomic
def record_unreadable(*, digest: str, source: str, at: datetime) -> bool:
    """Record that something came that nobody can read; False when it is known already."""
    kind = MailReturn.Kind.UNREADABLE
    return MailReturn.objects.get_or_create(digest=digest, defaults={"kind": kind, "source": source, "at": at})[1]


@transaction.atomic
def record_bounce_of_case(*, case: Case, reason: str, by: User, at: datetime) -> None:
    """A mail to the case's address came back, says a member of staff: the last one that left for it.

    An address that no mail of ours has gone to, but perhaps one of theirs, is marked for this case alone.
    Raises: CaseClosed.
    """
    case = lock_open(case.pk)
    owner = case.holders.get(role=LinkHolder.Role.OWNER)
    sent = Mail.objects.filter(lines__holder=owner, lines__left_out="", status__in=HAS_LEFT)
    last = sent.filter(address__iexact=owner.email, bounced_at=None).order_by("-pk").first()
    if not (last and record_bounce(mail=last, by=by, at=at)):
        events.record_bounce(case, holder=owner, at=at, by=by)
    audit.record("case.bounced", target=case, by=by, at=at, reason=reason)


def _is_once_too_often(mail: Mail) -> bool:
    """Whether the mails of three steps to this address have come back, this one among them."""
    soft = MailReturn.objects.filter(kind=MailReturn.Kind.SOFT, mail__round=mail.round_id, mail__step__isnull=False)
    steps = soft.filter(mail__address__iexact=mail.address).order_by().values("mail__step").distinct()
    return mail.step_id is not None and steps.count() >= SOFT_ON_STEPS


def _mark_address(mail: Mail, by: User | None, at: datetime) -> None:
    if mail.bounced_at is not None:
        return
    mail.bounced_at = at
    mail.save(update_fields=["bounced_at"])
    for line in _lines(mail):
        case = events.lock(line.case_id)
        if _is_still_the_address(line, mail):
            events.record_bounce(case, holder=line.holder, at=at, by=by)
    if by:
        audit.record("mail.bounced", target=mail, by=by, at=at)


def _stop_reminders(mail: Mail, at: datetime) -> None:
    """Write no more to whoever has called the mail spam, not even that this was understood."""
    for line in _lines(mail):
        case = events.lock(line.case_id)
        if _is_still_the_address(line, mail) and not reminders_stopped(line.holder):
            events.record(case, kind=EventKind.REMINDERS_STOPPED, at=at, holder=line.holder)


def _lines(mail: Mail) -> list[ContactAttempt]:
    """Return the lines that left, in the order in which cases are locked."""
    return list(mail.lines.filter(left_out="").select_related("holder").order_by("case_id"))


def _is_still_the_address(line: ContactAttempt, mail: Mail) -> bool:
    """Whether the holder, read behind the lock on the case, still has the address that the mail went to."""
    line.holder.refresh_from_db()
    return line.holder.email.casefold() == mail.address.casefold()
