"""What is asked of a forecast."""

from django import forms
from django.utils.translation import gettext_lazy as _

from responses.forecasting import CALLS

MOST_CALLS = 100_000


class PhoneRoundForm(forms.Form):
    """How many calls a phone round would have; asked in the address of the page, so that it can be kept."""

    calls = forms.IntegerField(
        label=_("Calls"),
        min_value=1,
        max_value=MOST_CALLS,
        initial=CALLS,
        error_messages={"required": _("Write a number of calls."), "invalid": _("Write a whole number.")},
    )

    @property
    def number(self) -> int:
        """Return what was asked for; the usual number where nothing was, or nothing that can be computed."""
        found: int = self.cleaned_data["calls"] if self.is_valid() else CALLS
        return found
