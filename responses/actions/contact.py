"""Contact: put the mails of a step, and notices, in the queue. ``actions.sending`` sends them."""

from collections import Counter, defaultdict
from datetime import datetime, time, timedelta

from django.db import transaction
from django.utils import timezone

from barometer.addresses import domain_of
from barometer.bulk import copy_rows
from barometer.models import User
from responses import recipients
from responses.actions import wave as wave_actions
from responses.mail import Reason
from responses.models import CaseEvent, ContactAttempt, LinkHolder, Mail, Notice, Wave
from responses.statistics.eligibility import left_out
from surveys.models import ContactStep, Round

SENDING_TIME = time(10)  # Europe/Copenhagen


@transaction.atomic
def prepare_wave(*, step: ContactStep, at: datetime, by: User | None = None) -> Wave:
    """Put one held mail per authority and address in a new wave of the step, with a line per case.

    Who already has a line of the step is not in it. A mail is in the language of its first case. The caller, or a
    person, has the wave proven and released (``actions.wave``).
    """
    step = ContactStep.objects.select_for_update(of=("self",)).select_related("round").get(pk=step.pk)
    bundles, reasons = _bundles(step, at)
    wave = Wave.objects.create(
        step=step,
        number=step.waves.count() + 1,
        scheduled_for=at,
        forecast=sum(len(holders) for holders in bundles.values()),
        left_out=dict(reasons),
        prepared_at=at,
        prepared_by=by,
    )
    held = Mail.objects.bulk_create(
        [_held(wave, step, authority, holders[0]) for (authority, _), holders in bundles.items()], batch_size=500
    )
    lines = [
        ContactAttempt(case_id=holder.case_id, step=step, mail=mail, wave=wave, holder=holder)
        for mail, holders in zip(held, bundles.values(), strict=True)
        for holder in holders
    ]
    copy_rows(ContactAttempt, lines)
    if step.queued_at is None:
        step.queued_at = at
        step.save(update_fields=["queued_at"])
    return wave


@transaction.atomic
def queue_step(*, step: ContactStep, at: datetime) -> int:
    """Prepare the first wave of a step and release it at once; return the number of mails.

    A step is queued once: again does nothing.
    """
    step = ContactStep.objects.select_for_update(of=("self",)).select_related("round").get(pk=step.pk)
    if step.queued_at is not None:
        return 0
    prepared = prepare_wave(step=step, at=at)
    return wave_actions.release(wave=prepared, by=None, at=at)


def queue_notice(*, name: Notice, holder: LinkHolder, cause: CaseEvent, at: datetime, address: str = "") -> Mail | None:
    """Put a mail that is no step of the contact plan in the queue; None when the holder has no address.

    Called in the transaction of the act that ``cause`` records, so that the one is never without the other. Whether
    it still fits is seen when it is sent (``eligibility.NOTICES``). The same notice to the same address for the same
    cause is an ``IntegrityError``. ``address`` is of somebody who is not the holder, but may become it.
    """
    address = address or holder.email
    if not address:
        return None
    case = cause.case
    mail = Mail.objects.create(
        round_id=case.round_id,
        name=name,
        cause=cause,
        authority_code=case.sample_unit.workplace.authority_code,
        address=address,
        domain=domain_of(address),
        language=case.language,
        scheduled_for=at,
    )
    ContactAttempt.objects.create(case=case, mail=mail, holder=holder)
    return mail


def queue_due_steps(*, at: datetime) -> int:
    """Queue the steps of the rounds in the field whose time has come; return the number of mails.

    A step is due at 10:00 on its day, and never nearer to the step before it than planned: a round opened late
    does not get its reminder with the invitation. Safe to run twice.
    """
    mails_queued = 0
    for round_ in Round.objects.open().order_by("pk"):
        before: ContactStep | None = None
        for step in plan_of(round_):
            if step.queued_at is None:
                if at < _due_at(step, before):
                    break
                mails_queued += queue_step(step=step, at=at)
                step.queued_at = at
            before = step
    return mails_queued


def plan_of(round_: Round) -> list[ContactStep]:
    """Return the steps that are mails, in the order of their days; one query."""
    steps = round_.contact_steps.filter(channel=ContactStep.Channel.EMAIL)
    return sorted(steps, key=lambda step: (step.date, step.time, step.pk))


def cancel_queued(*, round_: Round, at: datetime) -> int:
    """Take the mails of a round that ends out of the queue; return how many. What is being sent is not stopped."""
    queued = Mail.objects.filter(round=round_, status__in=(Mail.Status.HELD, Mail.Status.QUEUED))
    return queued.update(status=Mail.Status.CANCELLED, outcome=Reason.ROUND_CLOSED, ended_at=at)


def _bundles(step: ContactStep, at: datetime) -> tuple[dict[tuple[str, str], list[LinkHolder]], Counter[str]]:
    """Return the holders to be written to, by authority and address, in the order of their cases.

    And how many cases are left out, by reason.
    """
    bundles: dict[tuple[str, str], list[LinkHolder]] = defaultdict(list)
    reasons: Counter[str] = Counter()
    reached = set(step.contact_attempts.values_list("case_id", flat=True))
    for holder, contactable in recipients.receivers(step.round, at):
        if holder.case_id in reached:
            continue
        reason = left_out(contactable, reminder=is_reminder(step))
        if reason is not None:
            reasons[reason] += 1
            continue
        authority = holder.case.sample_unit.workplace.authority_code
        bundles[authority, holder.email.casefold()].append(holder)
    return bundles, reasons


def is_reminder(step: ContactStep) -> bool:
    return step.mail_name != ContactStep.MailName.INVITATION


def _held(wave: Wave, step: ContactStep, authority_code: str, holder: LinkHolder) -> Mail:
    return Mail(
        round_id=step.round_id,
        step=step,
        wave=wave,
        name=step.mail_name,
        authority_code=authority_code,
        address=holder.email,
        domain=domain_of(holder.email),
        language=holder.case.language,
        status=Mail.Status.HELD,
        scheduled_for=wave.scheduled_for,
    )


def _due_at(step: ContactStep, before: ContactStep | None) -> datetime:
    """Return when a step is due; ``before`` is the step before it, already queued."""
    day = step.date
    if before and before.queued_at:
        day = max(day, timezone.localdate(before.queued_at) + timedelta(days=step.field_day - before.field_day))
    return datetime.combine(day, SENDING_TIME, timezone.get_default_timezone())
