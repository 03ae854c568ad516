"""The audit log: one line per act of staff, each carrying the hash of the line before it."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import models, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from barometer.models import AuditEvent, AuditHead, User


@transaction.atomic
def record(
    what: str,
    *,
    target: models.Model | str,
    by: User | None,
    at: datetime,
    reason: str = "",
    facts: Mapping[str, object] | None = None,
) -> AuditEvent:
    """Add a line to the chain, in the caller's transaction.

    ``by`` is None when a command or a task acts. ``facts`` must be JSON values and hold no personal data.
    The head row stays locked until the caller's transaction ends.
    """
    AuditHead.objects.get_or_create(pk=1)
    head = AuditHead.objects.select_for_update().get(pk=1)
    event = AuditEvent(
        number=head.number + 1,
        at=at,
        who=by.get_username() if by else "",
        what=what,
        target=target if isinstance(target, str) else f"{target._meta.model_name}:{target.pk}",
        facts=dict(facts or {}),
        reason=reason,
        reason_digest=_sha256(reason),
        previous_digest=head.digest,
    )
    event.digest = digest(event)
    event.save()
    head.number, head.digest = event.number, event.digest
    head.save(update_fields=["number", "digest"])
    return event


def digest(event: AuditEvent) -> str:
    """Return the sha256 that the line must carry, as hexadecimal digits."""
    parts = [
        event.number,
        event.at.astimezone(UTC).isoformat(),
        event.who,
        event.what,
        event.target,
        event.facts,
        event.reason_digest,
        event.previous_digest,
    ]
    return _sha256(json.dumps(parts, sort_keys=True, ensure_ascii=False))


@dataclass(frozen=True, slots=True)
class Break:
    """Where the chain is broken, and why: a key of ``BREAKS``."""

    number: int
    code: str


BREAKS: dict[str, Promise] = {
    "missing": gettext_lazy("One or more lines before it are gone, or their numbers have been changed."),
    "order": gettext_lazy("It does not follow on the line before it."),
    "reason": gettext_lazy("Its reason has been changed. (A reason that was erased breaks nothing.)"),
    "changed": gettext_lazy("Something in it has been changed."),
    "end": gettext_lazy("Lines at the end of the log are gone."),
}


def first_break() -> Break | None:
    """Return the first place where a line does not fit the chain; None when all of it holds.

    Lines are in the order of their numbers: a clock set back breaks nothing. Reads every line once, a part at a time.
    """
    previous, expected = "0" * 64, 1
    for event in AuditEvent.objects.order_by("number").iterator(chunk_size=2000):
        if code := _fault(event, expected, previous):
            return Break(event.number, code)
        previous, expected = event.digest, expected + 1
    head = AuditHead.objects.filter(pk=1).first()
    holds = (head.number, head.digest) == (expected - 1, previous) if head else expected == 1
    return None if holds else Break(expected, "end")


def _fault(event: AuditEvent, expected: int, previous: str) -> str:
    """Return what is wrong with a line, "" when nothing is."""
    if event.number != expected:
        return "missing"
    if event.previous_digest != previous:
        return "order"
    if event.reason and _sha256(event.reason) != event.reason_digest:
        return "reason"
    return "" if digest(event) == event.digest else "changed"


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
