"""Waves: proven, approved by a second person, released, paused, resumed and stopped."""

import logging
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.mail import EmailMessage
from pytest_django.fixtures import Settings

from barometer.models import AuditEvent, User
from responses.actions import contact, events, fieldwork, sending
from responses.actions import wave as actions
from responses.models import Case, CaseEvent, ContactAttempt, LinkHolder, Mail, Wave
from responses.statistics.dispositions import EventKind
from surveys.models import Round, RoundText
from tests.factories import NOON, make_case, make_open_round, make_round, make_sample, refreshed
from tests.people import dana, finn

pytestmark = pytest.mark.django_db

COPENHAGEN = ZoneInfo("Europe/Copenhagen")
LATER = NOON + timedelta(hours=1)
REMINDER_IS_DUE = datetime(2020, 1, 12, 10, tzinfo=COPENHAGEN)


@pytest.fixture
def round_() -> Round:
    """In the field, with five cases, and with a second person for its waves."""
    round_ = make_open_round()
    Round.objects.filter(pk=round_.pk).update(second_person=True)
    for number in range(5):
        make_case(round_, contact={"email": f"leder{number}@{'ab'[number % 2]}.example"})
    return round_


def prepare(round_: Round, by: User | None = None, at: datetime = NOON, for_day: date | None = None) -> Wave:
    step = round_.contact_steps.get(mail_name="invitation")
    return contact.prepare_wave(step=step, at=at, by=by, for_day=for_day)


def proven(round_: Round, by: User | None = None) -> Wave:
    wave = prepare(round_, by=by)
    actions.prove(wave=wave, by=by, at=NOON)
    return Wave.objects.get(pk=wave.pk)


def approve(wave: Wave, by: User | None = None, at: datetime = LATER) -> int:
    return actions.approve(wave=wave, by=by or dana(), at=at, proof_sha256=wave.proof_sha256)


def released(round_: Round) -> Wave:
    wave = proven(round_, finn())
    approve(wave)
    return Wave.objects.get(pk=wave.pk)


def statuses(wave: Wave) -> Counter[str]:
    return Counter(Mail.objects.filter(wave=wave).values_list("status", flat=True))


def happens(case: Case, kind: EventKind, at: datetime = LATER) -> None:
    events.record(events.lock(case.pk), kind=kind, at=at)


# The proof


def test_what_was_proven_is_kept_with_who_and_when(round_: Round) -> None:
    wave = proven(round_, finn())
    assert (wave.proven_by, wave.proven_at, wave.findings) == (finn(), NOON, [])
    assert len(wave.digests) == 5
    assert len(wave.proof_sha256) == 64
    audited = AuditEvent.objects.get(what="wave.proven")
    assert audited.facts == {"mails": 5, "errors": 0, "proof": wave.proof_sha256}


def test_nothing_of_a_wave_leaves_before_it_is_released(round_: Round, mailoutbox: list[EmailMessage]) -> None:
    wave = proven(round_)
    assert sending.send_due(at=LATER) == {}
    assert statuses(wave) == {"held": 5}
    assert mailoutbox == []


def test_whoever_answers_after_the_preparation_is_taken_out_when_the_wave_is_proven(round_: Round) -> None:
    wave = prepare(round_)
    first, second, *_ = round_.cases.order_by("pk")
    happens(first, EventKind.SUBMITTED)
    happens(second, EventKind.DECLINED)
    assert actions.prove(wave=wave, by=None, at=LATER).findings == ()
    assert Wave.objects.get().left_out == {"submitted": [first.pk], "declined": [second.pk]}
    assert statuses(wave) == {"held": 3, "cancelled": 2}
    assert dict(ContactAttempt.objects.exclude(left_out="").values_list("case", "left_out")) == {
        first.pk: "submitted",
        second.pk: "declined",
    }


def test_a_bundle_keeps_the_lines_that_are_still_to_be_written_to(round_: Round) -> None:
    shared = {"email": "post@skole.example"}
    done, _ = make_case(round_, contact=shared), make_case(round_, contact=shared)
    wave = prepare(round_)
    happens(done, EventKind.SUBMITTED)
    assert actions.prove(wave=wave, by=None, at=LATER).lines == 6
    assert statuses(wave) == {"held": 6}


def test_a_case_that_had_answered_before_the_wave_was_prepared_is_an_error_not_a_line_to_drop(round_: Round) -> None:
    case = round_.cases.order_by("pk")[0]
    wave = prepare(round_, at=LATER)
    happens(case, EventKind.SUBMITTED, at=NOON)
    found = actions.prove(wave=wave, by=None, at=LATER + timedelta(hours=1))
    assert [finding.code for finding in found.findings] == ["not_to_be_written_to"]
    assert statuses(wave) == {"held": 5}


