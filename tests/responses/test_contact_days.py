"""Which cases a wave takes, and when: each case on its own first free day, and nobody twice."""

from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pytest_django.fixtures import Settings

from responses.actions import contact, fieldwork, sending
from responses.actions import wave as wave_actions
from responses.actions.events import record
from responses.contact_days import Contact, contacts_of, in_order
from responses.models import ContactAttempt, LinkHolder, Mail, Wave
from responses.statistics.dispositions import EventKind
from responses.statistics.eligibility import LeftOut
from surveys.actions.default_plan import StepPlan
from surveys.models import AuthorityContact, ContactStep, QuietWeek, Round
from tests.factories import (
    NOON,
    make_case,
    make_open_round,
    make_response,
    make_round,
    make_sample,
)
from tests.people import finn

pytestmark = pytest.mark.django_db

COPENHAGEN = ZoneInfo("Europe/Copenhagen")
MailName = ContactStep.MailName
AARHUS, BORNHOLM = "751", "400"
OPENING = date(2020, 1, 7)
HOUR = timedelta(hours=1)
PLAN = (StepPlan(MailName.INVITATION, 0), StepPlan(MailName.REMINDER_1, 5), StepPlan(MailName.REMINDER_2, 12))


def at(month: int, day: int, hour: int = 10, minute: int = 0) -> datetime:
    return datetime(2020, month, day, hour, minute, tzinfo=COPENHAGEN)


def in_the_field(plan: Iterable[StepPlan] = PLAN, **changes: Any) -> Round:
    return make_open_round(plan=tuple(plan), **changes)


def step_of(round_: Round, name: str) -> ContactStep:
    return round_.contact_steps.get(mail_name=name)


def sweep(moment: datetime) -> int:
    """Do what the program does within the hour: prepare what is due, and send it; return how many mails were due."""
    released = contact.queue_due_steps(at=moment)
    sending.send_due(at=moment + HOUR)
    return released


def cases_in(name: str) -> set[int]:
    return set(ContactAttempt.objects.filter(step__mail_name=name).values_list("case_id", flat=True))


def bornholm_is_quiet_in(*weeks: int) -> None:
    QuietWeek.objects.bulk_create([QuietWeek(authority_code=BORNHOLM, year=2020, week=week) for week in weeks])


def make_contact(round_: Round, code: str = AARHUS, **changes: Any) -> AuthorityContact:
    values = {"authority": "Aarhus Kommune", "name": "Karen Kontakt", "email": f"kontakt{code}@kommune.example"}
    return AuthorityContact.objects.create(round=round_, authority_code=code, language="da", **values | changes)


# Days


def test_a_step_on_a_sunday_is_taken_up_on_monday() -> None:
    round_ = in_the_field(opens_on=date(2020, 1, 12))
    make_case(round_)
    assert contact.queue_due_steps(at=at(1, 12)) == 0
    assert contact.queue_due_steps(at=at(1, 13, 9, 59)) == 0
    assert contact.queue_due_steps(at=at(1, 13)) == 1


def test_each_case_is_contacted_after_the_quiet_weeks_of_its_own_authority() -> None:
    bornholm_is_quiet_in(2, 3)
    round_ = in_the_field()
    here, there = make_case(round_), make_case(round_, authority_code=BORNHOLM)
    assert sweep(at(1, 7)) == 1
    assert cases_in("invitation") == {here.pk}
    assert sweep(at(1, 20)) == 2  # and the reminder for the others, from Sunday the 12th
    assert cases_in("invitation") == {here.pk, there.pk}
    assert [wave.number for wave in Wave.objects.filter(step__mail_name="invitation")] == [1, 2]
    assert contact.queue_due_steps(at=at(1, 26)) == 0
    assert cases_in("reminder_1") == {here.pk}


def test_a_step_comes_never_nearer_to_the_one_before_it_than_planned_for_any_case() -> None:
    bornholm_is_quiet_in(2)
    round_ = in_the_field()
    case = make_case(round_, authority_code=BORNHOLM)
    days = {}
    for number in range(60):
        moment = at(1, 7) + timedelta(days=number)
        if sweep(moment):
            days[Mail.objects.filter(lines__case=case).latest("pk").name] = moment.date()
    assert days == {
        "invitation": date(2020, 1, 13),
        "reminder_1": date(2020, 1, 20),  # five days later is a Saturday
        "reminder_2": date(2020, 1, 27),
    }


def test_a_step_that_waits_for_no_free_day_leaves_on_its_day() -> None:
    bornholm_is_quiet_in(2)
    round_ = in_the_field([StepPlan(MailName.INVITATION, 0, waits=False)], opens_on=date(2020, 1, 12))
    make_case(round_, authority_code=BORNHOLM)
    assert contact.queue_due_steps(at=at(1, 12)) == 1


