"""Telephone calls: who is on the list, who takes whom, and what each outcome does."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from barometer.models import AuditEvent
from responses import calling
from responses.actions import call as actions
from responses.actions import case as case_actions
from responses.actions.case import CaseClosed
from responses.calling import Wanted
from responses.models import Call, CallClaim, Case, LinkHolder, Mail
from responses.statistics.dispositions import Disposition, EventKind
from surveys.models import ContactStep, Round
from tests.factories import (
    NOON,
    make_case,
    make_holder,
    make_open_round,
    make_response,
    make_step,
    make_stratum,
    refreshed,
)
from tests.people import browser_of, dana, finn

pytestmark = pytest.mark.django_db

PHONE = {"phone": "86 12 34 56"}
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
Outcome = Call.Outcome


@pytest.fixture
def round_() -> Round:
    """In the field now, for a month more."""
    today = timezone.localdate()
    dates = {"opens_on": today - timedelta(days=30), "deadline": today, "closes_on": today + timedelta(days=30)}
    return make_open_round(**dates)


def case_of(round_: Round, **changes: Any) -> Case:
    return make_case(round_, contact={**PHONE, **changes.pop("contact", {})}, **changes)


def listed(round_: Round, wanted: Wanted | None = None) -> list[int]:
    found = calling.read(round_, wanted or Wanted(), timezone.now())
    return [place.candidate.case for place in found.places]


def record(case: Case, outcome: str, **changes: Any) -> Call:
    return actions.record_call(case=case, outcome=outcome, by=finn(), at=timezone.now(), **changes)


def kinds(case: Case) -> list[str]:
    return list(case.events.order_by("pk").values_list("kind", flat=True))


# Who is on the list


@pytest.mark.parametrize(
    "events",
    [
        [EventKind.STARTED, EventKind.SUBMITTED],
        [EventKind.DECLINED],
        [EventKind.REFUSED],
        [EventKind.REMINDERS_STOPPED],
        [EventKind.REPORTED_CLOSED],
        [EventKind.REPORTED_MERGED, EventKind.INELIGIBLE_CONFIRMED],
    ],
)
def test_who_has_ended_said_no_or_wants_no_more_is_never_called(round_: Round, events: list[EventKind]) -> None:
    case_of(round_, events=events)
    assert listed(round_) == []


@pytest.mark.parametrize(
    "events",
    [
        [],
        [EventKind.STARTED],
        [EventKind.BOUNCED],
        [EventKind.REMINDERS_STOPPED, EventKind.REMINDERS_RESUMED],
        [EventKind.DECLINED, EventKind.DECLINE_UNDONE],
        [EventKind.REPORTED_CLOSED, EventKind.INELIGIBLE_REJECTED],
    ],
)
def test_who_may_still_answer_is_called(round_: Round, events: list[EventKind]) -> None:
    case = case_of(round_, events=events)
    assert listed(round_) == [case.pk]


def test_neither_an_owner_whose_delegate_has_the_task_nor_the_delegate_is_called(round_: Round) -> None:
    make_holder(case_of(round_), LinkHolder.Role.DELEGATE, phone="87 12 34 56")
    assert listed(round_) == []


def test_a_colleagues_wish_for_no_reminders_is_not_the_workplaces(round_: Round) -> None:
    case = case_of(round_)
    case_actions.stop_reminders(holder=make_holder(case), at=NOON)
    assert listed(round_) == [case.pk]


def test_nobody_is_called_without_a_number_by_a_retired_link_or_outside_the_fieldwork(round_: Round) -> None:
    make_case(round_)
    retired = case_of(round_)
    case_actions.retire_link(holder=retired.holders.get(), reason="x", by=finn(), at=NOON)
    assert listed(round_) == []
    case_of(round_)
    round_.closed_at = timezone.now()
    round_.save()
    assert listed(round_) == []


def test_neither_a_missing_mail_address_nor_one_of_the_authority_keeps_from_calling(round_: Round) -> None:
    cases = [case_of(round_, contact={"email": ""}), case_of(round_, contact={"kind": "authority"})]
    assert sorted(listed(round_)) == [case.pk for case in cases]


def test_only_the_audience_of_the_telephone_round_is_called_and_whoever_has_agreed_to_it(round_: Round) -> None:
    step = make_step(round_, "calls", channel="phone", day=5)
    fresh, begun = case_of(round_), case_of(round_, events=[EventKind.STARTED])
    agreed = case_of(round_, events=[EventKind.STARTED])
    record(agreed, Outcome.CALL_BACK, call_back_at=timezone.now() + HOUR)
    region = case_of(round_, level="region")
    assert sorted(listed(round_)) == [fresh.pk, begun.pk, agreed.pk, region.pk]
    html = browser_of(finn()).get(reverse("calls", args=[round_.slug])).content.decode()
    assert "the audience of the telephone round" not in html
    ContactStep.objects.filter(pk=step.pk).update(
        audience="case_progress == 'not_started' and reg_level == 'municipality'"
    )
    assert sorted(listed(round_)) == [fresh.pk, agreed.pk]
    html = browser_of(finn()).get(reverse("calls", args=[round_.slug])).content.decode()
    assert "only the audience of the telephone round" in html
    assert take(round_) == f"{reverse('call', args=[fresh.pk])}"


def test_the_stratum_that_lacks_most_weighted_comes_first_and_agreed_calls_before_all(round_: Round) -> None:
    light = make_stratum(round_, code="light", population_size=10, sample_size=10)
    heavy = make_stratum(round_, code="heavy", population_size=100, sample_size=10)
    small, large, agreed = (
        case_of(round_, stratum=light),
        case_of(round_, stratum=heavy),
        case_of(round_, stratum=light),
    )
    made = record(agreed, Outcome.CALL_BACK, call_back_at=timezone.now() + HOUR)
    assert listed(round_) == [large.pk, small.pk, agreed.pk]
    Call.objects.filter(pk=made.pk).update(call_back_at=timezone.now() - MINUTE)
    assert listed(round_) == [agreed.pk, large.pk, small.pk]
    assert listed(round_, Wanted(due=True)) == [agreed.pk]
    assert listed(round_, Wanted(not_called=True)) == [large.pk, small.pk]
    assert listed(round_, Wanted(stratum=heavy.pk)) == [large.pk]


def test_answers_of_a_stratum_take_its_cases_down_the_list(round_: Round) -> None:
    first, second = (make_stratum(round_, code=code, population_size=20, sample_size=2) for code in ("a", "b"))
    one, other = case_of(round_, stratum=first), case_of(round_, stratum=second)
    assert listed(round_) == [one.pk, other.pk]
    make_response(case_of(round_, stratum=first), {"new": "yes"})
    assert listed(round_) == [other.pk, one.pk]


def test_the_list_is_filtered_by_what_the_address_says(round_: Round) -> None:
    here = case_of(round_, name="Skolen her")
    case_of(round_, name="Skolen der", authority_code="101", authority="Københavns Kommune", level="region")
    address = reverse("calls", args=[round_.slug])
    for query in ("level=municipality", "authority=751", f"stratum={here.sample_unit.stratum_id}&level=municipality"):
        html = browser_of(finn()).get(f"{address}?{query}").content.decode()
        assert "Skolen her" in html
        assert "Skolen der" not in html
    for query in ("level=x&stratum=²&authority=%00&page=x", "stratum=99999999999999999999"):
        assert browser_of(finn()).get(f"{address}?{query}").status_code == 200


def test_the_list_asks_the_database_as_often_for_many_as_for_few(round_: Round) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert browser_of(finn()).get(reverse("calls", args=[round_.slug])).status_code == 200
        return len(asked)

    for _ in range(2):
        record(case_of(round_), Outcome.NO_ANSWER)
    few = queries()
    for _ in range(7):
        record(case_of(round_), Outcome.NO_ANSWER)
        actions.claim(case=case_of(round_), by=dana(), at=timezone.now())
    assert queries() == few


# Who calls whom


def take(round_: Round, **data: str) -> str:
    return str(browser_of(finn()).post(reverse("calls", args=[round_.slug]), data)["Location"])


def test_the_next_button_takes_the_next_free_case_and_nobody_else_gets_it(round_: Round) -> None:
    first, second = case_of(round_), case_of(round_)
    actions.claim(case=first, by=dana(), at=timezone.now())
    assert take(round_, next="1") == reverse("call", args=[second.pk])
    assert CallClaim.objects.get(case=second).by == finn()
    assert take(round_, next="1") == reverse("calls", args=[round_.slug])
    assert take(round_, case=str(first.pk)) == reverse("calls", args=[round_.slug])
    html = browser_of(finn()).get(reverse("calls", args=[round_.slug])).content.decode()
    assert "Being called by Dana Dam" in html


def test_the_filters_go_along_with_the_next(round_: Round) -> None:
    case = case_of(round_)
    address = f"{reverse('calls', args=[round_.slug])}?level=municipality&not_called=1"
    answer = browser_of(finn()).post(address, {"next": "1"})
    assert answer["Location"] == f"{reverse('call', args=[case.pk])}?level=municipality&not_called=1"


def test_a_claim_is_over_after_a_quarter_of_an_hour_and_when_the_call_is_recorded(round_: Round) -> None:
    case, now = case_of(round_), timezone.now()
    assert actions.claim(case=case, by=dana(), at=now)
    assert actions.claim(case=case, by=dana(), at=now)  # a reload
    assert not actions.claim(case=case, by=finn(), at=now + 14 * MINUTE)
    assert actions.claim(case=case, by=finn(), at=now + 15 * MINUTE)
    record(case, Outcome.NO_ANSWER)
    assert not CallClaim.objects.exists()


def test_looking_at_a_call_claims_nothing(round_: Round) -> None:
    case = case_of(round_)
    browser_of(finn()).get(reverse("call", args=[case.pk]))
    browser_of(finn()).get(reverse("calls", args=[round_.slug]))
    assert not CallClaim.objects.exists()


def test_a_call_that_somebody_else_has_taken_says_so(round_: Round) -> None:
    case = case_of(round_)
    actions.claim(case=case, by=dana(), at=timezone.now())
    assert "Being called by Dana Dam" in browser_of(finn()).get(reverse("call", args=[case.pk])).content.decode()


def test_a_case_of_another_round_cannot_be_taken_from_this_list(round_: Round) -> None:
    other = case_of(make_open_round())
    answer = browser_of(finn()).post(reverse("calls", args=[round_.slug]), {"case": str(other.pk)})
    assert answer.status_code == 404


# What a call does


@pytest.mark.parametrize(
    ("outcome", "kind"),
    [
        (Outcome.NO_ANSWER, EventKind.CALLED),
        (Outcome.BUSY, EventKind.CALLED),
        (Outcome.LEFT_MESSAGE, EventKind.CALLED),
        (Outcome.WRONG_NUMBER, EventKind.CALLED),
        (Outcome.OTHER_PERSON, EventKind.CALLED),
        (Outcome.WILL_ANSWER, EventKind.REACHED),
    ],
)
def test_a_call_is_told_in_the_history_and_changes_no_disposition(round_: Round, outcome: str, kind: EventKind) -> None:
    case = case_of(round_, events=[EventKind.STARTED])
    step = ContactStep.objects.create(round=round_, day=25, channel="phone", mail_name="calls")
    made = record(case, outcome, note=" Ring  efter kl. 14 ")
    assert (made.step, made.by, made.note) == (step, finn(), "Ring efter kl. 14")
    assert kinds(case)[-1] == kind
    assert refreshed(case).disposition == Disposition.STARTED
    assert AuditEvent.objects.get(what="call.recorded").facts == {"outcome": outcome}
    html = browser_of(finn()).get(reverse("case", args=[case.pk])).content.decode()
    assert "Ring efter kl. 14" in html


def test_a_wrong_number_is_not_called_again_until_there_is_another(round_: Round) -> None:
    case = case_of(round_)
    record(case, Outcome.WRONG_NUMBER)
    assert listed(round_) == []
    browser_of(finn()).post(reverse("case-phone", args=[case.pk]), {"phone": "87123456"})
    assert case.holders.get().phone == "87 12 34 56"
    assert listed(round_) == [case.pk]
    assert AuditEvent.objects.filter(what="case.phone_changed").exists()
    assert "87" not in str(AuditEvent.objects.get(what="case.phone_changed").facts)


def test_what_is_no_number_is_not_saved(round_: Round) -> None:
    case = case_of(round_)
    answer = browser_of(finn()).post(reverse("case-phone", args=[case.pk]), {"phone": "ring"})
    assert answer.status_code == 422
    assert case.holders.get().phone == PHONE["phone"]
    with pytest.raises(actions.CallRefused):
        actions.change_phone(case=case, phone="ring", by=finn(), at=NOON)


def test_a_refusal_takes_one_press_and_a_confirmation_that_says_what_happens(round_: Round) -> None:
    case = case_of(round_)
    path, browser = reverse("call", args=[case.pk]), browser_of(finn())
    asked = browser.post(path, {"outcome": "refused", "note": "Har ikke tid"})
    assert "no mail, letter or call goes to this workplace any more" in asked.content.decode()
    assert not Call.objects.exists()
    done = browser.post(path, {"outcome": "refused", "note": "Har ikke tid", "confirmed": "1"})
    assert done["Location"] == reverse("calls", args=[round_.slug])
    assert kinds(case)[-2:] == [EventKind.REACHED, EventKind.REFUSED]
    assert refreshed(case).disposition == Disposition.DECLINED
    assert AuditEvent.objects.get(what="case.refused").reason == "Har ikke tid"
    assert listed(round_) == []
    assert not Mail.objects.exists()


def test_a_workplace_that_is_gone_is_reported_for_somebody_to_confirm(round_: Round) -> None:
    closed, merged = case_of(round_), case_of(round_)
    browser = browser_of(finn())
    assert browser.post(reverse("call", args=[closed.pk]), {"outcome": "not_eligible"}).status_code == 422
    data = {"outcome": "not_eligible", "gone": "closed"}
    assert "waits for one of you" in browser.post(reverse("call", args=[closed.pk]), data).content.decode()
    browser.post(reverse("call", args=[closed.pk]), {**data, "confirmed": "1"})
    browser.post(reverse("call", args=[merged.pk]), {**data, "gone": "merged", "confirmed": "1"})
    assert kinds(closed)[-1] == EventKind.REPORTED_CLOSED
    assert kinds(merged)[-1] == EventKind.REPORTED_MERGED
    assert refreshed(closed).disposition == Disposition.INELIGIBLE_REPORTED


def test_a_call_back_needs_a_time_that_is_still_to_come_and_before_the_closing(round_: Round) -> None:
    case = case_of(round_)
    path, browser = reverse("call", args=[case.pk]), browser_of(finn())
    tomorrow = timezone.localdate() + timedelta(days=1)

    def answer(day: object, time: str) -> int:
        data = {"outcome": "call_back", "call_back_day": str(day), "call_back_time": time}
        return browser.post(path, data).status_code

    assert answer("", "") == answer(tomorrow, "") == answer("", "10:00") == answer("x", "y") == 422
    assert answer(tomorrow - timedelta(days=2), "10:00") == 422
    assert answer(round_.closes_on + timedelta(days=1), "00:00") == 422
    assert not Call.objects.exists()
    assert answer(round_.closes_on, "23:59") == 302
    made = Call.objects.get()
    assert made.call_back_at is not None
    assert timezone.localtime(made.call_back_at).strftime("%H:%M") == "23:59"


def test_the_action_itself_refuses_an_impossible_call_back(round_: Round) -> None:
    case, now = case_of(round_), timezone.now()
    for when in (now, actions.closing(round_)):
        with pytest.raises(actions.CallRefused):
            actions.record_call(case=case, outcome=Outcome.CALL_BACK, by=finn(), at=now, call_back_at=when)
    with pytest.raises(ValueError, match="call back"):
        record(case, Outcome.CALL_BACK)
    assert not Call.objects.exists()
    assert kinds(case) == [EventKind.OPENED]


def test_a_case_that_has_ended_takes_no_call(round_: Round) -> None:
    case = case_of(round_, events=[EventKind.SUBMITTED])
    with pytest.raises(CaseClosed):
        record(case, Outcome.NO_ANSWER)
    browser_of(finn()).post(reverse("call", args=[case.pk]), {"outcome": "no_answer"})
    assert not Call.objects.exists()


@pytest.mark.parametrize(
    ("events", "warned"),
    [
        ([], False),
        ([EventKind.STARTED], False),
        ([EventKind.REFUSED], True),
        ([EventKind.DECLINED], True),
        ([EventKind.REMINDERS_STOPPED], True),
        ([EventKind.REPORTED_CLOSED], True),
        ([EventKind.STARTED, EventKind.SUBMITTED], True),
    ],
)
def test_the_page_of_a_call_says_who_is_to_be_left_alone(events: list[EventKind], warned: bool, round_: Round) -> None:
    html = browser_of(finn()).get(reverse("call", args=[case_of(round_, events=events).pk])).content.decode()
    assert ("Call only if it has asked for it" in html) is warned


def test_a_note_has_two_hundred_characters(round_: Round) -> None:
    path, browser = reverse("call", args=[case_of(round_).pk]), browser_of(finn())
    answer = browser.post(path, {"outcome": "no_answer", "note": "x" * 201})
    assert answer.status_code == 422
    assert "No answers to the questionnaire" in answer.content.decode()
    assert browser.post(path, {"outcome": "no_answer", "note": "x" * 200}).status_code == 302


def test_recording_can_take_the_next_at_once(round_: Round) -> None:
    first, second = case_of(round_), case_of(round_)
    answer = browser_of(finn()).post(reverse("call", args=[first.pk]), {"outcome": "no_answer", "next": "1"})
    assert answer["Location"] == reverse("call", args=[second.pk])


def test_somebody_else_being_the_right_person_leads_to_where_that_is_corrected(round_: Round) -> None:
    case = case_of(round_)
    answer = browser_of(finn()).post(reverse("call", args=[case.pk]), {"outcome": "other_person"})
    assert answer["Location"] == reverse("case", args=[case.pk])
