"""What the problems of an import say to a person (responses/importing/, docs/import-format.md)."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

IMPORTING: dict[str, str | Promise] = {
    "import_slug_taken": _("There is a round %(slug)s already. Choose another name with --slug."),
    "import_dates": _(
        "The round must open (%(opens)s) before its deadline (%(deadline)s), and that before its end "
        "(%(closes)s), which cannot be after today (%(today)s). Correct the dates."
    ),
    "import_questionnaire_draft": _(
        "The questionnaire %(name)s is here as a draft. Publish it, or delete it, and import again."
    ),
    "import_questionnaire_differs": _(
        "The questionnaire %(name)s is published here with other content. Give the document another version."
    ),
    "import_not_utf8": _("%(file)s: byte %(place)s is not text in UTF-8. Save the file as “CSV UTF-8”."),
    "import_bad_quotes": _("%(file)s, row %(row)s: the quotation marks do not match. Correct them."),
    "import_empty": _("%(file)s: there must be a line of headers, and rows under it."),
    "import_one_column": _(
        "%(file)s has only one column. Separate its columns by commas or semicolons, not by tabs or other signs."
    ),
    "import_header_empty": _("%(file)s: column number %(place)s has no header. Give it one, or remove it."),
    "import_header_twice": _("%(file)s: the column “%(column)s” stands twice. Remove one of them."),
    "import_column_twice_named": _(
        "%(file)s: the columns “%(column)s” and “%(other)s” say the same. Remove one of them."
    ),
    "import_wrong_width": _(
        "%(file)s, row %(row)s has %(found)s fields and should have %(expected)s. Correct the row."
    ),
    "import_column_missing": _(
        "%(file)s: the column “%(column)s” is missing. Add it; a question that nobody had to answer is marked "
        "required: false in the document, and one that was not asked does not belong in it."
    ),
    "import_unknown_column": _(
        "%(file)s: the questionnaire has no column “%(column)s”. Remove it, or add its question to the document."
    ),
    "import_strata_column": _(
        "%(file)s: strata have no column “%(column)s”. Remove it; there can be these: %(accepted)s."
    ),
    "import_without_design": _(
        "%(file)s does not say for whom the answers stand. Add a column of weights (case_weight), or one of strata "
        "(case_stratum) with the population of each (case_population_size, or a file with --strata)."
    ),
    "import_ineligible_without_weight": _(
        "%(file)s has ready weights, but units that are not eligible are only counted in the file of "
        "strata. Give them rows with in_scope 0 and a weight, or leave the weights out with --without-weights."
    ),
    "import_unknown_code": _(
        "%(file)s, row %(row)s, column “%(column)s”: “%(value)s” is no code. Write one of these: %(accepted)s."
    ),
    "import_not_a_mark": _(
        "%(file)s, row %(row)s, column “%(column)s”: “%(value)s” is neither 1 nor 0. Write one of them."
    ),
    "import_contradicting_marks": _(
        "%(file)s, row %(row)s, column “%(column)s”: these marks cannot stand together, for one of them excludes the "
        "others, or there are more than allowed (%(most)s). Remove some."
    ),
    "import_off_route": _(
        "%(file)s, row %(row)s, column “%(column)s”: this respondent is not to be asked that, by the conditions of the "
        "document and what is known from the register. Correct the row or the document, or leave such answers out with "
        "--drop-off-route."
    ),
    "import_answer_missing": _(
        "%(file)s, row %(row)s, column “%(column)s” is empty, and the question has to be answered. Fill it in, or mark "
        "the question as required: false in the document."
    ),
    "import_duplicate_id": _(
        "%(file)s, row %(row)s, column “%(column)s”: “%(value)s” stands in row %(first)s already. Remove one of them."
    ),
    "import_too_long": _(
        "%(file)s, row %(row)s, column “%(column)s” is longer than %(longest)s characters. Shorten it."
    ),
    "import_value_missing": _("%(file)s, row %(row)s, column “%(column)s” is empty. Fill it in."),
    "import_not_a_count": _(
        "%(file)s, row %(row)s, column “%(column)s”: “%(value)s” is no whole number from %(smallest)s on. Correct it."
    ),
    "import_bad_weight": _(
        "%(file)s, row %(row)s, column “%(column)s”: “%(value)s” is no weight above 0. Correct it, "
        "or remove the row: a unit that stands for nobody counts nowhere."
    ),
    "import_not_a_time": _(
        "%(file)s, row %(row)s, column “%(column)s”: “%(value)s” is no time. Write it as 2020-01-20 14:32:05."
    ),
    "import_time_outside": _(
        "%(file)s, row %(row)s, column “%(column)s”: %(value)s is not within the fieldwork, "
        "%(first)s to %(last)s. Correct it, or the dates of the round."
    ),
    "import_started_late": _(
        "%(file)s, row %(row)s, column “%(column)s”: %(value)s is after the submission. Correct one of them."
    ),
    "import_other_version": _(
        "%(file)s, row %(row)s, column “%(column)s”: the row belongs to %(value)s, and the document is %(expected)s. "
        "Import it with its own document."
    ),
    "import_says_not_eligible": _(
        "%(file)s, row %(row)s, column “%(column)s” is 1, but by its answers the unit is not in "
        "scope. Correct one of them."
    ),
    "import_nobody_eligible": _("%(file)s has no row that is in scope: there is nothing to estimate from."),
    "import_stratum_code": _(
        "%(file)s, row %(row)s, column “%(column)s”: a stratum needs a name of at most %(longest)s characters, without "
        "“ + ”."
    ),
    "import_stratum_twice": _("%(file)s, row %(row)s: the stratum “%(stratum)s” stands twice. Remove one of them."),
    "import_stratum_unknown": _(
        "%(file)s, row %(row)s: the file of strata has no stratum “%(stratum)s”. Add it there, or correct the row."
    ),
    "import_totals_differ": _(
        "%(file)s, row %(row)s, column “%(column)s”: %(found)s of the stratum “%(stratum)s”, but "
        "%(other)s in row %(first)s or in the file of strata. A stratum has one number: correct the wrong one."
    ),
    "import_without_population": _(
        "%(file)s: nobody says how many workplaces the stratum “%(stratum)s” has. Add its population."
    ),
    "import_more_rows_than_population": _(
        "%(file)s: the stratum “%(stratum)s” has %(rows)s units, but a population of %(population)s. "
        "Correct one of them."
    ),
    "import_lonely_stratum": _(
        "%(file)s: the stratum “%(stratum)s” has one row, and a variance needs two. Join it with another stratum."
    ),
    "import_sample_does_not_fit": _(
        "%(file)s: the stratum “%(stratum)s” has a sample of %(sample)s, but %(rows)s units and a population of "
        "%(population)s. The sample must lie between them."
    ),
}
