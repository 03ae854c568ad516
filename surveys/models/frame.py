"""The frame: the register file of a round and the workplaces in it."""

from typing import Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from surveys.models.round import Round


class FrameFile(models.Model):
    """The register file from which a round's frame was loaded, all or nothing."""

    round = models.OneToOneField(Round, on_delete=models.CASCADE, related_name="frame_file")
    name = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64)
    mapping = models.JSONField()
    rows = models.PositiveIntegerField()
    loaded_at = models.DateTimeField()
    loaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    def __str__(self) -> str:
        return self.name


class Level(models.TextChoices):
    MUNICIPALITY = "municipality", _("Municipality")
    REGION = "region", _("Region")
    STATE = "state", pgettext_lazy("level of government", "State")


class IndustryGroup(models.TextChoices):
    ADMINISTRATION = "administration", _("Public administration")
    JUDICIARY = "judiciary", _("Judiciary and order")
    EDUCATION = "education", _("Education")
    HEALTH = "health", _("Health")
    CARE = "care", _("Care of elderly and disabled people")
    CHILDCARE = "childcare", _("Child care")
    OTHER = "other", _("Culture and other")


class SizeClass(models.TextChoices):
    S1_9 = "s1_9", _("1–9 employees")
    S10_24 = "s10_24", _("10–24 employees")
    S25_49 = "s25_49", _("25–49 employees")
    S50_99 = "s50_99", _("50–99 employees")
    S100_PLUS = "s100_plus", _("100 employees or more")


class Region(models.TextChoices):
    HOVEDSTADEN = "hovedstaden", _("Capital Region")
    SJAELLAND = "sjaelland", _("Zealand")
    SYDDANMARK = "syddanmark", _("Southern Denmark")
    MIDTJYLLAND = "midtjylland", _("Central Denmark")
    NORDJYLLAND = "nordjylland", _("North Denmark")


class WorkplaceQuerySet(models.QuerySet["Workplace"]):
    def of_round(self, round_: Round) -> Self:
        return self.filter(round=round_)

    def reachable(self) -> Self:
        """With an e-mail address."""
        return self.exclude(contact__email="")

    def count_by(self, field: str) -> dict[str, int]:
        """Return how many there are by the values of a field; one query."""
        return dict(self.order_by().values_list(field).annotate(models.Count("pk")))


class Workplace(models.Model):
    """A population unit of a round, as the register has it; never corrected within the round.

    In an imported round what the file did not say is "", and 0 employees.

    ``permanent_random_number`` is in [0, 1) and the same for a register id in every round drawn with
    the same key (``surveys.sampling.permanent_random_number``). ``employees`` is a yearly average.
    """

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="workplaces")
    register_id = models.CharField(max_length=20)
    p_number = models.CharField(max_length=10, blank=True)
    cvr = models.CharField(max_length=8, blank=True)
    name = models.CharField(max_length=120)
    address = models.CharField(max_length=120)
    level = models.CharField(max_length=12, choices=Level)
    authority_code = models.CharField(max_length=10)
    authority = models.CharField(max_length=80)
    db07 = models.CharField(max_length=6, blank=True)
    industry_group = models.CharField(max_length=14, choices=IndustryGroup)
    employees = models.PositiveIntegerField()
    size_class = models.CharField(max_length=9, choices=SizeClass)
    region = models.CharField(max_length=11, choices=Region)
    permanent_random_number = models.FloatField()

    objects = WorkplaceQuerySet.as_manager()

    class Meta:
        ordering = ["register_id"]
        indexes = [models.Index(fields=["round", "authority_code"], name="workplace_by_round_authority")]
        constraints = [
            models.UniqueConstraint(fields=["round", "register_id"], name="workplace_once_per_round"),
            models.CheckConstraint(
                condition=models.Q(permanent_random_number__gte=0, permanent_random_number__lt=1),
                name="workplace_permanent_random_number_in_0_1",
            ),
            models.CheckConstraint(condition=models.Q(level__in=["", *Level.values]), name="workplace_level_known"),
            models.CheckConstraint(
                condition=models.Q(industry_group__in=["", *IndustryGroup.values]),
                name="workplace_industry_group_known",
            ),
            models.CheckConstraint(
                condition=models.Q(size_class__in=["", *SizeClass.values]), name="workplace_size_class_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.register_id} {self.name}"

    def register(self) -> dict[str, str | int]:
        """Return the register variables that the questionnaire's texts and conditions may read, as far as known."""
        known: dict[str, str | int] = {
            "reg_name": self.name,
            "reg_address": self.address,
            "reg_authority": self.authority,
            "reg_level": self.level,
            "reg_industry_group": self.industry_group,
            "reg_employees": self.employees,
            "reg_size_class": self.size_class,
            "reg_region": self.region,
        }
        return {name: value for name, value in known.items() if value}


class AddressKind(models.TextChoices):
    """Who reads an address: it decides how a mail opens."""

    PERSON = "person", _("Person")
    WORKPLACE = "workplace", _("Mailbox of the workplace")
    AUTHORITY = "authority", _("Mailbox of the authority")


class WorkplaceContact(models.Model):
    """How the register says that a workplace's leader is reached: personal data, in a table of its own."""

    workplace = models.OneToOneField(Workplace, on_delete=models.CASCADE, related_name="contact", primary_key=True)
    leader = models.CharField(max_length=60, blank=True)
    email = models.EmailField(blank=True)
    kind = models.CharField(max_length=9, choices=AddressKind)
    language = models.CharField(max_length=7)
    phone = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=AddressKind.values), name="workplacecontact_kind_known"),
        ]

    def __str__(self) -> str:
        return f"contact {self.pk}"
