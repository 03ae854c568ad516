"""What staff write down about a case."""

from django.conf import settings
from django.db import models

from responses.models.case import Case

MOST_OF_A_NOTE = 2000  # characters


class CaseNote(models.Model):
    """A note in free text, never changed: another one corrects it, and both can be read."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="notes")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    text = models.TextField(max_length=MOST_OF_A_NOTE)
    corrects = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.CASCADE, related_name="corrected_by"
    )

    class Meta:
        ordering = ["pk"]
        constraints = [models.CheckConstraint(condition=~models.Q(text=""), name="casenote_not_empty")]

    def __str__(self) -> str:
        return f"note {self.pk} on case {self.case_id}"
