"""Forms about how cases end."""

from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from responses.forms import ReasonForm
from responses.models.case import OUTCOME_LABELS
from responses.statistics.outcomes import AAPOR, OVERRIDES


class OutcomeForm(ReasonForm):
    """How a case ends, as staff say, and why."""

    outcome = forms.ChoiceField(
        label=_("The case ends as"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose how the case ends.")},
    )
    field_order = ("outcome", "reason")

    def __init__(self, *args: Any, button: str | Promise, **kwargs: Any) -> None:
        super().__init__(*args, button=button, **kwargs)
        self.fields["outcome"].choices = [  # type: ignore[attr-defined]
            (outcome.value, f"{OUTCOME_LABELS[outcome]} (AAPOR {AAPOR[outcome].number})") for outcome in OVERRIDES
        ]
