"""One edition of the barometer, and the texts in which it presents itself."""

import secrets
from datetime import date
from typing import Self

from django.db import connection, models
from django.utils.translation import gettext_lazy as _

from barometer.prepared import Prepared
from surveys.models.questionnaire import Questionnaire

MOST_KEPT = 200  # rounds and languages whose texts a process keeps, of some kB each


def new_stamp() -> str:
    """Return what no texts were ever stamped with."""
    return secrets.token_hex(8)


class RoundQuerySet(models.QuerySet["Round"]):
    def open(self) -> Self:
        """In the field: opened and not closed."""
        return self.filter(opened_at__isnull=False, closed_at__isnull=True)


class Round(models.Model):
    """One edition: an instrument, a population, a fieldwork window.

    Life: draft → open → closed → published, told by the dates on which it happened. ``deadline`` is the
    day printed in mails; answers count until staff close the round, those after it are late. With ``second_person``
    no wave of mails leaves before somebody else than its maker has approved it; with ``coordinators`` the contact
    persons of authorities may correct the leaders' addresses. ``texts_stamp`` is a new one
    whenever a text has changed.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        OPEN = "open", _("Open")
        CLOSED = "closed", _("Closed")
        PUBLISHED = "published", _("Published")

    slug = models.SlugField(max_length=60, unique=True)
    questionnaire = models.ForeignKey(Questionnaire, on_delete=models.PROTECT, related_name="rounds")
    country = models.CharField(max_length=2, default="DK")
    languages = models.JSONField(default=list)
    opens_on = models.DateField()
    deadline = models.DateField()
    closes_on = models.DateField()
    target_response_rate = models.DecimalField(max_digits=3, decimal_places=2, default="0.50")
    voluntary = models.BooleanField(default=True)
    rehearsal = models.BooleanField(default=False)
    second_person = models.BooleanField(default=True)
    coordinators = models.BooleanField(default=False)
    sampling_key_fingerprint = models.CharField(max_length=32, blank=True)
    opened_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    texts_stamp = models.CharField(max_length=16, default=new_stamp, editable=False)

    objects = RoundQuerySet.as_manager()

    class Meta:
        ordering = ["-opens_on", "slug"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(opens_on__lte=models.F("deadline"), deadline__lte=models.F("closes_on")),
                name="round_opens_before_deadline_before_close",
            ),
            models.CheckConstraint(
                condition=models.Q(target_response_rate__gt=0, target_response_rate__lte=1),
                name="round_target_response_rate_in_0_1",
            ),
            models.CheckConstraint(
                condition=models.Q(closed_at__isnull=True)
                | models.Q(opened_at__isnull=False, opened_at__lte=models.F("closed_at")),
                name="round_closed_after_opened",
            ),
            models.CheckConstraint(
                condition=models.Q(published_at__isnull=True)
                | models.Q(closed_at__isnull=False, closed_at__lte=models.F("published_at")),
                name="round_published_after_closed",
            ),
        ]

    def __str__(self) -> str:
        return self.slug

    @property
    def status(self) -> Status:
        if self.published_at:
            return self.Status.PUBLISHED
        if self.closed_at:
            return self.Status.CLOSED
        return self.Status.OPEN if self.opened_at else self.Status.DRAFT

    def file_name(self, what: str) -> str:
        """Return what a downloaded file is called, without its ending; a rehearsal's says so."""
        return f"{self.slug}{'-rehearsal' if self.rehearsal else ''}-{what}"

    def field_day(self, on: date) -> int:
        """Return the day of the fieldwork, 0 on the opening day."""
        return (on - self.opens_on).days

    def texts_in(self, language: str) -> dict[str, str]:
        """Return the round's texts in one language by field.

        One query, or none when this process has read them before, as the round was read with them. Inside a
        transaction they are neither kept nor taken from what is kept: they may be those of a change that comes to
        nothing, or be changed already while this round is as it was read before.
        """
        if connection.in_atomic_block:
            return dict(TEXTS.rows(self.pk, language))
        key = (self.pk, self.texts_stamp, language)
        texts = _kept.get(key)
        if texts is None:
            texts = dict(TEXTS.rows(self.pk, language))
            if len(_kept) >= MOST_KEPT:
                _kept.clear()
            _kept[key] = texts
        return dict(texts)


class RoundText(models.Model):
    """One text of a round in one language: what its mails and its privacy page say about the survey."""

    class Field(models.TextChoices):
        SENDER = "sender", _("Sender of the mails (organisation)")
        HELP_PHONE = "help_phone", _("Telephone of the help desk")
        HELP_HOURS = "help_hours", _("Opening hours of the help desk")
        HELP_EMAIL = "help_email", _("E-mail of the help desk")
        OFFICIAL_PAGE = "official_page", _("Address of the official page about the survey")
        RELEASE = "release", _("When the results are published (after a verb: “in spring 2020”)")
        MINUTES = "minutes", _("Minutes to answer, as printed")
        CASE_RECIPIENT = "case_recipient", _("Who is given case contacts (left empty: nobody is asked)")
        CONTROLLER = "controller", _("Data controller")
        JOINT_CONTROLLERS = "joint_controllers", _("Joint controllers")
        DPO = "dpo", _("Data protection officer")
        PURPOSE = "purpose", _("Purpose")
        LEGAL_BASIS = "legal_basis", _("Legal basis")
        VOLUNTARY = "voluntary", _("Whether it is voluntary, and what happens without an answer")
        DATA_CATEGORIES = "data_categories", _("Which data")
        ADDRESS_SOURCE = "address_source", _("Source of the addresses")
        RECIPIENTS = "recipients", _("Recipients")
        PROCESSORS = "processors", _("Processors")
        THIRD_COUNTRIES = "third_countries", _("Third countries")
        PARTICIPATION_VISIBILITY = "participation_visibility", _("Who can see whether a workplace has answered")
        RETENTION = "retention", _("How long the data are kept")
        ARCHIVE_DECISION = "archive_decision", _("Decision on archiving")
        RIGHTS = "rights", _("Rights and their exceptions")
        COMPLAINT = "complaint", _("How to complain")

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="texts")
    field = models.CharField(max_length=30, choices=Field)
    language = models.CharField(max_length=7)
    text = models.TextField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["round", "field", "language"], name="roundtext_once"),
            models.CheckConstraint(condition=~models.Q(text=""), name="roundtext_not_empty"),
        ]

    def __str__(self) -> str:
        return f"{self.round_id} {self.field} {self.language}"


def _texts(round_: int, language: str) -> models.QuerySet[RoundText, tuple[str, str]]:
    return RoundText.objects.filter(round=round_, language=language).order_by().values_list("field", "text")


TEXTS = Prepared(_texts, -1, "")
_kept: dict[tuple[int, str, str], dict[str, str]] = {}