def test_a_step_on_a_date_leaves_on_it_at_its_hour() -> None:
    round_ = in_the_field()
    make_case(round_)
    round_.contact_steps.filter(mail_name="invitation").update(day=None, on_date=date(2020, 1, 9), time=time(8, 30))
    assert contact.queue_due_steps(at=at(1, 9, 8, 29)) == 0
    assert contact.queue_due_steps(at=at(1, 9, 8, 30)) == 1


def test_a_round_opened_in_a_quiet_week_invites_after_it() -> None:
    round_ = in_the_field(opens_on=date(2020, 2, 5), deadline=date(2020, 3, 6), closes_on=date(2020, 3, 20))
    make_case(round_)
    for day in (10, 11, 12, 13, 14, 15, 16):
        assert contact.queue_due_steps(at=at(2, day)) == 0
    assert sweep(at(2, 17)) == 1
    assert cases_in("reminder_1") == set()
    assert contact.queue_due_steps(at=at(2, 22)) == 0
    assert contact.queue_due_steps(at=at(2, 24)) == 1
    assert len(cases_in("reminder_1")) == 1


def test_a_program_that_stood_still_over_a_steps_day_makes_up_for_it_on_the_next_free_day() -> None:
    round_ = in_the_field(opens_on=date(2020, 1, 9))
    make_case(round_)
    assert contact.queue_due_steps(at=at(1, 11)) == 0  # a Saturday
    assert contact.queue_due_steps(at=at(1, 13)) == 1


# Distances


def wait_in_the_queue(wave: Wave) -> None:
    """Nothing is done: the mail server is down."""


def wait_for_a_worker(wave: Wave) -> None:
    wave.mails.update(status="claimed", claimed_at=at(1, 7))


def wait_for_a_server(wave: Wave) -> None:
    wave.mails.update(attempts=3, scheduled_for=at(1, 16, 9), outcome="451 later")


def wait_in_a_pause(wave: Wave) -> None:
    wave_actions.pause(wave=wave, by=finn(), at=at(1, 7, 11))


@pytest.mark.parametrize("wait", [wait_in_the_queue, wait_for_a_worker, wait_for_a_server, wait_in_a_pause])
def test_a_reminder_keeps_its_distance_to_the_day_on_which_the_invitation_did_leave(
    wait: Callable[[Wave], None],
) -> None:
    round_ = in_the_field()
    make_case(round_)
    assert contact.queue_due_steps(at=at(1, 7)) == 1
    wave = Wave.objects.get()
    wait(wave)
    for day in range(8, 17):
        assert contact.queue_due_steps(at=at(1, day)) == 0
    with pytest.raises(contact.NobodyDue):
        contact.prepare_wave(step=step_of(round_, "reminder_1"), at=at(1, 16), by=finn())
    wave_actions.resume(wave=wave, by=finn(), at=at(1, 16, 11))
    assert sending.send_due(at=at(1, 16, 12)) == {"sent": 1}
    days = [day for day in range(17, 32) if sweep(at(1, day))]
    assert days == [21, 28]  # five days after it, and then seven


def test_each_case_of_a_wave_that_leaves_over_days_has_its_own_distance(settings: Settings) -> None:
    settings.MAIL_PER_DAY = 1
    round_ = in_the_field(opens_on=date(2020, 1, 8))
    first, second = make_case(round_), make_case(round_)
    assert contact.queue_due_steps(at=at(1, 8)) == 2
    for day in (8, 9):
        assert sending.send_due(at=at(1, day, 11)) == {"sent": 1}
    settings.MAIL_PER_DAY = 0
    assert sweep(at(1, 13)) == 1
    assert cases_in("reminder_1") == {first.pk}
    assert sweep(at(1, 14)) == 1
    assert cases_in("reminder_1") == {first.pk, second.pk}


@pytest.mark.parametrize("status", ["handed_over", "unknown"])
def test_a_mail_that_may_have_left_counts_from_when_it_may_have(status: str) -> None:
    round_ = in_the_field()
    make_case(round_)
    contact.queue_due_steps(at=at(1, 7))
    ended_at = at(1, 9) if status == "unknown" else None
    Mail.objects.update(status=status, claimed_at=at(1, 8), handed_over_at=at(1, 8), ended_at=ended_at)
    assert [day for day in range(9, 20) if contact.queue_due_steps(at=at(1, day))] == [13]


