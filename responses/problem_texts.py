"""What the problems found by this app's pure code and actions say to a person."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

TEXTS: dict[str, str | Promise] = {
    "round_already_opened": _("The round has been opened before."),
    "round_without_sample": _("No sample has been drawn yet. Draw it on the page “Sample”."),
    "questionnaire_not_published": _("The questionnaire is a draft. Publish it first."),
    "round_without_invitation": _("The contact plan has no invitation."),
    "round_text_missing": _("“%(field)s” is empty in %(language)s. Fill it in on the page “Texts”."),
    "round_language_incomplete": _(
        "%(missing)s texts of the program have no %(language)s translation, so leaders would meet two languages. "
        "Complete the catalogue, or take the language out of the questionnaire. A rehearsal may be opened as it is."
    ),
    "hand_over_too_many_today": _(
        "The task has been passed on or shared three times today, which is the most for one day. Try again tomorrow."
    ),
    "hand_over_too_many": _(
        "The task has been passed on or shared ten times, which is the most. Please contact us instead."
    ),
    "hand_over_has_delegate": _("The task has been passed on already. Take it back first."),
    "hand_over_has_link": _("This person has a link already."),
    "hand_over_own_address": _("This is the address that we write to already. Write the other person's address."),
    "hand_over_not_reserved": _(
        "This is a rehearsal: it takes only addresses that reach nobody, for example name@workplace.example."
    ),
    "call_back_in_the_past": _("This time has passed. Write one that is still to come."),
    "call_back_after_closing": _("The questionnaire has closed by then. Write an earlier time."),
    "phone_not_a_number": _("This is not one telephone number, for example 86 12 34 56."),
    "link_case_ended": _("The link cannot be sent: this case has ended, and its link takes no answers."),
    "link_task_elsewhere": _("The link cannot be sent: the task has been passed on, and somebody else has the link."),
    "link_retired": _("The link cannot be sent: it has been retired. Make a new one on the page of the case."),
    "link_without_address": _("The link cannot be sent: there is no e-mail address. Ask for one first."),
    "link_bounced": _("The link cannot be sent: a mail to the address came back. Ask for another one first."),
    "link_to_authority": _(
        "The link cannot be sent: the address is a mailbox of the authority. Ask for one of the workplace's own first."
    ),
    "link_too_often": _("The link has been sent three times today, which is the most for one day."),
    "link_not_asked_for": _("The workplace has said no. Say that the person on the line asks for the link now."),
    "estimate_too_few_units": _("Nothing can be said before at least two questionnaires are submitted."),
    "estimate_empty_base": _("Nobody in this group was asked and has answered."),
    "estimate_without_degrees_of_freedom": _("Too few answers (%(n)s) for an interval."),
}
