"""Estimates of a round's indicators: each share with its uncertainty and tests, beside the value as printed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from barometer.problems import Problem, sentence
from responses.estimate_tables import Table
from responses.estimator import Estimator
from responses.groupings import condition_in_words, grouping_by, read_filter
from responses.kept import kept
from responses.problem_texts import TEXTS
from responses.round_design import Joined, RoundDesign
from responses.statistics.comparing import holm
from responses.table_maker import TableMaker, rank_options
from surveys.actions.questionnaire import SHIPPED
from surveys.models import Round
from surveys.problem_texts import TEXTS as SURVEY_TEXTS
from surveys.questionnaire.definition import Questionnaire
from surveys.questionnaire.indicator_definition import Indicator, Indicators
from surveys.questionnaire.indicators import read_indicators

EVERY = "all"
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Basis:
    """What all estimates of a round rest on, and have to say of themselves.

    Attributes:
        responding, ineligible: submitted responses, and cases confirmed as not eligible, that carry the weights.
        population: workplaces in the frame.
        joined: strata joined because one of them had too few units.
        weight_set: name of the stored weights; "" for the live weights of today.
        without_weight: submitted responses that the stored weights do not know, and that are in no line.
        without_answers: workplaces with a stored weight whose answers have been erased since.
        open: the round is not closed.
        provisional: it is not, or no stored weights are chosen.
    """

    responding: int
    ineligible: int
    population: int
    joined: tuple[Joined, ...]
    weight_set: str
    without_weight: int
    without_answers: int
    open: bool
    provisional: bool
    rehearsal: bool

    @staticmethod
    def of(round_: Round, found: RoundDesign) -> "Basis":
        return Basis(
            responding=found.responding,
            ineligible=found.ineligible,
            population=found.population,
            joined=found.joined,
            weight_set=found.weight_set,
            without_weight=found.without_weight,
            without_answers=found.without_answers,
            open=round_.closed_at is None,
            provisional=round_.closed_at is None or not found.weight_set,
            rehearsal=round_.rehearsal,
        )


@dataclass(frozen=True, slots=True)
class Estimates:
    """What was asked for.

    Attributes:
        where, where_words: the conditions that all lines are restricted to, as expressions and in words.
        left_out: indicators of other editions that "all" leaves out.
        adjusted: how many tests are adjusted for each other by Holm's method; 0 for none.
    """

    basis: Basis
    tables: tuple[Table, ...]
    where: tuple[str, ...]
    where_words: tuple[str, ...]
    left_out: tuple[str, ...]
    adjusted: int


class NoIndicators(Exception):
    """The round's questionnaire comes without indicators."""


class UnknownIndicator(Exception):
    """``known`` holds the ids that there are."""

    def __init__(self, id_: str, known: Sequence[str]) -> None:
        super().__init__(f"{id_}: {', '.join(known)}")
        self.id, self.known = id_, known


class NotEstimated(Exception):
    """The groups or the filter asked for cannot be; ``said`` tells what to do, in the active language."""

    def __init__(self, problem: Problem) -> None:
        self.problem, self.said = problem, sentence(problem, {**SURVEY_TEXTS, **TEXTS})
        super().__init__(self.said)


@kept
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


def expressions_of(questionnaire: Questionnaire, known: Indicators) -> set[str]:
    """Return every expression of the indicators, the options of rankings and the codes of the register."""
    texts = {expression.text for indicator in known.indicators for expression in indicator.expressions}
    for indicator in known.indicators:
        if indicator.rank:
            texts |= set(rank_options(questionnaire, indicator.rank).values())
    for variable in questionnaire.register:
        texts |= {f"{variable.name} == '{choice.code}'" for choice in variable.codes}
    return texts


def edition_of(questionnaire: Questionnaire) -> str:
    """Return the reference period as editions are called: 2018-19, or 2018 for a single year."""
    first, last = questionnaire.reference_start.year, questionnaire.reference_end.year
    return f"{first}" if first == last else f"{first}-{last % 100:02d}"


def chosen(
    known: Indicators, ids: Sequence[str], edition: str, *, parts: bool = True
) -> tuple[list[Indicator], list[Indicator]]:
    """Return the indicators asked for, each once, and those that "all" leaves out as of another edition.

    With ``parts`` an id brings its lettered ones: R3-02 those from R3-02a on.
    Raises: UnknownIndicator.
    """
    asked: dict[str, Indicator] = {}
    left_out: list[Indicator] = []
    for id_ in ids:
        if id_ == EVERY:
            here = [indicator for indicator in known.indicators if indicator.edition in ("", edition)]
            left_out = [indicator for indicator in known.indicators if indicator not in here]
        else:
            here = [i for i in known.indicators if i.id == id_ or (parts and _is_part(i.id, id_))]
        if not here and id_ != EVERY:
            raise UnknownIndicator(id_, [indicator.id for indicator in known.indicators])
        asked |= {indicator.id: indicator for indicator in here}
    return list(asked.values()), [indicator for indicator in left_out if indicator.id not in asked]


def _is_part(id_: str, whole: str) -> bool:
    return id_.startswith(whole) and id_[len(whole) :].isalpha()


def estimate(
    round_: Round,
    ids: Sequence[str],
    language: str,
    *,
    by: str = "",
    where: Sequence[str] = (),
    adjust: bool = False,
    parts: bool = True,
) -> Estimates:
    """Estimate indicators, each in a table of its own.

    Args:
        ids: of indicators, each with its lettered ``parts``, or "all".
        language: of the questionnaire's and the indicators' labels; other words are in the active one.
        by: a variable whose values are the groups, in the place of the indicators' own; "" for these.
        where: conditions that all are restricted to.
        adjust: the p of all tests for each other, by Holm's method.

    Raises: NoIndicators, UnknownIndicator, NotEstimated.
    """
    questionnaire = round_.questionnaire.definition()
    known, edition = indicators_of(questionnaire), edition_of(questionnaire)
    asked, left_out = chosen(known, ids, edition, parts=parts)
    grouping = _sound(grouping_by(questionnaire, by)) if by else None
    within = tuple(_sound(read_filter(questionnaire, text)).text for text in where)
    groups = [group.when.text for group in grouping.groups] if grouping else []
    estimator = Estimator(round_, expressions_of(questionnaire, known), [*groups, *within])
    if within and estimator.data.cases.size and not estimator.fitting(*within):
        raise NotEstimated(
            Problem("estimate_filter_fits_nobody", "", {"filter": " and ".join(within), "n": estimator.data.cases.size})
        )
    maker = TableMaker(questionnaire, known, estimator, edition=edition, language=language, within=within)
    tables = tuple(maker.table(indicator, by, grouping) for indicator in asked)
    adjusted = sum(test.found.p is not None for table in tables for test in table.tests) if adjust else 0
    return Estimates(
        basis=Basis.of(round_, estimator.basis),
        tables=_adjusted(tables) if adjusted else tables,
        where=within,
        where_words=tuple(condition_in_words(questionnaire, text, language) for text in within),
        left_out=tuple(indicator.id for indicator in left_out),
        adjusted=adjusted,
    )


def _sound(found: T | Problem) -> T:
    if isinstance(found, Problem):
        raise NotEstimated(found)
    return found


def _adjusted(tables: tuple[Table, ...]) -> tuple[Table, ...]:
    """Return the tables with every p adjusted for all the others; what is expected is judged by the p of each alone."""
    by_place = iter(holm([test.found.p for table in tables for test in table.tests]))
    return tuple(
        replace(table, tests=tuple(replace(test, holm=next(by_place)) for test in table.tests)) for table in tables
    )
