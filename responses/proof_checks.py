"""The proof of one mail: its finished message is read as by a machine, and every link in it is opened."""

import hashlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import Resolver404, resolve

from barometer.addresses import is_reserved_address
from barometer.sealed_message import SealedMessage
from responses import links
from responses.cleaning import clean, clean_name
from responses.mail import MOST_SUBJECT
from responses.mail_reading import Block, Reading, links_in, placeholders, read_html, read_text
from responses.models import LinkHolder, Mail
from responses.proof_findings import Code, Finding
from responses.proof_names import MOST_OF_A_WORKPLACE, Names
from responses.recipients import Line, left_out_of
from surveys.models import AddressKind, ContactStep, Workplace

PURPOSES = {path: purpose for purpose, path in links.PATHS.items()}
MailName = ContactStep.MailName
WITHOUT_LINK = frozenset({MailName.KICK_OFF, MailName.PRE_NOTICE, MailName.THANK_YOU, MailName.RESULT})


@dataclass(frozen=True, slots=True)
class Finished:
    """A mail as it would leave, and its two parts as they are read."""

    mail: Mail
    lines: Sequence[Line]
    message: SealedMessage
    text: Reading
    html: Reading

    @classmethod
    def of(cls, mail: Mail, lines: Sequence[Line], message: SealedMessage) -> "Finished":
        [twin] = message.alternatives
        return cls(mail, lines, message, read_text(str(message.body)), read_html(str(twin[0])))

    @property
    def links(self) -> list[str]:
        """Return every address in it, those of its headers too."""
        in_headers = [link for value in self.message.extra_headers.values() for link in links_in(str(value))]
        return [*self.text.links, *self.html.links, *self.html.hidden, *in_headers]

    @property
    def codes(self) -> list[str]:
        return [*self.text.codes, *self.html.codes]

    def digest(self) -> str:
        """Return the sha256 of what its reader gets: all but its number and its date."""
        message = self.message
        [twin] = message.alternatives
        parts = [*message.to, message.extra_headers["From"], *message.reply_to, self.mail.language, message.subject]
        return hashlib.sha256("\0".join(map(str, [*parts, message.body, twin[0]])).encode()).hexdigest()


class Opener:
    """Opens links and codes with the code of the web (``responses.links``), on holders read in one go.

    Two queries for the mails of a batch, however many links stand in them. ``names`` are those of all workplaces of
    the frame; ``known_elsewhere`` are addresses of other sites that belong in the mails.
    """

    def __init__(self, finished: Iterable[Finished], names: Names, known_elsewhere: Collection[str] = ()) -> None:
        self.names, self.known_elsewhere = names, known_elsewhere
        numbers: set[int] = set()
        cases: set[int] = set()
        for each in finished:
            tokens = [found[1] for link in each.links if (found := personal(link))]
            numbers |= {number for token in tokens if (number := links.number_in(token)) is not None}
            cases |= {case for code in each.codes if (case := links.case_in_code(code)) is not None}
        holders = links.HOLDERS.select_related(None).select_related("case__sample_unit__workplace")
        self._holders = holders.in_bulk(numbers)
        self._by_case: dict[int, list[LinkHolder]] = {}
        for holder in holders.filter(case__in=cases):
            self._by_case.setdefault(holder.case_id, []).append(holder)

    def link(self, purpose: str, token: str) -> LinkHolder | None:
        return links.holder_of(purpose, token, self._holders.get)

    def code(self, code: str) -> LinkHolder | None:
        return links.holder_of_code(code, lambda case: self._by_case.get(case, ()))


def personal(link: str) -> tuple[str, str] | None:
    """Return purpose and token of an address below those of personal links; None for any other."""
    if not link.startswith(f"{settings.SITE_URL}/"):
        return None
    first, _, rest = urlsplit(link).path.lstrip("/").partition("/")
    return (PURPOSES[first], rest.partition("/")[0]) if first in PURPOSES and rest else None


