"""Forms of the pages for coordinators, and of the staff pages about them."""

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from responses.after_forms import AddressField, helper_of
from responses.forms import ReasonForm
from responses.hand_over_forms import NameField


class CodeForm(forms.Form):
    """The code that was sent to the registered address."""

    code = forms.CharField(
        label=_("Code"),
        help_text=_("8 letters and digits, as in 0A1B-2C3D. Capital letters, spaces and hyphens do not matter."),
        max_length=40,
        widget=forms.TextInput(
            {
                "class": "code-input",
                "autocomplete": "one-time-code",
                "autocapitalize": "characters",
                "spellcheck": "false",
            }
        ),
        error_messages={"required": _("Type the code."), "max_length": _("The code has 8 letters and digits.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper_of(_("Open the list of workplaces"))


class CorrectionForm(forms.Form):
    """Who is the manager of a workplace now. Nothing else that a coordinator writes ever stands in a mail."""

    name = NameField(
        label=_("The manager's name"),
        max_length=60,
        widget=forms.TextInput({"autocomplete": "off"}),
        error_messages={"required": _("Write the manager's name, in letters.")},
    )
    email = AddressField(
        label=_("The manager's e-mail address"),
        widget=forms.EmailInput({"autocomplete": "off", "spellcheck": "false"}),
        missing=_("Write the manager's e-mail address."),
        invalid=_("This is not an e-mail address. It looks like name@workplace.dk."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper_of(_("Send the correction"))


class DecideForm(ReasonForm):
    """The reason for taking a correction over or not; it may be left out where nothing is unusual."""

    def __init__(self, *args: Any, button: str | Promise, required: bool, **kwargs: Any) -> None:
        super().__init__(*args, button=button, **kwargs)
        self.fields["reason"].required = required


class PressForm(forms.Form):
    """Nothing but a button, behind a link that is the whole authority."""

    def __init__(self, *args: Any, button: str | Promise, name: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.disable_csrf = True
        self.helper.add_input(Submit(name, button))
