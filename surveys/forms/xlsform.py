"""An XLSForm to make a draft of, and the remarks that are left to settle."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from barometer.form_helpers import with_button
from barometer.formats import language_name
from surveys.forms import DayField, _small_number
from surveys.forms.questionnaire import LANGUAGES
from surveys.models import ImportRemark
from surveys.questionnaire.checks import COUNTRY, MOST_CODE_CHARACTERS, SLUG
from surveys.xlsform.reading import Header
from surveys.xlsform.workbook import LARGEST_FILE


def _languages() -> list[tuple[str, str]]:
    return [(code, capfirst(language_name(code))) for code in LANGUAGES]


class XlsFormForm(forms.Form):
    """The file, and what it does not say of itself."""

    file = forms.FileField(
        label=_("XLSForm"),
        help_text=_("An Excel workbook with the sheets “survey” and “choices”."),
        widget=forms.FileInput({"accept": ".xlsx"}),
        error_messages={"required": _("Choose a file."), "empty": _("The file is empty.")},
    )
    code = forms.RegexField(
        rf"^(?:{SLUG.pattern})\Z",
        label=_("Code"),
        help_text=_("Short name in files and commands, e.g. innovation-barometer: letters a–z, digits, hyphens."),
        max_length=MOST_CODE_CHARACTERS,
    )
    version = forms.IntegerField(label=_("Version"), min_value=1, initial=1, widget=_small_number())
    country = forms.RegexField(
        rf"^(?:{COUNTRY.pattern})\Z",
        label=_("Country"),
        help_text=_("Two capital letters, such as DK."),
        initial="DK",
        widget=forms.TextInput({"class": "input-width-xs"}),
    )
    reference_start = DayField(label=_("The reference period begins"))
    reference_end = DayField(label=_("The reference period ends"))
    language = forms.ChoiceField(label=_("Language of texts that name none"), choices=_languages, initial="da")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = with_button(_("Import the file"))

    def clean_file(self) -> bytes:
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        if (file.size or 0) > LARGEST_FILE:
            raise forms.ValidationError(gettext("The file is too large to be a questionnaire. Is it the right one?"))
        data: bytes = file.read()
        return data

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        start, end = cleaned.get("reference_start"), cleaned.get("reference_end")
        if start and end and end < start:
            self.add_error("reference_end", gettext("The reference period ends before it begins."))
        return cleaned

    def header(self) -> Header:
        given = {name: value for name, value in self.cleaned_data.items() if name != "file"}
        return Header(**given)


class SettleForm(forms.Form):
    """The remarks to settle, ticked, and why."""

    numbers = forms.TypedMultipleChoiceField(
        label=_("Remarks"),
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Tick at least one remark.")},
    )
    reason = forms.CharField(
        label=_("How have you settled them?"),
        help_text=_("For example: mended in the draft, or not needed here. It is kept in the audit log."),
        max_length=1000,
        widget=forms.Textarea({"rows": 3}),
    )

    def __init__(self, remarks: Sequence[tuple[ImportRemark, str]], *args: Any, **kwargs: Any) -> None:
        """``remarks`` with what they say."""
        super().__init__(*args, **kwargs)
        field = self.fields["numbers"]
        assert isinstance(field, forms.TypedMultipleChoiceField)
        field.choices = [(remark.number, said) for remark, said in remarks]
        self.helper = with_button(_("These are settled"))
