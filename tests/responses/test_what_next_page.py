"""Whom to follow up next: who is on the list and who never, the page, its files, and the audience of a reminder."""

import csv
import io
from collections.abc import Sequence
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from responses import calling, follow_up, recipients
from responses.actions import call as calls
from responses.actions import case as case_actions
from responses.actions import contact, sending
from responses.calling import Wanted
from responses.follow_up import may_be_contacted
from responses.models import Call, Case, ContactAttempt, LinkHolder
from responses.statistics.dispositions import Disposition, EventKind
from responses.statistics.eligibility import UNFINISHED, left_out
from surveys.audience import problems_of
from surveys.models import ContactStep, Round
from tests.factories import NOON, make_case, make_holder, make_open_round, make_step, make_stratum
from tests.people import browser_of, finn, olga
from tests.responses.test_representativity_page import SUBMITTED, field
from tests.responses.test_round_page import words

pytestmark = pytest.mark.django_db


@pytest.fixture
def round_() -> Round:
    """In the field: 2 of 10 municipal workplaces have submitted, and 9 of 10 of the state."""
    today = timezone.localdate()
    found = make_open_round(opens_on=today - timedelta(days=9), deadline=today, closes_on=today + timedelta(days=9))
    field(found, submitted=2, of=10, level="municipality")
    field(found, submitted=9, of=10, level="state")
    return found


def listed(round_: Round) -> list[int]:
    return [each.candidate.case for each in follow_up.read(round_).ranked]


def page(round_: Round, language: str = "en") -> str:
    response = browser_of(finn(), language).get(reverse("what-next", args=[round_.slug]))
    assert response.status_code == 200
    return response.content.decode().replace("\xa0", " ")


def file(round_: Round, name: str) -> list[list[str]]:
    response = browser_of(finn()).get(reverse("what-next-export", args=[round_.slug, name]))
    assert response.status_code == 200
    return list(csv.reader(io.StringIO(b"".join(response).decode("utf-8-sig"))))


# Who is on the list


def test_it_is_those_who_have_not_answered_the_group_that_lags_first(round_: Round) -> None:
    levels = Case.objects.in_bulk(listed(round_))
    found = [levels[pk].sample_unit.workplace.level for pk in listed(round_)]
    assert found == ["municipality"] * 8 + ["state"]


ENDED: Sequence[list[EventKind]] = (
    [EventKind.STARTED, EventKind.SUBMITTED],
    [EventKind.DECLINED],
    [EventKind.REFUSED],
    [EventKind.REMINDERS_STOPPED],
    [EventKind.STARTED, EventKind.REMINDERS_STOPPED],
    [EventKind.REPORTED_CLOSED],
    [EventKind.REPORTED_MERGED, EventKind.INELIGIBLE_CONFIRMED],
)


def test_who_has_answered_said_no_or_opted_out_is_on_no_list() -> None:
    round_ = make_open_round()
    for events in ENDED:
        make_case(round_, events=events, contact={"phone": "86 12 34 56"})
    waits = make_case(round_, contact={"phone": "86 12 34 56"})
    assert listed(round_) == [waits.pk]
    assert follow_up.priorities([round_]) == {waits.pk: 1}
    assert [place.candidate.case for place in calling.read(round_, Wanted(), NOON).places] == [waits.pk]


def test_of_all_dispositions_and_flags_only_those_whom_the_one_rule_lets_be_contacted_are_on_it() -> None:
    round_, flags = make_open_round(), (False, True)
    for disposition, stopped, retired, phone, works, last in product(Disposition, *[flags] * 5):
        for by_call in flags:
            on_it = may_be_contacted(round_, (disposition, stopped, retired, phone, works, last), by_call=by_call)
            called = phone and works
            wanted = disposition in UNFINISHED and not stopped and not retired
            assert on_it == (wanted and (called if by_call else called or not last))
    round_.closed_at = NOON
    facts = (Disposition.NOT_STARTED, False, False, True, True, False)
    assert not may_be_contacted(round_, facts, by_call=False)


def test_an_opt_out_that_is_taken_back_and_a_colleagues_do_not_count() -> None:
    round_ = make_open_round()
    back = make_case(round_, events=[EventKind.REMINDERS_STOPPED, EventKind.REMINDERS_RESUMED])
    shared = make_case(round_)
    case_actions.stop_reminders(holder=make_holder(shared), at=NOON)
    assert {back.pk, shared.pk} <= set(listed(round_))


def test_a_delegate_who_opted_out_takes_the_case_off_the_list() -> None:
    round_ = make_open_round()
    case = make_case(round_)
    delegate = make_holder(case, LinkHolder.Role.DELEGATE)
    assert case.pk in listed(round_)
    case_actions.stop_reminders(holder=delegate, at=NOON)
    assert case.pk not in listed(round_)


