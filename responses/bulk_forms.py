"""Forms of the acts on many cases: which cases, what is to be done, and why."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from barometer.form_helpers import with_button
from barometer.formats import language_name
from responses.actions.bulk import Wish
from responses.actions.case import AddressRefused, NewContact
from responses.address_forms import FIELD_OF_FAULT, ReasonField
from responses.address_texts import FAULTS
from responses.case_forms import UntilField
from responses.models import BulkAct
from surveys.models import AddressKind, Round

Kind = BulkAct.Kind


class SeenField(forms.CharField):
    """The cases that were shown, each with a digest of what was shown of it: ``12:0f3a…,13:…``."""

    def __init__(self) -> None:
        super().__init__(widget=forms.HiddenInput)

    def clean(self, value: Any) -> dict[int, str]:
        text = super().clean(value)
        seen = {}
        for pair in text.split(","):
            number, _colon, digest = pair.partition(":")
            if not (number.isascii() and number.isdecimal() and len(number) < 19 and digest):
                raise forms.ValidationError(_("The list of cases is damaged. Go back and choose them again."))
            seen[int(number)] = digest
        return seen


class BulkForm(forms.Form):
    """One act; the fields that it does not need are left away."""

    until = UntilField()
    language = forms.ChoiceField(
        label=_("Language"), widget=forms.RadioSelect, error_messages={"required": _("Choose the language.")}
    )
    name = forms.CharField(
        label=_("Name"),
        help_text=_("It stands in the mails, when the address is a person's."),
        max_length=60,
        required=False,
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
        initial=AddressKind.AUTHORITY,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose who reads the address.")},
    )
    reason = ReasonField()
    seen = SeenField()

    OF_KIND: Mapping[str, Sequence[str]] = {
        Kind.PAUSE: ("until",),
        Kind.LANGUAGE: ("language",),
        Kind.ADDRESS: ("name", "email", "kind"),
    }

    def __init__(self, *args: Any, act: str, round_: Round, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.round = round_
        for name in {name for names in self.OF_KIND.values() for name in names} - set(self.OF_KIND.get(act, ())):
            del self.fields[name]
        if isinstance(language := self.fields.get("language"), forms.ChoiceField):
            language.choices = [(code, language_name(code).capitalize()) for code in round_.languages]
        self.helper = with_button(_("Do it"))

    @property
    def wish(self) -> Wish:
        data = self.cleaned_data
        contact = NewContact(data["name"], data["email"], data["kind"]) if "email" in data else None
        return Wish(until=data.get("until"), language=data.get("language", ""), contact=contact)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if {"name", "email", "kind"} <= data.keys():
            try:
                NewContact(data["name"], data["email"], data["kind"]).checked(rehearsal=self.round.rehearsal)
            except AddressRefused as refused:
                self.add_error(FIELD_OF_FAULT.get(refused.code, "email"), str(FAULTS[refused.code]))
        return data
