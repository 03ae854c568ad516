"""What an act on many cases does, and why it leaves one out, in words for staff."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from responses.models import BulkAct

Kind = BulkAct.Kind

EXPLANATIONS: dict[str, Promise] = {
    Kind.PAUSE: _(
        "The workplaces get no mails, letters and calls of the contact plan until the day that you give, or until you "
        "end the pause. They can answer all the while, and get the receipt when they do."
    ),
    Kind.RESUME: _("The workplaces get mails, letters and calls again, as the contact plan says."),
    Kind.INELIGIBLE: _(
        "Only if they were no public workplaces in operation in the reference period. They get no more mail, their "
        "links take no more answers, and they leave the eligible sample; the headline response rate does not change."
    ),
    Kind.REFUSAL: _("The workplaces have said that they do not wish to take part. They get no more mail."),
    Kind.LANGUAGE: _("Mails and pages are in this language from now on, also the mails that wait to be sent."),
    Kind.ADDRESS: _(
        "All of these workplaces are written to at this one address from now on. Mails that wait go there too. For an "
        "address of its own for each workplace there is the file of corrected addresses."
    ),
}
WHY_NOT: dict[str, Promise] = {
    "ended": _("nothing is asked of it any longer"),
    "paused": _("it is paused already"),
    "not_paused": _("it is not paused"),
    "declined": _("it has said no already"),
    "same_language": _("it has this language already"),
    "same_contact": _("it has this contact already"),
    "moved_on": _("it has changed since you looked"),
}
