"""What the codes kept with a mail say to staff."""

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from responses.mail import Reason
from responses.statistics.eligibility import LeftOut
from surveys.models import RoundText

LEFT_OUT: dict[LeftOut, Promise] = {
    LeftOut.ROUND_NOT_OPEN: gettext_lazy("the round was not in the field"),
    LeftOut.SUBMITTED: gettext_lazy("the answers had been submitted"),
    LeftOut.DECLINED: gettext_lazy("the workplace had declined"),
    LeftOut.ERASED: gettext_lazy("the data of the case were erased"),
    LeftOut.NOT_ELIGIBLE: gettext_lazy("the workplace was said not to be eligible"),
    LeftOut.REMINDERS_STOPPED: gettext_lazy("no more reminders were wanted"),
    LeftOut.PAUSED: gettext_lazy("the case was paused"),
    LeftOut.LINK_RETIRED: gettext_lazy("the personal link had been retired"),
    LeftOut.NO_ADDRESS: gettext_lazy("there was no address"),
    LeftOut.BOUNCED: gettext_lazy("a mail to the address had come back"),
    LeftOut.AUTHORITY_MAILBOX: gettext_lazy("a mailbox of the authority gets the invitation only"),
    LeftOut.TASK_ELSEWHERE: gettext_lazy("somebody else had the task"),
    LeftOut.ADDRESS_CHANGED: gettext_lazy("the address had been changed"),
    LeftOut.OVERTAKEN: gettext_lazy("what it tells was no longer so"),
    LeftOut.NOT_IN_AUDIENCE: gettext_lazy("it was not in the audience of the step"),
    LeftOut.NOT_SUBMITTED: gettext_lazy("nothing had been submitted"),
    LeftOut.AFTER_THE_LAST: gettext_lazy("it had got the mail that says it is the last one"),
}

REASONS: dict[Reason, Promise] = {
    Reason.EMPTY_FIELD: gettext_lazy("Not sent, because this text is empty: %(detail)s."),
    Reason.BAD_TEXT: gettext_lazy("Not sent, because its text holds a part that there is not: %(detail)s."),
    Reason.SUBJECT_TOO_LONG: gettext_lazy("Not sent, because its subject is longer than 78 characters."),
    Reason.BAD_ADDRESS: gettext_lazy("Not sent, because this is not an e-mail address: %(detail)s."),
    Reason.NOT_RESERVED: gettext_lazy(
        "Not sent: a rehearsal writes only to addresses reserved for examples, which reach nobody."
    ),
    Reason.NOBODY_LEFT: gettext_lazy("Not sent: none of its workplaces was to be written to any longer."),
    Reason.ROUND_CLOSED: gettext_lazy("Not sent: the round was closed first."),
    Reason.CONNECTION_LOST: gettext_lazy("The connection to the mail server broke while it was being sent: %(detail)s"),
    Reason.INTERRUPTED: gettext_lazy("The program stopped while it was being sent."),
    Reason.OVERTAKEN: gettext_lazy("Not sent: what it was for was over."),
    Reason.SENT_PER_LOG: gettext_lazy("Sent, per the log of the mail server."),
    Reason.UNEXPECTED: gettext_lazy(
        "The program could not write it, or not hand it over: %(detail)s. The log says more."
    ),
    Reason.SENT_AGAIN: gettext_lazy("Sent again as mail %(detail)s."),
    Reason.WAVE_STOPPED: gettext_lazy("Not sent: its wave was stopped."),
}

FIELDS: dict[str, Promise] = {
    "leader": gettext_lazy("the leader's name"),
    "owner": gettext_lazy("the name of whoever handed the task over"),
    "delegate": gettext_lazy("the name of whoever got the task"),
    "workplace": gettext_lazy("the name of the workplace"),
    "subject_name": gettext_lazy("the name of the workplace, at most 36 characters; of several how many there are"),
    "address": gettext_lazy("the address"),
    "authority": gettext_lazy("the name of the authority"),
    "count": gettext_lazy("how many of its workplaces are sampled"),
    "link": gettext_lazy("the personal link; of several workplaces the list of their links"),
    "code": gettext_lazy("the code to type"),
    "code_address": gettext_lazy("where the code is typed"),
    "privacy_link": gettext_lazy("the address of the privacy page"),
    "results_link": gettext_lazy("where the results are published"),
    "opens": gettext_lazy("the first day of the fieldwork, with its weekday"),
    "deadline": gettext_lazy("the deadline, with its weekday"),
    "deadline_day": gettext_lazy("the deadline as day and month"),
    "closing": gettext_lazy("the day on which the questionnaire closes, with its weekday"),
    "closing_day": gettext_lazy("the same as day and month"),
    "period": gettext_lazy("the years asked about, as in 2018-19"),
    "years": gettext_lazy("the years asked about, as in a sentence"),
    "sender_address": gettext_lazy("the e-mail address that the mails come from"),
    "link_domain": gettext_lazy("the domain of the links"),
}
PARTS: dict[str, Promise] = {
    "opening": gettext_lazy("who is addressed: the person, or the mailbox with the wish to forward the mail"),
    "selected": gettext_lazy("that the workplace has been selected, and who is to answer"),
    "answered": gettext_lazy("whose answers have come"),
    "announced": gettext_lazy("how the questionnaire comes: in a mail, or in the letter to whom no mail reaches"),
    "access": gettext_lazy("on paper: where the code is typed, and the code, beside the QR code"),
    "delegated": gettext_lazy("only for an owner who has passed the task on, and has not been answered for"),
    "links": gettext_lazy("the link and the code; of several workplaces a list with both for each"),
    "opt_outs": gettext_lazy("how to get no more mails; of several workplaces for each of them"),
    "footer": gettext_lazy("all of what follows, from [voluntary] to [regards]"),
    "voluntary": gettext_lazy("that answering is voluntary; nothing in a mandatory round"),
    "confidential": gettext_lazy("who is told what is answered, and who can see it"),
    "pass_on": gettext_lazy("what to do when it is not for the reader"),
    "data": gettext_lazy("where the address comes from, who is responsible, and the privacy page"),
    "help": gettext_lazy("the help desk"),
    "opt_out": gettext_lazy("how to get no more mails; of several workplaces it stands at each link"),
    "regards": gettext_lazy("the signature"),
}


def outcome(text: str) -> str:
    """Return the outcome of a mail in the active language; the words of a mail server stay as they are."""
    code, _colon, detail = text.partition(":")
    if code not in set(Reason):
        return _("The mail server said: %(reply)s") % {"reply": text} if text else ""
    return str(REASONS[Reason(code)]) % {"detail": field(detail.strip())}


def left_out(code: str) -> str:
    return str(LEFT_OUT[LeftOut(code)]) if code else ""


def field(name: str) -> str:
    """Return what a merge field stands for, in the active language."""
    if name in set(RoundText.Field):
        return str(RoundText.Field(name).label)
    return str(FIELDS.get(name, name))
