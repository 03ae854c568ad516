"""The forms of the pages about data protection."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from barometer.form_helpers import with_button
from responses.forms import ReasonForm

LONGEST = 600  # months


class PersonForm(forms.Form):
    """Whose data are asked for."""

    words = forms.CharField(
        label=_("E-mail address, register number or reference"),
        help_text=_("The address that the person was or is written to, in full; or the number of the workplace."),
        max_length=254,
        strip=True,
        error_messages={"required": _("Write an address or a number.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = with_button(_("Find"))


class EraseForm(ReasonForm):
    """Why a case is erased, and that it is meant."""

    meant = forms.BooleanField(
        label=_("I know that it cannot be undone"),
        error_messages={"required": _("Mark that you know it cannot be undone.")},
    )


class RetentionForm(forms.Form):
    """After how many months what is deleted."""

    contacts = forms.IntegerField(label=_("Contact data: months after publication"), min_value=0, max_value=LONGEST)
    key = forms.IntegerField(
        label=_("Key between workplace and answers: months after publication"), min_value=0, max_value=LONGEST
    )
    answers = forms.IntegerField(
        label=_("Answers: months after publication"),
        help_text=_("Leave it empty to keep them."),
        min_value=0,
        max_value=LONGEST,
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = with_button(_("Save"))

    def clean(self) -> dict[str, Any]:
        """Answers cannot go before the key to them: without answers there is nothing left to keep a key for."""
        data = super().clean() or self.cleaned_data
        key, answers = data.get("key"), data.get("answers")
        if key is not None and answers is not None and answers < key:
            self.add_error("answers", _("The answers are kept at least as long as the key to them."))
        return data
