"""How far the waves of a round have come, by state and by mail domain, and who is left out of one."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, Min, Q
from django.utils import timezone

from responses.models import Case, ContactAttempt, Mail, Wave
from responses.statistics import pace
from responses.statistics.dispositions import Disposition
from surveys.days_off import public_holidays

LEFT = (Mail.Status.HELD, Mail.Status.QUEUED, Mail.Status.CLAIMED, Mail.Status.HANDED_OVER)
NOT_COME = (Disposition.NOT_STARTED, Disposition.BOUNCED)
PUT_OFF = Q(status=Mail.Status.QUEUED, attempts__gt=0)
NEVER_PUT_OFF = Q(attempts=0) | (Q(attempts=1) & ~Q(status=Mail.Status.QUEUED))
FEWEST_TO_JUDGE = 10  # mails to a domain, before none started means anything
WORKING_DAYS = 2


@dataclass(frozen=True, slots=True)
class Progress:
    """What has become of the mails of a wave.

    Attributes:
        reached: workplaces whose mail has been sent; of mails that are about none, the mails.
        planned_end: when the last mail was to leave, had no server put anything off.
        done_at: when the last one will leave, by schedule and limits; None when nothing is on its way.
    """

    statuses: Counter[str]
    reached: int
    planned_end: datetime
    done_at: datetime | None

    @property
    def mails(self) -> int:
        return self.statuses.total()

    @property
    def left(self) -> int:
        return sum(self.statuses[status] for status in LEFT)

    @property
    def by_status(self) -> dict[str, int]:
        return {status: self.statuses[status] for status in Mail.Status.values}


@dataclass(frozen=True, slots=True)
class Domain:
    """One mail domain in a wave; ``filtered`` when nobody there has come though somebody should have by now."""

    name: str
    mails: int
    sent: int
    put_off: int
    bounced: int
    workplaces: int
    started: int
    filtered: bool


def progress_of(waves: Sequence[Wave], at: datetime, limits: pace.Limits) -> dict[int, Progress]:
    """Return how far each wave has come, by wave; three queries, however many there are."""
    statuses: dict[int, Counter[str]] = defaultdict(Counter)
    waiting: dict[int, Counter[str]] = defaultdict(Counter)
    ends: dict[int, list[datetime]] = defaultdict(list)
    last: dict[int, datetime] = {}
    of_waves = Mail.objects.filter(wave__in=waves).order_by()
    rows = of_waves.values_list("wave_id", "status").annotate(
        number=Count("pk"), latest=Max("scheduled_for"), planned=Max("scheduled_for", filter=NEVER_PUT_OFF)
    )
    for wave, status, number, latest, planned in rows:
        statuses[wave][status] = number
        ends[wave] += [planned] if planned else []
        if status in LEFT:
            last[wave] = max(last.get(wave, latest), latest)
    for wave, domain, number in of_waves.filter(status__in=LEFT).values_list("wave_id", "domain").annotate(Count("pk")):
        waiting[wave][domain] = number
    sent = ContactAttempt.objects.filter(wave__in=waves, left_out="", mail__status=Mail.Status.SENT).order_by()
    reached = dict(sent.values_list("wave_id").annotate(Count("pk")))
    return {
        wave.pk: Progress(
            statuses=statuses[wave.pk],
            reached=reached.get(wave.pk, statuses[wave.pk]["sent"]),
            planned_end=max(ends[wave.pk], default=max(wave.released_at or at, wave.scheduled_for)),
            done_at=max(last[wave.pk], at + pace.lasts(waiting[wave.pk], limits))
            if wave.state == Wave.State.RELEASED and wave.pk in last
            else None,
        )
        for wave in waves
    }


def domains_of(wave: Wave, at: datetime) -> list[Domain]:
    """Return the mail domains of a wave, those that may be filtered first, then the largest; two queries."""
    mails = Mail.objects.filter(wave=wave).order_by().values("domain")
    counted = mails.annotate(
        mails=Count("pk"),
        sent=Count("pk", filter=Q(status=Mail.Status.SENT)),
        put_off=Count("pk", filter=PUT_OFF | Q(attempts__gt=1)),
        bounced=Count("pk", filter=Q(bounced_at__isnull=False)),
        began=Min("handed_over_at"),
    )
    lines = ContactAttempt.objects.filter(wave=wave, left_out="").order_by().values_list("mail__domain")
    come = {
        domain: (workplaces, started)
        for domain, workplaces, started in lines.annotate(
            workplaces=Count("pk"), started=Count("pk", filter=~Q(case__disposition__in=NOT_COME))
        )
    }
    found = []
    for row in counted:
        workplaces, started = come.get(row["domain"], (0, 0))
        filtered = row["sent"] >= FEWEST_TO_JUDGE and not started and is_judged(wave, row["began"], at)
        numbers = (row["mails"], row["sent"], row["put_off"], row["bounced"], workplaces, started)
        found.append(Domain(row["domain"], *numbers, filtered))
    return sorted(found, key=lambda domain: (not domain.filtered, -domain.mails, domain.name))


def filtered_domains(waves: Sequence[Wave], at: datetime) -> dict[int, list[str]]:
    """Return the domains to which ten mails or more have gone and where nobody has come, by wave; two queries."""
    judged = {wave.pk: wave for wave in waves if wave.released_at and is_judged(wave, wave.leaves_at, at)}
    if not judged:
        return {}
    sent = Mail.objects.filter(wave__in=judged, status=Mail.Status.SENT).order_by()
    rows = sent.values_list("wave_id", "domain").annotate(number=Count("pk"), began=Min("handed_over_at"))
    many = rows.filter(number__gte=FEWEST_TO_JUDGE)
    come = ContactAttempt.objects.filter(wave__in=judged, left_out="").exclude(case__disposition__in=NOT_COME)
    heard_of = set(come.order_by().values_list("wave_id", "mail__domain").distinct())
    found: dict[int, list[str]] = defaultdict(list)
    for pk, domain, _, began in sorted(many):
        if (pk, domain) not in heard_of and is_judged(judged[pk], began, at):
            found[pk].append(domain)
    return found


def is_judged(wave: Wave, began: datetime, at: datetime) -> bool:
    """Whether two working days of the round's country have passed since mails of the wave began to leave.

    The wave is read with its round.
    """
    began = timezone.localtime(began)
    holidays = public_holidays(wave.step.round.country, (began.year, began.year + 1), "en")
    day = pace.after_working_days(began.date(), WORKING_DAYS, holidays)
    return at >= datetime.combine(day, began.timetz())


def forecast_end(wave: Wave, at: datetime, limits: pace.Limits) -> datetime | None:
    """Return when the last mail of a wave would leave if it was released now; None for a wave without mails."""
    held = Mail.objects.filter(wave=wave, status=Mail.Status.HELD).order_by("pk")
    times = pace.schedule(
        list(held.values_list("domain", flat=True)),
        timezone.localtime(max(at, wave.scheduled_for)),
        limits.per_domain_per_minute,
        limits.per_minute,
        limits.per_day,
        limits.first_batch,
    )
    return max(times, default=None)


def cases_left_out(wave: Wave) -> Iterator[tuple[Case, str]]:
    """Yield the cases that the wave does not reach, and why, as was found when it was prepared, proven and sent.

    Two queries. Waves that were prepared before this was kept hold how many they were, and not which.
    """
    reasons = {case: reason for reason, cases in wave.left_out.items() for case in cases if case is not None}
    reasons |= dict(ContactAttempt.objects.filter(wave=wave).exclude(left_out="").values_list("case_id", "left_out"))
    found = Case.objects.select_related("sample_unit__workplace").in_bulk(reasons)
    for pk, case in sorted(found.items()):
        yield case, reasons[pk]
