"""Where a round comes from that was not held here."""

from django.conf import settings
from django.db import models

from surveys.models import Round


class ImportedRound(models.Model):
    """The files that a round was made of (docs/import-format.md).

    ``rows`` are those of the file of answers. ``timed``: it said when they were submitted; ``sampled``: of how many
    units in the sample. Without both nothing can be said of how fast answers came in. ``facts`` is what else was found.
    """

    round = models.OneToOneField(Round, on_delete=models.CASCADE, related_name="imported")
    name = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64)
    strata_sha256 = models.CharField(max_length=64, blank=True)
    rows = models.PositiveIntegerField()
    timed = models.BooleanField()
    sampled = models.BooleanField()
    facts = models.JSONField(default=dict)
    imported_at = models.DateTimeField()
    imported_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    def __str__(self) -> str:
        return self.name
