"""Counts for following a round in the field: where its cases stand, in groups and day by day."""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from django.db.models import Count, Exists, OuterRef
from django.db.models.enums import TextChoices
from django.db.models.functions import TruncDate
from django.utils import timezone
from django.utils.translation import gettext

from responses.contact_days import zone
from responses.models import CaseEvent, Mail, Response
from responses.statistics.dispositions import Disposition, EventKind
from responses.statistics.outcome_rates import Outcome, response_rate
from surveys.calendar import end_of
from surveys.models import IndustryGroup, Level, Round, SampleUnit, SizeClass


class Cell(NamedTuple):
    """How many sample units share these values; ``disposition`` is None until the round opens."""

    level: str
    industry_group: str
    size_class: str
    disposition: str | None
    invited: bool
    cases: int


@dataclass(frozen=True, slots=True)
class Group:
    """One row of a table: the cases of one level, industry group or size class."""

    code: str
    label: str
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Day:
    """What was submitted on a day and had been in all when it ended; ``number`` is 0 on the opening day."""

    date: date
    number: int
    submitted: int
    total: int
    rate: float | None


@dataclass(frozen=True, slots=True)
class Monitoring:
    """Everything that the round page and ``response_rate`` show.

    ``target`` is the number of submitted cases at which the round's target response rate is reached.
    """

    overall: Outcome
    target: int
    levels: tuple[Group, ...]
    industry_groups: tuple[Group, ...]
    size_classes: tuple[Group, ...]

    @property
    def missing(self) -> int:
        """How many more have to be submitted to reach the target."""
        return max(0, self.target - self.overall.submitted)

    @property
    def eligible(self) -> int:
        return self.overall.sampled - self.overall.not_eligible


def monitor(round_: Round) -> Monitoring:
    """Count the round's cases in all and by level, industry group and size class; one query."""
    cells = _cells(round_)
    overall = _outcome(cells)
    return Monitoring(
        overall=overall,
        target=math.ceil(round_.target_response_rate * overall.sampled),
        levels=_groups(cells, Level, lambda cell: cell.level),
        industry_groups=_groups(cells, IndustryGroup, lambda cell: cell.industry_group),
        size_classes=_groups(cells, SizeClass, lambda cell: cell.size_class),
    )


def submitted_by_day(round_: Round, sampled: int, until: date) -> list[Day]:
    """Return one line per day from the opening day to ``until``, both included; one query.

    The total of the last day is the number of submitted cases, so one that came in before the opening day counts
    on that day. Days are those of the current time zone.
    """
    counts: Counter[date] = Counter()
    responses = Response.objects.submitted(round_).filter(case__disposition=Disposition.SUBMITTED)
    for day, count in responses.order_by().values_list(TruncDate("submitted_at")).annotate(Count("pk")):
        counts[min(max(day, round_.opens_on), until)] += count
    days, total = [], 0
    for number in range((until - round_.opens_on).days + 1):
        day = round_.opens_on + timedelta(days=number)
        total += counts[day]
        rate = response_rate(sampled, total)
        days.append(Day(date=day, number=number, submitted=counts[day], total=total, rate=rate))
    return days


def last_day(round_: Round, today: date) -> date:
    """Return the last day of the fieldwork so far: today, or the day on which the round was closed."""
    return timezone.localtime(round_.closed_at).date() if round_.closed_at else today


def late_submissions(round_: Round) -> int:
    """Return how many were submitted after the day of the printed deadline; one query. They count like all others."""
    late_from = end_of(round_.deadline, zone())
    return Response.objects.submitted(round_).filter(submitted_at__gte=late_from).count()


def mails_by_status(round_: Round) -> list[tuple[str, int]]:
    """Return the label and number of mails of every status that occurs, and of those that bounced; one query."""
    rows = Mail.objects.filter(round=round_).order_by().values_list("status").annotate(Count("pk"), Count("bounced_at"))
    found = {status: (count, bounced) for status, count, bounced in rows}
    counts = [(str(status.label), found[status][0]) for status in Mail.Status if status in found]
    bounced = sum(bounced for _, bounced in found.values())
    return [*counts, (gettext("Sent, but came back"), bounced)] if bounced else counts


def _cells(round_: Round) -> list[Cell]:
    invited = CaseEvent.objects.filter(case=OuterRef("case"), kind=EventKind.INVITED)
    rows = (
        SampleUnit.objects.filter(sample__round=round_)
        .order_by()
        .annotate(invited=Exists(invited))
        .values_list(
            "workplace__level", "workplace__industry_group", "workplace__size_class", "case__disposition", "invited"
        )
        .annotate(Count("pk"))
    )
    return [Cell(*row) for row in rows]


def _groups(cells: Sequence[Cell], codes: type[TextChoices], of: Callable[[Cell], str]) -> tuple[Group, ...]:
    """Return one group per code that the sample has, in the order of the codes."""
    parts = {code: [cell for cell in cells if of(cell) == code] for code in codes}
    return tuple(Group(code.value, str(code.label), _outcome(part)) for code, part in parts.items() if part)


def _outcome(cells: Iterable[Cell]) -> Outcome:
    cases: Counter[str | None] = Counter()
    invited = 0
    for cell in cells:
        cases[cell.disposition] += cell.cases
        invited += cell.cases if cell.invited else 0
    return Outcome(
        sampled=cases.total(),
        invited=invited,
        bounced=cases[Disposition.BOUNCED],
        started=cases[Disposition.STARTED],
        submitted=cases[Disposition.SUBMITTED],
        declined=cases[Disposition.DECLINED],
        ineligible_reported=cases[Disposition.INELIGIBLE_REPORTED],
        not_eligible=cases[Disposition.INELIGIBLE],
    )
