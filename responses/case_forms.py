"""Forms of the page of one case."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from barometer.form_helpers import with_button
from responses.forms import ReasonForm
from responses.models.case_note import MOST_OF_A_NOTE


class UntilField(forms.DateField):
    """The day from which a case is contacted again."""

    def __init__(self) -> None:
        super().__init__(
            label=_("Until (the first day on which it is contacted again)"),
            help_text=_("Left empty: until you end the pause."),
            required=False,
            widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            error_messages={"invalid": _("Write a day, for example 2026-12-24.")},
        )


class PauseForm(ReasonForm):
    """Until when a case is left in peace, and why."""

    until = UntilField()
    field_order = ("until", "reason")


class NoteForm(forms.Form):
    """A note on a case."""

    text = forms.CharField(
        label=_("New note"),
        help_text=_(
            "Everybody on the staff can read it, and it stays. Write nothing about health, and no answers to questions."
        ),
        max_length=MOST_OF_A_NOTE,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={
            "required": _("Write the note."),
            "max_length": _("The note has %(show_value)d characters; there is room for %(limit_value)d."),
            "null_characters_not_allowed": _("The note holds a sign that cannot be stored."),
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = with_button(_("Save the note"))
