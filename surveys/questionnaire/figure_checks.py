"""Figures held against their questionnaire and its indicators."""

from collections.abc import Iterator, Sequence

from barometer.problems import Problem
from surveys.questionnaire.definition import Choice, Questionnaire
from surveys.questionnaire.expression_checks import check_condition
from surveys.questionnaire.figure_definition import (
    DISTRIBUTION,
    LEFT_OUT,
    MOST_PATTERNS,
    NONE,
    PER_ITEM,
    SIGNIFICANCE,
    Entry,
    Figure,
    Figures,
)
from surveys.questionnaire.indicator_checks import check_group_labels, check_grouping, check_names
from surveys.questionnaire.indicator_definition import Indicators
from surveys.questionnaire.label_checks import check_label


def check_figures(found: Figures, questionnaire: Questionnaire, indicators: Indicators) -> Iterator[Problem]:
    """Yield every problem, each with the id of the figure where it stands."""
    yield from check_names(((figure.id, figure.label) for figure in found.figures), questionnaire)
    yield from check_group_labels((figure.by for figure in found.figures), questionnaire)
    for figure in found.figures:
        if figure.base:
            yield from check_condition(figure.base, questionnaire, figure.id)
        for group in figure.by.groups if figure.by else ():
            yield from check_condition(group.when, questionnaire, figure.id)
        if figure.by:
            yield from check_grouping(figure.by, figure.id)
        for entry in (*figure.bars, *figure.rows, *figure.parts, *figure.left_out):
            if entry.label:
                yield from check_label(questionnaire, entry.label, f"{figure.id}.{entry.code}", "label")
        yield from _twice(figure)
        yield from _bars(figure, indicators)
        yield from _rows(figure, questionnaire)
        yield from _test(figure)
        yield from _patterns(figure)


def _twice(figure: Figure) -> Iterator[Problem]:
    for entries in (figure.bars, figure.rows, (*figure.parts, *figure.left_out)):
        codes = [entry.code for entry in entries]
        for code in sorted({code for code in codes if codes.count(code) > 1}):
            yield Problem("duplicate_code", figure.id, {"code": code})


def _bars(figure: Figure, indicators: Indicators) -> Iterator[Problem]:
    """Every bar is an indicator that is a share, and all have the same base."""
    bases = set()
    for bar in figure.bars:
        indicator = indicators.indicator(bar.code)
        if indicator is None:
            yield Problem("unknown_indicator", figure.id, {"id": bar.code})
        elif indicator.share is None:
            yield Problem("figure_bar_ranked", figure.id, {"id": bar.code})
        else:
            bases.add(indicator.base.text)
    if len(bases) > 1:
        yield Problem("figure_bases_differ", figure.id, {"bases": ", ".join(sorted(bases))})


def _rows(figure: Figure, questionnaire: Questionnaire) -> Iterator[Problem]:
    """Every row has one answer, and every answer to it is either drawn or named as left out."""
    named = [entry.code for entry in (*figure.parts, *figure.left_out)]
    for row in figure.rows:
        options = row_options(questionnaire, row)
        if options is None:
            yield Problem("figure_row_unknown", figure.id, {"row": row.code})
            continue
        codes = [option.code for option in options]
        for code in named:
            if code not in codes:
                yield Problem("unknown_code", figure.id, {"code": code, "name": row.code, "expression": "parts"})
        if forgotten := [code for code in codes if code not in named]:
            yield Problem("figure_answers_forgotten", figure.id, {"row": row.code, "codes": ", ".join(forgotten)})


def row_options(questionnaire: Questionnaire, row: Entry) -> Sequence[Choice] | None:
    """Return the answers to a question with one answer, or to a row of a grid; None if it is neither."""
    code, _, row_code = row.code.partition(".")
    question = questionnaire.question(code) if questionnaire.has_question(code) else None
    if question is None or question.type != ("grid" if row_code else "single"):
        return None
    if row_code and row_code not in [each.code for each in question.rows_on]:
        return None
    return question.options_on


def _test(figure: Figure) -> Iterator[Problem]:
    """A test needs two groups and the kind of figure that it is for, and what is said in the note must be there."""
    groups = figure.by.groups if figure.by else ()
    if figure.test != NONE and len(groups) < 2:
        yield Problem("figure_test_without_groups", figure.id, {"test": figure.test})
    if (figure.test == PER_ITEM and not figure.bars) or (figure.test == DISTRIBUTION and not figure.rows):
        yield Problem("figure_test_misplaced", figure.id, {"test": figure.test})
    if (SIGNIFICANCE in figure.note) != (figure.test != NONE):
        yield Problem("figure_note_and_test_differ", figure.id, {"note": SIGNIFICANCE, "test": figure.test})
    if (LEFT_OUT in figure.note) != bool(figure.left_out):
        yield Problem("figure_left_out_unsaid", figure.id, {"note": LEFT_OUT})


def _patterns(figure: Figure) -> Iterator[Problem]:
    """What a legend tells apart must be so by pattern."""
    told_apart = figure.parts if figure.rows else figure.by.groups if figure.by else ()
    if len(told_apart) > MOST_PATTERNS:
        yield Problem("figure_too_many_patterns", figure.id, {"count": len(told_apart), "most": MOST_PATTERNS})
