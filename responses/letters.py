"""Letters: from the contacts of a wave to a PDF in one file, sorted by postal code.

A letter carries the typed code and the personal link as a QR code. Both are derived while the file is made and go
nowhere but into it: no letter and no file is stored.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from functools import cache
from pathlib import Path

import segno
from django.template import Context, Engine
from django.utils import translation
from django.utils.translation import gettext as _

from barometer.formats import day
from barometer.joined_pdf import joined
from barometer.pdf import tagged_pdf
from barometer.postal import PostalAddress, postal_address
from responses import links
from responses.cleaning import clean, clean_name, shorten
from responses.mail import Reason, Unwritable
from responses.mail_fields import MOST_SUBJECT_NAME, letterhead
from responses.models import ContactAttempt, Wave
from responses.references import reference
from responses.statistics.dispositions import Disposition
from surveys.models import AddressKind, Round

TEMPLATE = Path(__file__).resolve().parent / "letters.typ"
LETTERS_PER_PART = 25  # of a file: typst keeps what its last ten parts needed, a third of a megabyte per letter
FIELD = re.compile(r"⟦(\w+)⟧")
ACCESS, BREAK = "⟦access⟧", "⟦break⟧"
FIELDS = (
    *("leader", "workplace", "subject_name", "address", "authority", "period", "minutes", "closing", "deadline"),
    *("help_phone", "help_hours", "help_email", "official_page", "address_source", "controller", "sender"),
    "privacy_address",
)
LINES_OF_THE_WINDOW, LETTERS_OF_A_LINE = 6, 40  # at 10 points
MASK = 0  # any can be read, and to weigh all eight takes ten times as long


@dataclass(frozen=True, slots=True)
class Audience:
    """What decides the words of a letter, beside its merge fields."""

    language: str
    kind: str
    has_email: bool
    voluntary: bool


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter in words, without its secrets. A paragraph is lines; (ACCESS,) stands where link and code go."""

    attempt: ContactAttempt
    postal: PostalAddress
    language: str
    sender: str
    to: tuple[str, ...]
    facts: tuple[str, ...]
    subject: str
    paragraphs: tuple[tuple[str, ...], ...]
    code_address: str


def attempts_of(wave: Wave) -> list[ContactAttempt]:
    """Return the letters of a wave that are not left out, as the file has them; one query.

    By postal code, then street and name; those without a postal code last.
    """
    joined_ = wave.attempts.filter(left_out="").select_related("holder", "case__sample_unit__workplace")
    return sorted(joined_, key=_place)


def write(attempts: Sequence[ContactAttempt], wave: Wave, printed_on: date) -> list[Letter]:
    """Return the letters in words; some 0.2 ms each.

    Raises: Unwritable when a merge field is empty: then no letter is printed.
    """
    round_ = wave.step.round
    heads = {language: _letterhead(wave, language) for language in {each.case.language for each in attempts}}
    return [_letter(attempt, wave, round_, heads[attempt.case.language], printed_on) for attempt in attempts]


def pdf(letters: Sequence[Letter], round_: Round) -> Iterator[bytes]:
    """Yield one tagged PDF with all letters, part by part, each with its secrets."""
    firsts = range(0, len(letters), LETTERS_PER_PART)
    return joined(_part(letters[first : first + LETTERS_PER_PART], round_) for first in firsts)


def _part(letters: Sequence[Letter], round_: Round) -> bytes:
    language: str = round_.languages[0]
    with translation.override(language):
        title = _("Letters of the Innovation Barometer, %(round)s") % {"round": round_.slug}
    data = [printed(letter, rehearsal=round_.rehearsal) for letter in letters]
    return tagged_pdf(TEMPLATE, {"language": language, "title": title, "letters": data})


