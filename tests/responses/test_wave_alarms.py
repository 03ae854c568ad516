"""How far a wave has come, and what raises an alarm."""

import logging
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation
from pytest_django.fixtures import Settings

from responses import tasks, wave_progress
from responses.actions import contact, events, sending
from responses.actions import wave as actions
from responses.actions.wave_alarms import AlarmCode, alarms_of, check_waves
from responses.models import Case, LinkHolder, Mail, Wave
from responses.statistics.dispositions import EventKind
from responses.wave_texts import ALARMS, sentence
from surveys.models import Round
from tests.factories import NOON, make_authority_contact, make_case, make_open_round, make_step
from tests.people import finn

pytestmark = pytest.mark.django_db

COPENHAGEN = ZoneInfo("Europe/Copenhagen")
TWO_WORKING_DAYS = timedelta(days=2)  # NOON is a Tuesday


def make_wave(cases: int = 10, *, sent: bool = False, domain: str = "a.example", second_person: bool = False) -> Wave:
    """The invitation of a round of its own, released at NOON; and sent."""
    round_ = make_open_round()
    Round.objects.filter(pk=round_.pk).update(second_person=second_person)
    for number in range(cases):
        make_case(round_, contact={"email": f"leder{number}@{domain}"})
    contact.queue_due_steps(at=NOON)
    if sent:
        sending.send_due(at=NOON)
    return Wave.objects.get(step__round=round_)


def codes(wave: Wave, at: datetime) -> list[str]:
    return [alarm.code.value for alarm in alarms_of(Round.objects.get(pk=wave.step.round_id), at)]


def left_out_of(wave: Wave) -> dict[int, str]:
    return {case.pk: reason for case, reason in wave_progress.cases_left_out(wave)}


def progress(wave: Wave, at: datetime = NOON) -> wave_progress.Progress:
    return wave_progress.progress_of([wave], at, actions.limits())[wave.pk]


# Progress


def test_a_wave_tells_what_has_become_of_its_mails_and_when_it_is_done(settings: Settings) -> None:
    settings.MAIL_FIRST_BATCH, settings.MAIL_PER_DOMAIN_PER_MINUTE = 100, 20
    wave = make_wave(42)
    sending.send_due(at=NOON)
    own = progress(wave)
    assert (own.mails, own.by_status["sent"], own.left, own.reached) == (42, 1, 41, 1)
    assert own.done_at == NOON + timedelta(minutes=32)


def test_when_it_is_late_the_end_follows_from_the_limits(settings: Settings) -> None:
    settings.MAIL_PER_DOMAIN_PER_MINUTE = 20
    wave = make_wave(41)
    later = NOON + timedelta(hours=3)
    assert progress(wave, later).done_at == later + timedelta(minutes=2)


def test_a_wave_that_is_over_or_paused_has_no_end_to_come() -> None:
    wave = make_wave()
    actions.pause(wave=wave, by=finn(), at=NOON)
    assert progress(Wave.objects.get()).done_at is None
    actions.resume(wave=wave, by=finn(), at=NOON)
    sending.send_due(at=NOON)
    assert progress(Wave.objects.get()).done_at is None


def test_each_mail_domain_tells_what_was_sent_put_off_came_back_and_started() -> None:
    wave = make_wave(4, sent=True)
    first, second, third, _ = Mail.objects.order_by("pk")
    Mail.objects.filter(pk=first.pk).update(bounced_at=NOON)
    Mail.objects.filter(pk=second.pk).update(attempts=2)
    Mail.objects.filter(pk=third.pk).update(status="queued", handed_over_at=None, ended_at=None)
    case = Case.objects.order_by("pk")[3]
    events.record(events.lock(case.pk), kind=EventKind.STARTED, at=NOON)
    [domain] = wave_progress.domains_of(wave, NOON)
    assert (domain.name, domain.mails, domain.sent, domain.put_off, domain.bounced) == ("a.example", 4, 3, 2, 1)
    assert (domain.workplaces, domain.started, domain.filtered) == (4, 1, False)


def test_who_is_left_out_is_listed_with_the_reason_by_the_wave_that_leaves_them_out() -> None:
    wave = make_wave(2)
    without = make_case(wave.step.round, contact={"email": ""})
    declined = make_case(wave.step.round, events=[EventKind.DECLINED])
    make_case(wave.step.round)  # came later, and is left out of nothing
    contact.prepare_wave(step=wave.step, at=NOON)
    assert left_out_of(wave) == {}
    later = wave.step.waves.get(number=2)
    assert left_out_of(later) == {without.pk: "no_address", declined.pk: "declined"}


