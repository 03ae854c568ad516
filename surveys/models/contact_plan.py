"""The contact plan of a round: who is written to or called, when, and with which words."""

from datetime import date, time, timedelta

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from surveys.models.round import Round


class ContactStep(models.Model):
    """One planned contact. It reaches every case that still has to answer, and that its audience names.

    Its day is ``day``, counted from the opening day, which is 0, or a ``date``; its ``time`` is Danish. A case whose
    authority has a quiet week or a holiday on that day is contacted on the next day that is free
    (``surveys.calendar``), so one step may leave in several waves; without ``skips_quiet_weeks`` it leaves on its day,
    whatever day that is. ``queued_at`` tells when the first wave was prepared, ``swept_on`` on which day it was last
    looked for cases that are due. ``sender`` stands in the place of the round's own sender.
    """

    class Channel(models.TextChoices):
        EMAIL = "email", _("E-mail")
        LETTER = "letter", _("Letter")
        PHONE = "phone", _("Telephone")

    class MailName(models.TextChoices):
        KICK_OFF = "kick_off", _("Kick-off to the authorities")
        PRE_NOTICE = "pre_notice", _("Pre-notice")
        INVITATION = "invitation", _("Invitation")
        REMINDER_1 = "reminder_1", _("First reminder")
        REMINDER_2 = "reminder_2", _("Second reminder")
        REMINDER_3 = "reminder_3", _("Third reminder")
        LETTER = "letter", _("Letter with a typed code")
        CALLS = "calls", _("Telephone round")
        LAST = "last", _("Last mail")
        THANK_YOU = "thank_you", _("Thank-you")
        RESULT = "result", _("Result mail")

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="contact_steps")
    day = models.SmallIntegerField(null=True, blank=True)
    on_date = models.DateField(null=True, blank=True)
    time = models.TimeField(default=time(10))
    channel = models.CharField(max_length=10, choices=Channel, default=Channel.EMAIL)
    mail_name = models.CharField(max_length=40, choices=MailName)
    audience = models.TextField(max_length=1000, blank=True)
    sender = models.CharField(max_length=60, blank=True)
    skips_quiet_weeks = models.BooleanField(default=True)
    queued_at = models.DateTimeField(null=True, blank=True)
    swept_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["round", "day", "on_date", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["round", "mail_name"], name="contactstep_mail_once_per_round"),
            models.CheckConstraint(
                condition=models.Q(day__isnull=True, on_date__isnull=False)
                | models.Q(day__isnull=False, on_date__isnull=True),
                name="contactstep_day_or_date",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.mail_name} on {self.date}"

    @property
    def date(self) -> date:
        """Return the planned day, before quiet weeks and holidays move anybody."""
        if self.on_date:
            return self.on_date
        return self.round.opens_on + timedelta(days=self.day or 0)

    @property
    def field_day(self) -> int:
        """Return the planned day, counted from the opening day."""
        return (self.date - self.round.opens_on).days


NOT_MAILED = (ContactStep.MailName.LETTER, ContactStep.MailName.CALLS)
MAILS = tuple(name for name in ContactStep.MailName if name not in NOT_MAILED)
REMINDERS = (ContactStep.MailName.REMINDER_1, ContactStep.MailName.REMINDER_2, ContactStep.MailName.REMINDER_3)
TO_STARTED = (*REMINDERS, ContactStep.MailName.LAST)  # may have words of their own for those who have started


class MailText(models.Model):
    """Words of a mail as staff have written them for a round, in the place of the shipped ones.

    ``started`` is the text for those who have started and not submitted; without one they get the other.
    Merge fields are written {field}, parts of the mail [part] (docs/mail-texts.md).
    """

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="mail_texts")
    name = models.CharField(max_length=40)
    language = models.CharField(max_length=7)
    started = models.BooleanField(default=False)
    subject = models.CharField(max_length=200)
    body = models.TextField(max_length=10_000)
    edited_at = models.DateTimeField()
    edited_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["round", "name", "language", "started"], name="mailtext_once"),
        ]

    def __str__(self) -> str:
        return f"{self.name} in {self.language}"


class QuietWeek(models.Model):
    """A week in which an authority is not to be disturbed. An authority with rows of a year has no other in that year.

    ``authority_code`` "" is for all authorities without rows of their own. Week numbers are those of ISO 8601.
    """

    authority_code = models.CharField(max_length=10, blank=True)
    year = models.PositiveSmallIntegerField()
    week = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["authority_code", "year", "week"]
        constraints = [
            models.UniqueConstraint(fields=["authority_code", "year", "week"], name="quietweek_once"),
            models.CheckConstraint(condition=models.Q(week__gte=1, week__lte=53), name="quietweek_is_a_week"),
        ]

    def __str__(self) -> str:
        return f"week {self.week} of {self.year} for {self.authority_code or 'all'}"


class AuthorityContact(models.Model):
    """Whom to write to about all sampled workplaces of an authority: the kick-off mail, and the coordinator's link."""

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="authority_contacts")
    authority_code = models.CharField(max_length=10)
    authority = models.CharField(max_length=80)
    name = models.CharField(max_length=60, blank=True)
    email = models.EmailField()
    language = models.CharField(max_length=7)

    class Meta:
        ordering = ["authority_code"]
        constraints = [
            models.UniqueConstraint(fields=["round", "authority_code"], name="authoritycontact_once_per_round"),
        ]

    def __str__(self) -> str:
        return f"contact of {self.authority_code}"
