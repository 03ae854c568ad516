"""Forms for small tables: a file to load, and one contact person."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from barometer.addresses import is_reserved_address
from barometer.form_helpers import bare
from barometer.formats import language_name
from surveys.models import Round

LARGEST_TABLE = 1_000_000


class TableForm(forms.Form):
    """A CSV file to load."""

    file = forms.FileField(
        label=_("CSV file"),
        widget=forms.FileInput({"accept": ".csv,.txt"}),
        error_messages={"required": _("Choose a file."), "empty": _("The file is empty.")},
    )

    def __init__(
        self, data: QueryDict | None = None, files: "MultiValueDict[str, UploadedFile[bytes]] | None" = None
    ) -> None:
        super().__init__(data, files)
        self.helper = bare()

    def clean_file(self) -> "UploadedFile[bytes]":
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        if (file.size or 0) > LARGEST_TABLE:
            raise forms.ValidationError(gettext("The file is larger than 1 MB. Is it the right one?"))
        return file


class AuthorityContactForm(forms.Form):
    """The contact person of one authority."""

    authority_code = forms.ChoiceField(label=_("Authority"))
    name = forms.CharField(label=_("Name"), max_length=60, required=False)
    email = forms.EmailField(label=_("E-mail"))
    language = forms.ChoiceField(label=_("Language"))

    def __init__(
        self, round_: Round, authorities: dict[str, str], data: QueryDict | None = None, **kwargs: Any
    ) -> None:
        super().__init__(data, **kwargs)
        self.round = round_
        named = sorted(authorities.items(), key=lambda pair: pair[1])
        self.fields["authority_code"] = forms.ChoiceField(
            label=_("Authority"), choices=[(code, f"{name} ({code})") for code, name in named]
        )
        self.fields["language"] = forms.ChoiceField(
            label=_("Language"), choices=[(language, language_name(language)) for language in round_.languages]
        )
        self.helper = bare()

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        if self.round.rehearsal and not is_reserved_address(email):
            raise forms.ValidationError(gettext("A rehearsal takes only addresses at example.org and the like."))
        return email
