"""The response curves of rounds and their contacts, as read from the database for ``statistics.response_curve``."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Count, F, Min
from django.utils import timezone

from responses.contact_days import Days, in_order
from responses.contact_elsewhere import sampled_units
from responses.contact_facts import LEFT
from responses.models import Call, Case, ContactAttempt, LinkHolder, Wave
from responses.planned_contacts import open_cases_reached
from responses.statistics.field_day_comparison import Group
from responses.statistics.response_curve import CALL_WINDOW, Calls, Curve, Kind
from responses.statistics.response_curve import Wave as CurveWave
from surveys.calendar import Calendar
from surveys.days_off import public_holidays
from surveys.models import ContactStep, Round
from surveys.models.contact_plan import REMINDERS

MOST_DAYS = 150  # of a former round: what came later is not told apart
KINDS = {
    ContactStep.MailName.INVITATION: Kind.FIRST,
    **dict.fromkeys(REMINDERS, Kind.REMINDER),
    ContactStep.MailName.LETTER: Kind.REMINDER,
    ContactStep.MailName.LAST: Kind.REMINDER,
    ContactStep.MailName.CALLS: Kind.CALLS,
}


@dataclass(slots=True)
class Contact:
    """A step of the plan on the field days on which it has left or will leave.

    Attributes:
        left, ahead: how many cases on which day; calls have no days ahead, since nobody knows how many there will be.
        overdue: its day is over, and nothing has left.
        audience: how many open cases it would go to as things stand now, where it has an audience of its own.
    """

    step: ContactStep
    left: Counter[int] = field(default_factory=Counter)
    ahead: Counter[int] = field(default_factory=Counter)
    overdue: bool = False
    audience: float | None = None

    @property
    def kind(self) -> Kind:
        return KINDS[ContactStep.MailName(self.step.mail_name)]

    @property
    def days(self) -> list[int]:
        return sorted({*self.left, *self.ahead})


def contacts_until(rounds: Sequence[Round], at: datetime) -> dict[int, list[Contact]]:
    """Return what has left of the steps that bring answers, by round; at most three queries."""
    steps = ContactStep.objects.filter(round__in=rounds, mail_name__in=KINDS).exclude(channel=ContactStep.Channel.PHONE)
    by_pk = {step.pk: Contact(step) for step in steps.select_related("round")}
    waves = list(Wave.objects.filter(step__in=by_pk))
    halted = [wave.pk for wave in waves if wave.released_at and (wave.stopped_at or wave.paused_at)]
    reached = _reached(halted) if halted else {}
    for wave in waves:
        contact, round_ = by_pk[wave.step_id], by_pk[wave.step_id].step.round
        count = reached.get(wave.pk, 0) if wave.pk in halted else wave.forecast
        day = max(0, round_.field_day(timezone.localdate(wave.leaves_at)))
        if wave.released_at and wave.leaves_at <= at:
            contact.left[day] += count
        elif wave.stopped_at is None:
            contact.ahead[max(day, round_.field_day(timezone.localdate(at)))] += wave.forecast
    without = set(by_pk) - {wave.step_id for wave in waves}
    for contact in (by_pk[pk] for pk in without):
        if contact.step.queued_at and contact.step.queued_at <= at:  # as it was noted before there were waves
            contact.left[max(0, contact.step.round.field_day(timezone.localdate(contact.step.queued_at)))] += 1
    found: dict[int, list[Contact]] = {round_.pk: [] for round_ in rounds}
    for contact in by_pk.values():
        found[contact.step.round_id].append(contact)
    return found


def _reached(waves: Iterable[int]) -> dict[int, int]:
    """Return how many cases were reached by waves that were paused or stopped."""
    attempts = ContactAttempt.objects.filter(wave__in=waves, left_out="", mail__status__in=LEFT).order_by()
    return dict(attempts.values_list("wave").annotate(Count("pk")))


def add_what_is_planned(contacts: Sequence[Contact], round_: Round, calendar: Calendar, today: int) -> None:
    """Put the days ahead of a plan on its steps, authority by authority; two queries.

    Of a step that has begun, these are the authorities whose day is still to come.
    """
    units = sampled_units(round_)
    by_pk = {contact.step.pk: contact for contact in contacts}
    days = Days(in_order(round_), calendar, {})
    for step in (step for step in days.steps if step.pk in by_pk):
        contact = by_pk[step.pk]
        if contact.ahead:
            continue
        for authority, number in units.items():
            day = round_.field_day(days.of(step, 0, authority).day)
            if day > today or (day == today and not contact.left):
                contact.ahead[day] += number
        contact.overdue = not contact.left and not contact.ahead


def count_audiences(contacts: Sequence[Contact], round_: Round, at: datetime) -> None:
    """Count whom the steps ahead reach that have an audience of their own; at most seven queries, or none."""
    ahead = [each for each in contacts if each.ahead and each.step.audience]
    reached = open_cases_reached([each.step for each in ahead], round_, at) if ahead else {}
    for contact in ahead:
        contact.audience = reached[contact.step.pk]


def free_days(round_: Round, calendar: Calendar, last: int) -> tuple[bool, ...]:
    """Return whether each field day up to the last is a weekend or holiday."""
    days = (round_.opens_on + timedelta(days=number) for number in range(last + 1))
    return tuple(not calendar.is_working_day(day) for day in days)


@dataclass(slots=True)
class Called:
    """First calls by field day, and how the ones went that were long enough ago."""

    days: Counter[int] = field(default_factory=Counter)
    judged: Counter[int] = field(default_factory=Counter)
    answered: int = 0


def calls_until(rounds: Sequence[Round], at: datetime) -> dict[int, Called]:
    """Return the first call about each case of these rounds; one query."""
    by_pk = {round_.pk: round_ for round_ in rounds}
    found: dict[int, Called] = defaultdict(Called)
    calls = Call.objects.filter(case__round__in=by_pk, at__lte=at).order_by().values("case")
    rows = calls.annotate(first=Min("at"), of=F("case__round"), came=F("case__response__submitted_at"))
    for row in rows.values_list("of", "first", "came"):
        pk, first, came = row
        round_, called = by_pk[pk], found[pk]
        day = max(0, round_.field_day(timezone.localdate(first)))
        called.days[day] += 1
        end = round_.field_day(timezone.localdate(min(at, round_.closed_at or at)))
        if day + CALL_WINDOW < end:
            called.judged[day] += 1
            answered = came is not None and came <= at
            called.answered += answered and round_.field_day(timezone.localdate(came)) <= day + CALL_WINDOW
    return found


def callable_cases(round_: Round) -> int:
    """Return how many open cases have a telephone number and have not been called; one query."""
    called = Call.objects.filter(case__round=round_).order_by().values("case")
    owners = LinkHolder.objects.filter(
        case__in=Case.objects.of_round(round_).unfinished(),
        role=LinkHolder.Role.OWNER,
        standing=LinkHolder.Standing.WORKS,
        retired_at=None,
    )
    return owners.exclude(phone="").exclude(case__in=called).count()


def days_of(round_: Round) -> int:
    """Return how many field days a round that has been closed had, the day of the closing included."""
    assert round_.closed_at is not None
    return min(MOST_DAYS, max(0, round_.field_day(timezone.localdate(round_.closed_at))) + 1)


def whole_curve(round_: Round, group: Group, contacts: Sequence[Contact], called: Called) -> Curve:
    """Return the curve of a round that has been closed, to its last day; no query."""
    days = days_of(round_)
    return curve(round_, group, contacts, called, free_days(round_, _holidays(round_), days - 1), days)


def _holidays(round_: Round) -> Calendar:
    """Return the holidays of a round: on which days it wrote to nobody matters no more."""
    years = range(round_.opens_on.year, round_.closes_on.year + 2)
    return Calendar(public_holidays(round_.country, years, "en"))


def curve(
    round_: Round, group: Group, contacts: Sequence[Contact], called: Called, free: tuple[bool, ...], days: int
) -> Curve:
    """Put a round's curve together from what was read.

    Args:
        days: how many field days are over; later answers are left out.
    """
    counts = tuple(group.submitted.get(day, 0) for day in range(days))
    before = [0]
    for count in counts:
        before.append(before[-1] + count)

    def still_open(day: int) -> int:
        return max(1, group.sampled - before[min(max(day, 0), len(before) - 1)])

    waves, reach, reminders = [], 1.0, 0
    for contact in sorted((each for each in contacts if each.days), key=lambda each: (each.days[0], each.step.pk)):
        left = [(day, min(1.0, number / still_open(day))) for day, number in sorted(contact.left.items())]
        total = sum(contact.ahead.values()) or 1
        if left and contact.kind is Kind.REMINDER:
            reach = min(1.0, sum(share for _, share in left))
        share = reach if contact.audience is None else min(1.0, contact.audience / still_open(days))
        ahead = [(day, share * number / total * _rest(left)) for day, number in sorted(contact.ahead.items())]
        reminders += contact.kind is Kind.REMINDER
        number = reminders if contact.kind is Kind.REMINDER else 0
        waves.append(CurveWave(contact.kind, number, (*left, *ahead)))
    if called.days:
        first_calls = tuple((day, min(1.0, number / still_open(day))) for day, number in sorted(called.days.items()))
        waves.append(CurveWave(Kind.CALLS, 0, first_calls))
    judged = tuple(sorted(called.judged.items()))
    return Curve(group.sampled, counts, tuple(waves), free, Calls(judged, called.answered))


def _rest(left: Sequence[tuple[int, float]]) -> float:
    return max(0.0, 1 - sum(share for _, share in left))
