"""Corrected addresses of many cases at once, from a file: all of them, or none."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from barometer import audit
from barometer.models import User
from barometer.problems import Problem
from responses import address_repair
from responses.actions.case import AddressRefused, CaseClosed, NewContact, change_address
from responses.address_file import Correction, read_corrections
from responses.models import LinkHolder
from responses.statistics.dispositions import Disposition
from surveys.models import AddressKind, Round

UNFINISHED = (Disposition.NOT_STARTED, Disposition.STARTED, Disposition.BOUNCED)


class CorrectionsRefused(Exception):
    """Something is wrong with the file, so nothing of it was done."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(f"{len(problems)} problems")
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Planned:
    """A line of the file, and whom it is about. ``changes`` is False when all of it is known already."""

    owner: LinkHolder
    contact: NewContact

    @property
    def changes(self) -> bool:
        owner = self.owner
        known = NewContact(owner.name, owner.email, owner.address_kind, owner.phone)
        return self.contact != known


def plan_corrections(*, round_: Round, data: bytes) -> list[Planned]:
    """Return what a file of corrections would do; one query.

    Raises: CorrectionsRefused.
    """
    corrections, problems = read_corrections(data)
    owners = _owners(round_)
    seen: set[int] = set()
    planned = []
    for correction in corrections:
        owner = owners.get(correction.register_id) or owners.get(_bare(correction.register_id))
        code = "no_such_case" if owner is None else "twice" if owner.pk in seen else ""
        if owner is not None and not code:
            seen.add(owner.pk)
            contact, code = _contact(correction, owner, round_)
            planned.append(Planned(owner, contact))
        if code:
            problems.append(Problem(code, str(correction.row)))
    if problems:
        raise CorrectionsRefused(sorted(problems, key=lambda problem: int(problem.where or 0)))
    return planned


@transaction.atomic
def apply_corrections(*, round_: Round, data: bytes, reason: str, send_now: bool, by: User, at: datetime) -> int:
    """Change the addresses as the file says; return how many were new.

    Raises: CorrectionsRefused; CaseClosed when the round is not in the field.
    """
    if round_.status != Round.Status.OPEN:
        raise CaseClosed
    changed = 0
    for each in sorted(plan_corrections(round_=round_, data=data), key=lambda planned: planned.owner.case_id):
        if each.changes:
            changed += change_address(
                case=each.owner.case, contact=each.contact, reason=reason, by=by, at=at, send_now=send_now
            )
    return changed


def export_list(*, round_: Round, language: str, by: User, at: datetime) -> Iterator[str]:
    """Return the list of addresses to repair as a CSV file, line by line; who took it stands in the audit log."""
    audit.record("addresses.exported", target=round_, by=by, at=at)
    return address_repair.file_lines(round_, language)


def _owners(round_: Round) -> dict[str, LinkHolder]:
    """Return the owners by register number, and by the number as a spreadsheet leaves it where that is one case's."""
    owners: dict[str, LinkHolder] = {}
    bare: dict[str, list[LinkHolder]] = defaultdict(list)
    found = LinkHolder.objects.filter(case__round=round_, role=LinkHolder.Role.OWNER)
    for owner in found.select_related("case__sample_unit__workplace"):
        register_id = owner.case.sample_unit.workplace.register_id
        owners[register_id] = owner
        bare[_bare(register_id)].append(owner)
    return {number: alike[0] for number, alike in bare.items() if len(alike) == 1} | owners


def _bare(register_id: str) -> str:
    """Return a number without the zeros that a spreadsheet takes away."""
    return register_id.lstrip("0")


def _contact(correction: Correction, owner: LinkHolder, round_: Round) -> tuple[NewContact, str]:
    """Return who is to be written to, and what is wrong with it, or ""."""
    known = owner.address_kind if owner.address_kind in AddressKind.values else AddressKind.WORKPLACE
    kind = correction.kind if correction.kind in AddressKind.values else known
    contact = NewContact(correction.name, correction.email, kind, owner.phone)
    if owner.case.disposition not in UNFINISHED:
        return contact, "ended"
    try:
        return contact.checked(rehearsal=round_.rehearsal), ""
    except AddressRefused as refused:
        return contact, refused.code
