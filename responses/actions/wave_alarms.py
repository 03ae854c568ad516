"""What is wrong with the waves of a round: told on its pages as it stands, and logged as an error once."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from django.utils import timezone

from barometer import audit
from barometer.models import AuditEvent
from responses import wave_progress
from responses.actions import contact
from responses.actions import wave as actions
from responses.contact_days import in_order, zone
from responses.models import Wave
from surveys.calendar import moment
from surveys.days_off import calendar_of
from surveys.models import ContactStep, Round

logger = logging.getLogger(__name__)

TO_BEGIN = timedelta(minutes=5)  # the program looks every minute
OVERDUE = timedelta(hours=1)
LEAST_OF_FORECAST = 0.9


class AlarmCode(StrEnum):
    """What can be wrong; ``responses.wave_texts`` says it in words."""

    STEP_WITHOUT_WAVE = "step_without_wave"
    WAVE_HAS_ERRORS = "wave_has_errors"
    WAVE_WAITS = "wave_waits"
    NOTHING_SENT = "nothing_sent"
    BELOW_FORECAST = "below_forecast"
    FILTERED = "filtered"


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something that a person must look at. ``wave`` is None when a step has none."""

    code: AlarmCode
    step: ContactStep
    wave: Wave | None = None
    params: dict[str, str | int] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """Return what is logged once: a domain is an alarm of its own."""
        return f"{self.code}:{self.params.get('domain', '')}"


def alarms_of(round_: Round, at: datetime, steps: Sequence[ContactStep] = ()) -> list[Alarm]:
    """Return what is wrong in a round in the field; none in any other. At most eight queries.

    ``steps``: those of the round ``in_order``, where they have been read already.
    """
    if round_.status != Round.Status.OPEN:
        return []
    of_mails = Wave.objects.filter(step__round=round_, step__channel=ContactStep.Channel.EMAIL)
    waves = list(of_mails.select_related("step__round").defer("digests").order_by("pk"))
    found = [*_waiting(waves, at), *_without_wave(round_, waves, steps or in_order(round_), at)]
    released = [wave for wave in waves if wave.released_at and not wave.stopped_at and wave.forecast]
    found += _short(released, at)
    for pk, domains in wave_progress.filtered_domains(released, at).items():
        [wave] = [wave for wave in released if wave.pk == pk]
        found += [Alarm(AlarmCode.FILTERED, wave.step, wave, {"domain": domain}) for domain in domains]
    return found


def check_waves(*, at: datetime) -> int:
    """Log every alarm of the rounds in the field once, and mend what stopped waves have left; return how many."""
    actions.cancel_stopped(at=at)
    logged = 0
    for round_ in Round.objects.open().order_by("pk"):
        for alarm in alarms_of(round_, at):
            target = alarm.wave or alarm.step
            name = f"{target._meta.model_name}:{target.pk}"
            told = AuditEvent.objects.filter(what="wave.alarm", target=name, facts__alarm=alarm.key)
            if not told.exists():
                audit.record("wave.alarm", target=name, by=None, at=at, facts={"alarm": alarm.key})
                logger.error("%s: %s in round %s", name, alarm.key, round_.slug)
                logged += 1
    return logged


def _waiting(waves: Sequence[Wave], at: datetime) -> Iterator[Alarm]:
    """Waves whose time has come, and that nobody has released."""
    for wave in waves:
        if wave.released_at is None and at > wave.scheduled_for + TO_BEGIN:
            code = AlarmCode.WAVE_HAS_ERRORS if wave.state == Wave.State.ERRORS else AlarmCode.WAVE_WAITS
            yield Alarm(code, wave.step, wave)


def _without_wave(round_: Round, waves: Sequence[Wave], steps: Sequence[ContactStep], at: datetime) -> Iterator[Alarm]:
    """Steps whose time has come, and that the program has not looked at, nor a person prepared."""
    with_wave = {wave.step_id for wave in waves}
    today = timezone.localdate(at)
    waiting = [
        step
        for step in contact.plan_of(round_, steps)
        if step.pk not in with_wave and step.swept_on is None and contact.is_to_be_looked_at(step, steps, today)
    ]
    if waiting and not calendar_of(round_).is_working_day(today):
        waiting = [step for step in waiting if not step.skips_quiet_weeks]
    for step in waiting:
        if at > moment(today, step.time, zone()) + TO_BEGIN:
            yield Alarm(AlarmCode.STEP_WITHOUT_WAVE, step)


def _short(released: Sequence[Wave], at: datetime) -> Iterator[Alarm]:
    """Waves that are over, or should be, and have sent nothing or too little."""
    progress = wave_progress.progress_of(released, at, actions.limits()) if released else {}
    for wave in released:
        own = progress[wave.pk]
        overdue = at > own.planned_end + OVERDUE and not wave.paused_at
        if own.left and not overdue:
            continue
        params = {"reached": own.reached, "forecast": wave.forecast}
        if not own.by_status["sent"]:
            yield Alarm(AlarmCode.NOTHING_SENT, wave.step, wave, dict(params))
        elif own.reached < LEAST_OF_FORECAST * wave.forecast:
            yield Alarm(AlarmCode.BELOW_FORECAST, wave.step, wave, dict(params))
