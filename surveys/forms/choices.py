"""Options, rows and codes in a form: a compact line of fields for each, the rarer ones folded away."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django import forms
from django.template.loader import get_template
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from surveys.forms.texts import Get, LabelFields, Shape
from surveys.questionnaire.checks import MOST_CODE_CHARACTERS

MOST_LINES = 200  # added by hand
OPTION_COLUMNS = ("code", "value", "label", "exclusive", "open", "enabled", "hint", "ask_if", "group")
ROW_COLUMNS = ("code", "label", "enabled", "hint", "ask_if")
CODE_COLUMNS = ("code", "label")
STORED = {"options": OPTION_COLUMNS, "rows": ROW_COLUMNS, "codes": CODE_COLUMNS}
MARKS = ("exclusive", "open", "enabled")
EMPTY: Mapping[str, Any] = {
    "code": "",
    "value": None,
    "label": {},
    "hint": None,
    "ask_if": "",
    "exclusive": False,
    "open": False,
    "group": "",
    "enabled": True,
}


def lines_sent(data: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    """Return as many empty lines as were sent, of a list read from a file also more than one can add by hand."""
    found = [int(match[1]) for name in data if (match := re.fullmatch(rf"{key}-(\d{{1,4}})-code", name))]
    return [dict(EMPTY) for _ in range(min(max(found, default=-1) + 1, max(len(found), MOST_LINES)))]


def rearranged(lines: Sequence[Mapping[str, Any]], act: str, place: str) -> list[Mapping[str, Any]]:
    """Return the lines after "add", or after "up", "down" or "remove" of one of them, counted from "0"."""
    new = list(lines)
    number = int(place) if re.fullmatch("[0-9]{1,4}", place) else -1
    if act == "add" and len(new) < MOST_LINES:
        new.append(dict(EMPTY))
    elif 0 <= number < len(new) and act in ("up", "down", "remove"):
        line = new.pop(number)
        if act != "remove":
            new.insert(max(number - 1 if act == "up" else number + 1, 0), line)
    return new


class ChoiceTable:
    """The lines of one kind; adds their fields to the form, and is its own layout object.

    Args:
        key: "options", "rows" or "codes": begins the names of the fields, e.g. "options-0-code".
        one: what one of them is called.
        lines: the choices as stored or typed; when ``data`` is given, as many as were sent.
    """

    def __init__(
        self,
        form: forms.Form,
        key: str,
        lines: Sequence[Mapping[str, Any]],
        columns: Sequence[str],
        shape: Shape,
        data: Mapping[str, Any] | None,
        *,
        one: str,
    ) -> None:
        self.form, self.key, self.columns, self.shape, self.one = form, key, columns, shape, one
        self.labels: list[dict[str, LabelFields]] = []
        for number, line in enumerate(lines):
            self._add(number, {**EMPTY, **line}, data)

    def __len__(self) -> int:
        return len(self.labels)

    def name(self, number: int, column: str) -> str:
        return f"{self.key}-{number}-{column}"

    def values(self, get: Get) -> list[dict[str, Any]]:
        """Return what was typed, as choices are stored; lines without a code and without a text are left out."""
        found = (self._value(number, get) for number in range(len(self)))
        return [line for line in found if line["code"] or any(_texts(line["label"]))]

    def add_missing(self) -> None:
        """Say where a line has texts but no code."""
        for number in range(len(self)):
            line = self._value(number, self.form.cleaned_data.get)
            if not line["code"] and any(_texts(line["label"])):
                self.form.add_error(self.name(number, "code"), gettext("Write a code."))

    def number_of(self, code: str, expression: str | None = None) -> int | None:
        """Return the line with this code, the last of twins, and with this condition where one is given."""
        for number in reversed(range(len(self))):
            line = self._value(number, self.form.cleaned_data.get)
            if line["code"] == code and expression in (None, line.get("ask_if")):
                return number
        return None

    def render(self, form: object, context: object, template_pack: str = "dkfds", **kwargs: object) -> SafeString:
        """Called by crispy forms."""
        template = get_template("surveys/questionnaires/choice_table.html")
        return mark_safe(template.render({"table": self, "lines": list(self._lines())}))

    def _add(self, number: int, line: Mapping[str, Any], data: Mapping[str, Any] | None) -> None:
        of_line = f"{self.one} {number + 1}"
        for column in self.columns:
            if column not in ("label", "hint"):
                field = _field(column, of_line)
                field.initial = line[column]
                self.form.fields[self.name(number, column)] = field
        titles = {"label": gettext("Text"), "hint": gettext("Hint")}
        labels = {
            column: LabelFields(
                self.name(number, column),
                f"{of_line}: {title}",
                self.shape,
                line[column],
                data,
                optional=column == "hint",
                lines=0,
                may_vary=column == "label" and "ask_if" in self.columns,
            )
            for column, title in titles.items()
            if column in self.columns
        }
        for label in labels.values():
            self.form.fields.update(label.fields())
        self.labels.append(labels)

    def _value(self, number: int, get: Get) -> dict[str, Any]:
        line = {column: get(self.name(number, column)) for column in self.columns if column not in ("label", "hint")}
        texts = {column: label.value(get) for column, label in self.labels[number].items()}
        values = {column: EMPTY[column] for column in STORED[self.key]}  # also for columns that the type leaves out
        return values | {column: _stored(column, value) for column, value in line.items()} | texts

    def _lines(self) -> Iterator[dict[str, Any]]:
        """What the template shows of each line, column by column."""
        for number, labels in enumerate(self.labels):
            text = labels["label"]
            folded = [name for column, label in labels.items() if column == "hint" for name in label.names()]
            folded += [
                name for column in ("ask_if", "group") if (name := self.name(number, column)) in self.form.fields
            ]
            by = [name] if (name := f"{text.key}__by") in self.form.fields else []
            said = [self.form[name].value() for name in folded if not name.startswith(f"{self.name(number, 'hint')}_")]
            yield {
                "number": number,
                "varies": bool(text.by),
                "title": f"{self.one} {number + 1}",
                "code": self._cell(number, self.name(number, "code")),
                "value": self._cell(number, self.name(number, "value")) if "value" in self.columns else None,
                "texts": [self._cell(number, name) for name in text.names()],
                "marks": [self._cell(number, self.name(number, column)) for column in MARKS if column in self.columns],
                "more": [self._cell(number, name) for name in [*folded, *by]],
                "hidden": [self.form[f"{label.key}__shown"] for label in labels.values()],
                "said": [text for text in said if text],
                "is_open": any(self.form[name].errors for name in folded),
                "is_last": number == len(self) - 1,
            }

    def _cell(self, number: int, name: str) -> dict[str, Any]:
        """A field with its label in two: which line, for those who do not see that, and which field of it."""
        field = self.form[name]
        of_line = f"{self.one} {number + 1}: "
        return {"field": field, "of": of_line, "title": str(field.label).removeprefix(of_line)}


def _field(column: str, of_line: str) -> forms.Field:
    """A field of one line; its label says of which, for those who hear it alone."""
    title = {
        "code": gettext("Code"),
        "value": gettext("Value"),
        "ask_if": gettext("Offered only if"),
        "group": gettext("Group for analysis"),
        "exclusive": gettext("Stands alone"),
        "open": gettext("With text field"),
        "enabled": gettext("In use"),
    }[column]
    label = f"{of_line}: {title}"
    if column == "value":
        return forms.IntegerField(label=label, required=False, min_value=-99_999, max_value=999_999, widget=_Number())
    if column in MARKS:
        return forms.BooleanField(label=label, required=False)
    if column == "ask_if":
        return forms.CharField(label=label, required=False, widget=forms.TextInput({"class": "expression"}))
    if column == "group":
        return forms.CharField(label=label, required=False, max_length=60)
    return forms.CharField(
        label=label, required=False, max_length=MOST_CODE_CHARACTERS, widget=forms.TextInput({"class": "code"})
    )


class _Number(forms.TextInput):
    """A whole number without the little arrows."""

    def __init__(self) -> None:
        super().__init__({"inputmode": "numeric"})


def _stored(column: str, value: Any) -> Any:
    if column in MARKS:
        return bool(value)
    return value if column == "value" else (value or "")


def _texts(label: Mapping[str, Any] | None) -> Iterator[str]:
    for language, text in (label or {}).items():
        if language != "by":
            yield from text.values() if isinstance(text, dict) else (text,)
