"""Indicators held against their questionnaire: names, codes, texts, and whether the pieces fit together."""

import re
from collections.abc import Iterable, Iterator

from barometer.problems import Problem
from surveys.questionnaire.definition import Label, Questionnaire
from surveys.questionnaire.expression_checks import check_condition
from surveys.questionnaire.indicator_definition import (
    DIFFERS,
    EXPECTATIONS,
    MOST_DECIMALS,
    Grouping,
    Indicator,
    Indicators,
)
from surveys.questionnaire.label_checks import check_label
from surveys.questionnaire.reading import NO_CONDITION

IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9-]*")


def check_indicators(found: Indicators, questionnaire: Questionnaire) -> Iterator[Problem]:
    """Yield every problem, each with the id where it stands."""
    yield from _names(found, questionnaire)
    for name, minimum in found.disclosure.items():
        if minimum < 1:
            yield Problem("must_be_at_least_one", f"disclosure.{name}", {"key": "minimum_n"})
    for indicator in found.indicators:
        for expression in indicator.expressions:
            if expression is not NO_CONDITION:
                yield from check_condition(expression, questionnaire, indicator.id)
        yield from _groups(indicator)
        yield from _rank(indicator, questionnaire)
        yield from _expectation(indicator)
        yield from _numbers(indicator)
        if indicator.disclosure not in found.disclosure:
            known = ", ".join(found.disclosure)
            yield Problem("unknown_rule", indicator.id, {"name": indicator.disclosure, "known": known})


def check_names(ids_and_labels: Iterable[tuple[str, Label]], questionnaire: Questionnaire) -> Iterator[Problem]:
    """Ids must be well made and stand once, and labels be in every language."""
    taken: set[str] = set()
    for id_, label in ids_and_labels:
        if id_ and not IDENTIFIER.fullmatch(id_):
            yield Problem("bad_identifier", id_, {"id": id_})
        if id_ and id_ in taken:
            yield Problem("duplicate_code", id_, {"code": id_})
        taken.add(id_)
        yield from check_label(questionnaire, label, id_, "label")


def check_group_labels(groupings: Iterable[Grouping | None], questionnaire: Questionnaire) -> Iterator[Problem]:
    groups = {group.code: group for by in groupings if by and not by.variable for group in by.groups}
    for group in groups.values():
        yield from check_label(questionnaire, group.label, f"groups.{group.code}", "label")


def check_grouping(by: Grouping, id_: str) -> Iterator[Problem]:
    """A register variable must exist, and no group stand twice."""
    if by.variable and not by.groups:
        yield Problem("unknown_by", id_, {"key": "by", "name": by.variable})
    if len({group.code for group in by.groups}) < len(by.groups):
        yield Problem("group_twice", id_)


def _names(found: Indicators, questionnaire: Questionnaire) -> Iterator[Problem]:
    yield from check_names(((indicator.id, indicator.label) for indicator in found.indicators), questionnaire)
    for name, note in found.series_notes.items():
        yield from check_label(questionnaire, note, f"series.{name}", "note")
    yield from check_group_labels((indicator.by for indicator in found.indicators), questionnaire)


def _groups(indicator: Indicator) -> Iterator[Problem]:
    """The codes of what was printed must be groups."""
    if indicator.by is None:
        return
    yield from check_grouping(indicator.by, indicator.id)
    if not indicator.by.groups:
        return
    codes = {group.code for group in indicator.by.groups}
    for key, percents in (("published", indicator.published), ("about", indicator.about)):
        for code in sorted(set(percents) - codes):
            yield Problem("unknown_code", indicator.id, {"code": code, "name": "by", "expression": key})


def _rank(indicator: Indicator, questionnaire: Questionnaire) -> Iterator[Problem]:
    if not indicator.rank:
        return
    question = questionnaire.question(indicator.rank) if questionnaire.has_question(indicator.rank) else None
    if question is None or question.type != "multi":
        yield Problem("unknown_rank", indicator.id, {"name": indicator.rank})
        return
    options = {option.code for option in question.options if not option.exclusive}
    if indicator.expect and indicator.expect not in options:
        params = {"code": indicator.expect, "name": indicator.rank, "expression": "expect"}
        yield Problem("unknown_code", indicator.id, params)


def _expectation(indicator: Indicator) -> Iterator[Problem]:
    if indicator.rank or not indicator.expect:
        return
    if indicator.expect not in EXPECTATIONS:
        params = {"key": "expect", "allowed": ", ".join(EXPECTATIONS)}
        yield Problem("must_be_one_of", indicator.id, params)
    elif indicator.by is None or len(indicator.by.groups) == 1:
        yield Problem("expects_without_groups", indicator.id, {"expect": indicator.expect})
    elif indicator.expect == DIFFERS and not indicator.by.variable:
        yield Problem("differs_without_variable", indicator.id)


def _numbers(indicator: Indicator) -> Iterator[Problem]:
    if not 0 <= indicator.decimals <= MOST_DECIMALS:
        yield Problem("bad_decimals", indicator.id, {"most": MOST_DECIMALS})
    if indicator.n is not None and indicator.n < 1:
        yield Problem("must_be_at_least_one", indicator.id, {"key": "n"})
    if indicator.rank and (indicator.published or indicator.about):
        yield Problem("rank_without_percents", indicator.id)
    if set(indicator.published) & set(indicator.about):
        yield Problem("only_one_of", indicator.id, {"keys": "published, about"})
