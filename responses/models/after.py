"""What people say beside their answers: kept apart from the answers and from the history of the case."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from responses.models.case import Case


class DeclineReason(models.Model):
    """Why a workplace says no, if it wants to say; gone when the "no" is taken back."""

    class Code(models.TextChoices):
        NO_TIME = "no_time", _("We do not have the time")
        NOT_RELEVANT = "not_relevant", _("The questionnaire does not fit our workplace")
        TOO_MANY = "too_many", _("We get too many surveys")
        PRIVACY = "privacy", _("We do not want to give the information")
        NEVER = "never", _("We never take part in surveys")
        OTHER = "other", _("Another reason")

    case = models.OneToOneField(Case, on_delete=models.CASCADE, related_name="decline_reason")
    code = models.CharField(max_length=12, choices=Code, blank=True)
    words = models.TextField(max_length=500, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=~models.Q(code="", words=""), name="declinereason_not_empty"),
        ]

    def __str__(self) -> str:
        return f"why case {self.case_id} declined"
