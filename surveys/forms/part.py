"""The forms of the smaller parts of a draft: pages, scales, derived and register variables, general texts."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from crispy_forms.layout import Div, Layout
from django import forms
from django.utils.translation import gettext

from barometer.form_helpers import bare
from barometer.problems import Problem
from surveys.forms.choices import CODE_COLUMNS, OPTION_COLUMNS, ChoiceTable, lines_sent
from surveys.forms.expressions import explained, name_lines
from surveys.forms.question import Partial
from surveys.forms.questionnaire import based_on_field
from surveys.forms.texts import ExpressionField, Get, LabelFields, Shape, heading
from surveys.models import Part, RegisterVariable
from surveys.questionnaire.checks import MOST_CODE_CHARACTERS
from surveys.questionnaire.names import Name
from surveys.questionnaire.reading import TEXT_NAMES

NEW: Mapping[str, Mapping[str, Any]] = {
    Part.PAGE: {"name": "", "label": {}},
    Part.SCALE: {"name": "", "options": [{}, {}, {}]},
    Part.DERIVED: {"name": "", "expression": "", "label": {}},
    Part.REGISTER: {"name": "reg_", "type": "code", "label": {}, "codes": [{}, {}]},
}


class PartForm(forms.Form):
    """One page, scale, derived or register variable; the arguments are those of ``QuestionForm``."""

    use_required_attribute = False

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        part: Part,
        shape: Shape,
        values: Mapping[str, Any],
        names: Sequence[Name] = (),
        mark: str,
        language: str,
    ) -> None:
        super().__init__(data)
        self.part, self.names = part, names
        self.fields["name"] = forms.CharField(
            label=gettext("Name"),
            max_length=MOST_CODE_CHARACTERS,
            initial=values["name"],
            widget=forms.TextInput({"class": "code"}),
        )
        if "type" in values:
            self.fields["type"] = forms.ChoiceField(
                label=gettext("Type"), choices=RegisterVariable.Type.choices, initial=values["type"]
            )
        if "expression" in values:
            self.fields["expression"] = ExpressionField(
                label=gettext("Expression"),
                initial=values["expression"],
                widget=forms.Textarea({"rows": 4, "class": "expression", "spellcheck": "false"}),
            )
        title = gettext("Heading of the page") if part == Part.PAGE else gettext("Description")
        self.label = (
            LabelFields("label", title, shape, values["label"], data, may_vary=part == Part.PAGE)
            if "label" in values
            else None
        )
        self.fields.update(self.label.fields() if self.label else ())
        self.table = self._table(values, shape, data)
        self.fields["based_on"] = based_on_field(mark)
        self.helper = bare()
        self.helper.layout = Layout(*self._layout(language))

    def _table(self, values: Mapping[str, Any], shape: Shape, data: Mapping[str, Any] | None) -> ChoiceTable | None:
        kinds = {
            Part.SCALE: ("options", OPTION_COLUMNS, gettext("Option")),
            Part.REGISTER: ("codes", CODE_COLUMNS, gettext("Code")),
        }
        if self.part not in kinds:
            return None
        key, columns, one = kinds[self.part]
        lines = lines_sent(data, key) if data is not None else values[key]
        return ChoiceTable(self, key, lines, columns, shape, data, one=one)

    def _layout(self, language: str) -> Iterator[Any]:
        yield "name"
        if self.label:
            yield self.label.layout()
        if "type" in self.fields:
            yield "type"
        if "expression" in self.fields:
            context = {"names": name_lines(self.names, language), "language": language}
            yield Div(
                Div("expression", css_class="condition-field"),
                Partial("surveys/questionnaires/names.html", context),
                css_class="condition-row",
            )
        if self.table:
            lead = gettext("For the type “Code” only.") if self.part == Part.REGISTER else ""
            yield heading(gettext("Codes") if self.part == Part.REGISTER else gettext("Options"), lead)
            yield self.table
        yield "based_on"

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.table:
            self.table.add_missing()
        return cleaned

    def values(self) -> dict[str, Any]:
        """Return what is valid as ``part_values`` gives it."""
        return self._values(self.cleaned_data.get)

    def typed(self) -> dict[str, Any]:
        """Return what was typed, valid or not."""
        return self._values(lambda name: self[name].value() if name in self.fields else None)

    def _values(self, get: Get) -> dict[str, Any]:
        values: dict[str, Any] = {
            name: get(name) or "" for name in ("name", "type", "expression") if name in self.fields
        }
        if self.label:
            values["label"] = self.label.value(get)
        if self.table:
            values[self.table.key] = self.table.values(get)
        return values

    def add_problem(self, problem: Problem) -> None:
        """Put a problem of the part beside the field that it lies in."""
        self.add_error(self._field_of(problem), explained(problem, self.names))

    def _field_of(self, problem: Problem) -> str | None:
        inside = problem.where.split(".")[2:]
        if inside and self.table:
            number = self.table.number_of(inside[0])
            if number is None:
                return None
            if problem.params.get("key") in self.table.labels[number]:
                return self.table.labels[number][str(problem.params["key"])].names()[0]
            columns = {"duplicate_value": "value"}
            column = "ask_if" if "expression" in problem.params else columns.get(problem.code, "code")
            return self.table.name(number, column)
        if "expression" in problem.params:
            return "expression"
        if self.label and problem.params.get("key") == "label":
            return self.label.names()[0]
        return "name"


class TextsForm(forms.Form):
    """The general texts of a questionnaire."""

    use_required_attribute = False

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, shape: Shape, texts: Mapping[str, Any], mark: str
    ) -> None:
        super().__init__(data)
        titles = {
            "mark_all": (gettext("Below questions with several marks"), gettext("Where no number of marks is given.")),
            "open_hint": (gettext("Below text fields of options"), ""),
            "wrong_person": (gettext("The button for those who are not the right person"), ""),
        }
        self.labels = {
            name: LabelFields(
                name, titles[name][0], shape, texts.get(name), data, optional=True, help_text=titles[name][1]
            )
            for name in TEXT_NAMES
        }
        for label in self.labels.values():
            self.fields.update(label.fields())
        self.fields["based_on"] = based_on_field(mark)
        self.helper = bare()
        self.helper.layout = Layout(*(label.layout() for label in self.labels.values()), "based_on")

    def texts(self) -> dict[str, Any]:
        """Return the texts that are not empty."""
        found = {name: label.value(self.cleaned_data.get) for name, label in self.labels.items()}
        return {name: text for name, text in found.items() if text is not None}

    def add_problem(self, problem: Problem) -> None:
        """Put a problem of a text beside its first field."""
        key = str(problem.params.get("key", ""))
        self.add_error(self.labels[key].names()[0] if key in self.labels else None, explained(problem, ()))
