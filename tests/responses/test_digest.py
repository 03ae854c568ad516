"""The daily mail to the fieldwork team: what broke, what waits, the rate; none when all is well, never two a day."""

from datetime import UTC, datetime, timedelta

import pytest
from celery.schedules import crontab
from django.core.mail import EmailMessage
from django.core.mail.backends import locmem
from django.urls import reverse

from barometer.celery import app
from barometer.models import AuditEvent, User
from responses.actions import digest as actions
from responses.models import DigestMail, Heartbeat, Mail
from responses.statistics.dispositions import EventKind
from surveys.models import ContactStep, Round
from tests.factories import make_case, make_open_round, make_response
from tests.people import browser_of, finn

pytestmark = pytest.mark.django_db
MORNING = datetime(2020, 1, 8, 6, tzinfo=UTC)  # 7 o'clock in Denmark, on a Wednesday
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _team() -> None:
    User.objects.filter(pk=finn().pk).update(email="finn@team.example")


@pytest.fixture
def round_() -> Round:
    """A round in which nothing is planned, so that nothing is overdue."""
    round_ = make_open_round(slug="runde")
    ContactStep.objects.filter(round=round_).delete()
    return round_


def something_waits(round_: Round) -> None:
    make_case(round_, name="Hemmelig Skole", events=[EventKind.REPORTED_CLOSED])


def text(message: EmailMessage) -> str:
    return f"{message.subject}\n{message.body}"


def test_it_says_what_waits_and_the_rate_and_names_no_workplace(round_: Round, mailoutbox: list[EmailMessage]) -> None:
    something_waits(round_)
    make_response(make_case(round_), {"new": "yes"})
    assert actions.send_all(at=MORNING) == 1
    [message] = mailoutbox
    assert message.to == ["finn@team.example"]
    assert "ØVELSE: runde: svarprocent 50,0 %" in message.subject
    assert "1 af 2 arbejdspladser har svaret" in message.body
    assert "Meldt lukket eller lagt sammen: 1" in message.body
    assert "http://testserver/rounds/runde/work/" in message.body
    assert "Hemmelig" not in text(message)
    html = str(message.alternatives[0][0])  # type: ignore[attr-defined]
    assert 'lang="da"' in html
    assert "http://testserver/rounds/runde/work/" in html


def test_when_all_is_well_there_is_none(round_: Round, mailoutbox: list[EmailMessage]) -> None:
    make_response(make_case(round_), {"new": "yes"})
    assert actions.send_all(at=MORNING) == 0
    assert mailoutbox == []
    assert not DigestMail.objects.exists()


def test_it_goes_once_a_day_however_often_the_task_runs(round_: Round, mailoutbox: list[EmailMessage]) -> None:
    something_waits(round_)
    sent = [actions.send_all(at=MORNING + minutes * timedelta(minutes=15)) for minutes in range(4)]
    assert sent == [1, 0, 0, 0]
    assert actions.send_all(at=MORNING - timedelta(hours=3)) == 0  # a clock set back
    assert actions.send_all(at=MORNING + DAY) == 1
    assert len(mailoutbox) == 2


def test_what_broke_is_told_once(round_: Round, mailoutbox: list[EmailMessage]) -> None:
    case = make_case(round_)
    times = {"scheduled_for": MORNING - DAY / 2, "ended_at": MORNING - DAY / 2, "handed_over_at": MORNING - DAY / 2}
    Mail.objects.create(
        round=round_,
        name="receipt",
        cause=case.events.get(),
        address="a@b.example",
        language="da",
        status="failed",
        **times,
    )
    Heartbeat.objects.create(task="send_due_mails", at=MORNING - timedelta(minutes=20))
    assert actions.send_all(at=MORNING) == 1
    assert "noget er galt" in mailoutbox[0].subject
    assert "Mails, der er slået fejl" in mailoutbox[0].body
    assert "har ikke givet lyd fra sig i mere end 15 minutter" in mailoutbox[0].body
    Heartbeat.objects.update(at=MORNING + DAY)
    assert actions.send_all(at=MORNING + DAY) == 0


def test_an_alarm_about_a_wave_is_told(round_: Round, mailoutbox: list[EmailMessage]) -> None:
    make_case(round_)
    ContactStep.objects.create(round=round_, day=0, mail_name="invitation", skips_quiet_weeks=False)
    assert actions.send_all(at=MORNING + timedelta(hours=6)) == 1
    assert "1 alarm om udsendelserne" in mailoutbox[0].body


def test_everybody_reads_it_in_their_own_language_and_may_do_without(
    round_: Round, mailoutbox: list[EmailMessage]
) -> None:
    something_waits(round_)
    path = reverse("work", args=[round_.slug])
    page = browser_of(finn(), "en").post(path, {"digest": "on"}, follow=True).content.decode()
    assert "You get the daily mail." in page
    assert "I do not want the daily mail" in page
    actions.send_all(at=MORNING)
    assert "REHEARSAL: runde: response rate 0.0%" in mailoutbox[0].subject
    assert "Said to be closed or merged: 1" in mailoutbox[0].body
    assert "Send me the daily mail" in browser_of(finn()).post(path, {"digest": "off"}, follow=True).content.decode()
    assert actions.send_all(at=MORNING + DAY) == 0


@pytest.mark.parametrize(
    ("changes", "gets"),
    [
        ({}, True),
        ({"email": "finn@kommune.dk"}, False),  # a rehearsal writes to no real address
        ({"email": ""}, False),
        ({"email": "not an address"}, False),
        ({"is_active": False}, False),
        ({"is_staff": False}, False),
    ],
)
def test_who_gets_it(round_: Round, mailoutbox: list[EmailMessage], changes: dict[str, object], gets: bool) -> None:
    something_waits(round_)
    User.objects.filter(username="finn").update(**changes)
    assert actions.send_all(at=MORNING) == len(mailoutbox) == gets


def test_a_real_round_writes_to_real_addresses(round_: Round, mailoutbox: list[EmailMessage]) -> None:
    something_waits(round_)
    Round.objects.update(rehearsal=False)
    User.objects.filter(username="finn").update(email="finn@kommune.dk")
    assert actions.send_all(at=MORNING) == 1
    assert "ØVELSE" not in mailoutbox[0].subject


def test_only_rounds_in_the_field_have_one(round_: Round) -> None:
    something_waits(round_)
    Round.objects.update(closed_at=MORNING)
    assert actions.send_all(at=MORNING) == 0


def test_it_is_no_mail_of_the_survey(round_: Round, mailoutbox: list[EmailMessage]) -> None:
    something_waits(round_)
    before = AuditEvent.objects.count()
    actions.send_all(at=MORNING)
    assert not Mail.objects.exists()
    assert AuditEvent.objects.count() == before
    message = mailoutbox[0].message()
    assert message["Auto-Submitted"] == "auto-generated"
    assert "List-Unsubscribe" not in message.headers  # type: ignore[attr-defined]


class Down(locmem.EmailBackend):
    def open(self) -> bool:
        raise ConnectionRefusedError


def test_a_server_that_is_down_costs_nobody_the_mail(round_: Round, mailoutbox: list[EmailMessage]) -> None:
    something_waits(round_)
    assert actions.send_all(at=MORNING, connection=Down()) == 0
    assert not DigestMail.objects.exists()
    assert actions.send_all(at=MORNING + timedelta(minutes=15)) == 1


def test_it_is_due_on_weekdays_at_seven() -> None:
    schedule = app.conf.beat_schedule["send-digests"]["schedule"]
    assert schedule == crontab(hour="7", minute="0,15,30,45", day_of_week="1-5")
