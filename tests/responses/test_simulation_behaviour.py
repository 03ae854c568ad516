"""How simulated leaders react."""

import random
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from responses.simulation.behaviour import Leader, at_work, bounces, leader
from surveys.questionnaire.definition import Answers

TUESDAY = datetime(2020, 1, 7, 10, tzinfo=ZoneInfo("Europe/Copenhagen"))
INNOVATIVE: Answers = {"latest_type": ["process"]}


def somebody(register_id: str = "9000000001", answers: Answers = INNOVATIVE, kind: str = "person") -> Leader:
    register = {"reg_level": "municipality", "reg_size_class": "s10_24"}
    return leader(register_id, register, answers, kind, seed=1)


def test_leaders_of_innovative_workplaces_react_a_little_oftener() -> None:
    difference = somebody().reaction[0] - somebody(answers={}).reaction[0]
    assert 0.01 < difference < 0.06


def test_a_mailbox_of_the_authority_is_read_less_than_ones_own_and_a_reminder_less_than_an_invitation() -> None:
    assert somebody(kind="authority").reaction[0] < somebody(kind="person").reaction[0]
    assert somebody().reaction[1] < somebody().reaction[0]


def test_what_a_leader_does_is_told_by_seed_and_register_id() -> None:
    first, again = (somebody().reacts_at(TUESDAY, reminder=False) for _ in range(2))
    assert first == again
    assert somebody().visit == somebody().visit
    plans = {str((somebody(f"9{n:09d}").visit, somebody(f"9{n:09d}").seconds)) for n in range(50)}
    assert len(plans) > 20


def test_people_come_after_the_mail_and_hardly_ever_at_a_weekend_or_at_night() -> None:
    rng = random.Random(1)
    moments = [at_work(TUESDAY, days, rng) for days in range(40) for _ in range(20)]
    assert all(moment > TUESDAY for moment in moments)
    assert all(8 <= moment.hour <= 18 for moment in moments)
    assert sum(moment.weekday() >= 5 for moment in moments) < len(moments) * 0.1
    assert at_work(TUESDAY, 0.1, rng) < TUESDAY + timedelta(hours=1)


def test_about_one_address_in_fifty_bounces_and_always_the_same() -> None:
    bouncing = [n for n in range(2000) if bounces(f"leder.{n}@kommune.example", seed=1)]
    assert 20 <= len(bouncing) <= 60
    assert bouncing == [n for n in range(2000) if bounces(f"leder.{n}@kommune.example", seed=1)]
