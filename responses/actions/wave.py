"""Waves: the mails of a step that leave together are proven, approved by a second person, and released.

Until its release a wave can be proven and discarded, afterwards paused, resumed and stopped. What is done to a wave is
done under the lock on its row; what becomes of one mail is decided by a conditional UPDATE on that mail, as in
``actions.sending``, so that a mail is either taken back or handed over, never both.
"""

import logging
from collections import defaultdict
from contextlib import suppress
from datetime import datetime

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from barometer import audit
from barometer.models import User
from responses import proof, recipients
from responses.mail import Reason
from responses.models import CaseEvent, ContactAttempt, Mail, Wave
from responses.proof import Proof
from responses.proof_findings import Code
from responses.statistics import pace
from responses.statistics.dispositions import EventKind
from surveys.models import ContactStep, Round

logger = logging.getLogger(__name__)

AFTER_THE_CLOSE = (ContactStep.MailName.THANK_YOU, ContactStep.MailName.RESULT)
NOT_HANDED_OVER = (Mail.Status.HELD, Mail.Status.QUEUED, Mail.Status.CLAIMED)


class WaveReleased(Exception):
    """The wave has been released or stopped: what is done before that can no longer be done."""


class WaveNotReleased(Exception):
    """The wave has not been released, or has been stopped: there is nothing to pause, resume or stop."""


class ProofMissing(Exception):
    """Nobody has proven the wave."""


class ProofHasErrors(Exception):
    """A wave with errors does not leave."""


class ProofStale(Exception):
    """What would leave is no longer what was proven, or not what the approver has seen."""


class SecondPersonNeeded(Exception):
    """Whoever has prepared or proven a wave cannot approve it in this round."""


def limits() -> pace.Limits:
    """Return how fast mails may leave, as the operators have set it."""
    return pace.Limits(
        per_domain_per_minute=settings.MAIL_PER_DOMAIN_PER_MINUTE,
        per_minute=settings.MAIL_PER_MINUTE,
        per_day=settings.MAIL_PER_DAY,
        first_batch=settings.MAIL_FIRST_BATCH,
    )


def prove(*, wave: Wave, by: User | None, at: datetime) -> Proof:
    """Prove a wave and keep what was found. Cases that have ended since it was prepared are taken out first.

    The mails are written outside any transaction, since thousands take seconds.
    Raises: WaveReleased.
    """
    _take_out_ended(wave, at)
    found = proof.prove(_whole(wave.pk), at)
    with transaction.atomic():
        wave = _lock_waiting(wave.pk)
        wave.findings = [finding.stored() for finding in found.findings]
        wave.digests = {str(mail): digest for mail, digest in found.digests.items()}
        wave.proof_sha256, wave.proven_at, wave.proven_by = found.sha256, at, by
        wave.save(update_fields=["findings", "digests", "proof_sha256", "proven_at", "proven_by"])
        errors = sum(finding.is_error for finding in found.findings)
        facts = {"mails": len(found.digests), "errors": errors, "proof": found.sha256}
        audit.record("wave.proven", target=wave, by=by, at=at, facts=facts)
    if errors:
        logger.error("The proof of wave %s has %s errors: it is held back", wave.pk, errors)
    return found


def approve(*, wave: Wave, by: User, at: datetime, proof_sha256: str) -> int:
    """Release a wave as a person who has seen its proof; return the number of mails.

    It is proven once more, and must come out as it was seen, but for what the workplaces themselves have done since:
    who has answered or declined in the meantime is left out when the mail is sent.
    Raises: WaveReleased, ProofMissing, ProofHasErrors, SecondPersonNeeded, ProofStale.
    """
    wave = _whole(wave.pk)
    _check_approval(wave, by, proof_sha256)
    if not _still_holds(wave, proof.prove(wave, at)):
        raise ProofStale
    with transaction.atomic():
        locked = _lock_waiting(wave.pk)
        _check_approval(locked, by, proof_sha256)
        return _let_go(locked, by, at, paced=True)


@transaction.atomic
def release(*, wave: Wave, by: User | None, at: datetime, paced: bool = False) -> int:
    """Let the held mails of a wave leave without asking for proof or approval; return how many.

    Raises: WaveReleased.
    """
    return _let_go(_lock_waiting(wave.pk), by, at, paced=paced)


