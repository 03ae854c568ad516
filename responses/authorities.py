"""What is known of one authority in a round, for staff alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q

from responses.models import Case, Coordinator, Mail
from responses.models.case import CaseQuerySet
from responses.statistics.dispositions import Disposition
from responses.statistics.outcome_rates import response_rate
from surveys.models import AuthorityContact, QuietWeek, Round, Workplace

MAILS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Authority:
    """``submitted`` of ``sampled`` cases; ``state`` of the coordinator's link: none, works, expired, withdrawn."""

    code: str
    name: str
    sampled: int
    submitted: int
    contact: AuthorityContact | None
    coordinator: Coordinator | None
    state: str
    quiet_weeks: Sequence[QuietWeek]
    mails: Sequence[Mail]

    @property
    def rate(self) -> float | None:
        return response_rate(self.sampled, self.submitted)


def cases_of(round_: Round, code: str) -> CaseQuerySet:
    return Case.objects.of_round(round_).filter(sample_unit__workplace__authority_code=code)


def read(round_: Round, code: str, at: datetime) -> Authority | None:
    """Return what is known of an authority; None when the round's frame and contacts know none. Five queries."""
    contact = AuthorityContact.objects.filter(round=round_, authority_code=code).first()
    workplaces = Workplace.objects.filter(round=round_, authority_code=code)
    name = contact.authority if contact else workplaces.values_list("authority", flat=True).first()
    if name is None:
        return None
    counts = cases_of(round_, code).aggregate(
        sampled=Count("pk"), submitted=Count("pk", filter=Q(disposition=Disposition.SUBMITTED))
    )
    coordinator = Coordinator.objects.filter(contact=contact).first() if contact else None
    mails = Mail.objects.filter(round=round_, authority_contact=contact) if contact else Mail.objects.none()
    years = (round_.opens_on.year, round_.closes_on.year)
    return Authority(
        code=code,
        name=name,
        sampled=counts["sampled"],
        submitted=counts["submitted"],
        contact=contact,
        coordinator=coordinator,
        state=state_of(coordinator, at),
        quiet_weeks=list(QuietWeek.objects.filter(authority_code=code, year__in=years).order_by("year", "week")),
        mails=list(mails.defer("text_body", "html_body").order_by("-pk")[:MAILS_SHOWN]),
    )


def state_of(coordinator: Coordinator | None, at: datetime) -> str:
    """Return how a coordinator's link stands."""
    if coordinator is None:
        return "none"
    if coordinator.retired_at:
        return "withdrawn"
    return "works" if at < coordinator.expires_at else "expired"
