"""The page of the contact plan: steps, calendar, and whom each step reaches when."""

import re
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone

from barometer.models import AuditEvent
from responses.actions import contact, sending
from responses.contact_days import days_of, in_order
from responses.contact_elsewhere import sampled_units
from responses.models import LinkHolder, Mail
from responses.planned_contacts import Forecast, forecasts
from responses.statistics.eligibility import LeftOut
from surveys.actions.default_plan import DEFAULT_PLAN, StepPlan
from surveys.calendar import Obstacle
from surveys.days_off import calendar_of
from surveys.models import ContactStep, QuietWeek, Round
from tests.factories import (
    NOON,
    make_case,
    make_holder,
    make_open_round,
    make_response,
    make_round,
    make_step,
    make_unit,
    make_workplace,
    refreshed,
)
from tests.people import browser_of, finn

pytestmark = pytest.mark.django_db
COPENHAGEN = ZoneInfo("Europe/Copenhagen")
MailName = ContactStep.MailName
BORNHOLM = "400"


def planned_round(**changes: Any) -> Round:
    return make_round(plan=DEFAULT_PLAN, **changes)


def address(round_: Round) -> str:
    return reverse("contact-plan", args=[round_.slug])


def read(round_: Round, language: str = "en") -> str:
    response = browser_of(finn(), language).get(address(round_))
    assert response.status_code == 200
    return words(response.content.decode())


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", page).replace("\xa0", " ").split())


def typed(round_: Round, **changes: str) -> dict[str, str]:
    """What the page sends when nothing is changed, and these changes: ``reminder_1__day="6"``."""
    data = {"act": "steps"}
    for step in round_.contact_steps.filter(queued_at=None):
        values = {"day": step.day, "on_date": step.on_date, "time": step.time.strftime("%H:%M")}
        values |= {"channel": step.channel, "audience": step.audience, "sender": step.sender}
        data |= {f"{step.mail_name}-{name}": "" if value is None else str(value) for name, value in values.items()}
        if step.skips_quiet_weeks:
            data[f"{step.mail_name}-skips_quiet_weeks"] = "on"
    return data | {name.replace("__", "-"): value for name, value in changes.items()}


def post(round_: Round, data: dict[str, str]) -> Any:
    return browser_of(finn()).post(address(round_), data)


# Whom a step reaches when


def forecast_of(round_: Round, name: str, at: datetime = NOON) -> Forecast:
    steps = in_order(round_)
    days = days_of(steps, calendar_of(round_), timezone.localdate(at))
    found = forecasts(round_, days, sampled_units(round_), at)
    return next(forecast for forecast in found if forecast.step.mail_name == name)


def with_sample(round_: Round, codes: str = "751 751 751 400") -> Round:
    for code in codes.split():
        make_unit(make_workplace(round_, authority_code=code))
    return round_


def test_the_plan_shows_how_many_get_each_step_when_and_how_many_move_and_why() -> None:
    round_ = with_sample(planned_round())
    QuietWeek.objects.bulk_create([QuietWeek(authority_code=BORNHOLM, year=2020, week=week) for week in (5, 6, 7)])
    third = forecast_of(round_, "reminder_3")
    assert third.days == ((date(2020, 1, 27), 3), (date(2020, 2, 17), 1))
    assert dict(third.moved) == {Obstacle.EARLIER: 3, Obstacle.QUIET_WEEK: 1}
    text = read(round_)
    assert "3 on Mon 27 Jan, 1 on Mon 17 Feb" in text
    assert "4 move: 3 because an earlier mail moved; 1 because of a quiet week." in text


def test_danish_pages_say_it_in_danish() -> None:
    text = read(with_sample(planned_round()), "da")
    assert "4 man 27. jan" in text
    assert "Kontaktplan" in text


def test_who_is_not_to_be_written_to_is_counted_as_left_out() -> None:
    round_ = planned_round()
    phone = {"phone": "86 12 34 56"}
    make_unit(make_workplace(round_, contact={"email": "", **phone}))
    make_unit(make_workplace(round_, contact={"kind": "authority", **phone}, address=""))
    make_unit(make_workplace(round_))
    make_step(round_, "letter", day=30, channel="letter")
    round_.contact_steps.filter(mail_name="reminder_2").update(audience="reg_employees > 1000")
    assert forecast_of(round_, "invitation").total == 2
    assert forecast_of(round_, "reminder_1").total == 1
    assert forecast_of(round_, "calls").total == 2  # no address is needed, but a number
    assert forecast_of(round_, "letter").total == 2  # and here one of paper
    assert dict(forecast_of(round_, "reminder_2").left_out)[LeftOut.NOT_IN_AUDIENCE] == 1


