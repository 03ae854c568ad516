"""The figures of a round, estimated: what is drawn, its tests, and what the note needs (docs/figures-format.md)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext

from responses.estimate_tables import GroupTest, Line, Table
from responses.estimates import Basis, NoIndicators, edition_of, expressions_of, indicators_of
from responses.estimator import Estimator
from responses.groupings import base_name, option_label
from responses.kept import kept
from responses.table_maker import TableMaker, words
from surveys.actions.questionnaire import SHIPPED
from surveys.models import Round
from surveys.questionnaire.definition import Questionnaire
from surveys.questionnaire.expression import parse
from surveys.questionnaire.figure_checks import row_options
from surveys.questionnaire.figure_definition import DISTRIBUTION, NONE, Entry, Figure, Figures, answer_text
from surveys.questionnaire.figures import read_figures
from surveys.questionnaire.indicator_definition import Group, Indicator, Indicators


@dataclass(frozen=True, slots=True)
class Item:
    """What stands under one name: a bar for each group, or one bar cut into parts.

    Attributes:
        lines: of the groups or of the parts, in the order of ``FigureEstimate.legend``.
        left_out: answers in the base that are not drawn.
        indicator: id of the bar's indicator; "" for a row.
    """

    label: str
    lines: tuple[Line, ...]
    left_out: tuple[Line, ...] = ()
    indicator: str = ""


@dataclass(frozen=True, slots=True)
class Tested:
    """A test of the groups in one bar, or over all answers of one row."""

    label: str
    test: GroupTest


@dataclass(frozen=True, slots=True)
class FigureEstimate:
    """A figure with its numbers.

    Attributes:
        base, base_n: whose shares they are, in words, and how many answers that is, unweighted.
        groups: label and unweighted number of each group.
        stacked: the bars are cut into parts; otherwise each line is a bar of its own.
        legend: labels of the groups or parts that differ by pattern; () where there is nothing to tell apart.
        decimals: of the per cent as printed.
        note: what the note says (``figure_definition.NOTES``).
    """

    id: str
    number: int
    title: str
    base: str
    base_n: int
    groups: tuple[tuple[str, int], ...]
    stacked: bool
    legend: tuple[str, ...]
    items: tuple[Item, ...]
    tests: tuple[Tested, ...]
    distribution: bool
    decimals: int
    note: tuple[str, ...]
    basis: Basis

    @property
    def heading(self) -> str:
        return gettext("Figure %(number)s. %(title)s") % {"number": self.number, "title": self.title}

    @property
    def lines(self) -> tuple[Line, ...]:
        return tuple(line for item in self.items for line in (*item.lines, *item.left_out))

    @property
    def uncertain(self) -> bool:
        return any(line.uncertain for line in self.lines)


class NoFigures(Exception):
    """The round's questionnaire comes without figures."""


class UnknownFigure(Exception):
    """``known`` holds the ids that there are."""

    def __init__(self, id_: str, known: Sequence[str]) -> None:
        super().__init__(f"{id_}: {', '.join(known)}")
        self.id, self.known = id_, known


@kept
def figures_of(questionnaire: Questionnaire) -> Figures:
    """Return the figures shipped with the instrument.

    Raises: NoFigures; ValueError for a file that does not fit the questionnaire and its indicators.
    """
    try:
        indicators = indicators_of(questionnaire)
    except NoIndicators as error:
        raise NoFigures(questionnaire.code) from error
    path = SHIPPED / f"{questionnaire.code}.figures.yaml"
    if not path.is_file():
        raise NoFigures(questionnaire.code)
    found, problems = read_figures(path.read_text(encoding="utf-8"), questionnaire, indicators)
    if found is None:
        raise ValueError(f"{path.name}: {problems}")
    return found


def estimate_figures(round_: Round, ids: Sequence[str], language: str) -> tuple[FigureEstimate, ...]:
    """Estimate figures by their ids, or all of them for none.

    Raises: NoFigures, UnknownFigure.
    """
    questionnaire = round_.questionnaire.definition()
    known, indicators = figures_of(questionnaire), indicators_of(questionnaire)
    for id_ in ids:
        if known.number(id_) is None:
            raise UnknownFigure(id_, [figure.id for figure in known.figures])
    more = {text for figure in known.figures for text in figure.expressions}
    estimator = Estimator(round_, expressions_of(questionnaire, indicators), more)
    maker = FigureMaker(questionnaire, indicators, estimator, Basis.of(round_, estimator.basis), language)
    drawn = [figure for figure in known.figures if not ids or figure.id in ids]
    return tuple(maker.figure(figure, known.number(figure.id) or 0) for figure in drawn)


