"""How a form is printed by crispy: whole, or without its tag and buttons."""

from collections.abc import Mapping

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms
from django.http import QueryDict
from django.utils.functional import Promise


def with_button(button: str | Promise, method: str = "post") -> FormHelper:
    """Return the helper of a form that is printed whole, with one button."""
    helper = FormHelper()
    helper.form_method = method
    helper.add_input(Submit("", button))
    return helper


def bare() -> FormHelper:
    """Return the helper of a form whose tag, token and buttons stand in the template."""
    helper = FormHelper()
    helper.form_tag = False
    helper.disable_csrf = True
    return helper


def with_seen(form: forms.Form, shown: str) -> None:
    """Let a form carry what was shown when it was opened, so that whoever saves second is told."""
    form.fields["seen"] = forms.CharField(required=False, initial=shown, widget=forms.HiddenInput)


def shown_anew(posted: QueryDict, shown: str) -> Mapping[str, object]:
    """Return what was posted as if it had been written on a form that showed this."""
    data = posted.copy()
    data["seen"] = shown
    return data
