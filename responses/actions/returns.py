"""Take up what has come back: from the bounce mailbox, and from the mail provider."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from responses import bounce_address
from responses.actions import bounce
from responses.actions import mail as mail_actions
from responses.mailboxes import Mailbox
from responses.models import Mail, MailReturn
from responses.provider_events import ProviderEvent
from responses.returns import Kind, Returned, read

MOST_PER_RUN = 500
KNOWN_ALREADY, NO_MAIL_OF_OURS = "known already", "no mail of ours"
FOR_PEOPLE = (Kind.PERSON, Kind.UNREADABLE, NO_MAIL_OF_OURS)  # kept in a folder where people read them
RECORDED = (Kind.HARD, Kind.SOFT, Kind.AUTO_REPLY, Kind.COMPLAINT)


def read_mailbox(*, box: Mailbox, at: datetime, limit: int = MOST_PER_RUN) -> Counter[str]:
    """Read up to ``limit`` messages, each in a transaction of its own, and put each away; return how many were what.

    No message stops the run. Safe to run twice: what was recorded is not recorded again.
    """
    counts: Counter[str] = Counter()
    for message in box.messages(limit):
        what = _take(read(message.content), at)
        box.put_away(message, for_people=what in FOR_PEOPLE)
        counts[str(what)] += 1
    return counts


def take_events(*, events: Iterable[ProviderEvent], at: datetime) -> Counter[str]:
    """Record what the mail provider tells; return how many were what. Safe to run twice."""
    counts: Counter[str] = Counter()
    for event in events:
        counts[str(_take_event(event, at))] += 1
    return counts


def _take(returned: Returned, at: datetime) -> str:
    """Record what a message says; return what it was."""
    source = MailReturn.Source.MAILBOX
    if returned.kind is Kind.UNREADABLE:
        bounce.record_unreadable(digest=returned.digest, source=source, at=at)
        return Kind.UNREADABLE
    if returned.kind not in RECORDED:
        return returned.kind
    mail = _mail_of(returned)
    if mail is None or mail.status not in bounce.HAS_LEFT:
        return NO_MAIL_OF_OURS
    new = bounce.record_bounce(
        mail=mail,
        kind=returned.kind,
        source=source,
        digest=returned.digest,
        status_code=returned.status_code,
        returns_on=returned.returns_on,
        at=at,
    )
    return returned.kind if new else KNOWN_ALREADY


def _mail_of(returned: Returned) -> Mail | None:
    """Return the mail that the message proves to be about: by our signed address, or by the mail's own number."""
    for address in returned.sent_to:
        if (number := bounce_address.mail_of(address)) is not None:
            return Mail.objects.filter(pk=number).first()
    return _mail_numbered(returned.message_ids)


def _mail_numbered(message_ids: Iterable[str]) -> Mail | None:
    given = [message_id for message_id in message_ids if message_id]
    return Mail.objects.filter(message_id__in=given).order_by("-pk").first() if given else None


def _take_event(event: ProviderEvent, at: datetime) -> str:
    """Record what the provider says of one mail; return what it was.

    The mail is known by our signed number, or by its own; the address that the provider names must be the mail's.
    """
    number = bounce_address.mail_of_token(event.token)
    mail = Mail.objects.filter(pk=number).first() if number else _mail_numbered([event.message_id])
    if mail is None or mail.status not in bounce.HAS_LEFT or not event.is_to(mail.address):
        return NO_MAIL_OF_OURS
    if event.delivered and mail_actions.is_undecided(mail):
        mail_actions.confirm_sent(mail=mail, by=None, at=at)
    if event.kind not in RECORDED:
        return event.kind
    new = bounce.record_bounce(
        mail=mail,
        kind=event.kind,
        source=MailReturn.Source.WEBHOOK,
        digest=event.digest,
        status_code=event.status_code,
        at=at,
    )
    return event.kind if new else KNOWN_ALREADY