# Approval


def test_a_second_person_releases_a_wave_and_it_is_sent(round_: Round, mailoutbox: list[EmailMessage]) -> None:
    wave = proven(round_, finn())
    assert approve(wave) == 5
    wave = refreshed(wave)
    assert (wave.approved_by, wave.released_at) == (dana(), LATER)
    audited = AuditEvent.objects.get(what="wave.released")
    assert (audited.who, audited.facts) == ("dana", {"mails": 5, "proof": wave.proof_sha256})
    assert sending.send_due(at=LATER) == {"sent": 5}
    assert len(mailoutbox) == 5


@pytest.mark.parametrize("did", ["prepared", "proved"])
def test_whoever_prepared_or_proved_a_wave_does_not_approve_it(did: str, round_: Round) -> None:
    wave = prepare(round_, by=finn() if did == "prepared" else None)
    actions.prove(wave=wave, by=finn() if did == "proved" else None, at=NOON)
    with pytest.raises(actions.SecondPersonNeeded):
        approve(refreshed(wave), by=finn())
    assert statuses(wave) == {"held": 5}
    assert approve(refreshed(wave), by=dana()) == 5


def test_a_wave_that_the_program_prepared_and_proved_needs_one_person(round_: Round) -> None:
    assert approve(proven(round_), by=finn()) == 5


def test_a_small_office_does_without_a_second_person(round_: Round) -> None:
    actions.set_second_person(round_=round_, needed=False, by=finn(), at=NOON)
    assert AuditEvent.objects.get(what="round.second_person").facts == {"needed": False}
    assert approve(proven(round_, finn()), by=finn()) == 5


def test_a_real_round_has_a_second_person_from_the_start_and_a_rehearsal_has_none() -> None:
    assert [make_round(rehearsal=rehearsal, second_person=None).second_person for rehearsal in (False, True)] == [
        True,
        False,
    ]


def test_a_wave_that_nobody_has_proven_is_not_released(round_: Round) -> None:
    with pytest.raises(actions.ProofMissing):
        approve(prepare(round_))


def test_a_wave_with_errors_is_not_released_until_they_are_corrected(round_: Round) -> None:
    first, second, *_ = LinkHolder.objects.order_by("pk")
    own = first.email, second.email
    LinkHolder.objects.filter(pk=first.pk).update(email=own[1])
    LinkHolder.objects.filter(pk=second.pk).update(email=own[0])
    wave = proven(round_, finn())
    assert wave.state == Wave.State.ERRORS
    with pytest.raises(actions.ProofHasErrors):
        approve(wave)
    for holder, address in zip((first, second), own, strict=True):
        LinkHolder.objects.filter(pk=holder.pk).update(email=address)
        happens(holder.case, EventKind.ADDRESS_CHANGED)
    wave = contact.prepare_anew(wave=wave, by=finn(), at=LATER)
    actions.prove(wave=wave, by=finn(), at=LATER)
    assert approve(refreshed(wave)) == 5
    assert {mail.address for mail in Mail.objects.all()} == set(LinkHolder.objects.values_list("email", flat=True))


def edit_text() -> None:
    RoundText.objects.filter(field="help_phone").update(text="99 99 99 99")


def change_address() -> None:
    holder = LinkHolder.objects.order_by("pk")[0]
    LinkHolder.objects.filter(pk=holder.pk).update(email="ny@a.example")
    happens(holder.case, EventKind.ADDRESS_CHANGED)


def change_name() -> None:
    holder = LinkHolder.objects.order_by("pk")[0]
    LinkHolder.objects.filter(pk=holder.pk).update(name="Nye Navn")
    happens(holder.case, EventKind.ADDRESS_CHANGED)


def delete_mail() -> None:
    ContactAttempt.objects.order_by("pk")[0].delete()
    Mail.objects.filter(lines=None).delete()


def redirect_mail() -> None:
    first, second, *_ = Mail.objects.order_by("pk")
    Mail.objects.filter(pk=second.pk).update(resend=1, address=first.address)


@pytest.mark.parametrize("change", [edit_text, change_address, change_name, delete_mail, redirect_mail])
def test_a_proof_is_stale_when_texts_addresses_or_mails_have_changed_since(
    change: Callable[[], None], round_: Round
) -> None:
    wave = proven(round_)
    change()
    with pytest.raises(actions.ProofStale):
        approve(wave)
    assert "queued" not in statuses(wave)


