"""Response rates from counts of cases (docs/methods/response-rates.md)."""

import math
from dataclasses import dataclass


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

    ``invited`` counts cases that a mail was sent to. The others count cases by disposition, so a case is in one
    of them at most: ``bounced`` have not started, ``started`` have not submitted.

    Raises: ValueError if more cases are submitted and not eligible together than were sampled.
    """

    sampled: int
    invited: int
    bounced: int
    started: int
    submitted: int
    declined: int
    ineligible_reported: int
    not_eligible: int

    def __post_init__(self) -> None:
        if self.submitted + self.not_eligible > self.sampled:
            raise ValueError(f"{self.submitted} submitted and {self.not_eligible} not eligible of {self.sampled}")

    @property
    def response_rate(self) -> float | None:
        return response_rate(self.sampled, self.submitted)

    @property
    def response_rate_of_eligible(self) -> float | None:
        return response_rate_of_eligible(self.sampled, self.submitted, self.not_eligible)
