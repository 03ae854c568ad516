"""What opens the list of an authority's workplaces to its contact person; all of it derived, nothing stored.

The *link* is mailed, and shows nothing but a button. The *code* goes to the registered address when the button is
pressed. Who has both is given a *proof*, which the browser keeps for an hour. A new generation ends them all, a new
code the proof and the code before it, and another registered address the codes and proofs of the one before.
"""

import hmac
from datetime import UTC, datetime, timedelta

from django.conf import settings

from responses import links
from responses.models import Coordinator, CoordinatorMail, Mail
from surveys.models import AuthorityContact, Round

LINK, CODE, PROOF = "coordinator", "coordinator-code", "coordinator-proof"
LINK_LASTS, CODE_LASTS, PROOF_LASTS = timedelta(days=30), timedelta(minutes=15), timedelta(hours=1)
MOST_WRONG = 5  # of one code; then another must be asked for


def token(coordinator: Coordinator) -> str:
    return links.signed(LINK, coordinator.pk, coordinator.generation)


def address(coordinator: Coordinator) -> str:
    """Return the whole address that the mail carries; ``responses.urls`` answers there."""
    return f"{settings.SITE_URL}/c/{token(coordinator)}/"


def is_open(coordinator: Coordinator, at: datetime) -> bool:
    """Whether its link opens anything: not withdrawn, not expired, and the round has coordinators and is open."""
    round_ = coordinator.contact.round
    in_time = coordinator.retired_at is None and at < coordinator.expires_at
    return in_time and round_.coordinators and round_.status == Round.Status.OPEN


def coordinator_of(text: str, at: datetime) -> Coordinator | None:
    """Return whose link this is, with contact, round and questionnaire; one query.

    None for a link that was never given out, was replaced, was withdrawn or has expired: the caller cannot tell which.
    """
    number = links.number_in(text)
    if number is None:
        return None
    found = Coordinator.objects.select_related("contact__round__questionnaire").filter(pk=number).first()
    if found is None or not links.is_signed(LINK, text, found.pk, found.generation):
        return None
    return found if is_open(found, at) else None


def code(coordinator: Coordinator) -> str:
    """Return the code that was last asked for, e.g. ``0A1B-2C3D``."""
    plain = _codes(coordinator)[0]
    return f"{plain[:4]}-{plain[4:]}"


def works(coordinator: Coordinator, at: datetime) -> bool:
    """Whether there is a code that can still be typed."""
    sent = coordinator.code_sent_at
    return sent is not None and at <= sent + CODE_LASTS and coordinator.wrong_codes < MOST_WRONG


def is_code(coordinator: Coordinator, text: str) -> bool:
    """Whether this is the code, forgiving case, spaces, dashes and O, I, L."""
    typed = links.plain_code(text).encode()
    return any(hmac.compare_digest(typed, each.encode()) for each in _codes(coordinator))


def proof(coordinator: Coordinator, at: datetime) -> str:
    """Return what shows for an hour that the code was typed."""
    until = int((at + PROOF_LASTS).timestamp())
    return f"{until}.{links.signed(_proof(coordinator, until), coordinator.pk, coordinator.generation)}"


def is_proven(coordinator: Coordinator, text: str, at: datetime) -> bool:
    """Whether this is such a proof, and the hour is not over."""
    until, _, signed = text.partition(".")
    if not (until.isascii() and until.isdecimal() and len(until) <= 11):
        return False
    purpose = _proof(coordinator, int(until))
    in_time = at < datetime.fromtimestamp(int(until), UTC)
    return in_time and links.is_signed(purpose, signed, coordinator.pk, coordinator.generation)


def still_fits(mail: Mail, at: datetime) -> bool:
    """Whether a mail to a coordinator is still to leave: its link or code works, and its address is the registered one.

    A code that comes too late to be typed is not sent.
    """
    found = Coordinator.objects.select_related("contact__round").filter(contact=mail.authority_contact_id).first()
    if found is None or not is_open(found, at) or found.contact.email != mail.address:
        return False
    return mail.name != CoordinatorMail.CODE or works(found, at)


def secrets_of(contact: AuthorityContact | None) -> dict[str, str]:
    """Return what stands for ⟦key⟧ in a mail to this contact, by key; nothing when it is no coordinator."""
    found = Coordinator.objects.select_related("contact").filter(contact=contact).first() if contact else None
    if found is None:
        return {}
    return {
        f"coordinator_link:{found.contact_id}": address(found),
        f"coordinator_code:{found.contact_id}": code(found),
    }


def _codes(coordinator: Coordinator) -> list[str]:
    purpose = f"{CODE}:{coordinator.generation}:{coordinator.contact.email.casefold()}"
    return links.short_codes(purpose, coordinator.pk, coordinator.code_number)


def _proof(coordinator: Coordinator, until: int) -> str:
    return f"{PROOF}:{coordinator.code_number}:{until}:{coordinator.contact.email.casefold()}"