def test_who_was_left_out_of_a_wave_stays_written_down_whatever_happens_to_them_later() -> None:
    round_ = make_open_round()
    without = make_case(round_, contact={"email": ""})
    waiting, answers = make_case(round_), make_case(round_)
    wave = contact.prepare_wave(step=round_.contact_steps.get(mail_name="invitation"), at=NOON)
    events.record(events.lock(answers.pk), kind=EventKind.SUBMITTED, at=NOON)
    actions.prove(wave=wave, by=finn(), at=NOON)
    events.record(events.lock(waiting.pk), kind=EventKind.DECLINED, at=NOON)
    actions.release(wave=wave, by=None, at=NOON)
    sending.send_due(at=NOON)
    LinkHolder.objects.filter(case=without).update(email="ny@skole.example")
    events.record(events.lock(answers.pk), kind=EventKind.REOPENED, at=NOON)
    wave = Wave.objects.get()
    assert wave.left_out == {"no_address": [without.pk], "submitted": [answers.pk]}
    assert left_out_of(wave) == {without.pk: "no_address", answers.pk: "submitted", waiting.pk: "declined"}


# Alarms


def test_a_wave_on_its_way_and_one_that_reached_all_raise_nothing() -> None:
    assert codes(make_wave(), NOON + timedelta(minutes=59)) == []
    assert codes(make_wave(sent=True), NOON + timedelta(minutes=1)) == []


@pytest.mark.parametrize(("minutes", "expected"), [(60, []), (61, ["nothing_sent"])])
def test_a_wave_that_has_sent_nothing_an_hour_past_its_end(minutes: int, expected: list[str]) -> None:
    assert codes(make_wave(), NOON + timedelta(minutes=minutes)) == expected


def test_a_wave_of_which_a_server_puts_every_mail_off_is_past_its_end_all_the_same() -> None:
    wave = make_wave()
    Mail.objects.update(attempts=1, scheduled_for=NOON + timedelta(hours=5))
    assert codes(wave, NOON + timedelta(minutes=61)) == ["nothing_sent"]


def test_mails_that_are_about_no_workplace_reach_their_forecast() -> None:
    round_ = make_open_round()
    for _ in range(5):
        make_case(round_)
    make_authority_contact(round_)
    step = make_step(round_, "kick_off", day=-28)
    wave = contact.prepare_wave(step=step, at=NOON)
    actions.release(wave=wave, by=None, at=NOON)
    sending.send_due(at=NOON)
    assert progress(Wave.objects.get(pk=wave.pk)).reached == 1
    assert "below_forecast" not in codes(wave, NOON)


@pytest.mark.parametrize(("failed", "expected"), [(1, []), (2, ["below_forecast"]), (10, ["nothing_sent"])])
def test_a_wave_that_is_over_below_nine_tenths_of_its_forecast(failed: int, expected: list[str]) -> None:
    wave = make_wave(sent=True)
    pks = Mail.objects.order_by("pk").values_list("pk", flat=True)[:failed]
    Mail.objects.filter(pk__in=list(pks)).update(status=Mail.Status.FAILED)
    assert codes(wave, NOON + timedelta(minutes=1)) == expected


def test_who_answers_between_preparation_and_proof_is_no_longer_forecast() -> None:
    wave = make_wave(second_person=True)
    for case in Case.objects.order_by("pk")[:3]:
        events.record(events.lock(case.pk), kind=EventKind.SUBMITTED, at=NOON + timedelta(hours=1))
    found = actions.prove(wave=wave, by=None, at=NOON + timedelta(hours=2))
    wave.refresh_from_db()
    assert (wave.forecast, len(wave.left_out["submitted"])) == (7, 3)
    actions.approve(wave=wave, by=finn(), at=NOON + timedelta(hours=2), proof_sha256=found.sha256)
    sending.send_due(at=NOON + timedelta(hours=8))
    assert progress(wave).reached == 7
    assert codes(wave, NOON + timedelta(hours=9)) == []


