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
    "correction_too_many": _(
        "The contact of this workplace has been corrected three times. Please contact us instead."
    ),
    "correction_too_many_today": _(
        "You have corrected two hundred contacts today, which is the most for one day. Try again tomorrow."
    ),
    "correction_changes_nothing": _("This is the name and the address that we have already."),
    "correction_not_reserved": _(
        "This is a rehearsal: it takes only addresses that reach nobody, for example name@workplace.example."
    ),
    "coordinators_off": _("Coordinators are not switched on in this round."),
    "coordinators_round_not_open": _("A link can be sent only while the round is in the field."),
    "coordinators_no_workplace": _("None of the sampled workplaces belongs to this authority."),
    "coordinators_not_reserved": _(
        "This is a rehearsal: a link goes only to addresses reserved for examples, which reach nobody."
    ),
    "test_no_address": _("There is no e-mail address to send the test mail to."),
    "test_not_reserved": _(
        "This is a rehearsal: a test mail goes only to addresses reserved for examples, which reach nobody."
    ),
    "estimate_too_few_units": _("Nothing can be said before at least two questionnaires are submitted."),
    "estimate_empty_base": _("Nobody in this group was asked and has answered."),
    "estimate_without_degrees_of_freedom": _("Too few answers (%(n)s) for an interval."),
}
