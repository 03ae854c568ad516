"""The outcome rates of a round, as counted by the database for ``statistics.outcome_rates``."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from django.db.models import Count, Exists, F, OuterRef, Sum, Value
from django.utils.translation import gettext

from responses.groups import VARIABLES
from responses.models import Case, CaseEvent
from responses.statistics.dispositions import EventKind
from responses.statistics.outcome_rates import Counts, Rate, aapor_rates, eligibility, response_rate
from responses.statistics.outcomes import TO_LOOK_UP, CaseOutcome
from surveys.models import Level, Round, Stratum

UNIT = "sample_unit__"


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
    by_strata = by in ("level", "stratum")
    strata = Stratum.objects.filter(sample__round=round_).in_bulk() if by_strata else {}
    cells = _of_strata(round_, by, strata) if by_strata else _of_workplaces(round_, by)
    e = {level: eligibility(counts) for level, counts in by_level(cells, lambda cell: cell.weight).items()}
    has_started = CaseEvent.objects.filter(case=OuterRef("pk"), kind=EventKind.STARTED)
    return OutcomeRates(
        overall=Part("", cells, e),
        levels=_levels(cells, e),
        by=by,
        groups=_groups(by, cells, e, strata),
        started=Case.objects.of_round(round_).filter(Exists(has_started)).count(),
    )


def by_level(cells: Iterable[Cell], size: Callable[[Cell], float]) -> dict[str, Counts]:
    """Return the counts of each level; ``size`` is what a cell counts for."""
    sums: dict[str, dict[CaseOutcome, float]] = defaultdict(lambda: defaultdict(float))
    for cell in cells:
        sums[cell.level][cell.outcome] += size(cell)
    return {level: Counts.of(outcomes) for level, outcomes in sums.items()}


def _of_strata(round_: Round, by: str, strata: Mapping[int, Stratum]) -> list[Cell]:
    """Return the cells by stratum, or by its level: without the frame, which is large."""
    rows = _counted(round_, f"{UNIT}stratum_id")
    levels = {pk: stratum.level for pk, stratum in strata.items()}
    return [
        Cell(levels[pk], pk if by == "stratum" else levels[pk], CaseOutcome(outcome), n, weight)
        for pk, outcome, n, weight in rows
    ]


def _of_workplaces(round_: Round, by: str) -> list[Cell]:
    rows = _counted(round_, f"{UNIT}workplace__level", f"{UNIT}workplace__{by}")
    return [Cell(level, group, CaseOutcome(outcome), n, weight) for level, group, outcome, n, weight in rows]


def _counted(round_: Round, *fields: str) -> Iterable[tuple[Any, ...]]:
    """Return these fields and the outcome with the number of cases that share them and the sum of their weights."""
    weight = Sum(Value(1.0) / F(f"{UNIT}inclusion_probability"))
    cases = Case.objects.of_round(round_).order_by()
    return cases.values_list(*fields, "outcome").annotate(Count("pk"), weight=weight)


def _groups(by: str, cells: Sequence[Cell], e: Mapping[str, Rate], strata: Mapping[int, Stratum]) -> list[Part]:
    """Return one part per value that occurs, in the order of the codes, or of the names."""
    parts: dict[str | int, list[Cell]] = defaultdict(list)
    for cell in cells:
        parts[cell.group].append(cell)
    return [Part(label, parts[code], e) for code, label in _labels(by, parts, strata) if code in parts]


def _labels(by: str, codes: Iterable[str | int], strata: Mapping[int, Stratum]) -> list[tuple[str | int, str]]:
    if by == "stratum":
        return [(pk, stratum.label()) for pk, stratum in sorted(strata.items())]
    if (listed := VARIABLES[by].codes) is not None:
        return [(str(code), str(label)) for code, label in listed.choices]
    return [(code, str(code)) for code in sorted(map(str, codes))]


def _levels(cells: Sequence[Cell], e: Mapping[str, Rate]) -> list[Eligibility]:
    found = []
    for level, counts in by_level(cells, lambda cell: cell.cases).items():
        to_look_up = sum(cell.cases for cell in cells if cell.level == level and cell.outcome in TO_LOOK_UP)
        sizes = (int(counts.eligible), int(counts.not_eligible), int(counts.unknown))
        label = Level(level).label if level else gettext("Not known")  # as in an imported round
        place = list(Level).index(Level(level)) if level else len(Level)
        found.append((place, Eligibility(str(label), e[level], *sizes, to_look_up)))
    return [each for _, each in sorted(found, key=lambda pair: pair[0])]
