"""The proof of the addresses of a wave: against the frame, against each other, and against those of the authority."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from barometer.addresses import domain_of
from responses.models import CaseEvent, ContactAttempt, LinkHolder, Mail, Wave
from responses.proof_findings import Code, Finding
from responses.proof_names import Names
from responses.recipients import Line
from responses.statistics.dispositions import EventKind
from surveys.models import Round, WorkplaceContact

SHARED_BY = 5  # workplaces in the mails to one address that make it a shared mailbox
FEWEST_TO_JUDGE = 5  # addresses of an authority, before one of them can be unusual
MAIN_DOMAIN_SHARE = 0.5


class FrameContact(NamedTuple):
    """How the frame says that a workplace is reached."""

    workplace_id: int
    leader: str
    email: str
    authority_code: str
    name: str


class Frame:
    """The names and addresses of a round's frame, and what staff have said of those of its cases; two queries."""

    def __init__(self, round_: Round) -> None:
        contacts = WorkplaceContact.objects.filter(workplace__round=round_).order_by()
        rows = contacts.values_list("workplace_id", "leader", "email", "workplace__authority_code", "workplace__name")
        self.contacts = {row[0]: FrameContact(*row) for row in rows.iterator(chunk_size=5000)}
        self.names = Names.of({contact.name for contact in self.contacts.values()})
        self.workplaces: dict[str, set[int]] = defaultdict(set)
        self.domains: dict[str, Counter[str]] = defaultdict(Counter)
        for contact in self.contacts.values():
            if contact.email:
                self.workplaces[contact.email.casefold()].add(contact.workplace_id)
                self.domains[contact.authority_code][domain_of(contact.email)] += 1
        said = CaseEvent.objects.filter(
            case__round=round_, kind__in=(EventKind.ADDRESS_CHANGED, EventKind.ADDRESS_CHECKED)
        )
        self.last_said = dict(said.order_by("pk").values_list("case_id", "kind"))

    def check(self, mail: Mail, line: Line) -> Iterator[Finding]:
        """Compare the address and name of an owner with the frame, which nobody has changed without an event.

        The address of another workplace is found also when staff have typed it: that is how two swapped addresses
        look. Once staff say that they have checked it, it stands.
        """
        holder, case = line.attempt.holder, line.attempt.case
        said = self.last_said.get(case.pk)
        if holder.role != LinkHolder.Role.OWNER or said == EventKind.ADDRESS_CHECKED:
            return
        own, address = self.contacts.get(case.sample_unit.workplace_id), holder.email.casefold()
        if own is None or address == own.email.casefold():
            if own is not None and said is None and holder.name != own.leader:
                yield Finding(Code.NAME_NOT_OF_FRAME, mail.pk, case.pk)
            return
        if self.workplaces.get(address):
            yield Finding(Code.ADDRESS_OF_OTHER, mail.pk, case.pk, {"workplaces": len(self.workplaces[address])})
        elif said is None:
            yield Finding(Code.ADDRESS_NOT_OF_FRAME, mail.pk, case.pk)

    def is_unusual(self, mail: Mail) -> bool:
        """Whether nobody else of the authority has an address in this domain, while most share another."""
        domains = self.domains[mail.authority_code]
        if domains.total() < FEWEST_TO_JUDGE or domains[domain_of(mail.address)] > 1:
            return False
        [(main, number)] = domains.most_common(1)
        return main != domain_of(mail.address) and number / domains.total() > MAIN_DOMAIN_SHARE


def check_duplicates(wave: Wave, mails: Sequence[Mail], lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield cases that are written to twice, addresses that get several mails, and mailboxes of many; one query."""
    in_wave = Counter(line.attempt.case_id for line in lines)
    gone = (Mail.Status.CANCELLED, Mail.Status.FAILED)
    others = ContactAttempt.objects.filter(step=wave.step_id, left_out="", wave__isnull=False).exclude(wave=wave)
    elsewhere = set(others.exclude(mail__status__in=gone).order_by().values_list("case_id", flat=True))
    for case, times in in_wave.items():
        if times > 1 or case in elsewhere:
            yield Finding(Code.CASE_TWICE, None, case)
    by_address: dict[str, list[Mail]] = defaultdict(list)
    for mail in mails:
        by_address[mail.address.casefold()].append(mail)
    workplaces = Counter(line.attempt.mail_id for line in lines)
    for sharing in by_address.values():
        together = sum(workplaces[mail.pk] for mail in sharing)
        if len(sharing) > 1:
            yield Finding(Code.ADDRESS_IN_SEVERAL_MAILS, sharing[0].pk, None, {"mails": [mail.pk for mail in sharing]})
        if together >= SHARED_BY:
            yield Finding(Code.SHARED_MAILBOX, sharing[0].pk, None, {"workplaces": together})
