"""The sampled workplaces of an authority, as its contact person and staff see them."""

from collections.abc import Collection
from datetime import datetime, time
from typing import NamedTuple

from django.db.models import Count, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from responses.models import Case, CaseEvent, ContactCorrection, Coordinator, LinkHolder, Mail
from responses.statistics import coordination as rules
from responses.statistics.dispositions import EventKind
from responses.statistics.hand_over import served_at_once
from surveys.models import AddressKind, Round, WorkplaceContact

# Stands on page 1 and on the privacy page of a round with coordinators.
SENTENCE: Promise = _(
    "A contact person in your authority can see which of its workplaces have been selected, and correct the names and "
    "e-mail addresses of their managers. When at least five are selected, the contact person also sees how many have "
    "answered, but never which."
)
ALPHABET = "abcdefghijklmnopqrstuvwxyzæøå"  # where Danish differs from the order of the code points


class Listed(NamedTuple):
    """A sampled workplace as its authority's contact person sees it: nothing here differs by how it stands."""

    case: Case
    owner: LinkHolder
    waiting: ContactCorrection | None


def cases_of(coordinator: Coordinator) -> QuerySet[Case]:
    """Return the sampled workplaces of the coordinator's authority, whatever has become of them."""
    contact = coordinator.contact
    workplace = {"sample_unit__workplace__authority_code": contact.authority_code}
    return Case.objects.filter(round=contact.round_id, **workplace).select_related("sample_unit__workplace")


def listed(coordinator: Coordinator, words: str = "") -> list[Listed]:
    """Return the workplaces in the order of their names, those with these words in name or address; three queries."""
    cases = [case for case in cases_of(coordinator).order_by("pk") if words.casefold() in _searched(case)]
    cases.sort(key=lambda case: (danish_order(case.sample_unit.workplace.name), case.pk))
    owners = LinkHolder.objects.filter(case__in=cases, role=LinkHolder.Role.OWNER).order_by()
    by_case = {owner.case_id: owner for owner in owners}
    waiting = ContactCorrection.objects.filter(case__in=cases, decision=ContactCorrection.Decision.WAITING).order_by()
    corrections = {correction.case_id: correction for correction in waiting}
    return [Listed(case, by_case[case.pk], corrections.get(case.pk)) for case in cases]


def answered(coordinator: Coordinator, at: datetime) -> tuple[int, int] | None:
    """Return how many of how many had answered when this day began; None when that may not be told.

    Of the day before, and always of all the authority's workplaces: a number that moved within the hour, or with what
    was searched for, would tell who had answered.
    """
    day = timezone.make_aware(datetime.combine(timezone.localdate(at), time.min))
    cases = cases_of(coordinator)
    said = CaseEvent.objects.filter(
        case__in=cases.order_by().values("pk"), kind__in=(EventKind.SUBMITTED, EventKind.REOPENED), at__lt=day
    )
    last = dict(said.order_by("pk").values_list("case_id", "kind"))
    number, sampled = sum(kind == EventKind.SUBMITTED for kind in last.values()), cases.count()
    return (number, sampled) if rules.may_be_told(number, sampled) else None


def sampled(round_: Round) -> dict[str, int]:
    """Return the number of sampled workplaces by authority code; one query."""
    by_authority = Case.objects.of_round(round_).order_by().values_list("sample_unit__workplace__authority_code")
    return dict(by_authority.annotate(Count("pk")))


def name_at(mail: Mail) -> str:
    """Return the name of the leader at a mail's address: the owner's, or the one given with it; "" for none."""
    owner = LinkHolder.objects.filter(case__events=mail.cause_id, role=LinkHolder.Role.OWNER).first()
    if owner and owner.email.casefold() == mail.address.casefold():
        return owner.name
    given = ContactCorrection.objects.filter(case__events=mail.cause_id, email__iexact=mail.address)
    return given.order_by("-pk").values_list("name", flat=True).first() or ""


def unusual(corrections: Collection[ContactCorrection]) -> set[int]:
    """Return which of these, by primary key, have an address in another domain than their authority's; one query.

    ``corrections`` carry coordinator, contact, and case with workplace.
    """
    rounds = {correction.case.round_id for correction in corrections}
    mailboxes = WorkplaceContact.objects.filter(workplace__round__in=rounds, kind=AddressKind.AUTHORITY).order_by()
    known: dict[tuple[int, str], set[str]] = {}
    for round_, code, email in mailboxes.values_list("workplace__round", "workplace__authority_code", "email"):
        known.setdefault((round_, code), set()).add(email)

    def is_known(correction: ContactCorrection) -> bool:
        contact = correction.coordinator.contact
        own = known.get((contact.round_id, contact.authority_code), set())
        return served_at_once(correction.email, known=[contact.email, *own])

    return {correction.pk for correction in corrections if not is_known(correction)}


def danish_order(name: str) -> list[int]:
    """Return a key that puts æ, ø and å last."""
    return [ALPHABET.index(sign) + 0x61 if sign in ALPHABET else ord(sign) for sign in name.casefold()]


def _searched(case: Case) -> str:
    workplace = case.sample_unit.workplace
    return f"{workplace.name} {workplace.address}".casefold()
