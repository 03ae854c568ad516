"""The proof of a wave: every mail is written as it would leave, and read as by a machine (docs/methods/proof.md).

Nothing is stored but what was found, and a digest of each mail: the messages, with their links, exist in memory only.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from barometer import catalogues
from responses import mail as writing
from responses import recipients
from responses.mail import Reason, Unwritable
from responses.mail_reading import links_in
from responses.models import Mail, Wave
from responses.proof_addresses import Frame, check_duplicates
from responses.proof_checks import Finished, Opener, check
from responses.proof_findings import Code, Finding
from responses.recipients import Line
from surveys.models import MailText, RoundText

BATCH = 500
UNWRITABLE = {
    Reason.EMPTY_FIELD: Code.EMPTY_FIELD,
    Reason.BAD_TEXT: Code.PLACEHOLDER_LEFT,
    Reason.SUBJECT_TOO_LONG: Code.SUBJECT_TOO_LONG,
    Reason.BAD_ADDRESS: Code.BAD_ADDRESS,
}


@dataclass(frozen=True, slots=True)
class Proof:
    """What was proven: the mails by what is in them, and what was found.

    ``digests`` are by mail: sha256 of the mail and its lines as they would leave. ``sha256`` is of all of that and of
    the findings: whoever approves it approves just this.
    """

    digests: dict[int, str]
    lines: int
    findings: tuple[Finding, ...]

    @property
    def has_errors(self) -> bool:
        return any(finding.is_error for finding in self.findings)

    @property
    def sha256(self) -> str:
        findings = [finding.stored() for finding in self.findings]
        canonical = json.dumps([sorted(self.digests.items()), findings], sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(canonical.encode()).hexdigest()


def prove(wave: Wave, at: datetime) -> Proof:
    """Write every held mail of a wave and check it, as things stand at this moment. Changes nothing.

    Some ten queries, and five more for every 500 mails.
    """
    run = _Run(wave, at)
    held = Mail.objects.filter(wave=wave, status=Mail.Status.HELD).order_by("pk").defer("text_body", "html_body")
    mails = list(held)
    findings: list[Finding] = []
    lines: list[Line] = []
    digests: dict[int, str] = {}
    for batch in (mails[start : start + BATCH] for start in range(0, len(mails), BATCH)):
        finished, unwritable, read = run.write(batch)
        lines += read
        opener = Opener(finished, run.frame.names, run.known_elsewhere)
        findings += unwritable
        for each in finished:
            findings += check(each, opener, with_opening=run.greets(each.mail))
            findings += run.check_addresses(each)
            digests[each.mail.pk] = _digest(each)
    findings += check_duplicates(wave, mails, lines)
    findings += run.check_languages({mail.language for mail in mails})
    unique = {json.dumps(finding.stored(), sort_keys=True): finding for finding in findings}
    return Proof(digests, len(lines), tuple(sorted(unique.values(), key=lambda finding: finding.place)))


def _digest(finished: Finished) -> str:
    lines = ",".join(str(line.attempt.pk) for line in finished.lines)
    return hashlib.sha256(f"{lines}:{finished.digest()}".encode()).hexdigest()


class _Run:
    """What the mails of one wave have in common."""

    def __init__(self, wave: Wave, at: datetime) -> None:
        self.step, self.round, self.at = wave.step, wave.step.round, at
        self.frame = Frame(self.round)
        self.letterheads: dict[str, dict[str, str]] = {}
        own = MailText.objects.filter(round=self.round, name=self.step.mail_name)
        self.own_texts = {(text.language, text.started): text.body for text in own}
        official = self.round.texts.filter(field=RoundText.Field.OFFICIAL_PAGE).values_list("text", flat=True)
        staff_texts = [*official, *self.own_texts.values()]
        self.known_elsewhere = {link for text in staff_texts for link in links_in(text)}

    def write(self, mails: Sequence[Mail]) -> tuple[list[Finished], list[Finding], list[Line]]:
        """Return the finished mails of a batch, what keeps the others from being written, and all their lines."""
        lines = recipients.lines_of([mail.pk for mail in mails], self.at)
        finished, findings = [], []
        for mail in mails:
            mail.round, mail.step = self.round, self.step
            own = lines.get(mail.pk, [])
            if not own and mail.authority_contact_id is None and mail.result_request_id is None:
                findings.append(Finding(Code.WITHOUT_LINES, mail.pk))
                continue
            try:
                finished.append(self._finish(mail, own))
            except Unwritable as problem:
                code, _, detail = str(problem).partition(": ")
                case = own[0].attempt.case_id if own else None
                findings.append(Finding(UNWRITABLE[Reason(code)], mail.pk, case, {"field": detail} if detail else {}))
        return finished, findings, [line for own in lines.values() for line in own]

    def _finish(self, mail: Mail, lines: Sequence[Line]) -> Finished:
        if mail.language not in self.letterheads:
            self.letterheads[mail.language] = writing.letterhead(self.round, mail.language)
        common, attempts = self.letterheads[mail.language], [line.attempt for line in lines]
        written = writing.write(mail, attempts, common)
        return Finished.of(mail, lines, writing.message(mail, written, attempts, common, at=self.at))

    def greets(self, mail: Mail) -> bool:
        """Whether the text of the mail names its reader: the shipped ones do, those of staff when they ask for it."""
        own = [body for (language, _), body in self.own_texts.items() if language == mail.language]
        return all("{leader}" in body or "[opening]" in body for body in own)

    def check_addresses(self, finished: Finished) -> Iterator[Finding]:
        for line in finished.lines:
            yield from self.frame.check(finished.mail, line)
        if self.frame.is_unusual(finished.mail):
            yield Finding(Code.DOMAIN_UNUSUAL, finished.mail.pk)

    def check_languages(self, languages: set[str]) -> Iterator[Finding]:
        """The program's own words, and those of staff, must be there in every language that is written in."""
        for language in sorted(languages):
            params = {"language": language}
            if language not in self.round.languages or not _is_complete(language):
                real = Code.LANGUAGE_INCOMPLETE
                yield Finding(Code.LANGUAGE_INCOMPLETE_IN_REHEARSAL if self.round.rehearsal else real, params=params)
            if self.own_texts and language not in {own for own, _ in self.own_texts}:
                yield Finding(Code.TEXT_NOT_IN_LANGUAGE, params=params)


def _is_complete(language: str) -> bool:
    return language in catalogues.LANGUAGES or catalogues.untranslated(language) == 0
