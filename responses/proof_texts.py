"""What the findings of a proof say to staff, and what is to be done about each."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from barometer.formats import language_name
from responses import mail_texts
from responses.proof_findings import Code, Finding

TEXTS: dict[Code, Promise] = {
    Code.EMPTY_FIELD: _("A text is empty: %(field)s."),
    Code.SUBJECT_TOO_LONG: _("The subject is longer than 78 characters."),
    Code.BAD_ADDRESS: _("The address is no e-mail address."),
    Code.ADDRESS_NOT_RESERVED: _("A rehearsal would write to an address that could reach somebody."),
    Code.WITHOUT_LINES: _("The mail is about no workplace."),
    Code.PLACEHOLDER_LEFT: _("A field has not been filled in: %(placeholder)s"),
    Code.LINK_OPENS_NOTHING: _("A link opens nothing."),
    Code.LINK_OF_OTHER_CASE: _("A link opens the questionnaire of a workplace that the mail is not about."),
    Code.LINK_OF_OTHER_PERSON: _("A link of the mail is that of another person of the same workplace."),
    Code.LINK_MISSING: _("The mail has no link that opens the questionnaire of this workplace."),
    Code.LINK_HIDDEN: _("A link leads elsewhere than it says, or the mail loads something from another place."),
    Code.LINK_FOREIGN: _("A link leads to another site: %(host)s"),
    Code.CODE_OPENS_NOTHING: _("What looks like a typed code opens nothing."),
    Code.CODE_OF_OTHER_CASE: _("A typed code opens the questionnaire of a workplace or person that it is not for."),
    Code.NAME_NOT_BEHIND_LINK: _("The name beside a link is not that of the workplace that the link opens."),
    Code.NAME_MISSING: _("The mail does not name the workplace that its link opens."),
    Code.PARTS_DIFFER: _("The text and the HTML of the mail have different links or codes."),
    Code.LEADER_MISSING: _("The mail does not name the leader whom it goes to."),
    Code.ADDRESS_NOT_OF_HOLDER: _("The mail goes to another address than that of the person who has the link."),
    Code.ADDRESS_NOT_OF_FRAME: _("The address is not that of the register, and nobody has recorded a change."),
    Code.ADDRESS_OF_OTHER: _("In the register the address belongs to another workplace: perhaps two are swapped."),
    Code.NAME_NOT_OF_FRAME: _("The name is not that of the register, and nobody has recorded a change."),
    Code.NOT_TO_BE_WRITTEN_TO: _("The workplace is not to be written to: %(reason)s."),
    Code.AUTHORITIES_MIXED: _("The mail is about workplaces of several authorities."),
    Code.CASE_TWICE: _("The workplace is written to twice in this step."),
    Code.LANGUAGE_NOT_OF_CASE: _("The mail is in another language than the workplace's."),
    Code.LANGUAGE_INCOMPLETE: _("The program or the round does not speak this language completely: %(language)s."),
    Code.LANGUAGES_MIXED: _("The workplaces of one mail have different languages: it is in that of the first."),
    Code.LANGUAGE_INCOMPLETE_IN_REHEARSAL: _(
        "The program or the round does not speak this language completely: %(language)s. A rehearsal may go on."
    ),
    Code.TEXT_NOT_IN_LANGUAGE: _("Your own text of this mail is missing in %(language)s: the shipped one is used."),
    Code.SHARED_MAILBOX: _("One address is written to about %(workplaces)s workplaces."),
    Code.ADDRESS_IN_SEVERAL_MAILS: _("One address gets %(number)s mails, one for each authority."),
    Code.DOMAIN_UNUSUAL: _("Nobody else of the authority has an address in this mail domain."),
}

_OURS = _("Do not send: this is a fault of the program or a hand in the database. Tell those who run the program.")
_TEXT = _("Look at the texts of the round and of the mail.")
_ADDRESS = _("Open the case and correct the address. If it is right, confirm it there. Then prove the wave again.")
_ANEW = _("Prepare the wave anew: it leaves out who is not to be written to.")
_LOOK = _("Look at it. If it is right, nothing is to be done.")

ADVICE: dict[Code, Promise] = {
    Code.EMPTY_FIELD: _("Fill in the text of the round, or what the case lacks."),
    Code.SUBJECT_TOO_LONG: _("Shorten the subject of the mail."),
    Code.BAD_ADDRESS: _ADDRESS,
    Code.ADDRESS_NOT_RESERVED: _("A rehearsal takes only addresses reserved for examples. Correct the address."),
    Code.WITHOUT_LINES: _ANEW,
    Code.PLACEHOLDER_LEFT: _TEXT,
    Code.LINK_OPENS_NOTHING: _TEXT,
    Code.LINK_OF_OTHER_CASE: _("Look whether a text holds somebody's personal link. If not, do not send."),
    Code.LINK_OF_OTHER_PERSON: _("Look whether a text holds somebody's personal link. If not, do not send."),
    Code.LINK_MISSING: _("Look whether the text of the mail has the field {link} or the part [links]."),
    Code.LINK_HIDDEN: _TEXT,
    Code.LINK_FOREIGN: _LOOK,
    Code.CODE_OPENS_NOTHING: _TEXT,
    Code.CODE_OF_OTHER_CASE: _("Look whether a text holds somebody's code. If not, do not send."),
    Code.NAME_NOT_BEHIND_LINK: _OURS,
    Code.NAME_MISSING: _("Look whether the text of the mail has the field {workplace}."),
    Code.PARTS_DIFFER: _OURS,
    Code.LEADER_MISSING: _("Look whether the text of the mail has the part [opening]."),
    Code.ADDRESS_NOT_OF_HOLDER: _("The address was changed after the wave was prepared: prepare it anew."),
    Code.ADDRESS_NOT_OF_FRAME: _ADDRESS,
    Code.ADDRESS_OF_OTHER: _ADDRESS,
    Code.NAME_NOT_OF_FRAME: _("Open the case and look who has the link. If it is right, confirm the address there."),
    Code.NOT_TO_BE_WRITTEN_TO: _ANEW,
    Code.AUTHORITIES_MIXED: _OURS,
    Code.CASE_TWICE: _ANEW,
    Code.LANGUAGE_NOT_OF_CASE: _("Prepare the wave anew."),
    Code.LANGUAGE_INCOMPLETE: _("Complete the catalogue of the program, or write in another language."),
    Code.LANGUAGES_MIXED: _LOOK,
    Code.LANGUAGE_INCOMPLETE_IN_REHEARSAL: _("Complete the catalogue before a real round."),
    Code.TEXT_NOT_IN_LANGUAGE: _("Write the text in this language too, unless the shipped one fits."),
    Code.SHARED_MAILBOX: _("Make sure that somebody there passes the links on: call the authority if in doubt."),
    Code.ADDRESS_IN_SEVERAL_MAILS: _LOOK,
    Code.DOMAIN_UNUSUAL: _("Make sure that the address is right, for example by telephone."),
}


def sentence(finding: Finding) -> str:
    """Return the finding in the active language."""
    return str(TEXTS[finding.code]) % _words(finding.params)


def _words(params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of a sentence as they are read."""
    words = dict(params)
    if "field" in words:
        words["field"] = mail_texts.field(words["field"])
    if "reason" in words:
        words["reason"] = mail_texts.left_out(words["reason"])
    if "language" in words:
        words["language"] = language_name(words["language"])
    if "mails" in words:
        words["number"] = len(words["mails"])
    return words
