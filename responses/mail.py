"""Mails: from rows to a message, and the message to the server.

Three steps, so that no secret is ever stored:

1. A *skeleton* is the words of a mail for one kind of reader, with {field} where a merge field goes
   (``responses.mail_words``). The text and its HTML twin are made of the same words.
2. ``write()`` fills the fields (``responses.mail_fields``). What it returns is stored, with ⟦link:12⟧ for the secret
   of link holder 12.
3. ``message()`` puts the secrets in, in memory, for the mail itself.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from email.utils import parseaddr
from enum import StrEnum
from functools import cache

from django.conf import settings
from django.utils import translation
from django.utils.html import escape

from barometer.addresses import is_address
from barometer.sealed_message import SealedMessage
from responses import bounce_address, coordinator_links, links, mail_fields, mail_headers, mail_words
from responses.cleaning import clean, clean_name
from responses.mail_fields import LINK_FIELDS, PERSONAL_LINKS, letterhead
from responses.mail_format import EmptyField, Malformed, Words, fill
from responses.mail_words import LISTS, Audience, Form, Skeleton, form_of
from responses.models import ContactAttempt, LinkHolder, Mail
from responses.statistics.dispositions import Disposition
from surveys.models import AddressKind, ContactStep

__all__ = ["clean", "letterhead"]

MOST_SUBJECT = 78  # characters
SECRET = re.compile(r"⟦(\w+:\d+)⟧")


class Reason(StrEnum):
    """Our own reasons for the outcome of a mail; ``responses.views.mails`` says them in words."""

    EMPTY_FIELD = "empty_field"
    BAD_TEXT = "bad_text"
    SUBJECT_TOO_LONG = "subject_too_long"
    BAD_ADDRESS = "bad_address"
    NOT_RESERVED = "not_reserved"
    NOBODY_LEFT = "nobody_left"
    ROUND_CLOSED = "round_closed"
    CONNECTION_LOST = "connection_lost"
    INTERRUPTED = "interrupted"
    OVERTAKEN = "overtaken"
    SENT_PER_LOG = "sent_per_log"
    SENT_AGAIN = "sent_again"
    UNEXPECTED = "unexpected"
    WAVE_STOPPED = "wave_stopped"


class Unwritable(Exception):
    """The mail lacks something, so it must not leave."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason.value)


@dataclass(frozen=True, slots=True)
class Written:
    """A mail in words, as it is stored: with ⟦link:12⟧, ⟦code:12⟧ and ⟦opt_out_link:12⟧ for the secrets."""

    subject: str
    text: str
    html: str


def write(mail: Mail, lines: Sequence[ContactAttempt], common: Mapping[str, str]) -> Written:
    """Return the mail in words. ``lines`` carry case, workplace and holder; ``common`` is the letterhead.

    A mail to an authority, or about the results, has no lines.
    Raises: Unwritable when a merge field is empty, a part is unknown, or the subject comes out too long.
    """
    started = bool(lines) and all(line.case.disposition == Disposition.STARTED for line in lines)
    words = mail_words.words_for(mail.name, common, mail.language, started=started, voluntary=mail.round.voluntary)
    return compose(mail, lines, common, words)


def compose(mail: Mail, lines: Sequence[ContactAttempt], common: Mapping[str, str], words: Words) -> Written:
    """Return the mail as ``write`` does, in these words; a letter has no HTML."""
    audience = _audience(mail, lines)
    with translation.override(mail.language):
        values = _values(mail, lines, common, audience)
    try:
        bones = mail_words.skeleton(words, audience, mail.name)
        subject = fill(bones.subject, values)
        if len(subject) > MOST_SUBJECT:
            raise Unwritable(Reason.SUBJECT_TOO_LONG)
        text = fill(bones.text, values | _lists(bones, lines, audience, as_html=False))
        if audience.form is Form.LETTER:
            return Written(subject, text, "")
        of_page = values | _lists(bones, lines, audience, as_html=True) | {"subject": subject}
        return Written(subject=subject, text=text, html=fill(bones.html, of_page, _as_html))
    except EmptyField as field:
        raise Unwritable(Reason.EMPTY_FIELD, str(field)) from None
    except Malformed as part:
        raise Unwritable(Reason.BAD_TEXT, str(part)) from None


def write_letter(line: ContactAttempt, common: Mapping[str, str]) -> Written:
    """Return the words of the paper letter to one case: its heading as subject, its text, and no HTML.

    ``line`` carries step, round, case, workplace and holder; ``common`` is the letterhead in the language of the case.
    ⟦code:12⟧ stands for the code of its holder, the one secret in it (``reveal``).
    Raises: Unwritable.
    """
    name = line.step.mail_name if line.step else mail_words.LETTER
    return write(Mail(name=name, round=line.case.round, step=line.step, language=line.case.language), [line], common)


def sender_of(step: ContactStep | None, common: Mapping[str, str]) -> str:
    """Return who a mail or letter is from: the sender of its step, or that of the round."""
    return (clean(step.sender) if step else "") or common["sender"]


