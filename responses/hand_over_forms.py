"""Forms of the pages on which the task is handed over and back."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from barometer.form_helpers import bare
from responses.after_forms import AddressField, DecisionForm
from responses.models import HandOver, LinkHolder
from responses.statistics.hand_over import typed_name

GIVE_BACK, KEEP = "give-back", "keep"


class NameField(forms.CharField):
    """A person's name, as a mail may carry it."""

    def clean(self, value: Any) -> Any:
        return super().clean(typed_name(value or ""))


class HandOverForm(forms.Form):
    """Who is to get a link, and from whom. Nothing else of what a respondent writes ever stands in a mail.

    Printed without its form tag and buttons.
    """

    given_by = NameField(
        label=gettext_lazy("Your name"),
        help_text=gettext_lazy("It stands in the mail with the link."),
        error_messages={"required": gettext_lazy("Write your name, in letters.")},
    )
    name = NameField(
        label=gettext_lazy("The other person's name"),
        error_messages={"required": gettext_lazy("Write the other person's name, in letters.")},
    )
    email = AddressField(
        label=gettext_lazy("The other person's e-mail address"),
        help_text=gettext_lazy("A work address of your own organisation gets the link at once."),
        widget=forms.EmailInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        missing=gettext_lazy("Write the other person's e-mail address."),
        invalid=gettext_lazy("This is not an e-mail address. It looks like name@workplace.dk."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["given_by"].widget.attrs["autocomplete"] = "name"
        self.fields["name"].widget.attrs["autocomplete"] = "off"
        self.helper = bare()


def take_back_form(request: HttpRequest, current: Sequence[HandOver], action: str) -> DecisionForm:
    """Return the question which of these the owner ends; the decision is the number of its holder, or KEEP."""
    choices = [(str(given.pk), _ending(given.holder)) for given in current]
    return _form(request, [*choices, (KEEP, _("Leave everything as it is"))], action)


def give_back_form(request: HttpRequest, given: HandOver, action: str) -> DecisionForm:
    """Return the question whether a delegate gives the task back, or a colleague gives up the link."""
    if given.holder.role == LinkHolder.Role.DELEGATE:
        give_back = _("I give the task back to %(name)s") % {"name": given.given_by}
        return _form(request, [(GIVE_BACK, give_back), (KEEP, _("I keep the task"))], action)
    return _form(request, [(GIVE_BACK, _("Remove my link")), (KEEP, _("I keep my link"))], action)


def _ending(holder: LinkHolder) -> str:
    if holder.standing == LinkHolder.Standing.WAITING:
        return _("Send no link to %(name)s") % {"name": holder.name}
    if holder.role == LinkHolder.Role.DELEGATE:
        return _("Take the task back from %(name)s") % {"name": holder.name}
    return _("Take the link away from %(name)s") % {"name": holder.name}


def _form(request: HttpRequest, choices: Sequence[tuple[str, str]], action: str) -> DecisionForm:
    data = request.POST if request.method == "POST" else None
    return DecisionForm(data, question=_("What do you want?"), choices=choices, button=_("Save"), action=action)
