"""The form in which staff write the words of a mail."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from crispy_forms.layout import Div, Layout
from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from barometer.form_helpers import bare
from barometer.formats import language_name
from barometer.problems import sentence
from responses import mail_rules
from responses.cleaning import CONTROL, INVISIBLE, clean_lines
from responses.mail_checks import BODY, MOST_BODY, SUBJECT
from responses.mail_format import Words
from responses.mail_words import KICK_OFF, RESULT
from responses.problem_texts import TEXTS
from surveys.models import Round

LONGEST_SUBJECT = 200  # characters typed; what counts is how long it comes out


class SubjectField(forms.CharField):
    """A subject without signs that cannot be seen; line breaks stay, to be told."""

    def to_python(self, value: Any) -> str:
        text = INVISIBLE.sub("", str(super().to_python(value)))
        return "\n".join(CONTROL.sub(" ", line).strip() for line in text.splitlines())

    def validate(self, value: Any) -> None:
        """An empty one is told of with all else that is wrong."""


class BodyField(forms.CharField):
    """A text without signs that cannot be seen, its line ends single characters."""

    def to_python(self, value: Any) -> str:
        return clean_lines(str(super().to_python(value)))

    def validate(self, value: Any) -> None:
        """An empty one is told of with all else that is wrong."""


class MailTextForm(forms.Form):
    """The words of one mail, its languages side by side. Printed without its form tag and buttons."""

    def __init__(
        self, round_: Round, name: str, texts: Mapping[str, Words], seen: str, data: Mapping[str, Any] | None = None
    ) -> None:
        initial = {"seen": seen}
        for language, words in texts.items():
            initial |= {f"{SUBJECT}__{language}": words.subject, f"{BODY}__{language}": words.body}
        super().__init__(data, initial=initial)
        self.round, self.name = round_, name
        self.helper = bare()
        columns = f"col-12 col-md-{6 if len(texts) > 1 else 12}"
        for language in texts:
            self._add_fields(language)
        rows = (
            Div(*(Div(f"{part}__{language}", css_class=columns) for language in texts), css_class="row side-by-side")
            for part in (SUBJECT, BODY)
        )
        self.fields["seen"] = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
        self.helper.layout = Layout(*rows, "seen")

    def texts(self) -> dict[str, Words]:
        """Return what was typed, by language; for a form that is not bound, what it shows."""
        get = self.cleaned_data.get if self.is_bound else self.initial.get
        return {
            language: Words(get(f"{SUBJECT}__{language}") or "", get(f"{BODY}__{language}") or "")
            for language in self.round.languages
        }

    def clean(self) -> dict[str, Any]:
        for language, words in self.texts().items():
            for problem in mail_rules.problems(words, self.name, language, self.round):
                self.add_error(f"{problem.where}__{language}", sentence(replace(problem, where=""), TEXTS))
        return self.cleaned_data

    def add_error(self, field: str | None, error: Any) -> None:
        """Keep what was typed beside what is wrong with it, so that it can be previewed all the same."""
        typed = self.cleaned_data.get(field or "")
        super().add_error(field, error)
        if field and typed is not None:
            self.cleaned_data[field] = typed

    def _add_fields(self, language: str) -> None:
        named = language_name(language)
        self.fields[f"{SUBJECT}__{language}"] = SubjectField(
            label=f"{_('Subject')} – {named}",
            max_length=LONGEST_SUBJECT,
            strip=False,
            widget=forms.TextInput({"lang": language}),
        )
        self.fields[f"{BODY}__{language}"] = BodyField(
            label=f"{_('Text')} – {named}",
            max_length=MOST_BODY,
            widget=forms.Textarea({"lang": language, "rows": 18}),
        )


class ReaderForm(forms.Form):
    """For whom the preview is: a reader that words name, or the one shown before."""

    case = forms.CharField(
        label=gettext_lazy("Workplace"),
        help_text=gettext_lazy(
            "A part of its name, its register number, or the reference that a respondent reads out."
        ),
        required=False,
        max_length=120,
        error_messages={"max_length": gettext_lazy("Write at most %(limit_value)d characters.")},
    )
    language = forms.ChoiceField(label=gettext_lazy("Language of the preview"), required=False)
    number = forms.IntegerField(required=False, min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput)

    def __init__(self, round_: Round, name: str, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, prefix="for")
        named = [(language, language_name(language)) for language in round_.languages]
        field = self.fields["language"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("That of the reader")), *named]
        if name == KICK_OFF:
            self.fields["case"].label = _("Authority")
            self.fields["case"].help_text = _("A part of its name, or its code.")
        if name == RESULT:  # all read the same
            del self.fields["case"]
        self.helper = bare()
        self.helper.layout = Layout(
            *(each for each in self.fields if each != "number")
        )  # which stands beside what is shown
