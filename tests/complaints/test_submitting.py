"""Complaints 6, 7 and 8: finished without answers, saved after submission, submitted again by the same link."""

import threading

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.utils import timezone

from barometer.celery import app
from responses import monitoring, tasks
from responses.actions import answering, sending
from responses.models import Case, CaseEvent, LinkHolder, Response
from responses.statistics.dispositions import Disposition, EventKind
from tests.factories import NOON, make_case, make_open_round
from tests.instruments import shipped
from tests.leaders import LONG_WAY, SHORT_WAY, all_rows, current_route, filled, link, owner_of, submit, walk


@pytest.fixture
def holder(db: None) -> LinkHolder:
    return owner_of(make_case(make_open_round(questionnaire=shipped(NOON))))


def disposition(holder: LinkHolder) -> str:
    return Case.objects.values_list("disposition", flat=True).get(pk=holder.case_id)


@pytest.mark.parametrize("pages", [0, 1, 2, 5, 10])
def test_complaint_6_whatever_a_browser_sends_an_unfinished_questionnaire_is_not_complete(
    client: Client, holder: LinkHolder, pages: int
) -> None:
    walked = walk(client, holder, LONG_WAY)
    for _ in range(pages):
        next(walked)
    before = all_rows()
    for data in ({}, {"looked_through": "on"}, {"looked_through": "on", "finished": "true", "comment": "x"}):
        assert client.post(link(holder, "answer-submit"), data)["Location"] == link(holder)
    assert all_rows() == before


def test_complaint_6_codes_that_the_questionnaire_does_not_have_are_never_stored(
    client: Client, holder: LinkHolder
) -> None:
    for number, data in (
        (1, {"unit_confirm": "maybe"}),
        (1, {"respondent_role": "1 OR 1=1"}),
        (3, {"innov__x": "yes"}),
    ):
        client.post(link(holder, "answer-page", number), {**data, "next": "1"})
    assert not Response.objects.exists()


def test_complaint_6_an_answer_that_opens_a_further_question_takes_completeness_away(
    client: Client, holder: LinkHolder
) -> None:
    list(walk(client, holder, SHORT_WAY))
    client.post(link(holder, "answer-page", 3), {"innov__product": "yes", "next": "1"})
    assert client.post(link(holder, "answer-submit"), {"looked_through": "on"})["Location"] == link(holder)
    assert disposition(holder) == Disposition.STARTED


def test_complaint_6_opened_started_and_submitted_are_different_numbers(client: Client, holder: LinkHolder) -> None:
    round_ = holder.case.round
    opened, started = (owner_of(make_case(round_)) for _ in range(2))
    client.get(link(opened))
    next(walk(client, started, SHORT_WAY))
    list(walk(client, holder, SHORT_WAY))
    submit(client, holder)
    counts = monitoring.monitor(round_).overall
    assert (counts.sampled, counts.started, counts.submitted) == (3, 1, 1)


def test_complaint_6_every_night_what_was_submitted_is_checked_again_and_one_fault_is_an_error_in_the_log(
    client: Client, holder: LinkHolder, caplog: pytest.LogCaptureFixture
) -> None:
    whole = owner_of(make_case(holder.case.round))
    for each in (holder, whole):
        list(walk(client, each, SHORT_WAY))
        submit(client, each)
    assert tasks.recheck_submissions() == 0
    assert not [record for record in caplog.records if record.levelname == "ERROR"]
    response = Response.objects.get(case=holder.case_id)
    for answers in ({}, {**response.answers, "innov": {"product": "bogus"}}, {"unit_confirm": "closed"}):
        response.answers = answers
        response.save()
        caplog.clear()
        assert tasks.recheck_submissions() == 1
        [line] = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
        assert line == f"submitted answers are not complete: cases {holder.case_id}"
    assert "responses.tasks.recheck_submissions" in {entry["task"] for entry in app.conf.beat_schedule.values()}


def test_complaint_7_a_page_that_arrives_after_submission_changes_nothing(client: Client, holder: LinkHolder) -> None:
    list(walk(client, holder, SHORT_WAY))
    late = filled(current_route(holder).pages[-1], {}, {"comment": ["for sent"]})
    submit(client, holder)
    before = all_rows()
    for pressed in ("next", "back", "leave", "draft", "language"):
        data = {**late, pressed: "en"}
        assert client.post(link(holder, "answer-page", 15), data).status_code == 303
    assert all_rows() == before


def test_complaint_7_the_button_pressed_many_times_gives_one_record_and_one_receipt(
    client: Client, holder: LinkHolder
) -> None:
    list(walk(client, holder, SHORT_WAY))
    for _ in range(5):
        submit(client, holder)
    assert CaseEvent.objects.filter(kind=EventKind.SUBMITTED).count() == 1
    sending.send_due(at=timezone.now())
    assert len(mail.outbox) == 1


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_complaint_7_saving_and_submitting_at_the_same_moment_never_changes_what_was_submitted() -> None:
    holder = owner_of(make_case())
    Client().post(link(holder, "answer-page", 1), {"new": "yes", "next": "1"})
    start = threading.Barrier(9)

    def press(number: int) -> None:
        start.wait()
        try:
            if number == 0:
                submit(Client(), holder)
            else:
                Client().post(link(holder, "answer-page", 1), {"new": ("yes", "no")[number % 2], "draft": "1"})
        finally:
            connection.close()

    threads = [threading.Thread(target=press, args=[number]) for number in range(8)]
    for thread in threads:
        thread.start()
    start.wait()
    for thread in threads:
        thread.join()
    response = Response.objects.get()
    assert response.submitted_at
    assert CaseEvent.objects.filter(kind=EventKind.SUBMITTED).count() == 1
    frozen = dict(response.answers)
    Client().post(link(holder, "answer-page", 1), {"new": "yes" if frozen["new"] == "no" else "no", "draft": "1"})
    response.refresh_from_db()
    assert response.answers == frozen


def test_complaint_8_the_link_opened_again_says_received_on_and_shows_no_answer_however_often(
    client: Client, holder: LinkHolder
) -> None:
    list(walk(client, holder, LONG_WAY))
    submit(client, holder)
    before = all_rows()
    for _ in range(3):
        page = client.get(link(holder)).content.decode()
        assert "Vi modtog svarene for" in page
        assert "øl &amp; brød" not in page
        assert link(holder, "correct") in page
    assert all_rows() == before
    assert disposition(holder) == Disposition.SUBMITTED


def test_complaint_8_a_link_is_never_used_up(client: Client, holder: LinkHolder) -> None:
    for _ in range(20):
        assert client.get(link(holder)).status_code == 200
    list(walk(client, holder, SHORT_WAY))
    assert answering.submit(holder=holder, at=timezone.now()).first
