"""The audit log: one line per act of staff, each carrying the hash of the line before it."""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime

from django.db import models, transaction

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


def first_broken() -> int | None:
    """Return the number of the first line that does not fit the chain; None when all of it holds."""
    previous, expected = "0" * 64, 1
    for event in AuditEvent.objects.order_by("number").iterator():
        reason_changed = event.reason and _sha256(event.reason) != event.reason_digest
        if (
            event.number != expected
            or event.previous_digest != previous
            or reason_changed
            or digest(event) != event.digest
        ):
            return event.number
        previous, expected = event.digest, expected + 1
    head = AuditHead.objects.filter(pk=1).first()
    return expected if head and (head.number, head.digest) != (expected - 1, previous) else None


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