def message(
    mail: Mail, written: Written, lines: Sequence[ContactAttempt], common: Mapping[str, str], *, at: datetime
) -> SealedMessage:
    """Return the mail as it leaves, with the secrets of its lines.

    Raises: Unwritable when an address is not one.
    """
    for field, address in (("address", mail.address), ("help_email", common["help_email"])):
        if not is_address(address):
            raise Unwritable(Reason.BAD_ADDRESS, field)
    secrets = secrets_of([line.holder for line in lines]) | coordinator_links.secrets_of(mail.authority_contact)
    sender = _sender_address()
    return SealedMessage(
        subject=written.subject,
        text=reveal(written.text, secrets),
        html=reveal(written.html, secrets),
        sender=(sender_of(mail.step, common), sender),
        to=mail.address,
        reply_to=common["help_email"],
        envelope_sender=bounce_address.of(mail.pk or 0),
        metadata={bounce_address.METADATA: bounce_address.token(mail.pk or 0)},
        headers=mail_headers.headers(mail, lines, at=at, domain=sender.rpartition("@")[2]),
    )


def secrets_of(holders: Sequence[LinkHolder]) -> dict[str, str]:
    """Return what stands for ⟦key⟧ in a mail to these holders, by key."""
    secrets = {}
    for holder in holders:
        for field, purpose in PERSONAL_LINKS.items():
            secrets[f"{field}:{holder.pk}"] = links.address(purpose, holder)
        secrets[f"code:{holder.pk}"] = links.typed_code(holder)
    return secrets


def reveal(text: str, secrets: Mapping[str, str]) -> str:
    """Put the secrets into a stored text. A placeholder of somebody else's link is a ``KeyError``."""
    return SECRET.sub(lambda match: secrets[match[1]], text)


@cache
def _sender_address() -> str:
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1]


def _audience(mail: Mail, lines: Sequence[ContactAttempt]) -> Audience:
    """Return who reads the mail. Several workplaces are one person's only if all lines name that person."""
    kinds = {line.holder.address_kind for line in lines}
    names = {line.holder.name for line in lines}
    one_person = kinds == {AddressKind.PERSON.value} and len(names) == 1
    owners = {line.holder.role == LinkHolder.Role.OWNER for line in lines}
    if not lines:
        one_person, owners = bool(mail.authority_contact and mail.authority_contact.name), {True}
    mailbox = lines[0].holder.address_kind if len(lines) == 1 else AddressKind.AUTHORITY.value
    form = form_of(mail.name, mail.step.channel if mail.step else "")
    if form is Form.LETTER:  # it goes to where the workplace is
        one_person, mailbox = one_person and all(map(clean_name, names)), AddressKind.WORKPLACE.value
    return Audience(
        language=mail.language,
        kind=AddressKind.PERSON.value if one_person else mailbox,
        readers="both" if len(owners) > 1 else "owner" if True in owners else "delegate",
        delegated=len(lines) == 1 and lines[0].silent_delegate is not None,
        bundle=len(lines) > 1,
        voluntary=mail.round.voluntary,
        rehearsal=mail.round.rehearsal,
        form=form,
        access=form is Form.LETTER and (mail.name == mail_words.LETTER or not all(map(_gets_mail, lines))),
    )


def _gets_mail(line: ContactAttempt) -> bool:
    return bool(line.holder.email) and line.case.disposition != Disposition.BOUNCED


def _values(
    mail: Mail, lines: Sequence[ContactAttempt], common: Mapping[str, str], audience: Audience
) -> dict[str, str]:
    """Return the merge fields but for the lists of a bundle, in the active language."""
    common = {**common, "sender": sender_of(mail.step, common)}
    if audience.form is Form.LETTER:  # to be typed; the page shows all languages
        common["privacy_link"] = common["privacy_link"].partition("?")[0]
    if not lines:
        return common | mail_fields.fields_of_authority(mail, common)
    values = common | mail_fields.fields_of_line(lines[0]) | mail_fields.fields_of_notice(mail)
    return values | mail_fields.fields_of_bundle(len(lines)) if audience.bundle else values


def _lists(bones: Skeleton, lines: Sequence[ContactAttempt], audience: Audience, *, as_html: bool) -> dict[str, str]:
    """Return the lists of a bundle that its words use; none for a mail about one workplace."""
    if not audience.bundle:
        return {}
    return {name: _list(name, lines, audience, as_html=as_html) for name in LISTS if f"{{{name}}}" in bones.text}


def _list(name: str, lines: Sequence[ContactAttempt], audience: Audience, *, as_html: bool) -> str:
    def filled_in(line: ContactAttempt) -> str:
        text, html = mail_words.line(name, replace(audience, delegated=line.silent_delegate is not None))
        with translation.override(audience.language):
            fields = mail_fields.fields_of_line(line)
        return fill(html, fields, _as_html) if as_html else fill(text, fields)

    return ("<br>\n<br>\n" if as_html else "\n\n").join(map(filled_in, lines))


def _as_html(field: str, value: str) -> str:
    if field in LISTS:  # HTML already
        return value
    escaped = escape(value)
    return f'<a href="{escaped}">{escaped}</a>' if field in LINK_FIELDS else escaped