@pytest.mark.parametrize("handed_over_at", [None, at(1, 16)])
def test_a_mail_that_failed_holds_nothing_back(handed_over_at: datetime | None) -> None:
    round_ = in_the_field()
    make_case(round_)
    contact.queue_due_steps(at=at(1, 7))
    for day in range(8, 17):
        assert contact.queue_due_steps(at=at(1, day)) == 0
    Mail.objects.update(status="failed", handed_over_at=handed_over_at, ended_at=at(1, 16))
    assert [day for day in range(17, 32) if sweep(at(1, day))] == [21, 28]


def test_whom_a_stopped_wave_has_not_reached_gets_the_next_step_counted_from_the_stop() -> None:
    round_ = in_the_field()
    case = make_case(round_)
    contact.queue_due_steps(at=at(1, 7))
    for day in range(8, 17):
        assert contact.queue_due_steps(at=at(1, day)) == 0
    assert wave_actions.stop(wave=Wave.objects.get(), by=finn(), at=at(1, 16, 9)) == 1
    assert [day for day in range(16, 32) if sweep(at(1, day))] == [21, 28]
    assert cases_in("reminder_1") == cases_in("reminder_2") == {case.pk}


def test_a_wave_stopped_on_its_day_changes_no_day_of_the_plan() -> None:
    round_ = in_the_field()
    make_case(round_)
    contact.queue_due_steps(at=at(1, 7))
    wave_actions.stop(wave=Wave.objects.get(), by=finn(), at=at(1, 7, 11))
    assert [day for day in range(8, 22) if sweep(at(1, day))] == [13, 20]


def test_a_thank_you_does_not_wait_for_a_mail_that_will_not_leave_any_more() -> None:
    round_ = in_the_field([*PLAN, StepPlan(MailName.THANK_YOU, 0)], closes_on=date(2020, 2, 7))
    case = make_case(round_)
    contact.queue_due_steps(at=at(1, 7))
    make_response(case, {"new": "yes"})  # on the telephone, say
    assert contact.queue_due_steps(at=at(2, 7)) == 1
    assert cases_in("thank_you") == {case.pk}
    assert dict(Mail.objects.values_list("name", "status"))["invitation"] == "queued"


def test_what_has_reached_the_cases_is_read_with_one_query(django_assert_num_queries: Any) -> None:
    round_ = in_the_field()
    for number in range(30):
        make_case(round_, authority_code=str(700 + number))
    sweep(at(1, 7))
    sweep(at(1, 13))
    steps = in_order(round_)
    with django_assert_num_queries(1):
        found = contacts_of(steps, date(2020, 1, 13))
    invitation, first = (step_of(round_, name).pk for name in ("invitation", "reminder_1"))
    reached = {invitation: Contact(date(2020, 1, 7)), first: Contact(date(2020, 1, 13))}
    assert list(found.values()) == [reached] * 30


# Waves


def test_no_empty_wave_is_made_and_one_sweep_a_day_looks_for_cases(django_assert_max_num_queries: Any) -> None:
    round_ = in_the_field()
    make_case(round_, contact={"email": ""})
    assert contact.queue_due_steps(at=at(1, 7)) == 0
    assert not Wave.objects.exists()
    with django_assert_max_num_queries(3):  # the rounds, their steps, the waves that wait
        assert contact.queue_due_steps(at=at(1, 7, 10, 1)) == 0


def test_a_wave_that_waits_for_approval_is_not_prepared_again_and_holds_its_reminder_back() -> None:
    round_ = in_the_field(second_person=True)
    make_case(round_)
    assert contact.queue_due_steps(at=at(1, 7)) == 0
    assert Mail.objects.get().status == Mail.Status.HELD
    for day in (7, 8, 13, 20):
        assert contact.queue_due_steps(at=at(1, day, 11)) == 0
    wave_actions.release(wave=Wave.objects.get(), by=finn(), at=at(1, 20, 12))
    assert Mail.objects.get().status == Mail.Status.QUEUED
    assert sending.send_due(at=at(1, 20, 12)) == {"sent": 1}
    assert contact.queue_due_steps(at=at(1, 24)) == 0
    contact.queue_due_steps(at=at(1, 27))  # five days after the 20th is a Saturday
    assert len(cases_in("reminder_1")) == 1


def test_without_a_second_person_a_due_wave_leaves() -> None:
    round_ = in_the_field(second_person=False)
    make_case(round_)
    contact.queue_due_steps(at=at(1, 7))
    assert Mail.objects.get().status == Mail.Status.QUEUED


