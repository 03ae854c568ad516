"""Letters: a wave is prepared, printed, and recorded as posted.

Who gets one is decided as for a mail, but for the address: a letter needs one of paper, and no other. Printing looks
again at who may still be written to; what was printed then is what is posted.
"""

from collections import defaultdict
from collections.abc import Collection
from datetime import date, datetime, time

from django.db import transaction
from django.utils import timezone

from barometer import audit
from barometer.bulk import copy_rows
from barometer.models import User
from barometer.postal import postal_address
from responses import recipients
from responses.models import CaseEvent, ContactAttempt, LinkHolder, Wave
from responses.recipients import kind_of, receivers
from responses.statistics.dispositions import EventKind
from responses.statistics.eligibility import Contactable, LeftOut, by_another_way, left_out
from surveys.models import ContactStep


class NotALetter(Exception):
    """The step of the contact plan is no letter."""


class LettersNotPrinted(Exception):
    """They have not been printed yet, so nothing can have been posted."""


class LettersPosted(Exception):
    """They are recorded as posted already, or were thrown away."""


def plan(step: ContactStep, at: datetime) -> tuple[list[LinkHolder], dict[LeftOut, list[LinkHolder]]]:
    """Return who would get a letter of this step now, and who would not, by reason; some queries for all.

    Who has one already, posted or not, is in neither.
    """
    _must_be_letter(step)
    reached = set(step.contact_attempts.values_list("case_id", flat=True))
    audiences = recipients.Audiences([step], [step.round_id])
    wanted: list[LinkHolder] = []
    others: dict[LeftOut, list[LinkHolder]] = defaultdict(list)
    for holder, contactable in receivers(step.round, at):
        if holder.case_id in reached:
            continue
        reason = _left_out(step, holder, audiences.judged(step.pk, holder, contactable))
        if reason is None:
            wanted.append(holder)
        else:
            others[reason].append(holder)
    return wanted, dict(others)


@transaction.atomic
def prepare(*, step: ContactStep, by: User, at: datetime) -> Wave:
    """Make a wave of letters of all who are to get one now.

    Raises: NotALetter.
    """
    step = ContactStep.objects.select_for_update(of=("self",)).select_related("round").get(pk=step.pk)
    wanted, others = plan(step, at)
    last = step.waves.order_by("-number").values_list("number", flat=True).first()
    wave = Wave.objects.create(
        step=step,
        number=(last or 0) + 1,
        scheduled_for=at,
        forecast=len(wanted),
        left_out={reason.value: [holder.case_id for holder in holders] for reason, holders in others.items()},
        prepared_at=at,
        prepared_by=by,
    )
    copy_rows(
        ContactAttempt,
        [ContactAttempt(case_id=holder.case_id, step=step, wave=wave, holder=holder) for holder in wanted],
    )
    if step.queued_at is None:
        step.queued_at = at
        step.save(update_fields=["queued_at"])
    audit.record("letters.prepared", target=wave, by=by, at=at, facts={"letters": len(wanted)})
    return wave


@transaction.atomic
def note_printed(*, wave: Wave, by: User, at: datetime) -> int:
    """Leave out of the wave who is not to be written to any longer, and note that it is printed; return how many are.

    Raises: LettersPosted.
    """
    wave = _lock(wave.pk)
    _leave_out(wave, at)
    wave.proven_at = at
    wave.save(update_fields=["proven_at"])
    number = wave.attempts.filter(left_out="").count()
    audit.record("letters.printed", target=wave, by=by, at=at, facts={"letters": number})
    return number


@transaction.atomic
def record_posted(*, wave: Wave, on: date, taken_out: bool, by: User, at: datetime) -> int:
    """Record that the letters were posted on that day; return how many.

    ``taken_out``: those that should not go any longer (``overtaken``) were taken out of the pile first.
    Raises: LettersNotPrinted, LettersPosted.
    """
    wave = _lock(wave.pk)
    if wave.proven_at is None:
        raise LettersNotPrinted
    if taken_out:
        _leave_out(wave, at)
    posted_at = min(at, datetime.combine(on, time(12), timezone.get_default_timezone()))
    wave.released_at, wave.approved_by = posted_at, by
    wave.save(update_fields=["released_at", "approved_by"])
    sent = list(wave.attempts.filter(left_out="").order_by("case_id").values_list("case_id", "holder_id"))
    CaseEvent.objects.bulk_create(
        [
            CaseEvent(case_id=case, kind=EventKind.LETTER_SENT, at=posted_at, by=by, holder_id=holder)
            for case, holder in sent
        ],
        batch_size=500,
    )
    audit.record("letters.posted", target=wave, by=by, at=at, facts={"letters": len(sent), "on": on.isoformat()})
    return len(sent)


@transaction.atomic
def throw_away(*, wave: Wave, by: User, at: datetime) -> None:
    """Undo a wave that was not posted: its cases can be written to anew.

    Raises: LettersPosted.
    """
    wave = _lock(wave.pk)
    wave.attempts.all().delete()
    wave.stopped_at = at
    wave.save(update_fields=["stopped_at"])
    audit.record("letters.thrown_away", target=wave, by=by, at=at)


def overtaken(wave: Wave, at: datetime) -> dict[int, LeftOut]:
    """Return which letters of the wave should not go any longer, by contact attempt, and why; a few queries."""
    attempts = dict(wave.attempts.filter(left_out="").values_list("case_id", "pk"))
    if not attempts:
        return {}
    found: dict[int, LeftOut] = {}
    for holder, contactable in recipients.receivers(wave.step.round, at):
        if holder.case_id in attempts and (reason := _left_out(wave.step, holder, contactable)):
            found[attempts[holder.case_id]] = reason
    return found


def _left_out(step: ContactStep, holder: LinkHolder, contactable: Contactable) -> LeftOut | None:
    """Return why this holder gets no letter. A letter goes to the workplace, so a delegate gets none."""
    if holder.role != LinkHolder.Role.OWNER:
        return LeftOut.TASK_ELSEWHERE
    reachable = bool(postal_address(holder.case.sample_unit.workplace.address).lines)
    return left_out(by_another_way(contactable, reachable=reachable), kind_of(step))


def _leave_out(wave: Wave, at: datetime) -> None:
    by_reason: dict[LeftOut, list[int]] = defaultdict(list)
    for attempt, reason in overtaken(wave, at).items():
        by_reason[reason].append(attempt)
    for reason, attempts in by_reason.items():
        _mark(attempts, reason)


def _mark(attempts: Collection[int], reason: LeftOut) -> None:
    ContactAttempt.objects.filter(pk__in=attempts).update(left_out=reason)


def _lock(pk: int) -> Wave:
    wave = Wave.objects.select_for_update(of=("self",)).select_related("step__round").get(pk=pk)
    _must_be_letter(wave.step)
    if wave.released_at is not None or wave.stopped_at is not None:
        raise LettersPosted
    return wave


def _must_be_letter(step: ContactStep) -> None:
    if step.channel != ContactStep.Channel.LETTER:
        raise NotALetter
