"""On which day a step of the contact plan reaches each case (docs/methods/contact-plan.md)."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple, TypeAlias
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models.functions import Coalesce, TruncDate
from django.db.models.lookups import IsNull
from django.utils import timezone

from responses.models import ContactAttempt
from surveys.calendar import ONE_DAY, Calendar, ContactDay, Planned, contact_days
from surveys.models import ContactStep, Round

# Nobody is thanked later because a reminder was: the thank-you goes to others than those who were reminded.
NOT_SPACED = (ContactStep.MailName.THANK_YOU, ContactStep.MailName.KICK_OFF, ContactStep.MailName.RESULT)
WRITTEN = (ContactStep.Channel.EMAIL, ContactStep.Channel.LETTER)
# When a mail left or was given up, or a letter, which is no mail, was posted; None while it waits.
GONE = models.Case(
    models.When(mail=None, then="wave__released_at"), default=Coalesce("mail__handed_over_at", "mail__ended_at")
)
DAY = TruncDate(Coalesce(GONE, "mail__scheduled_for", "wave__scheduled_for"))


class Contact(NamedTuple):
    """A mail or letter of a step to a case: the day on which it left; while it waits, that on which it is to leave.

    A mail that was given up counts on the day on which it was: then it no longer holds back what follows.
    """

    day: date
    waits: bool = False


Contacts: TypeAlias = Mapping[int, Mapping[int, Contact]]  # by case and step


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


def contacts_of(steps: Sequence[ContactStep], today: date) -> Contacts:
    """Return which of these steps have reached each case, or wait to, and when; one query.

    What waits is to leave at its time, but not before today. What is sent once more does not count.
    """
    attempts = ContactAttempt.objects.filter(step__in=steps, resend=0, left_out="").order_by()
    found: dict[int, dict[int, Contact]] = defaultdict(dict)
    for case_id, step_id, day, waits in attempts.values_list("case_id", "step_id", DAY, IsNull(GONE, True)):
        assert step_id is not None
        found[case_id][step_id] = Contact(max(day, today) if waits else day, waits)
    return found


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
        if step.mail_name != ContactStep.MailName.THANK_YOU or step.pk in reached:
            return found
        after = max([contact.day for contact in reached.values() if not contact.waits], default=date.min)
        if after < found.day:
            return found
        return ContactDay(self._free(step, after + ONE_DAY, authority), found.moved_by)

    def _days(self, case_id: int, authority: str) -> list[ContactDay]:
        if (case_id, authority) not in self._of_case:
            reached = self.contacts.get(case_id, {})
            real = tuple(reached[pk].day if pk in reached else None for pk in self._place) if reached else ()
            key = (authority, real)
            if key not in self._found:
                self._found[key] = contact_days(self._plan, authority, self.calendar, key[1])
            self._of_case[case_id, authority] = self._found[key]
        return self._of_case[case_id, authority]

    def is_due(self, step: ContactStep, case_id: int, authority: str, on: date, after: date | None = None) -> bool:
        """Whether the step may reach the case on a day, which must be free itself.

        Args:
            after: only if its day came later than that.
        """
        if is_spaced(step) and any(contact.waits for contact in self._before(step, case_id)):
            return False
        day = self.of(step, case_id, authority).day
        if day > on or self._free(step, on, authority) != on:
            return False
        # What came due before a quiet week that was looked through in vain is due after it.
        return after is None or day > after or self._free(step, after, authority) != after

    def _before(self, step: ContactStep, case_id: int) -> Iterator[Contact]:
        reached = self.contacts.get(case_id, {})
        before = self.steps[: self._place[step.pk]]
        return (reached[other.pk] for other in before if other.pk in reached and is_spaced(other))

    def _free(self, step: ContactStep, day: date, authority: str) -> date:
        return self.calendar.first_free_day(day, authority) if step.skips_quiet_weeks else day


def days_of(steps: Sequence[ContactStep], calendar: Calendar, today: date) -> Days:
    """Return the days of a plan as things stand; ``steps`` is the whole plan in order. One query."""
    return Days(steps, calendar, contacts_of(steps, today))
