"""Whom a step goes to: its audience, nobody after the last mail, those who are thanked, authorities and addresses."""

from datetime import date, timedelta
from typing import Any

import pytest

from responses.actions import contact, fieldwork, sending
from responses.models import Case, ContactAttempt, LinkHolder, Mail, ResultRequest, Wave
from responses.statistics.dispositions import EventKind
from responses.statistics.eligibility import LeftOut
from surveys.actions.default_plan import DEFAULT_PLAN, StepPlan
from surveys.models import AuthorityContact, Round
from tests.factories import (
    NOON,
    make_case,
    make_holder,
    make_response,
    make_unit,
    make_workplace,
)
from tests.people import finn
from tests.responses.test_contact_days import (
    AARHUS,
    BORNHOLM,
    PLAN,
    MailName,
    at,
    cases_in,
    in_the_field,
    make_contact,
    step_of,
)

pytestmark = pytest.mark.django_db


# Those who are written to


def with_audience(round_: Round, audience: str, name: str = MailName.INVITATION) -> None:
    round_.contact_steps.filter(mail_name=name).update(audience=audience)


@pytest.mark.each_database
@pytest.mark.parametrize(
    ("audience", "reached"),
    [
        ("", {"school", "english", "started", "delegated"}),
        ("reg_employees >= 50", {"school"}),
        ("reg_level == 'state'", {"school"}),
        ("case_language == 'en'", {"english"}),
        ("case_address_kind == 'workplace'", {"english"}),
        ("case_progress == 'started'", {"started"}),
        ("case_progress == 'not_started' and reg_employees < 50", {"english", "delegated"}),
        ("case_delegated == 'yes'", {"delegated"}),
        ("case_contacts == 0", {"school", "english", "delegated"}),
        ("case_contacts >= 1", {"started"}),
    ],
)
def test_a_step_goes_to_its_audience_and_the_others_are_counted_as_left_out(audience: str, reached: set[str]) -> None:
    round_ = in_the_field()
    cases = {
        "school": make_case(round_, employees=60, size_class="s50_99", level="state"),
        "english": make_case(round_, language="en", contact={"kind": "workplace"}),
        "started": make_case(round_, events=[EventKind.STARTED]),
        "delegated": make_case(round_),
    }
    make_holder(cases["delegated"], LinkHolder.Role.DELEGATE, at=at(1, 6))
    before = Mail.objects.create(
        round=round_, name="pre_notice", step=step_of(round_, "reminder_2"), address="a@b.example", language="da",
        status="sent", scheduled_for=NOON, handed_over_at=NOON, ended_at=NOON,
    )  # fmt: skip
    holder = cases["started"].holders.get()
    ContactAttempt.objects.create(case=cases["started"], holder=holder, mail=before, step=before.step)
    with_audience(round_, audience)
    contact.queue_due_steps(at=at(1, 7))
    assert {name for name, case in cases.items() if case.pk in cases_in("invitation")} == reached
    left = [case.pk for name, case in cases.items() if name not in reached]
    assert Wave.objects.get().left_out == ({LeftOut.NOT_IN_AUDIENCE: left} if left else {})


def test_who_leaves_the_audience_before_the_mail_does_is_not_written_to(mailoutbox: list[Any]) -> None:
    round_ = in_the_field()
    case = make_case(round_)
    with_audience(round_, "case_progress == 'not_started'")
    contact.queue_due_steps(at=at(1, 7))
    with_started(case)
    assert sending.send_due(at=at(1, 7, 11)) == {"cancelled": 1}
    assert mailoutbox == []
    assert ContactAttempt.objects.get().left_out == LeftOut.NOT_IN_AUDIENCE


def with_started(case: Case) -> None:
    Case.objects.filter(pk=case.pk).update(disposition="started")


def test_nothing_follows_the_last_mail() -> None:
    plan = [StepPlan(MailName.INVITATION, 0), StepPlan(MailName.LAST, 1), StepPlan(MailName.REMINDER_1, 2)]
    round_ = in_the_field(plan)
    case = make_case(round_)
    for number in (7, 8):
        contact.queue_due_steps(at=at(1, number))
        Mail.objects.filter(status="queued").update(status="sent", handed_over_at=at(1, number), ended_at=at(1, number))
    assert cases_in("last") == {case.pk}
    assert contact.queue_due_steps(at=at(1, 9)) == 0
    assert contact.queue_step(step=step_of(round_, "reminder_1"), at=at(1, 9)) == 0


# Thank-you


THANKS = (*PLAN, StepPlan(MailName.THANK_YOU, 0))


