"""A coordinator gives another leader: staged for staff, both leaders told, no link sent, and nothing of status told."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from barometer.models import AuditEvent
from responses import coordinator_links, links
from responses.actions import bounce, contact, events, fieldwork, sending
from responses.actions import contact_correction as actions
from responses.actions.case import CaseClosed
from responses.models import Case, CaseEvent, ContactAttempt, ContactCorrection, Coordinator, LinkHolder, Mail
from responses.statistics.dispositions import Disposition, EventKind
from responses.statistics.eligibility import NOTICES, Contactable, LeftOut, blind, notice_left_out
from surveys.models import Round
from tests.factories import NOON, make_case, make_coordinator, make_open_round, refreshed
from tests.people import browser_of, finn

pytestmark = pytest.mark.django_db

OLD, NEW = "lea@kommune.example", "ny@kommune.example"


@pytest.fixture
def case() -> Case:
    return make_case(contact={"leader": "Lea Leder", "email": OLD}, name="Skovbo")


@pytest.fixture
def coordinator(case: Case) -> Coordinator:
    return make_coordinator(case.round, at=timezone.now())


def propose(coordinator: Coordinator, case: Case, name: str = "Nina Ny", email: str = NEW) -> ContactCorrection:
    return actions.propose(coordinator=coordinator, case=case, name=name, email=email, at=NOON)


def owner(case: Case) -> LinkHolder:
    return case.holders.get(role=LinkHolder.Role.OWNER)


def address(coordinator: Coordinator, name: str, *args: object) -> str:
    return reverse(name, args=[coordinator_links.token(coordinator), *args])


def let_in(coordinator: Coordinator) -> Client:
    client = Client()
    client.post(address(coordinator, "coordinator"), {"send": "1"})
    code = coordinator_links.code(refreshed(coordinator))
    client.post(address(coordinator, "coordinator-code"), {"code": code})
    Mail.objects.filter(name="coordinator_code").delete()
    return client


# Staging


def test_a_correction_is_staged_and_changes_nothing(coordinator: Coordinator, case: Case) -> None:
    client = let_in(coordinator)
    answer = client.post(address(coordinator, "coordinator-correct", case.pk), {"name": "Nina Ny", "email": NEW})
    assert answer.status_code == 303
    correction = ContactCorrection.objects.get()
    assert (correction.name, correction.email, correction.decision) == ("Nina Ny", NEW, "waiting")
    assert (owner(case).name, owner(case).email, owner(case).generation) == ("Lea Leder", OLD, 1)
    assert case.events.filter(kind=EventKind.CONTACT_PROPOSED).count() == 1
    page = client.get(answer["Location"]).content.decode()
    assert "Nina Ny" in page and 'role="status"' in page


def test_the_old_and_the_new_leader_are_told_at_once_and_neither_gets_a_link(
    coordinator: Coordinator, case: Case, mailoutbox: list[EmailMessage]
) -> None:
    propose(coordinator, case)
    assert sending.send_due(at=NOON) == {"sent": 2}
    assert sorted((mail.to[0], str(mail.body).split("\n\n")[1]) for mail in mailoutbox) == [
        (OLD, "Til Lea Leder"),
        (NEW, "Til Nina Ny"),
    ]
    for mail in mailoutbox:
        assert mail.subject == "Ny kontakt for Skovbo"
        assert "Vi sender først et link, når en medarbejder hos os har set på ændringen." in str(mail.body)
        everything = str(mail.message())
        assert not any(f"/{prefix}/" in everything for prefix in ("s", "o", "t", "r", "c"))
        assert links.typed_code(owner(case)) not in everything


def test_in_english_too(mailoutbox: list[EmailMessage]) -> None:
    case = make_case(language="en", contact={"email": OLD})
    propose(make_coordinator(case.round, at=NOON), case)
    sending.send_due(at=NOON)
    assert "We have been given a new contact for" in str(mailoutbox[0].body)


def test_where_there_was_no_name_and_no_address_the_new_leader_alone_is_told(mailoutbox: list[EmailMessage]) -> None:
    case = make_case(contact={"leader": "", "email": ""})
    propose(make_coordinator(case.round, at=NOON), case)
    assert sending.send_due(at=NOON) == {"sent": 1}
    assert mailoutbox[0].to == [NEW]


def test_a_mailbox_without_a_name_is_told_too(mailoutbox: list[EmailMessage]) -> None:
    case = make_case(contact={"leader": "", "email": "post@kommune.example", "kind": "authority"})
    propose(make_coordinator(case.round, at=NOON), case)
    assert sending.send_due(at=NOON) == {"sent": 2}
    [told] = [mail for mail in mailoutbox if mail.to == ["post@kommune.example"]]
    assert "Til lederen" in str(told.body)


def test_another_name_at_the_same_address_is_one_mail(coordinator: Coordinator, case: Case) -> None:
    propose(coordinator, case, name="Nina Ny", email=OLD.upper())
    assert [mail.address for mail in Mail.objects.all()] == [OLD]


def test_a_later_correction_takes_the_place_of_the_one_that_waits(coordinator: Coordinator, case: Case) -> None:
    first = propose(coordinator, case)
    second = propose(coordinator, case, name="Nora")
    assert (refreshed(first).decision, refreshed(second).decision) == ("replaced", "waiting")
    with pytest.raises(actions.CorrectionDecided):
        actions.accept(correction=first, reason="", by=finn(), at=NOON)


def test_three_corrections_of_a_case_are_the_most(coordinator: Coordinator, case: Case) -> None:
    for name in ("A", "B", "C"):
        propose(coordinator, case, name=name)
    with pytest.raises(actions.CorrectionRefused, match="correction_too_many"):
        propose(coordinator, case, name="D")
    answer = let_in(coordinator).post(address(coordinator, "coordinator-correct", case.pk), {"name": "D", "email": NEW})
    assert answer.status_code == 422
    assert "rettet tre gange" in answer.content.decode()


def test_two_hundred_corrections_a_day_are_the_most(coordinator: Coordinator, case: Case) -> None:
    given = ContactCorrection(coordinator=coordinator, email=NEW, decision="replaced", decided_at=NOON)
    for _ in range(67):
        given.case = make_case(case.round)
        for _ in range(3):
            given.pk, given.at = None, NOON
            given.save(force_insert=True)
    with pytest.raises(actions.CorrectionRefused, match="correction_too_many_today"):
        propose(coordinator, case)
    actions.propose(coordinator=coordinator, case=case, name="Nina", email=NEW, at=NOON + timedelta(days=1))


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"name": "", "email": NEW}, "Skriv lederens navn"),
        ({"name": "Nina", "email": ""}, "Skriv lederens mailadresse"),
        ({"name": "Nina", "email": "nina"}, "Det er ikke en mailadresse"),
        ({"name": "Nina", "email": "nina@kommune.example\nBcc: x@y.example"}, "Det er ikke en mailadresse"),
        ({"name": "Nina", "email": f"{'n' * 250}@kommune.example"}, "Det er ikke en mailadresse"),
        ({"name": "Nina", "email": "nina@aarhus.dk"}, "øvelse"),
        ({"name": "Lea Leder", "email": OLD}, "som vi har"),
        ({"name": "://", "email": NEW}, "Skriv lederens navn"),
    ],
)
def test_what_cannot_be_is_told_at_the_field(
    coordinator: Coordinator, case: Case, form: dict[str, str], words: str
) -> None:
    answer = let_in(coordinator).post(address(coordinator, "coordinator-correct", case.pk), form)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not ContactCorrection.objects.exists()


@pytest.mark.parametrize(
    "name", ["Nina\r\nBcc: x@y.example", "Nina www.evil.example", "Ni\u202ena\u200b", "⟦link:1⟧ Nina"]
)
def test_a_name_reaches_the_mail_as_letters_only(
    coordinator: Coordinator, case: Case, mailoutbox: list[EmailMessage], name: str
) -> None:
    let_in(coordinator).post(address(coordinator, "coordinator-correct", case.pk), {"name": name, "email": NEW})
    sending.send_due(at=timezone.now())
    [told] = [mail for mail in mailoutbox if mail.to == [NEW]]
    assert "www.evil" not in str(told.body) and "⟦" not in str(told.body) and "\u202e" not in str(told.body)
    assert told.recipients() == [NEW]


def test_a_coordinator_corrects_no_workplace_of_another_authority(coordinator: Coordinator) -> None:
    other = make_case(coordinator.contact.round, authority_code="101")
    with pytest.raises(ValueError, match="own authority"):
        propose(coordinator, other)


# Nothing tells how the case stands

STANDINGS: dict[str, list[EventKind]] = {
    "not started": [],
    "started": [EventKind.STARTED],
    "submitted": [EventKind.STARTED, EventKind.SUBMITTED],
    "declined": [EventKind.DECLINED],
    "no reminders": [EventKind.REMINDERS_STOPPED],
    "came back": [EventKind.BOUNCED],
    "said to be closed": [EventKind.REPORTED_CLOSED],
    "not eligible": [EventKind.INELIGIBLE_CONFIRMED],
}


@pytest.mark.parametrize("kinds", STANDINGS.values(), ids=STANDINGS)
def test_the_new_leader_and_a_mailbox_of_the_authority_are_told_however_the_case_stands(
    kinds: list[EventKind], mailoutbox: list[EmailMessage]
) -> None:
    case = make_case(events=kinds, contact={"email": "post@kommune.example", "kind": "authority"})
    propose(make_coordinator(case.round, at=NOON), case)
    sending.send_due(at=NOON)
    told = {mail.to[0] for mail in mailoutbox}
    assert NEW in told
    assert "post@kommune.example" in told or EventKind.BOUNCED in kinds  # an address that does not work tells nothing


@pytest.mark.parametrize("kinds", STANDINGS.values(), ids=STANDINGS)
def test_the_coordinator_gets_the_same_answer_with_as_many_queries_however_the_case_stands(
    kinds: list[EventKind],
) -> None:
    round_ = make_open_round()
    cases = [make_case(round_, name="Skovbo"), make_case(round_, name="Skovbo", events=kinds)]
    coordinator = make_coordinator(round_, at=timezone.now())
    client, seen = let_in(coordinator), []
    for case in cases:
        with CaptureQueriesContext(connection) as asked:
            answer = client.post(address(coordinator, "coordinator-correct", case.pk), {"name": "N", "email": NEW})
        seen.append((answer.status_code, answer["Location"], len(asked)))
    assert seen[0] == seen[1]


@pytest.mark.parametrize("kind", [EventKind.DECLINED, EventKind.REFUSED, EventKind.REMINDERS_STOPPED])
def test_a_leader_who_has_said_no_hears_no_more(kind: EventKind, mailoutbox: list[EmailMessage]) -> None:
    case = make_case(events=[kind], contact={"email": OLD})
    propose(make_coordinator(case.round, at=NOON), case)
    assert sending.send_due(at=NOON) == {"sent": 1, "cancelled": 1}
    assert [mail.to[0] for mail in mailoutbox] == [NEW]


def test_a_correction_of_a_case_that_has_answered_is_accepted_and_has_no_effect_on_it(
    coordinator: Coordinator, case: Case
) -> None:
    for kind in (EventKind.STARTED, EventKind.SUBMITTED):
        events.record(events.lock(case.pk), kind=kind, at=NOON)
    actions.accept(correction=propose(coordinator, case), reason="", by=finn(), at=NOON)
    assert refreshed(case).disposition == Disposition.SUBMITTED
    assert owner(case).generation == 1
    step = case.round.contact_steps.get(mail_name="reminder_1")
    assert contact.queue_step(step=step, at=NOON) == 0


@pytest.mark.parametrize("disposition", Disposition)
@pytest.mark.parametrize("stopped", [False, True])
@pytest.mark.parametrize("mailbox", [False, True])
def test_the_rule_for_being_told(disposition: Disposition, stopped: bool, mailbox: bool) -> None:
    case = Contactable(disposition, stopped, False, True, False, mailbox, round_open=True)
    rule = NOTICES["contact_changed"]
    assert notice_left_out(blind(case, own_address=False), rule) is None
    own = notice_left_out(blind(case, own_address=True), rule)
    silent = stopped or disposition in (Disposition.DECLINED, Disposition.INELIGIBLE, Disposition.ERASED)
    assert own == (LeftOut.OVERTAKEN if silent and not mailbox else None)


def test_nobody_is_told_once_the_round_is_closed() -> None:
    closed = Contactable(Disposition.NOT_STARTED, False, False, True, False, False, round_open=False)
    rule = NOTICES["contact_changed"]
    assert notice_left_out(blind(closed, own_address=False), rule) is LeftOut.ROUND_NOT_OPEN


def test_that_the_mail_to_the_new_leader_came_back_says_nothing_of_the_old_ones_address(
    coordinator: Coordinator, case: Case
) -> None:
    correction = propose(coordinator, case)
    sending.send_due(at=NOON)
    bounce.record_bounce(mail=Mail.objects.get(address=NEW), by=None, at=NOON)
    assert refreshed(case).disposition == Disposition.NOT_STARTED
    page = browser_of(finn()).get(staff_page(case.round)).content.decode()
    assert "A mail to this address came back" in page
    bounce.record_bounce(mail=Mail.objects.get(address=OLD), by=None, at=NOON)
    assert refreshed(case).disposition == Disposition.BOUNCED
    actions.accept(correction=correction, reason="", by=finn(), at=NOON)
    assert refreshed(case).disposition == Disposition.NOT_STARTED


# Staff decide


def staff_page(round_: Round) -> str:
    return reverse("contact-corrections", args=[round_.slug])


def decide(correction: ContactCorrection, act: str, **posted: str) -> Any:
    return browser_of(finn()).post(reverse("contact-correction-act", args=[correction.pk, act]), posted)


def test_staff_see_the_old_beside_the_new_and_accept_with_one_press(coordinator: Coordinator, case: Case) -> None:
    correction = propose(coordinator, case)
    page = browser_of(finn()).get(staff_page(case.round)).content.decode()
    for shown in ("Skovbo", "Lea Leder", OLD, "Nina Ny", NEW, "Aarhus Kommune"):
        assert shown in page
    assert "Unusual" not in page
    assert decide(correction, "accept")["Location"] == staff_page(case.round)
    changed = owner(case)
    assert (changed.name, changed.email, changed.address_kind) == ("Nina Ny", NEW, "person")
    assert CaseEvent.objects.filter(case=case, kind=EventKind.ADDRESS_CHANGED, by=finn(), holder=changed).count() == 1
    assert refreshed(correction).decided_by == finn()
    assert AuditEvent.objects.filter(what="contact.correction_accepted", who="finn").exists()
    assert "Nothing waits" in browser_of(finn()).get(staff_page(case.round)).content.decode()


def test_accepting_sends_no_link_ends_the_old_one_and_the_next_step_brings_the_new(
    coordinator: Coordinator, case: Case, mailoutbox: list[EmailMessage]
) -> None:
    mailed = links.token(links.ANSWER, owner(case))
    correction = propose(coordinator, case)
    sending.send_due(at=NOON)
    mailoutbox.clear()
    before = Mail.objects.count()
    actions.accept(correction=correction, reason="", by=finn(), at=NOON)
    assert Mail.objects.count() == before
    assert links.holder_of(links.ANSWER, mailed) is None
    contact.queue_step(step=case.round.contact_steps.get(mail_name="invitation"), at=NOON)
    assert sending.send_due(at=NOON) == {"sent": 1}
    assert mailoutbox[0].to == [NEW]
    assert links.address(links.ANSWER, owner(case)) in str(mailoutbox[0].body)
    assert "Kære Nina Ny" in str(mailoutbox[0].body)


def test_a_mail_to_the_old_address_that_has_not_left_does_not_bring_the_new_link_there(
    coordinator: Coordinator, case: Case, mailoutbox: list[EmailMessage]
) -> None:
    contact.queue_step(step=case.round.contact_steps.get(mail_name="invitation"), at=NOON)
    correction = propose(coordinator, case)
    actions.accept(correction=correction, reason="", by=finn(), at=NOON)
    sending.send_due(at=NOON)
    with_link = [mail.to[0] for mail in mailoutbox if "/s/" in mail.body]
    assert with_link == [NEW], "the invitation that waited goes to the new leader"
    assert ContactAttempt.objects.get(step__isnull=False).left_out == ""
    assert sorted(mail.to[0] for mail in mailoutbox) == [OLD, NEW, NEW]  # both are told, also when staff were quick


def test_another_name_alone_ends_no_link(coordinator: Coordinator, case: Case) -> None:
    actions.accept(correction=propose(coordinator, case, email=OLD), reason="", by=finn(), at=NOON)
    assert (owner(case).name, owner(case).generation) == ("Nina Ny", 1)


def test_refusing_needs_a_reason_and_leaves_the_contact_as_it_is(coordinator: Coordinator, case: Case) -> None:
    correction = propose(coordinator, case)
    assert decide(correction, "refuse").status_code == 422
    assert decide(correction, "refuse", reason="Ringet op: forkert").status_code == 302
    assert refreshed(correction).decision == "refused"
    assert owner(case).email == OLD
    assert AuditEvent.objects.get(what="contact.correction_refused").reason == "Ringet op: forkert"


@pytest.mark.parametrize("email", ["nina@gmail.example", "nina@sub.kommune.example", "nina@kommune.example.test"])
def test_another_domain_than_the_authoritys_is_flagged_and_needs_a_reason(
    coordinator: Coordinator, case: Case, email: str
) -> None:
    correction = propose(coordinator, case, email=email)
    assert "Unusual" in browser_of(finn()).get(staff_page(case.round)).content.decode()
    asked = decide(correction, "accept")
    assert asked.status_code == 422
    assert "make sure, for example by telephone" in asked.content.decode()
    assert decide(correction, "accept", reason="Ringet op").status_code == 302
    assert owner(case).email == email


def test_a_domain_of_the_authoritys_mailboxes_in_the_register_is_usual(coordinator: Coordinator, case: Case) -> None:
    make_case(case.round, contact={"email": "post@skoler.example", "kind": "authority"})
    propose(coordinator, case, email="nina@skoler.example")
    assert "Unusual" not in browser_of(finn()).get(staff_page(case.round)).content.decode()


def test_what_is_decided_is_not_decided_again(coordinator: Coordinator, case: Case) -> None:
    correction = propose(coordinator, case)
    decide(correction, "accept")
    assert decide(correction, "refuse", reason="x")["Location"] == staff_page(case.round)
    assert refreshed(correction).decision == "accepted"
    assert decide(correction, "burn").status_code == 404


def test_nothing_is_accepted_once_the_results_are_out(coordinator: Coordinator, case: Case) -> None:
    correction = propose(coordinator, case)
    fieldwork.close_round(round_=case.round, by=finn(), at=NOON)
    Round.objects.update(published_at=NOON)
    with pytest.raises(CaseClosed):
        actions.accept(correction=correction, reason="", by=finn(), at=NOON)


def test_the_list_of_staff_asks_as_often_for_many_as_for_few(coordinator: Coordinator) -> None:
    def queries() -> int:
        browser = browser_of(finn())
        with CaptureQueriesContext(connection) as asked:
            browser.get(staff_page(coordinator.contact.round))
        return len(asked)

    for _ in range(2):
        propose(coordinator, make_case(coordinator.contact.round))
    few = queries()
    for _ in range(7):
        propose(coordinator, make_case(coordinator.contact.round))
    assert queries() == few


def test_the_rounds_page_says_how_many_wait(coordinator: Coordinator, case: Case) -> None:
    propose(coordinator, case)
    page = browser_of(finn()).get(reverse("round", args=[case.round.slug])).content.decode()
    assert staff_page(case.round) in page
