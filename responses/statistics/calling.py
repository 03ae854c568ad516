"""Whom to call next: the call that gains most for the target response rate (docs/methods/calling-list.md)."""

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


@dataclass(frozen=True, slots=True)
class Place:
    """A case on the calling list. ``gain`` has no unit of its own: it only puts cases in order."""

    candidate: Candidate
    turn: Turn
    gain: float


def shortfalls(sampled: Mapping[int, int], submitted: Mapping[int, int], target: float) -> dict[int, float]:
    """Return how far the response rate of each stratum lies below the target.

    Args:
        sampled: cases per stratum, ≥ 1; those found not to be eligible stay in, as in the published rate.
        submitted: of these, by stratum; a stratum without any may be missing.
        target: of the round, in (0, 1].

    Returns: shares in [0, 1], 0 where the target is reached.
    """
    return {
        stratum: max(0.0, target - submitted.get(stratum, 0) / cases) for stratum, cases in sampled.items() if cases
    }


def expected_gain(candidate: Candidate, shortfall: float) -> float:
    """Return what a call to this case is expected to gain: shortfall × weight × chance.

    The chance is relative: 1 for the first call to a workplace that has not started.
    """
    chance = AFTER_A_CALL**candidate.calls * (AFTER_A_START if candidate.started else 1.0)
    return shortfall * candidate.weight * chance


def not_before(outcome: str, at: datetime, call_back_at: datetime | None) -> datetime | None:
    """Return when a workplace may be called again after its last call; None for at once."""
    if call_back_at is not None:
        return call_back_at
    return at + REST[outcome] if outcome in REST else None


def calling_list(candidates: Iterable[Candidate], shortfall: Mapping[int, float], at: datetime) -> list[Place]:
    """Put the cases in the order in which to call them at this moment.

    Agreed calls that are due come first, the one that has waited longest before the others; then by gain, and among
    equals those with fewer calls, then those of more weight, then by number; last those whose turn comes later, by
    time.
    """
    places = [_place(candidate, shortfall[candidate.stratum], at) for candidate in candidates]
    return sorted(places, key=_order)


def _place(candidate: Candidate, shortfall: float, at: datetime) -> Place:
    gain = expected_gain(candidate, shortfall)
    if candidate.not_before is None:
        return Place(candidate, Turn.NOW, gain)
    if candidate.not_before > at:
        return Place(candidate, Turn.LATER, gain)
    return Place(candidate, Turn.DUE if candidate.agreed else Turn.NOW, gain)


def _order(place: Place) -> tuple[Turn, float, float, int, float, int]:
    candidate = place.candidate
    waits = candidate.not_before if place.turn is not Turn.NOW else None
    when = waits.timestamp() if waits else 0.0
    return place.turn, when, -place.gain, candidate.calls, -candidate.weight, candidate.case
