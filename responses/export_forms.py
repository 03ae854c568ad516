"""The form that asks for files of a round."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from barometer.form_helpers import with_button
from responses.export_texts import CONTENTS, LEVELS
from responses.exports.formats import FORMATS
from responses.exports.making import CONTENTS as LEAST
from responses.exports.making import Order
from responses.variables import Privacy


class ExportForm(forms.Form):
    """What the files are to hold, how much of it, and for which programs; full ones need a reason."""

    content = forms.ChoiceField(
        label=_("Content"), initial="responses", error_messages={"required": _("Choose what the file is to hold.")}
    )
    privacy = forms.ChoiceField(
        label=_("Level"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose how much the file is to tell.")},
    )
    formats = forms.MultipleChoiceField(
        label=_("Formats"),
        help_text=_("You get a file in each format."),
        initial=["csv-people"],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one format.")},
    )
    language = forms.ChoiceField(
        label=_("Language of the labels"), error_messages={"required": _("Choose a language.")}
    )
    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("Why names are needed. It is kept in the audit log: write no names of persons."),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={
            "required": _("Write the reason."),
            "max_length": _("The reason has %(show_value)d characters; there is room for %(limit_value)d."),
        },
    )

    def __init__(
        self, *args: Any, levels: Sequence[Privacy], languages: Sequence[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        order = list(Privacy)
        most = max(order.index(level) for level in levels)
        contents = [name for name, (least, _table) in LEAST.items() if order.index(least) <= most]
        choices: dict[str, list[tuple[str, Any]]] = {
            "content": [(name, CONTENTS[name]) for name in contents],
            "privacy": [(level.value, LEVELS[level]) for level in levels],
            "formats": [(name, format_.label) for name, format_ in FORMATS.items() if format_.available],
            "language": list(languages),
        }
        for name, listed in choices.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = listed
        if len(levels) == 1:
            self.fields["privacy"].initial = levels[0].value
            self.fields["privacy"].widget = forms.HiddenInput()
        if Privacy.FULL not in levels:
            del self.fields["reason"]
        self.helper = with_button(_("Make the files"))

    def orders(self) -> list[Order]:
        data = self.cleaned_data
        privacy = Privacy(data["privacy"])
        return [Order(data["content"], privacy, name, data["language"]) for name in data["formats"]]
