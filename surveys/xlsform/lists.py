"""The choices sheet: lists of options, which become scales."""

from collections.abc import Sequence
from dataclasses import replace

from barometer.problems import Problem
from surveys.questionnaire.definition import Choice, Label
from surveys.xlsform.names import Names
from surveys.xlsform.structure import Entry
from surveys.xlsform.texts import Texts
from surveys.xlsform.workbook import Row

OTHER = "other"
OTHER_TEXTS = {"da": "Andet", "en": "Other", "sv": "Annat", "nb": "Annet", "fi": "Muu", "is": "Annað", "nl": "Anders"}
OTHER_VALUE = 97


class Lists:
    """Options by list; each list is one scale, used by all questions that name it as it is."""

    def __init__(self, rows: Sequence[Row], texts: Texts, remarks: list[Problem]) -> None:
        self.texts, self.remarks = texts, remarks
        self.names = Names("list")
        self.used: dict[str, str] = {}
        self.asked_for: set[str] = set()
        self.choices: dict[str, tuple[Choice, ...]] = {}
        self._codes: dict[str, dict[str, str]] = {}
        by_list: dict[str, list[Row]] = {}
        for row in rows:
            by_list.setdefault(row.get("list_name") or row.get("list name"), []).append(row)
        for name, of_list in by_list.items():
            self.read(name, of_list)

    def read(self, name: str, rows: Sequence[Row]) -> None:
        codes, choices = Names("c"), []
        self._codes[name] = {}
        for row in rows:
            self.remarks += self.texts.lost(row)
            own = row.get("name")
            code = codes.new(own)
            if own in self._codes[name]:
                self.remarks.append(Problem("xls_choice_twice", row.where, {"name": own, "list": name}))
            self._codes[name].setdefault(own, code)
            if code != own:
                self.remarks.append(Problem("xls_renamed", row.where, {"name": own, "code": code}))
            choices.append(Choice(code, None, self.texts.label(row) or Label({})))
        values = [row.get("value") or row.get("name") for row in rows]
        if all(value.isdecimal() and len(value) < 10 for value in values) and len(set(values)) == len(values):
            choices = [replace(choice, value=int(value)) for choice, value in zip(choices, values, strict=True)]
        elif any(row.get("value") for row in rows):
            self.remarks.append(
                Problem("xls_column", rows[0].where, {"column": "value", "text": ", ".join(values)[:200]})
            )
        self.choices[name] = tuple(choices)

    def codes(self, name: str) -> dict[str, str]:
        """Codes by the names of the form."""
        return self._codes.get(name, {})

    def options(self, entry: Entry) -> tuple[Choice, ...]:
        self.asked_for.add(entry.list_name)
        if entry.list_name not in self.choices:
            self.remarks.append(Problem("xls_list_missing", entry.row.where, {"list": entry.list_name}))
            self.choices[entry.list_name] = ()
        return self.choices[entry.list_name]

    def use(self, name: str) -> str:
        """The scale that a list becomes."""
        if name not in self.used:
            code = self.names.new(name)
            if code != name:
                self.remarks.append(Problem("xls_renamed", "choices:1", {"name": name, "code": code}))
            self.used[name] = code
        return self.used[name]

    def scales(self) -> dict[str, tuple[Choice, ...]]:
        """The lists that questions use as they are; call when all questions have been read."""
        for name in self.choices:
            if name not in self.asked_for and name not in self.used:  # a grid uses its list without asking
                self.remarks.append(Problem("xls_list_unused", "choices:1", {"list": name}))
        return {code: self.choices.get(name, ()) for name, code in self.used.items()}


def other_option(options: Sequence[Choice], languages: Sequence[str]) -> Choice:
    """What ``or_other`` adds: an option with a text field, with a number where the others have one."""
    values = [option.value for option in options if option.value is not None]
    value = max(OTHER_VALUE, max(values) + 1) if values else None
    texts = {language: OTHER_TEXTS[language] for language in languages if language in OTHER_TEXTS}
    return Choice(OTHER, value, Label(texts), open=True)
