"""The answers of one case, and how far they had come when they were never submitted."""

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from responses.models.case import Case
from surveys.models import Questionnaire, Round


class ResponseQuerySet(models.QuerySet["Response"]):
    def submitted(self, round_: Round) -> Self:
        """What may enter estimates and exports, in a fixed order."""
        return self.filter(case__round=round_, submitted_at__isnull=False).order_by("pk")


class Response(models.Model):
    """One per case, ever. Frozen after submission; what was never submitted is never estimated or exported.

    ``answers`` are codes in one JSON object (docs/questionnaire-format.md), with answers off the route
    still in it: read them through ``route()``, never directly. ``accepted_checks`` are the codes of questions that were
    answered so again after a soft check had asked; a log, so a later change of mind takes nothing out.
    ``proxy``: somebody else than the addressee answered by telephone. ``resumes_at`` is the name of the page where the
    first question without an answer stands, or ``ALL_ANSWERED``; ``device`` is that of the last page saved.
    """

    class Mode(models.TextChoices):
        WEB = "web", _("Web")
        PHONE = "phone", _("Telephone")

    class Device(models.TextChoices):
        """As coarse as it is: whether the browser says that it is on a phone; "" for an interview."""

        PHONE = "phone", pgettext_lazy("device", "Phone")
        COMPUTER = "computer", _("Computer or tablet")

    ALL_ANSWERED = "-"  # no page has such a name

    case = models.OneToOneField(Case, on_delete=models.CASCADE, related_name="response")
    questionnaire = models.ForeignKey(Questionnaire, on_delete=models.PROTECT, related_name="+")
    answers = models.JSONField(default=dict)
    accepted_checks = models.JSONField(default=list, blank=True)
    mode = models.CharField(max_length=5, choices=Mode, default=Mode.WEB)
    proxy = models.BooleanField(default=False)
    resumes_at = models.CharField(max_length=60, blank=True)
    device = models.CharField(max_length=8, choices=Device, blank=True)
    started_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True, blank=True)

    objects = ResponseQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["submitted_at"], name="response_by_submission")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(submitted_at__isnull=True) | models.Q(submitted_at__gte=models.F("started_at")),
                name="response_submitted_after_started",
            ),
        ]

    def __str__(self) -> str:
        return f"response of case {self.case_id}"


class LeftOff(models.Model):
    """How far a workplace had come with answers that it never submitted, as counted at the close by the one route.

    It outlives the answers, which are deleted some weeks later. ``required`` questions were on the route, and
    ``answered`` of them completely; ``opening``: those of the beginning were. ``page`` is the number of the page with
    the first that was not, None when only the submitting was missing.
    """

    case = models.OneToOneField(Case, on_delete=models.CASCADE, related_name="left_off")
    at = models.DateTimeField()
    required = models.PositiveSmallIntegerField()
    answered = models.PositiveSmallIntegerField()
    opening = models.BooleanField()
    page = models.PositiveSmallIntegerField(null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(answered__lte=models.F("required")), name="leftoff_answered_within_required"
            ),
        ]

    def __str__(self) -> str:
        return f"where case {self.case_id} left off"
