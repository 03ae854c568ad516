"""What waits for a person in a round: one list for each thing to be done, which empties by doing it."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from responses.contact_facts import ON_ADDRESS
from responses.counting import counted
from responses.mail import Reason
from responses.models import (
    Call,
    Case,
    CaseEvent,
    CasePause,
    ContactAttempt,
    ContactCorrection,
    Coordinator,
    HandOver,
    LinkHolder,
    Mail,
)
from responses.models.case import CaseQuerySet
from responses.statistics.dispositions import Disposition, EventKind
from surveys.models import Round


class Turn(StrEnum):
    """Who has to do something next."""

    STAFF = "staff"
    WORKPLACE = "workplace"
    AUTHORITY = "authority"


TURNS: dict[Turn, Promise] = {
    Turn.STAFF: _("Yours"),
    Turn.WORKPLACE: _("The workplace's"),
    Turn.AUTHORITY: _("The authority's"),
}


@dataclass(frozen=True, slots=True)
class WorkList:
    """One list. ``page`` is the name of the address that shows it, with ``query``; ``done_by`` how it empties.

    Attributes:
        cases: those on it at a moment.
        mails: what is counted when it is not the cases.
        coordinated: a coordinator of the authority whose link works can do it too, and then it is the authority's turn.
    """

    label: Promise
    done_by: Promise
    turn: Turn
    cases: Callable[[Round, datetime], CaseQuerySet]
    page: str = "cases"
    query: str = ""
    coordinated: bool = False
    mails: Callable[[Round], QuerySet[Mail]] | None = None


def _no_address(round_: Round, at: datetime) -> CaseQuerySet:
    return Case.objects.of_round(round_).without_address()


def _bounced(round_: Round, at: datetime) -> CaseQuerySet:
    """Cases whose owner's address is known not to work; an answer begun another way does not mend it."""
    on_address = CaseEvent.objects.filter(case=OuterRef("pk"), kind__in=ON_ADDRESS).order_by("-pk")
    came_back = CaseEvent.objects.filter(case=OuterRef("pk"), kind=EventKind.BOUNCED)
    unfinished = Case.objects.of_round(round_).unfinished().filter(Exists(came_back))
    with_address = Exists(LinkHolder.objects.filter(case=OuterRef("pk"), role=LinkHolder.Role.OWNER).exclude(email=""))
    last = unfinished.alias(last_on_address=Subquery(on_address.values("kind")[:1]))
    return last.filter(with_address, last_on_address=EventKind.BOUNCED)


def _call_backs(round_: Round, at: datetime) -> CaseQuerySet:
    """Cases whose last call agreed on another one, for a time that has come."""
    of_case = Call.objects.filter(case=OuterRef("pk")).order_by("-pk")
    agreed = Call.objects.filter(case=OuterRef("pk"), call_back_at__lte=at)
    unfinished = Case.objects.of_round(round_).unfinished().filter(Exists(agreed))
    last = unfinished.alias(last_call_back=Subquery(of_case.values("call_back_at")[:1]))
    return last.filter(last_call_back__lte=at).exclude(pk__in=_paused(round_, at))


def _silent(round_: Round, at: datetime) -> CaseQuerySet:
    """Cases passed on to somebody who has saved no answer for a week, or whom a mail did not reach."""
    given = HandOver.objects.filter(
        holder__case=OuterRef("pk"), holder__standing=LinkHolder.Standing.WORKS, silent_from__lte=at
    )
    return Case.objects.of_round(round_).unfinished().filter(Exists(given))


def _unknown(round_: Round, at: datetime) -> CaseQuerySet:
    """Cases with a mail of which nobody knows whether it left."""
    lines = ContactAttempt.objects.filter(case=OuterRef("pk"), left_out="", mail__status=Mail.Status.UNKNOWN)
    return Case.objects.of_round(round_).filter(Exists(lines.exclude(mail__outcome__startswith=Reason.SENT_AGAIN)))


def _asking(round_: Round, at: datetime) -> CaseQuerySet:
    return Case.objects.of_round(round_).asking_to_correct()


def _opened_again(round_: Round, at: datetime) -> CaseQuerySet:
    return Case.objects.of_round(round_).opened_again()


def _reported(round_: Round, at: datetime) -> CaseQuerySet:
    return Case.objects.of_round(round_).filter(disposition=Disposition.INELIGIBLE_REPORTED)


def _hand_overs(round_: Round, at: datetime) -> CaseQuerySet:
    waiting = HandOver.objects.filter(holder__case=OuterRef("pk"), holder__standing=LinkHolder.Standing.WAITING)
    return Case.objects.of_round(round_).filter(Exists(waiting))


