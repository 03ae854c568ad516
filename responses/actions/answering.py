"""Save a page of answers, and submit the questionnaire."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db import transaction

from barometer.models import User
from barometer.prepared import Prepared, PreparedInsert, PreparedSave
from responses import copies
from responses.actions import contact, events, hand_over
from responses.actions.case import check_answerable
from responses.models import Case, CaseEvent, LinkHolder, Notice, Response
from responses.statistics.dispositions import Disposition, EventKind
from surveys.answering.reading import PageInput, Posted, read_page
from surveys.questionnaire.definition import Answers, Questionnaire
from surveys.questionnaire.routing import Route, RoutePage, route

BEGUN = PreparedInsert(Response)
ANSWERS = PreparedSave(Response, "answers", "accepted_checks", "mode", "device", "resumes_at")
SUBMITTED = PreparedSave(Response, "submitted_at", "mode", "proxy")
STANDING = Prepared(lambda pk: LinkHolder.objects.filter(pk=pk).order_by().values_list("standing"), -1)


class NotTheirTask(Exception):
    """Somebody else has the task: an owner has passed it on, or a delegate no longer has it."""


class PageNotOnRoute(Exception):
    """The page is not asked of this respondent, or not any more."""


class Incomplete(Exception):
    """Something on the route is not answered yet."""


@dataclass(frozen=True, slots=True)
class PageSaved:
    """What became of a posted page: the route and the stored answers as they stand now, what was read, and whether
    it changed what is stored."""

    route: Route
    page: RoutePage
    answers: Answers
    input: PageInput
    changed: bool


@dataclass(frozen=True, slots=True)
class Writing:
    """Who writes answers down, when, how, on what and in which language."""

    holder: LinkHolder
    at: datetime
    language: str
    mode: str
    device: str
    by: User | None


def definition_of(case: Case) -> Questionnaire:
    return case.round.questionnaire.definition()


def route_of(case: Case, answers: Answers) -> Route:
    """Return what is asked of this case, by its stored answers."""
    return route(definition_of(case), case.sample_unit.workplace.register(), answers)


@transaction.atomic
def save_page(
    *,
    holder: LinkHolder,
    number: int,
    data: Posted,
    at: datetime,
    complete: bool,
    language: str,
    mode: str = Response.Mode.WEB,
    device: str = "",
    by: User | None = None,
) -> PageSaved:
    """Store the valid answers of a posted page; the first valid answer ever starts the questionnaire.

    ``complete`` also reports what is missing. A post without a valid answer changes no row, and neither does one of
    what is stored already: machines press the buttons of pages that are filled in, too. ``by`` fills in for the holder
    in a telephone interview; until the answers are submitted, their ``mode`` is that of the last page saved, as their
    ``device`` is.
    Raises: CaseClosed, PageNotOnRoute, NotTheirTask. As a round that closes in this moment, a hand-over that ends
    in it may still take the page.
    """
    if holder.standing != LinkHolder.Standing.WORKS:
        raise NotTheirTask
    case, response = events.lock_again(holder.case)
    check_answerable(case)
    stored: Answers = response.answers if response else {}
    before = route_of(case, stored)
    page = before.page(number)
    if page is None:
        raise PageNotOnRoute
    posted = read_page(page, before, stored, data, complete=complete)
    if posted.answers == stored and not _newly_accepted(response, posted):
        return PageSaved(before, page, stored, posted, changed=False)
    writing = Writing(holder=holder, at=at, language=language, mode=mode, device=device, by=by)
    after = route_of(case, posted.answers)
    _store(case, response, posted, after, writing)
    _note_scope(case, after, writing)
    return PageSaved(after, after.page(number) or page, posted.answers, posted, changed=True)


def _store(case: Case, response: Response | None, posted: PageInput, after: Route, writing: Writing) -> None:
    holder, at = writing.holder, writing.at
    if response is None:
        response = Response(case=case, questionnaire=case.round.questionnaire, started_at=at)
        events.record(case, kind=EventKind.STARTED, at=at, by=writing.by, holder=holder)
    response.answers = dict(posted.answers)
    response.accepted_checks = [*response.accepted_checks, *_newly_accepted(response, posted)]
    response.mode, response.device = writing.mode, writing.device
    page = after.page_of(after.first_unanswered.code) if after.first_unanswered else None
    response.resumes_at = page.name if page else Response.ALL_ANSWERED
    if response.pk:
        ANSWERS.save(response)
    else:
        BEGUN.insert(response)
    hand_over.note_answer(holder, at=at)
    if case.language != writing.language:
        case.language = writing.language
        case.save(update_fields=["language"])


def _newly_accepted(response: Response | None, posted: PageInput) -> list[str]:
    """Return the questions whose remark was answered the same again now, and never before."""
    before = response.accepted_checks if response else []
    return [code for code in posted.accepted if code not in before]


def _note_scope(case: Case, after: Route, writing: Writing) -> None:
    """Record that the workplace is said to be closed or merged, or no longer said to be."""
    reported = case.disposition == Disposition.INELIGIBLE_REPORTED
    kind = None
    if after.in_scope is False and after.first_unanswered is None and not reported:
        merged = after.answers.get("unit_confirm") == "merged"
        kind = EventKind.REPORTED_MERGED if merged else EventKind.REPORTED_CLOSED
    elif after.in_scope and reported:
        kind = EventKind.REPORT_WITHDRAWN
    if kind is not None:
        events.record(case, kind=kind, at=writing.at, by=writing.by, holder=writing.holder)


class ChangedMeanwhile(Exception):
    """The answers are not those that whoever submits has looked through."""


class Submission(NamedTuple):
    """``first`` tells the call that submitted from those that came later."""

    response: Response
    first: bool


@transaction.atomic
def submit(
    *,
    holder: LinkHolder,
    at: datetime,
    seen: str = "",
    mode: str = Response.Mode.WEB,
    proxy: bool = False,
    by: User | None = None,
) -> Submission:
    """Freeze the answers; submitted twice is recorded once, and has one receipt.

    ``seen`` is what the page that showed the answers carried (``copies.seen``); "" for whoever saw no page. ``mode``
    and ``proxy`` are those of the submission, whoever began.
    Raises: CaseClosed, ChangedMeanwhile, Incomplete, NotTheirTask.
    """
    case = events.lock(holder.case_id)
    response = events.RESPONSE.first(case.pk)
    if response and response.submitted_at:
        return Submission(response, first=False)
    if STANDING.rows(holder.pk) != [(LinkHolder.Standing.WORKS,)]:
        raise NotTheirTask
    check_answerable(case)
    if response is None:
        raise Incomplete
    found = route_of(case, response.answers)
    if found.first_unanswered is not None or found.in_scope is False:
        raise Incomplete
    if seen and not copies.has_seen(response, seen):
        raise ChangedMeanwhile
    submitted_at = max(at, response.started_at)  # a clock that was set back loses no answers
    response.submitted_at, response.mode, response.proxy = submitted_at, mode, proxy
    SUBMITTED.save(response)
    event = events.record(case, kind=EventKind.SUBMITTED, at=at, by=by, holder=holder)
    _send_receipts(case, holder, event)
    return Submission(response, first=True)


def _send_receipts(case: Case, holder: LinkHolder, event: CaseEvent) -> None:
    """Queue a mail without answers to the owner and to whoever submitted; one if they share an address."""
    owner = holder if holder.role == LinkHolder.Role.OWNER else case.holders.get(role=LinkHolder.Role.OWNER)
    for reader in {each.email.casefold(): each for each in (holder, owner)}.values():
        contact.queue_notice(name=Notice.RECEIPT, holder=reader, cause=event, at=event.at)
