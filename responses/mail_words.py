"""The words of mails: those that the project ships, those that staff have written, and what is made of both.

The shipped words of a mail are a folder, ``templates/emails/<name>/``; rendered, they are a text in the format that
staff write (``responses.mail_format``), so all words go the same way. Parts are templates, rendered once per kind of
reader.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from functools import cache, lru_cache

from django.template import Context, Engine, TemplateDoesNotExist
from django.utils import translation
from django.utils.safestring import mark_safe

from responses import mail_format
from responses.mail_format import Words
from surveys.models import MAILS, ContactStep, Round, RoundText

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
LISTS = {
    "lines": "line",
    "workplaces": "workplace",
    "opt_outs": "opt_out_line",
}  # of a bundle; what stands per workplace
FIELDS = (
    *(field.value for field in ROUND_FIELDS),
    *("leader", "workplace", "address", "authority", "subject_name", "count", "link", "opt_out_link", "code"),
    *("code_address", "privacy_link", "results_link", "sender_address", "link_domain"),
    *("opens", "deadline", "deadline_day", "closing", "closing_day", "period", "years", "subject"),
    *("submitted_at", "owner", "delegate", "handed_over_on", "take_back_link", "return_link"),
    *("coordinator_link", "coordinator_code", "expiry"),
    *LISTS,
)
PARTS = (  # for staff; the program's own mails have some more
    *("opening", "selected", "answered", "announced", "access", "delegated", "links", "opt_outs", "footer"),
    *("voluntary", "confidential", "pass_on", "data", "help", "opt_out", "regards"),
)
LETTER, LAST = ContactStep.MailName.LETTER, ContactStep.MailName.LAST
KICK_OFF, RESULT, THANK_YOU = ContactStep.MailName.KICK_OFF, ContactStep.MailName.RESULT, ContactStep.MailName.THANK_YOU
TEXTS = (*MAILS, LETTER)  # what staff can write words for


class Form(StrEnum):
    """What the words stand in."""

    MAIL = "mail"  # about cases
    LETTER = "letter"
    TO_AUTHORITY = "to_authority"
    OF_RESULTS = "of_results"


FORMS: Mapping[str, Form] = {LETTER: Form.LETTER, KICK_OFF: Form.TO_AUTHORITY, RESULT: Form.OF_RESULTS}


def form_of(name: str, channel: str = "") -> Form:
    """Return what the words of a mail stand in; every step that goes by post is a letter."""
    return Form.LETTER if channel == ContactStep.Channel.LETTER else FORMS.get(name, Form.MAIL)


@dataclass(frozen=True, slots=True)
class Audience:
    """What decides the words of a mail, beside its merge fields.

    Attributes:
        readers: "owner", "delegate" (all lines are of those who got the task from an owner) or "both".
        delegated: an owner's delegate has been silent; of a bundle each line says so for itself.
        access: a letter has the way to the questionnaire; an announcement to who gets it by mail has not.
    """

    language: str
    kind: str
    readers: str
    delegated: bool
    bundle: bool
    voluntary: bool
    rehearsal: bool
    form: Form = Form.MAIL
    access: bool = False


@dataclass(frozen=True, slots=True)
class Skeleton:
    """The words of a mail for one kind of reader, with the merge fields still in them."""

    subject: str
    text: str
    html: str


@cache
def shipped(name: str, language: str, *, started: bool, voluntary: bool) -> Words:
    """Return the words that the project ships, in the format."""
    context = {"started": started, "voluntary": voluntary}
    subject, body = (_render(f"emails/{name}/{file}", language, context) for file in ("subject.txt", "body.txt"))
    return Words(subject, body)


def staff_words(round_: Round, language: str) -> dict[str, str]:
    """Return the words that staff have written, as entries of a letterhead; one query."""
    texts = round_.mail_texts.filter(language=language).order_by()
    return {
        key(name, started=started): f"{subject}\n{body}"
        for name, started, subject, body in texts.values_list("name", "started", "subject", "body")
    }


def key(name: str, *, started: bool) -> str:
    """Return under which name the words of a mail stand in a letterhead; no merge field is named like this."""
    return f"words:{name}:started" if started else f"words:{name}"


def words_for(name: str, common: Mapping[str, str], language: str, *, started: bool, voluntary: bool) -> Words:
    """Return the words of a mail: those of staff for this reader, those of staff for all, or the shipped ones."""
    written = (started and common.get(key(name, started=True))) or common.get(key(name, started=False))
    if not written:
        return shipped(name, language, started=started, voluntary=voluntary)
    subject, _, body = written.partition("\n")
    return Words(subject, body)


@cache
def part(name: str, audience: Audience) -> str | None:
    """Return the words of a part for one kind of reader, in the format; None when there is no such part."""
    try:
        return _render(f"emails/parts/{name}.txt", audience.language, asdict(audience))
    except TemplateDoesNotExist:
        return None


@lru_cache(maxsize=1024)
def skeleton(words: Words, audience: Audience, folder: str) -> Skeleton:
    """Return what is made of words for one kind of reader. Raises: mail_format.Malformed.

    In a bundle the one link stands for the list of all.
    """
    body = words.body.replace("{link}", "{lines}") if audience.bundle else words.body
    expanded = mail_format.expand(f"[rehearsal]\n\n{body}", lambda name: part(name, audience))
    return Skeleton(words.subject, mail_format.as_text(expanded), _page(expanded, audience.language, folder))


@cache
def line(name: str, audience: Audience) -> tuple[str, str]:
    """Return what stands in a bundle for each workplace, as text and as HTML."""
    rendered = _render(f"emails/parts/{LISTS[name]}.txt", audience.language, asdict(audience))
    expanded = mail_format.expand(rendered, lambda name: part(name, audience))
    return mail_format.as_text(expanded), mail_format.as_html(expanded).removeprefix("<p>").removesuffix("</p>")


def _page(body: str, language: str, folder: str) -> str:
    """Return the whole HTML twin."""
    words = mark_safe(mail_format.as_html(body))
    context = Context({"words": words, "language": language, "subject": "{subject}"})
    return Engine.get_default().get_template(f"emails/{folder}/body.html").render(context)


def _render(template: str, language: str, context: Mapping[str, object]) -> str:
    """Return a text template as words in the format: a line that begins with a space goes on with the one above."""
    fields = {field: f"{{{field}}}" for field in FIELDS}
    marks = {"strong": "**", "end_strong": "**"}
    with translation.override(language):
        rendered = (
            Engine.get_default()
            .get_template(template)
            .render(Context({**fields, **marks, **context}, autoescape=False))
        )
    return mail_format.tidy(mail_format.joined(rendered))
