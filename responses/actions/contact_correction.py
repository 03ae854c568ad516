"""Other leaders and addresses, as the coordinators of authorities give them: staged, then taken over or not."""

from datetime import datetime, time

from django.db import transaction
from django.utils import timezone

from barometer import audit
from barometer.addresses import is_reserved_address
from barometer.models import User
from barometer.problems import Problem
from responses import coordination
from responses.actions import address_mails, contact, events
from responses.actions.case import lock_unpublished
from responses.models import Case, ContactCorrection, Coordinator, LinkHolder, Notice
from responses.statistics import coordination as rules
from responses.statistics.dispositions import EventKind
from responses.statistics.eligibility import ENDED
from surveys.models import AddressKind

Decision = ContactCorrection.Decision


class CorrectionRefused(Exception):
    """The contact cannot be corrected like that. ``problem`` is for the coordinator."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.problem = Problem(code, "")


class CorrectionDecided(Exception):
    """Somebody has decided already, or a later correction has taken its place."""


@transaction.atomic
def propose(*, coordinator: Coordinator, case: Case, name: str, email: str, at: datetime) -> ContactCorrection:
    """Stage another leader for staff, and tell the old and the new one; no link is sent.

    What happens here is the same however the case stands: the coordinator must not learn that. A correction of the
    case that still waits is replaced.
    Raises: CorrectionRefused.
    """
    coordinator = Coordinator.objects.select_for_update(of=("self",)).select_related("contact").get(pk=coordinator.pk)
    case = events.lock(case.pk)
    if not coordination.cases_of(coordinator).filter(pk=case.pk).exists():
        raise ValueError("a coordinator corrects only contacts of the own authority")
    owner = case.holders.get(role=LinkHolder.Role.OWNER)
    _check(coordinator, case, owner, name, email, at)
    waiting = ContactCorrection.objects.filter(case=case, decision=Decision.WAITING)
    waiting.update(decision=Decision.REPLACED, decided_at=at)
    correction = ContactCorrection.objects.create(coordinator=coordinator, case=case, name=name, email=email, at=at)
    event = events.record(case, kind=EventKind.CONTACT_PROPOSED, at=at, holder=owner)
    contact.queue_notice(name=Notice.CONTACT_CHANGED, holder=owner, cause=event, at=at)
    if email.casefold() != owner.email.casefold():
        contact.queue_notice(name=Notice.CONTACT_CHANGED, holder=owner, cause=event, at=at, address=email)
    return correction


@transaction.atomic
def accept(*, correction: ContactCorrection, reason: str, by: User, at: datetime) -> None:
    """Write to this leader from now on. No link is sent: the next mail of the contact plan carries it.

    Raises: CaseClosed, CorrectionDecided.
    """
    case = lock_unpublished(correction.case_id)
    correction = _decide(correction, Decision.ACCEPTED, by, at)
    owner = case.holders.get(role=LinkHolder.Role.OWNER)
    _change_owner(case, owner, correction)
    events.record(case, kind=EventKind.ADDRESS_CHANGED, at=at, by=by, holder=owner)
    address_mails.move_waiting(owner=owner, at=at)
    audit.record("contact.correction_accepted", target=correction, by=by, at=at, reason=reason)


@transaction.atomic
def refuse(*, correction: ContactCorrection, reason: str, by: User, at: datetime) -> None:
    """Leave the contact as it is. Nobody is told.

    Raises: CorrectionDecided.
    """
    events.lock(correction.case_id)
    correction = _decide(correction, Decision.REFUSED, by, at)
    audit.record("contact.correction_refused", target=correction, by=by, at=at, reason=reason)


def _check(coordinator: Coordinator, case: Case, owner: LinkHolder, name: str, email: str, at: datetime) -> None:
    if case.round.rehearsal and not is_reserved_address(email):
        raise CorrectionRefused("correction_not_reserved")
    if (name, email.casefold()) == (owner.name, owner.email.casefold()):
        raise CorrectionRefused("correction_changes_nothing")
    morning = timezone.make_aware(datetime.combine(timezone.localdate(at), time.min))
    of_case = ContactCorrection.objects.filter(case=case).count()
    today = ContactCorrection.objects.filter(coordinator=coordinator, at__gte=morning).count()
    if code := rules.too_many(of_case, today):
        raise CorrectionRefused(code)


def _decide(correction: ContactCorrection, decision: Decision, by: User, at: datetime) -> ContactCorrection:
    """Record the decision on a correction that waits; the caller holds the lock on its case."""
    found = ContactCorrection.objects.select_for_update().get(pk=correction.pk)
    if found.decision != Decision.WAITING:
        raise CorrectionDecided
    found.decision, found.decided_at, found.decided_by = decision, at, by
    found.save(update_fields=["decision", "decided_at", "decided_by"])
    return found


def _change_owner(case: Case, owner: LinkHolder, correction: ContactCorrection) -> None:
    """Put the new leader in the old one's place. Another person's address ends the links already sent to the old one.

    Those of a case that has ended show only that it has, and stay.
    """
    if owner.email.casefold() != correction.email.casefold() and case.disposition not in ENDED:
        owner.generation += 1
    owner.name, owner.email, owner.address_kind = correction.name, correction.email, AddressKind.PERSON
    owner.save(update_fields=["generation", "name", "email", "address_kind"])