def _corrections(round_: Round, at: datetime) -> CaseQuerySet:
    waiting = ContactCorrection.objects.filter(case=OuterRef("pk"), decision=ContactCorrection.Decision.WAITING)
    return Case.objects.of_round(round_).filter(Exists(waiting))


def _paused_cases(round_: Round, at: datetime) -> CaseQuerySet:
    return Case.objects.of_round(round_).filter(pk__in=_paused(round_, at))


def _paused(round_: Round, at: datetime) -> QuerySet[CasePause]:
    found = CasePause.objects.in_force(timezone.localdate(at)).filter(case__round=round_)
    return found.order_by().values("case")  # type: ignore[return-value]


LISTS: dict[str, WorkList] = {
    "call-backs": WorkList(
        _("Call-backs due"), _("Call, and record what came of it."), Turn.STAFF, _call_backs, "calls", "due=1"
    ),
    "no-address": WorkList(
        _("Without an address"),
        _("Find the address and write it on the page of the case, or load a file of addresses."),
        Turn.STAFF,
        _no_address,
        coordinated=True,
    ),
    "bounced": WorkList(
        _("Mail came back"),
        _("Correct the address, or call the workplace."),
        Turn.STAFF,
        _bounced,
        coordinated=True,
    ),
    "silent": WorkList(
        _("Passed on, and silent"),
        _("Call the owner, or end the link: then the owner has the task again."),
        Turn.STAFF,
        _silent,
    ),
    "unknown": WorkList(
        _("Mails that may or may not have left"),
        _("Look into the log of the mail server, then say on the page of the mail what became of it."),
        Turn.STAFF,
        _unknown,
        "mails",
        "status=undecided",
        mails=Mail.objects.undecided,  # also those that are about no case
    ),
    "asks-to-correct": WorkList(
        _("Asks to correct its answers"),
        _("Open the answers again, or refuse, on the page of the case."),
        Turn.STAFF,
        _asking,
    ),
    "reported": WorkList(
        _("Said to be closed or merged"),
        _("Find out whether it is so, and confirm it or not."),
        Turn.STAFF,
        _reported,
    ),
    "hand-overs": WorkList(
        _("Links that wait for you"), _("Send the link, or send none."), Turn.STAFF, _hand_overs, "hand-overs"
    ),
    "corrections": WorkList(
        _("Contacts given by authorities"), _("Accept or refuse."), Turn.STAFF, _corrections, "contact-corrections"
    ),
    "opened-again": WorkList(
        _("Opened again, and not submitted since"),
        _("The workplace submits once more. Before the round closes, call it."),
        Turn.WORKPLACE,
        _opened_again,
    ),
    "paused": WorkList(_("Paused"), _("The pause ends on its day, or you end it."), Turn.WORKPLACE, _paused_cases),
}
DECISIONS = ("asks-to-correct", "hand-overs", "corrections", "reported")  # somebody waits for one of staff
NEVER_URGENT = ("paused",)  # known to staff, who made it so


def coordinated(cases: CaseQuerySet, at: datetime) -> CaseQuerySet:
    """Return those whose authority has a coordinator with a link that works, who can correct addresses."""
    working = Coordinator.objects.filter(
        contact__round=OuterRef("round"),
        contact__round__coordinators=True,
        contact__authority_code=OuterRef("sample_unit__workplace__authority_code"),
        retired_at=None,
        expires_at__gt=at,
    )
    return cases.filter(Exists(working))


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many cases are on a list, and whose turn it is: the number by turn, where there are any."""

    code: str
    work: WorkList
    number: int
    turns: dict[Turn, int]

    @property
    def query(self) -> str:
        """The part of an address that shows it on ``work.page``."""
        return f"work={self.code}" if self.work.page == "cases" else self.work.query

    @property
    def told(self) -> list[tuple[Promise, int]]:
        return [(TURNS[turn], number) for turn, number in self.turns.items() if number]


def counts(round_: Round, at: datetime, codes: Collection[str] = LISTS) -> list[Waiting]:
    """Return what waits, list by list; one query."""
    to_count: dict[str, QuerySet[Any]] = {}
    for code in codes:
        work = LISTS[code]
        cases = work.cases(round_, at)
        to_count[code] = work.mails(round_) if work.mails else cases
        if work.coordinated and round_.coordinators:
            to_count[f"{code} {Turn.AUTHORITY}"] = coordinated(cases, at)
    found = counted(round_, to_count)
    return [_waiting(code, found[code], found.get(f"{code} {Turn.AUTHORITY}", 0)) for code in codes]


def _waiting(code: str, number: int, theirs: int) -> Waiting:
    work = LISTS[code]
    return Waiting(code, work, number, {work.turn: number - theirs, Turn.AUTHORITY: theirs})
