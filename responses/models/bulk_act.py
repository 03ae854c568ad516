"""Something that staff did to many cases at once, so that it can be undone."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from responses.models.case import Case, CaseEvent
from surveys.models import Round


class BulkAct(models.Model):
    """One act on many cases, in one transaction. ``left_out`` is how many were left out, by the code of the reason.

    Why it was done stands in the audit log.
    """

    class Kind(models.TextChoices):
        PAUSE = "pause", _("Pause")
        RESUME = "resume", _("End the pause")
        INELIGIBLE = "ineligible", _("Not eligible")
        REFUSAL = "refusal", _("Refusal")
        LANGUAGE = "language", _("Another language")
        ADDRESS = "address", _("New address")

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="bulk_acts")
    kind = models.CharField(max_length=10, choices=Kind)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    left_out = models.JSONField(default=dict, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=["pause", "resume", "ineligible", "refusal", "language", "address"]),
                name="bulkact_kind_known",
            )
        ]

    def __str__(self) -> str:
        return f"bulk act {self.pk} ({self.kind})"


class BulkChange(models.Model):
    """What an act changed of one case: what was there before, what is there after, and its last event.

    ``before`` and ``after`` hold what the kind of act can change and nothing else.
    """

    act = models.ForeignKey(BulkAct, on_delete=models.CASCADE, related_name="changes")
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="bulk_changes")
    event = models.ForeignKey(CaseEvent, on_delete=models.CASCADE, related_name="+")
    before = models.JSONField(default=dict, blank=True)
    after = models.JSONField(default=dict, blank=True)
    undone = models.BooleanField(default=False)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["act", "case"], name="bulkchange_once_per_case")]

    def __str__(self) -> str:
        return f"change of case {self.case_id} in act {self.act_id}"
