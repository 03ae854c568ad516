"""Answers that were never submitted: noted at the close, and deleted 30 days later; the outcome stays."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse

from barometer.celery import app
from barometer.models import AuditEvent
from responses import paradata
from responses.actions import events, fieldwork, left_off
from responses.models import Case, LeftOff, LinkHolder, Mail, MailReturn, Response
from responses.round_tables import stop_labels
from responses.statistics.dispositions import EventKind
from responses.statistics.outcomes import CaseOutcome
from responses.tasks import delete_unsent_answers
from surveys.models import Round
from tests.factories import NOON, make_case, make_open_round, make_response, refreshed
from tests.instruments import shipped
from tests.people import browser_of, finn

pytestmark = pytest.mark.django_db

CLOSE = datetime(2020, 2, 21, 22, 30, tzinfo=UTC)  # half past eleven in the evening in Denmark
OPENING: dict[str, Any] = {
    "unit_confirm": "yes",
    "respondent_role": "top_manager",
    "innov": dict.fromkeys(("product", "service", "process", "comm"), "no"),
}
UNFINISHED = {"ongoing": "no"}  # the workplace without an innovation has three more questions


def answered(round_: Round, answers: dict[str, Any], *events_: EventKind) -> Case:
    case = make_case(round_, events=[EventKind.STARTED, *events_])
    Response.objects.create(case=case, questionnaire=round_.questionnaire, answers=answers, started_at=NOON)
    return case


@pytest.fixture
def round_() -> Round:
    return make_open_round(questionnaire=shipped(NOON))


def close(round_: Round) -> None:
    fieldwork.close_round(round_=round_, by=finn(), at=CLOSE)


def test_at_the_close_unsent_answers_become_partials_and_break_offs(round_: Round) -> None:
    early = answered(round_, {"unit_confirm": "yes"})
    partial = answered(round_, OPENING | UNFINISHED)
    refused = answered(round_, OPENING, EventKind.DECLINED)
    silent = make_case(round_)
    make_response(submitted := make_case(round_), OPENING)
    close(round_)
    assert refreshed(early).outcome == CaseOutcome.BREAK_OFF
    assert refreshed(partial).outcome == CaseOutcome.PARTIAL
    assert refreshed(refused).outcome == CaseOutcome.REFUSAL
    assert refreshed(silent).outcome == CaseOutcome.SILENT
    assert refreshed(submitted).outcome == CaseOutcome.COMPLETE
    line = AuditEvent.objects.get(what="round.closed")
    assert line.facts == {"answers_left": 3, "absent": 0}


def test_half_of_the_questions_without_the_opening_ones_is_a_break_off(round_: Round) -> None:
    innovative = {"unit_confirm": "yes", "innov": OPENING["innov"] | {"product": "yes"}}
    case = answered(round_, innovative)
    close(round_)
    found = LeftOff.objects.get(case=case)
    assert found.opening is False
    assert refreshed(case).outcome == CaseOutcome.BREAK_OFF


def test_what_is_counted_is_the_route_and_nothing_beside_it(round_: Round) -> None:
    case = answered(round_, {"unit_confirm": "yes", "latest_type": ["product"], "merged_into": "Skovbo"})
    close(round_)
    found = LeftOff.objects.get(case=case)
    assert (found.answered, found.required, found.page) == (1, 4, 1)  # unit, role, innov, and culture for everybody


def test_a_questionnaire_that_declares_no_opening_is_counted_only() -> None:
    round_ = make_open_round()  # one question
    case = answered(round_, {"new": "yes"})
    close(round_)
    found = LeftOff.objects.get(case=case)
    assert (found.answered, found.required, found.opening, found.page) == (1, 1, True, None)
    assert refreshed(case).outcome == CaseOutcome.PARTIAL


def test_noted_twice_is_noted_once(round_: Round) -> None:
    case = answered(round_, {"unit_confirm": "yes"})
    close(round_)
    assert left_off.note_left(round_=refreshed(round_), at=CLOSE) == 0
    assert case.events.filter(kind=EventKind.LEFT_EARLY).count() == 1


def test_thirty_days_after_the_close_unsent_answers_are_deleted_and_the_outcome_stays(round_: Round) -> None:
    case = answered(round_, OPENING | UNFINISHED)
    make_response(make_case(round_), OPENING)
    close(round_)
    assert left_off.deleted_on(refreshed(round_)) == date(2020, 3, 22)
    assert left_off.delete_unsent(at=CLOSE + timedelta(days=29)) == 0
    night = datetime(2020, 3, 22, 2, 15, tzinfo=UTC)
    assert left_off.delete_unsent(at=night) == 1
    assert left_off.delete_unsent(at=night) == 0
    assert [response.case_id == case.pk for response in Response.objects.all()] == [False]
    assert refreshed(case).outcome == CaseOutcome.PARTIAL
    assert events.differing([case.pk]) == {}
    facts = AuditEvent.objects.get(what="answers.unsent_deleted").facts
    assert facts == {"responses": 1, "days_after_close": 30}


def test_a_round_closed_before_such_notes_were_made_gets_them_before_the_deletion(round_: Round) -> None:
    case = answered(round_, {"unit_confirm": "yes"})
    Round.objects.filter(pk=round_.pk).update(closed_at=CLOSE)
    left_off.delete_unsent(at=CLOSE + timedelta(days=40))
    assert refreshed(case).outcome == CaseOutcome.BREAK_OFF


def test_an_open_round_loses_nothing(round_: Round) -> None:
    answered(round_, {"unit_confirm": "yes"})
    assert delete_unsent_answers() == 0
    assert left_off.deleted_on(round_) is None


def test_it_runs_every_night() -> None:
    schedule = app.conf.beat_schedule["delete-unsent-answers"]["schedule"]
    assert (schedule.hour, schedule.minute) == ({3}, {15})


@pytest.mark.parametrize(("back_on", "outcome"), [(date(2020, 2, 22), "unavailable"), (date(2020, 2, 21), "silent")])
def test_who_is_away_until_after_the_close_by_the_automatic_reply_is_unavailable(back_on: date, outcome: str) -> None:
    round_ = make_open_round()
    case, other = make_case(round_, events=[EventKind.INVITED]), make_case(round_, events=[EventKind.INVITED])
    owner = case.holders.get(role=LinkHolder.Role.OWNER)
    mail = Mail.objects.create(
        round=round_, step=round_.contact_steps.get(mail_name="invitation"), address=owner.email, name="invitation",
        domain="boernehave.example", language="da", scheduled_for=NOON, subject="-", text_body="-", html_body="-",
    )  # fmt: skip
    mail.lines.create(case=case, step=mail.step, holder=owner)
    for number, day in enumerate((date(2020, 1, 20), back_on)):
        MailReturn.objects.create(
            mail=mail, kind="auto_reply", source="mailbox", at=NOON, returns_on=day, digest=str(number)
        )
    close(round_)
    assert refreshed(case).outcome == outcome
    assert refreshed(other).outcome == CaseOutcome.SILENT


def test_the_welcome_page_says_when_answers_not_sent_are_deleted(round_: Round) -> None:
    texts = round_.questionnaire.definition().question("welcome").label.texts
    assert "30 days after the survey has closed" in str(texts["en"])
    assert "30 dage efter, at undersøgelsen er lukket" in str(texts["da"])
    for language, words in (("en", "30 days after the survey"), ("da", "30 dage efter")):
        assert words in round_.texts_in(language)["voluntary"]


def test_the_page_says_when(round_: Round) -> None:
    answered(round_, OPENING)
    close(round_)
    page = browser_of(finn()).get(reverse("rates", args=[round_.slug])).content.decode()
    assert "22 March 2020, 30 days after the close" in " ".join(page.split())


def test_where_people_stopped_is_told_after_their_answers_are_gone(round_: Round) -> None:
    early = answered(round_, {"unit_confirm": "yes"})
    answered(round_, OPENING | UNFINISHED)
    make_response(make_case(round_), OPENING)
    close(round_)
    pages = stop_labels(round_, "en")
    number = LeftOff.objects.get(case=early).page
    assert number
    Response.objects.filter(submitted_at=None).update(resumes_at=list(pages)[number - 1])
    [of_answers] = paradata.filling(refreshed(round_), pages).stops
    left_off.delete_unsent(at=CLOSE + timedelta(days=40))
    kept = paradata.filling(refreshed(round_), pages).stops
    assert sum(stop.cases for stop in kept) == of_answers.cases == 2
    assert of_answers.page in {stop.page for stop in kept}
    assert sum(stop.share for stop in kept) == 2 / 3
