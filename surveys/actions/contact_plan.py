"""Change the contact plan of a round, and who has to approve its waves."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from django.db import transaction

from barometer import audit, stale
from barometer.models import User
from barometer.problems import Problem
from surveys.audience import problems_of
from surveys.calendar import Calendar
from surveys.models import ContactStep, Round
from surveys.plan_checks import Dates, Step, order_problems, plan_warnings

CHANGEABLE = ("day", "on_date", "time", "channel", "audience", "sender", "skips_quiet_weeks")


class PlanRefused(Exception):
    """The plan is out of order. ``problems`` holds all that is wrong, each with the name of its mail in ``where``."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(", ".join(problem.code for problem in problems))
        self.problems = problems


class StepQueued(Exception):
    """The step has begun to leave, so it no longer changes."""


@dataclass(frozen=True, slots=True)
class StepRow:
    """A step as it is to be: on a day counted from the opening day, or on a date."""

    mail_name: str
    channel: str
    day: int | None
    on_date: date | None
    time: time
    audience: str = ""
    sender: str = ""
    skips_quiet_weeks: bool = True


@transaction.atomic
def save_plan(*, round_: Round, rows: Sequence[StepRow], by: User | None, at: datetime, seen: str = "") -> None:
    """Make these rows the plan: a step is known by its mail, and one that is not among the rows is removed.

    ``seen`` is ``plan_seen()`` of the steps that were there when it was decided.
    Raises: PlanRefused, stale.ChangedMeanwhile, or StepQueued for a step that has begun to leave; with nothing changed.
    """
    round_ = Round.objects.select_for_update(of=("self",)).get(pk=round_.pk)
    stored = {step.mail_name: step for step in round_.contact_steps.select_for_update()}
    stale.require(seen, plan_seen(stored.values()))
    wanted = {row.mail_name: row for row in rows}
    if len(wanted) < len(rows):
        raise ValueError("a mail stands twice in the plan")
    changes: dict[str, object] = {}
    for mail_name, step in stored.items():
        row = wanted.get(mail_name)
        if row is None or _values(row) != _values(step):
            if step.queued_at is not None:
                raise StepQueued(mail_name)
            changes[mail_name] = _facts(row) if row else "removed"
    changes |= {mail_name: _facts(row) for mail_name, row in wanted.items() if mail_name not in stored}
    if problems := _problems(round_, rows):
        raise PlanRefused(problems)
    for mail_name in changes:
        _store(round_, stored.get(mail_name), wanted.get(mail_name))
    if changes:
        audit.record("contact_plan.changed", target=round_, by=by, at=at, facts={"steps": changes})


def plan_problems(round_: Round) -> list[Problem]:
    """Return what is out of order in the stored plan, told by the names of its mails; one query."""
    return problems_of_steps(round_, round_.contact_steps.select_related("round"))


def problems_of_steps(round_: Round, steps: Iterable[ContactStep]) -> list[Problem]:
    """Return the same of steps that have been read already."""
    plan = sorted((Step(step.mail_name, step.channel, step.date) for step in steps), key=lambda step: step.day)
    return [in_words(problem) for problem in order_problems(plan, _dates(round_))]


def plan_seen(steps: Iterable[ContactStep]) -> str:
    """Return the digest of all steps of a plan."""
    return stale.digest(*(row_of(step) for step in sorted(steps, key=lambda step: step.mail_name)))


def row_of(step: ContactStep) -> StepRow:
    """Return a stored step as a row."""
    return StepRow(mail_name=step.mail_name, **_values(step))  # type: ignore[arg-type]  # they are the same fields


def warnings_of(round_: Round, calendar: Calendar, authorities: Iterable[str]) -> list[Problem]:
    """Return what is allowed but costs answers; ``authorities`` are those of the sample."""
    return plan_warnings(_dates(round_), calendar, list(authorities) or [""])


def in_words(problem: Problem) -> Problem:
    """Return a problem of the plan with its mails called as people call them."""
    params = {
        name: _label(str(value)) if name in ("before", "other") else value for name, value in problem.params.items()
    }
    return Problem(problem.code, _label(problem.where), params)


def _label(mail_name: str) -> str:
    return str(ContactStep.MailName(mail_name).label) if mail_name else ""


def _problems(round_: Round, rows: Sequence[StepRow]) -> list[Problem]:
    audiences = [
        Problem(problem.code, row.mail_name, problem.params)
        for row in rows
        for problem in problems_of(row.audience, round_.languages)
    ]
    steps = [Step(row.mail_name, row.channel, _step(round_, row).date) for row in rows]
    steps.sort(key=lambda step: step.day)
    return audiences + order_problems(steps, _dates(round_))


def _dates(round_: Round) -> Dates:
    return Dates(round_.opens_on, round_.deadline, round_.closes_on)


def _values(row: StepRow | ContactStep) -> dict[str, object]:
    return {name: getattr(row, name) for name in CHANGEABLE}


def _facts(row: StepRow) -> dict[str, object]:
    """Return a row as the audit log keeps it: no words of the sender, who may be a person."""
    when = {"on_date": row.on_date.isoformat()} if row.on_date else {"day": row.day}
    rest = {"time": row.time.isoformat("minutes"), "channel": row.channel, "audience": row.audience}
    return {**when, **rest, "own_sender": bool(row.sender), "skips_quiet_weeks": row.skips_quiet_weeks}


def _step(round_: Round, row: StepRow) -> ContactStep:
    return ContactStep(round=round_, mail_name=row.mail_name, **_values(row))


def _store(round_: Round, step: ContactStep | None, row: StepRow | None) -> None:
    if row is None:
        assert step is not None
        step.delete()
    elif step is None:
        _step(round_, row).save()
    else:
        for name, value in _values(row).items():
            setattr(step, name, value)
        step.swept_on = None  # who is due is looked for anew
        step.save(update_fields=[*CHANGEABLE, "swept_on"])
