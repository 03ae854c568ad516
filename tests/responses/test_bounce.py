"""What becomes of a mail that came back, whoever tells."""

from datetime import date, timedelta

import pytest
from django.core.mail import EmailMessage

from barometer.models import AuditEvent
from responses.actions import bounce, contact, events, sending
from responses.actions import case as case_actions
from responses.models import Case, CaseEvent, LinkHolder, Mail, MailReturn
from responses.statistics.dispositions import Disposition, EventKind
from surveys.models import ContactStep, Round
from tests.factories import NOON, make_case, make_holder, make_open_round, make_response, refreshed
from tests.people import finn

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(hours=2)
HARD, SOFT, AUTO_REPLY, COMPLAINT = (
    MailReturn.Kind.HARD,
    MailReturn.Kind.SOFT,
    MailReturn.Kind.AUTO_REPLY,
    MailReturn.Kind.COMPLAINT,
)


def send_step(round_: Round, name: str = "invitation", *, count: int | None = None) -> list[Mail]:
    """Send a step to everybody who gets it; return its mails."""
    step = round_.contact_steps.filter(mail_name=name).first() or ContactStep.objects.create(
        round=round_, mail_name=name, day=20
    )
    contact.queue_step(step=step, at=NOON)
    sending.send_due(at=NOON)
    return list(Mail.objects.filter(step=step).order_by("pk"))


def came_back(mail: Mail, kind: str, digest: str = "", **more: str | date) -> bool:
    source = MailReturn.Source.MAILBOX
    return bounce.record_bounce(mail=mail, kind=kind, source=source, digest=digest, at=LATER, **more)  # type: ignore[arg-type]


def kinds_of(case: Case) -> list[str]:
    return list(case.events.order_by("pk").values_list("kind", flat=True))[1:]


def test_a_hard_bounce_marks_the_address_for_every_workplace_in_the_mail() -> None:
    round_ = make_open_round()
    cases = [make_case(round_, contact={"email": "post@skole.example"}) for _ in range(2)]
    [mail] = send_step(round_)
    assert came_back(mail, HARD, "a", status_code="5.1.1")
    assert refreshed(mail).bounced_at == LATER
    for case in cases:
        assert kinds_of(case) == [EventKind.INVITED, EventKind.BOUNCED]
        assert refreshed(case).disposition == Disposition.BOUNCED
    assert list(MailReturn.objects.values_list("kind", "status_code", "source")) == [("hard", "5.1.1", "mailbox")]


def test_what_waits_for_the_address_is_not_sent(mailoutbox: list[EmailMessage]) -> None:
    round_ = make_open_round()
    make_case(round_)
    [mail] = send_step(round_)
    contact.queue_step(step=round_.contact_steps.get(mail_name="reminder_1"), at=NOON)
    came_back(mail, HARD)
    sending.send_due(at=LATER)
    assert len(mailoutbox) == 1


def test_a_message_counts_once_however_often_it_comes() -> None:
    round_ = make_open_round()
    case = make_case(round_)
    [mail] = send_step(round_)
    assert [came_back(mail, HARD, "same") for _ in range(3)] == [True, False, False]
    assert came_back(mail, HARD, "another") is True
    assert kinds_of(case).count(EventKind.BOUNCED) == 1


@pytest.mark.parametrize("status", ["held", "queued", "cancelled", "failed"])
def test_a_mail_that_never_left_cannot_come_back(status: str) -> None:
    round_ = make_open_round()
    case = make_case(round_)
    contact.queue_step(step=round_.contact_steps.get(mail_name="invitation"), at=NOON)
    Mail.objects.update(status=status, ended_at=NOON if status in ("cancelled", "failed") else None)
    assert came_back(Mail.objects.get(), HARD) is False
    assert kinds_of(case) == []
    assert not MailReturn.objects.exists()


def test_a_soft_bounce_is_counted_and_changes_nothing() -> None:
    round_ = make_open_round()
    case = make_case(round_)
    [mail] = send_step(round_)
    for number in range(5):
        assert came_back(mail, SOFT, f"again {number}")
    assert kinds_of(case) == [EventKind.INVITED]
    assert refreshed(mail).bounced_at is None


def test_the_third_step_that_comes_back_for_now_is_one_too_many() -> None:
    round_ = make_open_round()
    case = make_case(round_, contact={"email": "a@skole.example"})
    for number, name in enumerate(["invitation", "reminder_1", "reminder_2"]):
        Mail.objects.filter(status="queued").delete()
        [mail] = make_sent(round_, case, name)
        assert EventKind.BOUNCED not in kinds_of(case)
        came_back(mail, SOFT, str(number))
    assert kinds_of(case)[-1] == EventKind.BOUNCED
    assert refreshed(mail).bounced_at == LATER


