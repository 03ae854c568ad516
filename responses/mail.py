"""Mails: from rows to a message, and the message to the server.

The words of a mail stand once, in ``templates/emails/<name>/body.txt``; its HTML twin is made of the same words.
Three steps, so that no secret is ever stored:

1. A *skeleton* is a template rendered once per kind of reader, with ⟦field⟧ where a merge field goes.
2. ``write()`` fills the fields. What it returns is stored, with ⟦link:12⟧ for the secret of link holder 12.
3. ``message()`` puts the secrets in, in memory, for the mail itself.
"""

import re
import smtplib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from email.utils import format_datetime, make_msgid, parseaddr
from enum import Enum, StrEnum, auto
from functools import cache
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail.backends.base import BaseEmailBackend
from django.template import Context, Engine
from django.utils import translation
from django.utils.html import escape
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from barometer.addresses import is_address
from barometer.formats import moment, weekday_date
from barometer.logs import without_secrets
from barometer.sealed_message import SealedMessage
from barometer.smtp import LostBeforeData
from responses import links
from responses.models import ContactAttempt, HandOver, LinkHolder, Mail
from responses.statistics.dispositions import Disposition, EventKind
from surveys.models import AddressKind, Questionnaire, Round, RoundText

MOST_SUBJECT, MOST_SUBJECT_NAME, MOST_NAME = 78, 36, 60  # characters
ROUND_FIELDS = (
    RoundText.Field.SENDER,
    RoundText.Field.HELP_PHONE,
    RoundText.Field.HELP_HOURS,
    RoundText.Field.HELP_EMAIL,
    RoundText.Field.OFFICIAL_PAGE,
    RoundText.Field.RELEASE,
    RoundText.Field.MINUTES,
    RoundText.Field.CONTROLLER,
    RoundText.Field.ADDRESS_SOURCE,
)
FIELDS = (
    *(field.value for field in ROUND_FIELDS),
    *("leader", "workplace", "address", "authority", "subject_name", "count", "lines", "link", "opt_out_link", "code"),
    *("code_address", "privacy_link", "deadline", "closing", "period", "years", "subject"),
    *("submitted_at", "owner", "delegate", "handed_over_on", "take_back_link", "return_link"),
)
PERSONAL_LINKS = {
    "link": links.ANSWER,
    "opt_out_link": links.OPT_OUT,
    "take_back_link": links.TAKE_BACK,
    "return_link": links.GIVE_BACK,
}
LINK_FIELDS = (*PERSONAL_LINKS, "privacy_link")
FIELD = re.compile(r"⟦(\w+)⟧")
SECRET = re.compile(r"⟦(\w+:\d+)⟧")
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029⟦⟧]")  # and our own brackets
INVISIBLE = re.compile("[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]")
WEB_ADDRESS = re.compile(r"\S*(?:://|www\.)\S*", re.IGNORECASE)


class Reason(StrEnum):
    """Our own reasons for the outcome of a mail; ``responses.views.mails`` says them in words."""

    EMPTY_FIELD = "empty_field"
    SUBJECT_TOO_LONG = "subject_too_long"
    BAD_ADDRESS = "bad_address"
    NOT_RESERVED = "not_reserved"
    NOBODY_LEFT = "nobody_left"
    ROUND_CLOSED = "round_closed"
    CONNECTION_LOST = "connection_lost"
    INTERRUPTED = "interrupted"
    SENT_PER_LOG = "sent_per_log"
    SENT_AGAIN = "sent_again"
    WAVE_STOPPED = "wave_stopped"


