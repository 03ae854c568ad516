"""The words of mails: staff write their own, go back to the shipped ones, and send themselves a test."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from email.utils import format_datetime, make_msgid, parseaddr
from typing import Any

from django.conf import settings
from django.core import mail as django_mail
from django.core.mail.backends import dummy, locmem
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from barometer import audit
from barometer.addresses import is_address, is_reserved_address
from barometer.models import User
from barometer.sealed_message import SealedMessage
from responses import mail as mails
from responses.delivery import Answer, deliver
from responses.mail_fields import letterhead
from responses.mail_format import Words
from responses.mail_texts import outcome
from responses.mail_words import key, shipped, staff_words, words_for
from responses.models import Mail
from surveys.models import ContactStep, MailText, Round

WAITING = (Mail.Status.HELD, Mail.Status.QUEUED, Mail.Status.CLAIMED, Mail.Status.HANDED_OVER)


class MailsWait(Exception):
    """Mails with these words have been prepared and have not left: they were proven, and are to leave, as they are."""


class TextChanged(Exception):
    """Somebody else has changed the words since they were shown."""


class NoTestMail(Exception):
    """No test mail has left; the message says why, to a person."""


def fingerprint(texts: Mapping[str, Words]) -> str:
    """Return what tells words from others; ``texts`` are by language."""
    plain = sorted((language, words.subject, words.body) for language, words in texts.items())
    return hashlib.sha256(json.dumps(plain).encode()).hexdigest()


def texts_in_effect(round_: Round, name: str, *, started: bool) -> dict[str, Words]:
    """Return the words that a mail of the round has now, by language; one query per language."""
    return {
        language: words_for(name, staff_words(round_, language), language, started=started, voluntary=round_.voluntary)
        for language in round_.languages
    }


def is_waiting(round_: Round, name: str) -> bool:
    """Whether mails of this name have been prepared and have not left."""
    return Mail.objects.filter(round=round_, name=name, status__in=WAITING).exists()


@transaction.atomic
def save_texts(
    *, round_: Round, name: str, started: bool, texts: Mapping[str, Words], seen: str, by: User, at: datetime
) -> list[str]:
    """Store the words of a mail by language; return the languages in which they changed.

    What would stand there all the same is not stored. ``seen`` is the fingerprint of the words as they were shown. The
    step is locked, as by whoever prepares its mails. The words have been checked (``mail_rules``).
    Raises: MailsWait; TextChanged.
    """
    Round.objects.select_for_update().get(pk=round_.pk)
    list(ContactStep.objects.select_for_update().filter(round=round_, mail_name=name))
    before = texts_in_effect(round_, name, started=started)
    changed = [language for language, words in texts.items() if words != before[language]]
    if not changed:
        return []
    if fingerprint(before) != seen:
        raise TextChanged
    if is_waiting(round_, name):
        raise MailsWait
    for language in changed:
        _store(round_, name, language, started, texts[language], by, at)
    facts = {"mail": name, "started": started, "languages": changed}
    audit.record("mail_text.saved", target=round_, by=by, at=at, facts=facts)
    return changed


def restore(*, round_: Round, name: str, started: bool, by: User, at: datetime) -> list[str]:
    """Go back to the shipped words in all languages; return those in which this changed something.

    Raises: MailsWait.
    """
    texts = {
        language: shipped(name, language, started=started, voluntary=round_.voluntary) for language in round_.languages
    }
    seen = fingerprint(texts_in_effect(round_, name, started=started))
    return save_texts(round_=round_, name=name, started=started, texts=texts, seen=seen, by=by, at=at)


def send_test(
    *,
    round_: Round,
    written: mails.Written,
    language: str,
    by: User,
    at: datetime,
    connection: BaseEmailBackend | None = None,
) -> None:
    """Send a mail that holds no secret to whoever asks for it, marked as a test. It must not run in a transaction.

    A rehearsal writes to nobody who can be reached, staff no more than others.
    Raises: NoTestMail.
    """
    if not is_address(by.email):
        raise NoTestMail(_("Your account has no e-mail address. It is filled in in the administration."))
    if round_.rehearsal and not is_reserved_address(by.email):
        raise NoTestMail(
            _(
                "This is a rehearsal, which writes only to addresses reserved for examples, and yours is not one. "
                "Use the preview, or send the test from a round that is not a rehearsal."
            )
        )
    connection = connection or django_mail.get_connection()
    in_memory = isinstance(connection, dummy.EmailBackend | locmem.EmailBackend)
    if transaction.get_connection().in_atomic_block and not in_memory:
        raise ValueError("no mail is sent inside a transaction")
    answer, reply = deliver(connection, _test(round_, written, language, by, at))
    if answer is not Answer.ACCEPTED:
        raise NoTestMail(outcome(reply))
    audit.record("mail_text.tested", target=round_, by=by, at=at, facts={"language": language})


def _test(round_: Round, written: mails.Written, language: str, by: User, at: datetime) -> SealedMessage:
    common = letterhead(round_, language)
    with translation.override(language):
        subject = _("[Test] %(subject)s") % {"subject": written.subject}
    if not is_address(common["help_email"]):
        raise NoTestMail(_("The e-mail address of the help desk is missing among the texts of the round."))
    sender = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    return SealedMessage(
        subject=subject,
        text=written.text,
        html=written.html,
        sender=(common["sender"], sender),
        to=by.email,
        reply_to=common["help_email"],
        headers={
            "Message-ID": make_msgid(idstring="test", domain=sender.rpartition("@")[2]),
            "Date": format_datetime(at),
            "Auto-Submitted": "auto-generated",
            "Content-Language": language,
        },
    )


def _store(round_: Round, name: str, language: str, started: bool, words: Words, by: User, at: datetime) -> None:
    """Keep words, unless they would stand there without being kept."""
    others = {
        entry: text for entry, text in staff_words(round_, language).items() if entry != key(name, started=started)
    }
    which: dict[str, Any] = {"round": round_, "name": name, "language": language, "started": started}
    if words == words_for(name, others, language, started=started, voluntary=round_.voluntary):
        MailText.objects.filter(**which).delete()
        return
    values: dict[str, Any] = {"subject": words.subject, "body": words.body, "edited_at": at, "edited_by": by}
    MailText.objects.update_or_create(**which, defaults=values)
