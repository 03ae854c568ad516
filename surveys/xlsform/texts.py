"""Labels and hints of an XLSForm by language; and what of its columns has no place here."""

import re
from collections.abc import Iterator, Sequence

from barometer.problems import Problem
from surveys.questionnaire.definition import BRACE, Label
from surveys.xlsform.names import language_of
from surveys.xlsform.workbook import Row, Workbook

KNOWN = {
    "survey": {"type", "name", "relevant", "required", "appearance", "calculation", "constraint", "disabled"},
    "choices": {"list_name", "list name", "name", "value"},
    "settings": {"form_title", "form_id", "version", "default_language", "id_string", "title"},
}
TEXTS = {"survey": ("label", "hint"), "choices": ("label",), "settings": ()}
MARKUP = re.compile(r"\*\*|__|</?[a-zA-Z][^>]*>|\[[^\]]+\]\(")


class Texts:
    """Reads texts; collects the languages that occur.

    Args:
        default: the language of columns without one.
    """

    def __init__(self, workbook: Workbook, default: str) -> None:
        settings = workbook.settings[0].cells if workbook.settings else {}
        named = language_of(f"label::{settings.get('default_language', '')}") or default
        self.default = named
        self.columns: dict[tuple[str, str], dict[str, str]] = {}  # by sheet and kind: language by column
        self.problems: list[Problem] = []
        for sheet, rows in (("survey", workbook.survey), ("choices", workbook.choices)):
            headers = dict.fromkeys(column for row in rows for column in row.cells)
            for kind in TEXTS[sheet]:
                self.columns[sheet, kind] = dict(self._languages(sheet, kind, list(headers)))
        found = {language for columns in self.columns.values() for language in columns.values()}
        self.languages = tuple(sorted(found, key=lambda language: (language != named, language))) or (named,)

    def _languages(self, sheet: str, kind: str, headers: Sequence[str]) -> Iterator[tuple[str, str]]:
        for column in headers:
            base, separator, _name = column.partition("::")
            if base.strip().lower() != kind:
                continue
            language = language_of(column) if separator else self.default
            if language is None:
                self.problems.append(Problem("xls_language", f"{sheet}:1", {"column": column}))
            else:
                yield column, language

    def label(self, row: Row, kind: str = "label") -> Label | None:
        """The text in every language that has one; None when there is none at all."""
        texts: dict[str, str] = {}
        for column, language in self.columns[row.sheet, kind].items():
            text = row.get(column)
            if text:
                texts.setdefault(language, text)
        for text in texts.values():
            if "${" in text or BRACE.search(text):
                self.problems.append(Problem("xls_reference_in_text", row.where, {"text": text}))
                break
            if MARKUP.search(text):
                self.problems.append(Problem("xls_markup", row.where, {"text": text}))
                break
        return Label(texts) if texts else None

    def lost(self, row: Row) -> Iterator[Problem]:
        """Cells whose column has no place here."""
        read = {column for (sheet, _), columns in self.columns.items() if sheet == row.sheet for column in columns}
        for column, text in row.cells.items():
            unread_language = column.partition("::")[0].strip().lower() in TEXTS[row.sheet] and "::" in column
            if text and column not in read and column.lower() not in KNOWN[row.sheet] and not unread_language:
                yield Problem("xls_column", row.where, {"column": column, "text": text[:200]})
