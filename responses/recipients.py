"""How things stand with those who are written to, as read from the database for ``statistics.eligibility``."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from django.db import models
from django.utils import timezone

from responses import follow_up
from responses.contact_facts import LEFT, OF_THE_OWNER, ON_ADDRESS, ON_REMINDERS
from responses.models import CaseEvent, CasePause, ContactAttempt, HandOver, LinkHolder, Mail, Notice
from responses.statistics import hand_over
from responses.statistics.dispositions import Disposition, EventKind
from responses.statistics.eligibility import (
    KINDS,
    NOTICES,
    Contactable,
    LeftOut,
    StepKind,
    blind,
    left_out,
    notice_left_out,
)
from surveys.audience import Audience, case_values
from surveys.models import AddressKind, ContactStep, Round


class Facts(Protocol):
    """What the annotations of a row say: the last word on reminders of the owner, and of the holder; on the address.

    And whether the mail that says it is the last one has left to the case, and whether it is left in peace.
    """

    last_on_reminders: str | None
    own_on_reminders: str | None
    last_on_address: str | None
    got_the_last: bool
    paused: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a mail, and how things stood with its case after this number of events."""

    attempt: ContactAttempt
    contactable: Contactable
    events: int


def kind_of(step: ContactStep) -> StepKind:
    """Return what a step is to the cases it goes to; ``KeyError`` for kick-off and results, which go to none."""
    return KINDS[step.mail_name]


def left_out_of(mail: Mail, case: Contactable) -> LeftOut | None:
    """Return why a line is to be left out of a mail; None when it may leave."""
    if mail.step:
        return left_out(case, kind_of(mail.step))
    if mail.name == Notice.CONTACT_CHANGED:
        case = blind(case, own_address=not case.address_changed)
    return notice_left_out(case, NOTICES[mail.name])


def contactable(holder: LinkHolder, round_: Round, facts: Facts, *, task_elsewhere: bool) -> Contactable:
    """Return how things stand with a holder, read with case and hand-over.

    The owner's wish for no more reminders is for the case, that of a delegate or colleague for their own address. A
    bounce is that of the one address.
    """
    owner = holder.role == LinkHolder.Role.OWNER
    on_reminders = {facts.last_on_reminders} if owner else {facts.last_on_reminders, facts.own_on_reminders}
    disposition = Disposition(holder.case.disposition)
    if disposition == Disposition.BOUNCED and not owner:
        disposition = Disposition.NOT_STARTED
    return Contactable(
        disposition=disposition,
        reminders_stopped=EventKind.REMINDERS_STOPPED in on_reminders,
        link_retired=holder.retired_at is not None,
        has_address=bool(holder.email),
        bounced=(facts.last_on_address == EventKind.BOUNCED if owner else holder.hand_over.bounced_at is not None),
        reads_for_the_authority=holder.address_kind == AddressKind.AUTHORITY,
        round_open=round_.status == Round.Status.OPEN,
        round_closed=round_.status in (Round.Status.CLOSED, Round.Status.PUBLISHED),
        task_elsewhere=task_elsewhere,
        got_the_last=facts.got_the_last,
        paused=facts.paused,
    )


def receivers(
    round_: Round, at: datetime, cases: Collection[int] | None = None
) -> Iterator[tuple[LinkHolder, Contactable]]:
    """Yield who is written to by a step, one holder per case in the order of the cases: the owner, or the delegate.

    Two queries, however many cases there are. ``cases``: only these, by their keys.
    """
    holders = LinkHolder.objects.filter(case__round=round_)
    of_round = (
        (holders if cases is None else holders.filter(case__in=cases))
        .select_related("case__sample_unit__workplace")
        .annotate(
            last_on_reminders=_last_of(ON_REMINDERS, models.Q(case=models.OuterRef("case")) & OF_THE_OWNER),
            own_on_reminders=_last_of(ON_REMINDERS, models.Q(holder=models.OuterRef("pk"))),
            last_on_address=_last_of(ON_ADDRESS, models.Q(case=models.OuterRef("case"))),
            got_the_last=_got_the_last("case"),
            paused=_paused("case", at),
        )
        .order_by("case_id")
    )
    delegates = {
        delegate.case_id: delegate
        for delegate in of_round.filter(hand_over__silent_from__gt=at).select_related("hand_over")
    }
    for owner in of_round.filter(role=LinkHolder.Role.OWNER):
        holder = delegates.get(owner.case_id, owner)
        yield holder, contactable(holder, round_, holder, task_elsewhere=False)


class Audiences:
    """Tells who is in the audience of a step, as things stand; queries only where contacts or priorities count."""

    def __init__(self, steps: Collection[ContactStep], round_pks: Collection[int]) -> None:
        self.audiences = {step.pk: Audience.of(step.audience) for step in steps}
        counts = any(audience.counts_contacts for audience in self.audiences.values())
        self.contacts: Mapping[int, int] = contacts_so_far(round_pks) if counts else {}
        ranks = any(audience.ranks_cases for audience in self.audiences.values())
        rounds = Round.objects.filter(pk__in=round_pks) if ranks else Round.objects.none()
        self.priorities: Mapping[int, int] = follow_up.priorities(rounds)

    def judged(self, step_pk: int, holder: LinkHolder, found: Contactable) -> Contactable:
        """Return how things stand with a holder, read with case and workplace, in this step."""
        if self.audiences[step_pk].expression is None:
            return found
        return replace(found, in_audience=self.holds(step_pk, holder))

    def holds(self, step_pk: int, holder: LinkHolder) -> bool:
        """Whether a holder, read with case and workplace, is in the audience of this step."""
        values = case_values(
            language=holder.case.language,
            address_kind=holder.address_kind,
            contacts=self.contacts.get(holder.case_id, 0),
            delegated=holder.role == LinkHolder.Role.DELEGATE or holder.standing == LinkHolder.Standing.WATCHES,
            started=holder.case.disposition == Disposition.STARTED,
            priority=self.priorities.get(holder.case_id),
        )
        register = holder.case.sample_unit.workplace.register()
        return self.audiences[step_pk].holds({**register, **values})


