"""A telephone interview: a member of staff fills in the questionnaire as the respondent answers.

Staff never see answers otherwise. So an interview is begun by an act of its own, is good for some hours and for whoever
began it, and where answers are there already, the respondent has to ask for it. As soon as somebody goes on by the
personal link, it has to be begun anew.
"""

from datetime import datetime, timedelta

from django.db import transaction

from barometer import audit
from barometer.models import User
from responses.actions import answering, call, events
from responses.actions.case import check_answerable
from responses.models import Call, Case, LinkHolder, Response
from responses.statistics.dispositions import EventKind

LASTS = timedelta(hours=4)


class NotAgreed(Exception):
    """There are answers already, and the respondent has not asked to go on by telephone."""


def may_go_on(*, case: Case, response: Response | None, by: User, at: datetime) -> bool:
    """Whether this member of staff has begun an interview with this case that is still good; one query."""
    if response is not None and response.mode != Response.Mode.PHONE:
        return False
    begun = case.events.filter(kind=EventKind.INTERVIEW_BEGUN, by=by, at__gt=at - LASTS, at__lte=at)
    return begun.exists()


@transaction.atomic
def begin(*, holder: LinkHolder, agreed: bool, by: User, at: datetime) -> None:
    """Let a member of staff see and fill in the answers of an owner, who is on the telephone.

    Raises: CaseClosed; NotTheirTask when a delegate has the task; NotAgreed.
    """
    case = events.lock(holder.case_id)
    check_answerable(case)
    if not case.holders.filter(pk=holder.pk, standing=LinkHolder.Standing.WORKS).exists():
        raise answering.NotTheirTask
    given = Response.objects.filter(case=case)
    if given.exists() and not agreed:
        raise NotAgreed
    given.update(mode=Response.Mode.PHONE)
    events.record(case, kind=EventKind.INTERVIEW_BEGUN, at=at, by=by, holder=holder)
    audit.record("interview.begun", target=case, by=by, at=at, facts={"answers_given": bool(given)})


@transaction.atomic
def submit(*, holder: LinkHolder, seen: str, proxy: bool, role: str, by: User, at: datetime) -> None:
    """Freeze the answers as given by telephone, and record the call; submitted twice is recorded once.

    ``proxy``: somebody else than the addressee answered, in this ``role``.
    Raises: what ``answering.submit`` raises.
    """
    submission = answering.submit(holder=holder, at=at, seen=seen, mode=Response.Mode.PHONE, proxy=proxy, by=by)
    if submission.first:
        note = role if proxy else ""
        call.record_call(case=holder.case, outcome=Call.Outcome.ANSWERED, by=by, at=at, note=note)