def check(finished: Finished, opener: Opener, *, with_opening: bool) -> Iterator[Finding]:
    """Yield all that is wrong with one mail. ``with_opening``: its text is known to greet the leader by name."""
    yield from _check_rows(finished)
    yield from _check_words(finished, with_opening=with_opening)
    text, html = finished.text, finished.html
    if text.links != html.links or text.codes != html.codes:
        yield Finding(Code.PARTS_DIFFER, finished.mail.pk)
    if html.hidden:
        yield Finding(Code.LINK_HIDDEN, finished.mail.pk)
    for part in [text] if _alike(text, html) else [text, html]:
        yield from _PartCheck(part, finished, opener).run()
    yield from _check_headers(finished, opener)


def _alike(text: Reading, html: Reading) -> bool:
    return [block.words for block in text.blocks] == [block.words for block in html.blocks]


def _check_rows(finished: Finished) -> Iterator[Finding]:
    """Compare what the mail says of itself with its lines."""
    mail, lines = finished.mail, finished.lines
    if mail.round.rehearsal and not is_reserved_address(mail.address):
        yield Finding(Code.ADDRESS_NOT_RESERVED, mail.pk)
    if finished.message.to != [_as_sent(mail.address)]:
        yield Finding(Code.BAD_ADDRESS, mail.pk)
    for line in lines:
        case, holder = line.attempt.case, line.attempt.holder
        if holder.case_id != case.pk or holder.email.casefold() != mail.address.casefold():
            yield Finding(Code.ADDRESS_NOT_OF_HOLDER, mail.pk, case.pk)
        if (reason := left_out_of(mail, line.contactable)) is not None:
            yield Finding(Code.NOT_TO_BE_WRITTEN_TO, mail.pk, case.pk, {"reason": reason.value})
        if case.sample_unit.workplace.authority_code != mail.authority_code:
            yield Finding(Code.AUTHORITIES_MIXED, mail.pk, case.pk)
    if lines and mail.language != lines[0].attempt.case.language:
        yield Finding(Code.LANGUAGE_NOT_OF_CASE, mail.pk, lines[0].attempt.case_id)
    elif any(line.attempt.case.language != mail.language for line in lines):
        yield Finding(Code.LANGUAGES_MIXED, mail.pk)


def _as_sent(address: str) -> str:
    local, _, domain = address.rpartition("@")
    return f"{local}@{domain if domain.isascii() else domain.encode('idna').decode()}"


def _check_words(finished: Finished, *, with_opening: bool) -> Iterator[Finding]:
    mail, lines, words = finished.mail, finished.lines, finished.text.words
    if len(str(finished.message.subject)) > MOST_SUBJECT:
        yield Finding(Code.SUBJECT_TOO_LONG, mail.pk)
    left = placeholders(f"{finished.message.subject}\n{words}\n{finished.html.words}", _filled_in(lines))
    for placeholder in sorted(set(left))[:3]:
        yield Finding(Code.PLACEHOLDER_LEFT, mail.pk, None, {"placeholder": placeholder})
    holders = [line.attempt.holder for line in lines]
    names = {clean_name(holder.name) for holder in holders}
    if with_opening and len(names) == 1 and all(holder.address_kind == AddressKind.PERSON for holder in holders):
        [name] = names
        if name not in words:
            yield Finding(Code.LEADER_MISSING, mail.pk, lines[0].attempt.case_id)


def _filled_in(lines: Sequence[Line]) -> list[str]:
    """Return the words that come from the register and from people, in which a bracket is only a bracket."""
    workplaces = [line.attempt.case.sample_unit.workplace for line in lines]
    names = [line.attempt.holder.name for line in lines]
    return [*names, *(text for each in workplaces for text in (each.name, each.address, each.authority))]


