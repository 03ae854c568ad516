"""A task handed over: shared with a colleague, or transferred to a delegate."""

from typing import Self

from django.db import models

from responses.models.case import LinkHolder
from surveys.models import Round


class HandOverQuerySet(models.QuerySet["HandOver"]):
    def waiting(self, round_: Round) -> Self:
        """Those that staff have to look at, the oldest first."""
        return self.filter(holder__case__round=round_, holder__standing=LinkHolder.Standing.WAITING).order_by("pk")

    def unreached(self, round_: Round) -> Self:
        """Those in force whose holder a mail did not reach, the latest first."""
        of_round = self.filter(holder__case__round=round_, holder__standing=LinkHolder.Standing.WORKS)
        return of_round.filter(bounced_at__isnull=False).order_by("-bounced_at")

    def current(self) -> Self:
        """Those that hold or wait to, in the order in which they were asked for."""
        return self.filter(holder__standing__in=LinkHolder.CURRENT).order_by("pk")


class HandOver(models.Model):
    """How a colleague or delegate came to a link, and how it went on; where it stands, the holder says.

    ``given_by`` is what the giver wrote as their name. ``silent_from`` is the moment from which the owner is
    written to again (``responses.statistics.hand_over``); only a delegate's has one.
    """

    holder = models.OneToOneField(LinkHolder, on_delete=models.CASCADE, related_name="hand_over", primary_key=True)
    given_by = models.CharField(max_length=60)
    asked_at = models.DateTimeField()
    began_at = models.DateTimeField(null=True, blank=True)
    silent_from = models.DateTimeField(null=True, blank=True)
    bounced_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = HandOverQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"hand-over to holder {self.pk}"
