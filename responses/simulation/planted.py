"""What is true of the made-up population, indicator by indicator, to hold the estimates of a rehearsal to.

The truth is the **finite-population value**: the share over all workplaces of the frame, each with the answers that it
would give. It is no probability of a model, for answers are dealt out in exact proportions; and an interval with a
finite population correction is a statement about just this share.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit, stdtrit

from responses.estimates import EVERY, chosen, edition_of, estimate, indicators_of
from responses.simulation.register import write_register
from responses.simulation.truth import plant
from responses.statistics.estimation import CONFIDENCE, ShareEstimate
from responses.table_maker import rank_options
from surveys.frame_file import read_frame
from surveys.models import Round, Workplace
from surveys.questionnaire.definition import Questionnaire, Register
from surveys.questionnaire.expression import parse
from surveys.questionnaire.indicator_definition import WHOLE, Indicator, Indicators
from surveys.questionnaire.routing import route

Codes = NDArray[np.int8]
UNKNOWN = -1
SURE = 0.999
ROUNDING = 1e-12


@dataclass(frozen=True, slots=True)
class Cell:
    """One share to be estimated: of those for whom ``domain`` holds, how many have ``share``; both are expressions.

    ``group`` is "" for everybody, ``option`` that of a ranking or "". ``printed``: per cent, exactly or roughly.
    """

    indicator: str
    group: str
    option: str
    share: str
    domain: str
    printed: float | None

    @property
    def texts(self) -> tuple[str, str]:
        return self.share, self.domain


@dataclass(frozen=True, slots=True)
class Held:
    """An estimate held to the truth, which is a share 0–1."""

    cell: Cell
    truth: float
    estimate: ShareEstimate

    @property
    def covered(self) -> bool:
        """Whether the 95 % interval covers the truth."""
        return covers(self.estimate, self.truth, CONFIDENCE)

    @property
    def surely_covered(self) -> bool:
        """Whether the 99.9 % interval does."""
        return covers(self.estimate, self.truth, SURE)


def cells(questionnaire: Questionnaire, known: Indicators) -> Iterator[Cell]:
    """Yield every share of the indicators of the questionnaire's own edition: by their groups, where they have some."""
    indicators, _other_editions = chosen(known, [EVERY], edition_of(questionnaire))
    for indicator in indicators:
        shares = rank_options(questionnaire, indicator.rank) if indicator.rank else {"": _text(indicator)}
        for option, share in shares.items():
            yield from _cells(indicator, option, share)


def _text(indicator: Indicator) -> str:
    assert indicator.share is not None, "an indicator is a share or a ranking"
    return indicator.share.text


def _cells(indicator: Indicator, option: str, share: str) -> Iterator[Cell]:
    base = indicator.base.text
    groups = indicator.by.groups if indicator.by else ()
    domains = {group.code: f"({base}) and ({group.when.text})" for group in groups}
    for group, domain in (domains or {WHOLE: base}).items():
        printed = indicator.published.get(group, indicator.about.get(group))
        yield Cell(indicator.id, group, option, share, domain, printed)


def planted_codes(
    questionnaire: Questionnaire, frame: Sequence[tuple[str, Register]], texts: Iterable[str], seed: int
) -> dict[str, Codes]:
    """Evaluate expressions for every workplace of a frame, with the answers that it would give; in the frame's order.

    Returns: 1 it holds, 0 it does not, −1 unknown, by the text of the expression.
    """
    answers = plant(frame, seed)
    expressions = {text: parse(text) for text in texts}
    codes: dict[str, list[int]] = {text: [] for text in expressions}
    for register_id, register in frame:
        taken = route(questionnaire, register, answers[register_id])
        for text, expression in expressions.items():
            value = taken.evaluate(expression)
            codes[text].append(UNKNOWN if value is None else int(value is True))
    return {text: np.array(found, dtype=np.int8) for text, found in codes.items()}


def true_share(cell: Cell, codes: Mapping[str, Codes]) -> float | None:
    """Return the share of the population, 0–1; None for a base of nobody. Unknown counts in neither part."""
    share = codes[cell.share][codes[cell.domain] == 1]
    known = share[share != UNKNOWN]
    return float(np.mean(known == 1)) if known.size else None


def hold(round_: Round, seed: int, language: str) -> Iterator[Held]:
    """Yield every estimate of a rehearsal that has an interval, as ``estimate`` gives it, beside the planted truth.

    Args:
        seed: with which the round was simulated: another one would plant other answers.

    Raises: NoIndicators.
    """
    questionnaire = round_.questionnaire.definition()
    wanted = list(cells(questionnaire, indicators_of(questionnaire)))
    frame = [(each.register_id, each.register()) for each in Workplace.objects.of_round(round_)]
    codes = planted_codes(questionnaire, frame, {text for cell in wanted for text in cell.texts}, seed)
    tables = estimate(round_, [EVERY], language).tables
    found = {(line.indicator, line.group, line.option): line.estimate for table in tables for line in table.lines}
    for cell in wanted:
        truth, estimated = true_share(cell, codes), found[cell.indicator, cell.group, cell.option]
        if truth is not None and estimated.interval_low is not None:
            yield Held(cell, truth, estimated)


def simulated_with(round_: Round, seed: int) -> bool:
    """Whether the frame is the made-up register of this seed: another seed's truth would look much like it."""
    frame = set(Workplace.objects.of_round(round_).values_list("register_id", "name"))
    rows = read_frame(write_register(len(frame), seed)).rows
    return frame == {(row.register_id, row.name) for row in rows}


def covers(found: ShareEstimate, truth: float, confidence: float) -> bool:
    low, high = interval(found, confidence)
    return low - ROUNDING <= truth <= high + ROUNDING


def interval(found: ShareEstimate, confidence: float) -> tuple[float, float]:
    """Return the interval of another confidence, from the 95 % one.

    On the logit scale a half width goes with the t quantile. At 0 and 1 Korn and Graubard's limits are (α/2)^(1/n).
    """
    low, high = found.interval_low, found.interval_high
    assert found.estimate is not None and low is not None and high is not None
    tail, own = (1 - confidence) / 2, (1 - CONFIDENCE) / 2
    if low == high:  # everybody was counted
        return low, high
    if found.estimate == 0:
        return 0.0, float(1 - (1 - high) ** (np.log(tail) / np.log(own)))
    if found.estimate == 1:
        return float(low ** (np.log(tail) / np.log(own))), 1.0
    factor = stdtrit(found.degrees_of_freedom, 1 - tail) / stdtrit(found.degrees_of_freedom, 1 - own)
    centre = logit(found.estimate)
    return float(expit(centre + factor * (logit(low) - centre))), float(expit(centre + factor * (logit(high) - centre)))
