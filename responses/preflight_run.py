"""The checks before a mailing, run: settings, name servers (kept for five minutes), worker and queue (as they are)."""

from datetime import datetime, timedelta
from email.utils import parseaddr
from typing import NamedTuple

from django.conf import settings
from django.core.cache import cache
from django.db.models import Max, Min

from barometer.addresses import domain_of
from barometer.formats import short_moment
from responses import preflight
from responses.dns_lookup import Lookup
from responses.models import CoordinatorMail, Heartbeat, Mail
from responses.preflight import Finding, Level, Sending
from surveys.models import Round, RoundText

KEPT = timedelta(minutes=5)
WORKER = "send_due_mails"  # the task whose heartbeat tells that mails leave
LATE, SILENT = timedelta(minutes=3), timedelta(minutes=10)
QUEUE_LATE = timedelta(minutes=15)
STUCK_AFTER = timedelta(minutes=10)


class Asked(NamedTuple):
    """What the name servers said, and when they were asked."""

    at: datetime
    findings: list[Finding]


def sending(round_: Round) -> Sending:
    """Return how this round's mail is sent; one query."""
    sender = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    help_texts = round_.texts.filter(field=RoundText.Field.HELP_EMAIL).order_by("pk").values_list("text", flat=True)
    return Sending(
        sender=sender,
        bounce=getattr(settings, "BOUNCE_ADDRESS", "") or sender,
        help_addresses=tuple(help_texts),
        site_url=settings.SITE_URL,
        hosts=tuple(settings.SENDING_HOSTS or [settings.EMAIL_HOST]),
        selector=settings.DKIM_SELECTOR,
        dkim_domain=settings.DKIM_DOMAIN or domain_of(sender),
        rehearsal=round_.rehearsal,
    )


def of_settings(round_: Round) -> list[Finding]:
    return list(preflight.of_settings(sending(round_)))


def of_names(round_: Round, at: datetime, *, anew: bool = False, lookup: Lookup | None = None) -> Asked:
    """Return what the name servers say; asked again after five minutes, or if told to. Takes ten seconds at most."""
    key = f"preflight:{round_.pk}"
    kept: Asked | None = None if anew else cache.get(key)
    if kept is None:
        kept = Asked(at, list(preflight.of_names(sending(round_), lookup or Lookup())))
        cache.set(key, kept, KEPT.total_seconds())
    return kept


def of_worker(at: datetime) -> list[Finding]:
    """Return whether the worker is alive and the queue moves; four queries."""
    return [_worker(at), *_queue(at)]


def _worker(at: datetime) -> Finding:
    last = Heartbeat.objects.filter(task=WORKER).aggregate(last=Max("at"))["last"]
    if last is None:
        return Finding("worker", Level.FAILS, "worker_never")
    params = {"when": short_moment(last)}
    if at - last > SILENT:
        return Finding("worker", Level.FAILS, "worker_silent", params)
    if at - last > LATE:
        return Finding("worker", Level.WARNING, "worker_late", params)
    return Finding("worker", Level.OK, "worker_ok", params)


def _queue(at: datetime) -> list[Finding]:
    findings = []
    due = Mail.objects.due(at - QUEUE_LATE).exclude(name=CoordinatorMail.CODE).order_by()
    oldest = due.aggregate(oldest=Min("scheduled_for"))["oldest"]
    if oldest:
        params: dict[str, object] = {"number": due.count(), "when": short_moment(oldest)}
        findings.append(Finding("queue", Level.WARNING, "queue_late", params))
    stuck = Mail.objects.filter(status=Mail.Status.CLAIMED, claimed_at__lt=at - STUCK_AFTER).count()
    if stuck:
        findings.append(Finding("queue", Level.WARNING, "queue_stuck", {"number": stuck}))
    unknown = Mail.objects.filter(status=Mail.Status.UNKNOWN).count()
    if unknown:
        findings.append(Finding("queue", Level.WARNING, "queue_unknown", {"number": unknown}))
    return findings or [Finding("queue", Level.OK, "queue_ok")]
