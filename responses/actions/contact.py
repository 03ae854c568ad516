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
from responses.recipients import is_reminder as is_reminder
from responses.statistics.eligibility import left_out
from surveys.models import ContactStep, Round

SENDING_TIME = time(10)  # Europe/Copenhagen


@transaction.atomic
def prepare_wave(
    *, step: ContactStep, at: datetime, by: User | None = None, scheduled_for: datetime | None = None
) -> Wave:
    """Put one held mail per authority and address in a new wave of the step, with a line per case.

    Who already has a line of the step is not in it. A mail is in the language of its first case. The wave is proven and
    released by ``actions.wave``, and does not leave before ``scheduled_for``, or now.
    """
    step = ContactStep.objects.select_for_update(of=("self",)).select_related("round").get(pk=step.pk)
    bundles, reasons = _bundles(step, at)
    last = step.waves.order_by("-number").values_list("number", flat=True).first() or 0
    wave = Wave.objects.create(
        step=step,
        number=last + 1,
        scheduled_for=scheduled_for or at,
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
    """Release what is prepared of a step, or else all of it, at once, unproven and unpaced; return the number of mails.

    For simulations and tests. A step is queued once: again does nothing.
    """
    step = ContactStep.objects.select_for_update(of=("self",)).select_related("round").get(pk=step.pk)
    waiting = list(step.waves.filter(released_at=None).order_by("number"))
    if step.queued_at is None and not waiting:
        waiting = [prepare_wave(step=step, at=at)]
    return sum(wave_actions.release(wave=wave, by=None, at=at) for wave in waiting)


@transaction.atomic
def prepare_anew(*, wave: Wave, by: User, at: datetime) -> Wave:
    """Put a wave together once more, from what is true now, in the place of one that has not been released.

    Raises: WaveReleased.
    """
    step, scheduled_for = wave.step, wave.scheduled_for
    wave_actions.discard(wave=wave, by=by, at=at)
    return prepare_wave(step=step, at=at, by=by, scheduled_for=max(at, scheduled_for))


def queue_notice(*, name: Notice, holder: LinkHolder, cause: CaseEvent, at: datetime) -> Mail | None:
    """Put a mail that is no step of the contact plan in the queue; None when the holder has no address.

    Called in the transaction of the act that ``cause`` records, so that the one is never without the other. Whether
    it still fits is seen when it is sent (``eligibility.NOTICES``). The same notice to the same address for the same
    cause is an ``IntegrityError``.
    """
    if not holder.email:
        return None
    case = cause.case
    mail = Mail.objects.create(
        round_id=case.round_id,
        name=name,
        cause=cause,
        authority_code=case.sample_unit.workplace.authority_code,
        address=holder.email,
        domain=domain_of(holder.email),
        language=case.language,
        scheduled_for=at,
    )
    ContactAttempt.objects.create(case=case, mail=mail, holder=holder)
    return mail


def queue_due_steps(*, at: datetime) -> int:
    """Prepare the steps of the rounds in the field whose time has come, and release what may leave by itself.

    Return the number of mails released. A step is due at 10:00 on its day, and never nearer to the step before it than
    planned: a round opened late does not get its reminder with the invitation. Safe to run twice.
    """
    for round_ in Round.objects.open().order_by("pk"):
        before: ContactStep | None = None
        for step in plan_of(round_):
            if step.queued_at is None:
                if at < due_at(step, before):
                    break
                _prepare_due(step, at)
                step.queued_at = at
            before = step
    return wave_actions.release_due(at=at)


@transaction.atomic
def _prepare_due(step: ContactStep, at: datetime) -> None:
    """Prepare a step, unless another process has just done it."""
    step = ContactStep.objects.select_for_update(of=("self",)).select_related("round").get(pk=step.pk)
    if step.queued_at is None:
        prepare_wave(step=step, at=at)


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


def due_at(step: ContactStep, before: ContactStep | None) -> datetime:
    """Return when a step is due; ``before`` is the step before it, already queued."""
    day = step.date
    if before and before.queued_at:
        day = max(day, timezone.localdate(before.queued_at) + timedelta(days=step.field_day - before.field_day))
    return datetime.combine(day, SENDING_TIME, timezone.get_default_timezone())