def release_due(*, at: datetime) -> int:
    """Prove the waves whose time has come, and release those that need no second person; return the number of mails.

    A wave whose proof has errors, or that waits for a second person, is held. Safe to run twice.
    """
    in_time = models.Q(step__round__closed_at=None) | models.Q(step__mail_name__in=AFTER_THE_CLOSE)
    of_mails = Wave.objects.filter(in_time, step__channel=ContactStep.Channel.EMAIL)
    waiting = of_mails.filter(released_at=None, stopped_at=None, scheduled_for__lte=at)
    mails = 0
    for wave in waiting.select_related("step__round").order_by("pk"):
        alone = not wave.step.round.second_person
        with suppress(WaveReleased, Wave.DoesNotExist):  # another process, or a person, was quicker
            if wave.forecast == 0:
                release(wave=wave, by=None, at=at)
            elif wave.proven_at is None or (alone and not wave.has_errors):
                found = prove(wave=wave, by=None, at=at)
                if alone and not found.has_errors:
                    mails += release(wave=wave, by=None, at=at, paced=True)
    return mails


@transaction.atomic
def discard(*, wave: Wave, by: User, at: datetime) -> None:
    """Delete a wave that has not been released, with its mails, so that it can be prepared anew.

    Before its day the program prepares it again when the day comes; on its day or later, a person does.
    Raises: WaveReleased.
    """
    wave = _lock_waiting(wave.pk)
    step = wave.step
    ContactAttempt.objects.filter(wave=wave).delete()
    deleted, _ = Mail.objects.filter(wave=wave).delete()
    facts = {"step": step.pk, "number": wave.number, "mails": deleted}
    audit.record("wave.discarded", target=wave, by=by, at=at, facts=facts)
    early = wave.scheduled_for > at
    wave.delete()
    if early and not step.waves.exists():
        ContactStep.objects.filter(pk=step.pk).update(queued_at=None)


@transaction.atomic
def pause(*, wave: Wave, by: User, at: datetime) -> int:
    """Hold back what has not been handed over to the mail server; return how many mails. Twice is once.

    A mail that a worker has claimed is taken back too: the worker hands over only what is still its own.
    Raises: WaveNotReleased.
    """
    wave = _lock_released(wave.pk)
    if wave.paused_at is not None:
        return 0
    wave.paused_at = at
    wave.save(update_fields=["paused_at"])
    leaving = Mail.objects.filter(wave=wave, status__in=(Mail.Status.QUEUED, Mail.Status.CLAIMED))
    held = leaving.update(status=Mail.Status.HELD, claimed_at=None)
    audit.record("wave.paused", target=wave, by=by, at=at, facts={"mails": held})
    return held


@transaction.atomic
def resume(*, wave: Wave, by: User, at: datetime) -> int:
    """Let what was held back leave, as much later as the pause has lasted; return how many mails.

    Raises: WaveNotReleased.
    """
    wave = _lock_released(wave.pk)
    if wave.paused_at is None:
        return 0
    lasted = at - wave.paused_at
    wave.paused_at = None
    wave.save(update_fields=["paused_at"])
    held = Mail.objects.filter(wave=wave, status=Mail.Status.HELD)
    released = held.update(status=Mail.Status.QUEUED, scheduled_for=models.F("scheduled_for") + lasted)
    audit.record("wave.resumed", target=wave, by=by, at=at, facts={"mails": released})
    return released


@transaction.atomic
def stop(*, wave: Wave, by: User, at: datetime) -> int:
    """Cancel for good what has not been handed over to the mail server; return how many mails.

    Raises: WaveNotReleased.
    """
    wave = _lock_released(wave.pk)
    wave.stopped_at = at
    wave.save(update_fields=["stopped_at"])
    cancelled = cancel_stopped(at=at)
    audit.record("wave.stopped", target=wave, by=by, at=at, facts={"mails": cancelled})
    return cancelled


def cancel_stopped(*, at: datetime) -> int:
    """Cancel what waits in stopped waves, also what a mail server refused for now after the stop; return how many."""
    waiting = Mail.objects.filter(wave__in=Wave.objects.filter(stopped_at__isnull=False), status__in=NOT_HANDED_OVER)
    return waiting.update(status=Mail.Status.CANCELLED, outcome=Reason.WAVE_STOPPED, claimed_at=None, ended_at=at)


@transaction.atomic
def set_second_person(*, round_: Round, needed: bool, by: User, at: datetime) -> None:
    """Say whether a second person approves the waves of a round."""
    changed = Round.objects.filter(pk=round_.pk).exclude(second_person=needed).update(second_person=needed)
    if changed:
        audit.record("round.second_person", target=round_, by=by, at=at, facts={"needed": needed})


def _whole(pk: int) -> Wave:
    return Wave.objects.select_related("step__round__questionnaire").get(pk=pk)


def _lock_waiting(pk: int) -> Wave:
    wave = Wave.objects.select_for_update(of=("self",)).select_related("step__round").get(pk=pk)
    if wave.released_at is not None:
        raise WaveReleased
    return wave


