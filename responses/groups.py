"""The cases of a round by a register variable or stratum: how many of each group stand where."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import Count
from django.db.models.enums import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from responses.statistics.dispositions import Disposition
from responses.statistics.outcome_rates import Outcome, missing_to_target
from surveys.models import IndustryGroup, Level, Region, Round, SampleUnit, SizeClass, Stratum


class Variable(NamedTuple):
    """What cases can be grouped by: where its code and its label stand, from a sample unit on.

    ``codes``: the codes with their labels, in their order, for a variable that has a fixed list.
    """

    label: Promise
    code: str
    name: str = ""
    codes: type[TextChoices] | None = None


VARIABLES: Mapping[str, Variable] = {
    "level": Variable(_("Level"), "workplace__level", codes=Level),
    "industry_group": Variable(_("Industry group"), "workplace__industry_group", codes=IndustryGroup),
    "size_class": Variable(_("Size class"), "workplace__size_class", codes=SizeClass),
    "region": Variable(_("Region"), "workplace__region", codes=Region),
    "authority": Variable(_("Authority"), "workplace__authority_code", "workplace__authority"),
    "stratum": Variable(_("Stratum"), "stratum__pk", "stratum__code"),
}


class Cell(NamedTuple):
    """How many sample units share these values; ``disposition`` is None until the round opens."""

    values: tuple[str, ...]
    disposition: str | None
    cases: int


@dataclass(frozen=True, slots=True)
class Group:
    """One row of a table: the cases with one value of a variable. ``target`` is the round's response rate."""

    code: str
    label: str
    outcome: Outcome
    target: float

    @property
    def missing(self) -> int:
        """How many more would have to be submitted for the group to reach the target."""
        return missing_to_target(self.outcome.sampled, self.outcome.submitted, self.target)


def cells(round_: Round, *variables: str) -> list[Cell]:
    """Count the sample units by these variables and where they stand; one query."""
    rows: Iterable[tuple[Any, ...]] = (
        SampleUnit.objects.filter(sample__round=round_)
        .order_by()
        .values_list(*(VARIABLES[name].code for name in variables), "case__disposition")
        .annotate(Count("pk"))
    )
    return [Cell(tuple(map(str, row[:-2])), *row[-2:]) for row in rows]


def outcome(found: Iterable[Cell]) -> Outcome:
    """Add the cells up."""
    cases: Counter[str | None] = Counter()
    for cell in found:
        cases[cell.disposition] += cell.cases
    return Outcome(
        sampled=cases.total(),
        bounced=cases[Disposition.BOUNCED],
        started=cases[Disposition.STARTED],
        submitted=cases[Disposition.SUBMITTED],
        declined=cases[Disposition.DECLINED],
        ineligible_reported=cases[Disposition.INELIGIBLE_REPORTED],
        not_eligible=cases[Disposition.INELIGIBLE],
        erased=cases[Disposition.ERASED],
    )


def grouped(round_: Round, found: Sequence[Cell], place: int, labels: Mapping[str, str]) -> tuple[Group, ...]:
    """Return a group per code that the sample has, in the order of ``labels``; ``place``: of the code in the cells."""
    parts: dict[str, list[Cell]] = defaultdict(list)
    for cell in found:
        parts[cell.values[place]].append(cell)
    target = float(round_.target_response_rate)
    return tuple(Group(code, labels[code], outcome(parts[code]), target) for code in labels if code in parts)


def groups(round_: Round, by: str) -> tuple[Group, ...]:
    """Return the groups of one variable; one query, two where the labels stand in the database.

    Raises: KeyError for a variable that is not in ``VARIABLES``.
    """
    return grouped(round_, cells(round_, by), 0, labels_of(round_, by))


def labels_of(round_: Round, by: str) -> dict[str, str]:
    """Return the labels of a variable by code, in the active language and the order in which to show them."""
    variable = VARIABLES[by]
    if variable.codes is not None:
        return {str(code): str(label) for code, label in variable.codes.choices}
    if by == "stratum":
        return {str(stratum.pk): stratum.label() for stratum in Stratum.objects.filter(sample__round=round_)}
    units = SampleUnit.objects.filter(sample__round=round_).order_by(variable.name, variable.code)
    return dict(units.values_list(variable.code, variable.name).distinct())
