"""What people say beside their answers: kept apart from the answers and from the history of the case."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from responses.models.case import Case, LinkHolder
from surveys.models import Round


class DeclineReason(models.Model):
    """Why a workplace says no, if it wants to say; gone when the "no" is taken back."""

    class Code(models.TextChoices):
        NO_TIME = "no_time", _("We do not have the time")
        NOT_RELEVANT = "not_relevant", _("The questionnaire does not fit our workplace")
        TOO_MANY = "too_many", _("We get too many surveys")
        PRIVACY = "privacy", _("We do not want to give the information")
        NEVER = "never", _("We never take part in surveys")
        OTHER = "other", _("Another reason")

    case = models.OneToOneField(Case, on_delete=models.CASCADE, related_name="decline_reason")
    code = models.CharField(max_length=12, choices=Code, blank=True)
    words = models.TextField(max_length=500, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=~models.Q(code="", words=""), name="declinereason_not_empty"),
        ]

    def __str__(self) -> str:
        return f"why case {self.case_id} declined"


class CaseContact(models.Model):
    """Somebody's consent to be contacted about an innovation, with what may be passed on; withdrawn at any time.

    Kept apart from the answers, which are never passed on. After a withdrawal the number and the times stay, so that
    whoever was given the information can be told to delete it, and nothing else.
    """

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="case_contacts")
    holder = models.ForeignKey(LinkHolder, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()
    language = models.CharField(max_length=7)
    text_version = models.PositiveSmallIntegerField()
    recipient = models.CharField(max_length=60)
    name = models.CharField(max_length=60, blank=True)
    workplace = models.CharField(max_length=120, blank=True)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=40, blank=True)
    innovation = models.TextField(max_length=500, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(models.Q(withdrawn_at__isnull=True) & ~models.Q(email="") & ~models.Q(innovation=""))
                | models.Q(withdrawn_at__isnull=False, name="", workplace="", email="", phone="", innovation=""),
                name="casecontact_empty_when_withdrawn",
            ),
        ]

    def __str__(self) -> str:
        return f"case contact {self.pk}"


class ResultRequest(models.Model):
    """An address that wants one mail when the results are published; deleted with that mail, or when withdrawn."""

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="result_requests")
    holder = models.ForeignKey(LinkHolder, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()
    language = models.CharField(max_length=7)
    text_version = models.PositiveSmallIntegerField()
    email = models.EmailField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=~models.Q(email=""), name="resultrequest_has_an_address"),
        ]

    def __str__(self) -> str:
        return f"result request {self.pk}"
