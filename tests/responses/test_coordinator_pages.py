"""What a coordinator sees of the workplaces of an authority, and what staff do with coordinators."""

import re
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from responses import coordination, coordinator_links, links
from responses.actions import coordinator as actions
from responses.actions import events, sending
from responses.models import Case, Coordinator, Mail
from responses.statistics.coordination import may_be_told, may_have_code, too_many
from responses.statistics.dispositions import EventKind
from surveys.models import Round
from tests.factories import (
    NOON,
    make_authority_contact,
    make_case,
    make_coordinator,
    make_holder,
    make_open_round,
    make_response,
    refreshed,
)
from tests.people import browser_of, finn
from tests.responses.test_coordinator import let_in, listing, path, sent_codes

pytestmark = pytest.mark.django_db


@pytest.fixture
def round_() -> Round:
    return make_open_round()


@pytest.fixture
def coordinator(round_: Round) -> Coordinator:
    make_case(round_, name="Børnehaven Skovbo", address="Skovvej 1")
    return make_coordinator(round_, at=timezone.now())


# The list


def test_the_list_holds_the_authoritys_own_workplaces_and_no_others(client: Client, coordinator: Coordinator) -> None:
    round_ = coordinator.contact.round
    other = make_case(round_, name="Regionens hospital", authority_code="1084")
    elsewhere = make_case(make_open_round(), name="Anden runde")
    let_in(client, coordinator)
    page = client.get(listing(coordinator)).content.decode()
    assert "Skovbo" in page
    assert "hospital" not in page and "Anden runde" not in page
    for case in (other, elsewhere):
        assert client.get(path(coordinator, "coordinator-correct", case.pk)).status_code == 404


def test_three_hundred_workplaces_come_in_pages_in_danish_order_and_can_be_searched(
    client: Client, coordinator: Coordinator
) -> None:
    round_ = coordinator.contact.round
    for number in range(60):
        make_case(round_, name=f"Skole {number:03}", address=f"Skolegade {number}")
    for name in ("Ådalen", "Østergård", "Ærø", "Zebra"):
        make_case(round_, name=name)
    let_in(client, coordinator)
    names = re.findall(r"<h2 class=\"h5\">([^<]+)", client.get(f"{listing(coordinator)}?page=2").content.decode())
    assert names[-4:] == ["Zebra", "Ærø", "Østergård", "Ådalen"]
    found = client.get(listing(coordinator), {"q": "skole 017"}).content.decode()
    assert found.count('<h2 class="h5">') == 1 and "Skole 017" in found
    assert "Skole 003" in client.get(listing(coordinator), {"q": "Skolegade 3"}).content.decode()
    for words in ("\0", "x" * 5000, "<script>"):
        assert client.get(listing(coordinator), {"q": words}).status_code == 200
    assert "<script>" not in client.get(listing(coordinator), {"q": "<script>"}).content.decode()


def test_the_list_asks_the_database_as_often_for_many_as_for_few(client: Client, coordinator: Coordinator) -> None:
    let_in(client, coordinator)

    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            client.get(listing(coordinator))
        return len(asked)

    few = queries()
    for _ in range(9):
        make_case(coordinator.contact.round)
    assert queries() == few <= 8


STANDINGS: dict[str, list[EventKind]] = {
    "started": [EventKind.STARTED],
    "submitted": [EventKind.STARTED, EventKind.SUBMITTED],
    "declined": [EventKind.DECLINED],
    "refused on the telephone": [EventKind.CALLED, EventKind.REFUSED],
    "no reminders": [EventKind.REMINDERS_STOPPED],
    "came back": [EventKind.INVITED, EventKind.BOUNCED],
    "said to be closed": [EventKind.REPORTED_CLOSED],
    "not eligible": [EventKind.INELIGIBLE_CONFIRMED],
}


@pytest.mark.parametrize("kinds", STANDINGS.values(), ids=STANDINGS)
def test_no_byte_and_no_query_of_a_page_tells_how_a_workplace_stands(
    client: Client, coordinator: Coordinator, kinds: list[EventKind]
) -> None:
    round_ = coordinator.contact.round
    for _ in range(6):
        make_case(round_)
    let_in(client, coordinator)
    case = Case.objects.order_by("pk")[2]
    pages = [listing(coordinator), f"{listing(coordinator)}?q=b", path(coordinator, "coordinator-correct", case.pk)]

    def seen() -> list[tuple[bytes, int]]:
        found = []
        for page in pages:
            with CaptureQueriesContext(connection) as asked:
                found.append((client.get(page).content, len(asked)))
        return found

    before = seen()
    for kind in kinds:
        events.record(events.lock(case.pk), kind=kind, at=timezone.now())
    assert seen() == before


