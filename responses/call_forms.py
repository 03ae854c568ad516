"""Forms of the pages for telephone calls and interviews."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from barometer.form_helpers import bare, with_button
from barometer.telephone import MAX_LENGTH, tidy_number
from responses.actions.call import MOST_OF_A_NOTE
from responses.models import Call
from surveys.forms import DayField

CLOSED, MERGED = "closed", "merged"
ADDRESSEE, SOMEBODY_ELSE = "addressee", "somebody_else"
MOST_OF_A_ROLE = 60  # characters
Outcome = Call.Outcome
# What a caller can choose; that an interview was submitted is recorded by itself.
OUTCOMES = [(outcome.value, outcome.label) for outcome in Outcome if outcome is not Outcome.ANSWERED]
# These are asked about once more, with what will happen.
CONFIRMED = {Outcome.REFUSED, Outcome.NOT_ELIGIBLE}


def local_moment(day: date, at: time) -> datetime | None:
    """Return a day and time of day in Denmark as a moment in UTC; None when the clock jumps over it.

    Of an hour that comes twice, the first.
    """
    local = datetime.combine(day, at, timezone.get_default_timezone())
    moment = local.astimezone(UTC)
    return moment if moment.astimezone(local.tzinfo).replace(tzinfo=None) == local.replace(tzinfo=None) else None


class CallForm(forms.Form):
    """What came of a call. ``call_back_at`` is None unless another call was agreed for."""

    outcome = forms.ChoiceField(
        label=_("What came of the call?"),
        choices=OUTCOMES,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what came of the call.")},
    )
    call_back_day = DayField(
        label=_("If another call was agreed for: the day"),
        required=False,
        error_messages={"invalid": _("This is not a date.")},
    )
    call_back_time = forms.TimeField(
        label=_("The time in Denmark"),
        widget=forms.TimeInput(attrs={"type": "time", "class": "input-width-xs"}, format="%H:%M"),
        required=False,
        error_messages={"invalid": _("This is not a time of day.")},
    )
    gone = forms.ChoiceField(
        label=_("If the workplace is gone: what has become of it?"),
        choices=[(CLOSED, _("It has closed")), (MERGED, _("It is part of another workplace now"))],
        widget=forms.RadioSelect,
        required=False,
    )
    asked_now = forms.BooleanField(
        label=_("The person on the line asks for the link now"),
        help_text=_(
            "The workplace has said no, or wants no more mails. The link is sent only if the person asks for it; a no "
            "is taken back with it. Reminders that were stopped stay so."
        ),
        required=False,
    )
    note = forms.CharField(
        label=_("Note for the next caller"),
        help_text=_(
            "Short: when to call, whom to ask for. No answers to the questionnaire, and nothing about anybody's health."
        ),
        max_length=MOST_OF_A_NOTE,
        required=False,
        error_messages={"max_length": _("The note has %(show_value)d characters; there is room for %(limit_value)d.")},
    )

    def __init__(self, *args: Any, has_said_no: bool, closes_at: datetime, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.closes_at, self.now = closes_at, now
        self.call_back_at: datetime | None = None
        if not has_said_no:
            del self.fields["asked_now"]
        self.helper = bare()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        outcome = data.get("outcome")
        if outcome == Outcome.CALL_BACK:
            self._read_call_back(data)
        if outcome == Outcome.NOT_ELIGIBLE and not data.get("gone"):
            self.add_error("gone", _("Choose what has become of the workplace."))
        return data

    def _read_call_back(self, data: dict[str, Any]) -> None:
        day, at = data.get("call_back_day"), data.get("call_back_time")
        if day is None and "call_back_day" not in self.errors:
            self.add_error("call_back_day", _("Write the day on which to call again."))
        if at is None and "call_back_time" not in self.errors:
            self.add_error("call_back_time", _("Write the time at which to call again."))
        if day is None or at is None:
            return
        self.call_back_at = local_moment(day, at)
        if self.call_back_at is None:
            self.add_error("call_back_time", _("The clock is put forward over this time that night."))
        elif self.call_back_at <= self.now:
            self.add_error("call_back_day", _("This time has passed. Write one that is still to come."))
        elif self.call_back_at >= self.closes_at:
            self.add_error("call_back_day", _("The questionnaire has closed by then. Write an earlier time."))


class PhoneForm(forms.Form):
    """The telephone number of a workplace's leader."""

    phone = forms.CharField(
        label=_("Telephone number"),
        help_text=_("One number, for example 86 12 34 56. Left empty, the workplace is not called."),
        max_length=MAX_LENGTH,
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = with_button(_("Save"))

    def clean_phone(self) -> str:
        number = tidy_number(self.cleaned_data["phone"])
        if number is None or len(number) > MAX_LENGTH:
            raise forms.ValidationError(_("This is not one telephone number, for example 86 12 34 56."))
        return number


class BeginForm(forms.Form):
    """Asked before a telephone interview. Answers given on the web are seen by staff only if ``agreed``."""

    agreed = forms.BooleanField(
        label=_("The respondent asks to go on by telephone, and knows that I will see the answers given so far"),
        error_messages={
            "required": _("Ask the respondent first. Without a yes nobody of us sees the answers given so far.")
        },
    )

    def __init__(self, *args: Any, answers_given: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not answers_given:
            del self.fields["agreed"]
        self.helper = with_button(_("Begin the interview"))


class SubmitInterviewForm(forms.Form):
    """Who answered, asked when the answers are submitted. Printed without its form tag and buttons."""

    answered_by = forms.ChoiceField(
        label=_("Who answered?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Say who answered.")},
    )
    role = forms.CharField(
        label=_("If somebody else: their role"),
        help_text=_("For example “deputy head”. No name."),
        max_length=MOST_OF_A_ROLE,
        required=False,
    )

    def __init__(self, *args: Any, choices: Sequence[tuple[str, str | Promise]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["answered_by"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices
        self.helper = bare()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("answered_by") == SOMEBODY_ELSE and not (data.get("role") or "").strip():
            self.add_error("role", _("Write the role of whoever answered."))
        return data

    @property
    def proxy(self) -> bool:
        """Whether somebody else than the addressee answered."""
        return bool(self.cleaned_data["answered_by"] == SOMEBODY_ELSE)
