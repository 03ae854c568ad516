"""Live estimates of a round's indicators: each share with its uncertainty, beside the value as printed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from django.utils.translation import gettext

from barometer.problems import Problem, sentence
from responses.dataset import Dataset, dataset
from responses.problem_texts import TEXTS
from responses.round_design import Joined, RoundDesign, round_design
from responses.statistics.estimation import NOT_ANSWERED, NOT_ASKED, ShareEstimate, share
from surveys.actions.questionnaire import SHIPPED
from surveys.models import Round
from surveys.questionnaire.definition import Label, Questionnaire
from surveys.questionnaire.indicators import Indicator, Indicators, read_indicators

NOTHING = ShareEstimate(None, None, None, None, 0, 0, 0, 0.0, Problem("estimate_too_few_units", ""))


@dataclass(frozen=True, slots=True)
class Line:
    """One share.

    Attributes:
        group: a code of the indicator's ``by``; "" for everybody.
        published: as printed, 0–1; None where nothing was.
        reason: why a part of the estimate is missing; "" when all of it is there.
    """

    indicator: str
    label: str
    group: str
    estimate: ShareEstimate
    published: float | None
    reason: str


@dataclass(frozen=True, slots=True)
class Table:
    """Lines that are drawn together; in a grouped table the first one is everybody and the others are the groups."""

    title: str
    grouped: bool
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Estimates:
    """What was asked for, and what a figure has to say of itself.

    Attributes:
        responding, ineligible: submitted responses, and cases confirmed as not eligible, that carry the weights.
        population: workplaces in the frame.
        joined: strata joined because one of them had too few units.
        provisional: the round is not closed.
    """

    tables: tuple[Table, ...]
    responding: int
    ineligible: int
    population: int
    joined: tuple[Joined, ...]
    provisional: bool
    rehearsal: bool


class NoIndicators(Exception):
    """The round's questionnaire comes without indicators."""


class UnknownIndicator(Exception):
    """``known`` holds the ids that there are."""

    def __init__(self, known: Sequence[str]) -> None:
        super().__init__(", ".join(known))
        self.known = known


def indicators_of(questionnaire: Questionnaire) -> Indicators:
    """Return the indicators shipped with the instrument.

    Raises: NoIndicators; ValueError for a file that does not fit the questionnaire.
    """
    path = SHIPPED / f"{questionnaire.code}.indicators.yaml"
    if not path.is_file():
        raise NoIndicators(questionnaire.code)
    found, problems = read_indicators(path.read_text(encoding="utf-8"), questionnaire)
    if found is None:
        raise ValueError(f"{path.name}: {problems}")
    return found


def estimate(round_: Round, id_: str, language: str) -> Estimates:
    """Estimate an indicator and its parts: R3-02 with R3-02a, R3-02b and so on; R3-02f alone.

    Those that a figure draws together stand in one table, and each that is given by groups in one of its own, below a
    line for everybody. Labels of the indicators are in ``language``, other words in the active one.
    Raises: NoIndicators, UnknownIndicator.
    """
    questionnaire = round_.questionnaire.definition()
    known = indicators_of(questionnaire)
    if known.indicator(id_) is None:
        raise UnknownIndicator([indicator.id for indicator in known.indicators])
    data = dataset(round_, {expression.text for i in known.indicators for expression in (i.share, i.base)})
    basis = round_design(round_, data)
    estimator = _Estimator(questionnaire, data, basis, language)
    return Estimates(
        tables=tuple(_tables(known, id_, estimator)),
        responding=basis.responding,
        ineligible=basis.ineligible,
        population=basis.population,
        joined=basis.joined,
        provisional=round_.closed_at is None,
        rehearsal=round_.rehearsal,
    )


def _tables(known: Indicators, id_: str, estimator: "_Estimator") -> Iterator[Table]:
    asked = [i for i in known.indicators if i.id == id_ or (i.id.startswith(id_) and i.id[len(id_) :].isalpha())]
    shown: set[str] = set()
    for number, figure in enumerate(known.figures, start=1):
        bars = [indicator for indicator in asked if indicator.id in figure.bars]
        if len(bars) > 1:
            shown |= set(figure.bars)
            title = gettext("Figure %(number)s. %(title)s") % {"number": number, "title": estimator.text(figure.label)}
            yield Table(title, False, tuple(estimator.line(bar) for bar in bars))
    for indicator in asked:
        if indicator.by is not None:
            total = next((i for i in known.indicators if _totals(i, indicator)), indicator)
            shown.add(total.id)
            lines = (estimator.line(total, label=gettext("All levels")), *estimator.by_group(indicator))
            yield Table(estimator.text(indicator.label), True, lines)
    for indicator in asked:
        if indicator.by is None and indicator.id not in shown:
            yield Table(estimator.text(indicator.label), False, (estimator.line(indicator),))


def _totals(indicator: Indicator, grouped: Indicator) -> bool:
    return indicator.by is None and (indicator.share, indicator.base) == (grouped.share, grouped.base)


class _Estimator:
    """Estimates lines from one dataset and its design."""

    def __init__(self, questionnaire: Questionnaire, data: Dataset, basis: RoundDesign, language: str) -> None:
        self.questionnaire, self.data, self.basis, self.language = questionnaire, data, basis, language

    def text(self, label: Label) -> str:
        return label.text(self.language, {})

    def by_group(self, indicator: Indicator) -> Iterator[Line]:
        variable = self.questionnaire.register_variable(indicator.by or "")
        for choice in variable.codes if variable else ():
            yield self.line(indicator, group=choice.code, label=self.text(choice.label))

    def line(self, indicator: Indicator, *, group: str = "", label: str = "") -> Line:
        percent, found = indicator.published.get(group), self._share(indicator, group)
        return Line(
            indicator=indicator.id,
            label=label or self.text(indicator.label),
            group=group,
            estimate=found,
            published=None if percent is None else percent / 100,
            reason=sentence(found.problem, TEXTS) if found.problem else "",
        )

    def _share(self, indicator: Indicator, group: str) -> ShareEstimate:
        design = self.basis.design
        if design is None:
            return NOTHING
        base, codes = self.data.columns[indicator.base.text], self.data.columns[indicator.share.text]
        codes = np.where(base == NOT_ANSWERED, np.int8(NOT_ANSWERED), codes)
        domain = (base == 1) | (base == NOT_ANSWERED)
        if group and indicator.by:
            domain &= self.data.register[indicator.by] == group
        return share(design, self.basis.spread(codes, NOT_ASKED), self.basis.spread(domain, 0))
