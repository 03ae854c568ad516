"""The indicators and figures of an instrument, read from YAML beside it and held against the questionnaire."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from barometer.problems import Problem
from surveys.questionnaire import yaml_text
from surveys.questionnaire.definition import Label, Questionnaire
from surveys.questionnaire.expression import Expression
from surveys.questionnaire.expression_checks import check_condition
from surveys.questionnaire.label_checks import check_label
from surveys.questionnaire.reading import NO_CONDITION, NO_LABEL, DocumentReader, named_place

IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9-]*")


@dataclass(frozen=True, slots=True)
class Indicator:
    """A share: of those for whom ``base`` is true, how many have ``share`` true; unknown counts in neither.

    Attributes:
        by: a register variable whose codes are the groups; None for everybody together.
        published: percent as printed, by code of ``by``, or under "" without groups; empty where nothing is printed.
        n: the unweighted number in the base as printed.
    """

    id: str
    label: Label
    share: Expression
    base: Expression
    by: str | None
    published: Mapping[str, int]
    n: int | None


@dataclass(frozen=True, slots=True)
class Figure:
    """Bars drawn together; ``bars`` are indicator ids."""

    id: str
    label: Label
    bars: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Indicators:
    indicators: tuple[Indicator, ...]
    figures: tuple[Figure, ...]

    def indicator(self, id_: str) -> Indicator | None:
        return next((indicator for indicator in self.indicators if indicator.id == id_), None)

    def figure(self, id_: str) -> Figure | None:
        return next((figure for figure in self.figures if figure.id == id_), None)


def read_indicators(text: str, questionnaire: Questionnaire) -> tuple[Indicators | None, list[Problem]]:
    """Read and check; the indicators are None when there is any problem."""
    document, problems = yaml_text.read(text)
    if document is None and problems:
        return None, problems
    reader = DocumentReader()
    if not isinstance(document, dict):
        reader.say("not_a_mapping", "")
        return None, reader.problems
    top = reader.mapping(document, "", ("questionnaire", "indicators", "figures"), ("questionnaire", "indicators"))
    code = reader.text(top, "questionnaire", "")
    if code and code != questionnaire.code:
        reader.say("other_questionnaire", "", code=code, expected=questionnaire.code)
    found = Indicators(
        tuple(_indicator(reader, entry, where) for where, entry in reader.entries(top, "indicators", "")),
        tuple(_figure(reader, entry, where) for where, entry in reader.entries(top, "figures", "")),
    )
    problems = [*problems, *reader.problems, *_check(found, questionnaire)]
    return (None if problems else found), problems


def _indicator(reader: DocumentReader, entry: object, where: str) -> Indicator:
    keys = ("id", "label", "share", "base", "by", "published", "n")
    where = named_place(entry, "id", "", where)
    fields = reader.mapping(entry, where, keys, ("id", "label", "share", "base"))
    by = reader.text(fields, "by", where) or None
    if by is not None and "published" in fields:
        percents = reader.mapping(fields["published"], f"{where}.published")
        published = {group: reader.number(percents, group, f"{where}.published", default=0) for group in percents}
    else:
        percent = reader.number(fields, "published", where, default=None)
        published = {} if percent is None else {"": percent}
    return Indicator(
        id=reader.text(fields, "id", where),
        label=reader.label(fields, "label", where) or NO_LABEL,
        share=reader.expression(fields, "share", where) or NO_CONDITION,
        base=reader.expression(fields, "base", where) or NO_CONDITION,
        by=by,
        published=published,
        n=reader.number(fields, "n", where, default=None),
    )


def _figure(reader: DocumentReader, entry: object, where: str) -> Figure:
    where = named_place(entry, "id", "", where)
    fields = reader.mapping(entry, where, ("id", "label", "bars"), ("id", "label", "bars"))
    label = reader.label(fields, "label", where) or NO_LABEL
    return Figure(reader.text(fields, "id", where), label, reader.texts_of(fields, "bars", where))


def _check(found: Indicators, questionnaire: Questionnaire) -> Iterator[Problem]:
    taken: set[str] = set()
    named: list[Indicator | Figure] = [*found.indicators, *found.figures]
    for entry in named:
        if entry.id and not IDENTIFIER.fullmatch(entry.id):
            yield Problem("bad_identifier", entry.id, {"id": entry.id})
        if entry.id and entry.id in taken:
            yield Problem("duplicate_code", entry.id, {"code": entry.id})
        taken.add(entry.id)
        yield from check_label(questionnaire, entry.label, entry.id, "label")
    for indicator in found.indicators:
        for expression in (indicator.share, indicator.base):
            if expression is not NO_CONDITION:
                yield from check_condition(expression, questionnaire, indicator.id)
        yield from _check_groups(indicator, questionnaire)
    for figure in found.figures:
        for bar in figure.bars:
            if found.indicator(bar) is None:
                yield Problem("unknown_indicator", figure.id, {"id": bar})


def _check_groups(indicator: Indicator, questionnaire: Questionnaire) -> Iterator[Problem]:
    if indicator.by is None:
        return
    variable = questionnaire.register_variable(indicator.by)
    if variable is None or variable.type != "code":
        yield Problem("unknown_by", indicator.id, {"key": "by", "name": indicator.by})
        return
    codes = {choice.code for choice in variable.codes}
    for group in sorted(set(indicator.published) - codes):
        yield Problem("unknown_code", indicator.id, {"code": group, "name": indicator.by, "expression": "published"})
