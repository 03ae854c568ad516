"""The contact plan that a new round starts with (docs/methods/contact-plan.md)."""

from collections.abc import Sequence
from typing import NamedTuple

from django.db.models import F

from surveys.models import ContactStep, Round

MailName, Channel = ContactStep.MailName, ContactStep.Channel
FROM_THE_CLOSING = (MailName.THANK_YOU, MailName.RESULT)


class StepPlan(NamedTuple):
    """A step of a plan; ``day`` counts from the opening day, for thank-you and results from the closing day."""

    mail_name: ContactStep.MailName
    day: int
    channel: ContactStep.Channel = Channel.EMAIL
    waits: bool = True


DEFAULT_PLAN = (
    StepPlan(MailName.KICK_OFF, -28),
    StepPlan(MailName.INVITATION, 0),
    StepPlan(MailName.REMINDER_1, 5),
    StepPlan(MailName.REMINDER_2, 12),
    StepPlan(MailName.REMINDER_3, 19),
    StepPlan(MailName.CALLS, 23, Channel.PHONE),
    StepPlan(MailName.LAST, 40),
    StepPlan(MailName.THANK_YOU, 0),
    StepPlan(MailName.RESULT, 1),
)


def add_steps(round_: Round, plan: Sequence[StepPlan]) -> None:
    """Give a new round its contact plan, without the steps for which it is too short.

    The last mail leaves the day before the closing, if it would otherwise leave later and nothing else does that day.
    """
    closing = round_.field_day(round_.closes_on)
    kept = (*FROM_THE_CLOSING, MailName.LAST)
    steps = [step for step in plan if step.mail_name in kept or step.day <= 0 or step.day < closing]
    latest = max([step.day for step in steps if step.mail_name not in kept], default=0)
    for step in steps:
        day = step.day
        if step.mail_name in FROM_THE_CLOSING:
            day += closing
        elif day >= closing and day > 0:  # only the last mail: the other late ones are left out already
            day = closing - 1
            if latest >= day:
                continue
        ContactStep.objects.create(
            round=round_, mail_name=step.mail_name, day=day, channel=step.channel, skips_quiet_weeks=step.waits
        )


def follow_the_closing(round_: Round, days: int) -> None:
    """Move thank-you and results, where they count in days, with a closing that has moved by so many days."""
    if days:
        steps = round_.contact_steps.filter(mail_name__in=FROM_THE_CLOSING, day__isnull=False, queued_at__isnull=True)
        steps.update(day=F("day") + days)