def test_who_is_on_the_list_is_let_through_by_the_rule_of_the_mails_too() -> None:
    round_ = make_open_round()
    for events in (*ENDED, [EventKind.STARTED], [EventKind.BOUNCED], []):
        make_case(round_, events=events)
    step = make_step(round_, ContactStep.MailName.REMINDER_1)
    mailed = {
        holder.case_id
        for holder, contactable in recipients.receivers(round_, NOON)
        if left_out(contactable, recipients.kind_of(step)) is None
    }
    bounced = set(Case.objects.filter(disposition=Disposition.BOUNCED).values_list("pk", flat=True))
    assert set(listed(round_)) == mailed | bounced  # whoever no mail reaches can be called or get a letter


def test_the_calling_list_has_the_same_order(round_: Round) -> None:
    LinkHolder.objects.filter(case__round=round_).update(phone="86 12 34 56")
    places = calling.read(round_, Wanted(), NOON).places
    assert [place.candidate.case for place in places] == listed(round_)
    assert [place.gain for place in places] == [each.gain for each in follow_up.read(round_).ranked]


def test_the_calling_list_says_why_each_case_stands_there() -> None:
    round_ = make_open_round()
    make_case(round_, stratum=make_stratum(round_, population_size=30, sample_size=4), contact={"phone": "86 12 34 56"})
    html = browser_of(finn()).get(reverse("calls", args=[round_.slug])).content.decode()
    assert "Stratum at 0.0%, target 50%. Its kind answers as often as the mean. Stands for 7.5 in the register." in html


def test_the_round_tells_how_often_a_call_brings_an_answer() -> None:
    round_ = make_open_round()
    stratum = make_stratum(round_, population_size=90, sample_size=60)
    cases = [make_case(round_, events=SUBMITTED if n < 13 else (), stratum=stratum) for n in range(52)]
    Call.objects.bulk_create(Call(case=case, at=NOON, outcome="no_answer") for case in cases)
    standing = follow_up.read(round_).standing
    assert standing is not None
    assert (standing.follow_ups.called, standing.follow_ups.observed) == (0, False)  # all of today
    Call.objects.create(case=cases[-1], at=NOON + timedelta(days=3), outcome="no_answer")
    standing = follow_up.read(round_).standing
    assert standing is not None
    assert (standing.follow_ups.called, standing.follow_ups.share) == (52, 0.25)


# The page


def test_the_page_says_who_why_and_whether_to_go_on(round_: Round) -> None:
    make_case(round_, level="state", name="Sidste <b>skole</b>", stratum=make_stratum(round_, code="state"))
    html = page(round_)
    text = words(html)
    assert "10 cases may be followed up; here are the first 10." in text
    assert "Stratum at 20.0%, target 50%." in text
    assert "points less often than the mean." in text
    assert "Stands for 10.0 in the register." in text
    assert "Go on The next 10 cases are expected to raise the response rate by" in text
    assert "Assumed: 20% of first follow-ups bring an answer." in text
    assert "Sidste &lt;b&gt;skole&lt;/b&gt;" in html
    assert reverse("calls", args=[round_.slug]) in html
    assert "Stratum at 81.8%: target reached." in text
    assert "style=" not in html


def test_a_started_and_called_case_is_told_to_be_one() -> None:
    round_ = make_open_round(closes_on=timezone.localdate() + timedelta(days=9))
    case = make_case(round_, events=[EventKind.STARTED], contact={"phone": "86 12 34 56"})
    calls.record_call(case=case, outcome=Call.Outcome.NO_ANSWER, by=finn(), at=timezone.now())
    text = words(page(round_))
    assert "Started: it may well submit by itself. Called 1 time already." in text


def test_the_rule_says_stop_when_all_have_caught_up() -> None:
    round_ = make_open_round()
    field(round_, submitted=6, of=9, level="municipality")
    field(round_, submitted=6, of=9, level="state")
    assert "Stop: the next ones gain too little" in words(page(round_))


def test_with_nobody_left_it_says_so() -> None:
    round_ = make_open_round()
    field(round_, submitted=2, of=2, level="state")
    assert "Nobody is left to follow up" in words(page(round_))


def test_without_any_case_it_says_so() -> None:
    round_ = make_open_round()
    text = words(page(round_))
    assert "No case is in the field, or all are known not to be eligible. Nobody is left to follow up" in text
    assert [len(file(round_, name)) for name in ("list", "curve")] == [1, 1]


def test_before_the_first_answer_the_strata_give_the_order() -> None:
    round_ = make_open_round()
    light = make_stratum(round_, code="light", population_size=2, sample_size=2)
    heavy = make_stratum(round_, code="heavy", population_size=20, sample_size=2)
    one, other = make_case(round_, stratum=light), make_case(round_, stratum=heavy)
    assert listed(round_) == [other.pk, one.pk]
    assert "Nobody has answered yet, so there is nothing to compare. The order goes by the strata alone." in words(
        page(round_)
    )


