"""The order of a contact plan: what must come before what (PURE)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from barometer.problems import Problem
from surveys.calendar import ONE_DAY, Calendar, last_break, working_days

BEFORE_THE_INVITATION = ("kick_off", "pre_notice")
REMINDERS = ("reminder_1", "reminder_2", "reminder_3")
AFTER_CLOSING = ("thank_you", "result")
TO_NO_CASE = ("kick_off", "result")  # they go to authorities, and to those who asked for the results
LEAST_WORKING_DAYS_AFTER_A_BREAK = 10


@dataclass(frozen=True, slots=True)
class Step:
    """A row of the plan: the mail that it sends, its channel, and its planned day."""

    mail: str
    channel: str
    day: date


@dataclass(frozen=True, slots=True)
class Dates:
    """The dates of a round: day 0, the deadline that mails print, and the day on which the questionnaire closes."""

    opens_on: date
    deadline: date
    closes_on: date


def order_problems(plan: Sequence[Step], dates: Dates) -> list[Problem]:
    """Return what is out of order, each where the step is that has to move."""
    by_mail = {step.mail: step for step in plan}
    return [
        *_invitation_first(by_mail),
        *_reminders(by_mail),
        *_last(by_mail),
        *_after_closing(plan, dates),
        *_one_a_day(plan),
        *_dates(by_mail, dates),
    ]


def plan_warnings(dates: Dates, calendar: Calendar, authorities: Iterable[str] = ("",)) -> list[Problem]:
    """Return what is allowed but costs answers: too few working days between the last break and the closing."""
    week = last_break(dates.opens_on, dates.closes_on, calendar, authorities)
    if week is None:
        return []
    days = working_days(week.monday + 7 * ONE_DAY, dates.closes_on, calendar)
    if days >= LEAST_WORKING_DAYS_AFTER_A_BREAK:
        return []
    params = {"week": week.number, "days": days, "least": LEAST_WORKING_DAYS_AFTER_A_BREAK}
    return [Problem("plan_closes_after_break", "", params)]


def _invitation_first(plan: dict[str, Step]) -> Iterator[Problem]:
    invitation = plan.get("invitation")
    if invitation is None:
        yield Problem("round_without_invitation", "")
        return
    for mail, step in plan.items():
        if mail in BEFORE_THE_INVITATION:
            if step.day >= invitation.day:
                yield Problem("plan_not_before_invitation", mail)
        elif mail != "invitation" and step.day <= invitation.day:
            yield Problem("plan_not_after_invitation", mail)
    kick_off, pre_notice = (plan.get(mail) for mail in BEFORE_THE_INVITATION)
    if kick_off and pre_notice and kick_off.day >= pre_notice.day:
        yield Problem("plan_not_before_pre_notice", "kick_off")


def _reminders(plan: dict[str, Step]) -> Iterator[Problem]:
    there = [plan[mail] for mail in REMINDERS if mail in plan]
    for before, after in pairwise(there):
        if after.day <= before.day:
            yield Problem("plan_reminders_out_of_order", after.mail, {"before": before.mail})


def _last(plan: dict[str, Step]) -> Iterator[Problem]:
    """Nothing but thank-you and results comes after the last mail, for it says that it is the last."""
    last = plan.get("last")
    if last is None:
        return
    for mail, step in plan.items():
        if mail not in ("last", *AFTER_CLOSING) and step.day >= last.day:
            yield Problem("plan_after_last", mail)


def _after_closing(plan: Sequence[Step], dates: Dates) -> Iterator[Problem]:
    for step in plan:
        if step.mail == "result":
            if step.day < dates.closes_on:
                yield Problem("plan_result_before_closing", step.mail)
        elif step.mail == "last" and step.day >= dates.closes_on:
            yield Problem("plan_last_not_before_closing", step.mail)
        elif step.mail not in AFTER_CLOSING and step.day > dates.closes_on:
            yield Problem("plan_after_closing", step.mail)


def _one_a_day(plan: Sequence[Step]) -> Iterator[Problem]:
    """No case gets two mails on one day. A call may come on the day of a mail."""
    first_on: dict[date, str] = {}
    for step in plan:
        if step.channel == "phone" or step.mail in TO_NO_CASE:
            continue
        if step.day in first_on:
            yield Problem("plan_two_on_one_day", step.mail, {"other": first_on[step.day]})
        first_on.setdefault(step.day, step.mail)


def _dates(plan: dict[str, Step], dates: Dates) -> Iterator[Problem]:
    invitation = plan.get("invitation")
    if invitation and dates.deadline <= invitation.day:
        yield Problem("plan_deadline_not_after_invitation", "invitation")
    elif invitation and dates.closes_on <= invitation.day:
        yield Problem("plan_closing_not_after_invitation", "invitation")