def printed(letter: Letter, *, rehearsal: bool) -> dict[str, object]:
    """Return what the template prints, secrets included."""
    holder = letter.attempt.holder
    holder.case = letter.attempt.case
    with translation.override(letter.language):
        words = {
            "rehearsal": _("Rehearsal – not a real survey") if rehearsal else "",
            "qr_words": _("QR code that opens the questionnaire of your workplace"),
            "access_words": _("Open the questionnaire: scan the code with the camera of a telephone."),
            "address_words": _("Or type this address in your browser:"),
            "code_words": _("and enter the code"),
        }
    return {
        **words,
        "language": letter.language,
        "sender": letter.sender,
        "to": letter.to,
        "size": 10 if _lines(letter.to) <= LINES_OF_THE_WINDOW else 8,
        "facts": letter.facts,
        "subject": letter.subject,
        "paragraphs": letter.paragraphs,
        "code_address": letter.code_address,
        "code": links.typed_code(holder),
        "qr": qr_code(links.address(links.ANSWER, holder)),
    }


def qr_code(text: str) -> str:
    """Return an SVG with the margin that readers need."""
    made = segno.make(text, error="m", boost_error=False, micro=False, mask=MASK)
    svg: str = made.svg_inline(border=4, omitsize=True)
    return svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)


def _letterhead(wave: Wave, language: str) -> dict[str, str]:
    round_ = wave.step.round
    common = letterhead(round_, language)
    if wave.step.sender:
        common["sender"] = clean(wave.step.sender)
    return common | {"privacy_address": common["privacy_link"].partition("?")[0]}


def _letter(attempt: ContactAttempt, wave: Wave, round_: Round, common: Mapping[str, str], printed_on: date) -> Letter:
    workplace, holder = attempt.case.sample_unit.workplace, attempt.holder
    language = attempt.case.language
    name = clean(workplace.name, 120)
    values = {
        **common,
        "leader": clean_name(holder.name),
        "workplace": name,
        "subject_name": shorten(name, MOST_SUBJECT_NAME),
        "address": clean(workplace.address, 120),
        "authority": clean(workplace.authority, 80),
    }
    named = holder.address_kind == AddressKind.PERSON and bool(values["leader"])
    kind = AddressKind.PERSON if named else AddressKind.WORKPLACE
    written_to = bool(holder.email) and attempt.case.disposition != Disposition.BOUNCED
    audience = Audience(language, kind.value, written_to, round_.voluntary)
    subject, *paragraphs = _words(wave.step.mail_name, audience)
    postal = postal_address(clean(workplace.address, 120))
    with translation.override(language):
        reader = _("Att.: %(leader)s") % {"leader": values["leader"]} if named else _("The head of the workplace")
        facts = (day(printed_on), _("Our reference: %(number)s") % {"number": reference(attempt.case_id)})
    return Letter(
        attempt=attempt,
        postal=postal,
        language=language,
        sender=common["sender"],
        to=(name, reader, *postal.lines),
        facts=facts,
        subject=_filled(subject, values),
        paragraphs=tuple(tuple(_filled(line, values) for line in part.split(BREAK)) for part in paragraphs),
        code_address=common["code_address"],
    )


@cache
def _words(name: str, audience: Audience) -> tuple[str, ...]:
    """Return subject and paragraphs of a text template, with ⟦field⟧ where a merge field goes."""
    fields = {field: f"⟦{field}⟧" for field in FIELDS}
    with translation.override(audience.language):
        context = Context({**asdict(audience), **fields, "name": name}, autoescape=False)
        text = Engine.get_default().get_template(f"letters/{name}.txt").render(context)
    return tuple(" ".join(part.split()) for part in re.split(r"\n\s*\n", text.strip()) if part.strip())


def _filled(text: str, values: Mapping[str, str]) -> str:
    def value(match: re.Match[str]) -> str:
        if match[0] == ACCESS:
            return ACCESS
        if not values.get(match[1]):
            raise Unwritable(Reason.EMPTY_FIELD, match[1])
        return values[match[1]]

    return FIELD.sub(value, text)


def _place(attempt: ContactAttempt) -> tuple[bool, str, str, str, int]:
    workplace = attempt.case.sample_unit.workplace
    postal = postal_address(workplace.address)
    return not postal.code, postal.code, postal.lines[0] if postal.lines else "", workplace.name, attempt.pk


def _lines(to: Sequence[str]) -> int:
    """Return about how many lines these take in the window."""
    return sum(1 + (len(line) - 1) // LETTERS_OF_A_LINE for line in to)
