"""A case that is left in peace for a while."""

from datetime import date, datetime
from typing import Self

from django.conf import settings
from django.db import models

from responses.models.case import Case


class CasePauseQuerySet(models.QuerySet["CasePause"]):
    def in_force(self, on: date) -> Self:
        """Not ended by anybody, and its day has not come."""
        return self.filter(models.Q(until=None) | models.Q(until__gt=on), ended_at=None)


class CasePause(models.Model):
    """From ``began_at`` on no mail, letter or call of the contact plan, until the day ``until`` or until it is ended.

    Without a day it lasts until somebody ends it. At most one of a case has no end.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="pauses")
    began_at = models.DateTimeField()
    until = models.DateField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    objects = CasePauseQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=models.Q(ended_at__isnull=True), name="casepause_one_at_a_time"
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at__isnull=True) | models.Q(ended_at__gte=models.F("began_at")),
                name="casepause_ended_after_it_began",
            ),
        ]

    def __str__(self) -> str:
        return f"pause of case {self.case_id}"

    def holds(self, on: date) -> bool:
        return self.ended_at is None and (self.until is None or self.until > on)

    def end(self, at: datetime) -> None:
        self.ended_at = max(at, self.began_at)
        self.save(update_fields=["ended_at"])
