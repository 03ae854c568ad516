"""Forms of the pages around and after the questionnaire.

A machine that presses every button changes nothing: each form asks for a choice, and none is made beforehand.
"""

from collections.abc import Sequence
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from barometer.addresses import MAX_LENGTH, is_address
from barometer.form_helpers import bare, with_button
from responses.models import DeclineReason

Choices = Sequence[tuple[str, str | Promise]]
CHOOSE = {"required": _("Choose one of the answers.")}
MOST_WORDS = 500


def helper_of(button: str | Promise, action: str = "") -> FormHelper:
    """Return the helper of a form behind a link that is the whole authority (decision 0002), so without CSRF token."""
    helper = with_button(button)
    helper.form_action = action
    helper.disable_csrf = True
    return helper


class AddressField(forms.CharField):
    """One plain e-mail address, such as a mail can be sent to."""

    widget = forms.EmailInput

    def __init__(self, *, invalid: str | Promise, missing: str | Promise, **kwargs: Any) -> None:
        messages: dict[str, Any] = {"invalid": invalid, "max_length": invalid, "required": missing}
        super().__init__(max_length=MAX_LENGTH, error_messages=messages, **kwargs)

    def clean(self, value: Any) -> Any:
        address = super().clean(value)
        if not is_address(address):
            raise forms.ValidationError(self.error_messages["invalid"])
        return address


class DecisionForm(forms.Form):
    """One question whose answer is the decision."""

    decision = forms.ChoiceField(widget=forms.RadioSelect, error_messages=CHOOSE)

    def __init__(
        self, *args: Any, question: str | Promise, choices: Choices, button: str | Promise, action: str, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["decision"]
        assert isinstance(field, forms.ChoiceField)
        field.label, field.choices = str(question), choices
        self.helper = helper_of(button, action)

    @property
    def decided(self) -> str:
        """What was chosen; "" as long as nothing valid was posted."""
        return self.cleaned_data["decision"] if self.is_bound and self.is_valid() else ""


class DeclineForm(DecisionForm):
    """Saying no, with a reason for those who want to give one."""

    code = forms.ChoiceField(
        label=_("Why not?"),
        help_text=_("It helps us to make the next questionnaire better. It changes nothing for you."),
        choices=DeclineReason.Code.choices,
        widget=forms.RadioSelect,
        required=False,
    )
    words = forms.CharField(
        label=_("Your own words"),
        help_text=_("Please do not write names of persons."),
        max_length=MOST_WORDS,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={
            "max_length": _("The text has %(show_value)d characters; there is room for %(limit_value)d."),
        },
    )


class CaseContactForm(forms.Form):
    """What may be passed on to whoever collects examples. Nothing is filled in or ticked beforehand."""

    name = forms.CharField(
        label=_("Your name"), max_length=60, required=False, widget=forms.TextInput({"autocomplete": "name"})
    )
    workplace = forms.CharField(
        label=_("Workplace"),
        max_length=120,
        required=False,
        widget=forms.TextInput({"autocomplete": "organization"}),
    )
    email = AddressField(
        label=_("E-mail"),
        widget=forms.EmailInput({"autocomplete": "email"}),
        missing=_("Write your e-mail address."),
        invalid=_("This is no e-mail address."),
    )
    phone = forms.CharField(
        label=_("Telephone"), max_length=40, required=False, widget=forms.TextInput({"autocomplete": "tel"})
    )
    innovation = forms.CharField(
        label=_("The innovation in a few words"),
        max_length=MOST_WORDS,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={
            "required": _("Write in a few words what the innovation is."),
            "max_length": _("The text has %(show_value)d characters; there is room for %(limit_value)d."),
        },
    )
    agree = forms.BooleanField(
        error_messages={"required": _("Tick that we may give the information, or choose “No thanks”.")}
    )

    def __init__(self, *args: Any, sender: str, recipient: str, action: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agree"].label = gettext(
            "Yes, %(sender)s may give this information, and not our answers, to %(recipient)s, "
            "so that they can contact me."
        ) % {"sender": sender, "recipient": recipient}
        self.helper = helper_of(_("Send the information"), action)


class ResultRequestForm(forms.Form):
    """An address for one mail."""

    email = AddressField(
        label=_("E-mail address"),
        widget=forms.EmailInput({"autocomplete": "email"}),
        missing=_("Write your e-mail address."),
        invalid=_("This is no e-mail address."),
    )

    def __init__(self, *args: Any, action: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper_of(_("Save"), action)


class SubmitForm(forms.Form):
    """The mark without which nothing is submitted.

    Printed without its form tag and buttons.
    """

    looked_through = forms.BooleanField(
        label=_("We have looked the answers through, and they can be submitted."),
        error_messages={"required": _("Mark that the answers can be submitted.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = bare()
