"""What the pages about data protection call things."""

from collections.abc import Mapping
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from responses.actions.retention import Clock


class ClockText(NamedTuple):
    """A clock in words: its name, and what is deleted when it has run."""

    title: Promise
    what: Promise


CLOCKS: Mapping[Clock, ClockText] = {
    Clock.CONTACTS: ClockText(
        _("Contact data"),
        _(
            "Names, addresses and telephone numbers of leaders, of those who hold links and of contact persons, the "
            "mails and notes about them. Personal links end."
        ),
    ),
    Clock.KEY: ClockText(
        _("Key between workplace and answers"),
        _(
            "Register numbers, names and addresses of the workplaces in the frame. The answers stay, with stratum and "
            "register variables, but nothing tells any more which workplace they are from."
        ),
    ),
    Clock.ANSWERS: ClockText(
        _("Answers"),
        _("All responses. Published figures stay as they are, and cannot be computed again."),
    ),
}

# What the sections of somebody's data are called.
SECTIONS: Mapping[str, Promise] = {
    "surveys.WorkplaceContact": _("Contact data from the register"),
    "surveys.AuthorityContact": _("Contact person of an authority"),
    "responses.Case": _("Case"),
    "responses.LinkHolder": _("Holder of a personal link"),
    "responses.HandOver": _("Hand-over of the task"),
    "responses.CaseEvent": _("What happened to the case"),
    "responses.CaseContact": _("Consent to be contacted about an innovation"),
    "responses.ResultRequest": _("Wish for the mail with the results"),
    "responses.DeclineReason": _("Why the workplace declined"),
    "responses.Mail": _("Mail"),
    "responses.ContactAttempt": _("Line in a mail, or a letter"),
    "responses.MailReturn": _("What came back for a mail"),
    "responses.Call": _("Telephone call"),
    "responses.CaseNote": _("Note"),
    "responses.CasePause": _("Pause of the case"),
    "responses.BulkChange": _("Change by an act on many cases"),
    "responses.CallClaim": _("Who is calling at this moment"),
    "responses.Coordinator": _("Coordinator of an authority"),
    "responses.ContactCorrection": _("Correction of a contact"),
    "responses.LeftOff": _("How far unsent answers had come"),
    "responses.Weight": _("Weights"),
    "responses.Response": _("Answers"),
    "responses.Screening": _("Screening of own words"),
    "barometer.User": _("Account of staff"),
}
