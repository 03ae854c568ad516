"""Read the indicators of an instrument from YAML beside it, held against the questionnaire.

docs/indicators-format.md describes the document.
"""

from collections.abc import Mapping

from barometer.problems import Problem
from surveys.questionnaire import yaml_text
from surveys.questionnaire.definition import Label, Questionnaire
from surveys.questionnaire.expression import Expression, ExpressionError, parse
from surveys.questionnaire.indicator_checks import check_indicators
from surveys.questionnaire.indicator_definition import WHOLE, Figure, Group, Grouping, Indicator, Indicators, Series
from surveys.questionnaire.reading import NO_CONDITION, NO_LABEL, DocumentReader, named_place

TOP_KEYS = ("questionnaire", "edition", "disclosure", "series", "groups", "indicators", "figures")
KEYS = (
    *("id", "label", "share", "rank", "base", "by", "decimals", "published", "about", "n", "expect"),
    *("series", "disclosure", "edition"),
)
DEFAULT_RULE = "default"


def read_indicators(text: str, questionnaire: Questionnaire) -> tuple[Indicators | None, list[Problem]]:
    """Read and check; the indicators are None when there is any problem."""
    document, problems = yaml_text.read(text)
    if document is None and problems:
        return None, problems
    reader = IndicatorReader(questionnaire)
    if not isinstance(document, dict):
        reader.say("not_a_mapping", "")
        return None, reader.problems
    found = reader.indicators(document)
    problems = [*problems, *reader.problems, *check_indicators(found, questionnaire)]
    return (None if problems else found), problems


class IndicatorReader(DocumentReader):
    """Reads one document; groups get their labels from the document or from the questionnaire."""

    def __init__(self, questionnaire: Questionnaire) -> None:
        super().__init__()
        self.instrument = questionnaire
        self.group_labels: dict[str, Label] = {}
        self.edition = ""

    def indicators(self, document: dict[object, object]) -> Indicators:
        top = self.mapping(document, "", TOP_KEYS, ("questionnaire", "indicators"))
        code = self.text(top, "questionnaire", "")
        if code and code != self.instrument.code:
            self.say("other_questionnaire", "", code=code, expected=self.instrument.code)
        self.edition = self.text(top, "edition", "")
        self.group_labels = self.labels(top, "groups", "when")
        return Indicators(
            edition=self.edition,
            disclosure=self.rules(top),
            series_notes=self.labels(top, "series", "name", "note"),
            indicators=tuple(self.indicator(entry, where) for where, entry in self.entries(top, "indicators", "")),
            figures=tuple(self.figure(entry, where) for where, entry in self.entries(top, "figures", "")),
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

    def labels(self, top: Mapping[str, object], part: str, key: str, label: str = "label") -> dict[str, Label]:
        """A list of entries with a name and a label, as a mapping."""
        found: dict[str, Label] = {}
        for where, entry in self.entries(top, part, ""):
            fields = self.mapping(entry, where, (key, label), (key, label))
            name = self.text(fields, key, where)
            if name in found:
                self.say("duplicate_code", where, code=name)
            found[name] = self.label(fields, label, where) or NO_LABEL
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

    def grouping(self, fields: Mapping[str, object], where: str) -> Grouping | None:
        """Groups by a register variable, whose existence ``check_indicators`` looks at, or by a list of expressions."""
        if "by" not in fields:
            return None
        if isinstance(fields["by"], str):
            name = self.text(fields, "by", where)
            return register_groups(self.instrument, name) or Grouping(name, ())
        texts = self.texts_of(fields, "by", where)
        return Grouping("", tuple(group for text in texts if (group := self.group(text, where))))

    def group(self, text: str, where: str) -> Group | None:
        when = self.expression({"by": text}, "by", where)
        if when is None:
            return None
        derived = self.instrument.derived_named.get(text)
        label = self.group_labels.get(text) or (derived.label if derived else None)
        if label is None:
            self.say("group_without_label", where, expression=text)
        return Group(text, label or NO_LABEL, when)

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

    def figure(self, entry: object, where: str) -> Figure:
        where = named_place(entry, "id", "", where)
        fields = self.mapping(entry, where, ("id", "label", "bars"), ("id", "label", "bars"))
        label = self.label(fields, "label", where) or NO_LABEL
        return Figure(self.text(fields, "id", where), label, self.texts_of(fields, "bars", where))


def register_groups(questionnaire: Questionnaire, name: str) -> Grouping | None:
    """Return the groups by the codes of a register variable; None if there is no such variable with codes."""
    variable = questionnaire.register_variable(name)
    if variable is None or variable.type != "code":
        return None
    groups = (Group(choice.code, choice.label, parse(f"{name} == '{choice.code}'")) for choice in variable.codes)
    return Grouping(name, tuple(groups))


def read_condition(text: str) -> Expression | Problem:
    """Return what somebody typed as an expression, or what is wrong with its words."""
    try:
        return parse(text)
    except ExpressionError as error:
        code = "expression_part" if error.part else "expression_syntax"
        return Problem(code, "", {"expression": text, "part": error.part})
