"""The stratified sample of a round. Nothing here changes once drawn."""

from collections.abc import Iterable
from functools import lru_cache

from django.conf import settings
from django.db import models
from django.utils.translation import get_language

from surveys.models.frame import IndustryGroup, Level, SizeClass, Workplace
from surveys.models.round import Round


class Sample(models.Model):
    """One draw: its inputs, so that the same inputs can be shown to give the same sample.

    ``take_all`` are the size classes whose strata were drawn completely.
    """

    round = models.OneToOneField(Round, on_delete=models.PROTECT, related_name="sample")
    size = models.PositiveIntegerField()
    start = models.FloatField()
    minimum_per_stratum = models.PositiveIntegerField()
    take_all = models.JSONField(default=list)
    frame_sha256 = models.CharField(max_length=64)
    sampling_key_fingerprint = models.CharField(max_length=32)
    merges = models.JSONField(default=list)
    drawn_at = models.DateTimeField()
    drawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(start__gte=0, start__lt=1), name="sample_start_in_0_1"),
        ]

    def __str__(self) -> str:
        return f"sample of {self.round_id}"

    def take_all_labels(self) -> list[str]:
        return [str(SizeClass(code).label) for code in self.take_all]


class Stratum(models.Model):
    """A cell of level × industry group × size class, or several merged ones, with its allocation.

    ``code`` names it, e.g. ``municipality.health.s1_9+s10_24``; ``industry_groups`` and ``size_classes`` are
    the codes it covers. In an imported round they are empty where the file did not say them.
    """

    sample = models.ForeignKey(Sample, on_delete=models.PROTECT, related_name="strata")
    code = models.CharField(max_length=120)
    level = models.CharField(max_length=12, choices=Level)
    industry_groups = models.JSONField()
    size_classes = models.JSONField()
    population_size = models.PositiveIntegerField()
    sample_size = models.PositiveIntegerField()

    class Meta:
        ordering = ["pk"]
        verbose_name_plural = "strata"
        constraints = [
            models.UniqueConstraint(fields=["sample", "code"], name="stratum_once_per_sample"),
            models.CheckConstraint(
                condition=models.Q(sample_size__gte=1, sample_size__lte=models.F("population_size")),
                name="stratum_sample_size_within_population",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def sampling_fraction(self) -> float:
        return self.sample_size / self.population_size

    @property
    def takes_all(self) -> bool:
        return self.sample_size == self.population_size

    def label(self) -> str:
        """Return what it covers in words, in the active language."""
        covered = (self.level, tuple(self.industry_groups), tuple(self.size_classes))
        return _label(*covered, self.code, get_language())

    def industry_group_labels(self) -> list[str]:
        return _labels(IndustryGroup, self.industry_groups)

    def size_class_labels(self) -> list[str]:
        return _labels(SizeClass, self.size_classes)


@lru_cache(maxsize=4096)
def _label(level: str, groups: tuple[str, ...], sizes: tuple[str, ...], code: str, language: str | None) -> str:
    """Return the words for a stratum; kept, for lists to choose from have dozens. ``language`` is the active one."""
    parts = (_labels(Level, [level] if level else []), _labels(IndustryGroup, groups), _labels(SizeClass, sizes))
    known = [" + ".join(part) for part in parts if part]
    return ", ".join(known if len(known) == len(parts) else [*known, code])


def _labels(choices: type[models.TextChoices], codes: Iterable[str]) -> list[str]:
    return [str(choices(code).label) for code in codes]


class SampleUnit(models.Model):
    """A drawn workplace. ``inclusion_probability`` = n_h / N_h of its stratum, in (0, 1]."""

    sample = models.ForeignKey(Sample, on_delete=models.PROTECT, related_name="units")
    workplace = models.OneToOneField(Workplace, on_delete=models.PROTECT, related_name="sample_unit")
    stratum = models.ForeignKey(Stratum, on_delete=models.PROTECT, related_name="units")
    inclusion_probability = models.FloatField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(inclusion_probability__gt=0, inclusion_probability__lte=1),
                name="sampleunit_inclusion_probability_in_0_1",
            ),
        ]

    def __str__(self) -> str:
        return f"unit {self.workplace_id}"
