"""Forms of the pages for letters."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from barometer.form_helpers import bare
from surveys.forms import DayField


class PrintForm(forms.Form):
    """Which date stands on the letters."""

    printed_on = DayField(
        label=_("Date on the letters"),
        error_messages={"required": _("Write the date."), "invalid": _("This is not a date.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = bare()


class PostedForm(forms.Form):
    """When the letters were posted."""

    posted_on = DayField(
        label=_("Posted on"),
        error_messages={"required": _("Write the day."), "invalid": _("This is not a date.")},
    )
    taken_out = forms.BooleanField(
        label=_("The letters listed above as overtaken were taken out of the pile"), required=False
    )

    def __init__(self, *args: Any, printed_on: date | None, today: date, overtaken: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.printed_on, self.today = printed_on, today
        if not overtaken:
            del self.fields["taken_out"]
        self.helper = bare()

    def clean_posted_on(self) -> date:
        day: date = self.cleaned_data["posted_on"]
        if day > self.today:
            raise forms.ValidationError(_("This day is still to come. Record the letters when they have been posted."))
        if self.printed_on and day < self.printed_on:
            raise forms.ValidationError(_("The letters had not been printed by then."))
        return day
