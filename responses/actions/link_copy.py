"""A personal link leaves the program by another way than a mail; and once more by mail, as staff wish."""

from datetime import datetime

from django.db import transaction

from barometer import audit
from barometer.models import User
from responses import links
from responses.actions import call, contact, events
from responses.actions.case import CaseClosed, lock_unsubmitted, reminders_stopped
from responses.models import Case, LinkHolder, Notice, Response
from responses.statistics.dispositions import Disposition, EventKind


class LinkRefused(Exception):
    """The link is not given out or sent. ``code`` is of ``problem_texts``."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def copy_problem(case: Case, owner: LinkHolder) -> str | None:
    """Return why the link may not be taken out: with answers in it, it would show them. None when it may."""
    problems = {
        "link_retired": owner.retired_at is not None,
        "link_with_answers": Response.objects.filter(case=case).exists(),
        "link_case_ended": case.disposition in (Disposition.SUBMITTED, Disposition.INELIGIBLE),
        "link_task_elsewhere": owner.standing != LinkHolder.Standing.WORKS,
    }
    return next((code for code, stands in problems.items() if stands), None)


@transaction.atomic
def copy_link(*, case: Case, reason: str, by: User, at: datetime) -> str:
    """Return the owner's personal link, and record who has it now. It is stored nowhere.

    Raises: CaseClosed; LinkRefused, as soon as there are answers.
    """
    case = lock_unsubmitted(case.pk)
    owner = case.holders.get(role=LinkHolder.Role.OWNER)
    if code := copy_problem(case, owner):
        raise LinkRefused(code)
    events.record(case, kind=EventKind.LINK_COPIED, at=at, by=by, holder=owner)
    audit.record("link.copied", target=owner, by=by, at=at, reason=reason)
    return links.address(links.ANSWER, owner)


def send_problem(case: Case, owner: LinkHolder, at: datetime) -> str | None:
    """Return why the link cannot be sent again: a code of ``problem_texts``; None when it can."""
    if case.disposition == Disposition.DECLINED or reminders_stopped(owner):
        return "link_after_no"
    return call.link_problem(case, owner, at)


@transaction.atomic
def send_link(*, case: Case, reason: str, by: User, at: datetime) -> None:
    """Put a mail with the link in the queue, for somebody who has asked for it.

    Raises: CaseClosed; LinkRefused.
    """
    case = lock_unsubmitted(case.pk)
    owner = case.holders.get(role=LinkHolder.Role.OWNER)
    if code := send_problem(case, owner, at):
        raise LinkRefused(code)
    event = events.record(case, kind=EventKind.LINK_SENT, at=at, by=by, holder=owner)
    if contact.queue_notice(name=Notice.LINK_AGAIN, holder=owner, cause=event, at=at) is None:
        raise CaseClosed
    audit.record("link.sent", target=owner, by=by, at=at, reason=reason)
