"""Whom to call next: the call that gains most for the target and the balance (docs/methods/calling-list.md)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum

AFTER_A_CALL = 0.5  # what an earlier call leaves of the chance that the next one brings an answer
AFTER_A_START = 0.5  # who has started may well submit without a call

# How long a workplace is left in peace after a call with this outcome; what is missing here may be called at once.
REST = {
    "no_answer": timedelta(hours=3),
    "busy": timedelta(minutes=20),
    "left_message": timedelta(days=1),
    "will_answer": timedelta(days=2),
    "link_sent": timedelta(days=2),
}


class Turn(IntEnum):
    """When the turn of a case comes; the list is in this order."""

    DUE = 0  # a call was agreed for now, or earlier
    NOW = 1
    LATER = 2  # a call was agreed for later, or the workplace is left in peace for a while


@dataclass(frozen=True, slots=True)
class Candidate:
    """A case that may be called.

    Attributes:
        weight: design weight, N_h / n_h of its stratum, ≥ 1.
        lag: how far the response propensity of workplaces like it lies below the mean; below 0 where it lies above.
        group: number of its group (``propensities.Groups``).
        calls: how many there have been.
        not_before: when the next one was agreed for, or when the rest after the last one ends; None for at once.
        agreed: ``not_before`` was agreed with the workplace.
    """

    case: int
    stratum: int
    weight: float
    started: bool
    calls: int = 0
    not_before: datetime | None = None
    agreed: bool = False
    lag: float = 0.0
    group: int = 0


@dataclass(frozen=True, slots=True)
class Place:
    """A case on the calling list. ``gain`` has no unit of its own: it only puts cases in order."""

    candidate: Candidate
    turn: Turn
    gain: float


def shortfalls(
    sampled: Mapping[int, int], submitted: Mapping[int, int], target: float, *, below: bool = False
) -> dict[int, float]:
    """Return how far the response rate of each stratum lies below the target.

    Args:
        sampled: cases per stratum, ≥ 1; those found not to be eligible stay in, as in the published rate.
        submitted: of these, by stratum; a stratum without any may be missing.
        target: of the round, in (0, 1].
        below: also by how much it lies above, as a number below 0; otherwise 0 where the target is reached.
    """
    missing = {stratum: target - submitted.get(stratum, 0) / cases for stratum, cases in sampled.items() if cases}
    return missing if below else {stratum: max(0.0, share) for stratum, share in missing.items()}


def chance(candidate: Candidate) -> float:
    """Return how likely a call brings an answer, relative to the first call to a workplace that has not started."""
    return AFTER_A_CALL**candidate.calls * (AFTER_A_START if candidate.started else 1.0)


def need(candidate: Candidate, shortfall: float) -> float:
    """Return what answers of such workplaces are missing: to the target of the stratum, and to the mean. ≥ 0."""
    return max(0.0, shortfall + candidate.lag)


def expected_gain(candidate: Candidate, shortfall: float) -> float:
    """Return what a call to this case is expected to gain: need × weight × chance."""
    return need(candidate, shortfall) * candidate.weight * chance(candidate)


def not_before(outcome: str, at: datetime, call_back_at: datetime | None) -> datetime | None:
    """Return when a workplace may be called again after its last call; None for at once."""
    if call_back_at is not None:
        return call_back_at
    return at + REST[outcome] if outcome in REST else None


def calling_list(ordered: Iterable[tuple[Candidate, float]], at: datetime) -> list[Place]:
    """Put the cases in the order in which to call them at this moment.

    Agreed calls that are due come first, the one that has waited longest before the others; then by gain; last those
    whose turn comes later, by time.

    Args:
        ordered: candidates and their gain, as ``follow_up.work_list`` has them; that order stands among equals.
    """
    return sorted((Place(candidate, _turn(candidate, at), gain) for candidate, gain in ordered), key=_order)


def _turn(candidate: Candidate, at: datetime) -> Turn:
    if candidate.not_before is None:
        return Turn.NOW
    if candidate.not_before > at:
        return Turn.LATER
    return Turn.DUE if candidate.agreed else Turn.NOW


def _order(place: Place) -> tuple[Turn, float]:
    waits = place.candidate.not_before if place.turn is not Turn.NOW else None
    return place.turn, waits.timestamp() if waits else 0.0
