"""What waits for a person stands under one roof, with its number and whose turn it is, and empties by acting."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from responses import work_lists
from responses.actions import call as calls
from responses.actions import case as actions
from responses.actions import correction, events, hand_over, pause
from responses.actions import mail as mails
from responses.actions.case import NewContact
from responses.models import Call, CallClaim, Case, LinkHolder, Mail
from responses.statistics.dispositions import EventKind
from responses.work_lists import LISTS, Turn
from surveys.models import Round
from tests.factories import NOON, make_case, make_coordinator, make_holder, make_open_round, make_response
from tests.people import browser_of, dana, finn, olga

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def round_() -> Round:
    today = timezone.localdate()
    return make_open_round(opens_on=today - 10 * DAY, deadline=today, closes_on=today + 20 * DAY)


def numbers(round_: Round) -> dict[str, int]:
    return {each.code: each.number for each in work_lists.counts(round_, timezone.now()) if each.number}


def how(**changes: Any) -> dict[str, Any]:
    return {"reason": "x", "by": finn(), "at": timezone.now()} | changes


def owner(case: Case) -> LinkHolder:
    return case.holders.get(role=LinkHolder.Role.OWNER)


def put_on(code: str, round_: Round) -> Case:
    """A case on this list and no other."""
    now = timezone.now()
    case = make_case(round_, name=f"On {code}", contact={"email": ""} if code == "no-address" else {})
    match code:
        case "bounced":
            events.record(case, kind=EventKind.BOUNCED, at=NOON)
        case "call-backs":
            Call.objects.create(case=case, at=NOON, by=finn(), outcome="call_back", call_back_at=now - DAY)
        case "silent":
            make_holder(case, LinkHolder.Role.DELEGATE, at=NOON)
        case "unknown":
            event = case.events.get()
            mail = Mail.objects.create(
                round=round_,
                name="receipt",
                cause=event,
                address="a@b.example",
                language="da",
                status="unknown",
                scheduled_for=NOON,
                handed_over_at=NOON,
                ended_at=NOON,
            )
            mail.lines.create(case=case, holder=owner(case))
        case "asks-to-correct":
            make_response(case, {"new": "yes"})
            correction.request(holder=owner(case), at=NOON)
        case "reported":
            events.record(case, kind=EventKind.REPORTED_CLOSED, at=NOON)
        case "hand-overs":
            make_holder(case, standing="waiting")
        case "paused":
            pause.pause(case=case, until=None, **how())
    return case


def act_on(code: str, case: Case) -> None:
    """What the list says empties it."""
    match code:
        case "no-address" | "bounced":
            contact = NewContact("Nina Ny", "ny@skole.example", "person")
            actions.change_address(case=case, contact=contact, **how())
        case "call-backs":
            calls.record_call(case=case, outcome="no_answer", by=finn(), at=timezone.now())
        case "silent":
            hand_over.end(holder=case.holders.get(role="delegate"), **how())
        case "unknown":
            mails.confirm_sent(mail=Mail.objects.get(), by=finn(), at=timezone.now())
        case "asks-to-correct":
            correction.refuse(case=case, **how())
        case "reported":
            actions.confirm_ineligible(case=case, **how())
        case "hand-overs":
            hand_over.refuse(holder=case.holders.get(role="shared"), **how())
        case "paused":
            pause.resume(case=case, **how())


EMPTIES = sorted(set(LISTS) - {"corrections", "opened-again"})


@pytest.mark.parametrize("code", EMPTIES)
def test_each_list_shows_what_is_on_it_and_empties_by_acting(round_: Round, code: str) -> None:
    case = put_on(code, round_)
    assert numbers(round_) == {code: 1}
    text = browser_of(finn()).get(reverse("work", args=[round_.slug])).content.decode()
    assert str(LISTS[code].label) in text
    shown = browser_of(finn()).get(reverse("cases", args=[round_.slug]), {"work": code}).content.decode()
    assert f"On {code}" in shown
    act_on(code, case)
    assert numbers(round_) == {}


def test_what_was_opened_again_waits_for_the_workplace(round_: Round) -> None:
    case = put_on("asks-to-correct", round_)
    correction.reopen(case=case, **how())
    [waiting] = [each for each in work_lists.counts(round_, timezone.now()) if each.number]
    assert (waiting.code, waiting.turns[Turn.WORKPLACE]) == ("opened-again", 1)


def test_an_address_that_the_coordinator_can_correct_is_the_authoritys_turn(round_: Round) -> None:
    put_on("no-address", round_)
    make_case(round_, authority_code="621", contact={"email": ""})
    make_coordinator(round_, at=timezone.now())
    round_.refresh_from_db()
    [waiting] = [each for each in work_lists.counts(round_, timezone.now()) if each.number]
    assert waiting.turns == {Turn.STAFF: 1, Turn.AUTHORITY: 1}


def test_a_paused_case_is_not_called_back_and_one_that_answered_is_on_no_list(round_: Round) -> None:
    case = put_on("call-backs", round_)
    pause.pause(case=case, until=None, **how())
    assert numbers(round_) == {"paused": 1}
    pause.resume(case=case, **how())
    make_response(case, {"new": "yes"})
    assert numbers(round_) == {}


def test_it_is_told_who_has_taken_a_case_for_a_call(round_: Round) -> None:
    case = put_on("call-backs", round_)
    CallClaim.objects.claim(case.pk, by=dana(), at=timezone.now())
    assert "taken by Dana Dam" in browser_of(finn()).get(reverse("work", args=[round_.slug])).content.decode()
    assert "Dana Dam has taken the case" in browser_of(finn()).get(reverse("case", args=[case.pk])).content.decode()


def test_the_lists_are_those_of_one_round(round_: Round) -> None:
    other = make_open_round()
    for code in ("bounced", "no-address", "reported"):
        put_on(code, other)
    assert numbers(round_) == {}


def test_mails_whose_fate_is_decided_are_off_the_list_of_mails(round_: Round) -> None:
    put_on("unknown", round_)
    path = reverse("mails", args=[round_.slug])
    assert "1 mail" in browser_of(finn()).get(path, {"status": "undecided"}).content.decode()
    mails.send_again(mail=Mail.objects.get(), by=finn(), at=timezone.now())
    assert "0 mails" in browser_of(finn()).get(path, {"status": "undecided"}).content.decode()


def test_the_page_takes_as_many_queries_for_many_cases_and_not_more_than_allowed(round_: Round) -> None:
    browser, path, counts = browser_of(finn()), reverse("work", args=[round_.slug]), []
    for _ in range(2):
        for code in ("bounced", "no-address", "silent", "reported", "hand-overs", "paused"):
            put_on(code, round_)
        with CaptureQueriesContext(connection) as asked:
            assert browser.get(path).status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 25


def test_the_page_is_for_staff(round_: Round) -> None:
    path = reverse("work", args=[round_.slug])
    assert browser_of(finn()).get(path).status_code == 200
    assert browser_of(olga()).get(path).status_code == 403
    assert browser_of(None).get(path)["Location"].startswith(reverse("account_login"))
    assert browser_of(finn()).put(path).status_code == 405
