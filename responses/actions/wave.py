"""Waves: the mails of a step that leave together are proven, approved by a second person, and released."""

from datetime import datetime

from django.db import transaction

from barometer.models import User
from responses.models import Mail, Wave


@transaction.atomic
def release(*, wave: Wave, by: User | None, at: datetime) -> int:
    """Let the held mails of a wave leave; return how many."""
    wave = Wave.objects.select_for_update().get(pk=wave.pk)
    wave.proven_at = wave.proven_at or at
    wave.released_at, wave.approved_by = at, by
    wave.save(update_fields=["proven_at", "released_at", "approved_by"])
    return Mail.objects.filter(wave=wave, status=Mail.Status.HELD).update(status=Mail.Status.QUEUED)
