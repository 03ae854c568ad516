"""What runs every minute, and every night; see barometer/celery.py.

The rows are the truth: each may run twice, or not at all once.
"""

import time

from celery import shared_task
from django.utils import timezone

from responses.actions import contact, recheck, sending, wave_alarms

LONGEST = 50  # seconds, so that a sweep is over before the next one begins


@shared_task
def queue_due_steps() -> int:
    """Put the mails of the steps whose time has come in the queue. Safe to run twice."""
    return contact.queue_due_steps(at=timezone.now())


@shared_task
def send_due_mails() -> int:
    """Send the mails that are due, in batches, for most of a minute. Safe to run twice, and by several workers."""
    handled, end = 0, time.monotonic() + LONGEST
    while time.monotonic() < end:
        batch = sending.send_due(at=timezone.now()).total()
        if batch == 0:
            break
        handled += batch
    return handled


@shared_task
def check_waves() -> int:
    """Log what is wrong with the waves of the rounds in the field, each thing once. Safe to run twice."""
    return wave_alarms.check_waves(at=timezone.now())


@shared_task
def recheck_submissions() -> int:
    """Count the submissions that are not complete, and log them. Changes nothing."""
    return len(recheck.incomplete_submissions())
