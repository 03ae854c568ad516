"""What the documents about a round's files say in the words of the program."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from responses.variables import Kind

REHEARSAL = _("Rehearsal – not a real survey")
UNIT = _("Workplace")
MODES = _("Web questionnaire, and telephone interview with the same questionnaire")
MISSING = _(
    "Not asked: empty in CSV, system-missing in SPSS and Stata. Asked and not answered: not-answered in CSV, −2 in "
    "SPSS, .a in Stata. Don't know and not relevant are categories of their own, marked as missing."
)
NUMBERS = _("catValu is the number in SPSS and Stata, txt the code in CSV and JSON Lines.")
KINDS: dict[Kind, Promise] = {
    Kind.CODE: _("One of the codes"),
    Kind.MARK: _("1 or 0"),
    Kind.INTEGER: _("Whole number"),
    Kind.NUMBER: _("Number with decimals"),
    Kind.TEXT: _("Text"),
    Kind.TIME: _("Time, as 2020-01-20 14:32:05"),
}
# what stands in CSV, SPSS and Stata, and why
NOTHINGS: tuple[tuple[Promise, Promise | str, Promise | str, str], ...] = (
    (_("Not asked"), _("empty"), _("system-missing"), "."),
    (_("Asked, not answered"), "not-answered", "−2", ".a"),
    (_("Don't know"), "dk", _("its number, user-missing"), ".b"),
    (_("Not relevant"), "not_relevant", _("its number, user-missing"), ".c"),
)
