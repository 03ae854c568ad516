"""How alike those who have answered are to the sample: read from the database for ``statistics.representativity``."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Count, Q
from django.db.models.enums import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from barometer.problems import Problem, sentence
from responses.models import Case
from responses.problem_texts import TEXTS
from responses.statistics.dispositions import Disposition
from responses.statistics.propensities import Groups
from responses.statistics.representativity import Representativity, representativity
from surveys.models import IndustryGroup, Level, Round, SizeClass

AUXILIARY: tuple[tuple[str, str | Promise, type[TextChoices]], ...] = (
    ("level", _("Level"), Level),
    ("industry_group", _("Industry group"), IndustryGroup),
    ("size_class", _("Size class"), SizeClass),
)
NOT_KNOWN = _("Not known")  # as in an imported round
NUMBERS = tuple({code: number for number, code in enumerate([*codes.values, ""])} for _name, _label, codes in AUXILIARY)
NOTHING = Representativity(0, 0, 0.0, 0.0, problem=Problem("representativity_no_cases", ""))


@dataclass(frozen=True, slots=True)
class Cell:
    """Cases that are alike in level, industry group and size class (``codes``), in stratum and in weight.

    ``cases`` are all that were sampled; ``ineligible`` of them are known not to be eligible.
    """

    codes: tuple[str, str, str]
    stratum: int
    weight: float
    cases: int
    submitted: int
    ineligible: int


@dataclass(frozen=True)
class Reading:
    """What a round's cases say: ``everybody`` are all cells, ``cells`` those of ``groups``, in their order."""

    cells: tuple[Cell, ...]
    everybody: tuple[Cell, ...]

    @cached_property
    def groups(self) -> Groups | None:
        """The cells without known ineligible cases; None when nobody is left."""
        if not self.cells:
            return None
        return Groups.of(
            [[numbers[code] for numbers, code in zip(NUMBERS, each.codes, strict=True)] for each in self.cells],
            [each.stratum for each in self.cells],
            [each.weight for each in self.cells],
            [each.cases - each.ineligible for each in self.cells],
            [each.submitted for each in self.cells],
        )

    @cached_property
    def found(self) -> Representativity:
        return representativity(self.groups) if self.groups else NOTHING

    @cached_property
    def number_of(self) -> Mapping[tuple[str, str, str, int], int]:
        """The number of a group by codes and stratum."""
        return {(*each.codes, each.stratum): number for number, each in enumerate(self.cells)}

    @property
    def left_out(self) -> int:
        """How many cases are known not to be eligible."""
        return sum(each.ineligible for each in self.everybody)

    def sampled(self) -> dict[int, int]:
        """Return the number of cases by stratum, as the published rate counts them."""
        counts: Counter[int] = Counter()
        for each in self.everybody:
            counts[each.stratum] += each.cases
        return counts

    def submitted(self) -> dict[int, int]:
        counts: Counter[int] = Counter()
        for each in self.everybody:
            counts[each.stratum] += each.submitted
        return counts

    def told(self, problem: Problem) -> str:
        """Return a problem in words, its variable and category by their names."""
        params = dict(problem.params)
        if isinstance(variable := params.get("variable"), int):
            _name, label, codes = AUXILIARY[variable]
            params = {"variable": label, "category": category_label(codes, int(str(params["category"])))}
        return sentence(Problem(problem.code, problem.where, params), TEXTS)


def category_label(codes: type[TextChoices], number: int) -> str | Promise:
    """Return a category of an auxiliary variable in words."""
    return NOT_KNOWN if number == len(codes.labels) else str(codes.labels[number])


def read(round_: Round) -> Reading:
    """Return what the answers of a round say; one query, which counts, however many cases there are."""
    unit = "sample_unit__"
    rows = (
        Case.objects.of_round(round_)
        .order_by()
        .values_list(
            *(f"{unit}workplace__{name}" for name, _label, _codes in AUXILIARY),
            f"{unit}stratum",
            f"{unit}inclusion_probability",
        )
        .annotate(
            Count("pk"),
            submitted=Count("pk", filter=Q(disposition=Disposition.SUBMITTED)),
            ineligible=Count("pk", filter=Q(disposition=Disposition.INELIGIBLE)),
        )
    )
    everybody = tuple(
        Cell((level, industry, size), stratum, 1 / probability, cases, submitted, ineligible)
        for level, industry, size, stratum, probability, cases, submitted, ineligible in sorted(rows)
    )
    return Reading(tuple(each for each in everybody if each.cases > each.ineligible), everybody)
