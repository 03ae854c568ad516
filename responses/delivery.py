"""One message to the server, and what the server's answer means for the mail.

A mail that certainly was not accepted may be tried again; of one that may have been accepted nobody knows
(docs/decisions/0004-at-most-once.md).
"""

import logging
import re
import smtplib
from enum import Enum, auto

from django.core.mail.backends.base import BaseEmailBackend

from barometer.logs import without_secrets
from barometer.provider import Refused
from barometer.sealed_message import SealedMessage
from barometer.smtp import LostBeforeData
from responses.mail import Reason, clean

logger = logging.getLogger(__name__)

MOST_REPLY = 200  # characters of what a server said that are kept
POLICY = re.compile(r"^4\.7\.\d")  # RFC 3463: refused for now by the receiving side's rules, such as a rate
CLOSING, TOO_LARGE = 421, 552


class Answer(Enum):
    """What became of a mail that was handed over."""

    ACCEPTED = auto()
    NOT_BEGUN = auto()  # the connection broke before the message: certainly not accepted
    NOT_NOW = auto()  # the server takes nothing from us at the moment, whoever it is for
    DOMAIN_LATER = auto()  # the recipient's domain asks us to wait
    LATER = auto()  # refused for now
    REFUSED = auto()  # refused for good
    UNCERTAIN = auto()  # the connection broke when the server may have had all of it


def deliver(connection: BaseEmailBackend, sealed: SealedMessage) -> tuple[Answer, str]:
    """Hand one message to the server over an open connection; return what became of it and the server's words.

    A reply that is neither 4xx nor 5xx, and any failure not foreseen here, leaves it uncertain whether it was taken.
    """
    try:
        connection.send_messages([sealed])
    except LostBeforeData as error:
        return Answer.NOT_BEGUN, reply(error)
    except Refused as error:
        return _of_provider(error), reply(*error.args)
    except smtplib.SMTPException as error:
        return _of_smtp(error)
    except OSError as error:
        return Answer.UNCERTAIN, reply(f"{Reason.CONNECTION_LOST}:", error)
    except Exception as error:
        logger.exception("A mail could not be handed to the server as foreseen")
        return Answer.UNCERTAIN, f"{Reason.UNEXPECTED}: {type(error).__name__}"
    return Answer.ACCEPTED, ""


def reply(*parts: object) -> str:
    """Return the server's words, fit to be stored: servers repeat what they object to, links included."""
    words = " ".join(part.decode(errors="replace") if isinstance(part, bytes) else str(part) for part in parts)
    return clean(without_secrets(words), MOST_REPLY)


def _of_smtp(error: smtplib.SMTPException) -> tuple[Answer, str]:
    match error:
        case smtplib.SMTPSenderRefused():
            return _of_sender(error.smtp_code), reply(error.smtp_code, error.smtp_error)
        case smtplib.SMTPRecipientsRefused():
            code, words = next(iter(error.recipients.values()))
            return _of_recipient(code, words), reply(code, words)
        case smtplib.SMTPResponseException():
            return _of_recipient(error.smtp_code, error.smtp_error), reply(error.smtp_code, error.smtp_error)
        case smtplib.SMTPNotSupportedError():
            return Answer.REFUSED, reply(error)
    return Answer.UNCERTAIN, reply(f"{Reason.CONNECTION_LOST}:", error)


def _of_sender(code: int) -> Answer:
    """What a refusal before any recipient was named means: it is ours to mend, and no domain's or address's fault.

    421 closes the connection, as after so many mails: a new one may do.
    """
    if code == CLOSING:
        return Answer.NOT_BEGUN
    return Answer.REFUSED if code == TOO_LARGE else Answer.NOT_NOW


def _of_recipient(code: int, words: bytes | str) -> Answer:
    text = words.decode(errors="replace") if isinstance(words, bytes) else words
    if code == CLOSING or (code // 100 == 4 and POLICY.match(text)):
        return Answer.DOMAIN_LATER
    return {4: Answer.LATER, 5: Answer.REFUSED}.get(code // 100, Answer.UNCERTAIN)


def _of_provider(error: Refused) -> Answer:
    match error.why:
        case Refused.Why.RECIPIENT:
            return Answer.REFUSED
        case Refused.Why.MAIL:
            return Answer.LATER
        case Refused.Why.ACCOUNT:
            return Answer.NOT_NOW
