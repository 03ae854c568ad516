"""Response rates from counts of cases (docs/methods/response-rates.md). PURE."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from responses.statistics.outcomes import AAPOR, TO_LOOK_UP, CaseOutcome, Group


def response_rate(sampled: int, submitted: int) -> float | None:
    """Return submitted / sampled, unweighted: the headline rate, which no case can leave by being called ineligible.

    ``None`` when nothing was sampled. In [0, 1].
    Source: Danmarks Statistik prints this rate (1,611 / 4,494 = 36 % in the fourth edition).
    """
    return submitted / sampled if sampled else None


def response_rate_of_eligible(sampled: int, submitted: int, not_eligible: int) -> float | None:
    """Return submitted / (sampled − not eligible), unweighted: AAPOR's RR1 with submitted questionnaires as completes.

    Args:
        not_eligible: cases confirmed as not eligible; a report that waits for confirmation does not count.

    ``None`` when no eligible case is left. In [0, 1].
    Source: AAPOR (2023), Standard Definitions, 10th ed., RR1; cases of unknown eligibility stay in the denominator.
    """
    return response_rate(sampled - not_eligible, submitted)


def missing_to_target(sampled: int, submitted: int, target: float) -> int:
    """Return how many more must be submitted for submitted / sampled to reach the target, a rate in (0, 1]."""
    return max(0, math.ceil(round(target * sampled, 9)) - submitted)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many cases of a group stand where.

    Cases are counted by disposition, so each is in one count at most: ``bounced`` have not started, ``started`` have
    not submitted.

    Raises: ValueError if more cases are submitted and not eligible together than were sampled.
    """

    sampled: int
    bounced: int
    started: int
    submitted: int
    declined: int
    ineligible_reported: int
    not_eligible: int
    erased: int = 0

    def __post_init__(self) -> None:
        if self.submitted + self.not_eligible > self.sampled:
            raise ValueError(f"{self.submitted} submitted and {self.not_eligible} not eligible of {self.sampled}")

    @property
    def response_rate(self) -> float | None:
        return response_rate(self.sampled, self.submitted)

    @property
    def response_rate_of_eligible(self) -> float | None:
        return response_rate_of_eligible(self.sampled, self.submitted, self.not_eligible)