def make_sent(round_: Round, case: Case, name: str) -> list[Mail]:
    """A mail of any step that has left, with a line for the case's owner."""
    step = ContactStep.objects.get_or_create(round=round_, mail_name=name, defaults={"day": 20})[0]
    owner = case.holders.get(role=LinkHolder.Role.OWNER)
    mail = Mail.objects.create(
        round=round_,
        step=step,
        name=name,
        authority_code="751",
        address=owner.email,
        language="da",
        status=Mail.Status.SENT,
        scheduled_for=NOON,
        handed_over_at=NOON,
        ended_at=NOON,
    )
    mail.lines.create(case=case, step=step, holder=owner)
    return [mail]


def test_an_automatic_reply_is_logged_with_the_day_back_and_changes_nothing() -> None:
    round_ = make_open_round()
    case = make_case(round_)
    [mail] = send_step(round_)
    came_back(mail, AUTO_REPLY, returns_on=date(2020, 2, 3))
    assert MailReturn.objects.get().returns_on == date(2020, 2, 3)
    assert kinds_of(case) == [EventKind.INVITED]


def test_a_complaint_stops_the_reminders_and_is_no_refusal(mailoutbox: list[EmailMessage]) -> None:
    round_ = make_open_round()
    case = make_case(round_)
    [mail] = send_step(round_)
    came_back(mail, COMPLAINT, "a")
    came_back(mail, COMPLAINT, "b")
    assert kinds_of(case) == [EventKind.INVITED, EventKind.REMINDERS_STOPPED]
    assert refreshed(case).disposition == Disposition.NOT_STARTED
    send_step(round_, "reminder_1")
    assert len(mailoutbox) == 1, "nothing more, not even a confirmation"


def test_a_complaint_of_a_colleague_is_for_the_colleagues_address_alone() -> None:
    round_ = make_open_round()
    case = make_case(round_)
    shared = make_holder(case)
    [mail] = make_sent(round_, case, "invitation")
    Mail.objects.update(address=shared.email)
    mail.lines.update(holder=shared)
    came_back(mail, COMPLAINT)
    assert case_actions.reminders_stopped(shared)
    assert not case_actions.reminders_stopped(case.holders.get(role=LinkHolder.Role.OWNER))


@pytest.mark.parametrize("kind", [HARD, COMPLAINT])
def test_what_comes_back_late_from_an_old_address_says_nothing_of_the_new_one(kind: str) -> None:
    round_ = make_open_round()
    case = make_case(round_)
    [mail] = send_step(round_)
    case.holders.update(email="ny@skole.example")
    events.record(events.lock(case.pk), kind=EventKind.ADDRESS_CHANGED, at=LATER)
    assert came_back(mail, kind)
    assert kinds_of(case) == [EventKind.INVITED, EventKind.ADDRESS_CHANGED]
    assert refreshed(case).disposition == Disposition.NOT_STARTED


def test_a_bounce_takes_nothing_from_who_has_answered() -> None:
    round_ = make_open_round()
    case = make_case(round_)
    [mail] = send_step(round_)
    make_response(case, {"new": "yes"})
    came_back(mail, HARD)
    assert refreshed(case).disposition == Disposition.SUBMITTED


def test_staff_say_of_a_mail_and_of_a_case_that_it_came_back_by_the_same_rule() -> None:
    round_ = make_open_round()
    cases = [make_case(round_, contact={"email": "post@skole.example"}) for _ in range(2)]
    [mail] = send_step(round_)
    bounce.record_bounce_of_case(case=cases[0], reason="in the mail program", by=finn(), at=LATER)
    assert refreshed(mail).bounced_at == LATER
    assert [refreshed(case).disposition for case in cases] == [Disposition.BOUNCED] * 2
    assert MailReturn.objects.get().source == MailReturn.Source.STAFF
    assert list(AuditEvent.objects.order_by("number").values_list("what", flat=True))[-2:] == [
        "mail.bounced",
        "case.bounced",
    ]


def test_staff_can_mark_an_address_that_no_mail_of_ours_went_to() -> None:
    case = make_case()
    bounce.record_bounce_of_case(case=case, reason="told by telephone", by=finn(), at=LATER)
    assert refreshed(case).disposition == Disposition.BOUNCED
    assert CaseEvent.objects.filter(case=case, kind=EventKind.BOUNCED).count() == 1
