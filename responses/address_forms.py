"""Forms of the pages on which staff correct addresses."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from barometer.form_helpers import with_button
from responses.actions.case import AddressRefused, NewContact
from responses.address_file import MOST_BYTES
from responses.address_texts import FAULTS, FILE_PROBLEMS
from surveys.models import AddressKind

FIELD_OF_FAULT = {"no_name": "name"}
REASON_HELP = _("It is kept in the audit log: write no names of persons.")


class ReasonField(forms.CharField):
    def __init__(self) -> None:
        super().__init__(
            label=_("Reason"),
            help_text=REASON_HELP,
            max_length=500,
            widget=forms.Textarea(attrs={"rows": 2}),
            error_messages={
                "required": _("Write the reason."),
                "max_length": _("The reason has %(show_value)d characters; there is room for %(limit_value)d."),
            },
        )


class AddressChangeForm(forms.Form):
    """Who is to be written to about a case from now on."""

    name = forms.CharField(
        label=_("Name"),
        help_text=_("It stands in the mails, when the address is a person's."),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={
            "max_length": _("The name has %(show_value)d characters; there is room for %(limit_value)d."),
        },
    )
    email = forms.CharField(
        label=_("E-mail"),
        widget=forms.EmailInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": _("Write the e-mail address.")},
    )
    kind = forms.ChoiceField(
        label=_("Kind of address"),
        choices=AddressKind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose who reads the address.")},
    )
    phone = forms.CharField(
        label=_("Telephone"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={
            "max_length": _("The number has %(show_value)d characters; there is room for %(limit_value)d."),
        },
    )
    wrong_person = forms.BooleanField(
        label=_("The old address belonged to somebody else"),
        help_text=_("The personal link that was sent there stops working. The next mail carries a new one."),
        required=False,
    )
    send_now = forms.BooleanField(
        label=_("Send the invitation to the new address now"),
        help_text=_("It goes through the queue as any mail, and only if the case is still to be written to."),
        required=False,
    )
    reason = ReasonField()

    def __init__(self, *args: Any, rehearsal: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rehearsal = rehearsal
        self.helper = with_button(_("Save"))

    @property
    def contact(self) -> NewContact:
        return NewContact(*(self.cleaned_data[name] for name in ("name", "email", "kind", "phone")))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if {"name", "email", "kind", "phone"} <= data.keys():
            try:
                self.contact.checked(rehearsal=self.rehearsal)
            except AddressRefused as refused:
                self.add_error(FIELD_OF_FAULT.get(refused.code, "email"), str(FAULTS[refused.code]))
        return data


class CorrectionsForm(forms.Form):
    """A file of corrected addresses."""

    file = forms.FileField(
        label=_("File with corrected addresses"),
        help_text=_(
            "CSV with the columns register number, leader and e-mail. Lines without an address are passed over."
        ),
        widget=forms.FileInput({"accept": ".csv,.txt"}),
        error_messages={"required": _("Choose a file."), "empty": _("The file is empty.")},
    )

    def __init__(self, *args: Any, action: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = with_button(_("Look the file through"))
        self.helper.form_action = action

    def clean_file(self) -> "UploadedFile[bytes]":
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        if (file.size or 0) > MOST_BYTES:
            raise forms.ValidationError(str(FILE_PROBLEMS["too_large"]))
        return file


class ConfirmCorrectionsForm(forms.Form):
    """The same file once more, with the word to go ahead."""

    content = forms.CharField(max_length=MOST_BYTES, strip=False, widget=forms.HiddenInput)
    send_now = forms.BooleanField(
        label=_("Send the invitation to the new addresses now"),
        help_text=AddressChangeForm.base_fields["send_now"].help_text,
        required=False,
    )
    reason = ReasonField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = with_button(_("Change these addresses"))
