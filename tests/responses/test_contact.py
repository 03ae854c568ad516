"""Queueing a step, and sending what is due to those who still have to answer."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from io import StringIO
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.mail import EmailMessage
from django.core.mail.backends import dummy, locmem, smtp
from django.core.management import call_command
from django.db import connection

from responses import links
from responses.actions import bounce, contact, events, fieldwork, sending
from responses.actions import case as case_actions
from responses.models import Case, CaseEvent, ContactAttempt, LinkHolder, Mail
from responses.statistics.dispositions import Disposition, EventKind
from surveys.models import ContactStep, Round, RoundText
from tests.factories import NOON, make_case, make_open_round, refreshed
from tests.people import finn

pytestmark = pytest.mark.django_db

COPENHAGEN = ZoneInfo("Europe/Copenhagen")
INVITATION, REMINDER = ContactStep.MailName.INVITATION, ContactStep.MailName.REMINDER_1
LATER = NOON + timedelta(hours=2)


def queue(round_: Round, mail_name: str = INVITATION, at: datetime = NOON) -> int:
    return contact.queue_step(step=round_.contact_steps.get(mail_name=mail_name), at=at)


def leave(round_: Round, at: datetime = NOON) -> None:
    """The invitation is queued and leaves."""
    queue(round_, at=at)
    assert sending.send_due(at=at) == {"sent": 1}


def statuses() -> list[str]:
    return list(Mail.objects.order_by("pk").values_list("status", flat=True))


def lock_and_record(case: Case, kind: EventKind, at: datetime = LATER) -> None:
    events.record(events.lock(case.pk), kind=kind, at=at)


# Queueing


def test_every_case_that_still_has_to_answer_gets_one_mail() -> None:
    round_ = make_open_round()
    waiting, started = make_case(round_), make_case(round_, events=[EventKind.STARTED])
    for kind in (EventKind.SUBMITTED, EventKind.DECLINED, EventKind.REPORTED_CLOSED, EventKind.REMINDERS_STOPPED):
        make_case(round_, events=[kind])
    make_case(make_open_round())
    assert queue(round_) == 2
    assert set(ContactAttempt.objects.values_list("case", flat=True)) == {waiting.pk, started.pk}


def test_a_step_is_queued_once() -> None:
    round_ = make_open_round()
    make_case(round_)
    assert queue(round_) == 1
    make_case(round_)
    assert queue(round_, at=LATER) == 0
    assert round_.contact_steps.get(mail_name=INVITATION).queued_at == NOON


def test_cases_of_one_authority_and_address_share_a_mail_however_the_address_is_written() -> None:
    round_ = make_open_round()
    for address in ("post@skole.example", "Post@Skole.example", "anden@skole.example"):
        make_case(round_, contact={"email": address})
    assert queue(round_) == 2
    assert sorted(mail.lines.count() for mail in Mail.objects.all()) == [1, 2]


def test_a_bundle_never_mixes_authorities() -> None:
    round_ = make_open_round()
    shared = {"email": "post@faelles.example"}
    for authority_code in ("751", "101", "751"):
        make_case(round_, contact=shared, authority_code=authority_code)
    assert queue(round_) == 2
    for mail in Mail.objects.all():
        codes = mail.lines.values_list("case__sample_unit__workplace__authority_code", flat=True)
        assert set(codes) == {mail.authority_code}


def test_a_bundle_is_in_the_language_of_its_first_case() -> None:
    round_ = make_open_round()
    for language in ("en", "da", "da"):
        make_case(round_, contact={"email": "post@skole.example"}, language=language)
    queue(round_)
    assert Mail.objects.get().language == "en"


def test_a_case_without_address_is_left_out_and_listed() -> None:
    round_ = make_open_round()
    nobody = make_case(round_, contact={"email": ""})
    make_case(round_)
    assert queue(round_) == 1
    assert list(Case.objects.of_round(round_).without_address()) == [nobody]


def test_a_mailbox_of_the_authority_gets_the_invitation_only() -> None:
    round_ = make_open_round()
    make_case(round_, contact={"kind": "authority"})
    assert queue(round_) == 1
    assert queue(round_, REMINDER) == 0


def test_an_address_from_which_a_mail_came_back_is_written_to_again_only_when_it_has_changed() -> None:
    round_ = make_open_round()
    case = make_case(round_, events=[EventKind.STARTED, EventKind.INVITED, EventKind.BOUNCED])
    assert queue(round_) == 0
    lock_and_record(case, EventKind.ADDRESS_CHANGED)
    assert queue(round_, REMINDER) == 1


def test_opening_a_round_puts_its_invitations_in_the_queue(django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
    round_ = make_open_round()
    for _ in range(40):
        make_case(round_)
    with django_assert_max_num_queries(30):
        assert queue(round_) == 40


# When a step is due


def test_the_reminder_is_queued_at_ten_on_its_day() -> None:
    round_ = make_open_round(opens_on=date(2020, 1, 7))
    make_case(round_)
    leave(round_, at=datetime(2020, 1, 7, 10, tzinfo=COPENHAGEN))
    assert contact.queue_due_steps(at=datetime(2020, 1, 12, 9, 59, tzinfo=COPENHAGEN)) == 0
    assert contact.queue_due_steps(at=datetime(2020, 1, 12, 10, tzinfo=COPENHAGEN)) == 1
    assert contact.queue_due_steps(at=datetime(2020, 1, 12, 10, tzinfo=COPENHAGEN)) == 0


def test_ten_o_clock_is_ten_o_clock_also_after_the_clocks_have_changed() -> None:
    round_ = make_open_round(opens_on=date(2020, 3, 26), deadline=date(2020, 4, 20), closes_on=date(2020, 5, 1))
    make_case(round_)
    leave(round_, at=datetime(2020, 3, 26, 10, tzinfo=COPENHAGEN))
    assert contact.queue_due_steps(at=datetime.fromisoformat("2020-03-31T07:59:00+00:00")) == 0
    assert contact.queue_due_steps(at=datetime.fromisoformat("2020-03-31T08:00:00+00:00")) == 1


def test_a_round_opened_late_does_not_get_its_reminder_with_the_invitation() -> None:
    round_ = make_open_round(opens_on=date(2020, 1, 7))
    make_case(round_)
    leave(round_, at=datetime(2020, 1, 15, 12, tzinfo=COPENHAGEN))
    assert contact.queue_due_steps(at=datetime(2020, 1, 19, 12, tzinfo=COPENHAGEN)) == 0
    assert contact.queue_due_steps(at=datetime(2020, 1, 20, 12, tzinfo=COPENHAGEN)) == 1


@pytest.mark.parametrize("change", [{"opened_at": None}, {"closed_at": NOON + timedelta(days=2)}])
def test_only_a_round_in_the_field_has_due_steps(change: dict[str, datetime | None]) -> None:
    round_ = make_open_round()
    make_case(round_)
    Round.objects.filter(pk=round_.pk).update(**change)
    assert contact.queue_due_steps(at=NOON + timedelta(days=30)) == 0


# Sending


def test_a_sent_mail_says_who_when_and_what_and_its_cases_are_invited(mailoutbox: list[EmailMessage]) -> None:
    round_ = make_open_round()
    case = make_case(round_)
    queue(round_)
    assert sending.send_due(at=LATER) == {"sent": 1}
    (message,) = mailoutbox
    mail = Mail.objects.get()
    assert message.to == [mail.address] == [case.holders.get().email]
    assert (mail.status, mail.handed_over_at, mail.ended_at, mail.attempts) == ("sent", LATER, LATER, 1)
    assert message.extra_headers["Message-ID"] == mail.message_id
    assert mail.sha256 == message.sha256  # type: ignore[attr-defined]
    event = case.events.get(kind=EventKind.INVITED)
    assert (event.at, event.holder) == (LATER, case.holders.get())


def test_a_mail_is_sent_once_however_often_the_sweep_runs(mailoutbox: list[EmailMessage]) -> None:
    round_ = make_open_round()
    make_case(round_)
    queue(round_)
    for minutes in range(0, 60, 5):
        sending.send_due(at=LATER + timedelta(minutes=minutes))
    assert len(mailoutbox) == 1


def test_a_mail_does_not_leave_before_its_time(mailoutbox: list[EmailMessage]) -> None:
    round_ = make_open_round()
    make_case(round_)
    queue(round_, at=LATER)
    assert sending.send_due(at=LATER - timedelta(seconds=1)) == {}
    assert mailoutbox == []


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        (EventKind.SUBMITTED, "submitted"),
        (EventKind.DECLINED, "declined"),
        (EventKind.REFUSED, "declined"),
        (EventKind.REPORTED_MERGED, "not_eligible"),
        (EventKind.INELIGIBLE_CONFIRMED, "not_eligible"),
        (EventKind.REMINDERS_STOPPED, "reminders_stopped"),
        (EventKind.BOUNCED, "bounced"),
    ],
)
def test_whoever_needs_no_mail_any_longer_is_left_alone(
    kind: EventKind, reason: str, mailoutbox: list[EmailMessage]
) -> None:
    round_ = make_open_round()
    case = make_case(round_)
    queue(round_)
    lock_and_record(case, kind)
    assert sending.send_due(at=LATER) == {"cancelled": 1}
    assert mailoutbox == []
    assert ContactAttempt.objects.get().left_out == reason
    assert not case.events.filter(kind=EventKind.INVITED).exists()


def test_a_line_is_dropped_when_its_case_has_ended_and_the_others_are_sent(mailoutbox: list[EmailMessage]) -> None:
    round_ = make_open_round()
    shared = {"email": "post@skole.example"}
    done, waiting = make_case(round_, name="Skovbo", contact=shared), make_case(round_, name="Strandbo", contact=shared)
    queue(round_)
    lock_and_record(done, EventKind.SUBMITTED)
    assert sending.send_due(at=LATER) == {"sent": 1}
    assert "Strandbo" in mailoutbox[0].body
    assert "Skovbo" not in mailoutbox[0].body
    assert not done.events.filter(kind=EventKind.INVITED).exists()
    assert waiting.events.filter(kind=EventKind.INVITED).exists()


class AnswersMeanwhile(locmem.EmailBackend):
    """A mail server during whose first dialogue another workplace submits."""

    def __init__(self, other: Case) -> None:
        super().__init__()
        self.other: Case | None = other

    def send_messages(self, messages: Sequence[EmailMessage]) -> int:
        if self.other:
            lock_and_record(self.other, EventKind.SUBMITTED)
            self.other = None
        return super().send_messages(messages)


def test_eligibility_is_checked_at_the_moment_of_sending_not_when_the_batch_is_read(
    mailoutbox: list[EmailMessage],
) -> None:
    round_ = make_open_round()
    make_case(round_)
    second = make_case(round_)
    queue(round_)
    assert sending.send_due(at=LATER, connection=AnswersMeanwhile(second)) == {"sent": 1, "cancelled": 1}
    assert len(mailoutbox) == 1


def test_a_new_link_made_while_a_mail_waits_is_the_one_it_carries(mailoutbox: list[EmailMessage]) -> None:
    round_ = make_open_round()
    case = make_case(round_)
    queue(round_)
    case_actions.reissue_link(holder=case.holders.get(), reason="lost", by=finn(), at=NOON)
    sending.send_due(at=LATER)
    assert links.address(links.ANSWER, case.holders.get()) in mailoutbox[0].body


def test_a_retired_link_is_not_sent(mailoutbox: list[EmailMessage]) -> None:
    round_ = make_open_round()
    case = make_case(round_)
    queue(round_)
    case_actions.retire_link(holder=case.holders.get(), reason="stolen", by=finn(), at=NOON)
    assert sending.send_due(at=LATER) == {"cancelled": 1}
    assert mailoutbox == []


def test_closing_a_round_empties_its_queue(mailoutbox: list[EmailMessage]) -> None:
    round_ = make_open_round()
    make_case(round_)
    queue(round_)
    fieldwork.close_round(round_=round_, by=finn(), at=LATER)
    assert sending.send_due(at=LATER) == {}
    assert mailoutbox == []
    assert statuses() == ["cancelled"]


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("leder@boernehave.example", "sent"),
        ("leder@example.com", "sent"),
        ("leder@skole.example.org", "sent"),
        ("leder@skole.test", "sent"),
        ("leder@aarhus.dk", "cancelled"),
        ("leder@example.dk", "cancelled"),
        ("leder@notexample.com", "cancelled"),
        ("leder@example.com.evil.dk", "cancelled"),
    ],
)
def test_a_rehearsal_reaches_reserved_addresses_only(address: str, status: str, mailoutbox: list[EmailMessage]) -> None:
    round_ = make_open_round(rehearsal=True)
    case = make_case(round_)
    LinkHolder.objects.filter(case=case).update(email=address)
    queue(round_)
    assert sending.send_due(at=LATER) == {status: 1}
    assert [message.to for message in mailoutbox] == ([[address]] if status == "sent" else [])


def test_a_real_round_reaches_real_addresses(mailoutbox: list[EmailMessage]) -> None:
    round_ = make_open_round()
    make_case(round_, contact={"email": "leder@aarhus.dk"})
    Round.objects.filter(pk=round_.pk).update(rehearsal=False)
    queue(round_)
    assert sending.send_due(at=LATER) == {"sent": 1}
    assert "Øvelse – ikke" not in mailoutbox[0].body


def test_a_mail_that_lacks_a_text_fails_with_the_reason_and_the_others_leave(mailoutbox: list[EmailMessage]) -> None:
    round_ = make_open_round()
    make_case(round_, language="en")
    make_case(round_, language="da")
    RoundText.objects.filter(round=round_, language="en", field="help_phone").delete()
    queue(round_)
    assert sending.send_due(at=LATER) == {"failed": 1, "sent": 1}
    assert Mail.objects.get(status="failed").outcome == "empty_field: help_phone"
    assert len(mailoutbox) == 1


def test_a_batch_takes_no_more_than_its_limit() -> None:
    round_ = make_open_round()
    for _ in range(3):
        make_case(round_)
    queue(round_)
    assert sending.send_due(at=LATER, limit=2) == {"sent": 2}
    assert sending.send_due(at=LATER, limit=2) == {"sent": 1}
    assert sending.send_due(at=LATER, limit=2) == {}


def test_no_mail_is_sent_inside_a_transaction() -> None:
    with pytest.raises(ValueError, match="inside a transaction"):
        sending.send_due(at=NOON, connection=smtp.EmailBackend(host="127.0.0.1", port=1))


def test_a_simulation_may_send_to_nobody_inside_its_transaction(mailoutbox: list[EmailMessage]) -> None:
    round_ = make_open_round()
    case = make_case(round_)
    queue(round_)
    assert sending.send_due(at=LATER, connection=dummy.EmailBackend()) == {"sent": 1}
    assert mailoutbox == []
    assert case.events.filter(kind=EventKind.INVITED).exists()


def test_a_mail_costs_few_queries_beyond_those_of_its_batch(django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    round_ = make_open_round()
    for _ in range(5):
        make_case(round_)
    queue(round_)
    # Two for mails whose worker died, five to claim, the mails, their lines, three for the round's texts, pauses.
    of_the_batch = 13
    of_each_mail = 3  # hand over, sent, the event of its case
    with django_assert_num_queries(of_the_batch + 5 * of_each_mail):
        sending.send_due(at=LATER)


# Mails whose worker died


def make_mail_in(status: str, since: datetime) -> Mail:
    round_ = make_open_round()
    make_case(round_)
    queue(round_)
    handed_over_at = since if status == "handed_over" else None
    Mail.objects.update(status=status, claimed_at=since, handed_over_at=handed_over_at)
    return Mail.objects.get()


@pytest.mark.parametrize(
    ("status", "minutes", "becomes"),
    [
        ("claimed", 10, "claimed"),
        ("claimed", 11, "queued"),
        ("handed_over", 10, "handed_over"),
        ("handed_over", 11, "unknown"),
    ],
)
def test_after_ten_minutes_what_was_claimed_returns_and_what_was_handed_over_is_unknown(
    status: str, minutes: int, becomes: str
) -> None:
    mail = make_mail_in(status, since=NOON)
    sending.recover_stale(at=NOON + timedelta(minutes=minutes))
    assert refreshed(mail).status == becomes


def test_a_worker_that_was_thought_dead_does_not_send_what_another_has_taken(mailoutbox: list[EmailMessage]) -> None:
    mail = make_mail_in("queued", since=NOON)
    others_claim = LATER + timedelta(minutes=12)
    claims = []

    def sleep_after_the_claim(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        result = execute(sql, params, many, context)
        if params and params[0] == "claimed":
            claims.append(sql)
            if len(claims) == 1:
                sending.recover_stale(at=LATER + timedelta(minutes=11))
                assert Mail.objects.claim([mail.pk], others_claim)
        return result

    with connection.execute_wrapper(sleep_after_the_claim):
        sending.send_due(at=LATER)
    assert mailoutbox == []
    assert (refreshed(mail).status, refreshed(mail).claimed_at) == ("claimed", others_claim)


# Bounces


def test_a_mail_that_comes_back_marks_its_cases() -> None:
    round_ = make_open_round()
    waiting = make_case(round_, contact={"email": "a@skole.example"})
    started = make_case(round_, contact={"email": "a@skole.example"}, events=[EventKind.STARTED])
    queue(round_)
    sending.send_due(at=LATER)
    for _ in range(2):
        bounce.record_bounce(mail=Mail.objects.get(), by=finn(), at=LATER + timedelta(hours=1))
    assert refreshed(waiting).disposition == Disposition.BOUNCED
    assert refreshed(started).disposition == Disposition.STARTED
    assert CaseEvent.objects.filter(kind=EventKind.BOUNCED).count() == 2
    assert queue(round_, REMINDER) == 0


def test_one_sweep_by_hand_queues_and_sends_what_is_due(mailoutbox: list[EmailMessage]) -> None:
    round_ = make_open_round()
    make_case(round_)
    leave(round_)
    round_.contact_steps.update(time=time(0))  # it may be night now
    out = StringIO()
    call_command("send_due_mails", stdout=out)
    assert out.getvalue() == "queued: 1\nsent: 1\n"
    assert [message.subject.partition(":")[0] for message in mailoutbox] == [
        "Nye løsninger i 2018-19",
        "Innovation 2018-19",
    ]