def test_those_who_have_answered_are_thanked_also_after_the_close() -> None:
    round_ = in_the_field(THANKS)
    thanked = make_case(round_)
    make_response(thanked, {"new": "yes"})
    for kind in (EventKind.STARTED, EventKind.DECLINED):
        make_case(round_, events=[kind])
    contact.queue_due_steps(at=at(1, 13))
    fieldwork.close_round(round_=round_, by=finn(), at=at(2, 20))
    assert contact.queue_due_steps(at=at(2, 20, 12)) == 0
    assert contact.queue_due_steps(at=at(2, 21)) == 1
    assert cases_in("thank_you") == {thanked.pk}
    assert contact.queue_due_steps(at=at(2, 24)) == 0


def test_a_queued_thank_you_outlives_the_close_and_reminders_do_not() -> None:
    round_ = in_the_field(THANKS, closes_on=date(2020, 2, 7))
    make_response(make_case(round_), {"new": "yes"})
    make_case(round_)
    contact.queue_due_steps(at=at(2, 7))
    fieldwork.close_round(round_=round_, by=finn(), at=at(2, 7, 11))
    assert dict(Mail.objects.values_list("name", "status")) == {"invitation": "cancelled", "thank_you": "queued"}


def test_nobody_is_thanked_on_the_day_of_another_mail() -> None:
    round_ = in_the_field(THANKS, closes_on=date(2020, 2, 7))
    case = make_case(round_)
    contact.queue_due_steps(at=at(2, 7, 10))
    assert cases_in("invitation") == {case.pk}
    assert sending.send_due(at=at(2, 7, 11)) == {"sent": 1}
    make_response(case, {"new": "yes"})
    round_.contact_steps.update(swept_on=None)
    assert contact.queue_due_steps(at=at(2, 7, 12)) == 0
    assert contact.queue_due_steps(at=at(2, 17)) == 1  # after week 7
    assert cases_in("thank_you") == {case.pk}


# Kick-off and results


def test_the_kick_off_goes_to_the_contact_persons_of_authorities_with_many_sampled_workplaces() -> None:
    round_ = in_the_field([StepPlan(MailName.KICK_OFF, -28), *PLAN], opens_on=date(2020, 2, 3))
    for code, units in ((AARHUS, 5), (BORNHOLM, 4)):
        make_contact(round_, code)
        for _ in range(units):
            make_unit(make_workplace(round_, authority_code=code))
    assert contact.queue_due_steps(at=at(1, 6)) == 1
    mail = Mail.objects.get()
    assert (mail.name, mail.authority_code, mail.address) == ("kick_off", AARHUS, "kontakt751@kommune.example")
    assert mail.authority_contact == AuthorityContact.objects.get(authority_code=AARHUS)
    assert not ContactAttempt.objects.exists()
    assert Wave.objects.get().forecast == 1
    assert contact.queue_due_steps(at=at(1, 7)) == 0


def test_the_results_go_once_to_each_address_that_asked_when_they_are_published() -> None:
    round_ = in_the_field([*PLAN, StepPlan(MailName.RESULT, 1)])
    holder = make_case(round_).holders.get()
    for email in ("a@b.example", "A@b.example", "c@d.example"):
        given = {"round": round_, "holder": holder, "at": NOON, "language": "en", "text_version": 1}
        ResultRequest.objects.create(**given, email=email)
    contact.queue_due_steps(at=at(1, 13))
    fieldwork.close_round(round_=round_, by=finn(), at=at(2, 21))
    assert contact.queue_due_steps(at=at(3, 2)) == 0
    Round.objects.update(published_at=at(3, 30))
    assert contact.queue_due_steps(at=at(3, 30)) == 2
    mails = Mail.objects.filter(name="result")
    assert {(mail.address, mail.language) for mail in mails} == {("a@b.example", "en"), ("c@d.example", "en")}
    assert all(mail.result_request and mail.status == "queued" for mail in mails)
    assert contact.queue_due_steps(at=at(3, 31)) == 0


def test_the_default_plan_reaches_a_leader_who_never_answers_on_these_days_and_no_more() -> None:
    round_ = in_the_field(DEFAULT_PLAN)
    make_case(round_)
    days = []
    for number in range(60):
        moment = at(1, 7) + timedelta(days=number)
        contact.queue_due_steps(at=moment)
        queued = Mail.objects.filter(status="queued")
        days += [(mail.name, moment.date()) for mail in queued]
        queued.update(status="sent", handed_over_at=moment, ended_at=moment)
    assert days == [
        ("invitation", date(2020, 1, 7)),
        ("reminder_1", date(2020, 1, 13)),
        ("reminder_2", date(2020, 1, 20)),
        ("reminder_3", date(2020, 1, 27)),
        ("last", date(2020, 2, 17)),
    ]
