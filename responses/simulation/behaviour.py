"""How simulated leaders react to mails: whether, when, and how far they get.

Everything is drawn from the seed and the register id (or the address), so what one leader does depends neither on the
sample nor on the order in which things are computed. docs/methods/simulation.md explains the numbers.
"""

import math
import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from surveys.questionnaire.definition import Answers, Register

# The logit of reacting to one contact.
REACTION = -0.52
REACTION_BY_LEVEL = {"municipality": 0.0, "region": -0.25, "state": 0.15}
REACTION_BY_SIZE = {"s1_9": -0.25, "s10_24": 0.0, "s25_49": 0.1, "s50_99": 0.15, "s100_plus": 0.1}
REACTION_BY_ADDRESS = {"person": 0.1, "workplace": -0.1, "authority": -0.5}
REACTION_OF_INNOVATORS = 0.15
REACTION_LATER = -0.35  # to a reminder

SHARE_QUICK, QUICK_DAYS, SLOW_DAYS = 0.6, 1.2, 12.0  # mean days until the visit
SHARE_BOUNCING = 0.02  # of the addresses
SHARE_ON_PHONE = 0.18  # of the leaders
SHARE_SCANNED = 0.02  # of the leaders: something opens every link in their mails first

DECLINE, DECLINE_OF_OTHERS = 0.05, 0.075  # of the visits; others: who had no innovation
GIVE_UP, PAUSE = 0.045, 0.14  # leave in the middle: for good, or for some days
LONGEST_PAUSE_DAYS = 9
CONFIRM_DAYS = 4


@dataclass(frozen=True, slots=True)
class Visit:
    """One visit to the questionnaire.

    Attributes:
        pages: how many pages are answered before leaving; None means all, and sending the answers.
        returns_after: days until the visit in which the rest is answered, or None.
    """

    declines: bool = False
    pages: int | None = None
    returns_after: int | None = None


@dataclass(frozen=True, slots=True)
class Leader:
    """Who answers for one workplace.

    Attributes:
        reaction: the probability of reacting to an invitation, and to a reminder.
        seconds: what a page takes.
        on_phone: whether the questionnaire is filled in on a telephone.
        scanned: whether a mail scanner opens the links before anybody else.
    """

    rng: random.Random
    reaction: tuple[float, float]
    visit: Visit
    seconds: int
    on_phone: bool
    scanned: bool

    def reacts_at(self, contacted: datetime, *, reminder: bool) -> datetime | None:
        """Return when a contact brings the leader to the questionnaire, or None; to be asked once per contact."""
        if self.rng.random() >= self.reaction[reminder]:
            return None
        mean = QUICK_DAYS if self.rng.random() < SHARE_QUICK else SLOW_DAYS
        return at_work(contacted, self.rng.expovariate(1 / mean), self.rng)

    def returns_at(self, left: datetime, days: int) -> datetime:
        """Return when the leader comes back to an unfinished questionnaire."""
        return at_work(left, days, self.rng)


def leader(
    register_id: str, register: Register, answers: Answers, address_kind: str, seed: int, *, biased: bool = True
) -> Leader:
    """Return the leader of a workplace, who will answer as the truth says.

    Unless ``biased``, everybody reacts and declines as those do who had an innovation.
    """
    rng = random.Random(f"leader {seed} {register_id}")
    innovative = "latest_type" in answers
    logit = (
        REACTION
        + REACTION_BY_LEVEL[str(register["reg_level"])]
        + REACTION_BY_SIZE[str(register["reg_size_class"])]
        + REACTION_BY_ADDRESS[address_kind]
        + REACTION_OF_INNOVATORS * (innovative or not biased)
    )
    return Leader(
        rng=rng,
        reaction=(_probability(logit), _probability(logit + REACTION_LATER)),
        visit=_visit(rng, innovative, DECLINE if innovative or not biased else DECLINE_OF_OTHERS),
        seconds=rng.randint(20, 90),
        on_phone=random.Random(f"device {seed} {register_id}").random() < SHARE_ON_PHONE,
        scanned=rng.random() < SHARE_SCANNED,
    )


def bounces(address: str, seed: int) -> bool:
    """Return whether mail to an address comes back."""
    return random.Random(f"address {seed} {address}").random() < SHARE_BOUNCING


def at_work(after: datetime, days: float, rng: random.Random) -> datetime:
    """Return a moment about so many days later: the same day, or in working hours, seldom at a weekend."""
    if days < 0.25:
        return after + timedelta(minutes=2 + 400 * days)
    moment = (after + timedelta(days=max(1, int(days)))).replace(hour=8, minute=0, second=0, microsecond=0)
    if moment.weekday() >= 5 and rng.random() < 0.85:
        moment += timedelta(days=7 - moment.weekday())
    return moment + timedelta(minutes=rng.triangular(0, 600, 90))


def _visit(rng: random.Random, innovative: bool, decline: float) -> Visit:
    lot, pages = rng.random(), rng.randint(1, 9 if innovative else 2)
    if lot < decline:
        return Visit(declines=True)
    if lot < decline + GIVE_UP:
        return Visit(pages=pages)
    if lot < decline + GIVE_UP + PAUSE:
        return Visit(pages=pages, returns_after=rng.randint(1, LONGEST_PAUSE_DAYS))
    return Visit()


def _probability(logit: float) -> float:
    return 1 / (1 + math.exp(-logit))