def test_only_an_open_round_is_followed_up(round_: Round) -> None:
    round_.closed_at = timezone.now()
    round_.save(update_fields=["closed_at"])
    assert "Workplaces are followed up while the round is open." in words(page(round_))
    assert listed(round_) == []
    for name in ("list", "curve"):
        assert browser_of(finn()).get(reverse("what-next-export", args=[round_.slug, name])).status_code == 404


def test_the_files_are_the_whole_list_and_the_curve(round_: Round) -> None:
    make_case(round_, name="=1+1", stratum=make_stratum(round_, code="state"), level="state")
    rows = file(round_, "list")
    assert [row[0] for row in rows[1:]] == [str(place) for place in range(1, 11)]
    assert "'=1+1" in [row[3] for row in rows]
    assert not any("@" in cell for row in rows for cell in row)  # no addresses, no names of people
    curve = file(round_, "curve")
    assert [row[0] for row in curve[1:]] == ["0", "10"]
    assert float(curve[1][2]) == 11 / 21


def test_the_pages_need_a_login_the_right_and_a_get(round_: Round) -> None:
    for address in (
        reverse("what-next", args=[round_.slug]),
        reverse("what-next-export", args=[round_.slug, "list"]),
    ):
        assert browser_of(None).get(address)["Location"].startswith("/login/")
        assert browser_of(olga()).get(address).status_code == 403
        assert browser_of(finn()).post(address).status_code == 405
    assert browser_of(finn()).get(reverse("what-next-export", args=[round_.slug, "x"])).status_code == 404
    assert browser_of(finn()).get(reverse("what-next", args=["nothing"])).status_code == 404


def test_the_page_asks_as_often_for_many_cases_as_for_few_and_never_for_an_answer(round_: Round) -> None:
    browser, address = browser_of(finn()), reverse("what-next", args=[round_.slug])
    with CaptureQueriesContext(connection) as few:
        browser.get(address)
    field(round_, submitted=3, of=9, level="region", industry_group="health")
    with CaptureQueriesContext(connection) as many:
        browser.get(address)
    assert len(many) == len(few) <= 25
    assert not any("responses_response" in query["sql"] for query in many)


# A reminder to the first of the list only


def reminded(round_: Round, audience: str) -> set[int]:
    step = make_step(round_, ContactStep.MailName.REMINDER_1, audience=audience)
    found = recipients.Audiences([step], [round_.pk])
    kind = recipients.kind_of(step)
    return {
        holder.case_id
        for holder, contactable in recipients.receivers(round_, NOON)
        if left_out(found.judged(step.pk, holder, contactable), kind) is None
    }


def test_a_reminder_can_go_to_the_first_fifth_of_the_list_only(round_: Round) -> None:
    order = listed(round_)
    assert reminded(round_, "case_priority == 1") == set(order[:2])
    assert reminded(round_, "case_priority <= 2") == set(order[:4])
    assert reminded(round_, "case_priority in (1, 2, 3, 4, 5)") == set(order)


def test_a_mail_to_the_first_fifth_leaves_to_them_alone_and_not_to_who_says_no_meanwhile(mailoutbox: list[Any]) -> None:
    round_ = make_open_round()
    field(round_, submitted=0, of=10, level="municipality")
    first, second, *_others = listed(round_)
    step = make_step(round_, ContactStep.MailName.REMINDER_1, audience="case_priority == 1")
    contact.queue_step(step=step, at=NOON)
    attempts = ContactAttempt.objects.filter(step=step)
    assert set(attempts.values_list("case_id", flat=True)) == {first, second}
    case_actions.record_refusal(case=Case.objects.get(pk=second), reason="x", by=finn(), at=NOON)
    assert sending.send_due(at=NOON) == {"sent": 1, "cancelled": 1}
    assert [mail.to for mail in mailoutbox] == [[LinkHolder.objects.get(case=first).email]]


def test_no_audience_brings_back_who_said_no_or_opted_out() -> None:
    round_ = make_open_round()
    for events in ENDED:
        make_case(round_, events=events)
    waits = make_case(round_)
    for audience in ("case_priority >= 1", "case_priority != 0", "not (case_priority == 9)", ""):
        assert reminded(round_, audience) == {waits.pk}


def test_the_priority_is_checked_like_every_name_of_an_audience() -> None:
    assert problems_of("case_priority <= 2 and case_language == 'da'", ["da"]) == []
    assert [problem.code for problem in problems_of("case_priority == 'first'", ["da"])] != []
    assert [problem.code for problem in problems_of("case_priorty == 1", ["da"])] != []


def test_audiences_without_the_priority_do_not_compute_it() -> None:
    round_ = make_open_round()
    step = make_step(round_, ContactStep.MailName.REMINDER_1, audience="reg_level == 'state'")
    with CaptureQueriesContext(connection) as asked:
        recipients.Audiences([step], [round_.pk])
    assert len(asked) == 0