class FigureMaker:
    """Makes the figures of one round from one reading of its answers."""

    def __init__(
        self, questionnaire: Questionnaire, indicators: Indicators, estimator: Estimator, basis: Basis, language: str
    ) -> None:
        self.questionnaire, self.indicators, self.estimator = questionnaire, indicators, estimator
        self.basis, self.language = basis, language
        edition = edition_of(questionnaire)
        self.tables = TableMaker(questionnaire, indicators, estimator, edition=edition, language=language)

    def figure(self, figure: Figure, number: int) -> FigureEstimate:
        groups = figure.by.groups if figure.by else ()
        bars = [self._bar(bar) for bar in figure.bars]
        base = bars[0][1].base if bars else figure.base
        assert base is not None  # figure_checks
        if bars:
            made = [(self._table(indicator, figure), label) for label, indicator in bars]
            items = [Item(label, _grouped(table), indicator=table.indicator) for table, label in made]
            tests = [Tested(label, table.tests[0]) for table, label in made if table.tests and figure.test != NONE]
            legend = [self._text(group) for group in groups]
        else:
            items = [item for row in figure.rows for item in self._row(row, figure)]
            tests = list(self._distributions(figure)) if figure.test == DISTRIBUTION else []
            legend = [self._part_label(figure.rows[0], part) for part in figure.parts]
        return FigureEstimate(
            id=figure.id,
            number=number,
            title=figure.label.text(self.language, {}),
            base=base_name(self.questionnaire, base.text, self.language),
            base_n=self.estimator.base_n(base.text),
            groups=tuple((self._text(g), self.estimator.base_n(base.text, g.when.text)) for g in groups),
            stacked=not bars,
            legend=tuple(legend),
            items=tuple(items),
            tests=tuple(tests),
            distribution=figure.test == DISTRIBUTION,
            decimals=max((indicator.decimals for _, indicator in bars), default=0),
            note=figure.note,
            basis=self.basis,
        )

    # ---- bars

    def _bar(self, bar: Entry) -> tuple[str, Indicator]:
        indicator = self.indicators.indicator(bar.code)
        assert indicator is not None  # figure_checks
        return (bar.label or indicator.label).text(self.language, {}), indicator

    def _table(self, indicator: Indicator, figure: Figure) -> Table:
        """Return the table of an indicator by the figure's groups; without any, its first line is everybody."""
        return self.tables.table(indicator, grouping=figure.by)

    def _text(self, group: Group) -> str:
        return group.label.text(self.language, {})

    # ---- rows cut into parts

    def _row(self, row: Entry, figure: Figure) -> Iterator[Item]:
        """One bar for everybody, or one for each group."""
        parts = [self._part(row, part, figure) for part in figure.parts]
        left_out = [self._part(row, part, figure) for part in figure.left_out]
        names = [self._text(group) for group in figure.by.groups] if figure.by else [""]
        for place, name in enumerate(names):
            label = name if name and len(figure.rows) == 1 else " – ".join(filter(None, (self._row_label(row), name)))
            drawn, not_drawn = (tuple(lines[place] for lines in each) for each in (parts, left_out))
            yield Item(label, drawn, not_drawn)

    def _part(self, row: Entry, part: Entry, figure: Figure) -> tuple[Line, ...]:
        """Return the shares of one answer, for each group."""
        table = self.tables.table(self._answer_indicator(row, part, figure), grouping=figure.by)
        label = self._part_label(row, part)
        return tuple(replace(line, label=label) for line in _grouped(table))

    def _answer_indicator(self, row: Entry, part: Entry, figure: Figure) -> Indicator:
        """Return the indicator that is this share by these groups, with what was printed of it; else a nameless one."""
        assert figure.base is not None  # figure_checks
        share = parse(answer_text(row.code, part.code))
        wanted = share.text, figure.base.text, figure.by
        for each in self.indicators.indicators:
            if each.share is not None and (each.share.text, each.base.text, each.by) == wanted:
                return each
        return Indicator(
            **dict.fromkeys(("id", "rank", "expect", "edition"), ""),
            label=self.indicators.indicators[0].label,
            share=share,
            base=figure.base,
            by=figure.by,
            decimals=0,
            published={},
            about={},
            n=None,
            series=None,
            disclosure=next(iter(self.indicators.disclosure)),
        )

    def _row_label(self, row: Entry) -> str:
        if row.label:
            return row.label.text(self.language, {})
        code, _, row_code = row.code.partition(".")
        question = self.questionnaire.question(code)
        choice = next((each for each in question.rows if each.code == row_code), None)
        return option_label(choice, self.language) if choice else question.label.text(self.language, {})

    def _part_label(self, row: Entry, part: Entry) -> str:
        if part.label:
            return part.label.text(self.language, {})
        options = row_options(self.questionnaire, row) or ()
        return next(option_label(option, self.language) for option in options if option.code == part.code)

    def _distributions(self, figure: Figure) -> Iterator[Tested]:
        assert figure.base is not None and figure.by is not None  # figure_checks
        groups = [group.when.text for group in figure.by.groups]
        for row in figure.rows:
            answers = [answer_text(row.code, part.code) for part in (*figure.parts, *figure.left_out)]
            found = self.estimator.distribution(answers, figure.base.text, groups)
            yield Tested(self._row_label(row), GroupTest("", "", found, None, words(found.problem)))


def _grouped(table: Table) -> tuple[Line, ...]:
    """Return the lines of the groups; of a table without any, that of everybody."""
    return table.lines[1:] if table.grouped else table.lines[:1]
