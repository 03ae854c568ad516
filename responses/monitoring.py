"""Counts for following a round in the field: where its cases stand, in groups and day by day."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, QuerySet
from django.db.models.functions import TruncDate
from django.utils import timezone
from django.utils.translation import gettext

from responses.contact_days import zone
from responses.groups import Group, cells, grouped, labels_of, outcome
from responses.models import CaseEvent, Mail, Response
from responses.statistics.dispositions import Disposition, EventKind
from responses.statistics.outcome_rates import Outcome, missing_to_target, response_rate
from surveys.calendar import end_of
from surveys.models import Round

SHOWN = ("level", "industry_group", "size_class", "region")  # on the round page; the others have long lists


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

    ``invited`` are the cases about which a mail has been sent; ``target`` is the number of submitted cases at which the
    round's target response rate is reached; ``groups`` are the tables, by the name of the variable.
    """

    overall: Outcome
    invited: int
    target: int
    groups: Mapping[str, tuple[Group, ...]]

    @property
    def missing(self) -> int:
        """How many more have to be submitted to reach the target."""
        return max(0, self.target - self.overall.submitted)

    @property
    def eligible(self) -> int:
        return self.overall.sampled - self.overall.not_eligible


def monitor(round_: Round) -> Monitoring:
    """Count the round's cases in all and by level, industry group, size class and region; two queries."""
    found = cells(round_, *SHOWN)
    overall = outcome(found)
    return Monitoring(
        overall=overall,
        invited=_invited(round_),
        target=missing_to_target(overall.sampled, 0, float(round_.target_response_rate)),
        groups={name: grouped(round_, found, place, labels_of(round_, name)) for place, name in enumerate(SHOWN)},
    )


def _invited(round_: Round) -> int:
    """Counted apart: asked of each case in turn, it takes most of the time of all the counting."""
    sent = CaseEvent.objects.filter(case__round=round_, kind=EventKind.INVITED)
    count: int = sent.order_by().aggregate(cases=Count("case", distinct=True))["cases"]
    return count


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


def late_submissions(round_: Round) -> QuerySet[Response]:
    """Return what was submitted after the day of the printed deadline. It counts like all others."""
    late_from = end_of(round_.deadline, zone())
    return Response.objects.submitted(round_).filter(submitted_at__gte=late_from)


def mails_by_status(round_: Round) -> list[tuple[str, int]]:
    """Return the label and number of mails of every status that occurs, and of those that bounced; one query."""
    rows = Mail.objects.filter(round=round_).order_by().values_list("status").annotate(Count("pk"), Count("bounced_at"))
    found = {status: (count, bounced) for status, count, bounced in rows}
    counts = [(str(status.label), found[status][0]) for status in Mail.Status if status in found]
    bounced = sum(bounced for _, bounced in found.values())
    return [*counts, (gettext("Sent, but came back"), bounced)] if bounced else counts
