"""Makes the table of one indicator: everybody, the groups, the tests, and what was printed."""

from collections.abc import Iterator, Mapping

from django.utils.translation import gettext

from barometer.problems import Problem, sentence
from responses.estimate_tables import GroupTest, Line, Table, rank_verdict, verdict
from responses.estimator import Estimator
from responses.groupings import base_name, indicator_name, option_label
from responses.problem_texts import TEXTS
from surveys.questionnaire.definition import Label, Questionnaire
from surveys.questionnaire.indicator_definition import DIFFERS, WHOLE, Group, Grouping, Indicator, Indicators


def rank_options(questionnaire: Questionnaire, question: str) -> dict[str, str]:
    """Return the expression of every option of a multi-choice question that does not stand alone, by its code."""
    options = (option for option in questionnaire.question(question).options if not option.exclusive)
    return {option.code: f"'{option.code}' in {question}" for option in options}


class TableMaker:
    """Makes the tables of one round's indicators, all within the same conditions.

    ``edition`` is the round's: what was printed of another one does not stand beside it, nor beside filtered answers.
    """

    def __init__(
        self,
        questionnaire: Questionnaire,
        known: Indicators,
        estimator: Estimator,
        *,
        edition: str,
        language: str,
        within: tuple[str, ...] = (),
    ) -> None:
        self.questionnaire, self.known, self.estimator = questionnaire, known, estimator
        self.edition, self.language, self.within = edition, language, within

    def table(self, indicator: Indicator, by: str = "", grouping: Grouping | None = None) -> Table:
        """Return an indicator by its own groups, or by those of the variable ``by``."""
        grouping = grouping or indicator.by
        own = grouping == indicator.by and self._printed(indicator)
        groups = grouping.groups if grouping else ()
        lines = tuple(self._ranking(indicator, groups) if indicator.rank else self._shares(indicator, groups))
        tests = tuple(self._tests(indicator, grouping)) if grouping and indicator.share else ()
        expect = indicator.expect if own else ""
        note = self.known.series_notes.get(indicator.series.name) if indicator.series else None
        return Table(
            indicator=indicator.id,
            title=indicator_name(self.questionnaire, indicator, self.language, grouping),
            base=base_name(self.questionnaire, indicator.base.text, self.language),
            by=by,
            grouped=bool(groups),
            decimals=indicator.decimals,
            lines=lines,
            tests=tests,
            expect=expect,
            verdict=rank_verdict(expect, lines) if indicator.rank else verdict(expect, tests),
            not_answered_by=self._in_no_group(indicator, groups),
            other_edition="" if indicator.edition in ("", self.edition) else indicator.edition,
            series_note=self.text(note) if note else "",
            disclosure=indicator.disclosure,
            minimum_n=self.known.disclosure[indicator.disclosure],
            base_n=indicator.n if self._printed(indicator) else None,
        )

    def text(self, label: Label) -> str:
        return label.text(self.language, {})

    def _printed(self, indicator: Indicator) -> bool:
        return not self.within and indicator.edition in ("", self.edition)

    def _in_no_group(self, indicator: Indicator, groups: tuple[Group, ...]) -> int:
        columns = [group.when.text for group in groups]
        return self.estimator.not_answered(columns, indicator.base.text, *self.within) if columns else 0

    # ---- lines

    def _shares(self, indicator: Indicator, groups: tuple[Group, ...]) -> Iterator[Line]:
        assert indicator.share is not None
        total = next((i for i in self.known.indicators if _totals(i, indicator)), indicator)
        label = gettext("All") if groups else self.text(indicator.label)
        yield self._line(total, indicator.share.text, label)
        for group in groups:
            yield self._line(indicator, indicator.share.text, self.text(group.label), group)

    def _ranking(self, indicator: Indicator, groups: tuple[Group, ...]) -> Iterator[Line]:
        """The options of each group, the largest share first; those without an estimate last."""
        expressions = rank_options(self.questionnaire, indicator.rank)
        options = {option.code: option for option in self.questionnaire.question(indicator.rank).options}
        for group in groups or (None,):
            name = f"{self.text(group.label)}: " if group else ""
            lines = [
                self._line(indicator, text, name + option_label(options[code], self.language), group, code)
                for code, text in expressions.items()
            ]
            yield from sorted(lines, key=lambda line: -(line.estimate.estimate or 0))

    def _line(self, indicator: Indicator, share: str, label: str, group: Group | None = None, option: str = "") -> Line:
        within = (group.when.text, *self.within) if group else self.within
        found = self.estimator.share(share, indicator.base.text, *within)
        code = group.code if group else WHOLE
        printed = self._printed(indicator) and not option
        return Line(
            indicator=indicator.id,
            label=label,
            group=code,
            option=option,
            estimate=found,
            effective_n=self.estimator.effective_n(share, indicator.base.text, *within),
            published=_share_of(indicator.published, code) if printed else None,
            about=_share_of(indicator.about, code) if printed else None,
            reason=words(found.problem),
        )

    # ---- tests

    def _tests(self, indicator: Indicator, grouping: Grouping) -> Iterator[GroupTest]:
        """The first group against the last; over the values of a variable with more of them also over all."""
        assert indicator.share is not None
        share, base = indicator.share.text, indicator.base.text
        texts = [group.when.text for group in grouping.groups]
        if len(texts) < 2:
            return
        if grouping.variable and (len(texts) > 2 or indicator.expect == DIFFERS):
            over_all = self.estimator.distribution([share], base, texts, *self.within)
            yield GroupTest("", "", over_all, None, words(over_all.problem))
        first, last = grouping.groups[0], grouping.groups[-1]
        found = self.estimator.difference(share, base, texts[0], texts[-1], *self.within)
        yield GroupTest(self.text(first.label), self.text(last.label), found, None, words(found.problem))


def words(problem: Problem | None) -> str:
    """Return why something is missing, as a sentence in the active language; "" for nothing."""
    return sentence(problem, TEXTS) if problem else ""


def _totals(indicator: Indicator, grouped: Indicator) -> bool:
    same = (indicator.share, indicator.base, indicator.edition) == (grouped.share, grouped.base, grouped.edition)
    return indicator.by is None and indicator.share is not None and same


def _share_of(percents: Mapping[str, float], code: str) -> float | None:
    percent = percents.get(code)
    return None if percent is None else percent / 100