def test_what_the_approver_has_not_seen_is_not_approved(round_: Round) -> None:
    seen = proven(round_)
    edit_text()
    actions.prove(wave=seen, by=None, at=NOON)
    with pytest.raises(actions.ProofStale):
        approve(seen)
    assert approve(refreshed(seen)) == 5


@pytest.mark.parametrize("kind", [EventKind.SUBMITTED, EventKind.STARTED, EventKind.DECLINED, EventKind.BOUNCED])
def test_leaders_who_act_between_proof_and_approval_do_not_hold_up_the_others(
    kind: EventKind, round_: Round, mailoutbox: list[EmailMessage]
) -> None:
    wave = proven(round_)
    happens(round_.cases.order_by("pk")[0], kind)
    assert approve(wave) == 5
    sending.send_due(at=LATER)
    assert len(mailoutbox) == (5 if kind == EventKind.STARTED else 4)


def test_a_wave_is_released_once(round_: Round) -> None:
    wave = released(round_)
    for again in (lambda: approve(wave), lambda: actions.prove(wave=wave, by=None, at=LATER)):
        with pytest.raises(actions.WaveReleased):
            again()
    with pytest.raises(actions.WaveReleased):
        actions.discard(wave=wave, by=finn(), at=LATER)
    assert Mail.objects.filter(wave=wave).count() == 5


# When it leaves


def test_a_wave_prepared_for_its_day_leaves_then_and_not_when_it_is_approved(round_: Round) -> None:
    morning = datetime(2020, 1, 8, 9, tzinfo=UTC)  # ten o'clock in Denmark
    wave = prepare(round_, by=finn(), for_day=morning.date())
    actions.prove(wave=wave, by=finn(), at=NOON)
    approve(refreshed(wave))
    assert sending.send_due(at=morning - timedelta(seconds=1)) == {}
    assert sending.send_due(at=morning) == {"sent": 5}


def test_a_released_wave_begins_with_one_mail_per_domain_and_waits_half_an_hour(
    round_: Round, settings: Settings
) -> None:
    settings.MAIL_FIRST_BATCH, settings.MAIL_PER_DOMAIN_PER_MINUTE = 100, 20
    wave = released(round_)
    assert sending.send_due(at=LATER) == {"sent": 2}
    assert set(Mail.objects.filter(status="sent").values_list("domain", flat=True)) == {"a.example", "b.example"}
    assert sending.send_due(at=LATER + timedelta(minutes=29)) == {}
    waits = Mail.objects.filter(wave=wave, status="queued").order_by("scheduled_for", "pk")
    assert [mail.scheduled_for - LATER for mail in waits] == [
        timedelta(minutes=30),
        timedelta(minutes=30),
        timedelta(minutes=30, seconds=3),
    ]


def test_giving_every_mail_its_time_takes_no_query_for_each(
    settings: Settings,
    django_assert_max_num_queries: Any,
) -> None:
    settings.MAIL_FIRST_BATCH, settings.MAIL_PER_DOMAIN_PER_MINUTE = 100, 20
    round_ = make_open_round()
    for _ in range(60):
        make_case(round_)
    wave = proven(round_)
    with django_assert_max_num_queries(45):
        assert approve(wave) == 60


def test_a_released_wave_of_a_simulation_is_due_at_once(round_: Round, settings: Settings) -> None:
    settings.MAIL_FIRST_BATCH, settings.MAIL_PER_DOMAIN_PER_MINUTE = 100, 20
    assert contact.queue_step(step=round_.contact_steps.get(mail_name="invitation"), at=NOON) == 5
    assert sending.send_due(at=NOON) == {"sent": 5}


# What the program does by itself


def test_without_a_second_person_a_due_step_is_proven_and_leaves_by_itself(mailoutbox: list[EmailMessage]) -> None:
    round_ = make_open_round()
    make_case(round_)
    assert contact.queue_due_steps(at=NOON) == 1
    wave = Wave.objects.get()
    assert (wave.proven_by, wave.approved_by, wave.findings) == (None, None, [])
    assert len(wave.proof_sha256) == 64
    sending.send_due(at=NOON)
    assert len(mailoutbox) == 1


