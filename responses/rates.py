"""The outcome rates of a round, as counted by the database for ``statistics.outcome_rates``."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from django.db.models import Count, F, Sum, Value
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from responses.models import Case, CaseEvent
from responses.statistics.dispositions import EventKind
from responses.statistics.outcome_rates import Counts, Rate, aapor_rates, eligibility, response_rate
from responses.statistics.outcomes import TO_LOOK_UP, CaseOutcome
from surveys.models import IndustryGroup, Level, Region, Round, SizeClass, Stratum

UNIT = "sample_unit__"
FIELDS = {
    "level": f"{UNIT}workplace__level",
    "industry_group": f"{UNIT}workplace__industry_group",
    "size_class": f"{UNIT}workplace__size_class",
    "region": f"{UNIT}workplace__region",
    "authority": f"{UNIT}workplace__authority",
    "stratum": f"{UNIT}stratum_id",
}
VARIABLES: dict[str, str | Promise] = {
    "level": pgettext_lazy("register variable", "Level"),
    "industry_group": _("Industry group"),
    "size_class": _("Size class"),
    "region": pgettext_lazy("register variable", "Region"),
    "authority": _("Authority"),
    "stratum": _("Stratum"),
}
LISTS = {"level": Level, "industry_group": IndustryGroup, "size_class": SizeClass, "region": Region}


class Cell(NamedTuple):
    """So many cases share these values; ``weight`` is the sum of their design weights, in workplaces of the frame."""

    level: str
    group: str | int
    outcome: CaseOutcome
    cases: int
    weight: float


@dataclass(frozen=True)
class Part:
    """The cases of one group, or all: by level and outcome, unweighted and weighted; ``e`` is that of the levels."""

    label: str
    cells: Sequence[Cell]
    e: Mapping[str, Rate]

    @cached_property
    def outcomes(self) -> dict[CaseOutcome, tuple[int, float]]:
        """Cases and their weights by outcome, those that occur."""
        found: dict[CaseOutcome, tuple[int, float]] = {}
        for cell in self.cells:
            cases, weight = found.get(cell.outcome, (0, 0.0))
            found[cell.outcome] = (cases + cell.cases, weight + cell.weight)
        return found

    @cached_property
    def counts(self) -> Counts:
        return Counts.of({outcome: cases for outcome, (cases, _) in self.outcomes.items()})

    @cached_property
    def weighted_counts(self) -> Counts:
        return Counts.of({outcome: weight for outcome, (_, weight) in self.outcomes.items()})

    @property
    def sampled(self) -> int:
        return sum(cases for cases, _ in self.outcomes.values())

    @property
    def submitted(self) -> int:
        return self.outcomes.get(CaseOutcome.COMPLETE, (0, 0.0))[0]

    @property
    def response_rate(self) -> float | None:
        """The headline: submitted of sampled, unweighted."""
        return response_rate(self.sampled, self.submitted)

    @cached_property
    def rates(self) -> dict[str, Rate]:
        return aapor_rates(by_level(self.cells, lambda cell: cell.cases), self.e)

    @cached_property
    def weighted_rates(self) -> dict[str, Rate]:
        return aapor_rates(by_level(self.cells, lambda cell: cell.weight), self.e)


@dataclass(frozen=True, slots=True)
class Eligibility:
    """*e* of one level, with how many cases are resolved, unknown, and still to be looked up in a newer register."""

    label: str
    e: Rate
    eligible: int
    not_eligible: int
    unknown: int
    to_look_up: int


@dataclass(frozen=True, slots=True)
class OutcomeRates:
    """Everything that the page of the rates shows; ``groups`` are by one register variable."""

    overall: Part
    levels: Sequence[Eligibility]
    by: str
    groups: Sequence[Part]
    started: int


def read(round_: Round, by: str) -> OutcomeRates:
    """Count the round's cases, in all and by a register variable of ``VARIABLES``; three queries at the most."""
    cells = _cells(round_, FIELDS[by])
    e = {level: eligibility(counts) for level, counts in by_level(cells, lambda cell: cell.weight).items()}
    started = CaseEvent.objects.filter(case__round=round_, kind=EventKind.STARTED).values("case").distinct()
    return OutcomeRates(
        overall=Part("", cells, e),
        levels=_levels(cells, e),
        by=by,
        groups=_groups(round_, by, cells, e),
        started=started.count(),
    )


def by_level(cells: Iterable[Cell], size: Callable[[Cell], float]) -> dict[str, Counts]:
    """Return the counts of each level; ``size`` is what a cell counts for."""
    sums: dict[str, dict[CaseOutcome, float]] = defaultdict(lambda: defaultdict(float))
    for cell in cells:
        sums[cell.level][cell.outcome] += size(cell)
    return {level: Counts.of(outcomes) for level, outcomes in sums.items()}


def _cells(round_: Round, field: str) -> list[Cell]:
    rows = (
        Case.objects.of_round(round_)
        .order_by()
        .values_list(f"{UNIT}workplace__level", field, "outcome")
        .annotate(Count("pk"), weight=Sum(Value(1.0) / F(f"{UNIT}inclusion_probability")))
    )
    return [Cell(level, group, CaseOutcome(outcome), n, weight) for level, group, outcome, n, weight in rows]


def _groups(round_: Round, by: str, cells: Sequence[Cell], e: Mapping[str, Rate]) -> list[Part]:
    """Return one part per value that occurs, in the order of the codes, or of the names."""
    parts: dict[str | int, list[Cell]] = defaultdict(list)
    for cell in cells:
        parts[cell.group].append(cell)
    return [Part(label, parts[code], e) for code, label in _labels(round_, by, parts) if code in parts]


def _labels(round_: Round, by: str, codes: Iterable[str | int]) -> list[tuple[str | int, str]]:
    if by == "stratum":
        return [(stratum.pk, _stratum(stratum)) for stratum in Stratum.objects.filter(sample__round=round_)]
    if by in LISTS:
        choices: Sequence[tuple[str, Any]] = LISTS[by].choices
        return [(code, str(label)) for code, label in choices]
    return [(code, str(code)) for code in sorted(map(str, codes))]


def _stratum(stratum: Stratum) -> str:
    parts = [str(Level(stratum.level).label)]
    parts += [" + ".join(stratum.industry_group_labels()), " + ".join(stratum.size_class_labels())]
    return ", ".join(parts)


def _levels(cells: Sequence[Cell], e: Mapping[str, Rate]) -> list[Eligibility]:
    found = []
    for level, counts in by_level(cells, lambda cell: cell.cases).items():
        to_look_up = sum(cell.cases for cell in cells if cell.level == level and cell.outcome in TO_LOOK_UP)
        sizes = (int(counts.eligible), int(counts.not_eligible), int(counts.unknown))
        found.append(
            (list(Level).index(Level(level)), Eligibility(str(Level(level).label), e[level], *sizes, to_look_up))
        )
    return [each for _, each in sorted(found, key=lambda pair: pair[0])]