class _PartCheck:
    """One part of a mail: every link and code of it is opened, and must be of the unit that is named."""

    def __init__(self, part: Reading, finished: Finished, opener: Opener) -> None:
        self.part, self.opener, self.mail = part, opener, finished.mail
        self.holders = {line.attempt.case_id: line.attempt.holder_id for line in finished.lines}
        self.units = [line.attempt.case.sample_unit.workplace for line in finished.lines]
        self.reached: set[int] = set()  # cases whose questionnaire a link opens
        self.findings: list[Finding] = []

    def run(self) -> list[Finding]:
        opened: list[LinkHolder] = []
        for block in self.part.blocks:
            here = [*filter(None, map(self._open_link, block.links)), *filter(None, map(self._open_code, block.codes))]
            if len(self.holders) > 1 and here:
                self._check_name_beside(block, here)
            opened += here
        if len(self.holders) == 1:
            self._check_name(opened)
        if self.mail.name not in WITHOUT_LINK:
            for case in sorted(set(self.holders) - self.reached):
                self._add(Code.LINK_MISSING, case)
        return self.findings

    def _add(self, code: Code, case: int | None = None, **params: str) -> None:
        self.findings.append(Finding(code, self.mail.pk, case, params))

    def _open_link(self, link: str) -> LinkHolder | None:
        """Return whose unit of this mail the link opens; None for an address that is none of its units'."""
        found = personal(link)
        if found is None:
            self._check_public(link)
            return None
        holder = self.opener.link(*found)
        if holder is None:
            self._add(Code.LINK_OPENS_NOTHING)
            return None
        if holder.case_id not in self.holders:
            self._add(Code.LINK_OF_OTHER_CASE, holder.case_id)
            return None
        if holder.pk != self.holders[holder.case_id]:
            self._add(Code.LINK_OF_OTHER_PERSON, holder.case_id)
        if found[0] == links.ANSWER:
            self.reached.add(holder.case_id)
        return holder

    def _open_code(self, code: str) -> LinkHolder | None:
        holder = self.opener.code(code)
        if holder is None:
            self._add(Code.CODE_OPENS_NOTHING)
            return None
        if holder.pk != self.holders.get(holder.case_id):
            self._add(Code.CODE_OF_OTHER_CASE, holder.case_id)
            return None
        return holder

    def _check_public(self, link: str) -> None:
        """An address of ours must lead to a page, the privacy page to that of this round."""
        if not link.startswith(f"{settings.SITE_URL}/"):
            if link not in self.opener.known_elsewhere:
                self._add(Code.LINK_FOREIGN, host=urlsplit(link).netloc)
            return
        slug = _slug_of(urlsplit(link).path)
        if slug is None or slug not in ("", self.mail.round.slug):
            self._add(Code.LINK_OPENS_NOTHING)

    def _check_name_beside(self, block: Block, opened: Sequence[LinkHolder]) -> None:
        """In a bundle the paragraph of a link names its unit: the longest of the names in it, with its address."""
        named = [unit for unit in self.units if _is_named(unit, block.words, self.opener.names)]
        longest = max(named, key=lambda unit: len(unit.name), default=None)
        for holder in opened:
            if longest is None or holder.case.sample_unit.workplace_id != longest.pk:
                self._add(Code.NAME_NOT_BEHIND_LINK, holder.case_id)
                return

    def _check_name(self, opened: Sequence[LinkHolder]) -> None:
        """The unit that the links open is named; where there is no link, that of the line is."""
        [case] = self.holders
        behind = opened[0].case.sample_unit.workplace if opened else self.units[0]
        if not self.opener.names.has(self.part.words, clean(behind.name, MOST_OF_A_WORKPLACE)):
            self._add(Code.NAME_MISSING, case)


@lru_cache(maxsize=1000)
def _slug_of(path: str) -> str | None:
    """Return the round that a page of ours is about, "" for one that is about none; None where there is no page."""
    try:
        return str(resolve(path).kwargs.get("slug", ""))
    except Resolver404:
        return None


def _is_named(unit: Workplace, words: str, names: Names) -> bool:
    address = clean(unit.address, MOST_OF_A_WORKPLACE)
    return names.has(words, clean(unit.name, MOST_OF_A_WORKPLACE), f", {address}")


def _check_headers(finished: Finished, opener: Opener) -> Iterator[Finding]:
    """A personal link of a header, such as that which stops reminders, is of a line of this mail."""
    cases = {line.attempt.case_id for line in finished.lines}
    for value in finished.message.extra_headers.values():
        for link in links_in(str(value)):
            if (found := personal(link)) is None:
                continue
            holder = opener.link(*found)
            if holder is None or holder.case_id not in cases:
                yield Finding(Code.LINK_OF_OTHER_CASE, finished.mail.pk, holder.case_id if holder else None)