def test_neither_a_call_nor_a_letter_is_planned_where_somebody_else_has_the_task() -> None:
    round_ = make_open_round(plan=DEFAULT_PLAN)
    make_step(round_, "letter", day=30, channel="letter")
    cases = [make_case(round_, contact={"phone": "86 12 34 56"}) for _ in range(2)]
    make_holder(cases[0], LinkHolder.Role.DELEGATE)
    for name in ("calls", "letter"):
        found = forecast_of(round_, name)
        assert (found.total, dict(found.left_out)) == (1, {LeftOut.TASK_ELSEWHERE: 1})


def test_in_the_field_it_shows_whom_a_step_has_reached_and_whom_it_will() -> None:
    round_ = make_open_round(plan=DEFAULT_PLAN)
    for _ in range(3):
        make_case(round_)
    contact.queue_due_steps(at=datetime(2020, 1, 7, 12, tzinfo=COPENHAGEN))
    make_response(make_case(round_), {"new": "yes"})
    assert forecast_of(round_, "invitation").days == ((date(2020, 1, 7), 3),)
    first = forecast_of(round_, "reminder_1")
    assert (first.days, dict(first.left_out)) == (((date(2020, 1, 13), 3),), {"submitted": 1})
    assert forecast_of(round_, "thank_you").total == 1
    assert forecast_of(round_, "kick_off").total == 0


def test_the_forecast_of_the_plan_is_what_then_happens() -> None:
    round_ = make_open_round(plan=DEFAULT_PLAN)
    QuietWeek.objects.create(authority_code=BORNHOLM, year=2020, week=3)
    for code in ("751", "751", BORNHOLM):
        make_case(round_, authority_code=code)
    names = ("invitation", "reminder_1", "reminder_2")
    forecast = {(name, day, count) for name in names for day, count in forecast_of(round_, name).days}
    happened = set()
    for number in range(22):
        at = datetime(2020, 1, 7, 10, tzinfo=COPENHAGEN) + timedelta(days=number)
        contact.queue_due_steps(at=at)
        sending.send_due(at=at + timedelta(hours=1))
        for step in round_.contact_steps.filter(mail_name__in=names):
            wave = step.waves.filter(prepared_at=at).first()
            if wave:
                happened.add((step.mail_name, at.date(), wave.forecast))
    assert happened == forecast


def test_what_waits_is_shown_on_the_day_on_which_it_leaves_at_the_earliest_and_so_is_what_follows() -> None:
    round_ = make_open_round(plan=DEFAULT_PLAN)
    make_case(round_)
    for day in (7, 13, 14):
        contact.queue_due_steps(at=datetime(2020, 1, day, 12, tzinfo=COPENHAGEN))
    then = datetime(2020, 1, 14, 13, tzinfo=COPENHAGEN)
    assert forecast_of(round_, "invitation", then).days == ((date(2020, 1, 14), 1),)
    assert forecast_of(round_, "reminder_1", then).days == ((date(2020, 1, 20), 1),)  # the 19th is a Sunday
    Mail.objects.update(scheduled_for=datetime(2020, 1, 15, 10, tzinfo=COPENHAGEN))
    assert forecast_of(round_, "invitation", then).days == ((date(2020, 1, 15), 1),)
    sending.send_due(at=datetime(2020, 1, 15, 10, tzinfo=COPENHAGEN))
    assert forecast_of(round_, "invitation", then + timedelta(days=9)).days == ((date(2020, 1, 15), 1),)


def test_the_page_takes_as_many_queries_for_many_cases_as_for_few(django_assert_max_num_queries: Any) -> None:
    round_ = make_open_round(plan=DEFAULT_PLAN)
    round_.contact_steps.filter(mail_name="reminder_2").update(audience="case_contacts < 3")
    for number in range(30):
        case = make_case(round_, authority_code=str(700 + number))
        if number % 5 == 0:
            make_holder(case, "delegate")
    contact.queue_due_steps(at=datetime(2020, 1, 7, 12, tzinfo=COPENHAGEN))
    browser = browser_of(finn())
    with django_assert_max_num_queries(15):  # session, user, round; steps, quiet weeks, sample, waves, lines, cases …
        assert browser.get(address(round_)).status_code == 200