class Missing(StrEnum):
    """Why a rate has no value."""

    NOTHING_IN_IT = "nothing_in_it"  # the denominator is 0
    NOT_LOOKED_UP = "not_looked_up"  # silent or bounced units have not been looked up in a newer register
    NOTHING_RESOLVED = "nothing_resolved"  # e cannot be observed where no eligibility is known
    UNKNOWNS_REMAIN = "unknowns_remain"  # RR5 and RR6 leave the unknowns out, which only fits when there are none


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate in [0, 1], or why there is none. Numerator and denominator are cases, or workplaces when weighted."""

    value: float | None
    numerator: float
    denominator: float | None
    missing: Missing | None = None


@dataclass(frozen=True, slots=True)
class Counts:
    """Cases by AAPOR group, or the sums of their design weights; each ≥ 0.

    Attributes:
        unknown: of unknown eligibility, UH and UO together: no formula tells them apart.
        to_look_up: how many of ``unknown`` have not been looked up in a newer register.
    """

    complete: float = 0
    partial: float = 0
    refusal: float = 0  # and break-off
    non_contact: float = 0
    other: float = 0
    unknown: float = 0
    not_eligible: float = 0
    to_look_up: float = 0

    @classmethod
    def of(cls, outcomes: Mapping[CaseOutcome, float]) -> "Counts":
        """Add up cases, or weights, by outcome."""
        sums = dict.fromkeys(Group, 0.0)
        for outcome, cases in outcomes.items():
            sums[AAPOR[outcome].group] += cases
        return cls(
            complete=sums[Group.COMPLETE],
            partial=sums[Group.PARTIAL],
            refusal=sums[Group.REFUSAL],
            non_contact=sums[Group.NON_CONTACT],
            other=sums[Group.OTHER],
            unknown=sums[Group.UNKNOWN] + sums[Group.UNKNOWN_OTHER],
            not_eligible=sums[Group.NOT_ELIGIBLE],
            to_look_up=sum(cases for outcome, cases in outcomes.items() if outcome in TO_LOOK_UP),
        )

    @property
    def eligible(self) -> float:
        """Known to be eligible: I + P + R + NC + O."""
        return self.complete + self.partial + self.refusal + self.non_contact + self.other

    @property
    def sampled(self) -> float:
        return self.eligible + self.unknown + self.not_eligible

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))


def eligibility(counts: Counts) -> Rate:
    """Return *e*, the share of eligible among the resolved cases of a level: eligible / (eligible + not eligible).

    Args:
        counts: design-weighted, of one level (municipality, region, state).

    ``NOT_LOOKED_UP`` as long as a silent or bounced unit of the level has not been looked up in a newer register: only
    then is *e* observed of those that the survey itself hears nothing from, and not borrowed from those that answer.
    Source: AAPOR (2023), Standard Definitions, 10th ed., on estimating e ("proportional allocation", or CASRO).
    """
    if counts.to_look_up:
        return Rate(None, counts.eligible, None, Missing.NOT_LOOKED_UP)
    resolved = counts.eligible + counts.not_eligible
    if not resolved:
        return Rate(None, 0, None, Missing.NOTHING_RESOLVED)
    return Rate(counts.eligible / resolved, counts.eligible, resolved)


def aapor_rates(levels: Mapping[str, Counts], e: Mapping[str, Rate]) -> dict[str, Rate]:
    """Return RR1–RR6, COOP1–COOP4, REF1–REF3 and CON1–CON3 of a group of cases.

    Args:
        levels: the group's counts by level, unweighted or design-weighted.
        e: ``eligibility`` by level, for each level of which the group has cases of unknown eligibility.

    Unknown cases of a level count as e × their number in RR3, RR4, REF2 and CON2, which therefore have no value where
    *e* has none. RR5 and RR6 have a value only when no unknown case is left. REF3 and CON3 are of the cases known to be
    eligible.
    Source: AAPOR (2023), Standard Definitions, 10th ed., on calculating outcome rates.
    """
    c = sum(levels.values(), Counts())
    usable, contacted = c.complete + c.partial, c.complete + c.partial + c.refusal + c.other
    cooperative = usable + c.refusal
    every, known = c.eligible + c.unknown, c.eligible
    estimated, missing = _estimated(levels, e)
    remain = Missing.UNKNOWNS_REMAIN if c.unknown else None
    return {
        "RR1": _rate(c.complete, every),
        "RR2": _rate(usable, every),
        "RR3": _rate(c.complete, known + estimated, missing),
        "RR4": _rate(usable, known + estimated, missing),
        "RR5": _rate(c.complete, known, remain),
        "RR6": _rate(usable, known, remain),
        "COOP1": _rate(c.complete, contacted),
        "COOP2": _rate(usable, contacted),
        "COOP3": _rate(c.complete, cooperative),
        "COOP4": _rate(usable, cooperative),
        "REF1": _rate(c.refusal, every),
        "REF2": _rate(c.refusal, known + estimated, missing),
        "REF3": _rate(c.refusal, known),
        "CON1": _rate(contacted, every),
        "CON2": _rate(contacted, known + estimated, missing),
        "CON3": _rate(contacted, known),
    }


def _estimated(levels: Mapping[str, Counts], e: Mapping[str, Rate]) -> tuple[float, Missing | None]:
    """Return the sum of e × unknown over the levels, or why there is none."""
    total = 0.0
    for level, counts in levels.items():
        if counts.unknown:
            rate = e[level]
            if rate.value is None:
                return 0.0, rate.missing
            total += rate.value * counts.unknown
    return total, None


def _rate(numerator: float, denominator: float, missing: Missing | None = None) -> Rate:
    if missing:
        return Rate(None, numerator, None, missing)
    if not denominator:
        return Rate(None, numerator, denominator, Missing.NOTHING_IN_IT)
    return Rate(numerator / denominator, numerator, denominator)
