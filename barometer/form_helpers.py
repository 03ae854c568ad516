"""How a form is printed by crispy: whole, or without its tag and buttons."""

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
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