class Unwritable(Exception):
    """The mail lacks something, so it must not leave."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason.value)


@dataclass(frozen=True, slots=True)
class Audience:
    """What decides the words of a mail, beside its merge fields.

    Attributes:
        readers: "owner", "delegate" (all lines are of those who got the task from an owner) or "both".
        delegated: an owner's delegate has been silent; of a bundle each line says so for itself.
    """

    language: str
    kind: str
    readers: str
    delegated: bool
    bundle: bool
    started: bool
    voluntary: bool
    rehearsal: bool


@dataclass(frozen=True, slots=True)
class Written:
    """A mail in words, as it is stored: with ⟦link:12⟧, ⟦code:12⟧ and ⟦opt_out_link:12⟧ for the secrets."""

    subject: str
    text: str
    html: str


class Answer(Enum):
    """What became of a mail that was handed over."""

    ACCEPTED = auto()
    NOT_BEGUN = auto()  # the connection broke before the message: certainly not accepted
    LATER = auto()  # refused for now
    REFUSED = auto()  # refused for good
    UNCERTAIN = auto()  # the connection broke when the server may have had all of it


def letterhead(round_: Round, language: str) -> dict[str, str]:
    """Return the merge fields that are the same in all mails of a round in one language; one query."""
    texts = round_.texts_in(language)
    first, last = _reference_years(round_.questionnaire)
    with translation.override(language):
        return {
            **{field.value: clean(texts.get(field, "")) for field in ROUND_FIELDS},
            "deadline": weekday_date(round_.deadline),
            "closing": weekday_date(round_.closes_on),
            "period": first if first == last else f"{first}-{last[2:]}",
            "years": first if first == last else _("%(first)s or %(last)s") % {"first": first, "last": last},
            "code_address": f"{urlsplit(settings.SITE_URL).netloc}/s",
            "privacy_link": f"{settings.SITE_URL}/privacy/{round_.slug}/?lang={language}",
        }


def write(mail: Mail, lines: Sequence[ContactAttempt], common: Mapping[str, str]) -> Written:
    """Return the mail in words. ``lines`` carry case, workplace and holder; ``common`` is the letterhead.

    Raises: Unwritable when a merge field is empty or the subject comes out too long.
    """
    audience = _audience(mail, lines)
    with translation.override(mail.language):
        values = {**common, **_line_fields(lines[0]), **_notice_fields(mail)}
        if audience.bundle:
            values |= {"count": str(len(lines)), "subject_name": _("%(count)d workplaces") % {"count": len(lines)}}
    folder = f"emails/{mail.name}"
    subject = _fill(_words(f"{folder}/subject.txt", audience), values)
    if len(subject) > MOST_SUBJECT:
        raise Unwritable(Reason.SUBJECT_TOO_LONG)
    text = _fill(_words(f"{folder}/body.txt", audience), values | {"lines": _lines(lines, audience, as_html=False)})
    values |= {"lines": _lines(lines, audience, as_html=True), "subject": subject}
    return Written(subject=subject, text=text, html=_fill(_page(folder, audience), values, as_html=True))


def message(
    mail: Mail, written: Written, lines: Sequence[ContactAttempt], common: Mapping[str, str], *, at: datetime
) -> SealedMessage:
    """Return the mail as it leaves, with the secrets of its lines.

    Raises: Unwritable when an address is not one.
    """
    for field, address in (("address", mail.address), ("help_email", common["help_email"])):
        if not is_address(address):
            raise Unwritable(Reason.BAD_ADDRESS, field)
    secrets = secrets_of([line.holder for line in lines])
    sender = _sender_address()
    return SealedMessage(
        subject=written.subject,
        text=reveal(written.text, secrets),
        html=reveal(written.html, secrets),
        sender=(common["sender"], sender),
        to=mail.address,
        reply_to=common["help_email"],
        headers={
            "Message-ID": mail.message_id or make_msgid(idstring=f"mail{mail.pk}", domain=sender.rpartition("@")[2]),
            "Date": format_datetime(at),
            "Auto-Submitted": "auto-generated",
            "Content-Language": mail.language,
        },
    )


def deliver(connection: BaseEmailBackend, sealed: SealedMessage) -> tuple[Answer, str]:
    """Hand one message to the server over an open connection; return what became of it and the server's words.

    A refused sender is ours to mend, so it is refused for now only. A reply that is neither 4xx nor 5xx leaves
    it uncertain whether the message was taken.
    """
    try:
        connection.send_messages([sealed])
    except LostBeforeData as error:
        return Answer.NOT_BEGUN, _reply(error)
    except smtplib.SMTPSenderRefused as error:
        return Answer.LATER, _reply(error.smtp_code, error.smtp_error)
    except smtplib.SMTPRecipientsRefused as error:
        code, words = next(iter(error.recipients.values()))
        return _answer(code), _reply(code, words)
    except smtplib.SMTPResponseException as error:
        return _answer(error.smtp_code), _reply(error.smtp_code, error.smtp_error)
    except smtplib.SMTPNotSupportedError as error:
        return Answer.REFUSED, _reply(error)
    except OSError as error:
        return Answer.UNCERTAIN, _reply(f"{Reason.CONNECTION_LOST}:", error)
    return Answer.ACCEPTED, ""


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


def clean(text: str, most: int = 500) -> str:
    """Return the text on one line, without signs that hide or change what is read, cut at ``most`` characters."""
    return shorten(" ".join(CONTROL.sub(" ", INVISIBLE.sub("", text)).split()), most)


def clean_name(text: str) -> str:
    """Return a person's name without web addresses, and otherwise as ``clean`` does."""
    return clean(WEB_ADDRESS.sub(" ", clean(text)), MOST_NAME)


def shorten(text: str, most: int) -> str:
    """Return the text, cut at the end of a word with … if it is longer than ``most`` characters."""
    if len(text) <= most:
        return text
    head = text[:most].rpartition(" ")[0] or text[: most - 1]
    return head.rstrip(" ,;:–-") + "…"


@cache
def _sender_address() -> str:
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1]


