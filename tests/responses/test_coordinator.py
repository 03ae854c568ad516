"""The contact person of an authority: a link, a code to the registered address, and a list that tells no secret."""

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from responses import coordinator_links, links
from responses.actions import coordinator as actions
from responses.actions import events, fieldwork, sending
from responses.models import Case, Coordinator, Mail
from responses.statistics.dispositions import EventKind
from responses.views.coordinator import COOKIE
from surveys.models import AuthorityContact, Round
from tests.factories import (
    NOON,
    make_authority_contact,
    make_case,
    make_coordinator,
    make_open_round,
    refreshed,
)
from tests.people import finn

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
