"""The answers about the latest innovation, for the innovative workplaces of the frame."""

from collections.abc import Mapping, Sequence

from responses.simulation import shares as planted
from responses.simulation.dealing import Deck, Unit, split, without


def plant(deck: Deck, units: Sequence[Unit]) -> None:
    """Answer for the innovative workplaces; questions that rest on others come after them."""
    _types(deck, units)
    _politics(deck, units)
    _novelty(deck, units)
    _employees(deck, units)
    _partners(deck, units)
    _funding(deck, units)
    _actors(deck, units)
    _reasons(deck, units)
    _phases(deck, units)
    _other_factors(deck, units)
    _technology(deck, units)
    _values(deck, units)
    _evaluation(deck, units)
    deck.answer(units, "shared", planted.SHARED)
    for unit in units:
        _fill_in(unit)


def _types(deck: Deck, units: Sequence[Unit]) -> None:
    for unit, pattern in deck.deal(units, planted.TYPE_PATTERNS):
        types = pattern.split()
        unit.answers["latest_type"] = types
        unit.answers["innov"] = {
            row: "yes" if row in types or deck.chance(0.25) else "dk" if deck.chance(0.06) else "no"
            for row in planted.TYPES
        }
    for unit in deck.pick(units, 0.6):
        unit.answers["latest_desc"] = deck.rng.choice(planted.DESCRIPTIONS)


def _politics(deck: Deck, units: Sequence[Unit]) -> None:
    """Who started it, by level; who helped, so that the parts and their union are the published ones."""
    helped: list[Unit] = []
    for level, shares in planted.INITIATED.items():
        here = [unit for unit in units if unit.level == level]
        for unit, initiated in deck.deal(here, shares):
            unit.initiated = initiated
        others = [unit for unit in here if unit.initiated == "other"]
        helped += deck.pick(others, planted.POLITICALLY_POSITIVE * len(here) - (len(here) - len(others)), of=1)
    promoted: dict[str, list[Unit]] = {"leadership": [], "legislation": []}
    for unit, by in deck.deal(helped, planted.HELPED):
        for who in promoted if by == "both" else (by,):
            promoted[who].append(unit)
    for who, mark in (("leadership", "pol_leadership"), ("legislation", "legislation")):
        started = [unit for unit in units if unit.initiated in (who, "both")]
        for unit in started:
            unit.marks("initiators").append(mark)
        promoted[who] += deck.pick(started, planted.HELPED_BY_ITS_INITIATOR[who])
        rest = [unit for unit in units if unit.initiated not in (who, "both", "other")]
        promoted[who] += deck.pick(rest, planted.PROMOTED_BY[who] * len(units) - len(promoted[who]), of=1)
        deck.rate(promoted[who], "factors", mark, planted.PROMOTED)
        deck.rate(without(units, promoted[who]), "factors", mark, planted.NOT_PROMOTED_BY[mark], of=len(units))


def _novelty(deck: Deck, units: Sequence[Unit]) -> None:
    for political, group in _by_initiation(units):
        deck.answer(group, "novelty", planted.NOVELTY[political])
    copies = [unit for unit in units if unit.answers["novelty"] == "copy"]
    others = without(units, copies)
    linked = split(units, others, planted.CORE_LINKED, planted.CORE_LESS_IN_COPIES)
    for group, share in zip((others, copies), linked, strict=True):
        shares = {
            "no": 1 - share - planted.CORE_DK,
            "dk": planted.CORE_DK,
            "future": planted.CORE_FUTURE,
            "current": 0.0,
        }
        deck.answer(group, "core_task", shares)
    deck.answer(units, "practice_break", planted.PRACTICE_BREAK)
    reused = [unit for unit in units if unit.answers["novelty"] in ("adapted", "copy")]
    unknown = deck.pick(reused, planted.CHANNEL_DK)
    for unit in unknown:
        unit.answers["insp_channel"] = ["dk"]
    known = without(reused, unknown)
    deck.mark(known, "insp_channel", "other", planted.CHANNEL_OTHER, of=len(reused))
    for political, group in _by_initiation(known):
        deck.mark(group, "insp_channel", "pol_leadership", planted.CHANNEL_LEADERSHIP[political])
    for unit in known:
        unit.marks("insp_channel").extend(deck.some_of(planted.CHANNELS, deck.rng.randint(1, 3)))


def _employees(deck: Deck, units: Sequence[Unit]) -> None:
    linked = [unit for unit in units if _about_core_task(unit)]
    shares = split(units, linked, planted.EMPLOYEES_PROMOTED, 0.15)
    for group, share in zip((linked, without(units, linked)), shares, strict=True):
        deck.rate(group, "factors", "employees", planted.scale(share * 0.45, share * 0.55, 0.06, 0.02, 0.02))


def _partners(deck: Deck, units: Sequence[Unit]) -> None:
    for political, group in _by_initiation(units):
        for unit, code in deck.deal(group, planted.COLLABORATION[political]):
            unit.answers["collab"] = [] if code == "together" else [code]
        together = [unit for unit in group if _marks_possible(unit, "collab")]
        for partner, shares in planted.PARTNERS.items():
            possible = [unit for unit in together if planted.OWN_LEVEL[unit.level] != partner]
            deck.mark(
                possible,
                "collab",
                partner,
                shares[not political],
                of=len(group) * len(possible) / max(1, len(together)),
            )


def _funding(deck: Deck, units: Sequence[Unit]) -> None:
    for unit, code in deck.deal(units, planted.FUNDING):
        unit.answers["finance"] = [] if code == "money" else [code]
    paid = [unit for unit in units if _marks_possible(unit, "finance")]
    for source, share in planted.SOURCES.items():
        deck.mark(paid, "finance", source, share, of=len(units))