def test_a_task_passed_on_is_not_told_either(client: Client, coordinator: Coordinator) -> None:
    let_in(client, coordinator)
    before = client.get(listing(coordinator)).content
    make_holder(Case.objects.get(), "delegate")
    assert client.get(listing(coordinator)).content == before


def test_after_an_answer_the_page_differs_by_the_one_number(client: Client, coordinator: Coordinator) -> None:
    round_ = coordinator.contact.round
    cases = [make_case(round_) for _ in range(6)]
    yesterday = timezone.now() - timedelta(days=1)
    make_response(cases[0], {"new": "yes"}, at=yesterday)
    let_in(client, coordinator)
    one = client.get(listing(coordinator)).content.decode()
    make_response(cases[4], {"new": "no"}, at=yesterday)
    two = client.get(listing(coordinator)).content.decode()
    assert "1 af 7 har svaret" in one
    assert two == one.replace("1 af 7 har svaret", "2 af 7 har svaret")


def answered(coordinator: Coordinator, at: datetime) -> tuple[int, int] | None:
    return coordination.answered(coordinator, at)


def test_the_number_is_that_of_the_end_of_yesterday_so_no_call_can_be_told_by_it(coordinator: Coordinator) -> None:
    cases = [make_case(coordinator.contact.round) for _ in range(5)]
    make_response(cases[0], {"new": "yes"}, at=NOON)
    make_response(cases[1], {"new": "yes"}, at=NOON + timedelta(days=1))
    assert answered(coordinator, NOON) is None
    assert answered(coordinator, NOON + timedelta(days=1)) == (1, 6)
    assert answered(coordinator, NOON + timedelta(days=2)) == (2, 6)
    events.record(events.lock(cases[0].pk), kind=EventKind.REOPENED, at=NOON + timedelta(days=2))
    assert answered(coordinator, NOON + timedelta(days=3)) == (1, 6)


def test_the_number_is_of_all_workplaces_whatever_is_searched_for(client: Client, coordinator: Coordinator) -> None:
    cases = [make_case(coordinator.contact.round) for _ in range(5)]
    make_response(cases[0], {"new": "yes"}, at=NOON)
    let_in(client, coordinator)
    assert "1 af 6 har svaret" in client.get(listing(coordinator), {"q": "Skovbo"}).content.decode()


@pytest.mark.parametrize(
    ("answered", "sampled", "told"),
    [(0, 5, False), (1, 5, True), (4, 5, True), (5, 5, False), (2, 4, False), (1, 300, True), (300, 300, False)],
)
def test_none_all_and_few_are_not_told(answered: int, sampled: int, told: bool) -> None:
    assert may_be_told(answered, sampled) is told


def test_limits() -> None:
    assert too_many(2, 199) is None
    assert too_many(3, 0) == "correction_too_many"
    assert too_many(0, 200) == "correction_too_many_today"
    assert may_have_code(None, 0, NOON) == "new"
    assert may_have_code(NOON, 1, NOON + timedelta(seconds=59)) == "same"
    assert may_have_code(NOON, 4, NOON + timedelta(minutes=1)) == "new"
    assert may_have_code(NOON, 5, NOON + timedelta(minutes=1)) is None


# Staff


def staff_page(round_: Round) -> str:
    return reverse("coordinators", args=[round_.slug])


def test_coordinators_are_off_until_staff_switch_them_on_and_the_page_shows_what_is_then_told(round_: Round) -> None:
    make_case(round_)
    contact = make_authority_contact(round_)
    browser = browser_of(finn())
    assert round_.coordinators is False
    page = browser.get(staff_page(round_)).content.decode()
    assert str(coordination.SENTENCE) in page.replace("&#x27;", "'")
    assert "Send a link" not in page
    browser.post(staff_page(round_), {"act": "issue", "contact": contact.pk})
    assert not Mail.objects.exists()
    browser.post(staff_page(round_), {"act": "on"})
    assert refreshed(round_).coordinators is True
    page = browser.get(staff_page(round_)).content.decode()
    assert "Read your own text" in page  # the shipped one says that the authority is told nothing
    assert "Send a link" in page
    round_.texts.filter(field="participation_visibility").update(text="Kontaktpersonen ser et antal.")
    assert "Read your own text" not in browser.get(staff_page(round_)).content.decode()


