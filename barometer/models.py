"""Staff and the record of what they did."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.crypto import salted_hmac


class User(AbstractUser):
    """A member of staff. Respondents have personal links, never accounts.

    Every session carries a hash over the password and ``session_generation``: one more ends all of them at once.
    """

    session_generation = models.PositiveIntegerField(default=0)

    def get_session_auth_hash(self) -> str:
        value = f"{self.password}:{self.session_generation}"
        return salted_hmac("barometer.session", value, algorithm="sha256").hexdigest()


class AuditEvent(models.Model):
    """One thing that staff did, chained to the one before it by a hash; append-only.

    No foreign keys: the line outlives the person and the thing. ``digest`` covers every field but
    ``reason``, of which it covers the sha256, so that a reason with personal data can be erased.
    """

    number = models.PositiveBigIntegerField(unique=True)
    at = models.DateTimeField()
    who = models.CharField(max_length=150)
    what = models.CharField(max_length=60)
    target = models.CharField(max_length=200)
    facts = models.JSONField(default=dict)
    reason = models.TextField(blank=True)
    reason_digest = models.CharField(max_length=64)
    previous_digest = models.CharField(max_length=64)
    digest = models.CharField(max_length=64, unique=True)

    class Meta:
        ordering = ["number"]

    def __str__(self) -> str:
        return f"{self.number} {self.what} {self.target}"


class AuditHead(models.Model):
    """The end of the chain: one row, locked while a line is added, so that the chain cannot fork."""

    number = models.PositiveBigIntegerField(default=0)
    digest = models.CharField(max_length=64, default="0" * 64)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="audithead_one_row")]

    def __str__(self) -> str:
        return f"{self.number} {self.digest}"