def _actors(deck: Deck, units: Sequence[Unit]) -> None:
    legislated = [unit for unit in units if unit.initiated in ("legislation", "both")]
    _actor(deck, legislated, "citizens", planted.CITIZENS, planted.CITIZENS_SHOW_IN_LEGISLATION)
    _actor(deck, without(units, legislated), "citizens", planted.CITIZENS, planted.CITIZENS_SHOW)
    _actor(deck, units, "foundations", planted.FOUNDATIONS, planted.FOUNDATIONS_SHOW)
    _actor(deck, units, "companies", planted.COMPANIES, planted.COMPANIES_SHOW)


def _actor(deck: Deck, units: Sequence[Unit], actor: str, share: float, shows: Mapping[str, float]) -> None:
    """Give an actor a positive role in a share of the innovations, shown in at least one question."""
    helped = []
    for unit in deck.pick(units, share):
        multi = ("initiators", "collab", "finance")
        found = [code for code in multi if deck.chance(shows.get(code, 0.0)) and _marks_possible(unit, code)]
        for code in found:
            unit.marks(code).append(actor)
        if not found or deck.chance(shows["factors"]):
            helped.append(unit)
    deck.rate(helped, "factors", actor, planted.PROMOTED)
    deck.rate(without(units, helped), "factors", actor, planted.NOT_PROMOTED)


def _marks_possible(unit: Unit, question: str) -> bool:
    marks = unit.marks(question)
    return not any(mark in planted.EXCLUSIVE for mark in marks) and (
        question != "initiators" or len(marks) < planted.MOST_REASONS
    )


def _reasons(deck: Deck, units: Sequence[Unit]) -> None:
    for unit in units:
        marks = unit.marks("initiators")
        if not marks and deck.chance(0.02):
            marks.append("dk")
            continue
        promoted = unit.cells("factors")["employees"] in planted.PROMOTED
        reasons = {"employees": 0.5 if promoted else 0.25} | planted.REASONS
        marks.extend(deck.some_of(reasons, deck.rng.choices((1, 2, 3), (0.25, 0.35, 0.4))[0] - len(marks)))


def _phases(deck: Deck, units: Sequence[Unit]) -> None:
    for unit in units:
        if not unit.marks("collab"):
            unit.marks("collab").append("own_org")
    together = [unit for unit in units if _marks_possible(unit, "collab")]
    for unit, flag in deck.deal(together, planted.PHASE_FLAGS):
        rows = {partner: deck.some_of(planted.PHASES, deck.rng.randint(1, 3)) for partner in unit.marks("collab")}
        row = deck.rng.choice(list(rows))
        if flag:
            rows[row] = ["dk"] if flag == "dk" else [*rows[row], "other"]
        unit.answers["collab_phase"] = rows


def _other_factors(deck: Deck, units: Sequence[Unit]) -> None:
    together = [unit for unit in units if "collab_phase" in unit.answers]
    for group, scale in zip((together, without(units, together)), planted.SAFE_OPERATIONS, strict=True):
        deck.rate(group, "factors", "safe_operations", scale)
    for row, scale in planted.FACTORS.items():
        deck.rate(units, "factors", row, scale)


def _technology(deck: Deck, units: Sequence[Unit]) -> None:
    deck.answer(units, "tech_degree", planted.TECH_DEGREE)
    technological = [unit for unit in units if unit.answers["tech_degree"] in ("is_tech", "important")]
    deck.answer(technological, "tech_newness", planted.TECH_NEWNESS)


def _values(deck: Deck, units: Sequence[Unit]) -> None:
    for political, group in _by_initiation(units):
        for value, (share, other_share, difference) in planted.VALUES.items():
            _value(deck, group, value, share if political else other_share, difference)
    for initiated, share in planted.CITIZEN_INVOLVEMENT.items():
        group = [unit for unit in units if unit.initiated == initiated]
        _value(deck, group, "citizen_involvement", share, planted.CITIZEN_INVOLVEMENT_MORE_IN_CORE)


def _value(deck: Deck, units: Sequence[Unit], value: str, share: float, difference: float) -> None:
    linked = [unit for unit in units if _about_core_task(unit)]
    shares = split(units, linked, share, difference)
    for group, part in zip((linked, without(units, linked)), shares, strict=True):
        deck.mark(group, "values", value, part)


def _evaluation(deck: Deck, units: Sequence[Unit]) -> None:
    deck.answer(units, "evaluated", planted.EVALUATED)
    evaluated = [unit for unit in units if unit.answers["evaluated"] in ("external", "internal")]
    for unit in evaluated:
        unit.marks("eval_purpose").extend(deck.some_of(planted.PURPOSES, deck.rng.randint(1, 3)))
        unit.marks("eval_elements").extend(deck.some_of(planted.ELEMENTS, deck.rng.randint(1, 3)))
    deck.mark(evaluated, "eval_purpose", "other", 0.05)
    deck.mark(evaluated, "eval_elements", "other", 0.09)


def _fill_in(unit: Unit) -> None:
    """What an answer must not lack: a mark where nothing was dealt, and words beside "other"."""
    for code, mark in (("values", "dk"), ("finance", "central_own_org")):
        if not unit.marks(code):
            unit.marks(code).append(mark)
    for code, marks in list(unit.answers.items()):
        if isinstance(marks, list) and "other" in marks:
            unit.answers[f"{code}.other"] = planted.OWN_WORDS


def _by_initiation(units: Sequence[Unit]) -> list[tuple[bool, list[Unit]]]:
    """Return the politically initiated (True) and the others (False)."""
    political = [unit for unit in units if unit.initiated != "other"]
    return [(True, political), (False, without(units, political))]


def _about_core_task(unit: Unit) -> bool:
    return unit.answers["core_task"] in ("current", "future")
