"""On which day a step of the contact plan reaches each case (docs/methods/contact-plan.md)."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TypeAlias
from zoneinfo import ZoneInfo

from django.utils import timezone

from responses.models import ContactAttempt, Wave
from surveys.calendar import ONE_DAY, Calendar, ContactDay, Planned, contact_days
from surveys.models import ContactStep, Round

# Nobody is thanked later because a reminder was: the thank-you goes to others than those who were reminded.
NOT_SPACED = (ContactStep.MailName.THANK_YOU, ContactStep.MailName.KICK_OFF, ContactStep.MailName.RESULT)
WRITTEN = (ContactStep.Channel.EMAIL, ContactStep.Channel.LETTER)

# By case and step, when it was contacted; None while the mail waits to be released.
Contacts: TypeAlias = Mapping[int, Mapping[int, date | None]]


def zone() -> ZoneInfo:
    """Return the zone whose clock the plan goes by."""
    return ZoneInfo(timezone.get_default_timezone_name())


def in_order(round_: Round) -> list[ContactStep]:
    """Return the steps of all channels in the order of their days; one query."""
    steps = round_.contact_steps.select_related("round")
    return sorted(steps, key=lambda step: (step.date, step.time, step.pk))


def is_spaced(step: ContactStep) -> bool:
    """Whether the step keeps its distance to those before it, and those after it to this one."""
    return step.channel in WRITTEN and step.mail_name not in NOT_SPACED and not _came_too_late(step)


def _came_too_late(step: ContactStep) -> bool:
    """Whether it is a pre-notice of a round that was opened when there was nothing left to give notice of."""
    opened_at = step.round.opened_at
    if step.mail_name != ContactStep.MailName.PRE_NOTICE or step.queued_at is not None or opened_at is None:
        return False
    return timezone.localdate(opened_at) >= step.round.opens_on


def contacts_of(steps: Sequence[ContactStep]) -> Contacts:
    """Return which of these steps have reached each case, and when; two queries."""
    by_pk = {step.pk: step for step in steps}
    waves = {wave.pk: wave for wave in Wave.objects.filter(step__in=by_pk)}
    attempts = ContactAttempt.objects.filter(step__in=by_pk, resend=0, left_out="").order_by()
    found: dict[int, dict[int, date | None]] = defaultdict(dict)
    for case_id, step_id, wave_id in attempts.values_list("case_id", "step_id", "wave_id"):
        assert step_id is not None
        wave = waves[wave_id] if wave_id else None
        left = _left(wave) if wave else by_pk[step_id].queued_at
        if left is not None:
            found[case_id][step_id] = timezone.localdate(left)
        elif wave is not None and wave.stopped_at is None:
            found[case_id][step_id] = None
    return found


def _left(wave: Wave) -> datetime | None:
    """Return when the mails of a wave leave, or left; None while nobody has let them."""
    return None if wave.released_at is None else wave.leaves_at


@dataclass(slots=True)
class Days:
    """The days of a plan for every case. Each combination of authority and earlier contacts is worked out once."""

    steps: Sequence[ContactStep]
    calendar: Calendar
    contacts: Contacts
    _plan: list[Planned] = field(init=False)
    _place: dict[int, int] = field(init=False)
    _found: dict[tuple[str, tuple[date | None, ...]], list[ContactDay]] = field(default_factory=dict)
    _of_case: dict[tuple[int, str], list[ContactDay]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._plan = [Planned(step.date, waits=step.skips_quiet_weeks, spaced=is_spaced(step)) for step in self.steps]
        self._place = {step.pk: place for place, step in enumerate(self.steps)}

    def of(self, step: ContactStep, case_id: int, authority: str) -> ContactDay:
        """Return the day of a step, also when an earlier mail to the case still waits to leave."""
        found = self._days(case_id, authority)[self._place[step.pk]]
        reached = self.contacts.get(case_id, {})
        if step.mail_name != ContactStep.MailName.THANK_YOU or reached.get(step.pk):
            return found
        after = max([day for day in reached.values() if day], default=date.min)
        if after < found.day:
            return found
        return ContactDay(self._free(step, after + ONE_DAY, authority), found.moved_by)

    def _days(self, case_id: int, authority: str) -> list[ContactDay]:
        if (case_id, authority) not in self._of_case:
            reached = self.contacts.get(case_id, {})
            key = (authority, tuple(reached.get(pk) for pk in self._place) if reached else ())
            if key not in self._found:
                self._found[key] = contact_days(self._plan, authority, self.calendar, key[1])
            self._of_case[case_id, authority] = self._found[key]
        return self._of_case[case_id, authority]

    def is_due(self, step: ContactStep, case_id: int, authority: str, on: date, after: date | None = None) -> bool:
        """Whether the step may reach the case on a day, which must be free itself.

        Args:
            after: only if its day came later than that.
        """
        if is_spaced(step) and any(day is None for day in self._before(step, case_id)):
            return False
        day = self.of(step, case_id, authority).day
        if day > on or self._free(step, on, authority) != on:
            return False
        # What came due before a quiet week that was looked through in vain is due after it.
        return after is None or day > after or self._free(step, after, authority) != after

    def _before(self, step: ContactStep, case_id: int) -> Iterator[date | None]:
        reached = self.contacts.get(case_id, {})
        before = self.steps[: self._place[step.pk]]
        return (reached[other.pk] for other in before if other.pk in reached and is_spaced(other))

    def _free(self, step: ContactStep, day: date, authority: str) -> date:
        return self.calendar.first_free_day(day, authority) if step.skips_quiet_weeks else day


def days_of(steps: Sequence[ContactStep], calendar: Calendar) -> Days:
    """Return the days of a plan as things stand; ``steps`` is the whole plan in order. Two queries."""
    return Days(steps, calendar, contacts_of(steps))
