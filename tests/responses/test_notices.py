"""Mails that are no step of the contact plan: queued with the act they tell of, sent once, and only while they fit."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.mail import EmailMessage
from django.db import IntegrityError

from responses import links
from responses import mail as mails
from responses.actions import answering, contact, events, fieldwork, sending
from responses.actions import case as actions
from responses.actions import mail as mail_actions
from responses.models import Case, CaseEvent, ContactAttempt, Mail, Notice, Response
from responses.statistics.dispositions import Disposition, EventKind
from responses.statistics.eligibility import NOTICES, Contactable, LeftOut, notice_left_out
from surveys.models import Round
from tests.factories import NOON, make_case, make_holder, make_open_round, refreshed
from tests.people import browser_of, finn

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(minutes=5)
READY = Contactable(
    disposition=Disposition.SUBMITTED,
    reminders_stopped=False,
    link_retired=False,
    has_address=True,
    bounced=False,
    reads_for_the_authority=False,
    round_open=True,
)


def submit(case: Case) -> None:
    Response.objects.create(case=case, questionnaire=case.round.questionnaire, answers={"new": "yes"}, started_at=NOON)
    answering.submit(holder=case.holders.get(role="owner"), at=NOON)


def decline(case: Case) -> None:
    actions.decline(holder=case.holders.get(), at=NOON)


def stop_reminders(case: Case) -> None:
    actions.stop_reminders(holder=case.holders.get(), at=NOON)


ACTS = {
    Notice.RECEIPT: submit,
    Notice.DECLINED_CONFIRMED: decline,
    Notice.OPT_OUT_CONFIRMED: stop_reminders,
}


@pytest.mark.parametrize(("name", "act"), ACTS.items())
def test_the_owner_is_told_once_and_at_once(
    name: Notice, act: Callable[[Case], None], mailoutbox: list[EmailMessage]
) -> None:
    case = make_case()
    act(case)
    for _ in range(2):
        sending.send_due(at=NOON)
    assert [mail.to for mail in mailoutbox] == [[case.holders.get().email]]
    mail = Mail.objects.get()
    assert (mail.name, mail.status) == (name, "sent")
    assert not case.events.filter(kind=EventKind.INVITED).exists()


@pytest.mark.parametrize(
    ("act", "subject", "words"),
    [
        (
            submit,
            "Tak for svaret: Skovbo",
            "Vi modtog svarene for Skovbo, Skovvej 1, til Innovationsbarometeret 7. januar",
        ),
        (
            decline,
            "Bekræftet: Skovbo deltager ikke",
            "at I ikke ønsker at deltage i Innovationsbarometeret for Skovbo.",
        ),
        (
            stop_reminders,
            "Bekræftet: ingen flere påmindelser om Skovbo",
            "at I ikke vil have flere påmindelser om Innovationsbarometeret for Skovbo.",
        ),
    ],
)
def test_a_notice_says_what_was_noted_in_the_language_of_the_case(
    act: Callable[[Case], None], subject: str, words: str, mailoutbox: list[EmailMessage]
) -> None:
    act(make_case(name="Skovbo", address="Skovvej 1"))
    sending.send_due(at=NOON)
    assert mailoutbox[0].subject == subject
    assert words in mailoutbox[0].body
    assert "Venlig hilsen\nInnovationsbarometeret (øvelse)" in mailoutbox[0].body


def test_a_receipt_carries_neither_answers_nor_a_personal_link(mailoutbox: list[EmailMessage]) -> None:
    case = make_case()
    submit(case)
    sending.send_due(at=NOON)
    message = str(mailoutbox[0].message())
    assert "/s/" not in message
    assert links.typed_code(case.holders.get()) not in message
    assert "Ja" not in mailoutbox[0].body.split()


@pytest.mark.parametrize("act", [decline, stop_reminders])
def test_a_confirmation_carries_the_link_and_what_is_kept_does_not(
    act: Callable[[Case], None], mailoutbox: list[EmailMessage]
) -> None:
    case = make_case()
    act(case)
    sending.send_due(at=NOON)
    link = links.address(links.ANSWER, case.holders.get())
    assert link in mailoutbox[0].body
    mail = Mail.objects.get()
    assert link not in mail.text_body + mail.html_body
    assert f"⟦link:{case.holders.get().pk}⟧" in mail.text_body


@pytest.mark.parametrize(
    ("act", "kind"),
    [
        (submit, EventKind.REOPENED),
        (decline, EventKind.DECLINE_UNDONE),
        (stop_reminders, EventKind.REMINDERS_RESUMED),
        (stop_reminders, EventKind.DECLINED),
    ],
)
def test_a_notice_that_is_overtaken_is_not_sent(
    act: Callable[[Case], None], kind: EventKind, mailoutbox: list[EmailMessage]
) -> None:
    case = make_case()
    act(case)
    events.record(events.lock(case.pk), kind=kind, at=NOON)
    assert sending.send_due(at=NOON) == {"cancelled": 1}
    assert mailoutbox == []
    assert ContactAttempt.objects.get().left_out == LeftOut.OVERTAKEN


def test_after_a_refusal_nothing_but_its_confirmation_leaves(mailoutbox: list[EmailMessage]) -> None:
    round_ = make_open_round()
    case = make_case(round_)
    contact.queue_step(step=round_.contact_steps.get(mail_name="invitation"), at=NOON)
    stop_reminders(case)
    decline(case)
    assert sending.send_due(at=NOON) == {"cancelled": 2, "sent": 1}
    assert contact.queue_step(step=round_.contact_steps.get(mail_name="reminder_1"), at=LATER) == 0
    assert [mail.subject.partition(":")[0] for mail in mailoutbox] == ["Bekræftet"]
    assert Mail.objects.get(status="sent").name == Notice.DECLINED_CONFIRMED


def test_whoever_wants_reminders_again_gets_them() -> None:
    round_ = make_open_round()
    case = make_case(round_)
    stop_reminders(case)
    actions.resume_reminders(holder=case.holders.get(), at=LATER)
    assert contact.queue_step(step=round_.contact_steps.get(mail_name="reminder_1"), at=LATER) == 1


def test_whoever_submits_in_the_owners_place_gets_a_receipt_too(mailoutbox: list[EmailMessage]) -> None:
    case = make_case(contact={"email": "owner@skole.example"})
    colleague = make_holder(case, name="Bo", email="bo@skole.example")
    Response.objects.create(case=case, questionnaire=case.round.questionnaire, answers={"new": "no"}, started_at=NOON)
    answering.submit(holder=colleague, at=NOON)
    sending.send_due(at=NOON)
    assert sorted(mail.to[0] for mail in mailoutbox) == ["bo@skole.example", "owner@skole.example"]


def test_two_holders_of_one_address_get_one_receipt() -> None:
    case = make_case(contact={"email": "post@skole.example"})
    colleague = make_holder(case, name="Bo", email="Post@skole.example")
    Response.objects.create(case=case, questionnaire=case.round.questionnaire, answers={"new": "no"}, started_at=NOON)
    answering.submit(holder=colleague, at=NOON)
    assert Mail.objects.count() == 1


def test_a_workplace_without_an_address_submits_all_the_same() -> None:
    case = make_case(contact={"email": ""})
    submit(case)
    assert refreshed(case).disposition == Disposition.SUBMITTED
    assert not Mail.objects.exists()


def test_saying_no_again_and_again_fills_no_mailbox() -> None:
    case = make_case()
    for _ in range(5):
        decline(case)
        actions.undo_decline(holder=case.holders.get(), at=NOON)
    assert Mail.objects.count() == actions.MOST_CONFIRMATIONS


def test_the_same_notice_for_the_same_cause_is_refused_by_the_database() -> None:
    case = make_case()
    decline(case)
    cause = CaseEvent.objects.get(kind=EventKind.DECLINED)
    with pytest.raises(IntegrityError):
        contact.queue_notice(name=Notice.DECLINED_CONFIRMED, holder=case.holders.get(), cause=cause, at=LATER)


def test_a_mail_is_of_a_step_or_has_a_cause() -> None:
    case = make_case()
    with pytest.raises(IntegrityError):
        Mail.objects.create(round=case.round, name="receipt", address="a@b.example", scheduled_for=NOON)


def test_closing_the_round_stops_notices_too(mailoutbox: list[EmailMessage]) -> None:
    case = make_case()
    submit(case)
    fieldwork.close_round(round_=case.round, by=finn(), at=NOON)
    assert sending.send_due(at=LATER) == {}
    assert mailoutbox == []


def test_a_rehearsal_sends_notices_to_reserved_addresses_only(mailoutbox: list[EmailMessage]) -> None:
    case = make_case(contact={"email": "leder@aarhus.dk"})
    submit(case)
    assert sending.send_due(at=NOON) == {"cancelled": 1}
    assert mailoutbox == []


def test_an_unknown_notice_can_be_sent_again_and_is_no_contact(mailoutbox: list[EmailMessage]) -> None:
    case = make_case()
    submit(case)
    Mail.objects.update(status="unknown", claimed_at=NOON, handed_over_at=NOON, ended_at=NOON)
    mail_actions.send_again(mail=Mail.objects.get(), by=finn(), at=LATER)
    assert sending.send_due(at=LATER) == {"sent": 1}
    assert not mail_actions.is_undecided(Mail.objects.get(resend=0))
    assert not case.events.filter(kind=EventKind.INVITED).exists()


def test_staff_see_notices_among_the_mails_and_on_the_case() -> None:
    case = make_case()
    submit(case)
    sending.send_due(at=NOON)
    for address in (f"/rounds/{case.round.slug}/mails/", f"/mails/{Mail.objects.get().pk}/", f"/cases/{case.pk}/"):
        assert "Receipt" in browser_of(finn()).get(address).content.decode()


# The rules


def test_every_notice_has_its_rule_and_its_words() -> None:
    assert set(NOTICES) == set(Notice.values)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({}, None),
        ({"round_open": False}, LeftOut.ROUND_NOT_OPEN),
        ({"disposition": Disposition.STARTED}, LeftOut.OVERTAKEN),
        ({"reminders_stopped": True}, None),
        ({"link_retired": True}, LeftOut.LINK_RETIRED),
        ({"has_address": False}, LeftOut.NO_ADDRESS),
        ({"bounced": True}, LeftOut.BOUNCED),
        ({"reads_for_the_authority": True}, LeftOut.AUTHORITY_MAILBOX),
    ],
)
def test_each_reason_stops_a_receipt_by_itself(change: dict[str, bool], reason: LeftOut | None) -> None:
    assert notice_left_out(replace(READY, **change), NOTICES["receipt"]) is reason  # type: ignore[arg-type]


@pytest.mark.parametrize("disposition", Disposition)
@pytest.mark.parametrize("stopped", [False, True])
def test_a_confirmation_goes_only_while_what_it_confirms_stands(disposition: Disposition, stopped: bool) -> None:
    case = replace(READY, disposition=disposition, reminders_stopped=stopped)
    confirmations = ("receipt", "declined_confirmed", "opt_out_confirmed")
    goes = {name for name in confirmations if notice_left_out(case, NOTICES[name]) is None}
    unfinished = disposition in (Disposition.NOT_STARTED, Disposition.STARTED, Disposition.BOUNCED)
    expected = {
        Disposition.SUBMITTED: {"receipt"},
        Disposition.DECLINED: {"declined_confirmed"},
    }.get(disposition, {"opt_out_confirmed"} if unfinished and stopped else set())
    assert goes == expected


@pytest.mark.parametrize("language", ["da", "en"])
@pytest.mark.parametrize(("name", "act"), ACTS.items())
def test_no_name_makes_the_subject_of_a_notice_longer_than_78(
    name: Notice, act: Callable[[Case], None], language: str
) -> None:
    round_ = make_open_round()
    for workplace in ("x" * 120, "ord " * 30, "a" * 36 + " b"):
        case = make_case(round_, name=workplace, language=language)
        act(case)
        mail = Mail.objects.select_related("cause", "round__questionnaire").get(lines__case=case)
        written = mails.write(mail, list(mail.lines.all()), mails.letterhead(mail.round, language))
        assert len(written.subject) <= 78
        assert "<strong>" not in written.html


def test_a_real_round_says_nothing_of_a_rehearsal(mailoutbox: list[EmailMessage]) -> None:
    case = make_case(contact={"email": "leder@aarhus.dk"})
    Round.objects.filter(pk=case.round_id).update(rehearsal=False)
    decline(case)
    sending.send_due(at=NOON)
    assert "Øvelse – ikke" not in mailoutbox[0].body
