"""The contact persons of authorities: loaded from a file, or typed one by one."""

import hashlib
from datetime import datetime

from django.db import transaction

from barometer import audit
from barometer.models import User
from surveys.actions.quiet_weeks import TableRefused
from surveys.authority_file import read_contacts
from surveys.models import AuthorityContact, Round, Workplace


def authorities_of(round_: Round) -> dict[str, str]:
    """Return the names of the authorities in the frame by code; one query."""
    workplaces = Workplace.objects.of_round(round_).order_by("authority_code")
    return dict(workplaces.values_list("authority_code", "authority").distinct())


def load_contacts(*, round_: Round, data: bytes, by: User | None, at: datetime) -> int:
    """Store the contact persons of a file, each in the place of the one its authority had; return how many.

    Authorities that the file does not name keep theirs. All of it or nothing.
    Raises: TableRefused.
    """
    rows, problems = read_contacts(
        data,
        authorities=authorities_of(round_),
        languages=round_.languages,
        reserved_addresses=round_.rehearsal,
    )
    if problems:
        raise TableRefused(problems)
    with transaction.atomic():
        for row in rows:
            values = row._asdict()
            code = values.pop("authority_code")
            AuthorityContact.objects.update_or_create(round=round_, authority_code=code, defaults=values)
        facts = {"rows": len(rows), "sha256": hashlib.sha256(data).hexdigest()}
        audit.record("authority_contacts.loaded", target=round_, by=by, at=at, facts=facts)
    return len(rows)


@transaction.atomic
def save_contact(
    *, round_: Round, authority_code: str, name: str, email: str, language: str, by: User | None, at: datetime
) -> None:
    """Store the contact person of one authority of the frame. The audit line names the authority and nobody else."""
    values = {"authority": authorities_of(round_)[authority_code], "name": name, "email": email, "language": language}
    AuthorityContact.objects.update_or_create(round=round_, authority_code=authority_code, defaults=values)
    facts = {"authority_code": authority_code}
    audit.record("authority_contact.saved", target=round_, by=by, at=at, facts=facts)


@transaction.atomic
def remove_contact(*, contact: AuthorityContact, by: User | None, at: datetime) -> None:
    """Forget a contact person. Mails that have left to the address stay in the list of mails."""
    facts = {"authority_code": contact.authority_code}
    audit.record("authority_contact.removed", target=contact.round, by=by, at=at, facts=facts)
    contact.delete()