def test_a_paused_or_stopped_wave_raises_nothing_since_a_person_did_that() -> None:
    wave = make_wave()
    actions.pause(wave=wave, by=finn(), at=NOON)
    assert codes(wave, NOON + timedelta(hours=9)) == []
    actions.stop(wave=wave, by=finn(), at=NOON)
    assert codes(wave, NOON + timedelta(hours=9)) == []


def test_a_due_step_whose_wave_waits_for_its_second_person() -> None:
    wave = make_wave(second_person=True)
    assert codes(wave, NOON + timedelta(minutes=5)) == []
    assert codes(wave, NOON + timedelta(minutes=6)) == ["wave_waits"]


def test_a_due_step_whose_wave_has_errors() -> None:
    round_ = make_open_round()
    make_case(round_, contact={"leader": ""})
    contact.queue_due_steps(at=NOON)
    assert codes(Wave.objects.get(), NOON + timedelta(minutes=6)) == ["wave_has_errors"]


def test_a_due_step_without_a_wave() -> None:
    wave = make_wave(sent=True)
    reminder = datetime(2020, 1, 12, 10, tzinfo=COPENHAGEN)
    Case.objects.update(disposition="started")
    assert codes(wave, reminder) == []
    assert codes(wave, reminder + timedelta(minutes=6)) == ["step_without_wave"]


def test_a_round_that_is_not_in_the_field_raises_nothing() -> None:
    wave = make_wave()
    Round.objects.update(closed_at=NOON + timedelta(hours=1))
    assert codes(wave, NOON + timedelta(days=9)) == []


@pytest.mark.parametrize(("cases", "expected"), [(9, []), (10, ["filtered"])])
def test_nobody_of_ten_started_after_two_working_days(cases: int, expected: list[str]) -> None:
    wave = make_wave(cases, sent=True)
    assert codes(wave, NOON + TWO_WORKING_DAYS - timedelta(minutes=1)) == []
    assert codes(wave, NOON + TWO_WORKING_DAYS) == expected
    assert [domain.filtered for domain in wave_progress.domains_of(wave, NOON + TWO_WORKING_DAYS)] == [bool(expected)]
    case = Case.objects.order_by("pk")[0]
    events.record(events.lock(case.pk), kind=EventKind.STARTED, at=NOON)
    assert codes(wave, NOON + TWO_WORKING_DAYS) == []


def test_the_working_days_count_from_when_the_mails_left_however_long_they_had_waited() -> None:
    wave, friday = make_wave(10), NOON + timedelta(days=3)
    assert sending.send_due(at=friday) == {"sent": 10}
    for days, expected in ((3, False), (4, True)):
        at = friday + timedelta(days=days)
        assert ("filtered" in codes(wave, at)) is expected
        assert [domain.filtered for domain in wave_progress.domains_of(wave, at)] == [expected]


def test_public_holidays_are_no_working_days() -> None:
    wave, before_easter = make_wave(10, sent=True), datetime(2026, 4, 1, 10, tzinfo=COPENHAGEN)  # a Wednesday
    after_easter = datetime(2026, 4, 8, 10, tzinfo=COPENHAGEN)
    assert not wave_progress.is_judged(wave, before_easter, after_easter - timedelta(minutes=1))
    assert wave_progress.is_judged(wave, before_easter, after_easter)


def test_an_alarm_is_logged_as_an_error_once_and_names_no_address(caplog: pytest.LogCaptureFixture) -> None:
    make_wave()
    at = NOON + timedelta(hours=2)
    assert [check_waves(at=at + timedelta(minutes=minute)) for minute in range(3)] == [1, 0, 0]
    [record] = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert "nothing_sent" in record.getMessage()
    assert "@" not in record.getMessage()


def test_every_domain_that_seems_filtered_is_logged_for_itself() -> None:
    round_ = make_open_round()
    for number in range(20):
        make_case(round_, contact={"email": f"leder{number}@{'ab'[number % 2]}.example"})
    contact.queue_due_steps(at=NOON)
    sending.send_due(at=NOON)
    assert check_waves(at=NOON + TWO_WORKING_DAYS) == 2


def test_the_worker_looks_every_minute() -> None:
    make_wave()
    assert tasks.check_waves() >= 1  # it is years later


def test_every_alarm_has_words() -> None:
    assert set(ALARMS) == set(AlarmCode)
    [alarm] = alarms_of(make_wave().step.round, NOON + timedelta(hours=2))
    with translation.override("en"):
        assert sentence(alarm) == "Invitation: The wave should be over, and has sent nothing."
