"""What of an imported file could not be taken over; the draft is not published before a person has settled each."""

from typing import Self

from django.conf import settings
from django.db import models

from barometer.problems import Problem
from surveys.models.questionnaire import Questionnaire


class ImportRemarkQuerySet(models.QuerySet["ImportRemark"]):
    def unsettled(self) -> Self:
        return self.filter(settled_at__isnull=True)


class ImportRemark(models.Model):
    """One of them, ``number`` from 1 in the order of the file; code, where and params are those of a ``Problem``."""

    questionnaire = models.ForeignKey(Questionnaire, on_delete=models.CASCADE, related_name="import_remarks")
    number = models.PositiveIntegerField()
    code = models.CharField(max_length=60)
    where = models.CharField(max_length=120, blank=True)
    params = models.JSONField(default=dict, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = ImportRemarkQuerySet.as_manager()

    class Meta:
        ordering = ["questionnaire", "number"]
        constraints = [models.UniqueConstraint(fields=["questionnaire", "number"], name="importremark_number_once")]

    def __str__(self) -> str:
        return f"{self.questionnaire_id}, {self.number}"

    @property
    def problem(self) -> Problem:
        return Problem(self.code, self.where, self.params)
