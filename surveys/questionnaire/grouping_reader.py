"""The groups of indicators and figures, read from a document beside the questionnaire."""

from collections.abc import Mapping

from surveys.questionnaire import yaml_text
from surveys.questionnaire.definition import Label, Questionnaire
from surveys.questionnaire.expression import parse
from surveys.questionnaire.indicator_definition import Group, Grouping
from surveys.questionnaire.reading import NO_LABEL, DocumentReader


class GroupingReader(DocumentReader):
    """Reads a document that belongs to a questionnaire; groups get their labels from either."""

    def __init__(self, questionnaire: Questionnaire) -> None:
        super().__init__()
        self.instrument = questionnaire
        self.group_labels: dict[str, Label] = {}
        self.edition = ""

    def document(self, text: str) -> dict[object, object] | None:
        """Read the text as a mapping; None, and why among the problems, for what is none."""
        document, problems = yaml_text.read(text)
        self.problems += problems
        if isinstance(document, dict):
            return document
        if not problems:
            self.say("not_a_mapping", "")
        return None

    def head(self, document: dict[object, object], keys: tuple[str, ...], content: str) -> dict[str, object]:
        """Read what both documents begin with, and return the mapping."""
        top = self.mapping(document, "", ("questionnaire", "edition", "groups", *keys), ("questionnaire", content))
        code = self.text(top, "questionnaire", "")
        if code and code != self.instrument.code:
            self.say("other_questionnaire", "", code=code, expected=self.instrument.code)
        self.edition = self.text(top, "edition", "")
        self.group_labels = self.labels(top, "groups", "when")
        return top

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

    def grouping(self, fields: Mapping[str, object], where: str) -> Grouping | None:
        """Groups by a register variable, whose existence ``check_grouping`` looks at, or by a list of expressions."""
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


def register_groups(questionnaire: Questionnaire, name: str) -> Grouping | None:
    """Return the groups by the codes of a register variable; None if there is no such variable with codes."""
    variable = questionnaire.register_variable(name)
    if variable is None or variable.type != "code":
        return None
    groups = (Group(choice.code, choice.label, parse(f"{name} == '{choice.code}'")) for choice in variable.codes)
    return Grouping(name, tuple(groups))
