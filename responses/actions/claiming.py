"""Claiming: which of the due mails a worker takes, within the limits on how fast they may leave.

The limits are counted from the mails' own rows, and whoever claims within limits waits for whoever does so at the same
moment, so that several workers together keep to them. What is over a domain's limit is put later, and so is never in
the way of the others.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models, transaction

from barometer.bulk import one_at_a_time
from responses.models import Mail, MailDomain
from responses.models.contact import MailQuerySet

WITH_A_MAIL = ("step", "cause__holder__hand_over", "round__questionnaire", "authority_contact__coordinator")
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
WINDOW = 500  # mails looked at together while there are limits
MOST_WINDOWS = 4  # in one claim, however many mails of one domain are in front
LONGEST_WAIT = timedelta(hours=1)  # that a mail over its domain's limit is put later: then it is looked at again
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=5), timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Limits:
    """How many mails may leave, notices included; 0 is no limit."""

    per_minute: int = 0
    per_day: int = 0
    per_domain: int = 0  # per minute

    @classmethod
    def of_settings(cls) -> "Limits":
        return cls(settings.MAIL_PER_MINUTE, settings.MAIL_PER_DAY, settings.MAIL_PER_DOMAIN_PER_MINUTE)

    def __bool__(self) -> bool:
        return bool(self.per_minute or self.per_day or self.per_domain)


@dataclass(slots=True)
class _Domains:
    """What is known of the domains while mails are claimed: pauses, and how many have been claimed in this minute."""

    at: datetime
    per_minute: int
    paused: dict[str, datetime]
    claimed: Counter[str] = field(default_factory=Counter)
    over: Counter[str] = field(default_factory=Counter)

    def later(self, domain: str) -> datetime | None:
        """Return until when a mail to the domain has to wait; None when it may leave, and counts."""
        if domain in self.paused:
            return self.paused[domain]
        if not self.per_minute or self.claimed[domain] < self.per_minute:
            self.claimed[domain] += 1
            return None
        minutes = 1 + self.over[domain] // self.per_minute
        self.over[domain] += 1
        return self.at + min(minutes * MINUTE, LONGEST_WAIT)


@transaction.atomic(savepoint=False)
def claim(due: MailQuerySet, *, limits: Limits, at: datetime, most: int) -> list[Mail]:
    """Take up to ``most`` of the due mails for sending, notices first, then taking turns between the domains.

    No two callers get the same mail. Without limits this is one look and one claim, and callers do not wait.
    """
    pauses = MailDomain.objects.filter(paused_until__gt=at).values_list("name", "paused_until")
    paused = {name: until for name, until in pauses if until}
    if not limits and not paused:
        return _take(_first(due, most), at)
    if limits:
        one_at_a_time("claiming mails")
        most = min(most, _room(limits, at))
    domains = _Domains(at, limits.per_domain, paused)
    if limits.per_domain:
        lately = _claimed_since(at - MINUTE).values_list("domain").annotate(models.Count("pk")).order_by()
        domains.claimed.update(dict(lately))
    taken: list[Mail] = []
    for _ in range(MOST_WINDOWS):
        found = _first(due, WINDOW)
        taken += _take(_within(found, domains, most - len(taken)), at)
        if len(found) < WINDOW or len(taken) >= most:
            break
    return taken


def release(mails: Iterable[Mail], at: datetime, *, until: datetime | None = None) -> None:
    """Give back claims that we cannot use, to be taken by anybody at once, or not before ``until``."""
    ours = Mail.objects.filter(pk__in=[mail.pk for mail in mails], status=Mail.Status.CLAIMED, claimed_at=at)
    later = {} if until is None else {"scheduled_for": until}
    ours.update(status=Mail.Status.QUEUED, claimed_at=None, **later)


@transaction.atomic
def pause_domain(name: str, *, reply: str, at: datetime) -> datetime:
    """Send nothing to a domain whose servers ask us to wait, longer each time in a row; return until when.

    What two workers are told at the same moment counts once.
    """
    MailDomain.objects.get_or_create(name=name)
    domain = MailDomain.objects.select_for_update().get(name=name)
    if domain.paused_until is None or domain.paused_until <= at:
        pause = min(FIRST_PAUSE * 2 ** min(domain.deferrals, 10), LONGEST_PAUSE)
        domain.paused_until, domain.deferrals, domain.reply = at + pause, domain.deferrals + 1, reply
        domain.save(update_fields=["paused_until", "deferrals", "reply"])
    assert domain.paused_until
    return domain.paused_until


def end_deferrals(names: Iterable[str], *, at: datetime) -> None:
    """A mail to these domains was taken, so the next pause there is a first one again; one query."""
    over = models.Q(paused_until=None) | models.Q(paused_until__lte=at)
    MailDomain.objects.filter(over, name__in=set(names), deferrals__gt=0).update(deferrals=0, paused_until=None)


def next_look(*, at: datetime, until: datetime) -> datetime | None:
    """Return when a mail that the limits hold back may leave, if that is before ``until``; None without limits."""
    limits = Limits.of_settings()
    if not limits:
        return None
    moments = [Mail.objects.filter(status=Mail.Status.QUEUED, scheduled_for__gt=at).aggregate(first=_FIRST)["first"]]
    if limits.per_minute and _room(limits, at) <= 0 and Mail.objects.due(at).exists():
        oldest = _claimed_since(at - MINUTE).aggregate(first=models.Min("claimed_at"))["first"]
        moments.append(oldest + MINUTE if oldest else None)
    first = min((moment for moment in moments if moment is not None), default=None)
    return first if first and first <= until else None


_FIRST = models.Min("scheduled_for")


def _room(limits: Limits, at: datetime) -> int:
    """Return how many mails may be claimed now, whatever their domain."""
    room = [
        limit - _claimed_since(at - window).count()
        for limit, window in ((limits.per_minute, MINUTE), (limits.per_day, DAY))
        if limit
    ]
    return max(0, min(room, default=WINDOW))


def _claimed_since(moment: datetime) -> MailQuerySet:
    """Return the mails claimed since then that left, or may have; one put off by its server keeps its claim's time."""
    return Mail.objects.filter(claimed_at__gt=moment).exclude(status=Mail.Status.CANCELLED)


