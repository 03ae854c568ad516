"""A test mail by the real way, and the worker's sign of life."""

from contextlib import suppress
from datetime import datetime
from email.utils import format_datetime, make_msgid, parseaddr

from django.conf import settings
from django.core import mail as django_mail
from django.core.mail.backends import dummy, locmem
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from barometer import audit
from barometer.addresses import is_address, is_reserved_address
from barometer.logs import without_secrets
from barometer.models import User
from barometer.problems import Problem
from barometer.sealed_message import SealedMessage
from responses import mail as mails
from responses.delivery import Answer, deliver
from responses.models import Heartbeat
from surveys.models import Round


class TestMailRefused(Exception):
    """No test mail can be sent. ``problem`` is for staff."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.problem = Problem(code, "")


def beat(*, task: str, at: datetime) -> None:
    """Note that a task has begun. Safe to run twice."""
    Heartbeat.objects.update_or_create(task=task, defaults={"at": at})


def send_test(
    *, round_: Round, to: str, by: User | None, at: datetime, connection: BaseEmailBackend | None = None
) -> tuple[Answer, str]:
    """Send a mail of no meaning to this address; return what became of it and the server's words.

    Must not run inside a transaction, unless ``connection`` sends nothing out of the process.
    Raises: TestMailRefused.
    """
    if not is_address(to):
        raise TestMailRefused("test_no_address")
    if round_.rehearsal and not is_reserved_address(to):
        raise TestMailRefused("test_not_reserved")
    connection = connection or django_mail.get_connection()
    in_memory = isinstance(connection, dummy.EmailBackend | locmem.EmailBackend)
    if transaction.get_connection().in_atomic_block and not in_memory:
        raise ValueError("no mail is sent inside a transaction")
    try:
        connection.open()
    except OSError as error:
        return Answer.NOT_BEGUN, _words(error)
    answer, reply = deliver(connection, _message(round_, to, at))
    accepted = getattr(getattr(connection, "connection", None), "accepted", "")
    with suppress(OSError):  # a server that is gone need not be told goodbye
        connection.close()
    audit.record("preflight.test_sent", target=round_, by=by, at=at, facts={"answer": answer.name.lower()})
    return answer, reply or accepted


def _message(round_: Round, to: str, at: datetime) -> SealedMessage:
    language = get_language() or "da"
    letterhead = mails.letterhead(round_, language)
    sender = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    text = _("This mail tests whether mails of the innovation barometer arrive. There is nothing to do.")
    help_email = letterhead["help_email"]
    return SealedMessage(
        subject=_("Innovation Barometer: test mail"),
        text=text,
        html=f'<!doctype html>\n<html lang="{language}"><body><p>{text}</p></body></html>',
        sender=(letterhead["sender"] or _("Innovation Barometer"), sender),
        to=to,
        reply_to=help_email if is_address(help_email) else sender,
        headers={
            "Message-ID": make_msgid(idstring="test", domain=sender.rpartition("@")[2]),
            "Date": format_datetime(at),
            "Auto-Submitted": "auto-generated",
            "Content-Language": language,
        },
    )


def _words(error: OSError) -> str:
    return mails.clean(without_secrets(f"{type(error).__name__}: {error}"), 200)
