"""Read the figures of an instrument from YAML beside it, held against the questionnaire and its indicators.

docs/figures-format.md describes the document.
"""

from collections.abc import Mapping
from typing import cast

from barometer.problems import Problem
from surveys.questionnaire.definition import Questionnaire
from surveys.questionnaire.figure_checks import check_figures
from surveys.questionnaire.figure_definition import NONE, NOTES, TESTS, Entry, Figure, Figures
from surveys.questionnaire.grouping_reader import GroupingReader
from surveys.questionnaire.indicator_definition import Indicators
from surveys.questionnaire.reading import NO_LABEL, named_place

KEYS = ("id", "label", "base", "bars", "rows", "parts", "left_out", "by", "test", "note")
BARS_KEYS, ROWS_KEYS = ("bars",), ("base", "rows", "parts", "left_out")


def read_figures(
    text: str, questionnaire: Questionnaire, indicators: Indicators
) -> tuple[Figures | None, list[Problem]]:
    """Read and check; the figures are None when there is any problem."""
    reader = FigureReader(questionnaire)
    document = reader.document(text)
    if document is None:
        return None, reader.problems
    found = reader.figures(document)
    problems = [*reader.problems, *check_figures(found, questionnaire, indicators)]
    return (None if problems else found), problems


class FigureReader(GroupingReader):
    """Reads one document."""

    def figures(self, document: dict[object, object]) -> Figures:
        top = self.head(document, ("figures",), "figures")
        return Figures(
            edition=self.edition,
            figures=tuple(self.figure(entry, where) for where, entry in self.entries(top, "figures", "")),
        )

    def figure(self, entry: object, where: str) -> Figure:
        where = named_place(entry, "id", "", where)
        fields = self.mapping(entry, where, KEYS, ("id", "label", "note"))
        self.only_one(fields, where, "bars", "rows")
        for other in ROWS_KEYS if "bars" in fields else ("base", "rows", "parts"):
            if ("bars" in fields) == (other in fields):
                self.say("figure_key_misplaced" if "bars" in fields else "missing_key", where, key=other)
        return Figure(
            id=self.text(fields, "id", where),
            label=self.label(fields, "label", where) or NO_LABEL,
            base=self.expression(fields, "base", where),
            bars=self.listed(fields, "bars", where),
            rows=self.listed(fields, "rows", where),
            parts=self.listed(fields, "parts", where),
            left_out=self.listed(fields, "left_out", where),
            by=self.grouping(fields, where),
            test=self.one_of(fields, "test", where, TESTS) or NONE,
            note=tuple(note for note in self.texts_of(fields, "note", where) if self.known(note, where)),
        )

    def listed(self, fields: Mapping[str, object], key: str, where: str) -> tuple[Entry, ...]:
        """Codes, or mappings of a code and the label that it has in this figure; never an empty list."""
        if key in fields and not fields[key]:
            self.say("must_be_list_of_texts", where, key=key)
        return tuple(self.entry(entry, place) for place, entry in self.entries(fields, key, where))

    def entry(self, entry: object, where: str) -> Entry:
        if isinstance(entry, str) and entry:
            return Entry(entry)
        fields = self.mapping(entry, where, ("code", "label"), ("code", "label"))
        return Entry(self.text(fields, "code", where), self.label(fields, "label", where))

    def known(self, note: str, where: str) -> bool:
        return self.one_of(cast(Mapping[str, object], {"note": note}), "note", where, NOTES) is not None
