"""What runs every minute, and every night; see barometer/celery.py.

The rows are the truth: each may run twice, or not at all once.
"""

import logging
import time
from collections import Counter
from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django.utils import timezone
from kombu.exceptions import OperationalError

from responses.actions import (
    claiming,
    contact,
    digest,
    export,
    left_off,
    preflight,
    recheck,
    retention,
    returns,
    sending,
    wave_alarms,
)
from responses.mailboxes import MailboxUnavailable, open_mailbox

logger = logging.getLogger(__name__)

LONGEST = 50  # seconds, so that a sweep is over before the next one begins


@shared_task
def queue_due_steps() -> int:
    """Put the mails of the steps whose time has come in the queue. Safe to run twice."""
    return contact.queue_due_steps(at=timezone.now())


@shared_task
def send_due_mails() -> int:
    """Send the mails that are due, in batches, for most of a minute. Safe to run twice, and by several workers.

    What the limits hold back for some seconds is waited for, or a minute's share would be lost between two sweeps.
    """
    preflight.beat(task="send_due_mails", at=timezone.now())
    handled, end = 0, time.monotonic() + LONGEST
    while (left := end - time.monotonic()) > 0:
        now = timezone.now()
        batch = sending.send_due(at=now).total()
        handled += batch
        if batch == 0:
            next_look = claiming.next_look(at=now, until=now + timedelta(seconds=left))
            if next_look is None:
                break
            time.sleep(max(0.05, (next_look - timezone.now()).total_seconds()))
    return handled


@shared_task
def read_returns() -> int:
    """Read what has come back to the bounce mailbox, if there is one. Safe to run twice."""
    return fetch_returns(settings.RETURNS_URL).total() if settings.RETURNS_URL else 0


def fetch_returns(url: str) -> Counter[str]:
    """Read the mailbox at an address; return how many messages were what. One that is away is looked at again later."""
    try:
        with open_mailbox(url) as box:
            counts = returns.read_mailbox(box=box, at=timezone.now())
    except MailboxUnavailable as error:
        logger.error("The bounce mailbox cannot be read: %s", error)
        return Counter()
    if counts:
        logger.info("Read from the bounce mailbox: %s", dict(counts))
    return counts


@shared_task
def check_waves() -> int:
    """Log what is wrong with the waves of the rounds in the field, each thing once. Safe to run twice."""
    return wave_alarms.check_waves(at=timezone.now())


@shared_task
def send_digests() -> int:
    """Send the daily mails to the fieldwork team, each at most once a day. Safe to run twice."""
    return digest.send_all(at=timezone.now())


@shared_task
def make_exports() -> int:
    """Make the files that staff have asked for. Safe to run twice, and by several workers."""
    return export.make_waiting(clock=timezone.now, call=_call_for_exports)


def _call_for_exports() -> None:
    """Let another worker look for files now; when the broker is away, it does at the next look of the beat."""
    try:
        make_exports.delay()
    except (OperationalError, OSError) as error:  # of Redis, and of the quick start's folder
        logger.warning("No other worker was called to make files: %s", error)


@shared_task
def delete_expired_exports() -> int:
    """Delete the files whose days are over. Safe to run twice."""
    return export.delete_expired(at=timezone.now())


@shared_task
def recheck_submissions() -> int:
    """Count the submissions that are not complete, and log them. Changes nothing."""
    return len(recheck.incomplete_submissions())


@shared_task
def delete_unsent_answers() -> int:
    """Delete answers that were never submitted, 30 days after the close of their round. Safe to run twice."""
    return left_off.delete_unsent(at=timezone.now())


@shared_task
def delete_due_data() -> int:
    """Carry out the clocks of published rounds whose day has come. Safe to run twice."""
    return retention.delete_due(at=timezone.now())