# The calendar


def test_the_calendar_marks_steps_weeks_holidays_breaks_deadline_and_closing_in_words() -> None:
    round_ = with_sample(
        planned_round(opens_on=date(2020, 3, 24), deadline=date(2020, 4, 24), closes_on=date(2020, 5, 12))
    )
    QuietWeek.objects.create(authority_code=BORNHOLM, year=2020, week=14)
    text = read(round_)
    assert "Week 14 quiet for 1" in text
    assert "Fri 10 Good Friday" in text
    assert "Fri 24 Printed deadline" in text
    assert "Tue 12 Closing Last mail 1 Thank-you" in text
    assert "Tue 24 First day Invitation 4" in text


def test_a_plan_without_a_sample_still_shows_each_step_on_its_day() -> None:
    text = read(planned_round())
    assert "No sample has been drawn yet" in text
    assert "Mon 13 First reminder" in text
    assert "Week 7 quiet" in text


def test_a_round_that_closes_soon_after_a_break_is_warned_about() -> None:
    assert "Only 5 working days lie between the break in week 7 and the closing" in read(planned_round())
    assert "working days lie between" not in read(planned_round(closes_on=date(2020, 2, 28)))


def test_both_the_printed_deadline_and_the_closing_are_shown() -> None:
    text = read(planned_round())
    assert "Printed deadline Thursday 6 February 2020." in text
    assert "Closing Friday 21 February 2020." in text


# Changing the plan


def step_of(round_: Round, name: str) -> ContactStep:
    return round_.contact_steps.get(mail_name=name)


def test_staff_change_a_step() -> None:
    round_ = planned_round()
    changes = {
        "reminder_1__day": "", "reminder_1__on_date": "2020-01-15", "reminder_1__time": "08:30",
        "reminder_1__audience": "reg_level == 'state'", "reminder_1__sender": "Danmarks Statistik",
    }  # fmt: skip
    data = typed(round_, **changes)
    del data["reminder_1-skips_quiet_weeks"]
    assert post(round_, data).status_code == 302
    step = step_of(round_, "reminder_1")
    assert (step.day, step.on_date, str(step.time)) == (None, date(2020, 1, 15), "08:30:00")
    assert (step.audience, step.sender) == ("reg_level == 'state'", "Danmarks Statistik")
    assert not step.skips_quiet_weeks
    event = AuditEvent.objects.get(what="contact_plan.changed")
    assert (event.who, list(event.facts["steps"])) == ("finn", ["reminder_1"])


def test_staff_add_and_remove_a_step() -> None:
    round_ = planned_round()
    assert post(round_, {"act": "add", "new-mail_name": "pre_notice", "new-day": "-4"}).status_code == 302
    assert (step_of(round_, "pre_notice").channel, step_of(round_, "pre_notice").day) == ("letter", -4)
    assert post(round_, typed(round_, pre_notice__remove="on")).status_code == 302
    assert not round_.contact_steps.filter(mail_name="pre_notice").exists()


def test_nothing_typed_changes_nothing_and_is_not_audited() -> None:
    round_ = planned_round()
    before = list(round_.contact_steps.order_by("pk").values())
    assert post(round_, typed(round_)).status_code == 302
    assert list(round_.contact_steps.order_by("pk").values()) == before
    assert not AuditEvent.objects.filter(what="contact_plan.changed").exists()


