"""What every workplace of the frame would answer: together they have the published figures of the third edition.

docs/methods/simulation.md says how each figure is planted. Shares are those of the publication; where it prints none
they are guesses, in the direction that it tells. Codes are those of innovation-barometer-dk-2018-19.
"""

import random
from collections.abc import Iterable, Sequence

from responses.simulation import latest
from responses.simulation import shares as planted
from responses.simulation.dealing import Deck, Unit, without
from surveys.questionnaire.definition import Answers, Register


def plant(frame: Iterable[tuple[str, Register]], seed: int) -> dict[str, Answers]:
    """Return the true answers of every workplace, by register id; complete for its route.

    They depend on the frame and the seed, never on the sample. Lists of marks come in no special order.

    Args:
        frame: register id and register variables (``reg_level`` and ``reg_size_class`` are read) of each workplace.
    """
    units = [
        Unit(register_id, str(register["reg_level"]), str(register["reg_size_class"]))
        for register_id, register in sorted(frame, key=lambda workplace: workplace[0])
    ]
    deck = Deck(random.Random(f"truth {seed}"))
    in_scope = _scope(deck, units)
    innovators = _innovative(deck, in_scope)
    latest.plant(deck, innovators)
    _unfinished(deck, without(in_scope, innovators))
    _culture(deck, in_scope)
    return {unit.register_id: unit.answers for unit in units}


def _scope(deck: Deck, units: Sequence[Unit]) -> list[Unit]:
    for level in planted.INNOVATIVE:
        deck.answer([unit for unit in units if unit.level == level], "unit_confirm", planted.UNIT)
    closed, merged = ([u for u in units if u.answers["unit_confirm"] == code] for code in ("closed", "merged"))
    in_scope = without(units, closed + merged)
    deck.answer(in_scope, "respondent_role", planted.ROLE)
    deck.answer(closed + merged, "respondent_role", planted.ROLE_OUT_OF_SCOPE)
    deck.answer(closed, "closed_when", planted.CLOSED_WHEN)
    for unit in merged:
        unit.answers["merged_into"] = f"Arbejdsplads {deck.rng.randint(1, 9999):04d} (øvelse)"
    return in_scope


def _innovative(deck: Deck, in_scope: Sequence[Unit]) -> list[Unit]:
    """The published share of each level, within it higher the larger the workplace."""
    innovators: list[Unit] = []
    for level, share in planted.INNOVATIVE.items():
        here = [unit for unit in in_scope if unit.level == level]
        mean = sum(planted.INNOVATIVE_BY_SIZE[unit.size_class] for unit in here) / max(1, len(here))
        for size_class, difference in planted.INNOVATIVE_BY_SIZE.items():
            alike = [unit for unit in here if unit.size_class == size_class]
            innovators += deck.pick(alike, share + difference - mean)
    return innovators


def _unfinished(deck: Deck, units: Sequence[Unit]) -> None:
    for unit in units:
        unit.answers["innov"] = {row: "dk" if deck.chance(0.08) else "no" for row in planted.TYPES}
    deck.answer(units, "ongoing", planted.ONGOING)
    going_on = [unit for unit in units if unit.answers["ongoing"] == "yes"]
    for unit, types in deck.deal(going_on, planted.TYPE_PATTERNS):
        unit.answers["ongoing_type"] = types.split()
    for row, shares in planted.ONGOING_FACTORS.items():
        deck.rate(going_on, "ongoing_factors", row, shares)


def _culture(deck: Deck, in_scope: Sequence[Unit]) -> None:
    for row, shares in planted.CULTURE.items():
        deck.rate(in_scope, "culture", row, shares)
    for unit in deck.pick(in_scope, 0.04):
        unit.answers["comment"] = deck.rng.choice(planted.COMMENTS)
