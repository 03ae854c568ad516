"""What must hold for words that staff write for a mail, beside that they can be read (``responses.mail_format``)."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from urllib.parse import parse_qsl, urlsplit

from barometer.problems import Problem
from responses.mail_format import ADDRESS, AFTER_ADDRESS, FIELD, PART, Words

SUBJECT, BODY = "subject", "body"
MOST_SUBJECT, MOST_BODY = 78, 10_000  # characters
NAMED = re.compile(r"\{([^{}\n]*)\}|\[([^\[\]\n]*)\]")
MARKS_ADDRESS = re.compile(r"://|\bwww\.|\b(?:mailto|javascript|data):(?=\S)", re.IGNORECASE)
TAG = re.compile(r"</?[a-zA-Z!][^<>\n]*>?|&(?:[a-zA-Z]+|#\d+);")
IMAGE = re.compile(r"!\[|\.(?:png|jpe?g|gif|svg|webp)\b", re.IGNORECASE)
HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}")
SHORTENERS = frozenset({"bit.ly", "t.co", "goo.gl", "ow.ly", "is.gd", "v.gd", "buff.ly", "tinyurl.com", "rebrand.ly"})
SHORTENERS |= {
    "lnkd.in",
    "tiny.cc",
    "cutt.ly",
    "rb.gy",
    "shorturl.at",
    "t.ly",
    "kortlink.dk",
    "s.id",
    "bl.ink",
    "fb.me",
}
TRACKING = re.compile(
    r"utm_\w+|gclid|fbclid|msclkid|dclid|mc_[ce]id|_hs\w+|mkt_tok|vero_id|oly_\w+|yclid", re.IGNORECASE
)
SAYS_LAST = re.compile(
    r"\bsidste\b(?! side| år)|\bsidst\b|\b(?:last|final) (?:chance|e-?mail|mail|message|reminder|call|time|opportunity|"
    r"warning|notice)\b",
    re.IGNORECASE,
)
MOST_SHOWN = 40  # characters of what is wrong that a message repeats


@dataclass(frozen=True, slots=True)
class Need:
    """Something that a mail must say.

    Attributes:
        code: of the problem when it does not.
        any_of: pieces of the expanded body of which one is enough.
        part: what to put in.
    """

    code: str
    any_of: tuple[str, ...]
    part: str


@dataclass(frozen=True, slots=True)
class Rules:
    """What one mail may and must hold.

    Attributes:
        fields: merge fields that have a value for every reader.
        elsewhere: merge fields that have not, with the part that stands for them.
        in_subject: the merge fields that a subject may hold.
        is_last: whether it is the one mail that says it is the last.
    """

    fields: frozenset[str]
    elsewhere: Mapping[str, str]
    in_subject: frozenset[str]
    parts: frozenset[str]
    needs: Sequence[Need]
    is_last: bool


def problems(words: Words, rules: Rules) -> list[Problem]:
    """Return what is wrong with the words as they are written; ``where`` is "subject" or "body"."""
    return [
        *_of_subject(words.subject, rules),
        *_of_names(words.body, rules, BODY, rules.fields),
        *_of_bold(words.body),
        *(problem for place in (SUBJECT, BODY) for problem in _of_addresses(getattr(words, place), place)),
        *(problem for place in (SUBJECT, BODY) for problem in _of_last(getattr(words, place), place, rules)),
    ]


def missing(expanded: Sequence[str], rules: Rules) -> list[Problem]:
    """Return what the mail must say and does not, to every reader: ``expanded`` is its body for each kind of reader."""
    return [
        Problem(need.code, BODY, {"part": f"[{need.part}]"})
        for need in rules.needs
        if not all(any(piece.casefold() in body.casefold() for piece in need.any_of) for body in expanded)
    ]


def too_long(subject: str) -> list[Problem]:
    """Return whether a subject filled with the longest names has too many characters."""
    if len(subject) <= MOST_SUBJECT:
        return []
    return [Problem("mail_subject_too_long", SUBJECT, {"length": len(subject), "most": MOST_SUBJECT})]


def _of_subject(subject: str, rules: Rules) -> Iterator[Problem]:
    if not subject.strip():
        yield Problem("mail_subject_empty", SUBJECT)
    if "\n" in subject or "\r" in subject:
        yield Problem("mail_subject_lines", SUBJECT)
    if "**" in subject:
        yield Problem("mail_subject_bold", SUBJECT)
    for match in PART.finditer(subject):
        if match[1] in rules.parts:
            yield Problem("mail_subject_part", SUBJECT, {"name": match[0]})
    without = PART.sub(lambda match: "" if match[1] in rules.parts else match[0], subject)
    yield from _of_names(without, rules, SUBJECT, rules.in_subject)


def _of_names(text: str, rules: Rules, where: str, fields: frozenset[str]) -> Iterator[Problem]:
    """Yield unknown merge fields and parts, and brackets without a partner."""
    if where == BODY and not text.strip():
        yield Problem("mail_body_empty", BODY)
    if len(text) > MOST_BODY:
        yield Problem("mail_body_too_long", where, {"length": len(text), "most": MOST_BODY})
    for match in NAMED.finditer(text):
        yield from _of_name(match, rules, where, fields)
    rest = NAMED.sub("", text)
    for bracket in "{}[]":
        if bracket in rest:
            around = rest[max(0, rest.index(bracket) - 15) :][:MOST_SHOWN].split("\n")
            yield Problem("mail_bracket_alone", where, {"bracket": bracket, "around": next(filter(str.strip, around))})


def _of_name(match: re.Match[str], rules: Rules, where: str, fields: frozenset[str]) -> Iterator[Problem]:
    shown, name = match[0][:MOST_SHOWN], match[1] if match[2] is None else match[2]
    if match[2] is not None:
        if not PART.fullmatch(match[0]) or name not in rules.parts:
            yield Problem("mail_part_unknown", where, {"name": shown, "meant": _meant(name, rules.parts, "[{}]")})
    elif FIELD.fullmatch(match[0]) and name in fields:
        return
    elif name in rules.elsewhere:
        yield Problem("mail_field_elsewhere", where, {"name": shown, "part": f"[{rules.elsewhere[name]}]"})
    elif name in rules.fields:
        yield Problem("mail_field_not_in_subject", where, {"name": shown})
    else:
        yield Problem("mail_field_unknown", where, {"name": shown, "meant": _meant(name, fields, "{{{}}}")})


def _meant(name: str, known: frozenset[str], form: str) -> str:
    """Return the names most like the one that is not known; without any, the first ones there are."""
    close = get_close_matches(name.strip().casefold(), sorted(known), n=2) or sorted(known)[:6]
    return ", ".join(form.format(each) for each in close)


def _of_bold(body: str) -> Iterator[Problem]:
    for paragraph in re.split(r"\n\s*\n", body):
        if paragraph.count("**") % 2:
            yield Problem("mail_bold_alone", BODY, {"around": paragraph.strip()[:MOST_SHOWN]})


def _of_addresses(text: str, where: str) -> Iterator[Problem]:
    """Yield what is wrong with web addresses, and all that a mail program would fetch or hide."""
    if found := TAG.search(text):
        yield Problem("mail_html", where, {"found": found[0][:MOST_SHOWN]})
    for word in filter(MARKS_ADDRESS.search, re.findall(r"\S+", text)):
        address = word.strip("\"'()*").rstrip(AFTER_ADDRESS)
        if code := _fault(address):
            yield Problem(code, where, {"address": address[:MOST_SHOWN]})
    if found := IMAGE.search(text):
        yield Problem("mail_image", where, {"found": found[0]})


def _fault(address: str) -> str:
    """Return what is wrong with a web address; "" when nothing is."""
    if not address.startswith("https://"):
        return "mail_address_not_https"
    if FIELD.search(address) or PART.search(address):
        return "mail_address_with_field"
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "mail_address_broken"
    if not ADDRESS.fullmatch(address) or not HOST.fullmatch(host) or parts.username is not None or port is not None:
        return "mail_address_broken"
    if host in SHORTENERS or host.removeprefix("www.") in SHORTENERS:
        return "mail_address_short"
    if any(TRACKING.fullmatch(name) for name, _ in parse_qsl(parts.query, keep_blank_values=True)):
        return "mail_address_tracking"
    return ""


def _of_last(text: str, where: str, rules: Rules) -> Iterator[Problem]:
    found = SAYS_LAST.search(text)
    if found and not rules.is_last:
        yield Problem("mail_says_last", where, {"found": found[0]})