def contacts_so_far(round_pks: Collection[int]) -> Mapping[int, int]:
    """Return how many mails and letters of the contact plan have left to each case; one query."""
    attempts = ContactAttempt.objects.filter(case__round__in=round_pks, step__isnull=False, left_out="")
    left = attempts.filter(models.Q(mail__isnull=True) | models.Q(mail__status__in=LEFT))
    return Counter(left.order_by().values_list("case_id", flat=True))


def lines_of(mail_pks: Collection[int], at: datetime) -> dict[int, list[Line]]:
    """Return the lines of these mails, with case, workplace and holder, by mail; at most three queries."""
    attempts = list(
        ContactAttempt.objects.filter(mail__in=mail_pks, left_out="")
        .select_related("step", "holder__hand_over", "case__round", "case__sample_unit__workplace")
        .annotate(
            last_on_reminders=_last_of(ON_REMINDERS, models.Q(case=models.OuterRef("case")) & OF_THE_OWNER),
            own_on_reminders=_last_of(ON_REMINDERS, models.Q(holder=models.OuterRef("holder"))),
            last_on_address=_last_of(ON_ADDRESS, models.Q(case=models.OuterRef("case"))),
            got_the_last=_got_the_last("case"),
            paused=_paused("case", at),
            events=_number_of_events("case"),
            silent_from=_silent_from("case"),
            written_to=models.F("mail__address"),
        )
        .order_by("pk")
    )
    owners = [attempt for attempt in attempts if attempt.holder.role == LinkHolder.Role.OWNER]
    _read_silent_delegates([attempt for attempt in owners if attempt.silent_from])
    steps = {attempt.step_id: attempt.step for attempt in attempts if attempt.step}
    audiences = Audiences(list(steps.values()), {step.round_id for step in steps.values()})
    by_mail: dict[int, list[Line]] = defaultdict(list)
    for attempt in attempts:
        if attempt.mail_id is None:  # a letter; none is among these
            continue
        holder = attempt.holder
        holder.case = attempt.case
        elsewhere = holder.standing == LinkHolder.Standing.ENDED
        if attempt.step_id and not elsewhere:
            elsewhere = holder.role != hand_over.receiver(attempt.silent_from, at)
        found = replace(
            contactable(holder, attempt.case.round, attempt, task_elsewhere=elsewhere),
            address_changed=holder.email.casefold() != attempt.written_to.casefold(),
        )
        if attempt.step_id:
            found = audiences.judged(attempt.step_id, holder, found)
        by_mail[attempt.mail_id].append(Line(attempt, found, attempt.events))
    return by_mail


def is_wanted(mail: Mail) -> bool:
    """Whether a mail about no case is still to leave: to the contact of an authority, or to who waits for the results.

    An authority is told before the round has closed, the results after they are published. A mail about cases is
    judged by its lines.
    """
    if mail.name == ContactStep.MailName.KICK_OFF:
        return mail.authority_contact is not None and mail.round.closed_at is None
    if mail.name == ContactStep.MailName.RESULT:
        return mail.result_request_id is not None and mail.round.status == Round.Status.PUBLISHED
    return False


def _read_silent_delegates(attempts: Collection[ContactAttempt]) -> None:
    """Tell the lines of owners who have passed the task on to whom; no query when there are none."""
    if not attempts:
        return
    cases = [attempt.case_id for attempt in attempts]
    given = HandOver.objects.filter(holder__case__in=cases, silent_from__isnull=False).select_related("holder")
    by_case = {each.holder.case_id: each for each in given}
    for attempt in attempts:
        attempt.silent_delegate = by_case.get(attempt.case_id)


def _last_of(kinds: Collection[EventKind], which: models.Q) -> models.Subquery:
    """Return an annotation: which of these kinds was the last to happen; None when none has."""
    found = CaseEvent.objects.filter(which, kind__in=kinds)
    return models.Subquery(found.order_by("-pk").values("kind")[:1])


def _silent_from(case: str) -> models.Subquery:
    """Return an annotation: from when the delegate who has the case counts as silent; None without a delegate."""
    given = HandOver.objects.filter(holder__case=models.OuterRef(case), silent_from__isnull=False)
    return models.Subquery(given.order_by().values("silent_from")[:1])


def _got_the_last(case: str) -> models.Exists:
    """Return an annotation: whether the mail that says it is the last one has left to the case."""
    of_case = ContactAttempt.objects.filter(case=models.OuterRef(case), left_out="", mail__status__in=LEFT)
    return models.Exists(of_case.filter(step__mail_name=ContactStep.MailName.LAST))


def _paused(case: str, at: datetime) -> models.Exists:
    """Return an annotation: whether the case is left in peace on this day."""
    return models.Exists(CasePause.objects.in_force(timezone.localdate(at)).filter(case=models.OuterRef(case)))


def _number_of_events(case: str) -> models.Subquery:
    """Return an annotation."""
    of_case = CaseEvent.objects.filter(case=models.OuterRef(case)).order_by().values("case")
    return models.Subquery(of_case.annotate(number=models.Count("pk")).values("number"))
