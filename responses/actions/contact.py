"""Contact: put the mails of a step, and notices, in the queue. ``actions.sending`` sends them."""

from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from barometer.addresses import domain_of
from barometer.bulk import copy_rows
from barometer.models import User
from barometer.prepared import PreparedInsert
from responses import recipients
from responses.actions import wave as wave_actions
from responses.contact_days import days_of, in_order, zone
from responses.contact_elsewhere import TO_NO_CASE, Due, mails_to_no_case
from responses.mail import Reason
from responses.models import CaseEvent, ContactAttempt, LinkHolder, Mail, Notice, Wave
from responses.statistics.eligibility import left_out
from surveys.calendar import Calendar, moment
from surveys.days_off import calendar_of
from surveys.models import ContactStep, Round

BEFORE_THE_INVITATION = (ContactStep.MailName.KICK_OFF, ContactStep.MailName.PRE_NOTICE)
MAIL, LINE = PreparedInsert(Mail), PreparedInsert(ContactAttempt)
LOOKS_AFTER_CLOSING = timedelta(days=60)  # for so long the sweep looks for those who are still to be thanked

Bundles = dict[tuple[str, str], list[LinkHolder]]


class NobodyDue(Exception):
    """There is nobody to be contacted in this step now; no wave is made."""


@transaction.atomic
def prepare_wave(*, step: ContactStep, at: datetime, by: User | None = None, for_day: date | None = None) -> Wave:
    """Put one held mail per authority and address in a new wave of the step, with a line per case.

    It takes the cases whose day has come on the local day of ``at``, and that have no line of the step yet. With
    ``for_day`` it is prepared ahead: for those whose day has come by then, and to leave on that day at the step's hour.
    A mail is in the language of its first case. The caller, or a person, has the wave proven and released
    (``actions.wave``).
    Raises: NobodyDue.
    """
    step = _locked(step)
    on = for_day or timezone.localdate(at)
    days = days_of(in_order(step.round), calendar_of(step.round), timezone.localdate(at))
    leaves_at = max(at, moment(on, step.time, zone())) if for_day else at
    return _prepare(step, at, by, leaves_at, lambda case, authority: days.is_due(step, case, authority, on))


@transaction.atomic
def queue_step(*, step: ContactStep, at: datetime) -> int:
    """Release what is prepared of a step, or else all its cases, whatever their day; return the number of mails.

    At once, unproven and unpaced: for simulations and tests. A step is queued once: again does nothing. What staff
    plan goes by ``queue_due_steps`` instead.
    """
    step = _locked(step)
    waiting = list(step.waves.filter(released_at=None).order_by("number"))
    if step.queued_at is None and not waiting:
        with suppress(NobodyDue):
            waiting = [_prepare(step, at, None, at, lambda case, authority: True)]
    return sum(wave_actions.release(wave=wave, by=None, at=at) for wave in waiting)


@transaction.atomic
def prepare_anew(*, wave: Wave, by: User, at: datetime) -> Wave:
    """Put a wave together once more, from what is true now, in the place of one that has not been released.

    Raises: WaveReleased, NobodyDue.
    """
    step, day = wave.step, timezone.localdate(wave.scheduled_for)
    wave_actions.discard(wave=wave, by=by, at=at)
    return prepare_wave(step=step, at=at, by=by, for_day=day if day > timezone.localdate(at) else None)


def queue_due_steps(*, at: datetime) -> int:
    """Prepare what is due in every round, and release what may leave by itself; return the number of mails released.

    A step is looked at once a day, at its hour. Where a second person approves, its mails are held until then. A step
    comes never nearer to the step before it than planned: a round opened late does not get its reminder with the
    invitation. After the close only thank-you and results leave. Safe to run twice, and by two workers.
    """
    for round_ in Round.objects.filter(opened_at__isnull=False).order_by("pk"):
        prepare_due_of(round_=round_, at=at)
    return wave_actions.release_due(at=at)


def prepare_due_of(*, round_: Round, at: datetime, by: User | None = None, at_any_hour: bool = False) -> int:
    """Prepare what is due in one round, and return the number of mails; ``at_any_hour`` when it is being opened."""
    steps = in_order(round_)
    today = timezone.localdate(at)
    due = [step for step in plan_of(round_, steps) if is_to_be_looked_at(step, steps, today)]
    if not at_any_hour:
        due = [step for step in due if at >= moment(today, step.time, zone())]
    if not due:
        return 0
    calendar = calendar_of(round_)
    if not calendar.is_working_day(today):
        due = [step for step in due if not step.skips_quiet_weeks]
    return sum(_look_at(step, steps, calendar, at, by) for step in due)


def plan_of(round_: Round, steps: Sequence[ContactStep] = ()) -> list[ContactStep]:
    """Return the steps that are mails, in the order of their days; one query unless ``steps`` are given."""
    return [step for step in steps or in_order(round_) if step.channel == ContactStep.Channel.EMAIL]


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
    mail = MAIL.insert(
        Mail(
            round_id=case.round_id,
            name=name,
            cause=cause,
            authority_code=case.sample_unit.workplace.authority_code,
            address=address,
            domain=domain_of(address),
            language=case.language,
            scheduled_for=at,
        )
    )
    LINE.insert(ContactAttempt(case=case, mail=mail, holder=holder))
    return mail


