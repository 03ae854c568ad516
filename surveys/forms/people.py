"""Forms about people and their roles, and the search in the audit log."""

from typing import Any

from django import forms
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from barometer.form_helpers import with_button
from barometer.models import User
from barometer.roles import Role
from surveys.forms import DayField
from surveys.models import Round

ALL_ROUNDS = _("All rounds, also those to come")


class PersonForm(forms.Form):
    """A new member of staff."""

    username = forms.CharField(
        label=_("Username"),
        help_text=_("Letters, digits and @ . + - _. It stands in the audit log and cannot be changed."),
        max_length=150,
        validators=[UnicodeUsernameValidator()],
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
    )
    first_name = forms.CharField(label=_("First name"), max_length=150, required=False)
    last_name = forms.CharField(label=_("Last name"), max_length=150, required=False)
    email = forms.EmailField(
        label=_("E-mail"), help_text=_("Single sign-on finds the account by it."), max_length=254, required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = with_button(_("Add the person"))

    def clean_username(self) -> str:
        username: str = User.normalize_username(self.cleaned_data["username"])
        if User.objects.filter(username__iexact=username).exists():
            raise forms.ValidationError(gettext("There is an account with this name. Choose another."))
        return username

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        if email and User.objects.filter(email__iexact=email).exists():
            raise forms.ValidationError(gettext("There is an account with this e-mail address."))
        return email


class RoleForm(forms.Form):
    """A role for somebody."""

    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)
    round = forms.ModelChoiceField(
        label=_("Round"),
        queryset=Round.objects.order_by("-opens_on", "slug"),
        to_field_name="slug",
        required=False,
        empty_label=ALL_ROUNDS,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = with_button(_("Give the role"))
        self.helper.inputs[0].name, self.helper.inputs[0].value = "act", _("Give the role")


class AuditSearchForm(forms.Form):
    """Which lines of the audit log."""

    who = forms.CharField(label=_("Who"), max_length=150, required=False)
    what = forms.CharField(label=_("What"), max_length=60, required=False)
    target = forms.CharField(
        label=_("About"), help_text=_("For example round:3 or case:17."), max_length=200, required=False
    )
    since = DayField(label=_("From"), required=False)
    until = DayField(label=_("Until"), required=False)