def test_without_a_second_person_a_wave_with_errors_is_held_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    round_ = make_open_round()
    make_case(round_, contact={"leader": ""})
    for minute in range(3):
        assert contact.queue_due_steps(at=NOON + timedelta(minutes=minute)) == 0
    wave = Wave.objects.get()
    assert wave.state == Wave.State.ERRORS
    assert statuses(wave) == {"held": 1}
    logged = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert [record.getMessage() for record in logged] == [f"The proof of wave {wave.pk} has 1 errors: it is held back"]
    assert AuditEvent.objects.filter(what="wave.proven").count() == 1


def test_with_a_second_person_a_due_step_is_proven_once_and_waits(round_: Round) -> None:
    for minute in range(3):
        assert contact.queue_due_steps(at=NOON + timedelta(minutes=minute)) == 0
    wave = Wave.objects.get()
    assert wave.state == Wave.State.WAITING
    assert AuditEvent.objects.filter(what="wave.proven").count() == 1
    assert approve(wave, by=finn()) == 5


def test_there_is_no_wave_that_nobody_is_in(round_: Round) -> None:
    for case in Case.objects.all():
        happens(case, EventKind.SUBMITTED, at=NOON)
    assert contact.queue_due_steps(at=NOON) == 0
    assert not Wave.objects.exists()


def test_the_reminder_keeps_its_distance_to_an_invitation_that_was_approved_late(round_: Round) -> None:
    contact.queue_due_steps(at=NOON)
    approve(Wave.objects.get(), at=NOON + timedelta(days=3))
    assert sending.send_due(at=NOON + timedelta(days=3, hours=2)) == {"sent": 5}
    assert contact.queue_due_steps(at=REMINDER_IS_DUE) == 0
    assert Wave.objects.count() == 1
    contact.queue_due_steps(at=REMINDER_IS_DUE + timedelta(days=3))
    assert Wave.objects.count() == 2


def test_opening_a_round_prepares_its_invitations_and_the_opener_does_not_approve_them() -> None:
    round_ = make_round()
    make_sample(round_, size=12)
    Round.objects.filter(pk=round_.pk).update(second_person=True)
    fieldwork.open_round(round_=round_, by=finn(), at=NOON)
    contact.queue_due_steps(at=NOON)
    wave = Wave.objects.get()
    assert (wave.prepared_by, wave.state, wave.forecast) == (finn(), Wave.State.WAITING, 12)
    with pytest.raises(actions.SecondPersonNeeded):
        approve(wave, by=finn())
    assert approve(wave, by=dana()) == 12


# Discard


def test_a_discarded_wave_is_gone_and_can_be_prepared_anew(round_: Round) -> None:
    wave = proven(round_)
    actions.discard(wave=wave, by=finn(), at=LATER)
    assert not (Wave.objects.exists() or Mail.objects.exists() or ContactAttempt.objects.exists())
    audited = AuditEvent.objects.get(what="wave.discarded")
    assert (audited.target, audited.facts["number"]) == (f"wave:{wave.pk}", 1)
    assert prepare(round_).forecast == 5


def test_the_program_does_not_bring_a_wave_back_that_was_discarded_on_its_day(round_: Round) -> None:
    contact.queue_due_steps(at=NOON)
    actions.discard(wave=Wave.objects.get(), by=finn(), at=NOON)
    contact.queue_due_steps(at=LATER)
    assert not Wave.objects.exists()


def test_a_wave_discarded_before_its_day_is_prepared_when_the_day_comes(round_: Round) -> None:
    contact.queue_step(step=round_.contact_steps.get(mail_name="invitation"), at=NOON)
    assert sending.send_due(at=NOON) == {"sent": 5}
    step = round_.contact_steps.get(mail_name="reminder_1")
    wave = contact.prepare_wave(step=step, at=NOON, by=finn(), for_day=step.date)
    actions.discard(wave=wave, by=finn(), at=NOON)
    contact.queue_due_steps(at=REMINDER_IS_DUE - timedelta(minutes=1))
    assert not step.waves.exists()
    contact.queue_due_steps(at=REMINDER_IS_DUE)
    assert step.waves.get().forecast == 5


# Pause, resume, stop


def test_a_paused_wave_sends_nothing_and_goes_on_as_much_later(round_: Round, settings: Settings) -> None:
    settings.MAIL_FIRST_BATCH = 100
    wave = released(round_)
    sending.send_due(at=LATER)
    paused, resumed = LATER + timedelta(minutes=10), LATER + timedelta(minutes=70)
    assert actions.pause(wave=wave, by=finn(), at=paused) == 3
    assert sending.send_due(at=LATER + timedelta(minutes=60)) == {}
    assert refreshed(wave).state == Wave.State.PAUSED
    assert actions.resume(wave=wave, by=finn(), at=resumed) == 3
    assert sending.send_due(at=LATER + timedelta(minutes=89)) == {}
    assert sending.send_due(at=LATER + timedelta(minutes=90)) == {"sent": 3}
    audited = AuditEvent.objects.filter(what__in=("wave.paused", "wave.resumed")).order_by("number")
    assert [event.facts for event in audited] == [{"mails": 3}] * 2


