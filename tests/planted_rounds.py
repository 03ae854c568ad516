"""Rounds drawn from the made-up population and answered at once, to hold intervals and weights to the planted truth.

A round here is what docs/methods/simulation.md describes, without its days: a stratified sample is drawn, each leader
comes to an invitation or a reminder with the probability of ``responses.simulation.behaviour`` and stays or declines,
and closed or merged workplaces that come are known not to be eligible.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from responses.simulation.behaviour import DECLINE, DECLINE_OF_OTHERS, GIVE_UP, SHARE_BOUNCING, leader
from responses.simulation.planted import Cell, Codes, planted_codes, true_share
from responses.simulation.register import write_register
from responses.simulation.truth import plant
from responses.statistics.estimation import Design, ShareEstimate, share
from responses.statistics.weighting import collapse_strata
from surveys.frame_file import FrameRow, read_frame
from surveys.questionnaire.definition import Questionnaire, Register
from surveys.sampling import Unit, allocate, stratify

IN_SCOPE = "in_scope"
Integers = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Population:
    """The frame, in its order, with what every workplace would answer.

    Attributes:
        stratum: number of each workplace's stratum; ``strata`` are their level, industry groups and size classes.
        sizes: workplaces to be drawn, by stratum.
        codes: by the text of an expression.
        answering: the probability that a sampled workplace answers, or is found not to be eligible.
        register: codes of level, industry group, size class and region, by name.
    """

    stratum: Integers
    strata: tuple[tuple[str, str, str], ...]
    sizes: Integers
    codes: Mapping[str, Codes]
    answering: Floats
    register: Mapping[str, NDArray[np.str_]]

    @property
    def populations(self) -> Integers:
        return np.bincount(self.stratum, minlength=len(self.strata))

    def truth(self, cell: Cell) -> float | None:
        return true_share(cell, self.codes)


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """The workplaces that carry weight, by their place in the frame, respondents and known ineligible ones alike."""

    rows: Integers
    design: Design


def population(
    questionnaire: Questionnaire, cells: Iterable[Cell], *, size: int, sample: int, biased: bool, seed: int = 1
) -> Population:
    """Make a frame of so many workplaces, plan a sample of it, and evaluate what the cells rest on."""
    rows = read_frame(write_register(size, seed)).rows
    frame = [(row.register_id, _register(row)) for row in rows]
    stratification = stratify(Unit(r.register_id, r.level, r.industry_group, r.size_class, 0.0) for r in rows)
    number = {u.register_id: place for place, s in enumerate(stratification.strata) for u in s.units}
    sizes = allocate({s.code: s.population for s in stratification.strata}, sample)
    names = ("level", "industry_group", "size_class", "region")
    return Population(
        stratum=np.array([number[row.register_id] for row in rows]),
        strata=tuple((s.level, "+".join(s.industry_groups), "+".join(s.size_classes)) for s in stratification.strata),
        sizes=np.array([sizes[s.code] for s in stratification.strata]),
        codes=planted_codes(questionnaire, frame, {IN_SCOPE, *(t for cell in cells for t in cell.texts)}, seed),
        answering=_answering(rows, frame, biased, seed),
        register={name: np.array([getattr(row, name) for row in rows]) for name in names},
    )


def draw(of: Population, rng: np.random.Generator) -> Drawn:
    """Draw a sample and let it answer; weights are the live ones, N_h / m_h in collapsed strata."""
    order = np.lexsort((rng.random(of.stratum.size), of.stratum))
    first = np.concatenate([[0], np.cumsum(of.populations)[:-1]])
    place = np.empty_like(order)
    place[order] = np.arange(order.size) - first[of.stratum[order]]
    drawn = place < of.sizes[of.stratum]
    rows = np.flatnonzero(drawn & (rng.random(of.stratum.size) < of.answering))
    counts = np.bincount(of.stratum[rows], minlength=len(of.strata))
    collapsed = collapse_strata(of.strata, of.populations.tolist(), counts.tolist())
    return Drawn(rows, Design.of(np.array(collapsed.stratum)[of.stratum[rows]], collapsed.populations))


def estimated(of: Population, drawn: Drawn, cell: Cell, design: Design | None = None) -> ShareEstimate:
    """Return the estimate of a cell; with the weights of another design where one is given."""
    codes, domain = of.codes[cell.share][drawn.rows], of.codes[cell.domain][drawn.rows] == 1
    return share(design or drawn.design, codes, domain)


def _register(row: FrameRow) -> Register:
    return {
        "reg_level": row.level,
        "reg_industry_group": row.industry_group,
        "reg_employees": row.employees,
        "reg_size_class": row.size_class,
        "reg_region": row.region,
    }


def _answering(rows: Sequence[FrameRow], frame: Sequence[tuple[str, Register]], biased: bool, seed: int) -> Floats:
    """Return the probability of each workplace: to come to a mail that arrives, and neither decline nor give up."""
    truth = plant(frame, seed)
    found = []
    for row, (register_id, register) in zip(rows, frame, strict=True):
        answers: Mapping[str, Any] = truth[register_id]
        who = leader(register_id, register, answers, row.address_kind, seed, biased=biased)
        comes = 1 - (1 - who.reaction[0]) * (1 - who.reaction[1])
        decline = DECLINE if not biased or "latest_type" in answers else DECLINE_OF_OTHERS
        found.append(comes * (1 - SHARE_BOUNCING) * (1 - decline - GIVE_UP) if row.email else 0.0)
    return np.array(found)
