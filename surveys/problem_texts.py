"""What the problems found by this app's pure code and actions say to a person."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from surveys.indicator_texts import INDICATORS

QUESTIONNAIRE: dict[str, str | Promise] = {
    # the document as YAML (surveys/questionnaire/yaml_text.py)
    "document_too_long": _("The document is longer than %(most)s characters."),
    "not_yaml": _("Line %(line)s is not valid YAML (%(reason)s). Mend that line and load the document again."),
    "several_documents": _("Line %(line)s begins a second document. Put each document in a file of its own."),
    "duplicate_key": _("Line %(line)s: “%(key)s” stands a second time in the same place. Remove one of them."),
    "yaml_alias": _("Line %(line)s: an alias (*name) is not allowed. Write the text out."),
    "yaml_key_not_text": _("Line %(line)s: a key must be one word, not a list or a mapping."),
    "yaml_too_deep": _("Line %(line)s: lists and mappings stand too deep inside one another."),
    # its parts (surveys/questionnaire/reading.py)
    "not_a_mapping": _("This is not such a document: it must begin with keys such as “code:”."),
    "must_be_mapping": _("Here must be keys with values, such as “code: novelty”."),
    "must_be_list": _("“%(key)s” must be a list: each entry on a line that begins with “- ”."),
    "must_be_list_of_texts": _("“%(key)s” must be a list of texts, such as [da, en]."),
    "must_be_text": _("“%(key)s” must be a text. Put it in quotation marks if it looks like a number."),
    "must_be_number": _("“%(key)s” must be a whole number."),
    "must_be_true_or_false": _("“%(key)s” must be true or false."),
    "must_be_one_of": _("“%(key)s” must be one of these: %(allowed)s."),
    "only_one_of": _("Only one of these may be given: %(keys)s. Remove the others."),
    "unknown_key": _("“%(key)s” is not known here. These are: %(keys)s."),
    "missing_key": _("“%(key)s” is missing. Add it."),
    "label_must_be_mapping": _('“%(key)s” must give a text per language, such as {da: "…", en: "…"}.'),
    "label_must_be_text": _(
        "“%(key)s” in “%(language)s” must be a text. Put it in quotation marks if it looks like a number."
    ),
    "not_a_date": _("“%(key)s” must be a date written as 2019-12-31."),
    "expression_syntax": _(
        "“%(expression)s” cannot be read. Check quotation marks and brackets; the manual of the format shows what"
        " can be written."
    ),
    "expression_part": _(
        "“%(part)s” cannot stand in “%(expression)s”; the manual of the format shows what can be written."
    ),
    "unreadable_expression": _("A condition or a derived variable holds an expression that cannot be read."),
    # codes and the parts of a question (surveys/questionnaire/checks.py)
    "bad_slug": _("The code “%(code)s” may hold only the letters a–z, digits and single hyphens."),
    "bad_version": _("The version must be 1 or more."),
    "bad_country": _("The country “%(country)s” must be two capital letters, such as DK."),
    "bad_language": _("The program does not know the language “%(language)s”, only these: %(known)s."),
    "period_backwards": _("The reference period ends before it begins."),
    "no_questions": _("There is not a single question. Add one to a page."),
    "bad_code": _(
        "The code “%(code)s” must begin with a small letter a–z and go on with such letters, digits and single "
        "underscores, at most %(most)s characters."
    ),
    "duplicate_code": _("The code “%(code)s” is used already. Choose another one."),
    "duplicate_value": _(
        "The value %(value)s is used already. Choose another one, or answers cannot be told apart in statistical files."
    ),
    "register_prefix": _("The name of a register variable must begin with “reg_”. Call it “reg_%(code)s”."),
    "reserved_prefix": _(
        "“%(code)s” must not begin with “reg_” or “case_”: those are kept for the register and the case. Choose "
        "another code."
    ),
    "reserved_word": _("“%(code)s” cannot be used in conditions. Choose another code."),
    "codes_not_for_type": _(
        "A register variable of type “%(type)s” has no codes. Remove them, or make the type “code”."
    ),
    "no_codes": _("A register variable of type “code” needs its codes. Add them."),
    "not_for_type": _("“%(key)s” does not go with a question of type “%(type)s”. Remove it or change the type."),
    "unknown_scale": _("There is no scale “%(scale)s”. Add it under “scales”, or correct the name."),
    "no_options": _("There is nothing to mark. Add options or a scale, or switch one option on."),
    "empty_scale": _("The scale has no options that are switched on. Add one, or remove the scale."),
    "missing_code": _("An option or a row here has no code. Give it one: answers are stored as codes."),
    "some_without_value": _(
        "Some options here have a number for statistical files and others do not. Add the missing numbers, or remove "
        "them all."
    ),
    "changed_meaning": _(
        "The code was used in %(version)s for something else: then “%(before)s”, now “%(after)s” (%(language)s). If "
        "the meaning has changed, choose a new code; if it is only the wording, leave it."
    ),
    "changed_value": _(
        "The number in statistical files was %(before)s in %(version)s and is now %(after)s. Series mix the two up: "
        "give it the old number, unless you mean it."
    ),
    "no_rows": _("The grid has no rows. Add rows, or switch one on."),
    "max_out_of_range": _("At most %(max)s marks make no sense here: “max” must be from 1 to %(most)s."),
    "max_length_out_of_range": _("“max_length” must be from 1 to %(most)s."),
    "exclusive_single": _(
        "“exclusive” makes sense only where several marks can be set, not in a question of type “%(type)s”. Remove it."
    ),
    "open_in_grid": _("An option with a text field cannot stand in a grid. Remove “open”."),
    "unknown_source": _("“%(key)s” names the question “%(name)s”, but there is none of that code. Correct the name."),
    "wrong_source": _(
        "“%(key)s” names “%(name)s”, but must name a question of type %(types)s that has choices of its own."
    ),
    # conditions
    "forward_reference": _(
        "“%(expression)s” reads “%(name)s”, which does not stand above it. Move “%(name)s” up, or change the "
        "expression."
    ),
    "same_page": _(
        "“%(expression)s” reads “%(name)s” on the same page (%(page)s). Move one of the two to another page: "
        "without a script the page cannot change while it is filled in."
    ),
    "unknown_name": _(
        "“%(expression)s” names “%(name)s”, but there is no question, derived variable or register variable of "
        "that name. Correct the name."
    ),
    "unknown_code": _("“%(expression)s” names the code “%(code)s”, but “%(name)s” has no such code. Correct it."),
    "unknown_row": _("“%(expression)s” names the row “%(row)s”, but “%(name)s” has no such row. Correct it."),
    "wrong_use": _(
        "“%(name)s” cannot stand like this in “%(expression)s”: the question is of type “%(type)s”. The manual of"
        " the format shows how to read it."
    ),
    "not_true_or_false": _("“%(part)s” in “%(expression)s” is neither true nor false. Compare it with something."),
    "not_several_marks": _("“%(part)s” in “%(expression)s” does not take several marks. Use == instead of in."),
    "does_not_compare": _(
        "“%(part)s” in “%(expression)s” does not compare: put a code against a code in quotation marks, or a "
        "number against a number."
    ),
    "unreachable": _(
        "No answers lead to this question, so it would never be asked (ask_if: “%(expression)s”). Change the "
        "condition, or switch the question off."
    ),
    "unreachable_choice": _(
        "No answers lead to this choice being offered (ask_if: “%(expression)s”). Change the condition, or switch the "
        "choice off."
    ),
    "condition_too_long": _(
        "The condition is too long when the derived variables in it are written out. Say it more simply: "
        "%(expression)s."
    ),
    "loop": _(
        "The variable reads itself by a roundabout way (%(chain)s), so it can never be computed. Change one of these "
        "expressions."
    ),
    "reach_not_tried": _(
        "Warning: there are too many combinations of answers to see whether this question can be reached; the "
        "first %(most)s do not reach it."
    ),
    # texts (surveys/questionnaire/label_checks.py)
    "missing_translation": _("“%(key)s” has no text in “%(language)s”. Add it."),
    "missing_translation_of_code": _("“%(key)s” has no text in “%(language)s” for %(by)s = “%(code)s”. Add it."),
    "unknown_language": _(
        "“%(key)s” has a text in “%(language)s”, which is not among the languages. Remove it, or add the language."
    ),
    "unknown_brace": _("“%(key)s” holds {%(name)s}, but there is no register variable of that name. Correct it."),
    "unknown_by": _("“%(key)s” goes by “%(name)s”, which is not a register variable with codes. Correct the name."),
    "by_and_texts_differ": _(
        "“%(key)s” in “%(language)s” must be one text, or with “by” one text per code of that variable."
    ),
}

FRAME: dict[str, str | Promise] = {
    # the register file as a whole (surveys/frame_file.py)
    "frame_empty": _("The file is empty."),
    "frame_without_rows": _("The file has headers, but no workplaces under them."),
    "frame_not_decodable": _(
        "The letters of the file cannot be read. Save it as “CSV UTF-8 (comma delimited)” and load it again."
    ),
    "frame_not_a_workbook": _(
        "The file looks like a spreadsheet, but cannot be opened as one. Save it as “CSV UTF-8 (comma delimited)” "
        "and load it again."
    ),
    "frame_bad_quotes": _(
        "A quotation mark is opened and never closed, or text follows the closing one. The rows from here on have "
        "not been read."
    ),
    "frame_column_missing": _("A column is missing. Its header may be any of these: %(accepted)s."),
    "frame_header_twice": _(
        "The columns “%(other)s” and “%(column)s” mean the same. Remove or rename one of them in the file."
    ),
    # a row of it
    "frame_wrong_number_of_fields": _("%(found)s fields, but there are %(expected)s headers."),
    "frame_control_character": _("The cell contains a character that cannot be printed."),
    "frame_missing_value": _("The cell is empty."),
    "frame_too_long": _("The text is longer than %(longest)s characters."),
    "frame_mangled_number": _(
        "“%(value)s” is a number that a spreadsheet has shortened. Format the column as text and save the file again."
    ),
    "frame_bad_register_id": _(
        "“%(value)s” is not a register number. It may hold letters a–z, digits and “.”, “-”, “_” and “/”."
    ),
    "frame_duplicate_register_id": _("“%(value)s” stands in row %(first)s already. Each workplace may be there once."),
    "frame_not_digits": _("“%(value)s” is not a number of %(digits)s digits."),
    "frame_bad_db07": _("“%(value)s” is not a DB07 code of six digits."),
    "frame_unknown_word": _("“%(value)s” is not known here. It may be one of these: %(accepted)s."),
    "frame_bad_employees": _(
        "“%(value)s” is not a number of employees. Write a whole number from 1, or an average such as 12,4."
    ),
    "frame_ambiguous_employees": _(
        "“%(value)s” may mean thousands or decimals. Write the number without a separator of thousands."
    ),
    "frame_person_without_name": _(
        "The mail to a person needs the leader's name. Fill it in, or write that the address is a mailbox of the "
        "workplace."
    ),
    "frame_bad_email": _("This is not an e-mail address."),
    "frame_bad_phone": _(
        "This is not one telephone number. Write one, with digits, spaces and a “+” before the code of a country."
    ),
    "frame_mangled_phone": _(
        "A spreadsheet has shortened this telephone number. Format the column as text and write the number again."
    ),
    "frame_address_not_reserved": _(
        "A rehearsal takes only addresses that reach nobody, such as name@workplace.example."
    ),
    # drawing the sample (surveys/sampling.py)
    "sample_level_too_small": _(
        "The level “%(level)s” has %(population)s workplaces. A stratum needs %(smallest)s, and there is nothing "
        "left to merge with."
    ),
    "sample_size_above_population": _("The sample is to be %(size)s, but the frame has %(population)s workplaces."),
    "sample_size_below_minimum": _(
        "The sample is to be %(size)s, but at least %(minimum)s in each stratum make %(least)s."
    ),
}

STAFF: dict[str, str | Promise] = {
    # loading a frame (surveys/actions/frame.py)
    "frame_sample_drawn": _("The sample has been drawn from the frame, so the frame no longer changes."),
    "frame_other_sampling_key": _(
        "The round’s random numbers were made with another sampling key (%(fingerprint)s). Set SAMPLING_KEY to that "
        "key, or create another round."
    ),
    # drawing the sample (surveys/actions/sample.py)
    "sample_without_frame": _("There is no frame to draw from yet. Load a register file first."),
    "sample_drawn_before": _("The sample has been drawn before. It never changes."),
}

ANSWERING: dict[str, str | Promise] = {
    # a page of the questionnaire (surveys/answering/reading.py): beside the field, after its label in the summary
    "answer_missing_choice": _("Choose an answer."),
    "answer_missing_mark": _("Mark at least one answer."),
    "answer_missing_text": _("Write an answer."),
    "answer_unknown": _("Choose among the answers shown here."),
    "answer_not_one": _("Give only one answer."),
    "answer_too_many": _("Mark at most %(most)s. You have marked %(marked)s."),
    "answer_exclusive": _("“%(option)s” cannot stand together with other answers. Remove it, or remove the others."),
    "answer_too_long": _("Write at most %(most)s characters. You have written %(length)s."),
    "answer_unreadable": _(
        "There were characters in the text that cannot be stored. They have been removed: look the text through, and "
        "send it again."
    ),
    "answer_text_without_mark": _("You have written a text, but not marked “%(option)s”. Mark it, or delete the text."),
}

# what of an XLSForm could not be taken over (surveys/xlsform)
XLSFORM: dict[str, str | Promise] = {
    "xls_too_large": _("The file is too large to be an XLSForm. Is it the right one?"),
    "xls_unreadable": _("The file cannot be read as an Excel workbook (%(reason)s). Save it as .xlsx."),
    "xls_no_survey": _("There is no sheet “survey” with questions in it."),
    "xls_group_never_opened": _("A group ends here that has never begun."),
    "xls_group_never_closed": _("The group “%(name)s” begins here and never ends."),
    "xls_renamed": _("The name “%(name)s” does not fit our pattern and has become “%(code)s”."),
    "xls_page_split": _("It rests on a question on the same page (%(page)s), so a new page begins here."),
    "xls_sheet": _("The sheet “%(sheet)s” has been left out."),
    "xls_column": _("“%(column)s” has no place here and has been left out: “%(text)s”."),
    "xls_language": _("“%(column)s” names no language that is known, so its texts have been left out."),
    "xls_expression": _("“%(column)s” could not be taken over: “%(text)s” (at “%(part)s”)."),
    "xls_type": _("There are no questions of type “%(type)s” here. It has become a free text."),
    "xls_left_out": _("“%(type)s” (%(name)s) is not a question and has been left out."),
    "xls_repeat": _("The group “%(name)s” may be repeated there, but is asked only once here."),
    "xls_mixed_required": _(
        "Some rows of the table “%(name)s” must be answered and others need not. Here none of them must."
    ),
    "xls_list_missing": _("The list “%(list)s” is not on the sheet “choices”."),
    "xls_list_unused": _("No question uses the list “%(list)s”, so it has been left out."),
    "xls_choice_twice": _("“%(name)s” stands twice in the list “%(list)s”; conditions read the first one."),
    "xls_reference_in_text": _("The text takes in an answer, which is not possible here: “%(text)s”."),
    "xls_markup": _("The text holds markup, which is shown as it stands: “%(text)s”."),
}

# the differences of two versions (surveys/questionnaire/comparison.py)
COMPARISON: dict[str, str | Promise] = {
    "diff_wording": _("The wording has changed."),
    "diff_punctuation": _("Only capitals, spaces or punctuation have changed."),
    "diff_hint": _("The hint has changed."),
    "diff_label": _("The name has changed."),
    "diff_type": _("The type of the question has changed."),
    "diff_cap": _("The most marks that may be set have changed."),
    "diff_rows_source": _("The rows come from somewhere else."),
    "diff_required": _("Whether it must be answered has changed."),
    "diff_max_length": _("The most characters that may be written have changed."),
    "diff_soft_check": _("The remark on unusual answers has changed."),
    "diff_moved": _("It follows another question than before."),
    "diff_routing": _("Who is asked has changed."),
    "diff_base": _("It rests on what has changed or is new: %(names)s."),
    "diff_expression": _("It is computed in another way."),
    "diff_option_new": _("The option is new."),
    "diff_option_gone": _("The option is gone."),
    "diff_option_wording": _("The option has another wording."),
    "diff_option_offered": _("Who is offered the option has changed."),
    "diff_option_exclusive": _("Whether the option stands alone has changed."),
    "diff_option_open": _("Whether the option has a text field has changed."),
    "diff_option_value": _("The number of the option in statistical files has changed."),
    "diff_option_order": _("The order of the options has changed."),
    "diff_row_new": _("The row is new."),
    "diff_row_gone": _("The row is gone."),
    "diff_row_wording": _("The row has another wording."),
    "diff_row_offered": _("Who gets the row has changed."),
    "diff_row_order": _("The order of the rows has changed."),
}

CONTACT_PLAN: dict[str, str | Promise] = {
    # the order of its steps (surveys/plan_checks.py); the step that has to move stands before the sentence
    "round_without_invitation": _("The contact plan has no invitation."),
    "plan_not_before_invitation": _("must come before the invitation. Give it an earlier day."),
    "plan_not_after_invitation": _("must come after the invitation. Give it a later day."),
    "plan_not_before_pre_notice": _("must come before the pre-notice. Give it an earlier day."),
    "plan_reminders_out_of_order": _("must come after the step “%(before)s”. Give it a later day."),
    "plan_after_last": _("must come before the last mail, which says that nothing follows it. Give it an earlier day."),
    "plan_last_not_before_closing": _("must come before the day on which the questionnaire closes."),
    "plan_after_closing": _("comes after the questionnaire has closed. Give it an earlier day."),
    "plan_result_before_closing": _("must not come before the questionnaire has closed. Give it a later day."),
    "plan_two_on_one_day": _("falls on the same day as the step “%(other)s”: nobody gets two mails on one day."),
    "plan_deadline_not_after_invitation": _("must come before the printed deadline. Change one of them."),
    "plan_closing_not_after_invitation": _("must come before the day on which the questionnaire closes."),
    "plan_closes_after_break": _(
        "Only %(days)s working days lie between the break in week %(week)s and the closing, and at least %(least)s are "
        "advised: whoever was away needs time to answer. Close later if you can."
    ),
}

SMALL_TABLES: dict[str, str | Promise] = {
    # quiet weeks and contact persons from a CSV file (surveys/small_table.py, quiet_weeks_file.py, authority_file.py)
    "table_empty": _("The file is empty."),
    "table_not_decodable": _(
        "The file is not text in UTF-8 or Windows-1252. Save it as “CSV UTF-8” and load it again."
    ),
    "table_bad_quotes": _("Row %(row)s: the quotation marks do not match. Correct them and load the file again."),
    "table_without_rows": _("There is nothing under the headers."),
    "table_column_missing": _("A column is missing: %(accepted)s. Add it to the first line."),
    "table_column_twice": _("The column “%(column)s” stands twice. Remove one of them."),
    "table_wrong_number_of_fields": _(
        "Row %(row)s has %(found)s fields and should have %(expected)s. Correct the row."
    ),
    "table_value_missing": _("Row %(row)s: “%(column)s” is empty. Fill it in."),
    "table_too_long": _("Row %(row)s: “%(column)s” is longer than %(longest)s characters. Shorten it."),
    "quiet_bad_year": _("Row %(row)s: “%(value)s” is no year from 2000 to 2100. Write it as 2027."),
    "quiet_bad_week": _("Row %(row)s: “%(value)s” is no week of %(year)s. Write a number from 1 to %(weeks)s."),
    "quiet_twice": _("Row %(row)s says the same as row %(first)s. Remove one of them."),
    "quiet_too_many": _(
        "The authority “%(code)s” has %(weeks)s quiet weeks in %(year)s, and at most %(most)s make sense. Is the file "
        "the right one?"
    ),
    "contact_unknown_authority": _(
        "Row %(row)s: no workplace of the frame has the authority code “%(value)s”. Correct it, or leave the row out."
    ),
    "contact_bad_email": _("Row %(row)s: “%(column)s” is not an e-mail address. Correct it."),
    "contact_not_reserved": _(
        "Row %(row)s: a rehearsal takes only addresses at example.org and the like, which reach nobody."
    ),
    "contact_unknown_language": _("Row %(row)s: “%(value)s” is none of the languages of the round: %(languages)s."),
    "contact_twice": _("Row %(row)s: row %(first)s is about the authority “%(value)s” already. Remove one of them."),
}

TEXTS: dict[str, str | Promise] = {
    **INDICATORS,
    **COMPARISON,
    **XLSFORM,
    **QUESTIONNAIRE,
    **FRAME,
    **STAFF,
    **ANSWERING,
    **CONTACT_PLAN,
    **SMALL_TABLES,
}

_MARKS = {"comparable": _("Comparable"), "changed": _("Changed"), "new": _("New"), "gone": _("Gone")}


def mark_name(mark: str) -> str:
    """What a comparison's mark is called in the active language."""
    return str(_MARKS[mark])
