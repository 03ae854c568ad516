"""The weights of a closed round: every stage kept under a name, none ever overwritten."""

from typing import Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from responses.models.case import Case
from surveys.models import Round

INVERSE, IMPORTED = (
    "inverse",
    "imported",
)  # how design weights come about: by the draw, or ready in a file


class WeightSetQuerySet(models.QuerySet["WeightSet"]):
    def of_round(self, round_: Round) -> Self:
        return self.filter(round=round_).order_by("pk")

    def used(self, round_: Round) -> "WeightSet | None":
        """Return the set that the round's figures rest on: the one that was chosen last."""
        chosen = self.filter(round=round_, chosen_at__isnull=False)
        return chosen.order_by("-chosen_at", "-pk").first()


class WeightSet(models.Model):
    """One stage of weighting: made from its ``parent`` by a method with ``settings``; ``diagnostics`` as they came out.

    Both are described in responses/actions/weighting.py. ``chosen_at``: when the figures were last made to rest on it.
    """

    class Stage(models.TextChoices):
        DESIGN = "design", _("Design weights")
        NON_RESPONSE = "non_response", _("Adjusted for non-response")
        CALIBRATION = "calibration", _("Calibrated")

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="weight_sets")
    name = models.CharField(max_length=60)
    stage = models.CharField(max_length=12, choices=Stage)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    method = models.CharField(max_length=16)
    settings = models.JSONField(default=dict)
    diagnostics = models.JSONField(default=dict)
    made_at = models.DateTimeField()
    chosen_at = models.DateTimeField(null=True, blank=True)

    objects = WeightSetQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["round", "name"], name="weightset_name_once_per_round"),
            models.CheckConstraint(
                condition=models.Q(stage="design", parent__isnull=True)
                | (~models.Q(stage="design") & models.Q(parent__isnull=False)),
                name="weightset_only_design_has_no_parent",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def missed(self) -> str:
        """By how much a calibration misses a total at most, relative, as 1e-12; 0 for not at all."""
        miss = self.diagnostics.get("totals_missed_by", 0.0)
        return f"{miss:.0e}" if miss else "0"


class Weight(models.Model):
    """The workplaces that one case stands for, in a set. ``in_scope`` is false for those known not to be eligible."""

    weight_set = models.ForeignKey(WeightSet, on_delete=models.CASCADE, related_name="weights")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    value = models.FloatField()
    in_scope = models.BooleanField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["weight_set", "case"], name="weight_once_per_set_and_case"),
            models.CheckConstraint(condition=models.Q(value__gt=0), name="weight_above_0"),
        ]

    def __str__(self) -> str:
        return f"weight of case {self.case_id}"
