"""Forms of the staff pages for cases and exports."""

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


class ExportForm(forms.Form):
    """What the file of answers is to look like."""

    style = forms.ChoiceField(
        label=_("Answers as"),
        choices=[
            ("codes", _("Codes, for example “copy”")),
            ("labels", _("Labels, for example “We took over the solution of others largely as it was”")),
        ],
        initial="codes",
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose codes or labels.")},
    )
    reader = forms.ChoiceField(
        label=_("The file is for"),
        choices=[
            ("da", _("A spreadsheet in Danish (semicolons, decimal commas)")),
            ("en", _("A spreadsheet in English (commas, decimal points)")),
            ("raw", _("A statistics program (commas, decimal points, texts exactly as written)")),
        ],
        initial="da",
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what the file is for.")},
    )
    without_texts = forms.BooleanField(
        label=_("Leave out what people have written in their own words"),
        help_text=_("Open answers can name persons. They do not belong in a statistical file."),
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = with_button(_("Download"))
