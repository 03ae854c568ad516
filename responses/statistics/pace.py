"""When the mails of a wave leave: a first batch over all mail domains, a pause, then the rest, never too fast for any.

Mail servers of the recipients' organisations judge a sender by how much comes at once. Mails to one domain are apart by
at least 60 s / limit, so that no minute, wherever it begins, holds more than the limit.
"""

import heapq
from collections import Counter, defaultdict, deque
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

MINUTE = timedelta(minutes=1)
PAUSE = timedelta(minutes=30)
FIRST_BATCH = 100


@dataclass(frozen=True, slots=True)
class Limits:
    """How many mails may leave; 0 is no limit.

    Attributes:
        per_domain_per_minute: to one mail domain.
        per_minute: in all.
        per_day: in all, on one day of the calendar where ``start`` is.
        first_batch: the most that leave before the pause, one to each mail domain; 0 for no first batch.
    """

    per_domain_per_minute: int = 0
    per_minute: int = 0
    per_day: int = 0
    first_batch: int = 0


def schedule(
    domains: Sequence[str],
    start: datetime,
    per_domain_per_minute: int,
    per_minute: int,
    per_day: int,
    first_batch: int = FIRST_BATCH,
    pause: timedelta = PAUSE,
) -> list[datetime]:
    """Return when each mail is to leave, in the order given.

    The first batch holds the first mail of each domain, at most ``first_batch`` of them, in the order in which the
    domains appear. If anything is left, it begins ``pause`` after the last of them, interleaved over the domains. When
    a day is full, the rest goes on at the same time of day on the next.

    Args:
        domains: the mail domain of each mail; length n.
        start: the first moment, aware; its time zone says when a day ends.
        per_domain_per_minute, per_minute, per_day, first_batch: see ``Limits``.

    Returns: moments in UTC not before ``start``, length n, same order.
    """
    first = _first_of_each(domains, first_batch)
    clock = _Clock(start, Limits(per_domain_per_minute, per_minute, per_day))
    times: dict[int, datetime] = {}
    clock.deal(first, domains, times)
    chosen = set(first)
    rest = [number for number in range(len(domains)) if number not in chosen]
    if first and rest:
        clock.wait(max(times[number] for number in first) + pause)
    clock.deal(rest, domains, times)
    return [times[number] for number in range(len(domains))]


def lasts(waiting: Mapping[str, int], limits: Limits) -> timedelta:
    """Return how long so many mails by domain take from now on, first batch and daily limit left aside."""
    busiest, total = max(waiting.values(), default=0), sum(waiting.values())
    needed = [MINUTE * 0]
    if limits.per_domain_per_minute and busiest:
        needed.append(_apart(limits.per_domain_per_minute) * (busiest - 1))
    if limits.per_minute and total:
        needed.append(_apart(limits.per_minute) * (total - 1))
    return max(needed)


def after_working_days(start: date, days: int, holidays: Collection[date] = ()) -> date:
    """Return the day so many working days after ``start``; Saturdays and Sundays are none."""
    day = start
    while days:
        day += timedelta(days=1)
        days -= day.weekday() < 5 and day not in holidays
    return day


def _first_of_each(domains: Iterable[str], most: int) -> list[int]:
    first: dict[str, int] = {}
    for number, domain in enumerate(domains):
        if len(first) == most:
            break
        first.setdefault(domain, number)
    return list(first.values())


def _apart(per_minute: int) -> timedelta:
    """Return the least time between two mails, rounded up to whole microseconds; none without a limit."""
    return timedelta(microseconds=-(-60_000_000 // per_minute)) if per_minute else timedelta(0)


class _Clock:
    """The next free moment, of all mails and of each domain; in UTC, where every hour has sixty minutes."""

    def __init__(self, start: datetime, limits: Limits) -> None:
        self.start = start
        self.next = start.astimezone(UTC)
        self.domain_gap, self.gap = _apart(limits.per_domain_per_minute), _apart(limits.per_minute)
        self.per_day = limits.per_day
        self.on_day: Counter[date] = Counter()
        self.free: dict[str, datetime] = {}

    def wait(self, until: datetime) -> None:
        self.next = max(self.next, until)

    def deal(self, numbers: Iterable[int], domains: Sequence[str], times: dict[int, datetime]) -> None:
        """Give each of these mails its moment: always to the domain that has waited longest."""
        queues: dict[str, deque[int]] = defaultdict(deque)
        for number in numbers:
            queues[domains[number]].append(number)
        turn = [(self.free.get(domain, self.next), place, domain) for place, domain in enumerate(queues)]
        heapq.heapify(turn)
        places = len(turn)
        while turn:
            free, _, domain = heapq.heappop(turn)
            at = self._take(max(free, self.next))
            times[queues[domain].popleft()] = at
            self.free[domain] = at + self.domain_gap
            if queues[domain]:
                heapq.heappush(turn, (self.free[domain], places, domain))
                places += 1

    def _take(self, at: datetime) -> datetime:
        if self.per_day:
            at = self._on_a_day_with_room(at)
        self.next = at + self.gap
        return at

    def _on_a_day_with_room(self, at: datetime) -> datetime:
        day = at.astimezone(self.start.tzinfo).date()
        while self.on_day[day] >= self.per_day:
            day += timedelta(days=1)
            at = datetime.combine(day, self.start.timetz()).astimezone(UTC)
        self.on_day[day] += 1
        return at