def test_who_was_left_out_on_its_day_is_not_looked_for_every_day() -> None:
    round_ = in_the_field()
    make_case(round_)
    repaired = make_case(round_, contact={"email": ""})
    sweep(at(1, 7))
    assert Wave.objects.get().left_out == {LeftOut.NO_ADDRESS: [repaired.pk]}
    LinkHolder.objects.filter(case=repaired).update(email="ny@boernehave.example")
    record(repaired, kind=EventKind.ADDRESS_CHANGED, at=at(1, 7, 12))
    assert contact.queue_due_steps(at=at(1, 8)) == 0
    assert contact.queue_due_steps(at=at(1, 13)) == 2  # the reminder reaches both
    by_hand = contact.prepare_wave(step=step_of(round_, "invitation"), at=at(1, 14), by=finn())
    assert list(by_hand.attempts.values_list("case", flat=True)) == [repaired.pk]
    assert by_hand.prepared_by == finn()


def test_a_wave_prepared_by_hand_takes_only_those_whose_day_has_come() -> None:
    bornholm_is_quiet_in(2)
    round_ = in_the_field()
    here = make_case(round_)
    make_case(round_, authority_code=BORNHOLM)
    step = step_of(round_, "invitation")
    assert contact.prepare_wave(step=step, at=at(1, 7)).forecast == 1
    assert cases_in("invitation") == {here.pk}
    with pytest.raises(contact.NobodyDue):
        contact.prepare_wave(step=step, at=at(1, 7))
    assert Wave.objects.count() == 1


def test_a_wave_may_be_prepared_ahead_and_leaves_on_its_day_at_its_hour() -> None:
    round_ = in_the_field(opens_on=date(2020, 3, 30), deadline=date(2020, 4, 30), closes_on=date(2020, 5, 15))
    make_case(round_)
    wave = contact.prepare_wave(step=step_of(round_, "invitation"), at=at(3, 20), for_day=date(2020, 3, 30))
    assert wave.scheduled_for == Mail.objects.get().scheduled_for == datetime.fromisoformat("2020-03-30T08:00+00:00")
    wave_actions.release(wave=wave, by=finn(), at=at(3, 21))
    assert sending.send_due(at=at(3, 30, 9, 59)) == {}
    assert contact.queue_due_steps(at=at(3, 30)) == 0
    assert sending.send_due(at=at(3, 30)) == {"sent": 1}
    assert contact.queue_due_steps(at=at(4, 3)) == 0  # the reminder counts from the day on which it left
    assert contact.queue_due_steps(at=at(4, 6)) == 1


def test_preparing_a_wave_takes_as_many_queries_for_many_cases_as_for_few(django_assert_max_num_queries: Any) -> None:
    round_ = in_the_field()
    ContactStep.objects.filter(round=round_).update(audience="case_contacts < 3 and reg_level == 'municipality'")
    for number in range(30):
        make_case(round_, authority_code=str(700 + number))
    with django_assert_max_num_queries(25):
        assert contact.prepare_due_of(round_=round_, at=at(1, 7)) == 30


# Opening


def test_a_round_opened_ahead_sends_each_step_on_its_day() -> None:
    round_ = make_round(plan=(StepPlan(MailName.PRE_NOTICE, -4), *PLAN), opens_on=date(2020, 2, 3))
    make_sample(round_, size=20)
    fieldwork.open_round(round_=round_, by=None, at=at(1, 20))
    assert Mail.objects.count() == 0
    assert sweep(at(1, 30)) == 20
    assert set(Mail.objects.values_list("name", flat=True)) == {"pre_notice"}
    assert contact.queue_due_steps(at=at(2, 3)) == 20


def test_a_round_opened_on_its_first_day_sends_no_kick_off_or_pre_notice() -> None:
    round_ = make_round(plan=(StepPlan(MailName.KICK_OFF, -28), StepPlan(MailName.PRE_NOTICE, -4), *PLAN))
    make_sample(round_, size=20)
    make_contact(round_)
    fieldwork.open_round(round_=round_, by=None, at=NOON)
    assert set(Mail.objects.values_list("name", flat=True)) == {"invitation"}


def test_with_a_second_person_the_invitations_wait_for_approval_when_a_round_opens() -> None:
    round_ = make_round(second_person=True)
    make_sample(round_, size=20)
    fieldwork.open_round(round_=round_, by=None, at=NOON)
    assert set(Mail.objects.values_list("status", flat=True)) == {Mail.Status.HELD}


def test_a_round_opened_on_a_saturday_invites_on_monday() -> None:
    round_ = make_round(plan=PLAN, opens_on=date(2020, 1, 11))
    make_sample(round_, size=20)
    fieldwork.open_round(round_=round_, by=None, at=at(1, 11, 12))
    assert Mail.objects.count() == 0
    assert contact.queue_due_steps(at=at(1, 13)) == 20
