"""The format in which the words of a mail are written (docs/mail-texts.md), and the two texts made of them.

``{workplace}`` is a merge field, ``[footer]`` a part, ``**bold**`` is bold, a blank line parts two paragraphs. A text
goes: words → parts put in → plain text and HTML with the merge fields still in them → filled. No value of a field is
ever read as part of the format, because fields are filled last and in one go.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape

FIELD = re.compile(r"\{([a-z_]+)\}")
PART = re.compile(r"\[([a-z_]+)\]")
BOLD = re.compile(r"\*\*(.+?)\*\*", re.DOTALL)
ADDRESS = re.compile(r"https://[^\s<>\"'*{}\[\]]+")
AFTER_ADDRESS = ".,;:!?)"  # ends the sentence, not the address
MARKED = re.compile("[⟦⟧]")


class Malformed(Exception):
    """A part that is not known, or that holds itself."""


class EmptyField(Exception):
    """A merge field without a value; its name is the message."""


@dataclass(frozen=True, slots=True)
class Words:
    """A mail in the format: one line, and a text of paragraphs."""

    subject: str
    body: str


def expand(text: str, part: Callable[[str], str | None]) -> str:
    """Return the text with its parts put in, and the parts of these; what is empty leaves no gap.

    Args:
        part: what stands for a name; None when there is no such part.
    Raises: Malformed.
    """
    return tidy(_expand(MARKED.sub("", text), part, ()))


def _expand(text: str, part: Callable[[str], str | None], inside: tuple[str, ...]) -> str:
    def words(match: re.Match[str]) -> str:
        found = None if match[1] in inside else part(match[1])
        if found is None:
            raise Malformed(match[1])
        return _expand(found, part, (*inside, match[1]))

    lines = [(line, PART.sub(words, line)) for line in text.split("\n")]
    return "\n".join(filled for line, filled in lines if filled.strip() or not line.strip())


def tidy(text: str) -> str:
    """Return the text with single spaces, and one blank line between two paragraphs."""
    lines = (re.sub(r"[ \t]+", " ", line).strip() for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def joined(text: str) -> str:
    """Return the text with each line that begins with a space on the line above it."""
    return re.sub(r"\s*\n[ \t]+", " ", text.strip())


def as_text(body: str) -> str:
    """Return the plain text of an expanded body: the same words without marks."""
    return BOLD.sub(r"\1", body)


def as_html(body: str) -> str:
    """Return the HTML of an expanded body: paragraphs, line ends, bold, addresses that can be followed."""
    return "\n\n".join(f"<p>{_inline(paragraph)}</p>" for paragraph in body.split("\n\n"))


def fill(text: str, values: Mapping[str, str], shown: Callable[[str, str], str] | None = None) -> str:
    """Put the merge fields in, each as ``shown(name, value)`` tells. Raises: EmptyField."""

    def value(match: re.Match[str]) -> str:
        found = values.get(match[1])
        if not found:
            raise EmptyField(match[1])
        return shown(match[1], found) if shown else found

    return FIELD.sub(value, text)


def addresses(text: str) -> list[str]:
    """Return the web addresses in a text, each once, in their order."""
    return list(dict.fromkeys(match.rstrip(AFTER_ADDRESS) for match in re.findall(r"https?://[^\s<>\"]+", text)))


def _inline(paragraph: str) -> str:
    pieces, end = [], 0
    for match in ADDRESS.finditer(paragraph):
        address = match[0].rstrip(AFTER_ADDRESS)
        pieces += [escape(paragraph[end : match.start()]), f'<a href="{escape(address)}">{escape(address)}</a>']
        end = match.start() + len(address)
    pieces.append(escape(paragraph[end:]))
    return BOLD.sub(r"<strong>\1</strong>", "".join(pieces)).replace("\n", "<br>\n")
