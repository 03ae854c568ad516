"""The daily mail to the fieldwork team."""

from django.conf import settings
from django.db import models

from surveys.models import Round


class DigestReader(models.Model):
    """What a member of staff has said about the daily mail; who has said nothing gets it in Danish."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="digest_reader", primary_key=True
    )
    wanted = models.BooleanField(default=True)
    language = models.CharField(max_length=7, default="da")

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"digest reader {self.user_id}"


class DigestMail(models.Model):
    """One daily mail of a round to one person; the row is made before the mail is handed over, so it never goes twice.

    ``answer`` is what became of it, in one word; "" while nobody knows.
    """

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="digest_mails")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    day = models.DateField()
    at = models.DateTimeField()
    answer = models.CharField(max_length=12, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["round", "user", "day"], name="digestmail_once_a_day")]

    def __str__(self) -> str:
        return f"digest {self.pk} of {self.day}"
