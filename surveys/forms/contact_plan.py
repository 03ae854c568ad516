"""Forms of the contact plan: one per step, and the switches of the round."""

from collections.abc import Sequence
from datetime import time
from typing import Any

from crispy_forms.layout import Div, Layout
from django import forms
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from barometer.form_helpers import bare
from barometer.problems import Problem, sentence
from surveys.actions.contact_plan import StepRow, in_words
from surveys.audience import names, problems_of
from surveys.forms import DayField
from surveys.forms.expressions import explained
from surveys.models import ContactStep, Round
from surveys.problem_texts import TEXTS

Channel, MailName = ContactStep.Channel, ContactStep.MailName
CHANNELS: dict[str, tuple[ContactStep.Channel, ...]] = {
    MailName.PRE_NOTICE: (Channel.EMAIL, Channel.LETTER),
    MailName.LETTER: (Channel.LETTER,),
    MailName.CALLS: (Channel.PHONE,),
}  # all others are e-mails
TO_NO_CASE = (MailName.KICK_OFF, MailName.RESULT)


class StepForm(forms.Form):
    """One step of the plan. Its mail is fixed: another mail is another step."""

    day = forms.IntegerField(
        label=_("Day"),
        help_text=_("Counted from the first day, which is 0; −4 is four days before it."),
        min_value=-200,
        max_value=400,
        required=False,
        widget=forms.NumberInput({"class": "input-width-xs"}),
    )
    on_date = DayField(label=_("Or a date"), help_text=_("In the place of the day."), required=False)
    time = forms.TimeField(
        label=_("Hour"),
        help_text=_("In Denmark."),
        initial=time(10),
        widget=forms.TimeInput({"type": "time", "class": "input-width-s"}, format="%H:%M"),
    )
    channel = forms.ChoiceField(label=_("Channel"), choices=Channel.choices)
    audience = forms.CharField(
        label=_("Audience"),
        help_text=_("A condition that must be true of the case; the names stand below. If empty: everybody."),
        max_length=1000,
        required=False,
        widget=forms.Textarea({"rows": 2, "spellcheck": "false"}),
    )
    sender = forms.CharField(
        label=_("Sender"),
        help_text=_("A name in the place of the round's own sender."),
        max_length=60,
        required=False,
    )
    skips_quiet_weeks = forms.BooleanField(
        label=_("Wait for a free day"),
        help_text=_(
            "Nobody is contacted at a weekend, on a public holiday or in a quiet week of the authority. Without the "
            "mark the step leaves on its day, whatever day that is."
        ),
        required=False,
        initial=True,
    )
    remove = forms.BooleanField(label=_("Remove this step"), required=False)

    def __init__(self, round_: Round, mail_name: str, data: QueryDict | None = None, **kwargs: Any) -> None:
        super().__init__(data, prefix=mail_name, **kwargs)
        self.round, self.mail_name = round_, mail_name
        allowed = CHANNELS.get(mail_name, (Channel.EMAIL,))
        self.fields["channel"] = forms.ChoiceField(
            label=_("Channel"), choices=[(channel.value, channel.label) for channel in allowed]
        )
        if mail_name in TO_NO_CASE:
            del self.fields["audience"]
        self.helper = bare()
        self.helper.layout = self._layout()

    @classmethod
    def of(cls, step: ContactStep, data: QueryDict | None = None) -> "StepForm":
        fields = ("day", "on_date", "time", "channel", "audience", "sender", "skips_quiet_weeks")
        return cls(step.round, step.mail_name, data, initial={name: getattr(step, name) for name in fields})

    def _layout(self) -> Layout:
        def row(*fields: str) -> Div:
            columns = [Div(name, css_class="col-12 col-md-4") for name in fields if name in self.fields]
            return Div(*columns, css_class="row side-by-side")

        audience = ["audience"] if "audience" in self.fields else []
        return Layout(row("day", "on_date", "time"), row("channel", "sender"), *audience, "skips_quiet_weeks", "remove")

    def clean_audience(self) -> str:
        audience: str = self.cleaned_data["audience"].strip()
        known = names(self.round.languages)
        for problem in problems_of(audience, self.round.languages):
            self.add_error("audience", explained(problem, known))
        return audience

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if "day" in cleaned and "on_date" in cleaned:
            if cleaned["day"] is None and cleaned["on_date"] is None:
                self.add_error("day", gettext("Give a day or a date."))
            elif cleaned["day"] is not None and cleaned["on_date"] is not None:
                self.add_error("on_date", gettext("Give a day or a date, not both."))
        return cleaned

    def row(self) -> StepRow:
        """Return the step as it is typed."""
        fields = ("channel", "day", "on_date", "time", "sender", "skips_quiet_weeks")
        values = {name: self.cleaned_data[name] for name in fields}
        return StepRow(mail_name=self.mail_name, audience=self.cleaned_data.get("audience", ""), **values)

    def refuse(self, problem: Problem) -> None:
        """Say at the day what is out of order."""
        said = Problem(problem.code, "", in_words(problem).params)
        self.add_error("on_date" if self.cleaned_data.get("on_date") else "day", sentence(said, TEXTS))


class NewStepForm(forms.Form):
    """A mail to be added to the plan; its other fields appear when it is there."""

    mail_name = forms.ChoiceField(label=_("Mail"))
    day = forms.IntegerField(
        label=_("Day"),
        help_text=_("Counted from the first day, which is 0; −4 is four days before it."),
        min_value=-200,
        max_value=400,
        widget=forms.NumberInput({"class": "input-width-xs"}),
    )

    def __init__(self, there: Sequence[str], data: QueryDict | None = None) -> None:
        super().__init__(data, prefix="new")
        choices = [(name.value, name.label) for name in MailName if name not in there]
        self.fields["mail_name"] = forms.ChoiceField(label=_("Mail"), choices=choices)
        self.helper = bare()

    def row(self) -> StepRow:
        mail_name = self.cleaned_data["mail_name"]
        channel = Channel.LETTER if mail_name == MailName.PRE_NOTICE else CHANNELS.get(mail_name, (Channel.EMAIL,))[0]
        return StepRow(mail_name, channel, self.cleaned_data["day"], None, time(10))

    def refuse(self, problem: Problem) -> None:
        said = Problem(problem.code, "", in_words(problem).params)
        self.add_error("day", sentence(said, TEXTS))
