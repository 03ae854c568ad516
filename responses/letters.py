"""Letters: from the contacts of a wave to a PDF in one file, sorted by postal code.

The words are those of ``responses.mail``. A letter carries the typed code and the personal link as a QR code. Both are
derived while the file is made and go nowhere but into it: no letter and no file is stored.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

import segno
from django.utils import translation
from django.utils.translation import gettext as _

from barometer.formats import day
from barometer.joined_pdf import joined
from barometer.pdf import tagged_pdf
from barometer.postal import PostalAddress, postal_address
from responses import links, mail
from responses.cleaning import clean, clean_name
from responses.mail_fields import LONGEST
from responses.models import ContactAttempt, Wave
from responses.references import reference
from surveys.models import AddressKind, Round

TEMPLATE = Path(__file__).resolve().parent / "letters.typ"
LETTERS_PER_PART = 25  # of a file: typst keeps what its last ten parts needed, a third of a megabyte per letter
LINES_OF_THE_WINDOW, LETTERS_OF_A_LINE = 6, 40  # at 10 points
MASK = 0  # any can be read, and to weigh all eight takes ten times as long


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Some lines; ``access`` when the typed code is among them, so that the QR code stands beside."""

    lines: tuple[str, ...]
    access: bool


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter in words, without its secrets: ⟦code:12⟧ stands for the code of link holder 12."""

    attempt: ContactAttempt
    postal: PostalAddress
    language: str
    sender: str
    to: tuple[str, ...]
    facts: tuple[str, ...]
    subject: str
    paragraphs: tuple[Paragraph, ...]
    code_address: str


def attempts_of(wave: Wave) -> list[ContactAttempt]:
    """Return the letters of a wave that are not left out, as the file has them; one query.

    By postal code, then street and name; those without a postal code last.
    """
    related = ("holder__hand_over", "case__sample_unit__workplace")
    return sorted(wave.attempts.filter(left_out="").select_related(*related), key=_place)


def write(attempts: Sequence[ContactAttempt], wave: Wave, printed_on: date) -> list[Letter]:
    """Return the letters in words; some 0.2 ms each.

    Raises: Unwritable when a merge field is empty: then no letter is printed.
    """
    round_ = wave.step.round
    heads = {language: mail.letterhead(round_, language) for language in {each.case.language for each in attempts}}
    for attempt in attempts:
        attempt.step, attempt.case.round = wave.step, round_
    return [_letter(attempt, heads[attempt.case.language], printed_on) for attempt in attempts]


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
    code = links.typed_code(holder)
    with translation.override(letter.language):
        mark = _("Rehearsal – not a real survey") if rehearsal else ""
        qr_words = _("QR code that opens the questionnaire of your workplace")
    return {
        "rehearsal": mark,
        "qr_words": qr_words,
        "language": letter.language,
        "sender": letter.sender,
        "to": letter.to,
        "size": 10 if _lines(letter.to) <= LINES_OF_THE_WINDOW else 8,
        "facts": letter.facts,
        "subject": letter.subject,
        "paragraphs": [asdict(each) for each in revealed(letter, code)],
        "code_address": letter.code_address,
        "code": code,
        "qr": qr_code(links.address(links.ANSWER, holder)),
    }


def revealed(letter: Letter, code: str) -> list[Paragraph]:
    """Return the paragraphs with the code of their holder. Any other secret in them is a ``KeyError``."""
    secrets = {f"code:{letter.attempt.holder_id}": code}
    return [
        Paragraph(tuple(mail.reveal(line, secrets) for line in each.lines), each.access) for each in letter.paragraphs
    ]


def qr_code(text: str) -> str:
    """Return an SVG with the margin that readers need."""
    made = segno.make(text, error="m", boost_error=False, micro=False, mask=MASK)
    svg: str = made.svg_inline(border=4, omitsize=True)
    return svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)


def _letter(attempt: ContactAttempt, common: Mapping[str, str], printed_on: date) -> Letter:
    workplace, holder, language = attempt.case.sample_unit.workplace, attempt.holder, attempt.case.language
    written = mail.write_letter(attempt, common)
    postal = postal_address(clean(workplace.address, LONGEST["address"]))
    leader = clean_name(holder.name) if holder.address_kind == AddressKind.PERSON else ""
    with translation.override(language):
        reader = _("Att.: %(leader)s") % {"leader": leader} if leader else _("The head of the workplace")
        facts = (day(printed_on), _("Our reference: %(number)s") % {"number": reference(attempt.case_id)})
    return Letter(
        attempt=attempt,
        postal=postal,
        language=language,
        sender=mail.sender_of(attempt.step, common),
        to=(clean(workplace.name, LONGEST["workplace"]), reader, *postal.lines),
        facts=facts,
        subject=written.subject,
        paragraphs=tuple(_paragraph(each, holder.pk) for each in written.text.split("\n\n")),
        code_address=common["code_address"],
    )


def _paragraph(text: str, holder: int) -> Paragraph:
    return Paragraph(tuple(text.split("\n")), access=f"⟦code:{holder}⟧" in text)


def _place(attempt: ContactAttempt) -> tuple[bool, str, str, str, int]:
    workplace = attempt.case.sample_unit.workplace
    postal = postal_address(workplace.address)
    return not postal.code, postal.code, postal.lines[0] if postal.lines else "", workplace.name, attempt.pk


def _lines(to: Sequence[str]) -> int:
    """Return about how many lines these take in the window."""
    return sum(1 + (len(line) - 1) // LETTERS_OF_A_LINE for line in to)