def _first(due: MailQuerySet, most: int) -> list[tuple[int, str]]:
    """Return (mail, domain) of those that are first in turn, locked; those that another worker takes are left out.

    A notice answers what somebody has just done, so it goes before the steps, of which there are thousands.
    """
    found: list[tuple[int, str]] = []
    for some in (due.filter(cause__isnull=False), due.filter(cause__isnull=True)):
        if len(found) < most:
            locked = some.select_for_update(skip_locked=True, of=("self",))
            found += locked.values_list("pk", "domain")[: most - len(found)]
    return found


def _within(found: Iterable[tuple[int, str]], domains: _Domains, most: int) -> list[tuple[int, str]]:
    """Return what may leave now, and put later what has to wait for its domain."""
    now: list[tuple[int, str]] = []
    later: dict[datetime, list[int]] = defaultdict(list)
    for pk, domain in found:
        if len(now) == most:
            break
        wait = domains.later(domain)
        if wait is None:
            now.append((pk, domain))
        else:
            later[wait].append(pk)
    for moment, pks in later.items():
        Mail.objects.filter(pk__in=pks, status=Mail.Status.QUEUED).update(scheduled_for=moment)
    return now


def _take(found: list[tuple[int, str]], at: datetime) -> list[Mail]:
    """Claim these locked mails, and return them with what is needed to write them, taking turns between domains."""
    if not found:
        return []
    pks = list(_in_turns(found))
    if Mail.objects.claim(pks, at) != len(pks):
        raise ValueError("a mail changed while it was locked")
    read = Mail.objects.select_related(*WITH_A_MAIL).in_bulk(pks)
    return [read[pk] for pk in pks]


def _in_turns(found: list[tuple[int, str]]) -> Iterator[int]:
    """Yield the mails so that each domain has its first one before any has its second."""
    turns: Counter[str] = Counter()
    keys: list[tuple[int, int]] = []
    for place, (_, domain) in enumerate(found):
        keys.append((turns[domain], place))
        turns[domain] += 1
    for _, place in sorted(keys):
        yield found[place][0]
