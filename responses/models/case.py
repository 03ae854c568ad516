"""A sample unit in the field, and everything that happened to it."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from responses.statistics import hand_over
from responses.statistics.dispositions import Disposition, EventKind
from responses.statistics.outcomes import OVERRIDES, CaseOutcome
from surveys.models import Round, SampleUnit

DISPOSITION_LABELS = {
    Disposition.NOT_STARTED: _("Not started"),
    Disposition.BOUNCED: _("Mail bounced"),
    Disposition.STARTED: _("Started, not submitted"),
    Disposition.SUBMITTED: _("Submitted"),
    Disposition.DECLINED: _("Declined"),
    Disposition.INELIGIBLE_REPORTED: _("Not eligible – to be confirmed"),
    Disposition.INELIGIBLE: _("Not eligible"),
    Disposition.ERASED: _("Erased"),
}

OUTCOME_LABELS = {
    CaseOutcome.COMPLETE: _("Complete"),
    CaseOutcome.PARTIAL: _("Partial"),
    CaseOutcome.REFUSAL: _("Refusal"),
    CaseOutcome.BREAK_OFF: _("Break-off"),
    CaseOutcome.CONTACTED: _("Eligible, no answers"),
    CaseOutcome.UNAVAILABLE: _("Unavailable until after the close"),
    CaseOutcome.EXISTS: _("Silent, in operation as a newer register has it"),
    CaseOutcome.ERASED: _("Erased on request"),
    CaseOutcome.OTHER: _("Eligible, other reason"),
    CaseOutcome.SILENT: _("No sign of life"),
    CaseOutcome.BOUNCED: _("Mail bounced, no other address"),
    CaseOutcome.NOT_FOUND: _("Not found in a newer register either"),
    CaseOutcome.REPORTED: _("Reported as not eligible, not confirmed"),
    CaseOutcome.CLOSED: _("Closed down"),
    CaseOutcome.MERGED: _("Merged into a sampled workplace"),
    CaseOutcome.DUPLICATE: _("Duplicate of a sampled workplace"),
    CaseOutcome.NOT_PUBLIC: _("Not public"),
    CaseOutcome.NOT_ELIGIBLE: _("Not eligible, reason not recorded"),
}

ON_CORRECTION = (
    EventKind.SUBMITTED,
    EventKind.CORRECTION_REQUESTED,
    EventKind.CORRECTION_WITHDRAWN,
    EventKind.CORRECTION_REFUSED,
    EventKind.REOPENED,
)


class CaseQuerySet(models.QuerySet["Case"]):
    def of_round(self, round_: Round) -> Self:
        return self.filter(round=round_)

    def unfinished(self) -> Self:
        """Cases from which an answer may still come."""
        return self.filter(disposition__in=(Disposition.NOT_STARTED, Disposition.STARTED, Disposition.BOUNCED))

    def asking_to_correct(self) -> Self:
        """Submitted cases whose workplace waits for an answer to its request to correct."""
        said = CaseEvent.objects.filter(case=models.OuterRef("pk"), kind__in=ON_CORRECTION)
        asked = CaseEvent.objects.filter(case=models.OuterRef("pk"), kind=EventKind.CORRECTION_REQUESTED)
        submitted = self.filter(models.Exists(asked), disposition=Disposition.SUBMITTED)
        last = models.Subquery(said.order_by("-pk").values("kind")[:1])
        return submitted.alias(last_on_correction=last).filter(last_on_correction=EventKind.CORRECTION_REQUESTED)

    def opened_again(self) -> Self:
        """Cases whose submitted answers staff have let the workplace change, and that wait to be submitted again."""
        reopened = CaseEvent.objects.filter(case=models.OuterRef("pk"), kind=EventKind.REOPENED)
        return self.filter(models.Exists(reopened), response__submitted_at__isnull=True)

    def without_address(self) -> Self:
        """Cases from which an answer may still come, but whose owner no mail can reach."""
        return self.unfinished().filter(holders__role=LinkHolder.Role.OWNER, holders__email="")


class Case(models.Model):
    """A sample unit in the field.

    ``disposition`` and ``outcome`` are a cache of ``standing()`` over the case's events, written in the transaction of
    the event (``responses.actions.events``) and nowhere else. ``language`` is that of its mails and pages.
    """

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="cases")
    sample_unit = models.OneToOneField(SampleUnit, on_delete=models.PROTECT, related_name="case")
    language = models.CharField(max_length=7)
    disposition = models.CharField(
        max_length=20, choices=list(DISPOSITION_LABELS.items()), default=Disposition.NOT_STARTED
    )
    outcome = models.CharField(max_length=12, choices=list(OUTCOME_LABELS.items()), default=CaseOutcome.SILENT)

    objects = CaseQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["round", "disposition"], name="case_by_round_disposition")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(disposition__in=list(DISPOSITION_LABELS)), name="case_disposition_known"
            ),
            models.CheckConstraint(condition=models.Q(outcome__in=list(OUTCOME_LABELS)), name="case_outcome_known"),
        ]

    def __str__(self) -> str:
        return f"case {self.pk}"


class LinkHolder(models.Model):
    """Who holds a personal link to a case, and the only source of addresses for its mails.

    The link itself is derived (``responses.links``) from the key, this row's id and ``generation``: raising
    the generation, or retiring the holder, ends links already sent. ``standing`` says what the link shows; how
    others than the owner came to theirs, their ``HandOver`` tells.
    """

    class Role(models.TextChoices):
        OWNER = "owner", _("Owner")
        SHARED = "shared", _("Shared with")
        DELEGATE = "delegate", _("Handed over to")

    class Standing(models.TextChoices):
        WORKS = hand_over.Standing.WORKS.value, _("Can see and change the answers")
        WATCHES = hand_over.Standing.WATCHES.value, _("Sees only how far the task has come")
        WAITING = hand_over.Standing.WAITING.value, _("Waits for you: no link has been sent")
        REFUSED = hand_over.Standing.REFUSED.value, _("Refused: no link has been sent")
        ENDED = hand_over.Standing.ENDED.value, _("Ended: the link shows nothing more")

    CURRENT = (Standing.WORKS, Standing.WAITING)

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="holders")
    role = models.CharField(max_length=8, choices=Role, default=Role.OWNER)
    name = models.CharField(max_length=60, blank=True)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=40, blank=True)
    address_kind = models.CharField(max_length=9)
    standing = models.CharField(max_length=8, choices=Standing, default=Standing.WORKS)
    generation = models.PositiveSmallIntegerField(default=1)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(Upper("email"), name="linkholder_by_address")]
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=models.Q(role="owner"), name="linkholder_one_owner_per_case"
            ),
            models.UniqueConstraint(
                fields=["case"],
                condition=models.Q(role="delegate", standing__in=["works", "waiting"]),
                name="linkholder_one_delegate_at_a_time",
            ),
            models.CheckConstraint(
                condition=models.Q(role="owner", standing__in=["works", "watches"])
                | models.Q(role__in=["shared", "delegate"], standing__in=["works", "waiting", "refused", "ended"]),
                name="linkholder_standing_fits_its_role",
            ),
        ]

    def __str__(self) -> str:
        return f"holder {self.pk} of case {self.case_id}"


class CaseEvent(models.Model):
    """One thing that happened to a case: who, what, when; never an answer, a token or an address.

    They count in the order of their keys, not of their times: a clock may have been set back. ``outcome`` is what staff
    have set, of that kind of event only.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(max_length=20, choices=[(kind.value, kind.value) for kind in EventKind])
    outcome = models.CharField(max_length=12, blank=True, default="")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    holder = models.ForeignKey(LinkHolder, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["kind", "at"], name="caseevent_by_kind_and_time")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=[kind.value for kind in EventKind]), name="caseevent_kind_known"
            ),
            models.CheckConstraint(
                condition=models.Q(kind=EventKind.OUTCOME_SET, outcome__in=OVERRIDES)
                | models.Q(~models.Q(kind=EventKind.OUTCOME_SET), outcome=""),
                name="caseevent_outcome_when_set",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of case {self.case_id}"
