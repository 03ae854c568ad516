"""Forms of the staff pages for cases."""

from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from barometer.form_helpers import with_button


class ReasonForm(forms.Form):
    """Why staff do something to a case; kept in the audit log."""

    reason = forms.CharField(
        label=_("Reason"),
        help_text=_(
            "For example “told by the municipality by telephone”. "
            "It is kept in the audit log: write no names of persons."
        ),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={
            "required": _("Write the reason."),
            "max_length": _("The reason has %(show_value)d characters; there is room for %(limit_value)d."),
        },
    )

    def __init__(self, *args: Any, button: str | Promise, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = with_button(button)
