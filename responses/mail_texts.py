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
    LeftOut.NOT_ELIGIBLE: gettext_lazy("the workplace was said not to be eligible"),
    LeftOut.REMINDERS_STOPPED: gettext_lazy("no more reminders were wanted"),
    LeftOut.LINK_RETIRED: gettext_lazy("the personal link had been retired"),
    LeftOut.NO_ADDRESS: gettext_lazy("there was no address"),
    LeftOut.BOUNCED: gettext_lazy("a mail to the address had come back"),
    LeftOut.AUTHORITY_MAILBOX: gettext_lazy("a mailbox of the authority gets the invitation only"),
    LeftOut.TASK_ELSEWHERE: gettext_lazy("somebody else had the task"),
    LeftOut.OVERTAKEN: gettext_lazy("what it tells was no longer so"),
}

REASONS: dict[Reason, Promise] = {
    Reason.EMPTY_FIELD: gettext_lazy("Not sent, because this text is empty: %(detail)s."),
    Reason.SUBJECT_TOO_LONG: gettext_lazy("Not sent, because its subject is longer than 78 characters."),
    Reason.BAD_ADDRESS: gettext_lazy("Not sent, because this is not an e-mail address: %(detail)s."),
    Reason.NOT_RESERVED: gettext_lazy(
        "Not sent: a rehearsal writes only to addresses reserved for examples, which reach nobody."
    ),
    Reason.NOBODY_LEFT: gettext_lazy("Not sent: none of its workplaces was to be written to any longer."),
    Reason.ROUND_CLOSED: gettext_lazy("Not sent: the round was closed first."),
    Reason.CONNECTION_LOST: gettext_lazy("The connection to the mail server broke while it was being sent: %(detail)s"),
    Reason.INTERRUPTED: gettext_lazy("The program stopped while it was being sent."),
    Reason.SENT_PER_LOG: gettext_lazy("Sent, per the log of the mail server."),
    Reason.UNEXPECTED: gettext_lazy(
        "The program could not write it, or not hand it over: %(detail)s. The log says more."
    ),
    Reason.SENT_AGAIN: gettext_lazy("Sent again as mail %(detail)s."),
}

FIELDS: dict[str, Promise] = {
    "leader": gettext_lazy("the leader's name"),
    "owner": gettext_lazy("the name of whoever handed the task over"),
    "delegate": gettext_lazy("the name of whoever got the task"),
    "workplace": gettext_lazy("the name of the workplace"),
    "address": gettext_lazy("the address"),
    "authority": gettext_lazy("the name of the authority"),
}


def outcome(text: str) -> str:
    """Return the outcome of a mail in the active language; the words of a mail server stay as they are."""
    code, _colon, detail = text.partition(":")
    if code not in set(Reason):
        return _("The mail server said: %(reply)s") % {"reply": text} if text else ""
    return str(REASONS[Reason(code)]) % {"detail": _field(detail.strip())}


def left_out(code: str) -> str:
    return str(LEFT_OUT[LeftOut(code)]) if code else ""


def _field(name: str) -> str:
    if name in set(RoundText.Field):
        return str(RoundText.Field(name).label)
    return str(FIELDS.get(name, name))
