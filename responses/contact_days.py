"""On which day a step of the contact plan reaches each case (docs/methods/contact-plan.md)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils import timezone

from responses.models import ContactAttempt, Wave
from surveys.calendar import ONE_DAY, Calendar, ContactDay, Planned, after_earlier, contact_days
from surveys.models import ContactStep, Round

# Nobody is thanked later because a reminder was: the thank-you goes to others than those who were reminded.
NOT_SPACED = (ContactStep.MailName.THANK_YOU, ContactStep.MailName.KICK_OFF, ContactStep.MailName.RESULT)
WRITTEN = (ContactStep.Channel.EMAIL, ContactStep.Channel.LETTER)


def zone() -> ZoneInfo:
    """Return the zone whose clock the plan goes by."""
    return ZoneInfo(timezone.get_default_timezone_name())


def in_order(round_: Round) -> list[ContactStep]:
    """Return the steps of all channels in the order of their days; one query."""
    steps = round_.contact_steps.select_related("round")
    return sorted(steps, key=lambda step: (step.date, step.time, step.pk))


def planned(step: ContactStep) -> Planned:
    spaced = step.channel in WRITTEN and step.mail_name not in NOT_SPACED
    return Planned(step.date, waits=step.skips_quiet_weeks, spaced=spaced)


@dataclass(slots=True)
class PlannedDays:
    """The days of a plan by authority, when all goes as planned; each authority is worked out once."""

    steps: Sequence[ContactStep]
    calendar: Calendar
    _found: dict[str, dict[int, ContactDay]] = field(default_factory=dict)

    def of(self, step_pk: int, authority: str) -> ContactDay:
        if authority not in self._found:
            days = contact_days([planned(step) for step in self.steps], authority, self.calendar)
            self._found[authority] = {step.pk: day for step, day in zip(self.steps, days, strict=True)}
        return self._found[authority][step_pk]


@dataclass(frozen=True, slots=True)
class StepDays:
    """The day on which one step reaches each case, as things went with the steps before it.

    Attributes:
        earlier: the contacts that a case has had, each with its planned and its real day; None while one still waits.
    """

    step: ContactStep
    planned_days: PlannedDays
    earlier: Mapping[int, list[tuple[date, date]] | None]

    def of(self, case_id: int, authority: str) -> date | None:
        """Return the day; None while an earlier mail to the case waits to leave."""
        earlier = self.earlier.get(case_id, [])
        if earlier is None:
            return None
        first = self.planned_days.of(self.step.pk, authority).day
        if earlier:
            first = max(first, after_earlier(planned(self.step), earlier))
        return self.free_day(first, authority)

    def free_day(self, day: date, authority: str) -> date:
        if not self.step.skips_quiet_weeks:
            return day
        return self.planned_days.calendar.first_free_day(day, authority)

    def is_due(self, case_id: int, authority: str, on: date, after: date | None = None) -> bool:
        """Whether the step may reach the case on a day, which must be free itself.

        Args:
            after: only if its day came later than that.
        """
        day = self.of(case_id, authority)
        if day is None or day > on or self.free_day(on, authority) != on:
            return False
        # What came due before a quiet week that was looked through in vain is due after it.
        return after is None or day > after or self.free_day(after, authority) != after


def days_of(step: ContactStep, steps: Sequence[ContactStep], calendar: Calendar) -> StepDays:
    """Return the days of a step; ``steps`` is the whole plan in order. Two queries."""
    before = [other for other in steps[: _place(step, steps)] if planned(other).spaced]
    return StepDays(step, PlannedDays(steps, calendar), _earlier(step, before))


def _place(step: ContactStep, steps: Sequence[ContactStep]) -> int:
    return next(place for place, other in enumerate(steps) if other.pk == step.pk)


def _earlier(step: ContactStep, before: Sequence[ContactStep]) -> dict[int, list[tuple[date, date]] | None]:
    """Return what has reached each case before this step; None for a case with a mail that waits to be released.

    A thank-you only keeps off the day of another mail.
    """
    spaced = planned(step).spaced
    steps = {other.pk: other for other in before}
    waves = {wave.pk: wave for wave in Wave.objects.filter(step__in=steps)}
    attempts = ContactAttempt.objects.filter(step__in=steps, resend=0, left_out="").order_by()
    found: dict[int, list[tuple[date, date]] | None] = defaultdict(list)
    for case_id, step_id, wave_id in attempts.values_list("case_id", "step_id", "wave_id"):
        wave = waves.get(wave_id) if wave_id else None
        left = _left(wave) if wave else steps[step_id or 0].queued_at
        contacts = found[case_id]
        if left is not None and contacts is not None:
            contacts.append((steps[step_id or 0].date if spaced else step.date - ONE_DAY, timezone.localdate(left)))
        elif left is None and spaced and wave and wave.stopped_at is None:
            found[case_id] = None
    return found


def _left(wave: Wave) -> datetime | None:
    """Return when the mails of a wave leave, or left; None while nobody has let them."""
    return None if wave.released_at is None else max(wave.released_at, wave.scheduled_for)
