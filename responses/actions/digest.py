"""The daily mail to the fieldwork team: sent at most once a day, and only if there is something to tell.

It is no mail of the survey: it is not kept, counted or judged as one, and names no workplace and no person.
"""

import logging
from contextlib import suppress
from datetime import datetime
from email.utils import format_datetime, make_msgid, parseaddr

from django.conf import settings
from django.core import mail as django_mail
from django.core.mail.backends import dummy, locmem
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from barometer.models import User
from barometer.sealed_message import SealedMessage
from responses import digest
from responses.actions.wave_alarms import alarms_of
from responses.delivery import Answer, deliver
from responses.digest import Digest
from responses.models import DigestMail, DigestReader
from surveys.models import Round

logger = logging.getLogger(__name__)

NOT_TAKEN = (Answer.NOT_BEGUN, Answer.NOT_NOW, Answer.DOMAIN_LATER, Answer.LATER)


def choose(*, user: User, wanted: bool, language: str, at: datetime) -> None:
    """Say whether one gets the daily mail, and in which language."""
    DigestReader.objects.update_or_create(user=user, defaults={"wanted": wanted, "language": language})


def send_all(*, at: datetime, connection: BaseEmailBackend | None = None) -> int:
    """Send the daily mails of all rounds in the field that have something to tell; return how many left.

    Safe to run twice: each goes at most once a day, and what the server certainly has not taken goes the next time.
    Must not run inside a transaction, unless ``connection`` sends nothing out of the process.
    """
    connection = connection or django_mail.get_connection()
    in_memory = isinstance(connection, dummy.EmailBackend | locmem.EmailBackend)
    if transaction.get_connection().in_atomic_block and not in_memory:
        raise ValueError("no mail is sent inside a transaction")
    sent = 0
    for round_ in Round.objects.open().order_by("pk"):
        found = digest.of_round(round_, at, alarms=len(alarms_of(round_, at)))
        if not found.empty:
            sent += _send_of_round(round_, found, at, connection)
    with suppress(OSError):  # a server that is gone need not be told goodbye
        connection.close()
    return sent


def _send_of_round(round_: Round, found: Digest, at: datetime, connection: BaseEmailBackend) -> int:
    sent = 0
    for user, language in digest.recipients(round_):
        try:
            connection.open()
        except OSError as error:
            logger.error("The daily mail waits: no connection to the mail server (%s)", type(error).__name__)
            return sent
        row, is_new = DigestMail.objects.get_or_create(
            round=round_, user=user, day=timezone.localdate(at), defaults={"at": at}
        )
        if not is_new:
            continue
        answer, _reply = deliver(connection, message(round_, found, user, language, at))
        if answer in NOT_TAKEN:
            row.delete()
            continue
        row.answer = answer.name.lower()
        row.save(update_fields=["answer"])
        sent += 1
    return sent


def message(round_: Round, found: Digest, user: User, language: str, at: datetime) -> SealedMessage:
    """Return the daily mail to one person."""
    sender = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    with translation.override(language):
        context = {"round": round_, "digest": found, "site": settings.SITE_URL, "language": language}
        subject = " ".join(render_to_string("responses/digest/subject.txt", context).split())
        context |= {"subject": subject}
        return SealedMessage(
            subject=subject,
            text=render_to_string("responses/digest/body.txt", context),
            html=render_to_string("responses/digest/body.html", context),
            sender=(_("Innovation Barometer"), sender),
            to=user.email,
            reply_to=sender,
            headers={
                "Message-ID": make_msgid(idstring="digest", domain=sender.rpartition("@")[2]),
                "Date": format_datetime(at),
                "Auto-Submitted": "auto-generated",
                "Content-Language": language,
            },
        )