@pytest.mark.parametrize(
    ("typed_in", "said"),
    [
        ({"reminder_1__audience": "reg_levl == 'state'"}, "Did you mean “reg_level”?"),
        ({"reminder_1__audience": "reg_levl == 'state'"}, "Names that can stand here: reg_level"),
        ({"reminder_1__audience": "reg_level == 'county'"}, "Codes of reg_level: municipality, region, state"),
        ({"reminder_1__audience": "case_language == 'sv'"}, "Codes of case_language: da, en"),
        ({"reminder_1__audience": "reg_level =="}, "cannot be read"),
        ({"reminder_1__audience": "case_contacts"}, "case_contacts"),
        ({"reminder_1__audience": "open('x') == 1"}, "cannot stand in"),
        ({"reminder_1__day": ""}, "Give a day or a date."),
        ({"reminder_1__on_date": "2020-01-15"}, "Give a day or a date, not both."),
        ({"reminder_1__day": "0"}, "must come after the invitation"),
        ({"reminder_1__day": "12"}, "falls on the same day as the step “First reminder”"),
        ({"reminder_1__day": "13"}, "must come after the step “First reminder”"),
        ({"reminder_3__day": "41"}, "must come before the last mail"),
        ({"last__day": "45"}, "must come before the day on which the questionnaire closes"),
        ({"calls__day": "50"}, "comes after the questionnaire has closed"),
        ({"kick_off__day": "1"}, "must come before the invitation"),
        ({"invitation__day": "30"}, "must come before the printed deadline"),
        ({"result__day": "3"}, "must not come before the questionnaire has closed"),
        ({"reminder_1__time": "25:00"}, "valid time"),
        ({"invitation__remove": "on"}, "The contact plan has no invitation."),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_saved(typed_in: dict[str, str], said: str) -> None:
    round_ = planned_round()
    before = list(round_.contact_steps.order_by("pk").values())
    response = post(round_, typed(round_, **typed_in))
    assert response.status_code == 422
    assert said in words(response.content.decode()).replace("&#x27;", "'").replace("&quot;", '"')
    assert list(round_.contact_steps.order_by("pk").values()) == before


def test_a_pre_notice_comes_between_kick_off_and_invitation() -> None:
    round_ = planned_round()
    assert post(round_, {"act": "add", "new-mail_name": "pre_notice", "new-day": "0"}).status_code == 422
    response = post(round_, {"act": "add", "new-mail_name": "pre_notice", "new-day": "-30"})
    assert "Kick-off to the authorities: must come before the pre-notice." in words(response.content.decode())


def test_a_step_that_has_begun_to_leave_no_longer_changes() -> None:
    round_ = make_open_round(plan=DEFAULT_PLAN)
    make_case(round_)
    data = typed(round_, invitation__day="1")
    contact.queue_due_steps(at=datetime(2020, 1, 7, 12, tzinfo=COPENHAGEN))
    page = read(round_)
    assert "It has begun to leave" in page
    assert page.count("It is not sent any more, since the day of the invitation has come.") == 1  # the kick-off
    post(round_, data)
    assert step_of(round_, "invitation").day == 0
    removed = data | {"invitation-remove": "on"}
    post(round_, removed)
    assert step_of(round_, "invitation").queued_at is not None


def test_a_step_that_waits_for_approval_is_not_said_to_have_begun_to_leave() -> None:
    round_ = make_open_round(plan=DEFAULT_PLAN)
    Round.objects.filter(pk=round_.pk).update(second_person=True)
    make_case(round_)
    contact.queue_due_steps(at=datetime(2020, 1, 7, 12, tzinfo=COPENHAGEN))
    assert "and has not left yet, so it no longer changes" in read(round_)
    assert "It has begun to leave" not in read(round_)


def test_whoever_writes_the_plan_does_not_decide_about_the_second_person_or_coordinators() -> None:
    round_ = planned_round(second_person=True)
    assert "A second person approves every wave of this round." in read(round_)
    assert "Coordinators are switched off in this round." in read(round_)
    post(round_, {"act": "switches", "second_person": "", "coordinators": "on"})
    post(round_, typed(round_, coordinators="on") | {"second_person": ""})
    assert (refreshed(round_).second_person, refreshed(round_).coordinators) == (True, False)


def test_a_round_whose_plan_is_out_of_order_does_not_open() -> None:
    round_ = planned_round()
    round_.contact_steps.filter(mail_name="reminder_1").update(day=30)
    assert "The plan is out of order" in read(round_)
    page = browser_of(finn()).get(reverse("round-open", args=[round_.slug])).content.decode()
    assert "Second reminder: must come after the step “First reminder”." in words(page)


def test_a_short_round_gets_the_part_of_the_default_plan_that_fits() -> None:
    round_ = planned_round(deadline=date(2020, 1, 15), closes_on=date(2020, 1, 21))
    days = {step.mail_name: step.day for step in round_.contact_steps.all()}
    assert days == {
        "kick_off": -28, "invitation": 0, "reminder_1": 5, "reminder_2": 12, "last": 13, "thank_you": 14, "result": 15,
    }  # fmt: skip
    assert "The plan is out of order" not in read(round_)


def test_a_plan_may_be_given() -> None:
    round_ = make_round(plan=(StepPlan(MailName.INVITATION, 0),))
    assert [step.mail_name for step in round_.contact_steps.all()] == ["invitation"]
