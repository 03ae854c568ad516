"""The contact plan of a round: which mail goes out on which day."""

from datetime import date, timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from surveys.models.round import Round


class ContactStep(models.Model):
    """One planned contact. It reaches every case that still has to answer when its day comes.

    ``day`` counts from the opening day, which is 0. ``queued_at`` tells when its mails were put in the
    queue: a step is queued once.
    """

    class Channel(models.TextChoices):
        EMAIL = "email", _("E-mail")

    class MailName(models.TextChoices):
        INVITATION = "invitation", _("Invitation")
        REMINDER = "reminder_1", _("Reminder")

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="contact_steps")
    day = models.PositiveSmallIntegerField()
    channel = models.CharField(max_length=10, choices=Channel, default=Channel.EMAIL)
    mail_name = models.CharField(max_length=40, choices=MailName)
    queued_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["round", "day"]
        constraints = [
            models.UniqueConstraint(fields=["round", "mail_name"], name="contactstep_mail_once_per_round"),
            models.UniqueConstraint(fields=["round", "day", "channel"], name="contactstep_one_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.mail_name} on day {self.day}"

    @property
    def date(self) -> date:
        return self.round.opens_on + timedelta(days=self.day)
