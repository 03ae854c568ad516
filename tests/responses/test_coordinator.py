"""The contact person of an authority: a link, a code to the registered address, and a list that tells no secret."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from responses import coordination, coordinator_links, links
from responses.actions import coordinator as actions
from responses.actions import events, fieldwork, sending
from responses.models import Case, Coordinator, Mail
from responses.statistics.coordination import may_be_told, may_have_code, too_many
from responses.statistics.dispositions import EventKind
from responses.views.coordinator import COOKIE
from surveys.models import AuthorityContact, Round
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

pytestmark = pytest.mark.django_db


@pytest.fixture
def round_() -> Round:
    return make_open_round()


@pytest.fixture
def coordinator(round_: Round) -> Coordinator:
    make_case(round_, name="Børnehaven Skovbo", address="Skovvej 1")
    return make_coordinator(round_, at=timezone.now())


def path(coordinator: Coordinator, name: str = "coordinator", *args: object) -> str:
    return reverse(name, args=[coordinator_links.token(coordinator), *args])


def listing(coordinator: Coordinator) -> str:
    return path(coordinator, "coordinator-workplaces")


def ask(client: Client, coordinator: Coordinator) -> str:
    """Press the button, and return the code that is then on its way."""
    client.post(path(coordinator), {"send": "1"})
    return coordinator_links.code(refreshed(coordinator))


def let_in(client: Client, coordinator: Coordinator) -> Client:
    code = ask(client, coordinator)
    answer = client.post(path(coordinator, "coordinator-code"), {"code": code})
    assert answer["Location"].startswith(listing(coordinator))
    return client


def sent_codes() -> Sequence[Mail]:
    return list(Mail.objects.filter(name="coordinator_code").order_by("pk"))


def link_in(message: str) -> str:
    found = re.search(r"http://testserver(/c/\S+?/)(?:[\s\"<]|$)", message)
    assert found
    return found[1]


# The link and the code


def test_opening_the_link_sends_nothing_and_shows_only_the_button(client: Client, coordinator: Coordinator) -> None:
    for answer in (client.get(path(coordinator)), client.head(path(coordinator))):
        assert answer.status_code == 200
    page = client.get(path(coordinator)).content.decode()
    assert page.count("<form") == 1
    assert 'name="send"' in page
    assert "Skovbo" not in page and "Aarhus" not in page and "kontakt@" not in page
    assert not Mail.objects.exists()
    assert not client.cookies


def test_the_code_goes_to_the_registered_address_and_is_stored_nowhere(
    client: Client, coordinator: Coordinator, mailoutbox: list[EmailMessage]
) -> None:
    code = ask(client, coordinator)
    assert sending.send_due(at=timezone.now()) == {"sent": 1}
    [message] = mailoutbox
    assert message.to == ["kontakt@kommune.example"]
    assert re.fullmatch(r"[0-9A-Z]{4}-[0-9A-Z]{4}", code)
    assert code in str(message.body) and code not in str(message.subject)
    [mail] = sent_codes()
    assert f"⟦coordinator_code:{coordinator.contact_id}⟧" in mail.text_body
    for stored in (*Mail.objects.values_list(), *Coordinator.objects.values_list()):
        assert code not in str(stored) and code.replace("-", "") not in str(stored)
    assert "/c/" not in str(message.message())  # nothing for a scanner to follow


@pytest.mark.parametrize(
    ("language", "subject", "words"),
    [
        ("da", "Innovationsbarometeret: gennemse kontakterne til jeres arbejdspladser", "Kære Karen Kontakt"),
        ("en", "Innovation Barometer: check the contacts of your workplaces", "Dear Karen Kontakt"),
    ],
)
def test_a_link_leaves_in_the_contacts_language_and_is_not_stored(
    round_: Round, mailoutbox: list[EmailMessage], language: str, subject: str, words: str
) -> None:
    make_case(round_)
    actions.switch(round_=round_, on=True, by=finn(), at=NOON)
    contact = make_authority_contact(round_, language=language)
    coordinator = actions.issue(contact=contact, by=finn(), at=NOON)
    assert sending.send_due(at=NOON) == {"sent": 1}
    [message] = mailoutbox
    assert (message.subject, message.to) == (subject, ["kontakt@kommune.example"])
    assert words in str(message.body)
    assert link_in(str(message.body)) == f"/c/{coordinator_links.token(coordinator)}/"
    assert coordinator_links.token(coordinator) not in str(Mail.objects.values_list())
    assert coordinator.expires_at == NOON + timedelta(days=30)
    assert "⟦" not in str(message.body)


def test_a_mailbox_without_a_name_is_greeted_as_the_authority(round_: Round, mailoutbox: list[EmailMessage]) -> None:
    make_case(round_)
    actions.switch(round_=round_, on=True, by=finn(), at=NOON)
    actions.issue(contact=make_authority_contact(round_, name=""), by=finn(), at=NOON)
    sending.send_due(at=NOON)
    assert "Til Aarhus Kommune" in str(mailoutbox[0].body)


def test_the_right_code_opens_the_list_and_the_proof_is_a_guarded_cookie(
    client: Client, coordinator: Coordinator
) -> None:
    assert client.get(listing(coordinator))["Location"] == path(coordinator)
    let_in(client, coordinator)
    page = client.get(listing(coordinator)).content.decode()
    assert "Børnehaven Skovbo" in page and "Skovvej 1" in page and "Lea Leder" in page
    cookie = client.cookies[COOKIE]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == (path(coordinator), True, "Strict")
    assert cookie["max-age"] == 3600
    assert coordinator_links.code(refreshed(coordinator)) not in cookie.value
    assert list(client.cookies) == [COOKIE]


def test_the_cookie_is_for_https_alone_where_there_is_https(
    client: Client, coordinator: Coordinator, settings: Any
) -> None:
    settings.HTTPS = True
    let_in(client, coordinator)
    assert client.cookies[COOKIE]["secure"] is True


def test_whoever_leaves_has_no_proof_left(client: Client, coordinator: Coordinator) -> None:
    let_in(client, coordinator)
    client.post(listing(coordinator), {"leave": "1"})
    assert client.get(listing(coordinator)).status_code == 303


def test_a_code_is_forgiving_about_how_it_is_typed(client: Client, coordinator: Coordinator) -> None:
    code = ask(client, coordinator)
    now = timezone.now()
    for typed in (code.lower(), code.replace("-", " "), code.replace("0", "o").replace("1", "l")):
        assert actions.try_code(coordinator=coordinator, text=typed, at=now)


def test_after_five_wrong_codes_a_new_one_must_be_asked_for(coordinator: Coordinator) -> None:
    now = timezone.now()
    actions.send_code(coordinator=coordinator, at=now)
    code = coordinator_links.code(refreshed(coordinator))
    for _ in range(5):
        assert not actions.try_code(coordinator=coordinator, text="0000-0000", at=now)
    with pytest.raises(actions.NewCodeNeeded):
        actions.try_code(coordinator=coordinator, text=code, at=now)
    later = now + timedelta(minutes=2)
    actions.send_code(coordinator=coordinator, at=later)
    assert not actions.try_code(coordinator=coordinator, text=code, at=later)
    assert actions.try_code(coordinator=coordinator, text=coordinator_links.code(refreshed(coordinator)), at=later)


def test_a_code_works_for_fifteen_minutes(coordinator: Coordinator) -> None:
    with pytest.raises(actions.NewCodeNeeded):  # none was asked for
        actions.try_code(coordinator=coordinator, text=coordinator_links.code(coordinator), at=NOON)
    actions.send_code(coordinator=coordinator, at=NOON)
    code = coordinator_links.code(refreshed(coordinator))
    assert actions.try_code(coordinator=coordinator, text=code, at=NOON + timedelta(minutes=15))
    with pytest.raises(actions.NewCodeNeeded):
        actions.try_code(coordinator=coordinator, text=code, at=NOON + timedelta(minutes=15, seconds=1))


def test_a_code_that_comes_too_late_to_be_typed_is_not_sent(
    coordinator: Coordinator, mailoutbox: list[EmailMessage]
) -> None:
    now = timezone.now()
    actions.send_code(coordinator=coordinator, at=now)
    assert sending.send_due(at=now + timedelta(minutes=16)) == {"cancelled": 1}
    assert mailoutbox == []


def test_wrong_codes_of_a_network_are_slowed_down_as_typed_codes_are(client: Client, coordinator: Coordinator) -> None:
    ask(client, coordinator)
    post = path(coordinator, "coordinator-code")
    answers = [client.post(post, {"code": f"0000-000{number}"}).status_code for number in range(6)]
    assert answers == [422] * 5 + [429]


def test_five_codes_an_hour_are_the_most(client: Client, coordinator: Coordinator) -> None:
    for number in range(5):
        actions.send_code(coordinator=coordinator, at=NOON + timedelta(minutes=10 * number))
    with pytest.raises(actions.CodeNotSent):
        actions.send_code(coordinator=coordinator, at=NOON + timedelta(minutes=59))
    assert len(sent_codes()) == 5
    actions.send_code(coordinator=coordinator, at=NOON + timedelta(minutes=61))
    assert len(sent_codes()) == 6


def test_the_page_says_when_there_have_been_too_many_codes(client: Client, coordinator: Coordinator) -> None:
    now = timezone.now()
    for number in range(5):
        actions.send_code(coordinator=coordinator, at=now - timedelta(minutes=50 - 10 * number))
    answer = client.post(path(coordinator), {"send": "1"})
    assert answer.status_code == 429
    assert 'role="alert"' in answer.content.decode()


def test_a_button_pressed_twice_sends_one_code_and_the_first_still_works(
    client: Client, coordinator: Coordinator
) -> None:
    first = ask(client, coordinator)
    assert ask(client, coordinator) == first
    assert len(sent_codes()) == 1


def test_a_code_goes_ahead_of_a_wave_that_is_being_sent(client: Client, coordinator: Coordinator) -> None:
    case = Case.objects.get()
    event = events.record(case, kind=EventKind.STARTED, at=NOON)
    now = timezone.now()
    values = {"round": case.round, "language": "da", "scheduled_for": now - timedelta(hours=2)}
    Mail.objects.create(name="receipt", cause=event, address="a@b.example", **values)
    ask(client, coordinator)
    assert [mail.name for mail in Mail.objects.due(timezone.now())] == ["coordinator_code", "receipt"]


# What ends a link, a code and a proof


def withdraw(coordinator: Coordinator) -> None:
    actions.withdraw(coordinator=coordinator, by=finn(), at=NOON)


def issue_anew(coordinator: Coordinator) -> None:
    actions.issue(contact=coordinator.contact, by=finn(), at=timezone.now())


def switch_off(coordinator: Coordinator) -> None:
    actions.switch(round_=coordinator.contact.round, on=False, by=finn(), at=NOON)


def close(coordinator: Coordinator) -> None:
    fieldwork.close_round(round_=coordinator.contact.round, by=finn(), at=NOON)


def expire(coordinator: Coordinator) -> None:
    Coordinator.objects.update(expires_at=timezone.now() - timedelta(seconds=1))


@pytest.mark.parametrize("end", [withdraw, issue_anew, switch_off, close, expire])
def test_a_link_that_has_ended_answers_404_with_one_page(client: Client, coordinator: Coordinator, end: Any) -> None:
    let_in(client, coordinator)
    pages = [path(coordinator), path(coordinator, "coordinator-code"), listing(coordinator)]
    pages.append(path(coordinator, "coordinator-correct", Case.objects.get().pk))
    end(coordinator)
    answers = [client.get(page) for page in pages] + [client.post(pages[0], {"send": "1"})]
    assert [answer.status_code for answer in answers] == [404] * 5
    assert len({answer.content for answer in answers}) == 1
    nobody = client.get("/c/t1-AAAAAAAAAAAAAAAAAAAAAA/")
    assert (nobody.status_code, nobody.content) == (404, answers[0].content)


def test_a_link_whose_mail_has_not_left_is_not_sent_when_it_is_withdrawn(
    round_: Round, mailoutbox: list[EmailMessage]
) -> None:
    make_case(round_)
    actions.switch(round_=round_, on=True, by=finn(), at=NOON)
    withdraw(actions.issue(contact=make_authority_contact(round_), by=finn(), at=NOON))
    assert sending.send_due(at=NOON) == {"cancelled": 1}
    assert mailoutbox == []


def test_another_registered_address_ends_code_and_proof_and_gets_no_code_of_the_one_before(
    client: Client, coordinator: Coordinator, mailoutbox: list[EmailMessage]
) -> None:
    let_in(client, coordinator)
    code = coordinator_links.code(refreshed(coordinator))
    AuthorityContact.objects.update(email="ny@kommune.example")
    assert client.get(listing(coordinator)).status_code == 303
    assert not actions.try_code(coordinator=coordinator, text=code, at=timezone.now())
    assert sending.send_due(at=timezone.now()) == {"cancelled": 1}
    assert mailoutbox == []


def test_a_proof_lasts_an_hour_and_ends_with_a_new_code(coordinator: Coordinator) -> None:
    proof = coordinator_links.proof(coordinator, NOON)
    assert coordinator_links.is_proven(coordinator, proof, NOON + timedelta(minutes=59))
    assert not coordinator_links.is_proven(coordinator, proof, NOON + timedelta(minutes=60))
    actions.send_code(coordinator=coordinator, at=NOON)
    assert not coordinator_links.is_proven(refreshed(coordinator), proof, NOON + timedelta(minutes=1))


def test_a_proof_cannot_be_made_longer_or_used_by_another(coordinator: Coordinator) -> None:
    proof = coordinator_links.proof(coordinator, NOON)
    until, _, signed = proof.partition(".")
    other = make_coordinator(make_open_round(), at=NOON)
    assert not coordinator_links.is_proven(other, proof, NOON)
    for text in (
        f"{int(until) + 3600}.{signed}",
        "",
        ".",
        signed,
        f"9.{signed}",
        f"{'9' * 400}.{signed}",
        "²." + signed,
    ):
        assert not coordinator_links.is_proven(coordinator, text, NOON)


def test_links_codes_and_proofs_are_told_apart(coordinator: Coordinator) -> None:
    token = coordinator_links.token(coordinator)
    assert coordinator_links.coordinator_of(token, timezone.now()) == coordinator
    assert links.holder_of(links.ANSWER, token) is None
    make_case(coordinator.contact.round)
    holder = Case.objects.order_by("-pk")[0].holders.get()
    assert coordinator_links.coordinator_of(links.token(links.ANSWER, holder), timezone.now()) is None


@pytest.mark.parametrize("text", ["x", "t1", "t1-", "x" * 900, "tzzzzzzzzzzzz-" + "A" * 22, "%00", "æ"])
def test_rubbish_opens_nothing(client: Client, text: str) -> None:
    assert client.get(f"/c/{text}/").status_code == 404


def test_codes_from_an_older_key_still_work(coordinator: Coordinator, settings: Any) -> None:
    actions.send_code(coordinator=coordinator, at=NOON)
    code, token = coordinator_links.code(refreshed(coordinator)), coordinator_links.token(coordinator)
    settings.LINK_KEYS = {"n": b"\x01" * 32, **settings.LINK_KEYS}
    assert actions.try_code(coordinator=coordinator, text=code, at=NOON)
    assert coordinator_links.coordinator_of(token, timezone.now()) == coordinator


def test_a_form_of_another_site_does_nothing_without_the_proof(coordinator: Coordinator) -> None:
    client = Client(enforce_csrf_checks=True)
    case = Case.objects.get()
    form = {"name": "Ny Leder", "email": "ny@kommune.example"}
    answer = client.post(path(coordinator, "coordinator-correct", case.pk), form)
    assert answer["Location"] == path(coordinator)
    assert not case.contact_corrections.exists()


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
