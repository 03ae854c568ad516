"""Forms for a questionnaire as a whole: its head, its general texts, and a document to load."""

from collections.abc import Mapping
from typing import Any

from crispy_forms.layout import Div, Layout
from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from barometer.form_helpers import with_button
from barometer.formats import language_name
from surveys.forms import DayField, _small_number
from surveys.forms.texts import DraftTextField
from surveys.questionnaire.checks import COUNTRY, MOST_CODE_CHARACTERS, SLUG
from surveys.questionnaire.yaml_text import MAX_CHARACTERS

LANGUAGES = ("da", "en", "sv", "nb", "fi", "is", "nl")
LONGEST_TITLE = 200


def based_on_field(mark: str) -> forms.CharField:
    """The state that a form was opened on; sent back with it."""
    return forms.CharField(initial=mark, required=False, widget=forms.HiddenInput)


class DocumentForm(forms.Form):
    """A questionnaire as a YAML file."""

    file = forms.FileField(
        label=_("File (YAML)"),
        widget=forms.FileInput({"accept": ".yaml,.yml"}),
        error_messages={"required": _("Choose a file."), "empty": _("The file is empty.")},
    )

    def __init__(self, *args: Any, button: str | Promise, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = with_button(button)

    def clean_file(self) -> str:
        """The text of the file."""
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        if (file.size or 0) > 4 * MAX_CHARACTERS:
            raise forms.ValidationError(gettext("The file is too large to be a questionnaire. Is it the right one?"))
        try:
            text: str = file.read().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise forms.ValidationError(gettext("The file is not a text in UTF-8.")) from error
        return text


class HeaderForm(forms.Form):
    """What names a questionnaire: code, version, country, reference period, languages, title."""

    code = forms.CharField(
        label=_("Code"),
        help_text=_("Short name in files and commands, e.g. innovation-barometer: letters a–z, digits, hyphens."),
        max_length=MOST_CODE_CHARACTERS,
    )
    version = forms.IntegerField(label=_("Version"), min_value=1, max_value=9_999, initial=1, widget=_small_number())
    country = forms.CharField(
        label=_("Country"),
        help_text=_("Two capital letters, such as DK."),
        max_length=2,
        initial="DK",
        widget=forms.TextInput({"class": "input-width-xs"}),
    )
    reference_start = DayField(label=_("The reference period begins"))
    reference_end = DayField(label=_("The reference period ends"))
    languages = forms.MultipleChoiceField(
        label=_("Languages"),
        help_text=_("Every text is needed in each of them. A language that is taken out takes its texts with it."),
        initial=("da", "en"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one language.")},
    )

    def __init__(
        self,
        data: Any = None,
        *,
        values: Mapping[str, Any] | None = None,
        mark: str = "",
        button: str | Promise,
    ) -> None:
        initial = dict(values or {})
        titled = list(initial.get("languages", ("da", "en")))
        title = initial.pop("title", {})
        initial |= {f"title_{language}": title.get(language, "") for language in titled}
        super().__init__(data, initial=initial)
        self.titled = titled
        known = [*LANGUAGES, *(code for code in titled if code not in LANGUAGES)]
        named = [(code, capfirst(language_name(code))) for code in known]
        self.fields["languages"].choices = named  # type: ignore[attr-defined]
        for language in titled:
            self.fields[f"title_{language}"] = DraftTextField(
                label=gettext("Title – %(language)s") % {"language": language_name(language)},
                max_length=LONGEST_TITLE,
                widget=forms.TextInput({"lang": language}),
            )
        self.fields["based_on"] = based_on_field(mark)
        self.helper = with_button(button)
        self.helper.layout = Layout(
            "code",
            Div(
                Div("version", css_class="col-6 col-md-3"),
                Div("country", css_class="col-6 col-md-3"),
                css_class="row form-row",
            ),
            Div(
                Div("reference_start", css_class="col-12 col-md-4"),
                Div("reference_end", css_class="col-12 col-md-4"),
                css_class="row form-row",
            ),
            "languages",
            *(f"title_{language}" for language in titled),
            "based_on",
        )

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        if not SLUG.fullmatch(code):
            raise forms.ValidationError(gettext("Only the letters a–z, digits and single hyphens."))
        return code

    def clean_country(self) -> str:
        country: str = self.cleaned_data["country"]
        if not COUNTRY.fullmatch(country):
            raise forms.ValidationError(gettext("Two capital letters, such as DK."))
        return country

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        start, end = cleaned.get("reference_start"), cleaned.get("reference_end")
        if start and end and end < start:
            self.add_error("reference_end", gettext("The reference period ends before it begins."))
        return cleaned

    def values(self) -> dict[str, Any]:
        """Return what was typed, as the fields of a questionnaire."""
        cleaned = self.cleaned_data
        names = ("code", "version", "country", "reference_start", "reference_end", "languages")
        title = {language: cleaned.get(f"title_{language}", "").strip() for language in cleaned["languages"]}
        return {name: cleaned[name] for name in names} | {"title": title}


class ActForm(forms.Form):
    """Nothing to fill in but the state that the page was shown on; a button that says what happens."""

    def __init__(self, data: Any = None, *, button: str | Promise, mark: str = "") -> None:
        super().__init__(data)
        self.fields["based_on"] = based_on_field(mark)
        self.helper = with_button(button)
