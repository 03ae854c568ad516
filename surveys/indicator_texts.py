"""What the problems of indicators and figures (surveys/questionnaire/indicators.py, figures.py) say to a person."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

INDICATORS: dict[str, str | Promise] = {
    "other_questionnaire": _("The document belongs to “%(code)s”, but the questionnaire is “%(expected)s”."),
    "bad_identifier": _("“%(id)s” may hold only letters a–z, digits and hyphens, and must begin with a letter."),
    "must_be_percent": _("“%(key)s” must be a number from 0 to 100, or with “by” one for each group."),
    "must_be_at_least_one": _("“%(key)s” must be 1 or more."),
    "bad_decimals": _("“decimals” must be 0 to %(most)s."),
    "one_per_group": _("“%(key)s” gives %(given)s numbers for %(groups)s groups. Give one for each, in their order."),
    "group_without_label": _("The group “%(expression)s” has no name. Add it to “groups”."),
    "group_twice": _("“by” names the same group twice."),
    "unknown_rank": _("“rank” goes by “%(name)s”, which is not a question with several answers. Correct the name."),
    "rank_without_percents": _("A ranking has no printed per cent. Take “published” and “about” away."),
    "expects_without_groups": _("“expect: %(expect)s” compares groups, but there are not two. Add “by”."),
    "differs_without_variable": _(
        "“expect: differs” is tested over the codes of a register variable; “by” names none."
    ),
    "unknown_rule": _("There is no rule “%(name)s” in “disclosure”, only these: %(known)s."),
    "unknown_indicator": _("There is no indicator “%(id)s”. Add it, or take the bar away."),
    "figure_key_misplaced": _("“%(key)s” belongs to figures with “rows”, not to one with “bars”. Take it away."),
    "figure_bar_ranked": _("The indicator “%(id)s” is a ranking, which cannot be a bar. Name one with “share”."),
    "figure_bases_differ": _("The bars have different bases (%(bases)s). Draw bars of one base together."),
    "figure_row_unknown": _(
        "“%(row)s” is not a question with one answer, nor a row of such a grid (question.row). Correct it."
    ),
    "figure_answers_forgotten": _(
        "The answers %(codes)s to “%(row)s” are neither in “parts” nor in “left_out”. Name them in one of them."
    ),
    "figure_test_without_groups": _("“test: %(test)s” compares groups, but there are not two. Add “by”."),
    "figure_test_misplaced": _(
        "“test: per_item” is for figures with “bars”, “test: distribution” for those with “rows”."
    ),
    "figure_note_and_test_differ": _("The note says “%(note)s” only, and always, where there is a test."),
    "figure_too_many_patterns": _("%(count)s parts or groups cannot be told apart; %(most)s can. Draw fewer."),
    "figure_left_out_unsaid": _("The note says “%(note)s” only, and always, where “left_out” names answers."),
}
