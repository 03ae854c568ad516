"""What happened to a case, in plain words for staff."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from responses.statistics.dispositions import EventKind

EVENTS: dict[EventKind, Promise] = {
    EventKind.OPENED: _("The round was opened, and the case made"),
    EventKind.INVITED: _("A mail was sent"),
    EventKind.BOUNCED: _("A mail came back"),
    EventKind.STARTED: _("The first answer was saved"),
    EventKind.LETTER_SENT: _("A letter was sent"),
    EventKind.CALLED: _("Called, and not reached"),
    EventKind.REACHED: _("Reached by telephone"),
    EventKind.INTERVIEW_BEGUN: _("A telephone interview began, which the respondent asked for"),
    EventKind.SUBMITTED: _("The questionnaire was submitted"),
    EventKind.DECLINED: _("The workplace declined on its own page"),
    EventKind.DECLINE_UNDONE: _("The workplace will take part after all"),
    EventKind.REFUSED: _("The workplace declined to a member of staff"),
    EventKind.REPORTED_CLOSED: _("Reported as closed down"),
    EventKind.REPORTED_MERGED: _("Reported as merged with another workplace"),
    EventKind.REPORT_WITHDRAWN: _("The report that it is gone was taken back"),
    EventKind.INELIGIBLE_CONFIRMED: _("Confirmed as not eligible"),
    EventKind.INELIGIBLE_REJECTED: _("Found to be eligible after all"),
    EventKind.REMINDERS_STOPPED: _("The workplace wants no more reminders"),
    EventKind.REMINDERS_RESUMED: _("The workplace wants reminders again"),
    EventKind.LINK_RETIRED: _("The personal link was retired"),
    EventKind.LINK_ISSUED: _("A new personal link was made"),
    EventKind.HAND_OVER_ASKED: _("Asked for a link for somebody else; waits for one of you"),
    EventKind.HAND_OVER_REFUSED: _("The link for somebody else was refused"),
    EventKind.HANDED_OVER: _("The task was passed on"),
    EventKind.SHARED: _("The questionnaire was shared"),
    EventKind.GIVEN_BACK: _("The task was given back, or a colleague's link given up"),
    EventKind.TAKEN_BACK: _("The task was taken back, or a colleague's link ended"),
    EventKind.DELEGATE_BOUNCED: _("A mail to somebody who got the task came back"),
    EventKind.ADDRESS_CHANGED: _("The e-mail address was changed"),
    EventKind.CONTACT_PROPOSED: _("The authority gave another contact; it waits for one of you"),
    EventKind.ADDRESS_CHECKED: _("The e-mail address was checked and found right"),
    EventKind.CORRECTION_REQUESTED: _("The workplace asked to correct its answers"),
    EventKind.CORRECTION_WITHDRAWN: _("The workplace took back its request to correct"),
    EventKind.CORRECTION_REFUSED: _("The request to correct was refused"),
    EventKind.REOPENED: _("The questionnaire was opened again for changes"),
}
