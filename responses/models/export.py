"""Files of a round that staff have asked for, made in the background and kept for some days."""

from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from surveys.models import Round

STALE = timedelta(minutes=5)
MOST_ATTEMPTS = 3


class ExportFileQuerySet(models.QuerySet["ExportFile"]):
    def to_make(self, at: datetime) -> Self:
        """Asked for and not made: nobody has begun, or whoever has gives no sign of life."""
        silent = Q(seen_at__isnull=True) | Q(seen_at__lt=at - STALE)
        return self.filter(silent, finished_at__isnull=True, failure="").order_by("pk")

    def claim(self, pk: int, at: datetime) -> bool:
        """Take one file for making; False when another worker has it. One UPDATE on the row's own columns."""
        waiting = self.filter(pk=pk, attempts__lt=MOST_ATTEMPTS).to_make(at)
        taken = {"claimed_at": at, "seen_at": at, "rows_done": 0, "attempts": models.F("attempts") + 1}
        return waiting.order_by().update(**taken) == 1

    def held(self, pk: int, claimed_at: datetime) -> Self:
        """The row, while the claim made at that moment is in force."""
        return self.filter(pk=pk, claimed_at=claimed_at, finished_at__isnull=True)

    def kept(self, at: datetime) -> Self:
        """Those that can be downloaded."""
        return self.filter(finished_at__isnull=False, deleted_at__isnull=True, expires_at__gt=at)


class ExportFile(models.Model):
    """One file: who asked for what, how far it is, and what it has become.

    ``content``, ``privacy``, ``format`` and ``language`` are those of ``responses.exports.making.Order``; ``sha256`` is
    of the file, by which it is named in the storage ``files``, ``content_sha256`` of its rows and codebook. ``seen_at``
    is the last sign of life of the worker that has it. ``failure`` is a code of ``problem_texts``. The row stays when
    the file is deleted: who took what remains to be seen.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Waits for its turn")
        BEING_MADE = "being_made", _("Being made")
        READY = "ready", _("Ready")
        FAILED = "failed", _("Could not be made")
        DELETED = "deleted", _("Deleted")

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="export_files")
    content = models.CharField(max_length=20)
    privacy = models.CharField(max_length=12)
    format = models.CharField(max_length=20)
    language = models.CharField(max_length=7)
    reason = models.CharField(max_length=500, blank=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    asked_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    claimed_at = models.DateTimeField(null=True, blank=True)
    seen_at = models.DateTimeField(null=True, blank=True)
    rows_done = models.PositiveIntegerField(default=0)
    rows = models.PositiveIntegerField(null=True, blank=True)
    failure = models.CharField(max_length=40, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    content_sha256 = models.CharField(max_length=64, blank=True)
    size = models.PositiveBigIntegerField(null=True, blank=True)
    notes = models.JSONField(default=list, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    objects = ExportFileQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(finished_at__isnull=True, sha256="")
                | Q(finished_at__isnull=False, expires_at__isnull=False, rows__isnull=False, failure=""),
                name="exportfile_finished_with_its_facts",
            ),
            models.CheckConstraint(
                condition=Q(deleted_at__isnull=True) | Q(finished_at__isnull=False),
                name="exportfile_deleted_after_finished",
            ),
        ]

    def __str__(self) -> str:
        return f"export {self.pk} of {self.round_id}"

    @property
    def storage_name(self) -> str:
        return f"exports/{self.sha256}"

    def state(self, at: datetime) -> State:
        if self.finished_at:
            gone = self.deleted_at is not None or (self.expires_at is not None and self.expires_at <= at)
            return self.State.DELETED if gone else self.State.READY
        if self.failure:
            return self.State.FAILED
        return self.State.BEING_MADE if self.claimed_at else self.State.WAITING
