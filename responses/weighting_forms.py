"""Forms of the pages that make weights."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from barometer.form_helpers import with_button
from responses.small_cells import SmallCell
from responses.weight_units import VARIABLES

JOIN = "join:"  # before the name of a small cell, in the fields that ask what to join it with
LABELS = [(name, label) for name, (label, _codes) in VARIABLES.items()]
NON_RESPONSE_METHODS: list[tuple[str, str | Promise]] = [
    ("strata", _("the strata of the sample")),
    ("register", _("classes of register variables")),
    ("propensity", _("classes of alike response propensity, estimated from register variables")),
]
CALIBRATION_METHODS: list[tuple[str, str | Promise]] = [
    ("raking", _("Raking: every margin is met, all factors are above 0")),
    ("post_stratify", _("Post-stratification: every combination of the variables is met")),
    ("linear", _("Linear (the regression estimator)")),
    ("linear_bounded", _("Linear, within bounds")),
    ("logit", _("Logit, within bounds")),
]


class StageForm(forms.Form):
    """What every stage asks, the first one no more: a name; and what to join each small cell with, once known."""

    button: str | Promise = _("Make the weights")
    name = forms.CharField(
        label=_("Name"),
        help_text=_("For example “raked on level, industry and size”. Figures and files name the weights by it."),
        max_length=60,
        error_messages={"required": _("Write a name."), "max_length": _("The name has more than 60 characters.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = with_button(self.button)

    def decided(self) -> dict[str, str]:
        """Return what has been posted about small cells: each with the cell to join it with."""
        posted = {key: str(value) for key, value in self.data.items() if key.startswith(JOIN)}
        return {key.removeprefix(JOIN): value for key, value in posted.items() if value}

    def ask_about(self, cells: Sequence[SmallCell], labels: Mapping[str, str]) -> None:
        """Add a field per small cell, with what is proposed, and keep what was decided before."""
        data = QueryDict(mutable=True)
        for key in self.data:
            if not key.startswith(JOIN) and isinstance(self.data, QueryDict):
                data.setlist(key, self.data.getlist(key))
        asked = [small.cell for small in cells]
        for cell, other in self.decided().items():
            if cell not in asked:
                self.fields[JOIN + cell] = forms.CharField(widget=forms.HiddenInput)
                data[JOIN + cell] = other
        for small in cells:
            choices = [("", gettext("Choose")), *((other, labels.get(other, other)) for other in small.others)]
            label = gettext("Join %(cell)s with") % {"cell": labels.get(small.cell, small.cell)}
            words = {"known": small.known, "drawn": small.drawn}
            hint = gettext("%(drawn)s drawn, %(known)s of them submitted or not eligible.") % words
            self.fields[JOIN + small.cell] = forms.ChoiceField(label=label, help_text=hint, choices=choices)
            data[JOIN + small.cell] = small.proposal or ""
        self.data = data


class NonResponseForm(StageForm):
    method = forms.ChoiceField(
        label=_("Response is taken as random within"),
        choices=NON_RESPONSE_METHODS,
        initial="strata",
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose within what response is taken as random.")},
    )
    variables = forms.MultipleChoiceField(
        label=_("Register variables"),
        help_text=_("For classes and propensities; not used with strata."),
        choices=LABELS,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    count = forms.IntegerField(
        label=_("Classes of propensity"),
        initial=5,
        min_value=2,
        max_value=20,
        widget=forms.NumberInput(attrs={"class": "input-width-xs"}),
        error_messages={
            "required": _("Write a number of classes."),
            "invalid": _("Write a whole number."),
            "min_value": _("At least %(limit_value)d classes."),
            "max_value": _("At most %(limit_value)d classes."),
        },
    )


class CalibrationForm(StageForm):
    method = forms.ChoiceField(
        label=_("Method"),
        choices=CALIBRATION_METHODS,
        initial="raking",
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a method.")},
    )
    variables = forms.MultipleChoiceField(
        label=_("The frame's numbers of workplaces to meet, by"),
        choices=LABELS,
        initial=["level", "industry_group", "size_class"],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one register variable.")},
    )
    employees = forms.BooleanField(label=_("Meet the frame's number of employees, too"), required=False)
    smallest = forms.FloatField(
        label=_("Smallest factor"),
        help_text=_("For the methods with bounds."),
        initial=0.5,
        localize=True,
        widget=forms.TextInput(attrs={"class": "input-width-xs", "inputmode": "decimal"}),
        error_messages={"required": _("Write a number."), "invalid": _("Write a number.")},
    )
    largest = forms.FloatField(
        label=_("Largest factor"),
        initial=2.0,
        localize=True,
        widget=forms.TextInput(attrs={"class": "input-width-xs", "inputmode": "decimal"}),
        error_messages={"required": _("Write a number."), "invalid": _("Write a number.")},
    )