def cancel_queued(*, round_: Round, at: datetime) -> int:
    """Take the mails of a round that ends out of the queue; return how many. What is being sent is not stopped.

    Those who have answered are thanked all the same.
    """
    queued = Mail.objects.filter(round=round_, status__in=(Mail.Status.HELD, Mail.Status.QUEUED))
    ending = queued.exclude(name__in=wave_actions.AFTER_THE_CLOSE)
    return ending.update(status=Mail.Status.CANCELLED, outcome=Reason.ROUND_CLOSED, ended_at=at)


def _locked(step: ContactStep) -> ContactStep:
    return ContactStep.objects.select_for_update(of=("self",)).select_related("round").get(pk=step.pk)


def is_to_be_looked_at(step: ContactStep, steps: Sequence[ContactStep], today: date) -> bool:
    """Whether the sweep looks for those who are due: from the step's day on, once a day; no query."""
    round_ = step.round
    if step.date > today or (step.swept_on is not None and step.swept_on >= today):
        return False
    if step.mail_name == ContactStep.MailName.RESULT:
        return round_.status == Round.Status.PUBLISHED
    if comes_too_late(step, steps, today):
        return False
    if round_.closed_at is None:
        return True
    ended = max(step.date, timezone.localdate(round_.closed_at))
    return step.mail_name == ContactStep.MailName.THANK_YOU and today <= ended + LOOKS_AFTER_CLOSING


def comes_too_late(step: ContactStep, steps: Sequence[ContactStep], today: date) -> bool:
    """Whether a step that says that an invitation will come could only come with it or after it: then it does not."""
    invitations = [each.date for each in steps if each.mail_name == ContactStep.MailName.INVITATION]
    return step.mail_name in BEFORE_THE_INVITATION and any(day <= today for day in invitations)


@transaction.atomic
def _look_at(step: ContactStep, steps: Sequence[ContactStep], calendar: Calendar, at: datetime, by: User | None) -> int:
    """Prepare a wave for those whose day has come since the sweep last looked; return the number of mails."""
    locked, today = _locked(step), timezone.localdate(at)
    if locked.swept_on is not None and locked.swept_on >= today:  # another worker was quicker
        return 0
    days, after = days_of(steps, calendar, today), locked.swept_on
    locked.swept_on = today
    locked.save(update_fields=["swept_on"])
    try:
        wave = _prepare(locked, at, by, at, lambda case, authority: days.is_due(step, case, authority, today, after))
    except NobodyDue:
        return 0
    return wave.mails.count()


def _prepare(step: ContactStep, at: datetime, by: User | None, leaves_at: datetime, due: Due) -> Wave:
    """Make a wave of those who are due and may be written to; the caller holds the lock on the step.

    Raises: NobodyDue.
    """
    to_no_case = step.mail_name in TO_NO_CASE
    bundles, reasons = ({}, {}) if to_no_case else _bundles(step, at, due)
    mails = mails_to_no_case(step, due) if to_no_case else [_held(step, key[0], of[0]) for key, of in bundles.items()]
    if not mails:
        raise NobodyDue
    wave = Wave.objects.create(
        step=step,
        number=(step.waves.aggregate(last=Max("number"))["last"] or 0) + 1,
        scheduled_for=leaves_at,
        forecast=sum(map(len, bundles.values())) or len(mails),
        left_out=reasons,
        prepared_at=at,
        prepared_by=by,
    )
    for mail in mails:
        mail.wave, mail.scheduled_for, mail.status = wave, leaves_at, Mail.Status.HELD
    held = Mail.objects.bulk_create(mails, batch_size=500)
    lines = [
        ContactAttempt(case_id=holder.case_id, step=step, mail=mail, wave=wave, holder=holder)
        for mail, holders in zip(held, bundles.values(), strict=not to_no_case)
        for holder in holders
    ]
    copy_rows(ContactAttempt, lines)
    if step.queued_at is None:
        step.queued_at = at
        step.save(update_fields=["queued_at"])
    return wave


def _bundles(step: ContactStep, at: datetime, due: Due) -> tuple[Bundles, dict[str, list[int]]]:
    """Return the holders to be written to, by authority and address, in the order of their cases.

    And which of the cases that are due are left out, by reason.
    """
    bundles: Bundles = defaultdict(list)
    reasons: dict[str, list[int]] = defaultdict(list)
    kind, audiences = recipients.kind_of(step), recipients.Audiences([step], [step.round_id])
    reached = set(step.contact_attempts.values_list("case_id", flat=True))
    for holder, contactable in recipients.receivers(step.round, at):
        authority = holder.case.sample_unit.workplace.authority_code
        if holder.case_id in reached or not due(holder.case_id, authority):
            continue
        reason = left_out(audiences.judged(step.pk, holder, contactable), kind)
        if reason is None:
            bundles[authority, holder.email.casefold()].append(holder)
        else:
            reasons[reason].append(holder.case_id)
    return bundles, reasons


def _held(step: ContactStep, authority_code: str, holder: LinkHolder) -> Mail:
    return Mail(
        round_id=step.round_id,
        step=step,
        name=step.mail_name,
        authority_code=authority_code,
        address=holder.email,
        domain=domain_of(holder.email),
        language=holder.case.language,
    )
