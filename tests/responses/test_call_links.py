"""The link that a caller sends, and what the page of a call says."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import Settings

from responses import links
from responses.actions import call as actions
from responses.actions import case as case_actions
from responses.actions import sending
from responses.actions.case import CaseClosed
from responses.call_forms import local_moment
from responses.models import Call, LinkHolder, Mail, Notice
from responses.statistics.dispositions import Disposition, EventKind
from surveys.models import Round
from tests.factories import (
    make_holder,
    make_open_round,
    make_response,
    refreshed,
)
from tests.people import browser_of, finn
from tests.responses.test_calls import MINUTE, Outcome, case_of, kinds, record

pytestmark = pytest.mark.django_db


@pytest.fixture
def round_() -> Round:
    """In the field now, for a month more."""
    today = timezone.localdate()
    dates = {"opens_on": today - timedelta(days=30), "deadline": today, "closes_on": today + timedelta(days=30)}
    return make_open_round(**dates)


# The link once more


def test_the_link_leaves_at_once_and_is_the_workplaces_own(round_: Round, mailoutbox: list[EmailMessage]) -> None:
    case = case_of(round_)
    owner = case.holders.get()
    record(case, Outcome.LINK_SENT)
    mail = Mail.objects.get()
    assert (mail.name, mail.address, mail.status) == (Notice.LINK_AGAIN, owner.email, Mail.Status.QUEUED)
    sending.send_due(at=timezone.now())
    (sent,) = mailoutbox
    assert sent.to == [owner.email]
    assert links.address(links.ANSWER, owner) in str(sent.body)
    assert links.typed_code(owner) in str(sent.body)
    assert "Du bad i telefonen om linket" in str(sent.body)
    assert links.token(links.ANSWER, owner) not in refreshed(mail).text_body
    assert kinds(case)[-1] == EventKind.REACHED


def test_the_link_leaves_at_most_three_times_a_day(round_: Round) -> None:
    case = case_of(round_)
    for _ in range(3):
        record(case, Outcome.LINK_SENT)
    with pytest.raises(actions.CallRefused):
        record(case, Outcome.LINK_SENT)
    answer = browser_of(finn()).post(reverse("call", args=[case.pk]), {"outcome": "link_sent"})
    assert answer.status_code == 422
    assert "three times today" in answer.content.decode()
    assert (Mail.objects.count(), Call.objects.count()) == (3, 3)
    tomorrow = timezone.now() + timedelta(days=1)
    actions.record_call(case=case, outcome=Outcome.LINK_SENT, by=finn(), at=tomorrow)
    assert Mail.objects.count() == 4


@pytest.mark.parametrize("said", [EventKind.DECLINED, EventKind.REFUSED, EventKind.REMINDERS_STOPPED])
def test_after_a_no_the_link_leaves_only_when_the_person_asks_for_it(
    round_: Round, said: EventKind, mailoutbox: list[EmailMessage]
) -> None:
    case = case_of(round_, events=[said])
    path, browser = reverse("call", args=[case.pk]), browser_of(finn())
    assert browser.post(path, {"outcome": "link_sent"}).status_code == 422
    assert not Mail.objects.exists()
    assert browser.post(path, {"outcome": "link_sent", "asked_now": "on"}).status_code == 302
    sending.send_due(at=timezone.now() + MINUTE)
    assert len(mailoutbox) == 1
    assert refreshed(case).disposition == Disposition.NOT_STARTED
    assert case_actions.reminders_stopped(case.holders.get()) is (said == EventKind.REMINDERS_STOPPED)


def test_a_refusal_that_came_after_the_link_was_asked_for_stops_it(
    round_: Round, mailoutbox: list[EmailMessage]
) -> None:
    case = case_of(round_)
    record(case, Outcome.LINK_SENT)
    record(case, Outcome.REFUSED)
    sending.send_due(at=timezone.now() + MINUTE)
    assert mailoutbox == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"contact": {"email": ""}}, "link_without_address"),
        ({"contact": {"kind": "authority"}}, "link_to_authority"),
        ({"events": [EventKind.BOUNCED]}, "link_bounced"),
        ({"events": [EventKind.REPORTED_CLOSED]}, "link_case_ended"),
    ],
)
def test_a_link_that_would_reach_nobody_or_the_wrong_one_is_refused(
    round_: Round, changes: dict[str, Any], code: str
) -> None:
    with pytest.raises(actions.CallRefused) as refused:
        record(case_of(round_, **changes), Outcome.LINK_SENT, asked_now=True)
    assert refused.value.problem.code == code
    assert not Mail.objects.exists()
    assert not Call.objects.exists()


def test_who_has_submitted_gets_no_link_whoever_asks(round_: Round) -> None:
    case = case_of(round_)
    make_response(case, {"new": "yes"})
    with pytest.raises(CaseClosed):
        record(case, Outcome.LINK_SENT, asked_now=True)


def test_the_owner_of_a_task_that_was_passed_on_gets_no_link(round_: Round) -> None:
    case = case_of(round_)
    make_holder(case, LinkHolder.Role.DELEGATE)
    with pytest.raises(actions.CallRefused):
        record(case, Outcome.LINK_SENT)


# The page


@pytest.mark.parametrize(
    ("language", "words"), [("da", "Det er frivilligt at svare"), ("en", "It is voluntary to answer")]
)
def test_the_script_is_in_the_language_of_the_case_and_can_be_switched(
    round_: Round, language: str, words: str
) -> None:
    case = case_of(round_, language=language)
    path, browser = reverse("call", args=[case.pk]), browser_of(finn())
    other = "en" if language == "da" else "da"
    assert words in browser.get(path).content.decode()
    assert words not in browser.get(f"{path}?script={other}").content.decode()
    assert words in browser.get(f"{path}?script=xx").content.decode()


def test_the_page_has_what_a_caller_needs(round_: Round) -> None:
    case = case_of(round_, events=[EventKind.INVITED], name="Skolen her")
    record(case, Outcome.NO_ANSWER, note="Ferie til fredag")
    html = browser_of(finn()).get(reverse("call", args=[case.pk])).content.decode()
    workplace = case.sample_unit.workplace
    for words in ("Skolen her", workplace.address, "Lea Leder", 'href="tel:86123456"', "Ferie til fredag", "No answer"):
        assert words in html


def test_a_call_page_of_a_real_round_shows_no_link(round_: Round, settings: Settings) -> None:
    Round.objects.filter(pk=round_.pk).update(rehearsal=False)
    case = case_of(round_)
    owner = case.holders.get()
    for name in ("call", "case-phone"):
        html = browser_of(finn()).get(reverse(name, args=[case.pk])).content.decode()
        assert links.token(links.ANSWER, owner) not in html
        assert links.typed_code(owner) not in html


@pytest.mark.parametrize(
    ("day", "at", "moment"),
    [
        (date(2020, 3, 29), time(2, 30), None),  # the clock jumps over it
        (date(2020, 10, 25), time(2, 30), datetime(2020, 10, 25, 0, 30, tzinfo=UTC)),  # comes twice
        (date(2020, 2, 3), time(10), datetime(2020, 2, 3, 9, tzinfo=UTC)),
        (date(2020, 7, 3), time(10), datetime(2020, 7, 3, 8, tzinfo=UTC)),
    ],
)
def test_a_time_is_meant_as_clocks_in_denmark_show_it(day: date, at: time, moment: datetime | None) -> None:
    assert local_moment(day, at) == moment
