"""Forms of the staff pages for a round, its frame and its sample."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from crispy_forms.layout import Div, Layout
from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import EmailValidator
from django.http import QueryDict
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from barometer.addresses import is_reserved_address
from barometer.form_helpers import with_button
from barometer.formats import language_name
from surveys.actions.round import DEFAULT_DAYS_AFTER_DEADLINE, IN_MAILS, OPTIONAL
from surveys.actions.sample import MINIMUM_PER_STRATUM
from surveys.models import Questionnaire, Round, RoundText, SizeClass

LARGEST_FILE = 50_000_000
LONGEST_TEXT = 4_000
RESERVED_SLUGS = ("new",)  # the page that creates a round has its address


def questionnaire_title(questionnaire: Questionnaire) -> str:
    """Return what people call a questionnaire, in the active language."""
    title = questionnaire.title.get(get_language() or "", questionnaire.code)
    return gettext("%(title)s, version %(version)s") % {"title": title, "version": questionnaire.version}


class QuestionnaireField(forms.ModelChoiceField):  # type: ignore[type-arg]  # takes no argument at run time
    def label_from_instance(self, obj: Questionnaire) -> str:
        return questionnaire_title(obj)


def _small_number() -> forms.NumberInput:
    return forms.NumberInput({"class": "input-width-xs"})


class DayField(forms.DateField):
    # the only format that browsers take
    widget = forms.DateInput({"type": "date", "class": "input-width-s"}, format="%Y-%m-%d")


class RoundPlanForm(forms.Form):
    """What can be changed in a round as long as it is a draft."""

    questionnaire = QuestionnaireField(
        label=_("Questionnaire"),
        help_text=_("Only published questionnaires can be chosen: they no longer change."),
        queryset=Questionnaire.objects.published(),
        empty_label=_("Choose a questionnaire"),
        error_messages={"required": _("Choose a questionnaire.")},
    )
    opens_on = DayField(
        label=_("First day"), help_text=_("The day of the invitation. Days of the contact plan count from it.")
    )
    deadline = DayField(
        label=_("Deadline"),
        help_text=_("The day that the mails ask to answer by. Later answers count, but are marked as late."),
    )
    closes_on = DayField(
        label=_("Last day"),
        help_text=_("The day that the questionnaire closes. If empty: 14 days after the deadline."),
        required=False,
    )
    target = forms.IntegerField(
        label=_("Target response rate, per cent"), min_value=1, max_value=100, initial=50, widget=_small_number()
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = with_button(_("Save"))

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        opens_on, deadline = cleaned.get("opens_on"), cleaned.get("deadline")
        if deadline and "closes_on" in cleaned:
            cleaned["closes_on"] = cleaned["closes_on"] or deadline + timedelta(days=DEFAULT_DAYS_AFTER_DEADLINE)
            if cleaned["closes_on"] < deadline:
                self.add_error("closes_on", gettext("The last day lies before the deadline."))
        if opens_on and deadline and deadline < opens_on:
            self.add_error("deadline", gettext("The deadline lies before the first day."))
        return cleaned

    def plan(self) -> dict[str, Any]:
        """Return the arguments that ``create_round`` and ``edit_round`` share."""
        names = ("questionnaire", "opens_on", "deadline", "closes_on")
        target = Decimal(self.cleaned_data["target"]) / 100
        return {name: self.cleaned_data[name] for name in names} | {"target_response_rate": target}


class RoundForm(RoundPlanForm):
    """A new round."""

    slug = forms.SlugField(
        label=_("Short name"),
        help_text=_(
            "Stands in addresses and commands, e.g. dk-2018-19: letters, digits, hyphens. It cannot be changed."
        ),
        max_length=60,
    )
    rehearsal = forms.BooleanField(
        label=_("Rehearsal"),
        help_text=_(
            "Marked as an exercise everywhere, with made-up texts. It refuses every e-mail address that could reach "
            "somebody. It cannot be changed."
        ),
        required=False,
    )
    field_order = ("slug", "questionnaire", "opens_on", "deadline", "closes_on", "target", "rehearsal")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = with_button(_("Create the round"))

    def clean_slug(self) -> str:
        slug: str = self.cleaned_data["slug"]
        if slug in RESERVED_SLUGS or Round.objects.filter(slug=slug).exists():
            raise forms.ValidationError(gettext("There is a page or a round with this name. Choose another."))
        return slug


class RoundTextField(forms.CharField):
    """A text that a round needs; while the round is a draft, or if the round can do without, it may wait."""

    def __init__(self, *, may_wait: bool, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.may_wait = may_wait

    def validate(self, value: str) -> None:
        if value or not self.may_wait:
            super().validate(value)


class TextsForm(forms.Form):
    """Every text of a round, its languages side by side."""

    use_required_attribute = False

    def __init__(self, round_: Round, data: QueryDict | None = None) -> None:
        stored = {_name(text.field, text.language): text.text for text in round_.texts.all()}
        super().__init__(data, initial=stored)
        self.round = round_
        self.helper = with_button(_("Save the texts"))
        layout = []
        for field in RoundText.Field:
            for language in round_.languages:
                self.fields[_name(field, language)] = _text_field(field, language, round_)
            columns = (Div(_name(field, language), css_class="col-12 col-md-6") for language in round_.languages)
            layout.append(Div(*columns, css_class="row side-by-side"))
        self.helper.layout = Layout(*layout)

    def texts(self) -> dict[tuple[str, str], str]:
        """Return what was typed, by (field, language)."""
        return {
            (field, language): self.cleaned_data[_name(field, language)]
            for field in RoundText.Field
            for language in self.round.languages
        }


def _name(field: str, language: str) -> str:
    return f"{field}_{language}"


def _text_field(field: RoundText.Field, language: str, round_: Round) -> forms.CharField:
    longest = IN_MAILS.get(field)
    text_field = RoundTextField(
        label=f"{field.label} – {language_name(language)}",
        may_wait=round_.status == Round.Status.DRAFT or field in OPTIONAL,
        max_length=longest or LONGEST_TEXT,
        widget=_text_widget(field, language),
    )
    if field == RoundText.Field.HELP_EMAIL:
        text_field.validators.append(EmailValidator())
        if round_.rehearsal:
            text_field.validators.append(_reserved_address)
    return text_field


def _text_widget(field: RoundText.Field, language: str) -> forms.Widget:
    return forms.TextInput({"lang": language}) if field in IN_MAILS else forms.Textarea({"lang": language, "rows": 5})


def _reserved_address(email: str) -> None:
    if not is_reserved_address(email):
        raise forms.ValidationError(gettext("A rehearsal takes only addresses at example.org and the like."))


class FrameForm(forms.Form):
    """A register file to load."""

    file = forms.FileField(
        label=_("Register file"),
        help_text=_("CSV or Excel, one line per workplace under one line of headers."),
        widget=forms.FileInput({"accept": ".csv,.txt,.xlsx,.xls"}),
        error_messages={"required": _("Choose a file."), "empty": _("The file is empty.")},
    )
    replace = forms.BooleanField(
        label=_("Replace the frame that is loaded"),
        error_messages={"required": _("Tick the box if the frame that is loaded is to be replaced.")},
    )

    def __init__(self, *args: Any, replaces: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not replaces:
            del self.fields["replace"]
        self.helper = with_button(_("Replace the frame") if replaces else _("Load the frame"))

    def clean_file(self) -> "UploadedFile[bytes]":
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        if (file.size or 0) > LARGEST_FILE:
            raise forms.ValidationError(gettext("The file is larger than 50 MB. Is it the right one?"))
        return file


class SampleForm(forms.Form):
    """How large a sample, and where it starts."""

    size = forms.IntegerField(
        label=_("Size of the sample"),
        help_text=_("Workplaces to draw in all."),
        min_value=1,
        widget=_small_number(),
    )
    start = forms.FloatField(
        label=_("Start point"),
        help_text=_(
            "From 0 up to 1. Workplaces are taken in order of their permanent random numbers from here on: rounds with "
            "starts far apart share few workplaces."
        ),
        min_value=0,
        localize=True,
        widget=forms.TextInput({"inputmode": "decimal", "class": "input-width-xs"}),
    )
    minimum = forms.IntegerField(
        label=_("At least per stratum"),
        help_text=_("A smaller stratum is taken all."),
        min_value=1,
        initial=MINIMUM_PER_STRATUM,
        widget=_small_number(),
    )
    take_all = forms.MultipleChoiceField(
        label=_("Take all of these size classes"),
        help_text=_("Their strata are drawn completely; the rest of the sample is shared out over the others."),
        choices=SizeClass.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = with_button(_("Show the strata"), method="get")

    def clean_start(self) -> float:
        start: float = self.cleaned_data["start"]
        if not start < 1:
            raise forms.ValidationError(gettext("The start point must lie below 1."))
        return start


class DrawForm(SampleForm):
    """The same, hidden, with the acceptance of merged cells."""

    accept_merges = forms.BooleanField(
        label=_("I accept that these cells are merged"),
        error_messages={"required": _("Accept the merged cells, or change the frame.")},
    )

    def __init__(self, *args: Any, merged: bool, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="draw_%s", **kwargs)
        for name in ("size", "start", "minimum"):
            self.fields[name].widget = forms.HiddenInput()
        self.fields["take_all"].widget = forms.MultipleHiddenInput()
        if not merged:
            del self.fields["accept_merges"]
        self.helper = with_button(_("Draw the sample"))
