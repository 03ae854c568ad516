"""Which member of staff has which role in which round."""

from django.db import models
from django.db.models import Q

from barometer.models import User
from barometer.roles import Role
from surveys.models.round import Round


class RoundRole(models.Model):
    """A role in one round, or in all of them (also those to come) where ``round`` is empty.

    What is about no round (questionnaires, people, the audit log) needs a role in all rounds. barometer/access.py reads
    the rows; surveys/actions/access.py alone writes them.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="round_roles")
    role = models.CharField(max_length=20, choices=Role.choices)
    round = models.ForeignKey(Round, on_delete=models.CASCADE, null=True, blank=True, related_name="roles")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "role", "round"], name="roundrole_once_in_a_round"),
            models.UniqueConstraint(
                fields=["user", "role"], condition=Q(round__isnull=True), name="roundrole_once_in_all_rounds"
            ),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="roundrole_known_role"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role} {self.round_id or '*'}"
