"""What runs every minute, and every night; see barometer/celery.py.

The rows are the truth: each may run twice, or not at all once.
"""

import time
from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from responses.actions import claiming, contact, recheck, sending

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
def recheck_submissions() -> int:
    """Count the submissions that are not complete, and log them. Changes nothing."""
    return len(recheck.incomplete_submissions())
