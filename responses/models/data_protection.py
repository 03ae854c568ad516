"""How long the data of a round are kept, and what may leave of what people wrote in their own words."""

from django.conf import settings
from django.db import models

from responses.models.response import Response
from surveys.models import Round


class Retention(models.Model):
    """The three clocks of a round, in months after its publication, and when each was carried out.

    *Contacts*: names, addresses and telephone numbers. *Key*: what tells which unit of the register an answer is from.
    *Answers*: the responses themselves; None keeps them, as the archive decision of the round says.
    """

    round = models.OneToOneField(Round, on_delete=models.CASCADE, related_name="retention")
    contacts_months = models.PositiveSmallIntegerField(default=6)
    key_months = models.PositiveSmallIntegerField(default=6)
    answers_months = models.PositiveSmallIntegerField(null=True, blank=True)
    contacts_deleted_at = models.DateTimeField(null=True, blank=True)
    key_deleted_at = models.DateTimeField(null=True, blank=True)
    answers_deleted_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"retention of {self.round_id}"


class Screening(models.Model):
    """Somebody has read what a response says in its own words; ``passes``: it names and shows nobody, and may leave."""

    response = models.OneToOneField(Response, on_delete=models.CASCADE, related_name="screening")
    passes = models.BooleanField()
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"screening of response {self.response_id}"