def _lock_released(pk: int) -> Wave:
    wave = Wave.objects.select_for_update(of=("self",)).select_related("step__round").get(pk=pk)
    if wave.released_at is None or wave.stopped_at is not None:
        raise WaveNotReleased
    return wave


def _check_approval(wave: Wave, by: User, proof_sha256: str) -> None:
    if wave.released_at is not None:
        raise WaveReleased
    if wave.proven_at is None:
        raise ProofMissing
    if wave.has_errors:
        raise ProofHasErrors
    if wave.step.round.second_person and by.pk in (wave.prepared_by_id, wave.proven_by_id):
        raise SecondPersonNeeded
    if wave.proof_sha256 != proof_sha256:
        raise ProofStale


def _still_holds(wave: Wave, fresh: Proof) -> bool:
    """Whether a wave comes out as it was proven, but for the mails of cases to which something has happened since.

    An address that was changed is nothing that happened to the case, but to the mail.
    """
    now = {str(mail): digest for mail, digest in fresh.digests.items()}
    changed = {mail for mail in now.keys() | wave.digests.keys() if now.get(mail) != wave.digests.get(mail)}
    happened = CaseEvent.objects.filter(at__gte=wave.proven_at, case__contact_attempts__wave=wave)
    happened = happened.exclude(kind__in=(EventKind.OPENED, EventKind.ADDRESS_CHANGED))
    own = ContactAttempt.objects.filter(wave=wave, case__in=happened.values("case"))
    moved = {str(mail) for mail in own.order_by().values_list("mail_id", flat=True)}
    for finding in fresh.findings:
        if finding.is_error and not (finding.code == Code.NOT_TO_BE_WRITTEN_TO and str(finding.mail) in moved):
            return False
    return changed <= moved


@transaction.atomic
def _take_out_ended(wave: Wave, at: datetime) -> None:
    """Leave out the lines of cases that have ended since the wave was prepared, and cancel the mails that are empty.

    They are no longer forecast: whoever approves the wave approves what is left.
    """
    wave = _lock_waiting(wave.pk)
    happened = CaseEvent.objects.filter(at__gte=wave.prepared_at, case__contact_attempts__wave=wave)
    cases = happened.exclude(kind=EventKind.OPENED).values("case")
    held = Mail.objects.filter(wave=wave, status=Mail.Status.HELD, lines__case__in=cases)
    mails = {mail.pk: mail for mail in held.select_related("step").distinct()}
    ended: dict[str, list[int]] = defaultdict(list)
    for pk, lines in recipients.lines_of(mails, at).items():
        for line in lines:
            if (reason := recipients.left_out_of(mails[pk], line.contactable)) is not None:
                ended[reason].append(line.attempt.case_id)
                ContactAttempt.objects.filter(pk=line.attempt.pk).update(left_out=reason)
    if ended:
        empty = Mail.objects.filter(pk__in=mails).exclude(lines__left_out="")
        empty.update(status=Mail.Status.CANCELLED, outcome=Reason.NOBODY_LEFT, ended_at=at)
        reasons = wave.left_out.keys() | ended.keys()
        wave.left_out = {reason: [*wave.left_out.get(reason, []), *ended.get(reason, [])] for reason in reasons}
        wave.forecast -= sum(map(len, ended.values()))
        wave.save(update_fields=["left_out", "forecast"])


def _let_go(wave: Wave, by: User | None, at: datetime, *, paced: bool) -> int:
    """Queue the held mails of a locked wave."""
    first = not wave.step.waves.filter(released_at__isnull=False).exists()
    wave.proven_at = wave.proven_at or at
    wave.released_at, wave.approved_by = at, by
    wave.save(update_fields=["proven_at", "released_at", "approved_by"])
    start = max(at, wave.scheduled_for)
    if first:
        ContactStep.objects.filter(pk=wave.step_id).update(queued_at=start)
    if paced:
        _pace(wave, start)
    mails = Mail.objects.filter(wave=wave, status=Mail.Status.HELD).update(status=Mail.Status.QUEUED)
    audit.record("wave.released", target=wave, by=by, at=at, facts={"mails": mails, "proof": wave.proof_sha256})
    return mails


def _pace(wave: Wave, start: datetime) -> None:
    """Give every held mail of a wave its time."""
    held = list(Mail.objects.filter(wave=wave, status=Mail.Status.HELD).only("pk", "domain").order_by("pk"))
    own = limits()
    times = pace.schedule(
        [mail.domain for mail in held],
        timezone.localtime(start),
        own.per_domain_per_minute,
        own.per_minute,
        own.per_day,
        own.first_batch,
    )
    for mail, time in zip(held, times, strict=True):
        mail.scheduled_for = time
    Mail.objects.bulk_update(held, ["scheduled_for"], batch_size=500)
