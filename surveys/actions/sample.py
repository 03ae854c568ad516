"""Plan a stratified sample of a round's frame, and draw it once."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypedDict

from django.db import transaction

from barometer import audit
from barometer.bulk import copy_rows
from barometer.models import User
from barometer.problems import Problem
from surveys import sampling
from surveys.models import Level, Round, Sample, SampleUnit, Stratum, Workplace

MINIMUM_PER_STRATUM = sampling.MINIMUM_PER_STRATUM


class SampleRefused(Exception):
    """The frame or the sizes do not allow it. ``problems`` holds all that is wrong."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(", ".join(problem.code for problem in problems))
        self.problems = problems


class MergesNotAccepted(Exception):
    """Cells that are too small were merged, and nobody has accepted that. ``plan`` shows how."""

    def __init__(self, plan: "SamplePlan") -> None:
        super().__init__(f"{len(plan.merges)} merged strata")
        self.plan = plan


class Merge(TypedDict):
    """A stratum made of several cells, as ``Sample.merges`` stores it; a cell is (industry group, size class, N)."""

    stratum: str
    level: str
    cells: list[tuple[str, str, int]]


@dataclass(frozen=True, slots=True)
class SamplePlan:
    """What a draw of this size would be.

    Attributes:
        strata: unsaved, by level, industry group and size class; empty when there are problems.
        units: the workplaces of each stratum, by its code.
        merges: which of them are made of several cells.
        problems: why it cannot be drawn.
    """

    strata: tuple[Stratum, ...]
    units: Mapping[str, tuple[sampling.Unit, ...]]
    merges: tuple[Merge, ...]
    problems: tuple[Problem, ...]

    @property
    def population_size(self) -> int:
        return sum(stratum.population_size for stratum in self.strata)

    @property
    def sample_size(self) -> int:
        return sum(stratum.sample_size for stratum in self.strata)


def plan_sample(
    *, round_: Round, size: int, minimum: int = MINIMUM_PER_STRATUM, take_all: Collection[str] = ()
) -> SamplePlan:
    """Stratify the frame and share ``size`` out over the strata, without drawing; one query.

    ``take_all``: size classes; a stratum with no other class is drawn completely.
    """
    units = [sampling.Unit(*values) for values in _frame(round_)]
    if not units:
        return SamplePlan((), {}, (), (Problem("sample_without_frame", ""),))
    stratification = sampling.stratify(units)
    populations = {stratum.code: stratum.population for stratum in stratification.strata}
    complete = [s.code for s in stratification.strata if set(s.size_classes) <= set(take_all)]
    too_small = [_with_label(problem) for problem in stratification.problems]
    if problems := [*too_small, *sampling.allocation_problems(populations, size, minimum, complete)]:
        return SamplePlan((), {}, (), tuple(problems))
    sizes = sampling.allocate(populations, size, minimum, complete)
    return SamplePlan(
        strata=tuple(_stratum(stratum, sizes[stratum.code]) for stratum in stratification.strata),
        units={stratum.code: stratum.units for stratum in stratification.strata},
        merges=tuple(_merge(stratum) for stratum in stratification.merges),
        problems=(),
    )


@transaction.atomic
def draw_sample(
    *,
    round_: Round,
    size: int,
    start: float,
    by: User | None,
    at: datetime,
    minimum: int = MINIMUM_PER_STRATUM,
    take_all: Collection[str] = (),
    accept_merges: bool = False,
) -> Sample:
    """Draw the round's sample: in each stratum the first units after ``start`` by permanent random number.

    Raises: SampleRefused, also for a second draw; MergesNotAccepted; ValueError for a start outside [0, 1).
    """
    round_ = Round.objects.select_for_update().get(pk=round_.pk)
    plan = _accepted(round_, plan_sample(round_=round_, size=size, minimum=minimum, take_all=take_all), accept_merges)
    sample = Sample.objects.create(
        round=round_,
        size=size,
        start=start,
        minimum_per_stratum=minimum,
        take_all=sorted(take_all),
        frame_sha256=round_.frame_file.sha256,
        sampling_key_fingerprint=round_.sampling_key_fingerprint,
        merges=list(plan.merges),
        drawn_at=at,
        drawn_by=by,
    )
    _store(sample, plan)
    facts = {"size": size, "start": start, "minimum": minimum, "take_all": sample.take_all}
    facts |= {"frame_sha256": sample.frame_sha256, "key_fingerprint": sample.sampling_key_fingerprint}
    audit.record("sample.drawn", target=round_, by=by, at=at, facts=facts | {"strata": len(plan.strata)})
    return sample


def _accepted(round_: Round, plan: SamplePlan, accept_merges: bool) -> SamplePlan:
    """Return a plan that may be drawn. Raises: SampleRefused, MergesNotAccepted."""
    if hasattr(round_, "sample"):
        raise SampleRefused([Problem("sample_drawn_before", "")])
    if plan.problems:
        raise SampleRefused(plan.problems)
    if plan.merges and not accept_merges:
        raise MergesNotAccepted(plan)
    return plan


def _store(sample: Sample, plan: SamplePlan) -> None:
    for stratum in plan.strata:
        stratum.sample = sample
    Stratum.objects.bulk_create(plan.strata)
    keys = dict(Workplace.objects.of_round(sample.round).values_list("register_id", "pk"))
    units = [
        SampleUnit(
            sample=sample,
            workplace_id=keys[unit.register_id],
            stratum=stratum,
            inclusion_probability=stratum.sampling_fraction,
        )
        for stratum in plan.strata
        for unit in sampling.select(plan.units[stratum.code], stratum.sample_size, sample.start)
    ]
    copy_rows(SampleUnit, units)


def _frame(round_: Round) -> Sequence[tuple[str, str, str, str, float]]:
    return list(
        Workplace.objects.of_round(round_).values_list(
            "register_id", "level", "industry_group", "size_class", "permanent_random_number"
        )
    )


def _with_label(problem: Problem) -> Problem:
    """Return the problem of a level that is too small, with the level in words."""
    return replace(problem, params={**problem.params, "level": Level(str(problem.params["level"])).label})


def _stratum(stratum: sampling.Stratum, sample_size: int) -> Stratum:
    return Stratum(
        code=stratum.code,
        level=stratum.level,
        industry_groups=list(stratum.industry_groups),
        size_classes=list(stratum.size_classes),
        population_size=stratum.population,
        sample_size=sample_size,
    )


def _merge(stratum: sampling.Stratum) -> Merge:
    cells = [(cell.industry_group, cell.size_class, cell.population) for cell in stratum.cells]
    return {"stratum": stratum.code, "level": stratum.level, "cells": cells}
