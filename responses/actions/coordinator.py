"""Coordinators: the link and the code that open the list of an authority's workplaces to its contact person."""

from datetime import datetime, timedelta

from django.db import transaction

from barometer import audit
from barometer.addresses import domain_of, is_reserved_address
from barometer.models import User
from barometer.problems import Problem
from responses import coordination, coordinator_links
from responses.models import Coordinator, CoordinatorMail, Mail
from responses.statistics import coordination as rules
from surveys.models import AuthorityContact, Round

# A code is waited for, so it goes ahead of the mails of a wave that is being sent: by the order of their times.
AHEAD = timedelta(days=1)


class CoordinatorRefused(Exception):
    """No link can be sent. ``problem`` is for staff."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.problem = Problem(code, "")


class CodeNotSent(Exception):
    """Five codes have been sent within the hour."""


class NewCodeNeeded(Exception):
    """No code works: none was asked for, it is older than 15 minutes, or too many were wrong."""


@transaction.atomic
def switch(*, round_: Round, on: bool, by: User, at: datetime) -> None:
    """Let authorities have coordinators in this round, or end all their links at once."""
    round_ = Round.objects.select_for_update().get(pk=round_.pk)
    if round_.coordinators != on:
        round_.coordinators = on
        round_.save(update_fields=["coordinators"])
        audit.record(f"round.coordinators_{'on' if on else 'off'}", target=round_, by=by, at=at)


@transaction.atomic
def issue(*, contact: AuthorityContact, by: User, at: datetime) -> Coordinator:
    """Send the contact person a link, which works for 30 days; links sent before answer 404.

    Raises: CoordinatorRefused.
    """
    contact = AuthorityContact.objects.select_for_update(of=("self",)).select_related("round").get(pk=contact.pk)
    _check(contact)
    found = Coordinator.objects.filter(contact=contact).first()
    coordinator = found or Coordinator(contact=contact, generation=0)
    coordinator.contact = contact
    coordinator.generation += 1
    coordinator.issued_at, coordinator.expires_at = at, at + coordinator_links.LINK_LASTS
    coordinator.retired_at = coordinator.code_sent_at = None
    coordinator.wrong_codes = 0
    coordinator.save()
    _write_to(contact, CoordinatorMail.LINK, at)
    audit.record("coordinator.issued", target=coordinator, by=by, at=at)
    return coordinator


@transaction.atomic
def withdraw(*, coordinator: Coordinator, by: User, at: datetime) -> None:
    """End the link and everything that was opened with it. Twice withdrawn is once recorded."""
    coordinator = Coordinator.objects.select_for_update().get(pk=coordinator.pk)
    if coordinator.retired_at is None:
        coordinator.retired_at = at
        coordinator.save(update_fields=["retired_at"])
        audit.record("coordinator.withdrawn", target=coordinator, by=by, at=at)


@transaction.atomic
def send_code(*, coordinator: Coordinator, at: datetime) -> None:
    """Send a code to the registered address; the one before it works no longer. Asked twice at once, send one.

    Raises: CodeNotSent.
    """
    coordinator = _lock(coordinator)
    contact = coordinator.contact
    since = at - AHEAD - rules.CODES_WITHIN
    sent = Mail.objects.filter(authority_contact=contact, name=CoordinatorMail.CODE, scheduled_for__gt=since)
    allowed = rules.may_have_code(coordinator.code_sent_at, sent.count(), at)
    if allowed is None:
        raise CodeNotSent
    if allowed == "new":
        coordinator.code_number += 1
        coordinator.code_sent_at, coordinator.wrong_codes = at, 0
        coordinator.save(update_fields=["code_number", "code_sent_at", "wrong_codes"])
        _write_to(contact, CoordinatorMail.CODE, at - AHEAD)


@transaction.atomic
def try_code(*, coordinator: Coordinator, text: str, at: datetime) -> bool:
    """Return whether this is the code, and count it if it is not.

    Raises: NewCodeNeeded.
    """
    coordinator = _lock(coordinator)
    if not coordinator_links.works(coordinator, at):
        raise NewCodeNeeded
    if coordinator_links.is_code(coordinator, text):
        return True
    coordinator.wrong_codes += 1
    coordinator.save(update_fields=["wrong_codes"])
    return False


def _lock(coordinator: Coordinator) -> Coordinator:
    return Coordinator.objects.select_for_update(of=("self",)).select_related("contact").get(pk=coordinator.pk)


def _check(contact: AuthorityContact) -> None:
    round_ = contact.round
    checks = {
        "coordinators_off": not round_.coordinators,
        "coordinators_round_not_open": round_.status != Round.Status.OPEN,
        "coordinators_no_workplace": not coordination.sampled(round_).get(contact.authority_code),
        "coordinators_not_reserved": round_.rehearsal and not is_reserved_address(contact.email),
    }
    for code, wrong in checks.items():
        if wrong:
            raise CoordinatorRefused(code)


def _write_to(contact: AuthorityContact, name: CoordinatorMail, scheduled_for: datetime) -> None:
    languages: list[str] = Round.objects.values_list("languages", flat=True).get(pk=contact.round_id)
    Mail.objects.create(
        round_id=contact.round_id,
        name=name,
        authority_contact=contact,
        authority_code=contact.authority_code,
        address=contact.email,
        domain=domain_of(contact.email),
        language=contact.language if contact.language in languages else languages[0],
        scheduled_for=scheduled_for,
    )
