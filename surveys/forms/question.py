"""The form of one question: its fields follow its type, its languages and what its texts go by."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from crispy_forms.layout import Div, Layout
from django import forms
from django.template.loader import get_template
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from barometer.form_helpers import bare
from barometer.problems import Problem
from surveys.forms.choices import OPTION_COLUMNS, ROW_COLUMNS, ChoiceTable, lines_sent
from surveys.forms.expressions import explained, name_lines
from surveys.forms.questionnaire import based_on_field
from surveys.forms.texts import Cell, ExpressionField, Get, LabelFields, Shape, fold, heading
from surveys.models import Question
from surveys.questionnaire.checks import FITTING_TYPES, MOST_CODE_CHARACTERS, MOST_TEXT_CHARACTERS
from surveys.questionnaire.definition import Questionnaire
from surveys.questionnaire.names import Name

NEW: Mapping[str, Any] = {
    "code": "",
    "page": "",
    "type": "single",
    "label": {},
    "hint": None,
    "ask_if": "",
    "required": True,
    "max_marks": None,
    "max_length": None,
    "enabled": True,
    "scale": "",
    "rows_like": "",
    "rows_marked_in": "",
    "row_text": None,
    "soft_check_when": "",
    "soft_check_text": None,
    "options": [{}, {}],
    "rows": [],
}
CODE_PROBLEMS = ("bad_code", "duplicate_code", "reserved_prefix", "reserved_word")


class Partial:
    """A template inside the layout of a form."""

    def __init__(self, template: str, context: Mapping[str, Any]) -> None:
        self.template, self.context = template, context

    def render(self, form: object, context: object, template_pack: str = "dkfds", **kwargs: object) -> SafeString:
        """Called by crispy forms."""
        return mark_safe(get_template(self.template).render({**self.context, "form": form}))


class QuestionForm(forms.Form):
    """One question with its options and rows.

    Args:
        pk: of the draft that it belongs to.
        found: that draft, for the pages, scales and questions that can be chosen.
        values: as ``question_values`` gives them, or as they were typed.
        names: what its condition can use.
    """

    use_required_attribute = False
    code = forms.CharField(label=_("Code"), max_length=MOST_CODE_CHARACTERS, widget=forms.TextInput({"class": "code"}))
    page = forms.ChoiceField(label=_("Page"))
    type = forms.ChoiceField(label=_("Type"), choices=Question.Type.choices)
    enabled = forms.BooleanField(
        label=_("In use"), required=False, help_text=_("Switched off, it is kept and checked, but not asked.")
    )
    ask_if = ExpressionField(
        label=_("Asked only if"),
        required=False,
        help_text=_("A condition, such as new == 'yes'. Empty means that everybody is asked."),
        widget=forms.Textarea({"rows": 3, "class": "expression", "spellcheck": "false"}),
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        pk: int,
        found: Questionnaire,
        shape: Shape,
        values: Mapping[str, Any],
        names: Sequence[Name],
        mark: str,
        language: str,
    ) -> None:
        self.type_ = str(data.get("type", values["type"])) if data is not None else str(values["type"])
        super().__init__(data, initial={**values, "based_on": mark})
        self.scales = list(found.scales)
        self.pk, self.names, self.shape, self.stored = pk, names, shape, values
        self.fields["page"].choices = [  # type: ignore[attr-defined]
            (page.name, f"{number}. {page.label.texts.get(language) or page.name}")
            for number, page in enumerate(found.pages, start=1)
        ]
        self.labels = {
            "label": LabelFields("label", gettext("Question"), shape, values["label"], data, lines=3),
            "hint": LabelFields("hint", gettext("Hint below it"), shape, values["hint"], data, lines=2, optional=True),
        }
        self._add_choices(found, values, data)
        self._add_limits(values, data)
        for label in self.labels.values():
            self.fields.update(label.fields())
        self.fields["based_on"] = based_on_field(mark)
        self.helper = bare()
        self.helper.layout = Layout(*self._layout(language))

    def takes(self, what: str) -> bool:
        """Whether questions of this type have it; ``what`` is a key of ``FITTING_TYPES``."""
        return self.type_ in FITTING_TYPES[what]

    # ---- fields

    def _add_choices(self, found: Questionnaire, values: Mapping[str, Any], data: Mapping[str, Any] | None) -> None:
        self.tables: dict[str, ChoiceTable] = {}
        if self.takes("options"):
            scales = [("", gettext("own options")), *((name, name) for name in self.scales)]
            self.fields["scale"] = forms.ChoiceField(
                label=_("Options from"), choices=scales, required=False, initial=values["scale"]
            )
        if self.takes("rows"):
            others = [question for question in found.questions if question.code != values["code"]]
            sources = {
                "rows_like": [one.code for one in others if one.has_rows and one.rows],
                "rows_marked_in": [one.code for one in others if one.type == "multi"],
            }
            titles = {"rows_like": _("Rows as in the grid"), "rows_marked_in": _("A row per mark in")}
            for name, codes in sources.items():
                choices = [("", "–"), *((code, code) for code in codes)]
                self.fields[name] = forms.ChoiceField(
                    label=titles[name], choices=choices, required=False, initial=values[name]
                )
        for key, one, columns in (
            ("rows", gettext("Row"), ROW_COLUMNS),
            ("options", gettext("Option"), OPTION_COLUMNS),
        ):
            if self.takes(key):
                lines = lines_sent(data, key) if data is not None else values[key]
                self.tables[key] = ChoiceTable(self, key, lines, self._columns(columns), self.shape, data, one=one)

    def _columns(self, columns: Sequence[str]) -> tuple[str, ...]:
        left_out = {*(() if self.takes("max") else ("exclusive",)), *(("open",) if self.takes("rows") else ())}
        return tuple(column for column in columns if column not in left_out)

    def _add_limits(self, values: Mapping[str, Any], data: Mapping[str, Any] | None) -> None:
        small = {"class": "input-width-xs", "inputmode": "numeric"}
        if self.takes("required"):
            self.fields["required"] = forms.BooleanField(
                label=_("An answer is required"), required=False, initial=values["required"]
            )
        if self.takes("max"):
            self.fields["max_marks"] = forms.IntegerField(
                label=_("Most marks"),
                required=False,
                min_value=1,
                max_value=MOST_TEXT_CHARACTERS,
                initial=values["max_marks"],
                widget=forms.TextInput(small),
            )
        if self.takes("max_length"):
            self.fields["max_length"] = forms.IntegerField(
                label=_("Most characters"),
                required=False,
                min_value=1,
                max_value=MOST_TEXT_CHARACTERS,
                initial=values["max_length"],
                widget=forms.TextInput(small),
            )
        if self.takes("row_text"):
            title, text = gettext("Question of each row"), values["row_text"]
            self.labels["row_text"] = LabelFields(
                "row_text", title, self.shape, text, data, optional=True, help_text=gettext("{partner} is the row.")
            )
        if self.takes("soft_check"):
            self.fields["soft_check_when"] = ExpressionField(
                label=_("Remark when"),
                required=False,
                initial=values["soft_check_when"],
                help_text=_("A condition on this answer and those above, such as count(partners) > 5."),
                widget=forms.TextInput({"class": "expression", "spellcheck": "false"}),
            )
            self.labels["soft_check_text"] = LabelFields(
                "soft_check_text", gettext("Remark"), self.shape, values["soft_check_text"], data, optional=True
            )

    # ---- layout

    def _layout(self, language: str) -> Iterator[Any]:
        yield Div(
            Div("code", css_class="col-12 col-md-4"),
            Div("type", css_class="col-12 col-md-4"),
            Div("page", css_class="col-12 col-md-4"),
            css_class="row field-row",
        )
        yield Partial("surveys/questionnaires/change_type.html", {})
        yield self.labels["label"].layout()
        yield self.labels["hint"].layout()
        if self.takes("rows"):
            yield heading(gettext("Rows"), gettext("Its own, or those of another question."))
            yield Div(
                Div(Cell("rows_like", ""), css_class="col-12 col-md-4"),
                Div(Cell("rows_marked_in", ""), css_class="col-12 col-md-4"),
                css_class="row field-row",
            )
            yield self.tables["rows"]
        if self.takes("row_text"):
            yield self.labels["row_text"].layout()
        if self.takes("options"):
            yield heading(gettext("Options"))
            yield Div(Cell("scale", ""), css_class="choice-source")
            if self.stored["scale"] in self.scales:
                context = {"pk": self.pk, "scale": self.stored["scale"]}
                yield Partial("surveys/questionnaires/scale_link.html", context)
            yield self.tables["options"]
        yield heading(gettext("Who is asked"))
        context = {"names": name_lines(self.names, language), "language": language}
        yield Div(
            Div("ask_if", css_class="condition-field"),
            Partial("surveys/questionnaires/names.html", context),
            css_class="condition-row",
        )
        yield heading(gettext("Answer"))
        limits = [name for name in ("max_marks", "max_length") if name in self.fields]
        yield Div(*(name for name in ("required", "enabled") if name in self.fields), *limits, css_class="limits")
        if self.takes("soft_check"):
            yield self._soft_check()
        yield "based_on"

    def _soft_check(self) -> Div:
        """Folded away as long as there is none and nothing is wrong with it."""
        names = ["soft_check_when", *self.labels["soft_check_text"].names()]
        return fold(
            gettext("Soft check: a remark shown once; the same answer sent again is taken"),
            "soft_check_when",
            self.labels["soft_check_text"].layout(),
            is_open=any(self[name].value() for name in names),
        )

    # ---- values

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for table in self.tables.values():
            table.add_missing()
        if cleaned.get("rows_like") and cleaned.get("rows_marked_in"):
            self.add_error("rows_marked_in", gettext("Choose only one of the two."))
        if self.takes("soft_check"):
            text = self.labels["soft_check_text"].value(cleaned.get)
            if bool(cleaned.get("soft_check_when")) != (text is not None):
                self.add_error("soft_check_when", gettext("A soft check needs both a condition and a remark."))
        return cleaned

    def values(self) -> dict[str, Any]:
        """Return what is valid as ``question_values`` gives it."""
        return self._values(self.cleaned_data.get)

    def typed(self) -> dict[str, Any]:
        """Return what was typed, valid or not."""
        return self._values(lambda name: self[name].value() if name in self.fields else None)

    def _values(self, get: Get) -> dict[str, Any]:
        values: dict[str, Any] = {**NEW, "options": [], "rows": [], "required": self.type_ != "open"}
        simple = [name for name in self.fields if name in NEW]
        values |= {name: get(name) for name in simple}
        for name, value in values.items():
            if value is None and isinstance(NEW[name], str):
                values[name] = ""
        values |= {name: bool(values[name]) for name in ("required", "enabled")}
        values |= {name: label.value(get) for name, label in self.labels.items()}
        return values | {key: table.values(get) for key, table in self.tables.items()}

    def changes_shape(self) -> bool:
        """Whether what was saved needs other fields than the form has."""
        values = self.values()
        fields = [*self.labels.values(), *(line["label"] for table in self.tables.values() for line in table.labels)]
        wanted = [self.cleaned_data.get(f"{label.key}__by", label.by) for label in fields]
        return values["type"] != self.stored["type"] or wanted != [label.by for label in fields]

    # ---- problems

    def add_problem(self, problem: Problem) -> None:
        """Put a problem of the question beside the field that it lies in."""
        self.add_error(self._field_of(problem), explained(problem, self.names))

    def _field_of(self, problem: Problem) -> str | None:
        own = str(self["code"].value() or "")  # not the cleaned one, which is gone once an error stands beside it
        _, _, inside = problem.where.partition(".")
        key, expression = problem.params.get("key"), problem.params.get("expression")
        if problem.where == own:
            return self._own_field(problem.code, key, expression)
        if inside == "soft_check":
            return self._label_field("soft_check_text") if key else "soft_check_when"
        for table in self.tables.values():
            number = table.number_of(inside, None if expression is None else str(expression))
            if number is not None:
                columns = {"duplicate_value": "value", "open_in_grid": "open"}
                column = "ask_if" if expression is not None else columns.get(problem.code, "code")
                if key in ("label", "hint"):
                    return table.labels[number][str(key)].names()[0]
                return table.name(number, column)
        return None

    def _own_field(self, code: str, key: object, expression: object) -> str | None:
        if code in CODE_PROBLEMS:
            return "code"
        if key in self.labels:
            return self._label_field(str(key))
        limits = {"max_out_of_range": "max_marks", "max_length_out_of_range": "max_length"}
        source = str(expression).partition(":")[0]
        name = limits.get(code) or (source if source in ("rows_like", "rows_marked_in") else "ask_if")
        return name if name in self.fields else None

    def _label_field(self, key: str) -> str:
        return self.labels[key].names()[0]
