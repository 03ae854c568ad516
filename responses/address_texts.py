"""What is wrong with an address, with a file of addresses, and what mail servers mean, in plain words for staff."""

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

FAULTS: dict[str, Promise] = {
    "bad_address": gettext_lazy(
        "This is not an e-mail address. It looks like name@workplace.dk, without æ, ø and å before the @, and has at "
        "most 254 characters."
    ),
    "not_reserved": gettext_lazy("A rehearsal takes only addresses at example.org and the like."),
    "no_name": gettext_lazy("Write the name of the person, in letters, or choose another kind of address."),
}

FILE_PROBLEMS: dict[str, Promise] = {
    **FAULTS,
    "too_large": gettext_lazy("The file is larger than 800 kB. Is it the right one?"),
    "not_text": gettext_lazy("This is no CSV file. Save the spreadsheet as CSV (UTF-8) and choose that file."),
    "column_missing": gettext_lazy("There is no column %(column)s. The first line holds the names of the columns."),
    "bad_quotes": gettext_lazy("The quotation marks do not fit from here on."),
    "no_such_case": gettext_lazy("No case of this round has this register number."),
    "twice": gettext_lazy("This register number stands in the file more than once."),
    "bad_kind": gettext_lazy("The kind of address is person, workplace or authority."),
    "ended": gettext_lazy("This case has ended: nothing more is asked of it."),
    "no_rows": gettext_lazy("There is no corrected address in the file."),
}

# By code of RFC 3463, whole or its last two numbers.
_CODES: dict[str, Promise] = {
    "1.1": gettext_lazy("there is no such mailbox"),
    "1.2": gettext_lazy("there is no such domain"),
    "1.3": gettext_lazy("the address is not written as an address"),
    "1.6": gettext_lazy("the mailbox has moved, and nobody says where"),
    "1.10": gettext_lazy("there is no such mailbox"),
    "2.1": gettext_lazy("the mailbox is closed"),
    "2.2": gettext_lazy("the mailbox is full"),
    "4.1": gettext_lazy("the mail server does not answer, or does not know the address"),
    "4.4": gettext_lazy("the domain has no mail server"),
    "4.7": gettext_lazy("the mail server did not answer for days"),
    "7.1": gettext_lazy("the mail server does not let our mail in"),
}
_SUBJECTS: dict[str, Promise] = {
    "1": gettext_lazy("something is wrong with the address"),
    "2": gettext_lazy("something is wrong with the mailbox"),
    "3": gettext_lazy("something is wrong with the mail server"),
    "4": gettext_lazy("the mail could not get there"),
    "5": gettext_lazy("the mail servers did not understand each other"),
    "6": gettext_lazy("the mail server does not take what stands in the mail"),
    "7": gettext_lazy("the mail server does not let our mail in"),
}


def status_in_words(status_code: str) -> str:
    """Return what a mail server means by a code such as 5.1.1; "" for one that says nothing."""
    _family, _dot, rest = status_code.partition(".")
    found = _CODES.get(rest) or _SUBJECTS.get(rest.partition(".")[0])
    return _("%(words)s (%(code)s)") % {"words": found, "code": status_code} if found else ""