def test_staff_send_withdraw_and_send_anew(round_: Round) -> None:
    make_case(round_)
    make_case(round_)
    actions.switch(round_=round_, on=True, by=finn(), at=NOON)
    contact = make_authority_contact(round_)
    make_authority_contact(round_, authority_code="101", authority="København", email="k@kk.example")
    browser = browser_of(finn())
    page = browser.get(staff_page(round_)).content.decode()
    assert re.search(r'Aarhus Kommune</a></th>.*?<td class="number">2</td>.*?None sent', page, re.DOTALL)
    assert page.count('value="issue"') == 1  # none of the sample is in Copenhagen
    browser.post(staff_page(round_), {"act": "issue", "contact": contact.pk})
    first = Coordinator.objects.get()
    assert "works until" in browser.get(staff_page(round_)).content.decode()
    browser.post(staff_page(round_), {"act": "withdraw", "contact": contact.pk})
    assert "Withdrawn" in browser.get(staff_page(round_)).content.decode()
    browser.post(staff_page(round_), {"act": "issue", "contact": contact.pk})
    anew = refreshed(first)
    assert (anew.generation, anew.retired_at) == (first.generation + 1, None)
    assert Mail.objects.filter(name="coordinator_link").count() == 2


@pytest.mark.parametrize(
    "posted", [{}, {"act": "x"}, {"act": "issue"}, {"act": "issue", "contact": "x"}, {"act": "withdraw", "contact": ""}]
)
def test_what_no_button_says_is_refused(round_: Round, posted: dict[str, str]) -> None:
    assert browser_of(finn()).post(staff_page(round_), posted).status_code == 400


def test_a_contact_of_another_round_is_not_found(round_: Round) -> None:
    contact = make_authority_contact(make_open_round())
    answer = browser_of(finn()).post(staff_page(round_), {"act": "issue", "contact": contact.pk})
    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"email": "kontakt@aarhus.dk"}, "coordinators_not_reserved"),
        ({"authority_code": "101"}, "coordinators_no_workplace"),
    ],
)
def test_no_link_where_it_would_reach_somebody_real_or_show_nothing(
    round_: Round, change: dict[str, str], code: str
) -> None:
    make_case(round_)
    actions.switch(round_=round_, on=True, by=finn(), at=NOON)
    with pytest.raises(actions.CoordinatorRefused, match=code):
        actions.issue(contact=make_authority_contact(round_, **change), by=finn(), at=NOON)
    assert not Mail.objects.exists()


def test_a_deleted_contact_leaves_its_mails(coordinator: Coordinator) -> None:
    actions.send_code(coordinator=coordinator, at=timezone.now())
    coordinator.contact.delete()
    assert sent_codes()[0].authority_contact is None
    assert sending.send_due(at=timezone.now()) == {"cancelled": 1}


def test_staff_see_mails_to_coordinators_with_what_stands_for_the_secret(coordinator: Coordinator) -> None:
    now = timezone.now()
    actions.send_code(coordinator=coordinator, at=now)
    sending.send_due(at=now)
    Round.objects.update(rehearsal=False)
    [mail] = sent_codes()
    page = browser_of(finn()).get(reverse("mail", args=[mail.pk])).content.decode()
    assert "the coordinator&#x27;s code" in page
    assert coordinator_links.code(refreshed(coordinator)) not in page


# What workplaces are told


@pytest.mark.parametrize("on", [True, False])
def test_page_1_and_the_privacy_page_say_that_there_are_coordinators(client: Client, round_: Round, on: bool) -> None:
    case = make_case(round_)
    Round.objects.filter(pk=round_.pk).update(coordinators=on)
    first = client.get(reverse("answer-page", args=[links.token(links.ANSWER, case.holders.get()), 1])).content.decode()
    privacy = client.get(reverse("privacy", args=[round_.slug])).content.decode()
    sentence = "En kontaktperson i jeres myndighed"
    assert (sentence in first, sentence in privacy) == (on, on)
