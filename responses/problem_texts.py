"""What the problems found by this app's pure code and actions say to a person."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from responses.importing_texts import IMPORTING
from responses.weighting_texts import WEIGHTING
from surveys.problem_texts import CONTACT_PLAN, SMALL_TABLES

TEXTS: dict[str, str | Promise] = {
    **CONTACT_PLAN,
    **SMALL_TABLES,
    **IMPORTING,
    **WEIGHTING,
    "export_labels_shortened": _(
        "%(count)s labels are longer than the format has room for, and are shortened. The workbook has them whole."
    ),
    "export_names_shortened": _(
        "%(count)s names are longer than a Stata file has room for and are cut, the first being %(name)s: %(new)s."
    ),
    "export_texts_shortened": _(
        "%(count)s texts are longer than the 32,767 characters of a cell and are cut. The CSV file has them whole."
    ),
    "round_already_opened": _("The round has been opened before."),
    "round_without_sample": _("No sample has been drawn yet. Draw it on the page “Sample”."),
    "questionnaire_not_published": _("The questionnaire is a draft. Publish it first."),
    "round_text_missing": _("“%(field)s” is empty in %(language)s. Fill it in on the page “Texts”."),
    "round_language_incomplete": _(
        "%(missing)s texts of the program have no %(language)s translation, so leaders would meet two languages. "
        "Complete the catalogue, or take the language out of the questionnaire. A rehearsal may be opened as it is."
    ),
    # how units stand in a newer register (responses/status_file.py)
    "status_not_sampled": _("Row %(row)s: no sampled workplace has the register number “%(value)s”."),
    "status_unknown_word": _("Row %(row)s: “%(value)s” is no status. Write one of these: %(accepted)s."),
    "status_twice": _("Row %(row)s: “%(value)s” stands in row %(first)s already. Remove one of them."),
    "status_round_not_in_field": _("A status can be loaded once the round has opened, until it is published."),
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
    "link_after_no": _(
        "The workplace has said no, or wants no more mails. If it asks for the link now, record a call: from there it "
        "can be sent."
    ),
    "link_with_answers": _("The link is not given out: there are answers, and whoever has the link would see them."),
    "link_not_asked_for": _("The workplace has said no. Say that the person on the line asks for the link now."),
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
    "representativity_no_cases": _("No case is in the field, or all are known not to be eligible."),
    "representativity_nobody": _("Nobody has answered yet, so there is nothing to compare."),
    "representativity_everybody": _("Everybody has answered, so the response is the sample itself."),
    "representativity_all_alike": _(
        "All cases are alike in level, industry group and size class, so nothing can be said of who answers."
    ),
    "representativity_silent": _("%(variable)s “%(category)s”: nobody has answered. Its propensity counts as 0."),
    "representativity_complete": _("%(variable)s “%(category)s”: everybody has answered. Its propensity counts as 1."),
    "representativity_separated": _(
        "Some combinations of categories have answered completely or not at all: their propensity counts as 1 or 0."
    ),
    "representativity_within_chance": _(
        "The differences between the groups are no larger than chance makes them, so R is 1 for all that can be seen."
    ),
    "estimate_too_few_units": _("Nothing can be said before at least two questionnaires are submitted."),
    "estimate_empty_base": _("Nobody in this group was asked and has answered."),
    "estimate_unknown_by": _("There is no variable “%(name)s” to group by. There are: %(known)s."),
    "estimate_filter_fits_nobody": _(
        "None of the %(n)s submitted questionnaires fits “%(filter)s”. Choose a wider filter."
    ),
    "estimate_filter_names_workplaces": _(
        "“%(name)s” names single workplaces and cannot be filtered by. Use a variable with codes."
    ),
    "comparison_overlapping_groups": _("Some are in more than one group, so the groups cannot be tested as a whole."),
    "estimate_without_degrees_of_freedom": _("Too few answers (%(n)s) for an interval."),
    "estimate_without_variation": _(
        "The answers (%(n)s) do not vary, or the number is known from the register, so there is no interval."
    ),
    "estimate_ratio_of_nothing": _("The denominator adds up to 0, so there is no ratio."),
    "design_lonely_stratum": _(
        "Stratum %(stratum)s has %(units)s responding or known ineligible units. A standard error needs two: join the "
        "stratum with another."
    ),
    "design_unusable_weights": _(
        "%(count)s weights are 0, negative or missing, the first in row %(row)s. Every unit must carry a weight above "
        "0."
    ),
    # comparisons (responses/statistics/comparing.py)
    "comparison_empty_base": _("One of the groups has no answers, so there is nothing to compare."),
    "comparison_one_group": _("All answers are in one group, so there is nothing to compare it with."),
    "comparison_one_category": _("All have given the same answer, so there is no difference to test."),
    "comparison_without_degrees_of_freedom": _("Too few answers (%(n)s) for a test."),
    "comparison_without_variation": _(
        "The answers (%(n)s) do not vary inside the groups, so the uncertainty of the difference cannot be estimated."
    ),
    "comparison_too_sparse": _(
        "The table has too many empty cells for %(n)s answers to be tested. Join answers or groups."
    ),
    "comparison_counted_completely": _("Every workplace has been counted: a difference is exact, and needs no test."),
    # files of a round (responses/exports/)
    "export_needs_reason": _("A file with names needs a reason. Write why it is needed."),
    "export_needs_pyarrow": _(
        "Parquet files need the library pyarrow, which is not installed. Choose another format, or ask whoever runs "
        "the program (docs/operators.md)."
    ),
    "export_failed": _(
        "The program met a fault while it made the file. Ask whoever runs the program to look at its log, or choose "
        "another format."
    ),
    "export_gave_up": _(
        "It was begun three times and never finished. Ask whoever runs the program to look at its log."
    ),
    "export_needs_level": _("“%(content)s” is not in a file of this level. Choose “%(level)s” or a higher one."),
    # the words of mails (responses/mail_checks.py)
    "mail_subject_empty": _("Write a subject."),
    "mail_subject_lines": _("The subject must stand on one line. Remove the line break."),
    "mail_subject_bold": _("A subject cannot be bold. Remove the **."),
    "mail_subject_part": _("The part %(name)s cannot stand in the subject. Write the words themselves."),
    "mail_subject_too_long": _(
        "With long names the subject has %(length)s characters; there is room for %(most)s. Shorten it. "
        "{subject_name} is never longer than 36 characters."
    ),
    "mail_body_empty": _("Write the text of the mail."),
    "mail_body_too_long": _("The text has %(length)s characters; there is room for %(most)s. Shorten it."),
    "mail_field_unknown": _("There is no merge field %(name)s. Did you mean one of these: %(meant)s?"),
    "mail_field_elsewhere": _(
        "%(name)s cannot stand by itself, because not every mail has one, and a mail about several workplaces has "
        "many. Use %(part)s."
    ),
    "mail_field_not_in_subject": _("%(name)s cannot stand in the subject. Move it to the text."),
    "mail_part_unknown": _(
        "There is no part %(name)s. Did you mean one of these: %(meant)s? Use round brackets for everything else."
    ),
    "mail_bracket_alone": _(
        "A “%(bracket)s” has no partner, near “%(around)s”. Merge fields are written {name}, parts [name]."
    ),
    "mail_bold_alone": _("A ** has no partner in the paragraph “%(around)s”. Bold is written **so**."),
    "mail_html": _("“%(found)s” is HTML. Write plain text: the mail program gets both from it."),
    "mail_image": _("“%(found)s” is an image. A mail must say everything without images. Remove it."),
    "mail_address_not_https": _("“%(address)s” must be a whole address that begins with https://."),
    "mail_address_broken": _("“%(address)s” is not a web address that can be followed. Correct it."),
    "mail_address_with_field": _(
        "“%(address)s” has a merge field in it, so another site would learn who follows it. Write a plain address."
    ),
    "mail_address_short": _("“%(address)s” hides where it leads. Write the address that it leads to."),
    "mail_address_tracking": _("“%(address)s” follows the reader. Remove what stands after the “?”."),
    "mail_says_last": _("“%(found)s”: only the last mail may say that it is the last. Write it in another way."),
    "mail_needs_link": _("The link to the questionnaire is missing. Put in %(part)s."),
    "mail_needs_code": _("The code is missing. Put in %(part)s."),
    "mail_needs_sender": _("The text must say who asks. Put in {sender} or %(part)s."),
    "mail_needs_voluntary": _("The text must say that answering is voluntary. Put in %(part)s."),
    "mail_needs_privacy": _("The text must lead to the privacy page. Put in %(part)s."),
    "mail_needs_privacy_link": _("The text must lead to the privacy page. Put in {privacy_link}."),
    "mail_needs_help": _("The text must say where to get help. Put in %(part)s."),
    "mail_needs_opt_out": _("The text must say how to get no more mails. Put in %(part)s."),
    "mail_needs_last": _("The text must say that this is the last mail."),
}
