"""Read the indicators of an instrument from YAML beside it, held against the questionnaire.

docs/indicators-format.md describes the document.
"""

from collections.abc import Mapping

from barometer.problems import Problem
from surveys.questionnaire.definition import Questionnaire
from surveys.questionnaire.expression import Expression, ExpressionError, parse
from surveys.questionnaire.grouping_reader import GroupingReader
from surveys.questionnaire.indicator_checks import check_indicators
from surveys.questionnaire.indicator_definition import WHOLE, Grouping, Indicator, Indicators, Series
from surveys.questionnaire.reading import NO_CONDITION, NO_LABEL, named_place

KEYS = (
    *("id", "label", "share", "rank", "base", "by", "decimals", "published", "about", "n", "expect"),
    *("series", "disclosure", "edition"),
)
DEFAULT_RULE = "default"


def read_indicators(text: str, questionnaire: Questionnaire) -> tuple[Indicators | None, list[Problem]]:
    """Read and check; the indicators are None when there is any problem."""
    reader = IndicatorReader(questionnaire)
    document = reader.document(text)
    if document is None:
        return None, reader.problems
    found = reader.indicators(document)
    problems = [*reader.problems, *check_indicators(found, questionnaire)]
    return (None if problems else found), problems


class IndicatorReader(GroupingReader):
    """Reads one document."""

    def indicators(self, document: dict[object, object]) -> Indicators:
        top = self.head(document, ("disclosure", "series", "indicators"), "indicators")
        return Indicators(
            edition=self.edition,
            disclosure=self.rules(top),
            series_notes=self.labels(top, "series", "name", "note"),
            indicators=tuple(self.indicator(entry, where) for where, entry in self.entries(top, "indicators", "")),
        )

    def rules(self, top: Mapping[str, object]) -> dict[str, int]:
        """The rules of disclosure; without any there is one that leaves nothing out."""
        rules = self.mapping(top.get("disclosure", {DEFAULT_RULE: {"minimum_n": 1}}), "disclosure")
        found = {}
        for name, rule in rules.items():
            where = f"disclosure.{name}"
            found[str(name)] = self.number(
                self.mapping(rule, where, ("minimum_n",), ("minimum_n",)), "minimum_n", where, 1
            )
        return found

    def indicator(self, entry: object, where: str) -> Indicator:
        where = named_place(entry, "id", "", where)
        fields = self.mapping(entry, where, KEYS, ("id", "label", "base"))
        self.only_one(fields, where, "share", "rank")
        if not {"share", "rank"} & set(fields):
            self.say("missing_key", where, key="share")
        by = self.grouping(fields, where)
        return Indicator(
            id=self.text(fields, "id", where),
            label=self.label(fields, "label", where) or NO_LABEL,
            share=(self.expression(fields, "share", where) or NO_CONDITION) if "share" in fields else None,
            rank=self.text(fields, "rank", where),
            base=self.expression(fields, "base", where) or NO_CONDITION,
            by=by,
            decimals=self.number(fields, "decimals", where, default=0),
            published=self.percents(fields, "published", where, by),
            about=self.percents(fields, "about", where, by),
            n=self.number(fields, "n", where, default=None),
            expect=self.text(fields, "expect", where),
            series=self.series(fields, where),
            disclosure=self.text(fields, "disclosure", where, DEFAULT_RULE),
            edition=self.text(fields, "edition", where, self.edition),
        )

    def percents(self, fields: Mapping[str, object], key: str, where: str, by: Grouping | None) -> dict[str, float]:
        """Per cent by group: a number without groups (or the same for each); a mapping by code, or a list in order."""
        given = fields.get(key)
        if given is None:
            return {}
        codes = [group.code for group in by.groups] if by else [WHOLE]
        if isinstance(given, dict) and by:
            percents = {str(code): value for code, value in given.items()}
        elif isinstance(given, list) and by:
            if len(given) != len(codes):
                self.say("one_per_group", where, key=key, given=len(given), groups=len(codes))
            percents = dict(zip(codes, given, strict=False))
        else:
            percents = dict.fromkeys(codes, given)
        return {code: self.percent(value, key, where) for code, value in percents.items()}

    def percent(self, value: object, key: str, where: str) -> float:
        if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 100:
            return value
        self.say("must_be_percent", where, key=key)
        return 0

    def series(self, fields: Mapping[str, object], where: str) -> Series | None:
        if "series" not in fields:
            return None
        where = f"{where}.series"
        given = self.mapping(fields["series"], where, ("name", "version"), ("name", "version"))
        return Series(self.text(given, "name", where), self.number(given, "version", where, default=1))


def read_condition(text: str) -> Expression | Problem:
    """Return what somebody typed as an expression, or what is wrong with its words."""
    try:
        return parse(text)
    except ExpressionError as error:
        code = "expression_part" if error.part else "expression_syntax"
        return Problem(code, "", {"expression": text, "part": error.part})
