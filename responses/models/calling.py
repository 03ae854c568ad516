"""Who calls whom at this moment."""

from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import models

from barometer.models import User
from responses.models.case import Case
from surveys.models import Round

CLAIM_LASTS = timedelta(minutes=15)


class CallClaimQuerySet(models.QuerySet["CallClaim"]):
    def in_force(self, round_: Round, at: datetime) -> Self:
        return self.filter(case__round=round_, at__gt=at - CLAIM_LASTS)

    def claim(self, case_pk: int, *, by: User, at: datetime) -> bool:
        """Take a case for calling, or keep it; False when somebody else has it.

        One conditional UPDATE on the row's own columns, or one INSERT, so exactly one caller wins.
        """
        ours_or_stale = models.Q(by=by) | models.Q(at__lte=at - CLAIM_LASTS)
        if self.filter(ours_or_stale, case=case_pk).update(by=by, at=at):
            return True
        _, created = self.get_or_create(case_id=case_pk, defaults={"by": by, "at": at})
        return created


class CallClaim(models.Model):
    """A case that somebody has taken to call its workplace, so that nobody else calls it in the same moment.

    In force for ``CLAIM_LASTS``, and gone as soon as the call is recorded.
    """

    case = models.OneToOneField(Case, on_delete=models.CASCADE, related_name="call_claim", primary_key=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()

    objects = CallClaimQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"claim of case {self.case_id}"
