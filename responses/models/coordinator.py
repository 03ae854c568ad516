"""The contact person of an authority, who may correct the leaders' addresses of its sampled workplaces."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from responses.models.case import Case
from surveys.models import AuthorityContact


class Coordinator(models.Model):
    """A link for the contact person of an authority. It opens nothing without a code sent to the registered address.

    Link and code are derived (``responses.links``), never stored; ``generation`` ends links already sent,
    ``code_number`` codes. ``wrong_codes`` counts since the last code was sent.
    """

    contact = models.OneToOneField(AuthorityContact, on_delete=models.CASCADE, related_name="coordinator")
    generation = models.PositiveSmallIntegerField(default=1)
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, blank=True)
    code_number = models.PositiveIntegerField(default=0)
    code_sent_at = models.DateTimeField(null=True, blank=True)
    wrong_codes = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"coordinator {self.pk}"


class ContactCorrection(models.Model):
    """Another leader or address of a workplace, as its coordinator says. It waits for staff.

    A later one of the same case takes its place, and leaves it here: the limits count them all.
    """

    class Decision(models.TextChoices):
        WAITING = "waiting", _("Waits for you")
        ACCEPTED = "accepted", _("Accepted")
        REFUSED = "refused", _("Refused")
        REPLACED = "replaced", _("Replaced by a later one")

    coordinator = models.ForeignKey(Coordinator, on_delete=models.CASCADE, related_name="corrections")
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="contact_corrections")
    name = models.CharField(max_length=60, blank=True)
    email = models.EmailField()
    at = models.DateTimeField()
    decision = models.CharField(max_length=8, choices=Decision, default=Decision.WAITING)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=models.Q(decision="waiting"), name="contactcorrection_one_waits_per_case"
            ),
            models.CheckConstraint(
                condition=models.Q(decision="waiting", decided_at__isnull=True)
                | (~models.Q(decision="waiting") & models.Q(decided_at__isnull=False)),
                name="contactcorrection_decided_with_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"correction {self.pk} of case {self.case_id}"