def _audience(mail: Mail, lines: Sequence[ContactAttempt]) -> Audience:
    """Return who reads the mail. Several workplaces are one person's only if all lines name that person."""
    kinds = {line.holder.address_kind for line in lines}
    names = {line.holder.name for line in lines}
    one_person = kinds == {AddressKind.PERSON.value} and len(names) == 1
    owners = {line.holder.role == LinkHolder.Role.OWNER for line in lines}
    mailbox = AddressKind.AUTHORITY.value if len(lines) > 1 else lines[0].holder.address_kind
    return Audience(
        language=mail.language,
        kind=AddressKind.PERSON.value if one_person else mailbox,
        readers="both" if len(owners) > 1 else "owner" if True in owners else "delegate",
        delegated=len(lines) == 1 and lines[0].silent_delegate is not None,
        bundle=len(lines) > 1,
        started=all(line.case.disposition == Disposition.STARTED for line in lines),
        voluntary=mail.round.voluntary,
        rehearsal=mail.round.rehearsal,
    )


def _line_fields(line: ContactAttempt) -> dict[str, str]:
    workplace = line.case.sample_unit.workplace
    name = clean(workplace.name, 120)
    return {
        "leader": clean_name(line.holder.name),
        "workplace": name,
        "subject_name": shorten(name, MOST_SUBJECT_NAME),
        "address": clean(workplace.address, 120),
        "authority": clean(workplace.authority, 80),
        **{field: f"⟦{field}:{line.holder_id}⟧" for field in (*PERSONAL_LINKS, "code")},
        **_hand_over_fields(line.silent_delegate or getattr(line.holder, "hand_over", None)),
    }


def _hand_over_fields(given: HandOver | None) -> dict[str, str]:
    """Return who handed over to whom and when, in the active language."""
    if given is None:
        return {}
    names = {"owner": given.given_by, "delegate": given.holder.name}
    fields = {field: shorten(clean_name(name), MOST_SUBJECT_NAME) for field, name in names.items()}
    return fields | {"handed_over_on": weekday_date(given.began_at)}


def _notice_fields(mail: Mail) -> dict[str, str]:
    """Return the merge fields that come from what a notice tells of."""
    if mail.cause is None:
        return {}
    if mail.cause.kind == EventKind.SUBMITTED:
        return {"submitted_at": moment(mail.cause.at)}
    return _hand_over_fields(getattr(mail.cause.holder, "hand_over", None))


def _lines(lines: Sequence[ContactAttempt], audience: Audience, *, as_html: bool) -> str:
    """Return the lines of a bundle; "" for a mail about one workplace."""
    if not audience.bundle:
        return ""

    def filled_in(line: ContactAttempt) -> str:
        of_line = replace(audience, delegated=line.silent_delegate is not None)
        with translation.override(audience.language):
            fields = _line_fields(line)
        return _fill(_words("emails/parts/line.txt", of_line, as_html=as_html), fields, as_html=as_html)

    filled = "\n\n".join(filled_in(line) for line in lines)
    return filled.replace("\n", "<br>\n") if as_html else filled


def _fill(skeleton: str, values: Mapping[str, str], *, as_html: bool = False) -> str:
    """Put the merge fields in. Raises: Unwritable for an empty one."""

    def value(match: re.Match[str]) -> str:
        text = values.get(match[1], "")
        if not text:
            raise Unwritable(Reason.EMPTY_FIELD, match[1])
        if not as_html or match[1] == "lines":  # the lines are HTML already
            return text
        escaped = escape(text)
        return f'<a href="{escaped}">{escaped}</a>' if match[1] in LINK_FIELDS else escaped

    return FIELD.sub(value, skeleton)


@cache
def _words(template: str, audience: Audience, *, as_html: bool = False) -> str:
    """Return the skeleton of a text template.

    A blank line parts two paragraphs; a line that begins with a space goes on with the paragraph above it.
    """
    strong, end_strong = ("<strong>", "</strong>") if as_html else ("", "")
    marks = {"strong": mark_safe(strong), "end_strong": mark_safe(end_strong)}
    fields = {field: f"⟦{field}⟧" for field in FIELDS}
    with translation.override(audience.language):
        context = Context({**asdict(audience), **fields, **marks}, autoescape=as_html)
        text = Engine.get_default().get_template(template).render(context)
    return re.sub(r"\n{3,}", "\n\n", re.sub(r"\s*\n[ \t]+", " ", text.strip()))


@cache
def _page(folder: str, audience: Audience) -> str:
    """Return the skeleton of the HTML twin, with no line so long that it would have to be encoded."""
    words = mark_safe(_words(f"{folder}/body.txt", audience, as_html=True))
    context = Context({"words": words, "language": audience.language, "subject": "⟦subject⟧"})
    return Engine.get_default().get_template(f"{folder}/body.html").render(context).replace("<br>", "<br>\n")


def _reference_years(questionnaire: Questionnaire) -> tuple[str, str]:
    return str(questionnaire.reference_start.year), str(questionnaire.reference_end.year)


def _answer(code: int) -> Answer:
    return {4: Answer.LATER, 5: Answer.REFUSED}.get(code // 100, Answer.UNCERTAIN)


def _reply(*parts: object) -> str:
    """Return the server's words, fit to be stored: servers repeat what they object to, links included."""
    words = " ".join(part.decode(errors="replace") if isinstance(part, bytes) else str(part) for part in parts)
    return clean(without_secrets(words), 200)
