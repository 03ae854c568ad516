"""What the table builder asks for: an indicator, groups and a filter, all in the address of the page."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from barometer.problems import Problem, sentence
from responses.estimates import EVERY
from responses.groupings import indicator_name, read_filter, variables
from responses.problem_texts import TEXTS
from surveys.problem_texts import TEXTS as SURVEY_TEXTS
from surveys.questionnaire.definition import Questionnaire
from surveys.questionnaire.indicator_definition import Indicators

MOST_CHARACTERS = 500


class TableForm(forms.Form):
    """The choices come from the questionnaire: one list for each register variable with codes."""

    indicator = forms.ChoiceField(label=_("Indicator"))
    by = forms.ChoiceField(label=_("Groups"), required=False)

    def __init__(self, data: Any, questionnaire: Questionnaire, known: Indicators, language: str) -> None:
        super().__init__(data)
        self.questionnaire = questionnaire
        texts = [
            (each.id, f"{each.id} {indicator_name(questionnaire, each, language, each.by)}")
            for each in known.indicators
        ]
        self.choices("indicator").choices = [*texts, (EVERY, _("All indicators"))]
        named = [(name, label.text(language, {})) for name, label in variables(questionnaire)]
        self.choices("by").choices = [("", _("The indicator's own")), *named]
        self.registered = [variable for variable in questionnaire.register if variable.type == "code"]
        for variable in self.registered:
            codes = [(choice.code, choice.label.text(language, {})) for choice in variable.codes]
            field = forms.ChoiceField(
                label=variable.label.text(language, {}), required=False, choices=[("", _("Any")), *codes]
            )
            self.fields[variable.name] = field
        self.fields["where"] = forms.CharField(
            label=_("Other condition"),
            help_text=_("In the language of the questionnaire's conditions, such as novelty == 'copy'."),
            required=False,
            max_length=MOST_CHARACTERS,
        )
        self.fields["adjust"] = forms.BooleanField(label=_("Adjust the tests for each other (Holm)"), required=False)

    def choices(self, name: str) -> forms.ChoiceField:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        return field

    def clean_where(self) -> str:
        text: str = self.cleaned_data["where"].strip()
        found = read_filter(self.questionnaire, text) if text else None
        if isinstance(found, Problem):
            raise forms.ValidationError(sentence(found, {**SURVEY_TEXTS, **TEXTS}))
        return text

    @property
    def conditions(self) -> list[str]:
        """The filter as expressions: a code of each register variable chosen, and what was typed."""
        chosen = ((variable.name, self.cleaned_data[variable.name]) for variable in self.registered)
        by_register = [f"{name} == '{code}'" for name, code in chosen if code]
        return by_register + ([self.cleaned_data["where"]] if self.cleaned_data["where"] else [])