def test_pausing_and_resuming_twice_is_once(round_: Round) -> None:
    wave = released(round_)
    assert [actions.pause(wave=wave, by=finn(), at=LATER) for _ in range(2)] == [5, 0]
    assert [actions.resume(wave=wave, by=finn(), at=LATER) for _ in range(2)] == [5, 0]


def test_a_claimed_mail_is_taken_back_by_a_pause(round_: Round) -> None:
    wave = released(round_)
    Mail.objects.filter(wave=wave).update(status=Mail.Status.CLAIMED, claimed_at=LATER)
    assert actions.pause(wave=wave, by=finn(), at=LATER) == 5
    assert set(Mail.objects.values_list("status", "claimed_at")) == {("held", None)}


def test_what_has_been_handed_over_is_neither_held_nor_cancelled(round_: Round) -> None:
    wave = released(round_)
    mail = Mail.objects.filter(wave=wave).order_by("pk")[0]
    Mail.objects.filter(pk=mail.pk).update(status="handed_over", claimed_at=LATER, handed_over_at=LATER)
    actions.pause(wave=wave, by=finn(), at=LATER)
    actions.stop(wave=wave, by=finn(), at=LATER)
    assert refreshed(mail).status == "handed_over"
    assert statuses(wave) == {"handed_over": 1, "cancelled": 4}


@pytest.mark.parametrize("paused_first", [False, True])
def test_a_stopped_wave_cancels_what_has_not_left(
    paused_first: bool, round_: Round, mailoutbox: list[EmailMessage]
) -> None:
    wave = released(round_)
    sending.send_due(at=LATER, limit=2)
    if paused_first:
        actions.pause(wave=wave, by=finn(), at=LATER)
    assert actions.stop(wave=wave, by=finn(), at=LATER) == 3
    assert statuses(wave) == {"sent": 2, "cancelled": 3}
    assert set(Mail.objects.filter(status="cancelled").values_list("outcome", flat=True)) == {"wave_stopped"}
    assert sending.send_due(at=LATER + timedelta(days=1)) == {}
    assert AuditEvent.objects.get(what="wave.stopped").facts == {"mails": 3}
    for action in (actions.pause, actions.resume, actions.stop):
        with pytest.raises(actions.WaveNotReleased):
            action(wave=wave, by=finn(), at=LATER)
    assert len(mailoutbox) == 2


def test_what_a_server_puts_off_after_a_pause_or_a_stop_does_not_leave(round_: Round) -> None:
    """A mail that was being handed over returns to the queue when the server refuses it for now."""
    wave = released(round_)
    actions.pause(wave=wave, by=finn(), at=LATER)
    Mail.objects.filter(wave=wave).update(status=Mail.Status.QUEUED)
    assert sending.send_due(at=LATER) == {}
    actions.stop(wave=wave, by=finn(), at=LATER)
    Mail.objects.filter(wave=wave).update(status=Mail.Status.QUEUED, ended_at=None)
    assert sending.send_due(at=LATER) == {}
    assert actions.cancel_stopped(at=LATER) == 5
    assert statuses(wave) == {"cancelled": 5}


def test_only_a_released_wave_is_paused_resumed_or_stopped(round_: Round) -> None:
    wave = proven(round_)
    for action in (actions.pause, actions.resume, actions.stop):
        with pytest.raises(actions.WaveNotReleased):
            action(wave=wave, by=finn(), at=LATER)


def test_notices_are_not_of_a_wave_and_leave_whatever_happens_to_it(
    round_: Round, mailoutbox: list[EmailMessage]
) -> None:
    wave = released(round_)
    actions.pause(wave=wave, by=finn(), at=LATER)
    case = round_.cases.order_by("pk")[0]
    happens(case, EventKind.SUBMITTED)
    cause = CaseEvent.objects.get(case=case, kind=EventKind.SUBMITTED)
    contact.queue_notice(name="receipt", holder=case.holders.get(), cause=cause, at=LATER)  # type: ignore[arg-type]
    assert sending.send_due(at=LATER) == {"sent": 1}
